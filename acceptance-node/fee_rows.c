/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/fee_rows.h"

#include "common/core/hex.h"
#include "common/core/limits.h"
#include "common/io/wire.h"

enum {
    DAY_BYTES = 4,
    TAIL_BYTES = CASE_NUMBER_CHARS + 3, /* case, item, move, number */
    BY_DAY_BYTES = 1 + DAY_BYTES + TAIL_BYTES,
    BY_CASE_BYTES = 1 + TAIL_BYTES,
    SUM_BYTES = 1 + DAY_BYTES,
    NUMBER_MAX = 255,
};

struct key {
    uint8_t bytes[BY_DAY_BYTES];
    size_t size;
};

/* ---- keys ---- */

static void
put_day(uint8_t out[DAY_BYTES], uint32_t day)
{
    for (int i = DAY_BYTES - 1; i >= 0; i--, day >>= 8)
        out[i] = (uint8_t)day;
}

static uint32_t
get_day(const uint8_t in[DAY_BYTES])
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

static void
put_tail(const Yidi__FeeEntry *entry, uint8_t out[TAIL_BYTES])
{
    memcpy(out, entry->case_number, CASE_NUMBER_CHARS);
    out[CASE_NUMBER_CHARS] = (uint8_t)entry->item;
    out[CASE_NUMBER_CHARS + 1] = (uint8_t)entry->move;
    out[CASE_NUMBER_CHARS + 2] = (uint8_t)entry->number;
}

static struct bytes
key_by_case(const Yidi__FeeEntry *entry, struct key *ret_key)
{
    ret_key->bytes[0] = 'C';
    put_tail(entry, ret_key->bytes + 1);
    return bytes_of(ret_key->bytes, BY_CASE_BYTES);
}

static struct bytes
key_by_day(const Yidi__FeeEntry *entry, struct key *ret_key)
{
    ret_key->bytes[0] = 'D';
    put_day(ret_key->bytes + 1, entry->day);
    put_tail(entry, ret_key->bytes + 1 + DAY_BYTES);
    return bytes_of(ret_key->bytes, BY_DAY_BYTES);
}

static struct bytes
key_of_sum(uint32_t day, struct key *ret_key)
{
    ret_key->bytes[0] = 'T';
    put_day(ret_key->bytes + 1, day);
    return bytes_of(ret_key->bytes, SUM_BYTES);
}

/* ---- rows ---- */

static enum result
read_entry(struct bytes packed, struct arena *arena, const Yidi__FeeEntry **ret_entry)
{
    ProtobufCMessage *message;
    enum result result = wire_decode(&yidi__fee_entry__descriptor, packed, arena, &message, NULL);
    if (result == OK)
        *ret_entry = (const Yidi__FeeEntry *)message;
    return result == ERR_REFUSED ? ERR_DAMAGED : result;
}

static enum result
read_sum(struct bytes packed, struct arena *arena, Yidi__FeeDay *ret_sum)
{
    ProtobufCMessage *message;
    enum result result = wire_decode(&yidi__fee_day__descriptor, packed, arena, &message, NULL);
    if (result == OK)
        *ret_sum = *(const Yidi__FeeDay *)message;
    return result == ERR_REFUSED ? ERR_DAMAGED : result;
}

static enum result
put_packed(struct store_txn *txn, struct bytes key, const ProtobufCMessage *message,
           struct arena *arena)
{
    if (wire_check(message, NULL) != OK)
        return ERR_DAMAGED;
    struct bytes packed = wire_encode(message, arena);
    return packed.data == NULL ? ERR_MEMORY : store_put(txn, TABLE_FEES, key, packed);
}

static enum result
add_to_sum(struct store_txn *txn, const Yidi__FeeEntry *entry, struct arena *arena)
{
    Yidi__FeeDay sum = YIDI__FEE_DAY__INIT;
    struct bytes packed;
    struct key room;
    struct bytes key = key_of_sum(entry->day, &room);
    enum result result = store_get(txn, TABLE_FEES, key, &packed);
    if (result == OK)
        result = read_sum(packed, arena, &sum);
    if (result != OK && result != ERR_ABSENT)
        return result;
    if (entry->move == YIDI__FEE_MOVE__FEE_TAKEN)
        sum.taken_fen += entry->amount_fen;
    else if (entry->move == YIDI__FEE_MOVE__FEE_REFUND_DUE)
        sum.refund_due_fen += entry->amount_fen;
    else if (entry->move == YIDI__FEE_MOVE__FEE_REFUNDED)
        sum.refunded_fen += entry->amount_fen;
    return put_packed(txn, key, &sum.base, arena);
}

/* The first number under which the case has no such entry. */
static enum result
take_number(struct store_txn *txn, Yidi__FeeEntry *entry)
{
    for (entry->number = 1; entry->number <= NUMBER_MAX; entry->number++) {
        struct key key;
        struct bytes unused;
        enum result result = store_get(txn, TABLE_FEES, key_by_case(entry, &key), &unused);
        if (result != OK)
            return result == ERR_ABSENT ? OK : result;
    }
    return ERR_DAMAGED; /* no case is corrected so often */
}

