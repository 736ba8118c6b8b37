/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/serial_range.h"

#include <ctype.h>
#include <stdlib.h>

enum { SERIAL_BYTES_MAX = 40, DIGITS_MAX = 18, KEY_RANGE = 'R' };

static struct bytes
key_of(const char *serial, uint8_t storage[2 + SERIAL_BYTES_MAX])
{
    size_t size = strlen(serial) < SERIAL_BYTES_MAX ? strlen(serial) : SERIAL_BYTES_MAX;
    storage[0] = KEY_RANGE;
    storage[1] = (uint8_t)size;
    memcpy(storage + 2, serial, size);
    return bytes_of(storage, 2 + size);
}

/* The run whose last serial is the first one at or after this: does it begin at or before `until`?
 */
static enum result
find_overlap(struct store_txn *txn, const char *from, const char *until)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    uint8_t wanted[2 + SERIAL_BYTES_MAX];
    struct bytes key, first;
    const struct bytes start = key_of(from, wanted);
    const struct bytes prefix = bytes_of(wanted, 2);
    enum result result = store_cursor_open(txn, TABLE_STOCK, prefix, &cursor);
    if (result == OK)
        result = store_cursor_seek(cursor, start, &key, &first);
    if (result != OK)
        return result;
    if (first.size != strlen(until))
        return ERR_DAMAGED;
    return memcmp(first.data, until, first.size) <= 0 ? OK : ERR_ABSENT;
}

static enum result
refuse_range(struct refusal *ret_refusal, const char *rule)
{
    return refuse(ret_refusal, REFUSAL_STOCK_INVALID, "stock_change.last_serial", "%s", rule);
}

/* Where two serials begin to differ, or the run of digits at their end: the same beginning, then
 * digits. */
static enum result
read_numbers(const char *first, const char *last, uint64_t *ret_first, uint64_t *ret_last)
{
    size_t size = strlen(first), same = 0;
    if (size == 0 || size > SERIAL_BYTES_MAX || strlen(last) != size)
        return ERR_REFUSED;
    while (same < size && first[same] == last[same])
        same++;
    while (same > 0 && size - same < DIGITS_MAX && isdigit((unsigned char)first[same - 1]))
        same--;
    if (size - same > DIGITS_MAX || same == size)
        return ERR_REFUSED;
    for (size_t i = same; i < size; i++)
        if (!isdigit((unsigned char)first[i]) || !isdigit((unsigned char)last[i]))
            return ERR_REFUSED;
    *ret_first = strtoull(first + same, NULL, 10);
    *ret_last = strtoull(last + same, NULL, 10);
    return OK;
}

enum result
serial_range_check(struct store_txn *txn, const char *first, const char *last, uint64_t count,
                   struct refusal *ret_refusal)
{
    uint64_t from, to;
    if (read_numbers(first, last, &from, &to) != OK)
        return refuse_range(ret_refusal, "both serials, of one length and beginning, in digits");
    if (to < from || to - from + 1 != count)
        return refuse_range(ret_refusal, "from the first to the last serial are not so many");
    enum result result = find_overlap(txn, first, last);
    if (result == OK)
        return refuse_range(ret_refusal, "some of these blanks were received before");
    return result == ERR_ABSENT ? OK : result;
}

enum result
serial_range_put(struct store_txn *txn, const char *first, const char *last)
{
    uint8_t key[2 + SERIAL_BYTES_MAX];
    return store_put(txn, TABLE_STOCK, key_of(last, key), bytes_of_text(first));
}

enum result
serial_range_find(struct store_txn *txn, const char *serial)
{
    return find_overlap(txn, serial, serial);
}
