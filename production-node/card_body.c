/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/card_body.h"

#include "production-node/serial_range.h"

/* Of a row of table serials: case number, then these flags. Rows of an older program have none. */
enum { FLAG_COUNTED = 1, FLAG_SPOILED = 2, ROW_BYTES = CASE_NUMBER_CHARS + 1 };

enum result
card_body_decode(struct bytes row, struct card_body *ret_body)
{
    if (row.size < CASE_NUMBER_CHARS)
        return ERR_DAMAGED;
    const uint8_t flags = row.size == ROW_BYTES ? row.data[CASE_NUMBER_CHARS] : 0;
    memcpy(ret_body->case_number, row.data, CASE_NUMBER_CHARS);
    ret_body->case_number[CASE_NUMBER_CHARS] = '\0';
    ret_body->counted = (flags & FLAG_COUNTED) != 0;
    ret_body->spoiled = (flags & FLAG_SPOILED) != 0;
    return OK;
}

enum result
card_body_find(struct store_txn *txn, const char *serial, struct card_body *ret_body)
{
    struct bytes value;
    enum result result = store_get(txn, TABLE_SERIALS, bytes_of_text(serial), &value);
    return result == OK ? card_body_decode(value, ret_body) : result;
}

enum result
card_body_put(struct store_txn *txn, const char *serial, const struct card_body *body)
{
    uint8_t value[ROW_BYTES];
    memcpy(value, body->case_number, CASE_NUMBER_CHARS);
    value[CASE_NUMBER_CHARS] =
        (uint8_t)((body->counted ? FLAG_COUNTED : 0) | (body->spoiled ? FLAG_SPOILED : 0));
    return store_put(txn, TABLE_SERIALS, bytes_of_text(serial), bytes_of(value, sizeof value));
}

enum result
card_body_check_unused(struct store_txn *txn, const char *serial, const char *field,
                       struct refusal *ret_refusal)
{
    struct bytes unused;
    enum result result = store_get(txn, TABLE_SERIALS, bytes_of_text(serial), &unused);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_TAKEN, field, "each card body is used once");
    return result == ERR_ABSENT ? OK : result;
}

/* Only when all blanks came with their serials can it be told that one never came. */
enum result
card_body_check_blank(struct store_txn *txn, const Yidi__StockRow *row, const char *serial,
                      const char *field, struct refusal *ret_refusal)
{
    enum result result = card_body_check_unused(txn, serial, field, ret_refusal);
    if (result != OK || !row->controlled || row->unnamed)
        return result;
    result = serial_range_find(txn, serial);
    return result == ERR_ABSENT ? refuse(ret_refusal, REFUSAL_CARD_SERIAL_UNKNOWN, field,
                                         "none of the blanks that were received has it")
                                : result;
}