enum result
fee_rows_put(struct store_txn *txn, Yidi__FeeEntry *entry, struct arena *arena)
{
    struct key key;
    uint8_t day[DAY_BYTES];
    put_day(day, entry->day);
    enum result result = take_number(txn, entry);
    if (result == OK)
        result = put_packed(txn, key_by_day(entry, &key), &entry->base, arena);
    if (result == OK)
        result = store_put(txn, TABLE_FEES, key_by_case(entry, &key), bytes_of(day, sizeof day));
    return result == OK ? add_to_sum(txn, entry, arena) : result;
}

/* ---- sums ---- */

static void
add_up(struct fee_sums *sums, const Yidi__FeeEntry *entry)
{
    if (entry->move == YIDI__FEE_MOVE__FEE_TAKEN) {
        sums->taken_fen += entry->amount_fen;
        sums->taken_count++;
    } else if (entry->move == YIDI__FEE_MOVE__FEE_REFUND_DUE) {
        sums->refund_due_fen += entry->amount_fen;
        if (entry->day > sums->refund_due_day)
            sums->refund_due_day = entry->day;
    } else if (entry->move == YIDI__FEE_MOVE__FEE_REFUNDED) {
        sums->refunded_fen += entry->amount_fen;
        sums->refunded_count++;
        sums->refunded_day = entry->day;
    } else {
        sums->unknown_count++;
    }
}

/* The entry that a row by case points to. */
static enum result
follow(struct store_txn *txn, struct bytes by_case, struct bytes day, struct arena *arena,
       const Yidi__FeeEntry **ret_entry)
{
    uint8_t key[BY_DAY_BYTES] = { 'D' };
    struct bytes packed;
    if (by_case.size != BY_CASE_BYTES || day.size != DAY_BYTES)
        return ERR_DAMAGED;
    memcpy(key + 1, day.data, DAY_BYTES);
    memcpy(key + 1 + DAY_BYTES, by_case.data + 1, TAIL_BYTES);
    enum result result = store_get(txn, TABLE_FEES, bytes_of(key, sizeof key), &packed);
    if (result == OK)
        result = read_entry(packed, arena, ret_entry);
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

enum result
fee_rows_sum(struct store_txn *txn, const char *case_number, Yidi__FeeItem item,
             struct arena *arena, struct fee_sums *ret_sums)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    uint8_t prefix[1 + CASE_NUMBER_CHARS + 1] = { 'C' };
    struct bytes key, day;
    struct fee_sums sums = { 0 };
    memcpy(prefix + 1, case_number, CASE_NUMBER_CHARS);
    prefix[1 + CASE_NUMBER_CHARS] = (uint8_t)item;
    enum result result =
        store_cursor_open(txn, TABLE_FEES, bytes_of(prefix, sizeof prefix), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &day)) == OK) {
        const Yidi__FeeEntry *entry;
        result = follow(txn, key, day, arena, &entry);
        if (result == OK)
            add_up(&sums, entry);
    }
    if (result != ERR_ABSENT)
        return result;
    if (sums.refund_due_fen > sums.taken_fen || sums.refunded_fen > sums.refund_due_fen)
        return ERR_DAMAGED;
    *ret_sums = sums;
    return OK;
}

enum result
fee_rows_due_before(struct store_txn *txn, uint32_t day, struct arena *arena, uint64_t *ret_due_fen)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, packed;
    uint64_t due_fen = 0, refunded_fen = 0;
    enum result result = store_cursor_open(txn, TABLE_FEES, bytes_of_text("T"), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &packed)) == OK) {
        Yidi__FeeDay sum;
        if (key.size != SUM_BYTES)
            return ERR_DAMAGED;
        if (get_day(key.data + 1) >= day)
            break;
        result = read_sum(packed, arena, &sum);
        if (result != OK)
            return result;
        due_fen += sum.refund_due_fen;
        refunded_fen += sum.refunded_fen;
    }
    if (result != OK && result != ERR_ABSENT)
        return result;
    *ret_due_fen = due_fen > refunded_fen ? due_fen - refunded_fen : 0;
    return OK;
}

enum result
fee_rows_still_due(struct store_txn *txn, uint32_t day, struct arena *arena, uint64_t *ret_due_fen)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, packed;
    uint64_t due_fen = 0, refunded_fen = 0;
    enum result result = store_cursor_open(txn, TABLE_FEES, bytes_of_text("T"), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &packed)) == OK) {
        Yidi__FeeDay sum;
        if (key.size != SUM_BYTES)
            return ERR_DAMAGED;
        result = read_sum(packed, arena, &sum);
        if (result != OK)
            return result;
        due_fen += get_day(key.data + 1) < day ? sum.refund_due_fen : 0;
        refunded_fen += sum.refunded_fen;
    }
    if (result != OK && result != ERR_ABSENT)
        return result;
    *ret_due_fen = due_fen > refunded_fen ? due_fen - refunded_fen : 0;
    return OK;
}

