/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/store_upgrade.h"

#include <inttypes.h>

#include "common/io/case_file.h"
#include "common/io/dossier.h"
#include "common/io/form_view.h"
#include "common/io/log.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"
#include "proto/journal.pb-c.h"

struct upgrade {
    struct store_txn *txn;
    uint64_t format;         /* so far */
    const struct role *role; /* may be NULL */
    uint64_t cases;
};

/* ---- cases ---- */

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
    ProtobufCBinaryData digests[ATTACHMENTS_MAX];
    const size_t count = form_attachments(row->form, digests);
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++)
        if (digests[i].len == DIGEST_BYTES)
            result =
                dossier_add_blob(txn, row->case_number, bytes_of(digests[i].data, DIGEST_BYTES));
    return result;
}

static enum result
note_place_and_blobs(const struct upgrade *upgrade, const Yidi__Case *row)
{
    const struct deadline_place place = case_file_deadline(row),
                                present = present_place(&place, upgrade->format);
    enum result result = deadline_index_move(upgrade->txn, row->case_number, &present, &place);
    return result == OK ? note_blobs(upgrade->txn, row) : result;
}

static enum result
upgrade_case(struct upgrade *upgrade, struct bytes key, struct bytes value, struct arena *arena)
{
    (void)key;
    static const struct person_place nowhere = { NULL, NULL };
    ProtobufCMessage *message;
    if (wire_decode(&yidi__case__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__Case *row = (const Yidi__Case *)message;
    if (row->state >= STATE_COUNT_MAX)
        return ERR_DAMAGED;
    enum result result = OK;
    if (upgrade->format < 3)
        result = note_place_and_blobs(upgrade, row);
    const struct person_place person = case_file_person(row);
    if (result == OK)
        result = person_index_move(upgrade->txn, row->case_number, &nowhere, &person);
    if (result == OK && upgrade->role != NULL && upgrade->role->upgrade_case != NULL)
        result = upgrade->role->upgrade_case(upgrade->txn, row);
    upgrade->cases++;
    return result == OK && row->attention != NULL
               ? state_index_add_attention(upgrade->txn, row->case_number, row->changed_ms)
               : result;
}

/* ---- messages ---- */

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
upgrade_sent(struct upgrade *upgrade, struct bytes key, struct bytes value, struct arena *arena)
{
    struct store_txn *txn = upgrade->txn;
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
upgrade_received(struct upgrade *upgrade, struct bytes key, struct bytes value, struct arena *arena)
{
    ProtobufCMessage *message;
    if (wire_decode(&yidi__envelope__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    ProtobufCBinaryData packed = ((const Yidi__Envelope *)message)->entry;
    if (wire_decode(&yidi__journal_entry__descriptor, bytes_of(packed.data, packed.len), arena,
                    &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
    return entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT
               ? note_message(upgrade->txn, key, entry->sent->message->case_number, false)
               : ERR_DAMAGED;
}

/* ---- all rows of a table ---- */

typedef enum result (*upgrade_row)(struct upgrade *upgrade, struct bytes key, struct bytes value,
                                   struct arena *arena);

/* A row is copied before anything is written: a put may move what a cursor handed out. */
static enum result
upgrade_table(struct upgrade *upgrade, enum store_table table, upgrade_row upgrade_one)
{
    AUTO(arena) struct arena arena;
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    arena_init(&arena);
    enum result result = store_cursor_open(upgrade->txn, table, (struct bytes){ 0 }, &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        key = arena_copy(&arena, key);
        value = arena_copy(&arena, value);
        result = key.data == NULL || value.data == NULL ? ERR_MEMORY
                                                        : upgrade_one(upgrade, key, value, &arena);
        arena_reset(&arena);
    }
    return result == ERR_ABSENT ? OK : result;
}

/* ---- policies: when each was adopted ---- */

/* A time begins with a zero byte, a packed SignedPolicy with the tag of its first field. */
static bool
is_undated(struct bytes row)
{
    return row.size > 0 && row.data[0] != 0;
}

static enum result
date_policy(struct store_txn *txn, struct bytes key, struct bytes row, uint64_t adopted_ms,
            struct arena *arena)
{
    enum { TIME_BYTES = 8 };
    uint8_t *dated = arena_take(arena, TIME_BYTES + row.size);
    if (dated == NULL)
        return ERR_MEMORY;
    bytes_put_u64(dated, adopted_ms);
    memcpy(dated + TIME_BYTES, row.data, row.size);
    return store_put(txn, TABLE_POLICIES, key, bytes_of(dated, TIME_BYTES + row.size));
}

/* The entry says when. What stands for an erased message is none. */
static enum result
upgrade_entry(struct upgrade *upgrade, struct bytes key, struct bytes value, struct arena *arena)
{
    (void)key;
    ProtobufCMessage *message;
    struct bytes row;
    uint8_t version[8];
    if (wire_decode(&yidi__journal_entry__descriptor, value, arena, &message, NULL) != OK)
        return OK;
    const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
    if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_POLICY_ADOPTED)
        return OK;
    bytes_put_u64(version, entry->policy_adopted->version);
    enum result result =
        store_get(upgrade->txn, TABLE_POLICIES, bytes_of(version, sizeof version), &row);
    if (result != OK || !is_undated(row))
        return result == ERR_ABSENT ? OK : result;
    return date_policy(upgrade->txn, bytes_of(version, sizeof version), row, entry->time_ms, arena);
}

/* Adopted in a past that was lost: nobody knows when, so it is as old as can be. */
static enum result
upgrade_policy(struct upgrade *upgrade, struct bytes key, struct bytes value, struct arena *arena)
{
    return is_undated(value) ? date_policy(upgrade->txn, key, value, 0, arena) : OK;
}

static enum result
upgrade_policies(struct upgrade *upgrade)
{
    uint64_t count;
    enum result result = store_count(upgrade->txn, TABLE_POLICIES, &count);
    if (result != OK || count == 0)
        return result;
    result = upgrade_table(upgrade, TABLE_JOURNAL, upgrade_entry);
    return result == OK ? upgrade_table(upgrade, TABLE_POLICIES, upgrade_policy) : result;
}

/* ---- all of it ---- */

static enum result
upgrade_tables(struct upgrade *upgrade)
{
    enum result result = state_index_forget_attention(upgrade->txn);
    if (result == OK)
        result = upgrade_table(upgrade, TABLE_CASES, upgrade_case);
    if (upgrade->format >= 3)
        return result;
    if (result == OK)
        result = upgrade_policies(upgrade);
    if (result == OK)
        result = upgrade_table(upgrade, TABLE_OUTBOX, upgrade_sent);
    return result == OK ? upgrade_table(upgrade, TABLE_INBOX, upgrade_received) : result;
}

enum result
store_upgrade(struct store *store, const struct role *role)
{
    struct upgrade upgrade = { .role = role };
    enum result result = store_begin_write(store, &upgrade.txn);
    if (result == OK)
        result = store_format(upgrade.txn, &upgrade.format);
    if (result != OK || upgrade.format == STORE_FORMAT) {
        store_abort(upgrade.txn);
        return result;
    }
    result = upgrade_tables(&upgrade);
    if (result == OK)
        result = store_set_format(upgrade.txn, STORE_FORMAT);
    if (result == OK)
        result = store_commit(upgrade.txn);
    else
        store_abort(upgrade.txn);
    if (result == OK)
        log_line(LOG_INFO, "store_upgraded", "format=%d cases=%" PRIu64, STORE_FORMAT,
                 upgrade.cases);
    return result;
}
