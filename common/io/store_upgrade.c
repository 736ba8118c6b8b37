/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/store_upgrade.h"

#include <inttypes.h>

#include "common/io/case_file.h"
#include "common/io/dossier.h"
#include "common/io/log.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"
#include "proto/journal.pb-c.h"

/* A store that has the index by deadline has all of it but the list of what is to be erased. */
static struct deadline_place
present_place(const struct deadline_place *place, uint64_t format)
{
    static const struct deadline_place nowhere = { 0 };
    struct deadline_place present = format == STORE_FORMAT_OLDEST ? nowhere : *place;
    present.erase_ms = 0;
    return present;
}

static enum result
note_blobs(struct store_txn *txn, const Yidi__Case *row)
{
    const Yidi__ApplicationForm *form = row->form;
    enum result result = OK;
    if (form->photo_digest.len == DIGEST_BYTES)
        result = dossier_add_blob(txn, row->case_number,
                                  bytes_of(form->photo_digest.data, DIGEST_BYTES));
    for (size_t i = 0; i < form->n_fingerprints && result == OK; i++)
        result = dossier_add_blob(txn, row->case_number,
                                  bytes_of(form->fingerprints[i]->digest.data, DIGEST_BYTES));
    return result;
}

static enum result
note_place_and_blobs(struct store_txn *txn, const Yidi__Case *row, uint64_t format)
{
    const struct deadline_place place = case_file_place(row),
                                present = present_place(&place, format);
    enum result result = deadline_index_move(txn, row->case_number, &present, &place);
    return result == OK ? note_blobs(txn, row) : result;
}

static enum result
upgrade_case(struct store_txn *txn, struct bytes key, struct bytes value, uint64_t format,
             struct arena *arena)
{
    (void)key;
    ProtobufCMessage *message;
    if (wire_decode(&yidi__case__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__Case *row = (const Yidi__Case *)message;
    if (row->state >= STATE_COUNT_MAX)
        return ERR_DAMAGED;
    enum result result = OK;
    if (format < 3)
        result = note_place_and_blobs(txn, row, format);
    static const struct person_place nowhere = { NULL, NULL };
    const struct person_place person = case_file_person(row);
    return result == OK ? person_index_move(txn, row->case_number, &nowhere, &person) : result;
}

static enum result
note_message(struct store_txn *txn, struct bytes key, const char *case_number, bool mine)
{
    struct dossier_message message = { .mine = mine };
    if (key.size != OFFICE_CODE_CHARS + 8 || strlen(case_number) != CASE_NUMBER_CHARS)
        return ERR_DAMAGED;
    memcpy(message.peer, key.data, OFFICE_CODE_CHARS);
    message.sequence = bytes_get_u64(key.data + OFFICE_CODE_CHARS);
    return dossier_add_message(txn, case_number, &message);
}

static enum result
upgrade_sent(struct store_txn *txn, struct bytes key, struct bytes value, uint64_t format,
             struct arena *arena)
{
    (void)format;
    ProtobufCMessage *message;
    if (wire_decode(&yidi__outbox_row__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__OutboxRow *row = (const Yidi__OutboxRow *)message;
    enum result result = note_message(txn, key, row->case_number, true);
    for (size_t i = 0; i < row->n_digests && result == OK; i++)
        result = dossier_add_blob(txn, row->case_number,
                                  bytes_of(row->digests[i].data, row->digests[i].len));
    return result;
}

static enum result
upgrade_received(struct store_txn *txn, struct bytes key, struct bytes value, uint64_t format,
                 struct arena *arena)
{
    (void)format;
    ProtobufCMessage *message;
    if (wire_decode(&yidi__envelope__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    ProtobufCBinaryData packed = ((const Yidi__Envelope *)message)->entry;
    if (wire_decode(&yidi__journal_entry__descriptor, bytes_of(packed.data, packed.len), arena,
                    &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
    return entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT
               ? note_message(txn, key, entry->sent->message->case_number, false)
               : ERR_DAMAGED;
}

/* Of format 3 on, a row begins with the time at which the policy was adopted; 0: long ago. */
static enum result
upgrade_policy(struct store_txn *txn, struct bytes key, struct bytes value, uint64_t format,
               struct arena *arena)
{
    static const uint8_t long_ago[8] = { 0 };
    (void)format;
    uint8_t *row = arena_take(arena, sizeof long_ago + value.size);
    if (row == NULL)
        return ERR_MEMORY;
    memcpy(row, long_ago, sizeof long_ago);
    memcpy(row + sizeof long_ago, value.data, value.size);
    return store_put(txn, TABLE_POLICIES, key, bytes_of(row, sizeof long_ago + value.size));
}

typedef enum result (*upgrade_row)(struct store_txn *txn, struct bytes key, struct bytes value,
                                   uint64_t format, struct arena *arena);

/* A row is copied before anything is written: a put may move what a cursor handed out. */
static enum result
upgrade_table(struct store_txn *txn, enum store_table table, uint64_t format, upgrade_row upgrade,
              uint64_t *ret_rows)
{
    AUTO(arena) struct arena arena;
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    uint64_t rows = 0;
    arena_init(&arena);
    enum result result = store_cursor_open(txn, table, (struct bytes){ 0 }, &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        key = arena_copy(&arena, key);
        value = arena_copy(&arena, value);
        result = key.data == NULL || value.data == NULL ? ERR_MEMORY
                                                        : upgrade(txn, key, value, format, &arena);
        arena_reset(&arena);
        rows++;
    }
    *ret_rows = rows;
    return result == ERR_ABSENT ? OK : result;
}

static enum result
upgrade_tables(struct store_txn *txn, uint64_t format, uint64_t *ret_cases)
{
    uint64_t unused;
    enum result result = upgrade_table(txn, TABLE_CASES, format, upgrade_case, ret_cases);
    if (format >= 3)
        return result;
    if (result == OK)
        result = upgrade_table(txn, TABLE_OUTBOX, format, upgrade_sent, &unused);
    if (result == OK)
        result = upgrade_table(txn, TABLE_INBOX, format, upgrade_received, &unused);
    return result == OK ? upgrade_table(txn, TABLE_POLICIES, format, upgrade_policy, &unused)
                        : result;
}

enum result
store_upgrade(struct store *store)
{
    struct store_txn *txn = NULL;
    uint64_t format, cases = 0;
    enum result result = store_begin_write(store, &txn);
    if (result == OK)
        result = store_format(txn, &format);
    if (result != OK || format == STORE_FORMAT) {
        store_abort(txn);
        return result;
    }
    result = upgrade_tables(txn, format, &cases);
    if (result == OK)
        result = store_set_format(txn, STORE_FORMAT);
    if (result == OK)
        result = store_commit(txn);
    else
        store_abort(txn);
    if (result == OK)
        log_line(LOG_INFO, "store_upgraded", "format=%d cases=%" PRIu64, STORE_FORMAT, cases);
    return result;
}
