/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/deadline_index.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/require.h"
#include "common/domain/civil_date.h"

enum {
    COUNTER_NAME_BYTES = 32,
    COUNTED_OF_TODAY_MAX = 20000, /* keys within the present day; deadlines are ends of days */
    SWEPT_MAX = 256,              /* damaged keys, in one turn */
};

#define COUNTER_PREFIX "due/"

/* Nobody asks to be looked at again later than in a month. */
static const uint64_t again_max_ms = UINT64_C(31) * 24 * 3600 * 1000;

/* ---- counters: by state and day of the deadline ---- */

static struct bytes
counter_name(int state, uint32_t date, char storage[COUNTER_NAME_BYTES])
{
    snprintf(storage, COUNTER_NAME_BYTES, COUNTER_PREFIX "%02d/%08" PRIu32, state, date);
    return bytes_of_text(storage);
}

/* A counter that would fall below 0 stays there, and a damaged one begins anew: the audit finds it,
 * and no case stands still for it. */
static enum result
count_by(struct store_txn *txn, int state, uint64_t deadline_ms, int change)
{
    char storage[COUNTER_NAME_BYTES];
    uint8_t packed[8];
    uint64_t count = 0;
    const struct bytes name = counter_name(state, civil_date_of_ms(deadline_ms), storage);
    struct bytes value;
    enum result result = store_get(txn, TABLE_COUNTERS, name, &value);
    if (result == OK && value.size == sizeof packed)
        count = bytes_get_u64(value.data);
    else if (result != OK && result != ERR_ABSENT)
        return result;
    if (change < 0 && count <= 1)
        return count == 0 ? OK : store_delete(txn, TABLE_COUNTERS, name);
    bytes_put_u64(packed, change < 0 ? count - 1 : count + 1);
    return store_put(txn, TABLE_COUNTERS, name, bytes_of(packed, sizeof packed));
}

/* A counter as it was read. */
struct counter {
    int state;
    uint32_t date;
    uint64_t count;
};

static enum result
read_counter(struct bytes name, struct bytes value, struct counter *ret_counter)
{
    char text[COUNTER_NAME_BYTES] = "";
    if (name.size >= sizeof text || value.size != 8)
        return ERR_DAMAGED;
    memcpy(text, name.data, name.size);
    if (sscanf(text, COUNTER_PREFIX "%2d/%8" SCNu32, &ret_counter->state, &ret_counter->date) != 2)
        return ERR_DAMAGED;
    ret_counter->count = bytes_get_u64(value.data);
    return ret_counter->state >= 0 && ret_counter->state < STATE_COUNT_MAX ? OK : ERR_DAMAGED;
}

