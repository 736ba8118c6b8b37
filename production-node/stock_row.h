/* SPDX-License-Identifier: Apache-2.0
 *
 * stock_row - how the books of the blank cards stand in the store: one row of totals, a numbered
 * row for each movement, and one for each spoiled card.
 *
 * Owns table stock, but for the serials that came (serial_range). Decides only that totals which do
 * not balance are never written.
 */
#ifndef PRODUCTION_STOCK_ROW_H
#define PRODUCTION_STOCK_ROW_H

#include "common/io/turn.h"
#include "production-node/core/stock.h"
#include "proto/control.pb-c.h"

/* The totals, in the arena; all 0 when none were ever written. */
enum result stock_row_load(struct store_txn *txn, struct arena *arena,
                           Yidi__StockRow **ret_row) MUST_CHECK;

/* What core/stock looks at. */
struct stock stock_row_stock(const Yidi__StockRow *row);

/* Write the totals with these numbers. ERR_DAMAGED when they do not balance. */
enum result stock_row_save(struct turn *turn, Yidi__StockRow *row,
                           const struct stock *stock) MUST_CHECK;

/* The next movement, and the next spoiled card; row is counted on, and saved by the caller. Who and
 * when are the turn's. */
enum result stock_row_add_movement(struct turn *turn, Yidi__StockRow *row,
                                   Yidi__StockMovement *movement) MUST_CHECK;
enum result stock_row_add_spoiled(struct turn *turn, Yidi__StockRow *row,
                                  Yidi__SpoiledCard *card) MUST_CHECK;

/* The newest of both, so many at the most, into a report about this row. */
enum result stock_row_read_newest(struct store_txn *txn, uint32_t rows, struct arena *arena,
                                  Yidi__StockReport *report) MUST_CHECK;

#endif
