/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/batch_row.h"

#include "common/io/wire.h"

/* name, zero, case number */
enum { CASE_KEY_BYTES_MAX = BATCH_BYTES_MAX + 1 + CASE_NUMBER_CHARS };

static size_t
put_prefix(const char *batch, uint8_t key[CASE_KEY_BYTES_MAX])
{
    size_t size = strlen(batch) < BATCH_BYTES_MAX ? strlen(batch) : BATCH_BYTES_MAX;
    memcpy(key, batch, size);
    key[size] = 0;
    return size + 1;
}

enum result
batch_row_find(struct store_txn *txn, const char *batch, struct arena *arena,
               Yidi__BatchRow **ret_row, struct refusal *ret_refusal)
{
    struct bytes value;
    ProtobufCMessage *message;
    enum result result = store_get(txn, TABLE_BATCHES, bytes_of_text(batch), &value);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_BATCH_UNKNOWN, "batch", "no such batch at this office");
    if (result == OK &&
        wire_decode(&yidi__batch_row__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    if (result == OK)
        *ret_row = (Yidi__BatchRow *)message;
    return result;
}

enum result
batch_row_put(struct store_txn *txn, const Yidi__BatchRow *row, struct arena *arena)
{
    if (wire_check(&row->base, NULL) != OK)
        return ERR_DAMAGED; /* such a row could never be read again */
    struct bytes packed = wire_encode(&row->base, arena);
    return packed.data == NULL ? ERR_MEMORY
                               : store_put(txn, TABLE_BATCHES, bytes_of_text(row->batch), packed);
}

enum result
batch_row_put_case(struct store_txn *txn, const char *batch, const char *case_number)
{
    uint8_t key[CASE_KEY_BYTES_MAX];
    size_t size = put_prefix(batch, key);
    memcpy(key + size, case_number, CASE_NUMBER_CHARS);
    return store_put(txn, TABLE_BATCHES, bytes_of(key, size + CASE_NUMBER_CHARS),
                     (struct bytes){ 0 });
}

enum result
batch_row_cases(struct store_txn *txn, const char *batch, const char *after, size_t room,
                char (*ret_numbers)[CASE_NUMBER_CHARS + 1], size_t *ret_count, bool *ret_last)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    uint8_t prefix[CASE_KEY_BYTES_MAX], start[CASE_KEY_BYTES_MAX + 1] = { 0 };
    size_t size = put_prefix(batch, prefix), count = 0;
    struct bytes key, unused;
    enum result result = store_cursor_open(txn, TABLE_BATCHES, bytes_of(prefix, size), &cursor);
    memcpy(start, prefix, size);
    if (strlen(after) == CASE_NUMBER_CHARS) { /* the first key behind it */
        memcpy(start + size, after, CASE_NUMBER_CHARS);
        size += CASE_NUMBER_CHARS + 1;
    }
    if (result == OK)
        result = store_cursor_seek(cursor, bytes_of(start, size), &key, &unused);
    while (result == OK && count < room) {
        if (key.size < CASE_NUMBER_CHARS)
            return ERR_DAMAGED;
        memcpy(ret_numbers[count], key.data + key.size - CASE_NUMBER_CHARS, CASE_NUMBER_CHARS);
        ret_numbers[count++][CASE_NUMBER_CHARS] = '\0';
        result = store_cursor_next(cursor, &key, &unused);
    }
    *ret_count = count;
    *ret_last = result == ERR_ABSENT;
    return result == ERR_ABSENT ? OK : result;
}
