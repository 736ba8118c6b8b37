/* SPDX-License-Identifier: Apache-2.0 */
#include "registry-node/core/review.h"

#include <string.h>

static const char *const state_names[REVIEW_STATE_COUNT] = {
    [REVIEW_ABSENT] = "absent",       [REVIEW_RECEIVED] = "received",
    [REVIEW_EXAMINED] = "examined",   [REVIEW_ISSUED] = "issued",
    [REVIEW_MADE] = "made",           [REVIEW_CLOSED] = "closed",
    [REVIEW_REFUSED] = "refused",     [REVIEW_BLOCKED] = "blocked",
    [REVIEW_RETURNED] = "returned",   [REVIEW_WITHDRAWING] = "withdrawing",
    [REVIEW_WITHDRAWN] = "withdrawn", [REVIEW_REDIRECTED] = "redirected",
    [REVIEW_UNCLAIMED] = "unclaimed", [REVIEW_REMAKING] = "remaking",
};

static const char *const event_names[REVIEW_EVENT_COUNT] = {
    [REVIEW_OPEN] = "open",
    [REVIEW_OPEN_SECOND] = "open as second",
    [REVIEW_EXAMINE] = "examine",
    [REVIEW_ISSUE] = "issue",
    [REVIEW_REFUSE] = "refuse",
    [REVIEW_ORDER_REFUSED] = "refusal of the order",
    [REVIEW_CARD_MADE] = "card made",
    [REVIEW_CARD_COLLECTED] = "card collected",
    [REVIEW_RETURN] = "return",
    [REVIEW_AMEND] = "amendment",
    [REVIEW_WITHDRAW] = "withdrawal",
    [REVIEW_ORDER_WITHDRAWN] = "order withdrawn",
    [REVIEW_ORDER_KEPT] = "order not withdrawn",
    [REVIEW_REDIRECT] = "redirect",
    [REVIEW_REMIND] = "reminder",
    [REVIEW_CARD_DESTROYED] = "card destroyed",
    [REVIEW_CARD_FAULTY] = "card faulty",
    [REVIEW_FAULTY_CARD_MADE] = "faulty card made",
    [REVIEW_OLD_CARD_DESTROYED] = "old card destroyed",
};

static const bool state_open[REVIEW_STATE_COUNT] = {
    [REVIEW_RECEIVED] = true,    [REVIEW_EXAMINED] = true, [REVIEW_ISSUED] = true,
    [REVIEW_MADE] = true,        [REVIEW_BLOCKED] = true,  [REVIEW_RETURNED] = true,
    [REVIEW_WITHDRAWING] = true, [REVIEW_REMAKING] = true,
};

