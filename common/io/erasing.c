/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/erasing.h"

#include <inttypes.h>

#include "common/io/erased.h"
#include "common/io/log.h"
#include "common/io/outbox.h"
#include "common/io/stream_key.h"

/* ---- messages ---- */

bool
erasing_is_undelivered(const struct office *office, const struct dossier_message *message)
{
    const struct peer *peer = peers_find(&office->peers, message->peer);
    return message->mine && (peer == NULL || message->sequence > peer->stream.acknowledged);
}

static bool
has_attachments(struct store_txn *txn, const struct dossier_message *message)
{
    AUTO(arena) struct arena arena;
    const Yidi__OutboxRow *row;
    arena_init(&arena);
    return outbox_find(txn, message->peer, message->sequence, &arena, &row) == OK &&
           row->n_digests > 0;
}

enum result
erasing_find_undelivered(const struct office *office, struct store_txn *txn,
                         const char *case_number, bool attached,
                         struct dossier_message *ret_message)
{
    struct dossier_message *message = ret_message;
    enum result result = dossier_next_message(txn, case_number, NULL, message);
    while (result == OK) {
        if (erasing_is_undelivered(office, message) && (!attached || has_attachments(txn, message)))
            return OK;
        const struct dossier_message after = *message;
        result = dossier_next_message(txn, case_number, &after, message);
    }
    return result;
}

/* The entry is in this journal; of a message that came back after a loss, its envelope is here: its
 * recipient had it. */
static enum result
erase_sent(struct turn *turn, const struct dossier_message *message, struct erased_count *count)
{
    const Yidi__OutboxRow *found;
    enum result result =
        outbox_find(turn->txn, message->peer, message->sequence, turn->arena, &found);
    if (result != OK)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    Yidi__OutboxRow row = *found;
    struct bytes envelope = bytes_of(row.envelope.data, row.envelope.len);
    row.digests = NULL;
    row.n_digests = 0;
    const struct erased_mark mark = { .undelivered = envelope.size == 0 &&
                                                     erasing_is_undelivered(turn->office, message),
                                      .policy_version = count->policy_version };
    count->undelivered += mark.undelivered;
    if (envelope.size == 0)
        result = journal_erase(turn->txn, row.leaf_index, &mark, turn->arena);
    else
        result = erased_envelope(envelope, &mark, turn->arena, &envelope);
    row.envelope = (ProtobufCBinaryData){ .data = (uint8_t *)envelope.data, .len = envelope.size };
    return result == OK ? outbox_put(turn->txn, message->peer, message->sequence, &row, turn->arena)
                        : result;
}

static enum result
erase_received(struct turn *turn, const struct dossier_message *message,
               const struct erased_count *count)
{
    const struct erased_mark mark = { .policy_version = count->policy_version };
    struct stream_key storage;
    struct bytes key = stream_key(message->peer, message->sequence, &storage), packed;
    enum result result = store_get(turn->txn, TABLE_INBOX, key, &packed);
    if (result == OK)
        result = erased_envelope(packed, &mark, turn->arena, &packed);
    if (result != OK)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    return store_put(turn->txn, TABLE_INBOX, key, packed);
}

enum result
erasing_message(struct turn *turn, const char *case_number, const struct dossier_message *message,
                struct erased_count *count)
{
    enum result result =
        message->mine ? erase_sent(turn, message, count) : erase_received(turn, message, count);
    count->messages += result == OK;
    if (result == ERR_DAMAGED) {
        log_line(LOG_ERROR, "message_not_erased", "case=%s office=%s sequence=%" PRIu64 " mine=%d",
                 case_number, message->peer, message->sequence, message->mine);
        result = OK;
    }
    return result == OK ? dossier_drop_message(turn->txn, case_number, message) : result;
}

enum result
erasing_biometrics(struct turn *turn, struct case_file *file, struct erased_count *count)
{
    const char *case_number = file->row->case_number;
    struct dossier_message message;
    enum result result = OK;
    while (result == OK && (result = erasing_find_undelivered(turn->office, turn->txn, case_number,
                                                              true, &message)) == OK)
        result = erasing_message(turn, case_number, &message, count);
    if (result == ERR_ABSENT)
        result = dossier_drop_blobs(turn->txn, case_number, &count->attachments);
    file->row->biometrics_erased_ms = turn->now_ms;
    return result;
}

/* ---- the row ---- */

static char nothing[] = "*"; /* texts that must not be empty */

static enum result
forget_form(Yidi__Case *row, struct arena *arena)
{
    static char no_number[] = "000000000000000000", no_group[] = "00", no_phone[] = "*****";
    const Yidi__ApplicationForm *old = row->form;
    Yidi__ApplicationForm *form = arena_take(arena, sizeof *form);
    Yidi__Person *person = arena_take(arena, sizeof *person);
    if (form == NULL || person == NULL)
        return ERR_MEMORY;
    yidi__person__init(person);
    person->citizen_number = no_number;
    person->name = person->address = nothing;
    person->ethnic_group = no_group;
    person->birth_date = 18000101;
    person->registration_division = old->person->registration_division;
    yidi__application_form__init(form);
    form->kind = old->kind;
    form->reason = old->reason;
    form->person = person;
    form->phone = no_phone;
    form->residence_basis = old->residence_basis;
    form->residence_address = form->identity_document_number = nothing;
    form->identity_document = old->identity_document;
    form->evidence = old->evidence;
    form->fee_fen = old->fee_fen;
    form->fee_waiver = old->fee_waiver;
    row->form = form;
    return OK;
}

/* One that is still out is still to be handed back. */
static void
forget_temporary_card(Yidi__Collection *collection)
{
    const Yidi__TemporaryCard *card = collection->temporary_card;
    if (card != NULL && card->end != YIDI__TEMPORARY_CARD_END__STILL_OUT)
        collection->temporary_card = NULL;
}

static enum result
forget(struct turn *turn, Yidi__Case *row)
{
    row->note = NULL;
    row->attention = NULL;
    row->present_division = (char *)protobuf_c_empty_string;
    row->eligibility = NULL;
    row->receipt_code = (char *)protobuf_c_empty_string;
    row->receipt_digest = row->application_envelope = (ProtobufCBinaryData){ 0 };
    if (row->noted != NULL)
        row->noted->text = nothing;
    if (row->refusal != NULL)
        row->refusal->text = nothing;
    if (row->returned != NULL)
        row->returned->text = nothing;
    if (row->collection != NULL) {
        row->collection->collector = NULL;
        forget_temporary_card(row->collection);
        row->collection->score = (char *)protobuf_c_empty_string;
    }
    if (row->text_erased_ms == 0) /* else of what came late */
        row->text_erased_ms = turn->now_ms;
    return forget_form(row, turn->arena);
}

enum result
erasing_text(struct turn *turn, struct case_file *file, uint64_t most, struct erased_count *count,
             bool *ret_all)
{
    const char *case_number = file->row->case_number;
    struct dossier_message message;
    enum result result = OK;
    *ret_all = false;
    while (result == OK && count->messages < most) {
        result = dossier_next_message(turn->txn, case_number, NULL, &message);
        if (result == OK)
            result = erasing_message(turn, case_number, &message, count);
    }
    if (result != ERR_ABSENT)
        return result;
    *ret_all = true;
    result = dossier_drop_requests(turn->txn, case_number);
    return result == OK ? forget(turn, file->row) : result;
}
