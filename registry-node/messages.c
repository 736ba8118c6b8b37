/* SPDX-License-Identifier: Apache-2.0
 *
 * What a registry says to the other offices of a case: the bodies of its messages, filled in from
 * the row after it was changed.
 */
#include "common/io/case_trace.h"
#include "common/io/message_trace.h"
#include "common/io/stream_key.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

union bodies {
    Yidi__ApplicationRefused refused;
    Yidi__CardIssued issued;
    Yidi__CardOrdered ordered;
    Yidi__ApplicationReturned returned;
    Yidi__WithdrawalAnswered answered;
    Yidi__OrderWithdrawn withdrawn;
    Yidi__ApplicationRedirected redirected;
    Yidi__CardAbandoned abandoned;
};

static void
fill_refused(const struct case_file *file, Yidi__ApplicationRefused *body)
{
    const Yidi__CaseRefusal *refusal = file->row->refusal;
    REQUIRE(refusal != NULL);
    yidi__application_refused__init(body);
    body->reasons = refusal->reasons;
    body->n_reasons = refusal->n_reasons;
    body->text = refusal->text;
    body->contact = refusal->contact;
}

static void
fill_issued(const struct case_file *file, Yidi__CardIssued *body)
{
    const Yidi__Case *row = file->row;
    yidi__card_issued__init(body);
    body->production_office = row->production_office;
    body->issuing_authority = row->issuing_authority;
    body->valid_from = row->valid_from;
    body->valid_until = row->valid_until;
}

static enum result
find_application_envelope(struct turn *turn, const Yidi__Case *row, struct bytes *ret_envelope)
{
    struct stream_key key;
    struct bytes stored = bytes_of(row->application_envelope.data, row->application_envelope.len);
    enum result result = OK;
    if (stored.size == 0)
        result =
            store_get(turn->txn, TABLE_INBOX,
                      stream_key(row->acceptance_office, row->application_sequence, &key), &stored);
    if (result != OK)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    *ret_envelope = arena_copy(turn->arena, stored);
    return ret_envelope->data == NULL ? ERR_MEMORY : OK;
}

/* The order carries the window's own signed application: the production node need not believe us.
 */
static enum result
fill_ordered(struct turn *turn, const struct case_file *file, Yidi__CardOrdered *body)
{
    const Yidi__Case *row = file->row;
    struct bytes envelope;
    enum result result = find_application_envelope(turn, row, &envelope);
    if (result != OK)
        return result;
    yidi__card_ordered__init(body);
    body->application_envelope =
        (ProtobufCBinaryData){ .data = (uint8_t *)envelope.data, .len = envelope.size };
    body->acceptance_office = row->acceptance_office;
    body->issuing_authority = row->issuing_authority;
    body->valid_from = row->valid_from;
    body->valid_until = row->valid_until;
    body->statutory_deadline_ms = row->statutory_deadline_ms;
    return OK;
}

static void
fill_returned(const struct turn *turn, const struct case_file *file,
              Yidi__ApplicationReturned *body)
{
    const Yidi__CaseReturn *returned = file->row->returned;
    REQUIRE(returned != NULL);
    yidi__application_returned__init(body);
    body->fields = returned->fields;
    body->n_fields = returned->n_fields;
    body->text = returned->text;
    body->answer_by = returned->answer_by;
    body->contact = office_self(turn->office)->contact;
    body->revision = file->row->revision;
}

static void
fill_redirected(const struct case_file *file, Yidi__ApplicationRedirected *body)
{
    const Yidi__CaseNote *note = file->row->note;
    REQUIRE(note != NULL);
    yidi__application_redirected__init(body);
    body->redirections = file->row->redirections;
    body->registry_office = note->registry_office;
    body->registration_division = note->division;
    body->text = note->text;
}

/* Whatever was made, no card of it becomes valid any more. */
static bool
has_ended(const struct case_file *file)
{
    return file->row->state == REVIEW_ABANDONED || file->row->state == REVIEW_CLOSED;
}

static void
fill_abandoned(const struct case_file *file, Yidi__CardAbandoned *body)
{
    REQUIRE(file->row->note != NULL);
    yidi__card_abandoned__init(body);
    body->ended = has_ended(file);
    body->text = file->row->note->text;
}

/* Of a case that another registry decides, nothing is left here to withdraw. */
static bool
is_withdrawn(const struct case_file *file)
{
    return file->row->state == REVIEW_WITHDRAWN || file->row->state == REVIEW_REDIRECTED;
}

enum result
registry_fill_message(struct turn *turn, const struct case_file *file, enum message_kind kind,
                      Yidi__Message *message)
{
    enum { TRACE_SENT = 16 };
    union bodies *bodies = arena_take(turn->arena, sizeof *bodies);
    Yidi__Hop **trace = arena_take(turn->arena, TRACE_SENT * sizeof *trace);
    if (bodies == NULL || trace == NULL)
        return ERR_MEMORY;
    size_t count = case_trace_own(file->row, turn->office->journal.office, trace, TRACE_SENT);
    enum result result = OK;
    message->body_case = (Yidi__Message__BodyCase)kind;
    switch (kind) {
    case MESSAGE_APPLICATION_REFUSED:
        fill_refused(file, &bodies->refused);
        message->application_refused = &bodies->refused;
        break;
    case MESSAGE_CARD_ISSUED:
        fill_issued(file, &bodies->issued);
        message->card_issued = &bodies->issued;
        break;
    case MESSAGE_APPLICATION_RETURNED:
        fill_returned(turn, file, &bodies->returned);
        message->application_returned = &bodies->returned;
        break;
    case MESSAGE_APPLICATION_REDIRECTED:
        fill_redirected(file, &bodies->redirected);
        message->application_redirected = &bodies->redirected;
        break;
    case MESSAGE_WITHDRAWAL_ANSWERED:
        yidi__withdrawal_answered__init(&bodies->answered);
        bodies->answered.withdrawn = is_withdrawn(file);
        message->withdrawal_answered = &bodies->answered;
        break;
    case MESSAGE_CARD_ABANDONED:
        fill_abandoned(file, &bodies->abandoned);
        message->card_abandoned = &bodies->abandoned;
        break;
    case MESSAGE_ORDER_WITHDRAWN:
        yidi__order_withdrawn__init(&bodies->withdrawn);
        bodies->withdrawn.ended = has_ended(file);
        message->order_withdrawn = &bodies->withdrawn;
        break;
    default:
        REQUIRE(kind == MESSAGE_CARD_ORDERED);
        result = fill_ordered(turn, file, &bodies->ordered);
        message->card_ordered = &bodies->ordered;
        break;
    }
    message_trace_set(message, trace, count);
    return result;
}
