/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/stock_book.h"

#include "production-node/card_body.h"
#include "production-node/stock_row.h"

/* ---- making cards ---- */

enum result
stock_book_check(struct turn *turn, const char *serial, const char *field,
                 struct refusal *ret_refusal)
{
    Yidi__StockRow *row;
    enum result result = stock_row_load(turn->txn, turn->arena, &row);
    if (result != OK)
        return result;
    struct stock stock = stock_row_stock(row);
    result = stock_use(&stock, ret_refusal);
    return result == OK && serial[0] != '\0'
               ? card_body_check_blank(turn->txn, row, serial, field, ret_refusal)
               : result;
}

static enum result
use(struct turn *turn, const char *serial, const char *case_number, bool proved,
    struct refusal *ret_refusal)
{
    Yidi__StockRow *row;
    struct card_body body = { .spoiled = false };
    enum result result = stock_row_load(turn->txn, turn->arena, &row);
    if (result == OK)
        result = card_body_check_unused(turn->txn, serial, "card_serial", ret_refusal);
    if (result != OK)
        return result;
    struct stock stock = stock_row_stock(row);
    if (proved)
        stock_use_proved(&stock);
    else
        result = stock_use(&stock, ret_refusal);
    if (result == OK && stock.controlled)
        result = stock_row_save(turn, row, &stock);
    body.counted = stock.controlled;
    memcpy(body.case_number, case_number, CASE_NUMBER_CHARS);
    return result == OK ? card_body_put(turn->txn, serial, &body) : result;
}

enum result
stock_book_use(struct turn *turn, const char *serial, const char *case_number,
               struct refusal *ret_refusal)
{
    return use(turn, serial, case_number, false, ret_refusal);
}

enum result
stock_book_use_proved(struct turn *turn, const char *serial, const char *case_number,
                      char ret_twin[CASE_NUMBER_CHARS + 1], struct refusal *ret_refusal)
{
    struct card_body body;
    ret_twin[0] = '\0';
    enum result result = card_body_find(turn->txn, serial, &body);
    if (result != OK && result != ERR_ABSENT)
        return result;
    if (result == ERR_ABSENT || strcmp(body.case_number, case_number) == 0)
        return use(turn, serial, case_number, true, ret_refusal);
    memcpy(ret_twin, body.case_number, sizeof body.case_number);
    return OK;
}

/* ---- spoiled cards ---- */

static enum result
add_spoiled(struct turn *turn, Yidi__StockRow *row, const Yidi__Case *order, Yidi__SpoiledWhy why,
            const char *text, bool counted)
{
    Yidi__SpoiledCard card = YIDI__SPOILED_CARD__INIT;
    card.card_serial = order->card_serial;
    card.case_number = order->case_number;
    card.attempt = order->attempt;
    card.why = why;
    card.text = (char *)text;
    card.counted = counted;
    return stock_row_add_spoiled(turn, row, &card);
}

/* A card that no row tells of was not counted. */
static enum result
find_body(struct turn *turn, const Yidi__Case *order, struct card_body *ret_body)
{
    enum result result = card_body_find(turn->txn, order->card_serial, ret_body);
    if (result != ERR_ABSENT)
        return result;
    *ret_body = (struct card_body){ .counted = false };
    memcpy(ret_body->case_number, order->case_number, CASE_NUMBER_CHARS);
    return OK;
}

enum result
stock_book_spoil(struct turn *turn, const Yidi__Case *order, Yidi__SpoiledWhy why, const char *text)
{
    Yidi__StockRow *row;
    struct card_body body;
    enum result result = stock_row_load(turn->txn, turn->arena, &row);
    if (result == OK)
        result = find_body(turn, order, &body);
    if (result != OK || body.spoiled)
        return result;
    struct stock stock = stock_row_stock(row);
    if (body.counted && stock.used == 0)
        return ERR_DAMAGED;
    if (body.counted)
        stock_spoil(&stock);
    body.spoiled = true;
    result = add_spoiled(turn, row, order, why, text, body.counted);
    if (result == OK)
        result = card_body_put(turn->txn, order->card_serial, &body);
    return result == OK ? stock_row_save(turn, row, &stock) : result;
}

/* ---- a lost past ---- */

enum result
stock_book_write_off_unseen(struct turn *turn, uint64_t count)
{
    Yidi__StockRow *row;
    enum result result = stock_row_load(turn->txn, turn->arena, &row);
    if (result != OK || !row->controlled || count == 0)
        return result;
    struct stock stock = stock_row_stock(row);
    stock_write_off_proved(&stock, count);
    return stock_row_save(turn, row, &stock);
}

enum result
stock_book_past_lost(struct turn *turn)
{
    Yidi__StockRow *row;
    enum result result = stock_row_load(turn->txn, turn->arena, &row);
    if (result != OK)
        return result;
    const struct stock stock = stock_row_stock(row);
    row->count_due = true;
    row->unnamed = true; /* a receipt may have been lost */
    return stock_row_save(turn, row, &stock);
}
