/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/core/order.h"

#include <string.h>

static const char *const state_names[ORDER_STATE_COUNT] = {
    [ORDER_ABSENT] = "absent",
    [ORDER_ORDERED] = "ordered",
    [ORDER_MADE] = "made",
    [ORDER_VERIFIED] = "verified",
    [ORDER_DISPATCHED] = "dispatched",
    [ORDER_DELIVERED] = "delivered",
    [ORDER_CLOSED] = "closed",
    [ORDER_MISSING] = "missing",
    [ORDER_WITHDRAWN] = "withdrawn",
    [ORDER_ABANDONED] = "abandoned",
};

static const char *const event_names[ORDER_EVENT_COUNT] = {
    [ORDER_PLACE] = "order",
    [ORDER_MAKE] = "make",
    [ORDER_CHECK_GOOD] = "check as good",
    [ORDER_CHECK_BAD] = "check as defective",
    [ORDER_CHECK_EYE] = "check by eye",
    [ORDER_CHECK_READER] = "check by reader",
    [ORDER_DISPATCH] = "dispatch",
    [ORDER_ARRIVED_WELL] = "arrival",
    [ORDER_ARRIVED_DEFECTIVE] = "defective arrival",
    [ORDER_COLLECTED] = "collection",
    [ORDER_WITHDRAW] = "withdrawal",
    [ORDER_ARRIVED_NOT] = "missing arrival",
    [ORDER_FOUND] = "found",
    [ORDER_LOST] = "lost",
    [ORDER_DESTROYED] = "destruction",
    [ORDER_MAKE_BAD] = "spoiled making",
    [ORDER_WITHDRAW_LATE] = "late withdrawal",
    [ORDER_ABANDON] = "abandon",
    [ORDER_MAKE_UNWANTED] = "unwanted making",
    [ORDER_FAIL_UNWANTED] = "unwanted failure",
};

static const bool state_open[ORDER_STATE_COUNT] = {
    [ORDER_ORDERED] = true,    [ORDER_MADE] = true,      [ORDER_VERIFIED] = true,
    [ORDER_DISPATCHED] = true, [ORDER_DELIVERED] = true, [ORDER_MISSING] = true,
};

