/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/stock_check.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/core/arena.h"
#include "common/io/wire.h"
#include "production-node/card_body.h"

struct recount {
    struct arena arena;
    Yidi__StockRow row;
    uint64_t received;       /* by the receipts */
    uint64_t bodies;         /* taken from the counted stock */
    uint64_t spoiled_bodies; /* of them */
    uint64_t spoiled_cards;
    uint64_t spoiled_counted; /* of them, of the counted stock */
    bool unreadable;
};

static void
recount_auto(struct recount *recount)
{
    arena_fini(&recount->arena);
}

static const ProtobufCMessage *
decode(struct recount *recount, const ProtobufCMessageDescriptor *descriptor, struct bytes value)
{
    ProtobufCMessage *message = NULL;
    if (wire_decode(descriptor, value, &recount->arena, &message, NULL) != OK)
        recount->unreadable = true;
    return message;
}

static void
take_stock_row(struct recount *recount, struct bytes key, struct bytes value)
{
    const ProtobufCMessage *message;
    switch (key.data[0]) {
    case 'T':
        message = decode(recount, &yidi__stock_row__descriptor, value);
        if (message != NULL)
            recount->row = *(const Yidi__StockRow *)message;
        break;
    case 'M':
        message = decode(recount, &yidi__stock_movement__descriptor, value);
        if (message != NULL && ((const Yidi__StockMovement *)message)->kind ==
                                   YIDI__STOCK_MOVEMENT_KIND__STOCK_RECEIVED)
            recount->received += ((const Yidi__StockMovement *)message)->count;
        break;
    case 'S':
        message = decode(recount, &yidi__spoiled_card__descriptor, value);
        recount->spoiled_cards++;
        recount->spoiled_counted +=
            message != NULL && ((const Yidi__SpoiledCard *)message)->counted;
        break;
    default:
        break;
    }
}

static void
take_serial_row(struct recount *recount, struct bytes key, struct bytes value)
{
    (void)key;
    struct card_body body;
    if (card_body_decode(value, &body) != OK) {
        recount->unreadable = true;
        return;
    }
    recount->bodies += body.counted;
    recount->spoiled_bodies += body.counted && body.spoiled;
}

static void
read_table(struct recount *recount, struct store_txn *txn, enum store_table table,
           void (*take)(struct recount *recount, struct bytes key, struct bytes value))
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    if (store_cursor_open(txn, table, (struct bytes){ 0 }, &cursor) != OK)
        recount->unreadable = true;
    while (cursor != NULL && store_cursor_next(cursor, &key, &value) == OK)
        take(recount, key, value);
}

static bool
agree(const char *what, uint64_t books, uint64_t recounted, char ret_words[STOCK_CHECK_WORDS])
{
    if (books != recounted)
        snprintf(ret_words, STOCK_CHECK_WORDS, "%s: the books say %llu, recounted %llu", what,
                 (unsigned long long)books, (unsigned long long)recounted);
    return books == recounted;
}

bool
stock_check(struct store_txn *txn, char ret_words[STOCK_CHECK_WORDS])
{
    AUTO(recount) struct recount recount = { .row = YIDI__STOCK_ROW__INIT };
    const Yidi__StockRow *row = &recount.row;
    arena_init(&recount.arena);
    ret_words[0] = '\0';
    read_table(&recount, txn, TABLE_STOCK, take_stock_row);
    read_table(&recount, txn, TABLE_SERIALS, take_serial_row);
    if (recount.unreadable)
        snprintf(ret_words, STOCK_CHECK_WORDS, "a row cannot be read");
    return !recount.unreadable &&
           agree("received", row->received, row->used + row->spoiled + row->left, ret_words) &&
           agree("receipts", row->received, recount.received + row->proved, ret_words) &&
           agree("used", row->used, recount.bodies - recount.spoiled_bodies, ret_words) &&
           agree("spoiled", row->spoiled, recount.spoiled_bodies + row->written_off, ret_words) &&
           agree("spoiled cards", row->spoiled_cards, recount.spoiled_cards, ret_words) &&
           agree("spoiled of the stock", recount.spoiled_counted, recount.spoiled_bodies,
                 ret_words);
}
