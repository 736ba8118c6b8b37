/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/stock_keeper.h"

#include <inttypes.h>
#include <stdio.h>

#include "production-node/card_body.h"
#include "production-node/serial_range.h"
#include "production-node/stock_row.h"

/* ---- changes ---- */

static enum result
add_movement(struct turn *turn, Yidi__StockRow *row, const Yidi__StockChange *change,
             Yidi__StockMovementKind kind, uint64_t count)
{
    Yidi__StockMovement movement = YIDI__STOCK_MOVEMENT__INIT;
    movement.kind = kind;
    movement.count = count;
    movement.first_serial = change->first_serial;
    movement.last_serial = change->last_serial;
    movement.note = change->text;
    movement.left = row->left;
    return stock_row_add_movement(turn, row, &movement);
}

static enum result
begin_act(struct turn *turn, const Yidi__StockChange *change, const char *verb)
{
    enum { DETAIL_BYTES = 601 };
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    bool named = change->first_serial[0] != '\0';
    snprintf(detail, DETAIL_BYTES, "%" PRIu64 " blanks%s%s%s%s: %s", change->count,
             named ? ", " : "", change->first_serial, change->last_serial[0] != '\0' ? " to " : "",
             change->last_serial, change->text);
    turn_begin_act(turn, "", verb, detail);
    return turn_journal_cause(turn);
}

static enum result
receive(struct turn *turn, const Yidi__StockChange *change, Yidi__StockRow *row,
        struct refusal *ret_refusal)
{
    struct stock stock = stock_row_stock(row);
    bool named = change->first_serial[0] != '\0' || change->last_serial[0] != '\0';
    enum result result = stock_receive(&stock, change->count, ret_refusal);
    if (result == OK && named)
        result = serial_range_check(turn->txn, change->first_serial, change->last_serial,
                                    change->count, ret_refusal);
    if (result == OK)
        result = begin_act(turn, change, "stock-receive");
    if (result == OK && named)
        result = serial_range_put(turn->txn, change->first_serial, change->last_serial);
    if (result != OK)
        return result;
    row->unnamed |= !named;
    row->left = stock.left;
    result =
        add_movement(turn, row, change, YIDI__STOCK_MOVEMENT_KIND__STOCK_RECEIVED, change->count);
    return result == OK ? stock_row_save(turn, row, &stock) : result;
}

static enum result
count(struct turn *turn, const Yidi__StockChange *change, Yidi__StockRow *row,
      struct refusal *ret_refusal)
{
    struct stock stock = stock_row_stock(row);
    int64_t found;
    if (change->first_serial[0] != '\0' || change->last_serial[0] != '\0')
        return refuse(ret_refusal, REFUSAL_STOCK_INVALID, "stock_change.first_serial",
                      "a count says how many, not which");
    enum result result = stock_count(&stock, change->count, &found, ret_refusal);
    if (result == OK)
        result = begin_act(turn, change, "stock-count");
    if (result != OK)
        return result;
    row->unnamed |= found > 0;
    row->count_due = false;
    row->left = stock.left;
    result = add_movement(turn, row, change,
                          found >= 0 ? YIDI__STOCK_MOVEMENT_KIND__STOCK_FOUND
                                     : YIDI__STOCK_MOVEMENT_KIND__STOCK_WRITTEN_OFF,
                          (uint64_t)(found >= 0 ? found : -found));
    return result == OK ? stock_row_save(turn, row, &stock) : result;
}

static enum result
spoil_blanks(struct turn *turn, const Yidi__StockChange *change, Yidi__StockRow *row,
             struct refusal *ret_refusal)
{
    static const char field[] = "stock_change.first_serial";
    static const struct card_body spoiled = { .case_number = "--------------------------",
                                              .spoiled = true };
    struct stock stock = stock_row_stock(row);
    bool named = change->first_serial[0] != '\0';
    if (change->last_serial[0] != '\0' || (named && change->count != 1))
        return refuse(ret_refusal, REFUSAL_STOCK_INVALID, field, "one serial, for one blank");
    enum result result = stock_write_off(&stock, change->count, ret_refusal);
    if (result == OK && named)
        result = card_body_check_blank(turn->txn, row, change->first_serial, field, ret_refusal);
    if (result == OK)
        result = begin_act(turn, change, "stock-spoil");
    if (result == OK && named)
        result = card_body_put(turn->txn, change->first_serial, &spoiled);
    if (result != OK)
        return result;
    row->left = stock.left;
    result = add_movement(turn, row, change, YIDI__STOCK_MOVEMENT_KIND__STOCK_WRITTEN_OFF,
                          change->count);
    return result == OK ? stock_row_save(turn, row, &stock) : result;
}

/* ---- commands ---- */

static enum result
fill_report(Yidi__StockRow *row, struct arena *arena, Yidi__Response *response,
            Yidi__StockReport **ret_report)
{
    Yidi__StockReport *report = arena_take(arena, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    yidi__stock_report__init(report);
    report->row = row;
    response->body_case = YIDI__RESPONSE__BODY_STOCK;
    response->stock = report;
    *ret_report = report;
    return OK;
}

enum result
stock_keeper_change(struct turn *turn, const Yidi__StockChange *change, Yidi__Response *response,
                    struct refusal *ret_refusal)
{
    Yidi__StockRow *row;
    Yidi__StockReport *report;
    enum result result = stock_row_load(turn->txn, turn->arena, &row);
    if (result != OK)
        return result;
    if (change->verb == YIDI__STOCK_VERB__STOCK_RECEIVE)
        result = receive(turn, change, row, ret_refusal);
    else if (change->verb == YIDI__STOCK_VERB__STOCK_COUNT)
        result = count(turn, change, row, ret_refusal);
    else
        result = spoil_blanks(turn, change, row, ret_refusal);
    return result == OK ? fill_report(row, turn->arena, response, &report) : result;
}

enum result
stock_keeper_show(struct store_txn *txn, const Yidi__StockQuery *query, struct arena *arena,
                  Yidi__Response *response)
{
    Yidi__StockRow *row;
    Yidi__StockReport *report;
    enum result result = stock_row_load(txn, arena, &row);
    if (result == OK)
        result = fill_report(row, arena, response, &report);
    return result == OK ? stock_row_read_newest(txn, query->rows, arena, report) : result;
}
