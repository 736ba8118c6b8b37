/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/stock_row.h"

#include "common/io/wire.h"

/* Keys of table stock: the totals; movements and spoiled cards, by number. */
enum { KEY_TOTALS = 'T', KEY_MOVEMENT = 'M', KEY_SPOILED = 'S', NUMBERED_KEY_BYTES = 9 };

/* ---- the totals ---- */

enum result
stock_row_load(struct store_txn *txn, struct arena *arena, Yidi__StockRow **ret_row)
{
    const uint8_t key = KEY_TOTALS;
    struct bytes value;
    ProtobufCMessage *message;
    enum result result = store_get(txn, TABLE_STOCK, bytes_of(&key, 1), &value);
    if (result == OK) {
        result = wire_decode(&yidi__stock_row__descriptor, value, arena, &message, NULL);
        if (result == OK)
            *ret_row = (Yidi__StockRow *)message;
        return result == OK || result == ERR_MEMORY ? result : ERR_DAMAGED;
    }
    if (result != ERR_ABSENT)
        return result;
    *ret_row = arena_take(arena, sizeof **ret_row);
    if (*ret_row == NULL)
        return ERR_MEMORY;
    yidi__stock_row__init(*ret_row);
    (*ret_row)->version = 1;
    return OK;
}

struct stock
stock_row_stock(const Yidi__StockRow *row)
{
    return (struct stock){ .controlled = row->controlled,
                           .received = row->received,
                           .used = row->used,
                           .spoiled = row->spoiled,
                           .left = row->left,
                           .written_off = row->written_off,
                           .proved = row->proved };
}

static enum result
put(struct turn *turn, struct bytes key, const ProtobufCMessage *message)
{
    struct bytes packed;
    if (wire_check(message, NULL) != OK)
        return ERR_DAMAGED; /* such a row could never be read again */
    packed = wire_encode(message, turn->arena);
    return packed.data == NULL ? ERR_MEMORY : store_put(turn->txn, TABLE_STOCK, key, packed);
}

/* What does not balance is never written. */
enum result
stock_row_save(struct turn *turn, Yidi__StockRow *row, const struct stock *stock)
{
    const uint8_t key = KEY_TOTALS;
    if (!stock_balances(stock))
        return ERR_DAMAGED;
    row->controlled = stock->controlled;
    row->received = stock->received;
    row->used = stock->used;
    row->spoiled = stock->spoiled;
    row->left = stock->left;
    row->written_off = stock->written_off;
    row->proved = stock->proved;
    return put(turn, bytes_of(&key, 1), &row->base);
}

/* ---- numbered rows ---- */

static enum result
put_numbered(struct turn *turn, uint8_t kind, uint64_t number, const ProtobufCMessage *message)
{
    uint8_t key[NUMBERED_KEY_BYTES] = { kind };
    bytes_put_u64(key + 1, number);
    return put(turn, bytes_of(key, sizeof key), message);
}

enum result
stock_row_add_movement(struct turn *turn, Yidi__StockRow *row, Yidi__StockMovement *movement)
{
    movement->operator_ = (char *)turn->operator;
    movement->time_ms = turn->now_ms;
    row->movements++;
    return put_numbered(turn, KEY_MOVEMENT, row->movements, &movement->base);
}

enum result
stock_row_add_spoiled(struct turn *turn, Yidi__StockRow *row, Yidi__SpoiledCard *card)
{
    card->operator_ = (char *)turn->operator;
    card->time_ms = turn->now_ms;
    row->spoiled_cards++;
    return put_numbered(turn, KEY_SPOILED, row->spoiled_cards, &card->base);
}

/* The newest rows of a kind: those that stand under the last numbers. */
static enum result
read_numbered(struct store_txn *txn, uint8_t kind, uint64_t last, uint32_t rows,
              const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
              ProtobufCMessage ***ret_list, size_t *ret_count)
{
    size_t room = last < rows ? (size_t)last : rows;
    *ret_count = 0;
    *ret_list = arena_take(arena, (room + 1) * sizeof **ret_list);
    if (*ret_list == NULL)
        return ERR_MEMORY;
    enum result result = OK;
    for (size_t i = 0; i < room && result == OK; i++) {
        uint8_t key[NUMBERED_KEY_BYTES] = { kind };
        struct bytes value;
        bytes_put_u64(key + 1, last - i);
        result = store_get(txn, TABLE_STOCK, bytes_of(key, sizeof key), &value);
        if (result == OK)
            result = wire_decode(descriptor, value, arena, &(*ret_list)[i], NULL);
        *ret_count += result == OK;
    }
    return result == ERR_ABSENT || result == ERR_REFUSED ? ERR_DAMAGED : result;
}

enum result
stock_row_read_newest(struct store_txn *txn, uint32_t rows, struct arena *arena,
                      Yidi__StockReport *report)
{
    const Yidi__StockRow *row = report->row;
    ProtobufCMessage **movements, **spoiled;
    enum result result =
        read_numbered(txn, KEY_MOVEMENT, row->movements, rows, &yidi__stock_movement__descriptor,
                      arena, &movements, &report->n_movements);
    if (result == OK)
        result =
            read_numbered(txn, KEY_SPOILED, row->spoiled_cards, rows,
                          &yidi__spoiled_card__descriptor, arena, &spoiled, &report->n_spoiled);
    if (result != OK)
        return result;
    report->movements = (Yidi__StockMovement **)movements;
    report->spoiled = (Yidi__SpoiledCard **)spoiled;
    return OK;
}
