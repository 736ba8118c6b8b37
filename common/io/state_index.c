/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/state_index.h"

#include <stdio.h>

#define ATTENTION_COUNTER "attention"

enum { COUNTER_NAME_BYTES = 16, COUNT_BYTES = 8 };

/* ---- keys ---- */

static struct bytes
make_key(int state, uint64_t changed_ms, const char *case_number, uint8_t storage[STATE_KEY_BYTES])
{
    storage[0] = (uint8_t)state;
    bytes_put_u64(storage + 1, changed_ms);
    memcpy(storage + 9, case_number, CASE_NUMBER_CHARS);
    return bytes_of(storage, STATE_KEY_BYTES);
}

enum result
state_index_read(struct bytes key, struct state_key *ret_key)
{
    if (key.size != STATE_KEY_BYTES)
        return ERR_DAMAGED;
    ret_key->state = key.data[0];
    ret_key->changed_ms = bytes_get_u64(key.data + 1);
    memcpy(ret_key->case_number, key.data + 9, CASE_NUMBER_CHARS);
    ret_key->case_number[CASE_NUMBER_CHARS] = '\0';
    return OK;
}

static enum result
put(struct store_txn *txn, int state, uint64_t changed_ms, const char *case_number)
{
    uint8_t storage[STATE_KEY_BYTES];
    return store_put(txn, TABLE_BY_STATE, make_key(state, changed_ms, case_number, storage),
                     (struct bytes){ 0 });
}

static enum result
take_away(struct store_txn *txn, int state, uint64_t changed_ms, const char *case_number)
{
    uint8_t storage[STATE_KEY_BYTES];
    enum result result =
        store_delete(txn, TABLE_BY_STATE, make_key(state, changed_ms, case_number, storage));
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

static enum result
find(struct store_txn *txn, int state, uint64_t changed_ms, const char *case_number)
{
    uint8_t storage[STATE_KEY_BYTES];
    struct bytes unused;
    return store_get(txn, TABLE_BY_STATE, make_key(state, changed_ms, case_number, storage),
                     &unused);
}

/* ---- counters ---- */

static struct bytes
counter_of(int state, char storage[COUNTER_NAME_BYTES])
{
    if (state == STATE_ATTENTION)
        return bytes_of_text(ATTENTION_COUNTER);
    snprintf(storage, COUNTER_NAME_BYTES, "state/%02d", state);
    return bytes_of_text(storage);
}

static enum result
write_count(struct store_txn *txn, int state, uint64_t count)
{
    char name[COUNTER_NAME_BYTES];
    uint8_t packed[COUNT_BYTES];
    bytes_put_u64(packed, count);
    return store_put(txn, TABLE_COUNTERS, counter_of(state, name), bytes_of(packed, COUNT_BYTES));
}

enum result
state_index_count(struct store_txn *txn, int state, uint64_t *ret_count)
{
    char name[COUNTER_NAME_BYTES];
    struct bytes value;
    enum result result = store_get(txn, TABLE_COUNTERS, counter_of(state, name), &value);
    if (result == OK && value.size != COUNT_BYTES)
        return ERR_DAMAGED;
    if (result == OK || result == ERR_ABSENT)
        *ret_count = result == OK ? bytes_get_u64(value.data) : 0;
    return result == ERR_ABSENT ? OK : result;
}

enum result
state_index_count_attention(struct store_txn *txn, uint64_t *ret_count)
{
    return state_index_count(txn, STATE_ATTENTION, ret_count);
}

static enum result
count_in(struct store_txn *txn, int state)
{
    uint64_t count;
    enum result result = state_index_count(txn, state, &count);
    return result == OK ? write_count(txn, state, count + 1) : result;
}

static enum result
count_out(struct store_txn *txn, int state)
{
    uint64_t count;
    enum result result = state_index_count(txn, state, &count);
    if (result == OK && count == 0)
        return ERR_DAMAGED;
    return result == OK ? write_count(txn, state, count - 1) : result;
}

/* ---- moving ---- */

static enum result
enter(struct store_txn *txn, int state, uint64_t changed_ms, const char *case_number)
{
    enum result result = put(txn, state, changed_ms, case_number);
    return result == OK ? count_in(txn, state) : result;
}

static enum result
leave(struct store_txn *txn, int state, uint64_t changed_ms, const char *case_number)
{
    enum result result = take_away(txn, state, changed_ms, case_number);
    return result == OK ? count_out(txn, state) : result;
}

enum result
state_index_move(struct store_txn *txn, const char *case_number, const struct state_place *from,
                 const struct state_place *to)
{
    enum result result = OK;
    if (from != NULL)
        result = leave(txn, from->state, from->changed_ms, case_number);
    if (result == OK && from != NULL && from->attention)
        result = leave(txn, STATE_ATTENTION, from->changed_ms, case_number);
    if (result == OK)
        result = enter(txn, to->state, to->changed_ms, case_number);
    if (result == OK && to->attention)
        result = enter(txn, STATE_ATTENTION, to->changed_ms, case_number);
    return result;
}

enum result
state_index_add_attention(struct store_txn *txn, const char *case_number, uint64_t changed_ms)
{
    return enter(txn, STATE_ATTENTION, changed_ms, case_number);
}

enum result
state_index_forget_attention(struct store_txn *txn)
{
    return write_count(txn, STATE_ATTENTION, 0);
}

/* ---- looking ---- */

enum result
state_index_find(struct store_txn *txn, const char *case_number, const struct state_place *place)
{
    enum result result = find(txn, place->state, place->changed_ms, case_number);
    return result == OK && place->attention
               ? find(txn, STATE_ATTENTION, place->changed_ms, case_number)
               : result;
}

enum result
state_index_oldest(struct store_txn *txn, int state, uint64_t *ret_changed_ms)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    const uint8_t prefix = (uint8_t)state;
    struct state_key oldest;
    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_BY_STATE, bytes_of(&prefix, 1), &cursor);
    if (result == OK)
        result = store_cursor_next(cursor, &key, &value);
    if (result == OK)
        result = state_index_read(key, &oldest);
    if (result == OK)
        *ret_changed_ms = oldest.changed_ms;
    return result;
}