enum result
fee_rows_day(struct store_txn *txn, uint32_t day, struct arena *arena, Yidi__FeeDay *ret_sum)
{
    struct bytes packed;
    struct key room;
    yidi__fee_day__init(ret_sum);
    enum result result = store_get(txn, TABLE_FEES, key_of_sum(day, &room), &packed);
    if (result == OK)
        return read_sum(packed, arena, ret_sum);
    return result == ERR_ABSENT ? OK : result;
}

/* ---- pages ---- */

static enum result
read_after(const Yidi__Fees *fees, struct key *ret_after, struct refusal *ret_refusal)
{
    if (hex_decode(fees->after, ret_after->bytes, BY_DAY_BYTES) && ret_after->bytes[0] == 'D')
        return OK;
    return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "fees.after",
                  "a cursor that an earlier page of the same days gave");
}

static enum result
set_next(Yidi__FeeList *list, struct bytes last_key, struct arena *arena)
{
    char *text = arena_take(arena, 2 * last_key.size + 1);
    if (text == NULL)
        return ERR_MEMORY;
    hex_encode(last_key, text);
    list->next = text;
    return OK;
}

/* To the first entry of the days, or to the one behind the cursor. */
static enum result
seek_first(struct store_cursor *cursor, const Yidi__Fees *fees, const struct key *after,
           struct bytes *ret_key, struct bytes *ret_packed)
{
    uint8_t first[1 + DAY_BYTES] = { 'D' };
    put_day(first + 1, fees->date);
    bool resume = fees->after[0] != '\0';
    struct bytes from =
        resume ? bytes_of(after->bytes, BY_DAY_BYTES) : bytes_of(first, sizeof first);
    enum result result = store_cursor_seek(cursor, from, ret_key, ret_packed);
    if (result == OK && resume && bytes_equal(*ret_key, from))
        result = store_cursor_next(cursor, ret_key, ret_packed);
    return result;
}

static enum result
fill_page(struct store_cursor *cursor, const Yidi__Fees *fees, const struct key *after,
          struct arena *arena, Yidi__FeeList *list)
{
    size_t limit = fees->limit == 0 ? FEE_PAGE_ENTRIES_MAX : fees->limit;
    struct bytes key, packed, previous = { 0 };
    enum result result = seek_first(cursor, fees, after, &key, &packed);
    while (result == OK) {
        const Yidi__FeeEntry *entry;
        if (key.size != BY_DAY_BYTES)
            return ERR_DAMAGED;
        if (get_day(key.data + 1) > fees->until)
            return OK;
        if (list->n_entries == limit)
            return set_next(list, previous, arena);
        result = read_entry(packed, arena, &entry);
        if (result != OK)
            return result;
        list->entries[list->n_entries++] = (Yidi__FeeEntry *)entry;
        previous = key;
        result = store_cursor_next(cursor, &key, &packed);
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
fee_rows_page(struct store_txn *txn, const Yidi__Fees *fees, struct arena *arena,
              Yidi__FeeList *list, struct refusal *ret_refusal)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct key after;
    list->entries = arena_take(arena, FEE_PAGE_ENTRIES_MAX * sizeof *list->entries);
    if (list->entries == NULL)
        return ERR_MEMORY;
    enum result result = fees->after[0] == '\0' ? OK : read_after(fees, &after, ret_refusal);
    if (result == OK)
        result = store_cursor_open(txn, TABLE_FEES, bytes_of_text("D"), &cursor);
    return result == OK ? fill_page(cursor, fees, &after, arena, list) : result;
}

/* ---- one case ---- */

_Static_assert(2 * 3 * NUMBER_MAX + 1 <= FEE_PAGE_ENTRIES_MAX,
               "two items in three moves, or none known: all entries of a case are on one page");

enum result
fee_rows_of_case(struct store_txn *txn, const Yidi__Fees *fees, struct arena *arena,
                 Yidi__FeeList *list)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    uint8_t prefix[1 + CASE_NUMBER_CHARS] = { 'C' };
    struct bytes key, day;
    if (strlen(fees->case_number) != CASE_NUMBER_CHARS)
        return OK;
    memcpy(prefix + 1, fees->case_number, CASE_NUMBER_CHARS);
    list->entries = arena_take(arena, FEE_PAGE_ENTRIES_MAX * sizeof *list->entries);
    if (list->entries == NULL)
        return ERR_MEMORY;
    enum result result =
        store_cursor_open(txn, TABLE_FEES, bytes_of(prefix, sizeof prefix), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &day)) == OK) {
        const Yidi__FeeEntry *entry;
        result = follow(txn, key, day, arena, &entry);
        if (result == OK && entry->day >= fees->date && entry->day <= fees->until)
            list->entries[list->n_entries++] = (Yidi__FeeEntry *)entry;
    }
    return result == ERR_ABSENT ? OK : result;
}
