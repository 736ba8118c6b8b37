/* SPDX-License-Identifier: Apache-2.0
 *
 * The acts of a registry that lost its past, done again as its own messages prove them
 * (common/io/replay.h): applications examined and issued, or refused. What was examined and not yet
 * decided, nobody else saw: it waits for an examiner again.
 */
#include "common/io/redo.h"
#include "common/io/incoming.h"
#include "common/io/refusal_message.h"
#include "common/io/share.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

static enum result
refuse_again(struct turn *turn, struct case_file *file, const struct incoming *own,
             struct refusal *ret_refusal)
{
    const Yidi__ApplicationRefused *refused = own->message->application_refused;
    const struct review_event event = { .kind = REVIEW_REFUSE, .operator= turn->operator};
    enum result result = refusal_message_keep(refused, turn->arena, &file->row->refusal);
    return result == OK ? registry_advance(turn, file, NULL, &event, ret_refusal) : result;
}

/* The message proves that somebody examined; its trace says who. */
static enum result
examine_again(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    const char *issuer = turn->operator;
    const char *examiner = redo_operator(turn->redo, STEP_EXAMINED);
    const struct review_event event = { .kind = REVIEW_EXAMINE, .operator= examiner };
    turn->operator= examiner;
    file->row->examiner = (char *)examiner;
    enum result result = registry_advance(turn, file, NULL, &event, ret_refusal);
    turn->operator= issuer;
    return result;
}

static enum result
issue_again(struct turn *turn, struct case_file *file, const char *authority, uint32_t valid_from,
            uint32_t valid_until, struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_ISSUE, .operator= turn->operator};
    enum result result = OK;
    if (file->row->state == REVIEW_RECEIVED)
        result = examine_again(turn, file, ret_refusal);
    if (result != OK)
        return result;
    file->row->issuer = (char *)turn->operator;
    file->row->attention = NULL;
    file->row->issuing_authority = (char *)authority;
    file->row->valid_from = valid_from;
    file->row->valid_until = valid_until;
    return registry_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
order_again(struct turn *turn, struct case_file *file, const struct incoming *own,
            struct refusal *ret_refusal)
{
    const Yidi__CardOrdered *ordered = own->message->card_ordered;
    return issue_again(turn, file, ordered->issuing_authority, ordered->valid_from,
                       ordered->valid_until, ret_refusal);
}

static enum result
return_again(struct turn *turn, struct case_file *file, const struct incoming *own,
             struct refusal *ret_refusal)
{
    const Yidi__ApplicationReturned *body = own->message->application_returned;
    Yidi__CaseReturn *returned = arena_take(turn->arena, sizeof *returned);
    if (returned == NULL)
        return ERR_MEMORY;
    if (file->row->revision != body->revision)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "application_returned.revision",
                      "revision %u did not come back", (unsigned)body->revision);
    yidi__case_return__init(returned);
    returned->fields = body->fields;
    returned->n_fields = body->n_fields;
    returned->text = body->text;
    returned->answer_by = body->answer_by;
    returned->contact = body->contact;
    return registry_return(turn, file, returned, ret_refusal);
}

/* Our own order carries the application that the window had signed. */
static enum result
find_application(struct turn *turn, const Yidi__CardOrdered *ordered, struct envelope *ret_envelope)
{
    struct refusal refusal = { 0 };
    ProtobufCBinaryData packed = ordered->application_envelope;
    enum result result = envelope_verify(&turn->office->verifier, bytes_of(packed.data, packed.len),
                                         turn->arena, ret_envelope, &refusal);
    if (result != OK)
        return result == ERR_MEMORY ? result : ERR_ABSENT;
    const Yidi__JournalEntry *entry = ret_envelope->entry;
    bool application = entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT &&
                       entry->sent->message->body_case == YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED;
    return application ? OK : ERR_ABSENT;
}

static enum result
open_review_again(struct turn *turn, const struct incoming *own, const struct envelope *envelope,
                  struct case_file *ret_file)
{
    const struct review_event event = { .kind = REVIEW_OPEN, .operator= "" };
    const Yidi__CardOrdered *ordered = own->message->card_ordered;
    const Yidi__Sent *sent = envelope->entry->sent;
    struct refusal refusal = { 0 };
    enum result result = case_file_new(own->message->case_number, turn->arena, ret_file);
    if (result != OK)
        return result;
    Yidi__Case *row = ret_file->row;
    row->form = sent->message->application_submitted->form;
    row->acceptance_office = ordered->acceptance_office;
    row->registry_office = turn->office->journal.office;
    row->production_office = (char *)own->from;
    row->accepted_ms = sent->message->application_submitted->accepted_ms;
    row->statutory_deadline_ms = ordered->statutory_deadline_ms;
    row->revision = sent->message->application_submitted->revision;
    row->policy_version = sent->message->application_submitted->policy_version;
    row->redirections = sent->message->application_submitted->redirections;
    row->application_envelope = ordered->application_envelope;
    return registry_advance(turn, ret_file, NULL, &event, &refusal);
}

/* Nothing but the order tells of the case. It opens the review, should the window have lost it,
 * too; while the window is away nobody knows what became of it, and the citizen gets no other card.
 *
 * ERR_ABSENT  not now. */