/* clang-format off */
static const struct transition transitions[] = {
    { ORDER_ABSENT,     ORDER_PLACE,             ORDER_ORDERED,    STEP_ORDERED,    { { 0 } }, false },

    { ORDER_ORDERED,    ORDER_MAKE,              ORDER_MADE,       STEP_MADE,       { { 0 } }, false },
    { ORDER_ORDERED,    ORDER_MAKE_BAD,          ORDER_ORDERED,    STEP_SPOILED,    { { 0 } }, false },
    { ORDER_ORDERED,    ORDER_WITHDRAW,          ORDER_WITHDRAWN,  STEP_WITHDRAWN,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },
    { ORDER_ORDERED,    ORDER_WITHDRAW_LATE,     ORDER_ORDERED,    STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { ORDER_MADE,       ORDER_CHECK_EYE,         ORDER_MADE,       STEP_CHECKED_BY_EYE,    { { 0 } }, false },
    { ORDER_MADE,       ORDER_CHECK_READER,      ORDER_MADE,       STEP_CHECKED_BY_READER, { { 0 } }, false },
    { ORDER_MADE,       ORDER_CHECK_GOOD,        ORDER_VERIFIED,   STEP_VERIFIED,
      { { MESSAGE_CARD_MADE, PARTY_REGISTRY } }, false },
    { ORDER_MADE,       ORDER_CHECK_BAD,         ORDER_ORDERED,    STEP_SPOILED,    { { 0 } }, false },
    { ORDER_MADE,       ORDER_WITHDRAW,          ORDER_MADE,       STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { ORDER_VERIFIED,   ORDER_DISPATCH,          ORDER_DISPATCHED, STEP_DISPATCHED,
      { { MESSAGE_CARD_DISPATCHED, PARTY_ACCEPTANCE } }, false },
    { ORDER_VERIFIED,   ORDER_WITHDRAW,          ORDER_VERIFIED,   STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { ORDER_DISPATCHED, ORDER_ARRIVED_WELL,      ORDER_DELIVERED,  STEP_ARRIVED,    { { 0 } }, false },
    { ORDER_DISPATCHED, ORDER_ARRIVED_DEFECTIVE, ORDER_ORDERED,    STEP_SPOILED,    { { 0 } }, false },
    { ORDER_DISPATCHED, ORDER_ARRIVED_NOT,       ORDER_MISSING,    STEP_MISSING,    { { 0 } }, false },
    { ORDER_DISPATCHED, ORDER_WITHDRAW,          ORDER_DISPATCHED, STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { ORDER_MISSING,    ORDER_FOUND,             ORDER_VERIFIED,   STEP_FOUND,      { { 0 } }, false },
    { ORDER_MISSING,    ORDER_LOST,              ORDER_ORDERED,    STEP_SPOILED,    { { 0 } }, false },
    { ORDER_MISSING,    ORDER_WITHDRAW,          ORDER_MISSING,    STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { ORDER_DELIVERED,  ORDER_ARRIVED_DEFECTIVE, ORDER_ORDERED,    STEP_SPOILED,    { { 0 } }, false },
    { ORDER_DELIVERED,  ORDER_COLLECTED,         ORDER_CLOSED,     STEP_CLOSED,     { { 0 } }, false },
    { ORDER_DELIVERED,  ORDER_DESTROYED,         ORDER_CLOSED,     STEP_DESTROYED,  { { 0 } }, false },
    { ORDER_DELIVERED,  ORDER_WITHDRAW,          ORDER_DELIVERED,  STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    /* a fault that the holder found later */
    { ORDER_CLOSED,     ORDER_ARRIVED_DEFECTIVE, ORDER_ORDERED,    STEP_SPOILED,    { { 0 } }, false },
    { ORDER_CLOSED,     ORDER_WITHDRAW,          ORDER_CLOSED,     STEP_WITHDRAWAL_DENIED,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    /* the window is no more */
    { ORDER_ORDERED, ORDER_ABANDON, ORDER_ABANDONED, STEP_ABANDONED,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },
    { ORDER_VERIFIED, ORDER_ABANDON, ORDER_ABANDONED, STEP_ABANDONED,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },
    { ORDER_DISPATCHED, ORDER_ABANDON, ORDER_ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { ORDER_MISSING, ORDER_ABANDON, ORDER_ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { ORDER_DELIVERED, ORDER_ABANDON, ORDER_ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { ORDER_ABANDONED, ORDER_WITHDRAW, ORDER_ABANDONED, STEP_RECORDED,
      { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },
    /* it is trusted again, and tells of the card that it was sent */
    { ORDER_ABANDONED, ORDER_ARRIVED_WELL,      ORDER_DELIVERED, STEP_ARRIVED,   { { 0 } }, false },
    { ORDER_ABANDONED, ORDER_ARRIVED_DEFECTIVE, ORDER_ORDERED,   STEP_SPOILED,   { { 0 } }, false },
    { ORDER_ABANDONED, ORDER_ARRIVED_NOT,       ORDER_MISSING,   STEP_MISSING,   { { 0 } }, false },
    { ORDER_ABANDONED, ORDER_COLLECTED,         ORDER_CLOSED,    STEP_CLOSED,    { { 0 } }, false },
    { ORDER_ABANDONED, ORDER_DESTROYED,         ORDER_CLOSED,    STEP_DESTROYED, { { 0 } }, false },
    /* the window had ended the case before the card came */
    { ORDER_DISPATCHED, ORDER_DESTROYED,        ORDER_CLOSED,    STEP_DESTROYED, { { 0 } }, false },

    /* what the machine had in work when the order ended */
    { ORDER_WITHDRAWN, ORDER_MAKE_UNWANTED, ORDER_WITHDRAWN, STEP_SPOILED, { { 0 } }, false },
    { ORDER_ABANDONED, ORDER_MAKE_UNWANTED, ORDER_ABANDONED, STEP_SPOILED, { { 0 } }, false },

    /* the case has ended: of a card that is no good, or lost, there is no other one */
    { ORDER_MADE,       ORDER_FAIL_UNWANTED, ORDER_ABANDONED, STEP_SPOILED, { { 0 } }, false },
    { ORDER_DISPATCHED, ORDER_FAIL_UNWANTED, ORDER_ABANDONED, STEP_SPOILED, { { 0 } }, false },
    { ORDER_MISSING,    ORDER_FAIL_UNWANTED, ORDER_ABANDONED, STEP_SPOILED, { { 0 } }, false },
    { ORDER_DELIVERED,  ORDER_FAIL_UNWANTED, ORDER_ABANDONED, STEP_SPOILED, { { 0 } }, false },
    { ORDER_CLOSED,     ORDER_FAIL_UNWANTED, ORDER_CLOSED,    STEP_SPOILED, { { 0 } }, false },
    { ORDER_ABANDONED,  ORDER_FAIL_UNWANTED, ORDER_ABANDONED, STEP_SPOILED, { { 0 } }, false },
};
/* clang-format on */

const struct machine order_machine = {
    .state_names = state_names,
    .event_names = event_names,
    .state_open = state_open,
    .state_count = ORDER_STATE_COUNT,
    .event_count = ORDER_EVENT_COUNT,
    .transitions = transitions,
    .transition_count = sizeof transitions / sizeof *transitions,
};

static bool
is_check(enum order_event_kind kind)
{
    return kind == ORDER_CHECK_GOOD || kind == ORDER_CHECK_BAD || kind == ORDER_CHECK_EYE ||
           kind == ORDER_CHECK_READER;
}

static bool
names_card(enum order_event_kind kind)
{
    return kind == ORDER_ARRIVED_WELL || kind == ORDER_ARRIVED_DEFECTIVE ||
           kind == ORDER_ARRIVED_NOT || kind == ORDER_COLLECTED || kind == ORDER_DESTROYED;
}

static enum result
check_people_and_card(const struct order *order, const struct order_event *event,
                      struct refusal *ret_refusal)
{
    if (is_check(event->kind) && strcmp(event->operator, order->maker) == 0)
        return refuse(ret_refusal, REFUSAL_FOUR_EYES, "operator",
                      "whoever made the card may not verify it");
    if (names_card(event->kind) && strcmp(event->card_serial, order->card_serial) != 0)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_MISMATCH, "card_serial",
                      "the card made last for this order is another one");
    return OK;
}

static bool
is_failure(enum order_event_kind kind)
{
    return kind == ORDER_CHECK_BAD || kind == ORDER_ARRIVED_DEFECTIVE || kind == ORDER_LOST;
}

/* A card that is good so far is verified with the check that was still missing. */
static enum order_event_kind
kind_of(const struct order *order, const struct order_event *event)
{
    unsigned checked = order->checked | event->checked;
    if (order->unwanted && is_failure(event->kind))
        return ORDER_FAIL_UNWANTED;
    if (event->kind != ORDER_CHECK_GOOD || checked == ORDER_BY_BOTH)
        return event->kind;
    return checked == ORDER_BY_EYE ? ORDER_CHECK_EYE : ORDER_CHECK_READER;
}

enum result
order_step(struct order *order, const struct order_event *event, struct effects *effects,
           struct refusal *ret_refusal)
{
    int state = order->state;
    struct effects decided = { 0 };
    enum result result =
        machine_step(&order_machine, &state, kind_of(order, event), &decided, ret_refusal);
    if (result == OK)
        result = check_people_and_card(order, event, ret_refusal);
    if (result != OK)
        return result;
    order->state = state;
    *effects = decided;
    return OK;
}