/* clang-format off */
static const struct transition transitions[] = {
    { REVIEW_ABSENT, REVIEW_OPEN,        REVIEW_RECEIVED, STEP_REVIEW_OPENED, { { 0 } }, false },
    { REVIEW_ABSENT, REVIEW_OPEN_SECOND, REVIEW_REFUSED,  STEP_REFUSED,
      { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },

    { REVIEW_RECEIVED, REVIEW_EXAMINE,  REVIEW_EXAMINED,   STEP_EXAMINED, { { 0 } }, false },
    { REVIEW_RECEIVED, REVIEW_REFUSE,   REVIEW_REFUSED,    STEP_REFUSED,
      { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_RECEIVED, REVIEW_RETURN,   REVIEW_RETURNED,   STEP_RETURNED,
      { { MESSAGE_APPLICATION_RETURNED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_RECEIVED, REVIEW_REDIRECT, REVIEW_REDIRECTED, STEP_REDIRECTED,
      { { MESSAGE_APPLICATION_REDIRECTED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_RECEIVED, REVIEW_WITHDRAW, REVIEW_WITHDRAWN,  STEP_WITHDRAWN,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_RECEIVED, REVIEW_REMIND,   REVIEW_RECEIVED,   STEP_REMINDED, { { 0 } }, false },

    { REVIEW_EXAMINED, REVIEW_ISSUE,    REVIEW_ISSUED,     STEP_ISSUED,
      { { MESSAGE_CARD_ISSUED, PARTY_ACCEPTANCE }, { MESSAGE_CARD_ORDERED, PARTY_PRODUCTION } }, false },
    { REVIEW_EXAMINED, REVIEW_REFUSE,   REVIEW_REFUSED,    STEP_REFUSED,
      { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_EXAMINED, REVIEW_RETURN,   REVIEW_RETURNED,   STEP_RETURNED,
      { { MESSAGE_APPLICATION_RETURNED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_EXAMINED, REVIEW_REDIRECT, REVIEW_REDIRECTED, STEP_REDIRECTED,
      { { MESSAGE_APPLICATION_REDIRECTED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_EXAMINED, REVIEW_WITHDRAW, REVIEW_WITHDRAWN,  STEP_WITHDRAWN,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_EXAMINED, REVIEW_REMIND,   REVIEW_EXAMINED,   STEP_REMINDED, { { 0 } }, false },

    { REVIEW_RETURNED, REVIEW_AMEND,    REVIEW_RECEIVED,  STEP_AMENDED,  { { 0 } }, false },
    { REVIEW_RETURNED, REVIEW_REFUSE,   REVIEW_REFUSED,   STEP_REFUSED,
      { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_RETURNED, REVIEW_WITHDRAW, REVIEW_WITHDRAWN, STEP_WITHDRAWN,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_RETURNED, REVIEW_REMIND,   REVIEW_RETURNED,  STEP_REMINDED, { { 0 } }, false },

    { REVIEW_ISSUED, REVIEW_ORDER_REFUSED,  REVIEW_BLOCKED,     STEP_DELIVERY_REFUSED, { { 0 } }, false },
    { REVIEW_ISSUED, REVIEW_CARD_MADE,      REVIEW_MADE,        STEP_RECORDED,         { { 0 } }, false },
    { REVIEW_ISSUED, REVIEW_CARD_COLLECTED, REVIEW_CLOSED,      STEP_CLOSED,           { { 0 } }, false },
    { REVIEW_ISSUED, REVIEW_WITHDRAW,       REVIEW_WITHDRAWING, STEP_WITHDRAWAL_ASKED,
      { { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { REVIEW_ISSUED, REVIEW_REMIND,         REVIEW_ISSUED,      STEP_REMINDED,         { { 0 } }, false },

    { REVIEW_BLOCKED, REVIEW_ISSUE,    REVIEW_ISSUED,    STEP_REORDERED,
      { { MESSAGE_CARD_ORDERED, PARTY_PRODUCTION } }, false },
    { REVIEW_BLOCKED, REVIEW_REFUSE,   REVIEW_REFUSED,   STEP_REFUSED,
      { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_BLOCKED, REVIEW_WITHDRAW, REVIEW_WITHDRAWN, STEP_WITHDRAWN,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_BLOCKED, REVIEW_REMIND,   REVIEW_BLOCKED,   STEP_REMINDED, { { 0 } }, false },

    { REVIEW_WITHDRAWING, REVIEW_ORDER_WITHDRAWN, REVIEW_WITHDRAWN, STEP_WITHDRAWN,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_WITHDRAWING, REVIEW_ORDER_REFUSED,   REVIEW_WITHDRAWN, STEP_WITHDRAWN,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_WITHDRAWING, REVIEW_ORDER_KEPT,      REVIEW_ISSUED,    STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_WITHDRAWING, REVIEW_CARD_MADE,       REVIEW_MADE,      STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_WITHDRAWING, REVIEW_CARD_COLLECTED,  REVIEW_CLOSED,    STEP_CLOSED,    { { 0 } }, false },
    { REVIEW_WITHDRAWING, REVIEW_REMIND,          REVIEW_WITHDRAWING, STEP_REMINDED, { { 0 } }, false },

    { REVIEW_MADE, REVIEW_CARD_MADE,      REVIEW_MADE,      STEP_RECORDED,  { { 0 } }, false },
    { REVIEW_MADE, REVIEW_CARD_COLLECTED, REVIEW_CLOSED,    STEP_CLOSED,    { { 0 } }, false },
    { REVIEW_MADE, REVIEW_CARD_DESTROYED, REVIEW_UNCLAIMED, STEP_DESTROYED, { { 0 } }, false },
    { REVIEW_MADE, REVIEW_ORDER_KEPT,     REVIEW_MADE,      STEP_RECORDED,  { { 0 } }, false },
    { REVIEW_MADE, REVIEW_WITHDRAW,       REVIEW_MADE,      STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_MADE, REVIEW_REMIND,         REVIEW_MADE,      STEP_REMINDED,  { { 0 } }, false },

    { REVIEW_CLOSED, REVIEW_CARD_FAULTY,        REVIEW_REMAKING, STEP_SPOILED,            { { 0 } }, false },
    { REVIEW_CLOSED, REVIEW_OLD_CARD_DESTROYED, REVIEW_CLOSED,   STEP_OLD_CARD_DESTROYED, { { 0 } }, false },
    /* what was still on its way */
    { REVIEW_CLOSED, REVIEW_CARD_MADE,          REVIEW_CLOSED,   STEP_RECORDED,           { { 0 } }, false },
    { REVIEW_CLOSED, REVIEW_ORDER_KEPT,         REVIEW_CLOSED,   STEP_RECORDED,           { { 0 } }, false },
    { REVIEW_CLOSED, REVIEW_WITHDRAW,           REVIEW_CLOSED,   STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { REVIEW_CLOSED, REVIEW_REMIND,             REVIEW_CLOSED,   STEP_RECORDED,           { { 0 } }, false },

    { REVIEW_REMAKING, REVIEW_CARD_MADE,        REVIEW_MADE,     STEP_RECORDED, { { 0 } }, false },
    { REVIEW_REMAKING, REVIEW_FAULTY_CARD_MADE, REVIEW_REMAKING, STEP_RECORDED, { { 0 } }, false },
    { REVIEW_REMAKING, REVIEW_CARD_COLLECTED,   REVIEW_CLOSED,   STEP_CLOSED,   { { 0 } }, false },
    { REVIEW_REMAKING, REVIEW_ORDER_KEPT,       REVIEW_REMAKING, STEP_RECORDED, { { 0 } }, false },
    { REVIEW_REMAKING, REVIEW_WITHDRAW,         REVIEW_REMAKING, STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },

    { REVIEW_UNCLAIMED, REVIEW_CARD_MADE,  REVIEW_UNCLAIMED, STEP_RECORDED, { { 0 } }, false },
    { REVIEW_UNCLAIMED, REVIEW_ORDER_KEPT, REVIEW_UNCLAIMED, STEP_RECORDED, { { 0 } }, false },
    { REVIEW_UNCLAIMED, REVIEW_REMIND,     REVIEW_UNCLAIMED, STEP_RECORDED, { { 0 } }, false },

    /* sent back by the registry that it was redirected to */
    { REVIEW_REDIRECTED, REVIEW_OPEN,        REVIEW_RECEIVED, STEP_REVIEW_OPENED, { { 0 } }, false },
    { REVIEW_REDIRECTED, REVIEW_OPEN_SECOND, REVIEW_REFUSED,  STEP_REFUSED,
      { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },

    /* the window asked before it had the news */
    { REVIEW_REFUSED,    REVIEW_WITHDRAW, REVIEW_REFUSED,    STEP_RECORDED, { { 0 } }, false },
    { REVIEW_REFUSED,    REVIEW_REMIND,   REVIEW_REFUSED,    STEP_RECORDED, { { 0 } }, false },
    { REVIEW_WITHDRAWN,  REVIEW_REMIND,   REVIEW_WITHDRAWN,  STEP_RECORDED, { { 0 } }, false },
    { REVIEW_REDIRECTED, REVIEW_REMIND,   REVIEW_REDIRECTED, STEP_RECORDED, { { 0 } }, false },
    { REVIEW_REDIRECTED, REVIEW_WITHDRAW, REVIEW_REDIRECTED, STEP_WITHDRAWN,
      { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
};
/* clang-format on */

const struct machine review_machine = {
    .state_names = state_names,
    .event_names = event_names,
    .state_open = state_open,
    .state_count = REVIEW_STATE_COUNT,
    .event_count = REVIEW_EVENT_COUNT,
    .transitions = transitions,
    .transition_count = sizeof transitions / sizeof *transitions,
};

static enum result
check_guards(const struct review *review, const struct review_event *event,
             struct refusal *ret_refusal)
{
    if (event->kind == REVIEW_ISSUE && strcmp(event->operator, review->examiner) == 0)
        return refuse(ret_refusal, REFUSAL_FOUR_EYES, "operator", "whoever examined may not issue");
    if (event->kind == REVIEW_EXAMINE && event->failed_finding != NULL)
        return refuse(ret_refusal, REFUSAL_FINDING_FAILED, "findings",
                      "%s: refuse the application with its reason", event->failed_finding);
    if (event->kind == REVIEW_CARD_COLLECTED && event->renewal && !event->old_card_surrendered)
        return refuse(ret_refusal, REFUSAL_SURRENDER_REQUIRED,
                      "card_collected.old_card_surrendered",
                      "on renewal the old card is handed back at collection");
    return OK;
}

enum result
review_step(struct review *review, const struct review_event *event, struct effects *effects,
            struct refusal *ret_refusal)
{
    int state = review->state;
    struct effects decided = { 0 };
    enum result result = machine_step(&review_machine, &state, event->kind, &decided, ret_refusal);
    if (result == OK)
        result = check_guards(review, event, ret_refusal);
    if (result != OK)
        return result;
    review->state = state;
    *effects = decided;
    return OK;
}
