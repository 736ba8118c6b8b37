/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/acceptance.h"

#include <stdio.h>

#include "acceptance-node/applicant.h"
#include "acceptance-node/collection.h"
#include "acceptance-node/core/application.h"
#include "acceptance-node/core/handover.h"
#include "acceptance-node/drafts.h"
#include "acceptance-node/eligibility.h"
#include "acceptance-node/fees.h"
#include "acceptance-node/pages.h"
#include "acceptance-node/temporary.h"
#include "acceptance-node/temporary_out.h"
#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/io/incoming.h"
#include "common/io/package.h"
#include "common/io/redo.h"
#include "common/io/refusal_message.h"
#include "common/io/turn.h"

/* ---- deadlines ---- */

/* Its card was handed out once, so the statutory time was kept: it is no measure of what a fault
 * asks for that was found later. */
static bool
was_collected(const Yidi__Case *row)
{
    return row->collection != NULL && row->collection->collected_ms != 0;
}

static uint64_t
stage_deadline_ms(const Yidi__Case *row, const struct policy_case *policy, uint64_t now_ms)
{
    uint64_t stage_ms = 0;
    if (was_collected(row) && row->state != APPLICATION_READY)
        return deadline_ms(DEADLINE_REMAKE, policy, now_ms);
    bool made_again = row->state == APPLICATION_IN_PRODUCTION && row->card_serial[0] != '\0';
    switch ((enum application_state)row->state) {
    case APPLICATION_SUBMITTED:
        stage_ms = deadline_ms(DEADLINE_REGISTRY, policy, now_ms);
        break;
    case APPLICATION_RETURNED:
        stage_ms = civil_date_end_ms(row->returned->answer_by);
        break;
    case APPLICATION_WITHDRAWING:
        stage_ms = deadline_ms(DEADLINE_REGISTRY, policy, now_ms);
        break;
    case APPLICATION_READY: /* the statutory limit is met; the citizen may take time */
        return deadline_ms(DEADLINE_COLLECTION, policy, now_ms);
    default:
        stage_ms = deadline_ms(made_again ? DEADLINE_REMAKE : DEADLINE_PRODUCTION, policy, now_ms);
        break;
    }
    return stage_ms < row->statutory_deadline_ms ? stage_ms : row->statutory_deadline_ms;
}

/* ---- steps ---- */

/* By when the applicant is to be told that the card is here; whoever tells reads it. */
static enum result
set_tell_by(struct turn *turn, Yidi__Case *row)
{
    struct policy_case policy;
    enum result result = policies_of_case(turn, row, &policy);
    if (result == OK)
        row->tell_by_ms = deadline_ms(DEADLINE_NOTIFICATION, &policy, turn->now_ms);
    return result;
}

enum result
acceptance_advance(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                   const struct application_event *event, struct refusal *ret_refusal)
{
    int before = (int)file->row->state;
    struct application application = { .state = before };
    struct effects effects = { 0 };
    enum result result = application_step(&application, event, &effects, ret_refusal);
    if (result == OK && application.state == APPLICATION_READY && before != APPLICATION_READY)
        result = set_tell_by(turn, file->row);
    if (result == OK)
        result = turn_advance(turn, file, incoming, application.state, &effects);
    return result == OK ? fees_follow(turn, file->row, before) : result;
}

/* ---- incoming messages ---- */

static enum result
take_issued(struct turn *turn, struct case_file *file, const struct incoming *incoming,
            struct refusal *ret_refusal)
{
    const Yidi__CardIssued *issued = incoming->message->card_issued;
    const struct application_event event = { .kind = APPLICATION_CARD_ISSUED };
    if (strcmp(issued->production_office, file->row->production_office) != 0)
        return refuse(ret_refusal, REFUSAL_WRONG_OFFICE, "card_issued.production_office",
                      "the application named another production office");
    file->row->issuing_authority = issued->issuing_authority;
    file->row->valid_from = issued->valid_from;
    file->row->valid_until = issued->valid_until;
    return acceptance_advance(turn, file, incoming, &event, ret_refusal);
}

static enum result
take_refused(struct turn *turn, struct case_file *file, const struct incoming *incoming,
             struct refusal *ret_refusal)
{
    const Yidi__ApplicationRefused *refused = incoming->message->application_refused;
    const struct application_event event = { .kind = APPLICATION_REFUSE };
    enum result result = refusal_message_keep(refused, turn->arena, &file->row->refusal);
    return result == OK ? acceptance_advance(turn, file, incoming, &event, ret_refusal) : result;
}

/* In a lost past that is done again: a withdrawal was asked before the card was on its way. */
static bool
comes_too_soon(const struct turn *turn)
{
    const Yidi__Message *wanted = turn->redo == NULL ? NULL : turn->redo->wanted_by;
    return wanted != NULL && wanted->body_case == YIDI__MESSAGE__BODY_APPLICATION_WITHDRAWN;
}