static enum result
count_days(struct store_txn *txn, uint32_t today, uint32_t soon_until,
           struct deadline_counts counts[STATE_COUNT_MAX])
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes name, value;
    struct counter counter;
    enum result result =
        store_cursor_open(txn, TABLE_COUNTERS, bytes_of_text(COUNTER_PREFIX), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &name, &value)) == OK) {
        if (read_counter(name, value, &counter) != OK)
            continue; /* damaged: a count is better than none */
        if (counter.date < today)
            counts[counter.state].overdue += counter.count;
        else if (counter.date <= soon_until)
            counts[counter.state].soon += counter.count;
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
deadline_index_count_all(struct store_txn *txn, uint64_t ret_counts[STATE_COUNT_MAX])
{
    struct deadline_counts counts[STATE_COUNT_MAX] = { 0 };
    enum result result = count_days(txn, 0, UINT32_MAX, counts);
    for (int state = 0; state < STATE_COUNT_MAX; state++)
        ret_counts[state] = counts[state].soon;
    return result;
}

/* ---- keys ---- */

static struct bytes
make_key(enum deadline_list list, uint64_t time_ms, const char *case_number,
         uint8_t storage[DEADLINE_KEY_BYTES])
{
    storage[0] = (uint8_t)list;
    bytes_put_u64(storage + 1, time_ms);
    memcpy(storage + 9, case_number, CASE_NUMBER_CHARS);
    return bytes_of(storage, DEADLINE_KEY_BYTES);
}

enum result
deadline_index_read(struct bytes key, struct bytes value, struct deadline_key *ret_key)
{
    if (key.size != DEADLINE_KEY_BYTES || key.data[0] > DEADLINES_ERASE ||
        value.size != (key.data[0] < DEADLINES_AGAIN))
        return ERR_DAMAGED;
    *ret_key = (struct deadline_key){ .list = (enum deadline_list)key.data[0],
                                      .time_ms = bytes_get_u64(key.data + 1) };
    memcpy(ret_key->case_number, key.data + 9, CASE_NUMBER_CHARS);
    if (value.size == 1)
        ret_key->state = value.data[0];
    return ret_key->state < STATE_COUNT_MAX ? OK : ERR_DAMAGED;
}

/* Of those within the present day whose deadline has passed nevertheless. */
static enum result
move_passed_today(struct store_txn *txn, enum deadline_list list, uint64_t now_ms,
                  struct deadline_counts counts[STATE_COUNT_MAX])
{
    static const char no_number[CASE_NUMBER_CHARS] = { 0 };
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    const uint8_t prefix = (uint8_t)list;
    uint8_t storage[DEADLINE_KEY_BYTES];
    struct deadline_key found;
    struct bytes key, value;
    uint64_t start_ms = civil_date_start_ms(civil_date_of_ms(now_ms));
    enum result result = store_cursor_open(txn, TABLE_BY_DEADLINE, bytes_of(&prefix, 1), &cursor);
    if (result == OK)
        result =
            store_cursor_seek(cursor, make_key(list, start_ms, no_number, storage), &key, &value);
    for (int i = 0; result == OK && i < COUNTED_OF_TODAY_MAX; i++) {
        bool damaged = deadline_index_read(key, value, &found) != OK;
        if (!damaged && found.time_ms >= now_ms)
            return OK;
        if (!damaged && counts[found.state].soon > 0) {
            counts[found.state].soon--;
            counts[found.state].overdue++;
        }
        result = store_cursor_next(cursor, &key, &value);
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
deadline_index_count(struct store_txn *txn, const struct urgency_scale *scale,
                     struct deadline_counts ret_counts[STATE_COUNT_MAX])
{
    memset(ret_counts, 0, STATE_COUNT_MAX * sizeof *ret_counts);
    const uint64_t now_ms = scale->now_ms;
    enum result result = count_days(txn, civil_date_of_ms(now_ms),
                                    civil_date_of_ms(scale->soon_until_ms), ret_counts);
    if (result == OK)
        result = move_passed_today(txn, DEADLINES_AHEAD, now_ms, ret_counts);
    if (result == OK)
        result = move_passed_today(txn, DEADLINES_TOLD, now_ms, ret_counts);
    return result;
}

/* ---- moving ---- */

static enum result
find_erase(struct store_txn *txn, const char *case_number, const struct deadline_place *place,
           uint64_t *ret_keys)
{
    uint8_t storage[DEADLINE_KEY_BYTES];
    struct bytes value;
    *ret_keys = place->erase_ms != 0 ? 1 : 0;
    return place->erase_ms == 0
               ? OK
               : store_get(txn, TABLE_BY_DEADLINE,
                           make_key(DEADLINES_ERASE, place->erase_ms, case_number, storage),
                           &value);
}

enum result
deadline_index_find(struct store_txn *txn, const char *case_number,
                    const struct deadline_place *place, uint64_t *ret_keys)
{
    uint8_t storage[DEADLINE_KEY_BYTES];
    const uint8_t state = (uint8_t)place->state;
    enum deadline_list list = place->told ? DEADLINES_TOLD : DEADLINES_AHEAD;
    struct bytes value;
    *ret_keys = 0;
    if (place->deadline_ms == 0)
        return find_erase(txn, case_number, place, ret_keys);
    enum result result = store_get(
        txn, TABLE_BY_DEADLINE, make_key(list, place->deadline_ms, case_number, storage), &value);
    if (result == OK && !bytes_equal(value, bytes_of(&state, 1)))
        return ERR_ABSENT;
    if (result == OK && place->again_ms != 0)
        result =
            store_get(txn, TABLE_BY_DEADLINE,
                      make_key(DEADLINES_AGAIN, place->again_ms, case_number, storage), &value);
    *ret_keys = place->again_ms != 0 ? 2 : 1;
    return result;
}

static enum result
put_keys(struct store_txn *txn, const char *case_number, const struct deadline_place *place)
{
    uint8_t storage[DEADLINE_KEY_BYTES];
    const uint8_t state = (uint8_t)place->state;
    enum deadline_list list = place->told ? DEADLINES_TOLD : DEADLINES_AHEAD;
    enum result result =
        store_put(txn, TABLE_BY_DEADLINE, make_key(list, place->deadline_ms, case_number, storage),
                  bytes_of(&state, 1));
    if (result == OK && place->again_ms != 0)
        result = store_put(txn, TABLE_BY_DEADLINE,
                           make_key(DEADLINES_AGAIN, place->again_ms, case_number, storage),
                           (struct bytes){ 0 });
    return result;
}

static enum result
put(struct store_txn *txn, const char *case_number, const struct deadline_place *place)
{
    enum result result = put_keys(txn, case_number, place);
    return result == OK ? count_by(txn, place->state, place->deadline_ms, 1) : result;
}

static enum result
take_away(struct store_txn *txn, const char *case_number, const struct deadline_place *place)
{
    uint8_t storage[DEADLINE_KEY_BYTES];
    enum deadline_list list = place->told ? DEADLINES_TOLD : DEADLINES_AHEAD;
    enum result result = store_delete(txn, TABLE_BY_DEADLINE,
                                      make_key(list, place->deadline_ms, case_number, storage));
    if (result == OK)
        result = count_by(txn, place->state, place->deadline_ms, -1);
    if ((result == OK || result == ERR_ABSENT) && place->again_ms != 0)
        result = store_delete(txn, TABLE_BY_DEADLINE,
                              make_key(DEADLINES_AGAIN, place->again_ms, case_number, storage));
    return result == ERR_ABSENT ? OK : result;
}

/* A case is in the list of what is to be erased, or not. */
static enum result
move_erase(struct store_txn *txn, const char *case_number, const struct deadline_place *from,
           const struct deadline_place *to)
{
    uint8_t storage[DEADLINE_KEY_BYTES];
    enum result result = OK;
    if (from->erase_ms == to->erase_ms)
        return OK;
    if (from->erase_ms != 0)
        result = store_delete(txn, TABLE_BY_DEADLINE,
                              make_key(DEADLINES_ERASE, from->erase_ms, case_number, storage));
    if ((result == OK || result == ERR_ABSENT) && to->erase_ms != 0)
        result = store_put(txn, TABLE_BY_DEADLINE,
                           make_key(DEADLINES_ERASE, to->erase_ms, case_number, storage),
                           (struct bytes){ 0 });
    return result == ERR_ABSENT ? OK : result;
}

enum result
deadline_index_move(struct store_txn *txn, const char *case_number,
                    const struct deadline_place *from, const struct deadline_place *to)
{
    REQUIRE(to->state >= 0 && to->state < STATE_COUNT_MAX);
    enum result result = move_erase(txn, case_number, from, to);
    if (from->deadline_ms != 0 && from->deadline_ms == to->deadline_ms &&
        from->state == to->state && from->told == to->told && from->again_ms == to->again_ms)
        return result;
    if (result == OK && from->deadline_ms != 0)
        result = take_away(txn, case_number, from);
    if (result == OK && to->deadline_ms != 0)
        result = put(txn, case_number, to);
    return result;
}

enum result
deadline_index_drop(struct store_txn *txn, const struct deadline_key *key)
{
    uint8_t storage[DEADLINE_KEY_BYTES];
    enum result result = store_delete(txn, TABLE_BY_DEADLINE,
                                      make_key(key->list, key->time_ms, key->case_number, storage));
    if (result == OK && key->list < DEADLINES_AGAIN)
        result = count_by(txn, key->state, key->time_ms, -1);
    return result;
}

enum result
deadline_index_mend(struct store_txn *txn, const struct deadline_key *wrong,
                    const struct deadline_place *place)
{
    uint8_t storage[DEADLINE_KEY_BYTES];
    uint64_t keys;
    enum result result = store_delete(
        txn, TABLE_BY_DEADLINE, make_key(wrong->list, wrong->time_ms, wrong->case_number, storage));
    if (result == OK || result == ERR_ABSENT)
        result = deadline_index_find(txn, wrong->case_number, place, &keys);
    return result == ERR_ABSENT ? put_keys(txn, wrong->case_number, place) : result;
}

/* ---- what is damaged ---- */

/* The first key of a list, when it cannot be read. OK or ERR_ABSENT. */
static enum result
find_damaged(struct store_txn *txn, uint8_t list, struct bytes *ret_key)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct deadline_key read;
    struct bytes key = { 0 }, value;
    enum result result = store_cursor_open(txn, TABLE_BY_DEADLINE, bytes_of(&list, 1), &cursor);
    if (result == OK)
        result = store_cursor_next(cursor, &key, &value);
    if (result == OK &&
        (deadline_index_read(key, value, &read) == OK || key.size > STORE_KEY_BYTES_MAX))
        return ERR_ABSENT;
    *ret_key = key;
    return result;
}

enum result
deadline_index_sweep(struct store_txn *txn, size_t *ret_swept)
{
    uint8_t storage[STORE_KEY_BYTES_MAX];
    enum result result = OK;
    *ret_swept = 0;
    for (uint8_t list = DEADLINES_AHEAD; list <= DEADLINES_AGAIN && result == OK; list++) {
        struct bytes key;
        while (result == OK && *ret_swept < SWEPT_MAX &&
               (result = find_damaged(txn, list, &key)) == OK) {
            memcpy(storage, key.data, key.size);
            result = store_delete(txn, TABLE_BY_DEADLINE, bytes_of(storage, key.size));
            *ret_swept += result == OK;
        }
        result = result == ERR_ABSENT ? OK : result;
    }
    return result;
}

/* ---- what is next ---- */

/* First or last key of a list that can be read; of the last one only, whether it can. */
static enum result
find_end(struct store_txn *txn, enum deadline_list list, bool last, struct deadline_key *ret_key)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    const uint8_t prefix = (uint8_t)list;
    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_BY_DEADLINE, bytes_of(&prefix, 1), &cursor);
    if (result == OK && last) {
        result = store_cursor_last(cursor, &key, &value);
        return result == OK && deadline_index_read(key, value, ret_key) != OK ? ERR_ABSENT : result;
    }
    while (result == OK) {
        result = store_cursor_next(cursor, &key, &value);
        if (result == OK && deadline_index_read(key, value, ret_key) == OK)
            return OK;
    }
    return result;
}

