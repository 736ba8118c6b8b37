/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/waiting_orders.h"

#include "production-node/core/order.h"

enum {
    OF_ANY = 1, /* no batch is called so */
    OF_WINDOW = 2,
    BUILT = 3,
    TIME_AND_CASE_BYTES = 8 + CASE_NUMBER_CHARS,
    KEY_BYTES_MAX = 1 + OFFICE_CODE_CHARS + TIME_AND_CASE_BYTES,
    PASSED_OVER_MAX = 20000,
};

/* ---- keys ---- */

/* window  empty: of any. Answers the size. */
static size_t
put_prefix(const char *window, uint8_t storage[KEY_BYTES_MAX])
{
    size_t size = strlen(window);
    REQUIRE(size == 0 || size == OFFICE_CODE_CHARS);
    storage[0] = size == 0 ? OF_ANY : OF_WINDOW;
    memcpy(storage + 1, window, size);
    return 1 + size;
}

static struct bytes
make_key(const char *window, uint64_t changed_ms, const char *case_number,
         uint8_t storage[KEY_BYTES_MAX])
{
    size_t size = put_prefix(window, storage);
    bytes_put_u64(storage + size, changed_ms);
    memcpy(storage + size + 8, case_number, CASE_NUMBER_CHARS);
    return bytes_of(storage, size + TIME_AND_CASE_BYTES);
}

static enum result
put(struct store_txn *txn, const Yidi__Case *row)
{
    uint8_t storage[KEY_BYTES_MAX];
    enum result result =
        store_put(txn, TABLE_BATCHES, make_key("", row->changed_ms, row->case_number, storage),
                  (struct bytes){ 0 });
    if (result == OK)
        result =
            store_put(txn, TABLE_BATCHES,
                      make_key(row->acceptance_office, row->changed_ms, row->case_number, storage),
                      (struct bytes){ 0 });
    return result;
}

static enum result
take_away(struct store_txn *txn, const Yidi__Case *row, uint64_t changed_ms)
{
    uint8_t storage[KEY_BYTES_MAX];
    enum result result =
        store_delete(txn, TABLE_BATCHES, make_key("", changed_ms, row->case_number, storage));
    if (result == OK || result == ERR_ABSENT)
        result =
            store_delete(txn, TABLE_BATCHES,
                         make_key(row->acceptance_office, changed_ms, row->case_number, storage));
    return result == ERR_ABSENT ? OK : result;
}

static bool
waits(const Yidi__Case *row)
{
    return row->state == ORDER_ORDERED && row->batch[0] == '\0';
}

enum result
waiting_orders_follow(struct turn *turn, const Yidi__Case *row, uint64_t changed_before_ms)
{
    enum result result = OK;
    if (changed_before_ms != 0)
        result = take_away(turn->txn, row, changed_before_ms);
    return result == OK && waits(row) ? put(turn->txn, row) : result;
}

/* ---- a store of an earlier program ---- */

static enum result
build_one(struct turn *turn, struct bytes by_state, struct arena *scratch)
{
    struct state_key order;
    struct case_file file;
    if (state_index_read(by_state, &order) != OK)
        return OK; /* damaged: the audit finds it */
    enum result result =
        case_file_open(turn->txn, &order_machine, order.case_number, scratch, &file);
    if (result == OK && waits(file.row))
        result = put(turn->txn, file.row);
    arena_reset(scratch);
    return result == ERR_ABSENT || result == ERR_DAMAGED ? OK : result;
}

static enum result
build(struct turn *turn)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    AUTO(arena) struct arena scratch;
    const uint8_t prefix = ORDER_ORDERED, built = BUILT;
    struct bytes key, unused;
    arena_init(&scratch);
    enum result result = store_get(turn->txn, TABLE_BATCHES, bytes_of(&built, 1), &unused);
    if (result != ERR_ABSENT)
        return result;
    result = store_cursor_open(turn->txn, TABLE_BY_STATE, bytes_of(&prefix, 1), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &unused)) == OK)
        result = build_one(turn, key, &scratch);
    return result == ERR_ABSENT
               ? store_put(turn->txn, TABLE_BATCHES, bytes_of(&built, 1), (struct bytes){ 0 })
               : result;
}

/* ---- choosing ---- */

/* Who is chosen, so far. */
struct choice {
    waiting_orders_wanted_fn *wanted;
    char (*numbers)[CASE_NUMBER_CHARS + 1];
    size_t count;
    size_t passed_over;
};

/* An order whose row cannot be read waits for a repair, not for a batch. */
static enum result
look_at(struct turn *turn, struct bytes key, struct arena *scratch, struct choice *choice)
{
    char number[CASE_NUMBER_CHARS + 1] = { 0 };
    struct case_file file;
    bool chosen = false;
    enum result result = OK;
    if (key.size > CASE_NUMBER_CHARS) {
        memcpy(number, key.data + key.size - CASE_NUMBER_CHARS, CASE_NUMBER_CHARS);
        result = case_file_open(turn->txn, &order_machine, number, scratch, &file);
        chosen = result == OK && waits(file.row) && choice->wanted(turn, file.row);
    }
    if (chosen)
        memcpy(choice->numbers[choice->count++], number, sizeof number);
    choice->passed_over += !chosen;
    arena_reset(scratch);
    return result == ERR_ABSENT || result == ERR_DAMAGED ? OK : result;
}

enum result
waiting_orders_find(struct turn *turn, const char *window, waiting_orders_wanted_fn *wanted,
                    size_t room, char (*ret_numbers)[CASE_NUMBER_CHARS + 1], size_t *ret_count)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    AUTO(arena) struct arena scratch;
    struct choice choice = { .wanted = wanted, .numbers = ret_numbers };
    uint8_t prefix[KEY_BYTES_MAX];
    struct bytes key, unused;
    arena_init(&scratch);
    enum result result = build(turn);
    if (result == OK)
        result = store_cursor_open(turn->txn, TABLE_BATCHES,
                                   bytes_of(prefix, put_prefix(window, prefix)), &cursor);
    while (result == OK && choice.count < room && choice.passed_over < PASSED_OVER_MAX) {
        result = store_cursor_next(cursor, &key, &unused);
        if (result == OK)
            result = look_at(turn, key, &scratch, &choice);
    }
    *ret_count = choice.count;
    return result == ERR_ABSENT ? OK : result;
}