static enum result
take_dispatched(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                struct refusal *ret_refusal)
{
    const struct application_event event = { .kind = APPLICATION_CARD_DISPATCHED };
    enum result result = OK;
    if (comes_too_soon(turn))
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "card_dispatched",
                      "other messages about this case come first");
    file->row->card_serial = incoming->message->card_dispatched->card_serial;
    file->row->package = incoming->message->card_dispatched->package;
    if (file->row->state == APPLICATION_ABANDONED)
        result = turn_set_attention(turn, file, APPLICATION_CARD_NOT_VALID,
                                    "the case has ended: the card is to be destroyed when it comes",
                                    incoming->from);
    if (result == OK)
        result = acceptance_advance(turn, file, incoming, &event, ret_refusal);
    return result == OK
               ? package_add(turn, file->row, incoming->message->card_dispatched->package_cards)
               : result;
}

static enum result
take_returned(struct turn *turn, struct case_file *file, const struct incoming *incoming,
              struct refusal *ret_refusal)
{
    const Yidi__ApplicationReturned *body = incoming->message->application_returned;
    const struct application_event event = { .kind = APPLICATION_RETURN };
    Yidi__CaseReturn *returned = arena_take(turn->arena, sizeof *returned);
    if (returned == NULL)
        return ERR_MEMORY;
    if (body->revision != file->row->revision)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "application_returned.revision",
                      "the present revision is %u", (unsigned)file->row->revision);
    if (!civil_date_valid(body->answer_by) ||
        body->answer_by < civil_date_of_ms(file->row->accepted_ms))
        return refuse(ret_refusal, REFUSAL_DATE_INVALID, "application_returned.answer_by",
                      "a date after the application was accepted");
    yidi__case_return__init(returned);
    returned->fields = body->fields;
    returned->n_fields = body->n_fields;
    returned->text = body->text;
    returned->answer_by = body->answer_by;
    returned->contact = body->contact;
    file->row->returned = returned;
    return acceptance_advance(turn, file, incoming, &event, ret_refusal);
}

static enum result
take_withdrawal_answer(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                       struct refusal *ret_refusal)
{
    const struct application_event event = {
        .kind = incoming->message->withdrawal_answered->withdrawn ? APPLICATION_WITHDRAWAL_ACCEPTED
                                                                  : APPLICATION_WITHDRAWAL_DENIED,
    };
    return acceptance_advance(turn, file, incoming, &event, ret_refusal);
}

/* What the registry was asked for, before the case ended without it. */
static bool
is_settled(const Yidi__Case *row, enum message_kind refused)
{
    return row->state == APPLICATION_ABANDONED &&
           (refused == MESSAGE_APPLICATION_SUBMITTED || refused == MESSAGE_APPLICATION_WITHDRAWN ||
            refused == MESSAGE_APPLICATION_REMINDED || refused == MESSAGE_APPLICATION_ABANDONED);
}

/* Of a fault that the registry does not take, no card comes that will ever be valid. */
static bool
ends_remake(const Yidi__Case *row, const struct incoming *incoming)
{
    return incoming->refused_kind == MESSAGE_CARD_RECEIVED && was_collected(row) &&
           strcmp(incoming->from, row->registry_office) == 0;
}

/* For an operator to look at. A withdrawal that the registry does not take did not happen; that of
 * an application which it did not take is no news. */
static enum result
look_at_refusal(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                const char *text)
{
    const char *code = incoming->message->message_refused->code;
    const struct application_event event = { .kind = APPLICATION_WITHDRAWAL_DENIED };
    bool withdrawal = incoming->refused_kind == MESSAGE_APPLICATION_WITHDRAWN;
    enum result result = OK;
    if ((withdrawal && file->row->state == APPLICATION_REFUSED) ||
        is_settled(file->row, incoming->refused_kind))
        return OK;
    if (withdrawal && file->row->state == APPLICATION_WITHDRAWING)
        result = acceptance_advance(turn, file, incoming, &event, NULL);
    if (ends_remake(file->row, incoming))
        return acceptance_end_refused(turn, file, incoming, text);
    file->row->remake_refused |= incoming->refused_kind == MESSAGE_CARD_RECEIVED;
    return result == OK ? turn_call_attention(turn, file, code, text, incoming->from) : result;
}

/* The registry's system refused the application: the citizen must be told. Anything else that was
 * refused is for an operator to look at. */
