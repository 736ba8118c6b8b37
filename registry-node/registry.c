/* SPDX-License-Identifier: Apache-2.0 */
#include "registry-node/registry.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/domain/finding.h"
#include "common/domain/validity.h"
#include "common/io/incoming.h"
#include "common/io/share.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/pages.h"

/* ---- deadlines ---- */

static uint64_t
stage_deadline_ms(const Yidi__Case *row, const struct policy_case *policy, uint64_t now_ms)
{
    uint64_t stage_ms;
    switch ((enum review_state)row->state) {
    case REVIEW_RECEIVED:
        stage_ms = deadline_ms(DEADLINE_REGISTRY, policy, now_ms);
        break;
    case REVIEW_EXAMINED: /* examination and issue share the registry's days */
        stage_ms = row->stage_deadline_ms;
        break;
    case REVIEW_MADE:
        return deadline_ms(DEADLINE_COLLECTION, policy, now_ms);
    case REVIEW_REMAKING: /* the statutory time was kept once */
        return deadline_ms(DEADLINE_REMAKE, policy, now_ms);
    case REVIEW_BLOCKED:
    case REVIEW_WITHDRAWING:
    case REVIEW_ABANDONING:
        stage_ms = deadline_ms(DEADLINE_REGISTRY, policy, now_ms);
        break;
    case REVIEW_RETURNED:
        stage_ms = civil_date_end_ms(row->returned->answer_by);
        break;
    default:
        stage_ms = deadline_ms(DEADLINE_PRODUCTION, policy, now_ms);
        break;
    }
    return stage_ms < row->statutory_deadline_ms ? stage_ms : row->statutory_deadline_ms;
}

/* ---- steps ---- */

enum result
registry_advance(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                 const struct review_event *event, struct refusal *ret_refusal)
{
    struct review review = { .state = (int)file->row->state, .examiner = file->row->examiner };
    struct effects effects = { 0 };
    enum result result = review_step(&review, event, &effects, ret_refusal);
    return result == OK ? turn_advance(turn, file, incoming, review.state, &effects) : result;
}

/* ---- incoming messages ---- */

/* The window asks again, because nothing was decided in time. */
static enum result
take_reminded(struct turn *turn, struct case_file *file, const struct incoming *incoming,
              struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_REMIND, .operator= "" };
    const enum review_state state = (enum review_state)file->row->state;
    bool undecided =
        state == REVIEW_RECEIVED || state == REVIEW_EXAMINED || state == REVIEW_BLOCKED;
    enum result result = registry_advance(turn, file, incoming, &event, ret_refusal);
    return result == OK && undecided
               ? turn_call_attention(turn, file, "OVERDUE", "the window asks for a decision",
                                     incoming->from)
               : result;
}

/* The order was not taken; or word came too late that it was withdrawn. */
static enum result
follow_refusal(struct turn *turn, struct case_file *file, const struct incoming *incoming)
{
    struct review_event event = { .operator= "" };
    const int state = (int)file->row->state;
    if (incoming->refused_kind == MESSAGE_CARD_ORDERED &&
        (state == REVIEW_ISSUED || state == REVIEW_WITHDRAWING || state == REVIEW_ABANDONING))
        event.kind = REVIEW_ORDER_REFUSED;
    else if (incoming->refused_kind == MESSAGE_ORDER_WITHDRAWN && state == REVIEW_WITHDRAWING)
        event.kind = REVIEW_ORDER_KEPT;
    else if (incoming->refused_kind == MESSAGE_CARD_ABANDONED && state == REVIEW_ABANDONING)
        event.kind = REVIEW_ABANDONED_THERE; /* a window without the case has no card of it */
    else
        return OK;
    return registry_advance(turn, file, incoming, &event, NULL);
}

/* A refused order blocks the case until an issuer orders again; anything else is for an operator to
 * look at. That a refused order cannot be withdrawn either is no news. */
static enum result
take_message_refused(struct turn *turn, struct case_file *file, const struct incoming *incoming)
{
    const Yidi__MessageRefused *refused = incoming->message->message_refused;
    char text[341];
    snprintf(text, sizeof text, "%s %s", refused->field, refused->text);
    if (incoming->refused_kind == MESSAGE_ORDER_WITHDRAWN &&
        (file->row->state == REVIEW_WITHDRAWN || file->row->state == REVIEW_ABANDONED))
        return OK;
    enum result result = follow_refusal(turn, file, incoming);
    if (result == OK)
        result = turn_call_attention(turn, file, refused->code, text, incoming->from);
    return result;
}