/* The next of those to be looked at again. */
static enum result
find_again(struct store_txn *txn, uint64_t now_ms, struct deadline_key *ret_key,
           uint64_t *ret_due_ms)
{
    enum result result = find_end(txn, DEADLINES_AGAIN, true, ret_key);
    if (result == OK && ret_key->time_ms > now_ms && ret_key->time_ms - now_ms > again_max_ms) {
        *ret_due_ms = now_ms;
        return OK;
    }
    if (result == OK || result == ERR_ABSENT)
        result = find_end(txn, DEADLINES_AGAIN, false, ret_key);
    if (result == OK)
        *ret_due_ms = ret_key->time_ms;
    return result;
}

enum result
deadline_index_next(struct store_txn *txn, uint64_t now_ms, struct deadline_key *ret_key,
                    uint64_t *ret_due_ms)
{
    struct deadline_key ahead;
    enum result again_result = find_again(txn, now_ms, ret_key, ret_due_ms);
    if (again_result != OK && again_result != ERR_ABSENT)
        return again_result;
    enum result result = find_end(txn, DEADLINES_AHEAD, false, &ahead);
    if (result == ERR_ABSENT)
        return again_result;
    if (result != OK)
        return result;
    uint64_t due_ms = ahead.time_ms < UINT64_MAX ? ahead.time_ms + 1 : UINT64_MAX;
    if (again_result == ERR_ABSENT || due_ms <= *ret_due_ms) {
        *ret_key = ahead;
        *ret_due_ms = due_ms;
    }
    return OK;
}