static enum result
take_message_refused(struct turn *turn, struct case_file *file, const struct incoming *incoming)
{
    static Yidi__RefusalReason not_deliverable[] = { YIDI__REFUSAL_REASON__NOT_DELIVERABLE };
    const Yidi__MessageRefused *refused = incoming->message->message_refused;
    const struct application_event event = { .kind = APPLICATION_DELIVERY_REFUSED };
    enum { TEXT_BYTES = 400 }; /* all of code, field and text: a cut could split a character */
    Yidi__CaseRefusal *refusal = arena_take(turn->arena, sizeof *refusal);
    char *text = arena_take(turn->arena, TEXT_BYTES);
    if (refusal == NULL || text == NULL)
        return ERR_MEMORY;
    if (incoming->refused_kind != MESSAGE_APPLICATION_SUBMITTED ||
        strcmp(incoming->from, file->row->registry_office) != 0 || /* it was redirected since */
        (file->row->state != APPLICATION_SUBMITTED &&
         file->row->state != APPLICATION_WITHDRAWING)) {
        snprintf(text, TEXT_BYTES, "%s %s", refused->field, refused->text);
        return look_at_refusal(turn, file, incoming, text);
    }
    snprintf(text, TEXT_BYTES, "%s %s %s", refused->code, refused->field, refused->text);
    yidi__case_refusal__init(refusal);
    refusal->reasons = not_deliverable;
    refusal->n_reasons = 1;
    refusal->text = text;
    refusal->contact = refused->contact;
    file->row->refusal = refusal;
    return acceptance_advance(turn, file, incoming, &event, NULL);
}