static enum result
take_message(struct turn *turn, struct case_file *file, const struct incoming *incoming,
             struct refusal *ret_refusal)
{
    enum result result = registry_check_order(turn, file->row, incoming, ret_refusal);
    if (result != OK)
        return result;
    switch (incoming->message->body_case) {
    case YIDI__MESSAGE__BODY_CARD_MADE:
    case YIDI__MESSAGE__BODY_CARD_COLLECTED:
    case YIDI__MESSAGE__BODY_CARD_DESTROYED:
    case YIDI__MESSAGE__BODY_CARD_RECEIVED:
        return registry_take_card_news(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_OLD_CARD_DESTROYED:
        return registry_take_old_card(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_WITHDRAWN:
        return registry_take_withdrawal(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_ORDER_WITHDRAWAL_ANSWERED:
        return registry_take_order_answer(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_ABANDONED:
        return registry_take_abandoned(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_REMINDED:
        return take_reminded(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_MESSAGE_REFUSED:
        return take_message_refused(turn, file, incoming);
    default:
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "message",
                      "a registry does not take this message");
    }
}

/* ---- decisions ---- */

static const char *
failed_finding(uint32_t findings)
{
    for (int finding = 0; finding < FINDING_COUNT; finding++)
        if (findings_have(findings, (enum finding)finding) &&
            finding_severity((enum finding)finding) == FINDING_FAIL)
            return finding_name((enum finding)finding);
    return findings_fatal(findings) ? "a finding of a newer version" : NULL;
}

/* Nobody can say what it allows. */
static enum result
refuse_unknown(const Yidi__Case *row, struct refusal *ret_refusal)
{
    return refuse(ret_refusal, REFUSAL_POLICY_UNKNOWN, "policy_version",
                  "version %" PRIu64 ", under which it was accepted, has not come yet; the other "
                  "offices are asked for it",
                  row->policy_version);
}

/* The record may have changed since the application came: it is judged again. */
static enum result
examine(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    struct review_event event = { .kind = REVIEW_EXAMINE, .operator= turn->operator};
    uint32_t findings;
    enum result result = registry_judge(turn, file->row, &findings);
    if (result != OK)
        return result;
    if (findings_have(findings, FINDING_POLICY_UNKNOWN))
        return refuse_unknown(file->row, ret_refusal);
    file->row->findings = findings;
    file->row->examiner = (char *)turn->operator;
    event.failed_finding = failed_finding(findings);
    return registry_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
issue(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_ISSUE, .operator= turn->operator};
    Yidi__Case *row = file->row;
    struct policy_case policy;
    enum result result = registry_check_only_card(turn, row, ret_refusal);
    if (result == OK)
        result = turn_find_attachments(turn, row->form);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_ATTACHMENT_LOST, "form.photo_digest",
                      "no other office has handed it back");
    if (result == OK)
        result = policies_of_case(turn, row, &policy);
    if (result == OK && !policy.known)
        return refuse_unknown(row, ret_refusal);
    if (result != OK)
        return result;
    bool again = row->state == REVIEW_BLOCKED;
    row->issuer = (char *)turn->operator;
    row->attention = NULL;
    row->issuing_authority =
        office_self(turn->office)->issuing_authority; /* may have been renamed */
    if (!again) {
        row->valid_from = civil_date_of_ms(turn->now_ms);
        row->valid_until = validity_until(&policy, row->form->person->birth_date, row->valid_from);
    }
    return registry_advance(turn, file, NULL, &event, ret_refusal);
}

/* A finding that forbids the issue is reason enough, whatever the policy says of it. */
static bool
is_found(const Yidi__Case *row, Yidi__RefusalReason reason)
{
    for (int finding = 0; finding < FINDING_COUNT; finding++)
        if (findings_have(row->findings, (enum finding)finding) &&
            finding_severity((enum finding)finding) == FINDING_FAIL &&
            finding_reason((enum finding)finding) == (enum refusal_reason)reason)
            return true;
    return false;
}

/* What the policy has ceased to refuse for, nobody is refused for. */
static enum result
check_reasons(struct turn *turn, const struct case_file *file, const Yidi__Decide *decide,
              struct refusal *ret_refusal)
{
    static const struct {
        Yidi__RefusalReason reason;
        enum policy_key rule;
    } rules[] = {
        { YIDI__REFUSAL_REASON__FIRST_APPLICATION, POLICY_REFUSE_FIRST },
        { YIDI__REFUSAL_REASON__IDENTITY_DOUBTFUL, POLICY_REFUSE_IDENTITY },
        { YIDI__REFUSAL_REASON__APPEARANCE_WITHOUT_FINGERPRINTS, POLICY_REFUSE_APPEARANCE },
        { YIDI__REFUSAL_REASON__DOCUMENTS_NOT_GENUINE, POLICY_REFUSE_DOCUMENTS },
        { YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD, POLICY_REFUSE_CREDIT },
    };
    struct policy_case policy;
    enum result result = policies_of_case(turn, file->row, &policy);
    for (size_t i = 0; result == OK && i < decide->n_reasons; i++)
        for (size_t j = 0; j < sizeof rules / sizeof *rules; j++)
            if (decide->reasons[i] == rules[j].reason && policy.known &&
                !is_found(file->row, decide->reasons[i]) &&
                policy_of_case(&policy, rules[j].rule) == 0)
                return refuse(ret_refusal, REFUSAL_POLICY_FORBIDS, "decide.reasons",
                              "%s is off in the policy of this case",
                              policy_key_info(rules[j].rule)->key);
    return result;
}

static enum result
refuse_application(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                   struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_REFUSE, .operator= turn->operator};
    Yidi__CaseRefusal *refusal = arena_take(turn->arena, sizeof *refusal);
    if (refusal == NULL)
        return ERR_MEMORY;
    if (decide->n_reasons == 0)
        return refuse(ret_refusal, REFUSAL_REFUSAL_INCOMPLETE, "decide.reasons",
                      "at least one reason");
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_REFUSAL_INCOMPLETE, "decide.text",
                      "the applicant is told the detailed reason");
    enum result result = check_reasons(turn, file, decide, ret_refusal);
    if (result != OK)
        return result;
    yidi__case_refusal__init(refusal);
    refusal->reasons = decide->reasons;
    refusal->n_reasons = decide->n_reasons;
    refusal->text = decide->text;
    refusal->contact = office_self(turn->office)->contact;
    file->row->refusal = refusal;
    return registry_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
decide(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
       struct refusal *ret_refusal)
{
    if (share_is_missing(turn, file->row->acceptance_office))
        return refuse(ret_refusal, REFUSAL_OFFICE_RECOVERING, "case_number",
                      "it may be decided already; wait until the window's share is back");
    switch (decide->verb) {
    case YIDI__VERB__EXAMINE:
        return examine(turn, file, ret_refusal);
    case YIDI__VERB__ISSUE:
        return issue(turn, file, ret_refusal);
    case YIDI__VERB__REFUSE:
        return refuse_application(turn, file, decide, ret_refusal);
    case YIDI__VERB__RETURN_FORM:
        return registry_return_form(turn, file, decide, ret_refusal);
    case YIDI__VERB__REDIRECT:
        return registry_redirect(turn, file, decide, ret_refusal);
    case YIDI__VERB__ABANDON:
        return registry_abandon(turn, file, decide, ret_refusal);
    default:
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "decide.verb",
                      "a registry examines, issues, refuses, returns, redirects and abandons");
    }
}

static enum result
take_command(struct turn *turn, const Yidi__Request *request, const struct bytes *frames,
             size_t frame_count, Yidi__Response *response, struct refusal *ret_refusal)
{
    if (request->command_case == YIDI__REQUEST__COMMAND_POPULATION_IMPORT && frame_count == 1)
        return registry_import_population(turn, request->population_import, frames[0], response,
                                          ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_CARD_QUERY)
        return registry_show_cards(turn, request->card_query, response, ret_refusal);
    return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command", "a registry does not do that");
}

static const enum party waits_for[REVIEW_STATE_COUNT] = {
    [REVIEW_ISSUED] = PARTY_PRODUCTION,   [REVIEW_WITHDRAWING] = PARTY_PRODUCTION,
    [REVIEW_REMAKING] = PARTY_PRODUCTION, [REVIEW_ABANDONING] = PARTY_ACCEPTANCE,
    [REVIEW_MADE] = PARTY_ACCEPTANCE,     [REVIEW_RETURNED] = PARTY_ACCEPTANCE,
};

const struct role registry_role = {
    .name = "registry-node",
    .unit = "registry",
    .party = PARTY_REGISTRY,
    .machine = &review_machine,
    .pages = &registry_pages,
    .refused_state = REVIEW_REFUSED,
    .waits_for = waits_for,
    .opening = MESSAGE_APPLICATION_SUBMITTED,
    .open_case = registry_open_review,
    .take_message = take_message,
    .take_command = take_command,
    .answer_question = registry_answer_eligibility,
    .redo = registry_redo,
    .decide = decide,
    .fill_message = registry_fill_message,
    .stage_deadline_ms = stage_deadline_ms,
};