enum result
deadline_index_next_erase(struct store_txn *txn, const struct deadline_key *after,
                          struct deadline_key *ret_key)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    const uint8_t prefix = DEADLINES_ERASE;
    uint8_t storage[DEADLINE_KEY_BYTES];
    struct bytes key = { 0 }, value = { 0 }, at = { 0 };
    if (after != NULL)
        at = make_key(DEADLINES_ERASE, after->time_ms, after->case_number, storage);
    enum result result = store_cursor_open(txn, TABLE_BY_DEADLINE, bytes_of(&prefix, 1), &cursor);
    if (result == OK)
        result = store_cursor_seek(cursor, at, &key, &value);
    if (result == OK && after != NULL && bytes_equal(key, at))
        result = store_cursor_next(cursor, &key, &value);
    return result == OK ? deadline_index_read(key, value, ret_key) : result;
}

enum result
deadline_index_count_erase(struct store_txn *txn, uint64_t *ret_count)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    const uint8_t prefix = DEADLINES_ERASE;
    struct bytes key, value;
    uint64_t count = 0;
    enum result result = store_cursor_open(txn, TABLE_BY_DEADLINE, bytes_of(&prefix, 1), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK)
        count++;
    *ret_count = count;
    return result == ERR_ABSENT ? OK : result;
}