static enum result
take_message(struct turn *turn, struct case_file *file, const struct incoming *incoming,
             struct refusal *ret_refusal)
{
    switch (incoming->message->body_case) {
    case YIDI__MESSAGE__BODY_CARD_ISSUED:
        return take_issued(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_REFUSED:
        return take_refused(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_RETURNED:
        return take_returned(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_REDIRECTED:
        return acceptance_take_redirection(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_WITHDRAWAL_ANSWERED:
        return take_withdrawal_answer(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_DISPATCHED:
        return take_dispatched(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_ABANDONED:
        return acceptance_take_abandoned(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_MESSAGE_REFUSED:
        return take_message_refused(turn, file, incoming);
    default:
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "message",
                      "an acceptance office does not take this message");
    }
}

/* ---- commands ---- */

/* A fault that the holder finds later opens the case again: not beside another one, and not when
 * there is nothing left to make a card of. */
static enum result
check_reopening(struct turn *turn, const struct case_file *file, struct refusal *ret_refusal)
{
    char open_case[CASE_NUMBER_CHARS + 1];
    if (file->row->state != APPLICATION_COLLECTED)
        return OK;
    if (file->row->biometrics_erased_ms != 0)
        return refuse(ret_refusal, REFUSAL_DATA_ERASED, "case_number",
                      "photo and fingerprints are erased; the citizen applies for another card");
    enum result result =
        case_file_find_open(turn->txn, file->row->form->person->citizen_number, open_case);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_OPEN_APPLICATION, "case_number",
                      "case %s of this citizen is open", open_case);
    return result == ERR_ABSENT ? OK : result;
}

static enum result
check_words(const Yidi__Decide *decide, const char *what, struct refusal *ret_refusal)
{
    return decide->text[0] != '\0'
               ? OK
               : refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text", "%s", what);
}

static enum result
check_destruction(const struct turn *turn, const Yidi__Case *row, const Yidi__Decide *decide,
                  struct refusal *ret_refusal)
{
    enum result result =
        check_words(decide, "how the card was destroyed must be said", ret_refusal);
    if (result == OK)
        result = acceptance_check_card_came(row, ret_refusal);
    if (result == OK && row->state == APPLICATION_READY)
        result = handover_check_destruction(row->stage_deadline_ms, turn->now_ms, ret_refusal);
    return result;
}

static enum result
find_event(struct turn *turn, const struct case_file *file, const Yidi__Decide *decide,
           enum application_event_kind *ret_kind, struct refusal *ret_refusal)
{
    switch (decide->verb) {
    case YIDI__VERB__RECEIVE:
        *ret_kind = decide->defective ? APPLICATION_ARRIVE_DEFECTIVE : APPLICATION_ARRIVE_WELL;
        if (!decide->defective)
            return OK;
        enum result result = check_reopening(turn, file, ret_refusal);
        return result == OK
                   ? check_words(decide, "what is wrong with the card must be said", ret_refusal)
                   : result;
    case YIDI__VERB__WITHDRAW:
        *ret_kind = APPLICATION_WITHDRAW;
        return check_words(decide, "why the applicant withdraws must be said", ret_refusal);
    case YIDI__VERB__DESTROY:
        *ret_kind = APPLICATION_DESTROY;
        return check_destruction(turn, file->row, decide, ret_refusal);
    default:
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "decide.verb",
                      "an acceptance office receives, misses, hands out and destroys cards, and "
                      "withdraws and abandons applications");
    }
}

enum result
acceptance_act(struct turn *turn, struct case_file *file, const struct application_event *event,
               const char *text, struct refusal *ret_refusal)
{
    enum result result = text[0] == '\0' ? OK : turn_keep_note(turn, file, text);
    turn->act_detail = text;
    return result == OK ? acceptance_advance(turn, file, NULL, event, ret_refusal) : result;
}

static enum result
miss(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
     struct refusal *ret_refusal)
{
    enum result result =
        check_words(decide, "where the card was looked for must be said", ret_refusal);
    if (result == OK)
        result = acceptance_check_card_came(file->row, ret_refusal);
    return result == OK ? acceptance_miss(turn, file, decide->text, ret_refusal) : result;
}

static enum result
decide(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
       struct refusal *ret_refusal)
{
    struct application_event event = { 0 };
    if (decide->verb == YIDI__VERB__MISS)
        return miss(turn, file, decide, ret_refusal);
    if (decide->verb == YIDI__VERB__COLLECT)
        return collection_collect(turn, file, decide, ret_refusal);
    if (decide->verb == YIDI__VERB__ABANDON)
        return acceptance_abandon(turn, file, decide, ret_refusal);
    if (decide->verb == YIDI__VERB__DESTROY_OLD)
        return acceptance_find_old(turn, file, decide, ret_refusal);
    enum result result = find_event(turn, file, decide, &event.kind, ret_refusal);
    return result == OK ? acceptance_act(turn, file, &event, decide->text, ret_refusal) : result;
}

static enum result
take_command(struct turn *turn, const Yidi__Request *request, const struct bytes *frames,
             size_t frame_count, Yidi__Response *response, struct refusal *ret_refusal)
{
    if (request->command_case == YIDI__REQUEST__COMMAND_APPLY)
        return acceptance_apply(turn, request->apply, frames, frame_count, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_AMEND)
        return acceptance_amend(turn, request->amend, frames, frame_count, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_PRINT)
        return acceptance_print(turn, request->print, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_REFUND)
        return fees_refund(turn, request->refund, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_ISSUE_TEMPORARY)
        return temporary_issue(turn, request->issue_temporary, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_RETURN_TEMPORARY)
        return temporary_return(turn, request->return_temporary, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_COMPARE)
        return collection_compare(turn, request->compare, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_ASK_ELIGIBILITY)
        return eligibility_ask(turn, request->ask_eligibility, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_DRAFT_SAVE)
        return drafts_save(turn, request->draft_save, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_DRAFT_TAKE)
        return drafts_take(turn, request->draft_take, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_DRAFT_DISCARD)
        return drafts_discard(turn, request->draft_discard, response, ret_refusal);
    return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
                  "an acceptance office does not do that");
}

static enum result
answer_query(struct store_txn *txn, const Yidi__Request *request, struct arena *arena,
             Yidi__Response *response, struct refusal *ret_refusal)
{
    if (request->command_case == YIDI__REQUEST__COMMAND_FEES)
        return fees_list(txn, request->fees, arena, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_TEMPORARY_QUERY)
        return temporary_out_list(txn, request->temporary_query, arena, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_DRAFT_LIST)
        return drafts_list(txn, arena, response);
    return refuse(
        ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
        "an acceptance office keeps drafts, the ledger of fees, and which temporary cards "
        "are out");
}

static const enum party waits_for[APPLICATION_STATE_COUNT] = {
    [APPLICATION_SUBMITTED] = PARTY_REGISTRY,
    [APPLICATION_WITHDRAWING] = PARTY_REGISTRY,
    [APPLICATION_IN_PRODUCTION] = PARTY_PRODUCTION,
    [APPLICATION_IN_TRANSIT] = PARTY_PRODUCTION,
};

const struct role acceptance_role = {
    .name = "acceptance-node",
    .unit = "acceptance",
    .party = PARTY_ACCEPTANCE,
    .machine = &application_machine,
    .pages = &acceptance_pages,
    .refused_state = APPLICATION_REFUSED,
    .ready_state = APPLICATION_READY,
    .waits_for = waits_for,
    .look = fees_look,
    .take_message = take_message,
    .take_command = take_command,
    .redo = acceptance_redo,
    .resume = acceptance_resume,
    .forget = fees_forget,
    .answer_query = answer_query,
    .tell_applicant = applicant_tell,
    .tidy = drafts_tidy,
    .next_tidy_ms = drafts_next_tidy_ms,
    .upgrade_case = temporary_out_upgrade,
    .decide = decide,
    .fill_message = acceptance_fill_message,
    .stage_deadline_ms = stage_deadline_ms,
    .overdue = acceptance_overdue,
    .fill_notification = acceptance_fill_notification,
};