static enum result
open_from_order(struct turn *turn, const struct incoming *own, struct case_file *ret_file)
{
    const Yidi__CardOrdered *ordered = own->message->card_ordered;
    struct envelope envelope;
    if (own->message->body_case != YIDI__MESSAGE__BODY_CARD_ORDERED)
        return ERR_ABSENT;
    enum result result = find_application(turn, ordered, &envelope);
    if (result != OK)
        return result;
    if (!share_is_missing(turn, ordered->acceptance_office))
        return open_review_again(turn, own, &envelope, ret_file);
    const Yidi__ApplicationForm *form = envelope.entry->sent->message->application_submitted->form;
    result = share_note_awaited(turn, form->person->citizen_number, own->message->case_number);
    return result == OK ? ERR_ABSENT : result;
}

/* ---- what is taken when ---- */

static enum result
refuse_now(struct refusal *ret_refusal)
{
    return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "message",
                  "other messages about this case come first");
}

/* Of what the registry waits for while it asks the centre, does this bring about that answer? */
static bool
brings_answer(const Yidi__Message *message, bool withdrawn)
{
    switch (message->body_case) {
    case YIDI__MESSAGE__BODY_ORDER_WITHDRAWAL_ANSWERED:
        return message->order_withdrawal_answered->withdrawn == withdrawn;
    case YIDI__MESSAGE__BODY_CARD_MADE:
        return !withdrawn;
    case YIDI__MESSAGE__BODY_MESSAGE_REFUSED:
        return true;
    default:
        return false;
    }
}

/* What the centre answers, of which only the window's share tells whether we had asked: a
 * withdrawal, or what is no more. */
static enum result
check_window_is_back(const struct turn *turn, const Yidi__Case *row, const Yidi__Message *message,
                     struct refusal *ret_refusal)
{
    if (!brings_answer(message, true) || !share_is_missing(turn, row->acceptance_office))
        return OK;
    return refuse(ret_refusal, REFUSAL_OFFICE_RECOVERING, "case_number",
                  "it may answer a withdrawal; wait until the window's share is back");
}

/* A withdrawal that was not refused long before was followed by a message of ours, in the same
 * turn: by which, tells where it stands among the news of the centre. Clocks of two offices do not.
 * So was the window's end of a case that had an order; of any other it can be taken last. */
enum result
registry_check_order(const struct turn *turn, const Yidi__Case *row,
                     const struct incoming *incoming, struct refusal *ret_refusal)
{
    const Yidi__Message *wanted = turn->redo == NULL ? NULL : turn->redo->wanted_by;
    const Yidi__Message *message = incoming->message;
    if (wanted == NULL)
        return check_window_is_back(turn, row, message, ret_refusal);
    if (registry_answers_late_fault(wanted))
        return OK;
    bool withdrawal = message->body_case == YIDI__MESSAGE__BODY_APPLICATION_WITHDRAWN;
    bool abandoned = message->body_case == YIDI__MESSAGE__BODY_APPLICATION_ABANDONED;
    if (wanted->body_case == YIDI__MESSAGE__BODY_ORDER_WITHDRAWN)
        return (wanted->order_withdrawn->ended ? abandoned : withdrawal) ? OK
                                                                         : refuse_now(ret_refusal);
    if (abandoned)
        return refuse_now(ret_refusal);
    if (wanted->body_case != YIDI__MESSAGE__BODY_WITHDRAWAL_ANSWERED)
        return withdrawal ? refuse_now(ret_refusal) : OK;
    bool withdrawn = wanted->withdrawal_answered->withdrawn;
    if (row->state == REVIEW_WITHDRAWING && !brings_answer(message, withdrawn))
        return refuse_now(ret_refusal);
    return row->state == REVIEW_ISSUED && withdrawal && !withdrawn ? refuse_now(ret_refusal) : OK;
}

enum result
registry_redo(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    struct case_file file;
    enum result result =
        case_file_open(turn->txn, &review_machine, own->message->case_number, turn->arena, &file);
    if (result == ERR_ABSENT && turn->redo->last_resort)
        result = open_from_order(turn, own, &file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "the application itself did not come back");
    if (result != OK)
        return result;
    if (registry_answers_late_fault(own->message))
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "message",
                      "the fault that it answers did not come back");
    const Yidi__CardIssued *issued = own->message->card_issued;
    const Yidi__ApplicationRedirected *redirected = own->message->application_redirected;
    switch (own->message->body_case) {
    case YIDI__MESSAGE__BODY_APPLICATION_REFUSED:
        return refuse_again(turn, &file, own, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_ISSUED:
        return issue_again(turn, &file, issued->issuing_authority, issued->valid_from,
                           issued->valid_until, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_ORDERED:
        return order_again(turn, &file, own, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_RETURNED:
        return return_again(turn, &file, own, ret_refusal);
    case YIDI__MESSAGE__BODY_APPLICATION_REDIRECTED:
        return registry_redirect_to(turn, &file, redirected->registry_office,
                                    redirected->registration_division, redirected->text,
                                    ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_ABANDONED:
        return registry_abandon_again(turn, &file, own->message->card_abandoned, ret_refusal);
    case YIDI__MESSAGE__BODY_WITHDRAWAL_ANSWERED:
    case YIDI__MESSAGE__BODY_ORDER_WITHDRAWN:
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "message",
                      "what it answers did not come back");
    default:
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "message",
                      "a registry does not send this message");
    }
}
