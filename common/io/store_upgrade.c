/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/store_upgrade.h"

#include <inttypes.h>

#include "common/io/case_file.h"
#include "common/io/log.h"
#include "common/io/wire.h"

static enum result
index_case(struct store_txn *txn, struct bytes value, struct arena *arena)
{
    static const struct deadline_place nowhere = { 0 };
    ProtobufCMessage *message;
    if (wire_decode(&yidi__case__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__Case *row = (const Yidi__Case *)message;
    if (row->state >= STATE_COUNT_MAX)
        return ERR_DAMAGED;
    const struct deadline_place place = case_file_place(row);
    return deadline_index_move(txn, row->case_number, &nowhere, &place);
}

/* A row is copied before the index is written: a put may move what a cursor handed out. */
static enum result
build_deadlines(struct store_txn *txn, uint64_t *ret_cases)
{
    AUTO(arena) struct arena arena;
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    uint64_t cases = 0;
    arena_init(&arena);
    enum result result = store_cursor_open(txn, TABLE_CASES, (struct bytes){ 0 }, &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        value = arena_copy(&arena, value);
        result = value.data == NULL ? ERR_MEMORY : index_case(txn, value, &arena);
        arena_reset(&arena);
        cases++;
    }
    *ret_cases = cases;
    return result == ERR_ABSENT ? OK : result;
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
    result = build_deadlines(txn, &cases);
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
