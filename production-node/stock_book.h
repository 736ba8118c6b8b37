/* SPDX-License-Identifier: Apache-2.0
 *
 * stock_book - where core/stock is written down: the totals, every movement of blanks, every card
 * body that was used, and every one that was spoiled.
 *
 * Owns the tables stock and serials. Nothing of it is told to other offices: what a lost past took
 * with it, only a count on the shelf brings back.
 */
#ifndef PRODUCTION_STOCK_BOOK_H
#define PRODUCTION_STOCK_BOOK_H

#include "common/io/turn.h"
#include "proto/production.pb-c.h"

enum { CARD_SERIAL_BYTES = 41 };

/* Of a row of table serials: case number, then these flags. Rows of an older program have none. */
enum { SERIAL_COUNTED = 1, SERIAL_SPOILED = 2, SERIAL_ROW_BYTES = CASE_NUMBER_CHARS + 1 };

/* May a card be made now of that body? The serial may be empty: the office will number it.
 *
 * ERR_REFUSED  STOCK_USED_UP, CARD_SERIAL_UNKNOWN, CARD_SERIAL_TAKEN. */
enum result stock_book_check(struct turn *turn, const char *serial, const char *field,
                             struct refusal *ret_refusal) MUST_CHECK;

/* The body is used for a card of this case. After stock_book_check; or, when turn->redo, because a
 * message proves it.
 *
 * ERR_REFUSED  only when turn->redo: CARD_SERIAL_TAKEN; nothing was written. */
enum result stock_book_use(struct turn *turn, const char *serial, const char *case_number,
                           struct refusal *ret_refusal) MUST_CHECK;

/* Whose card is it, and was it spoiled? OK, or ERR_ABSENT. */
enum result stock_book_find(struct store_txn *txn, const char *serial,
                            char ret_case_number[CASE_NUMBER_CHARS + 1],
                            bool *ret_spoiled) MUST_CHECK;

/* The card made last for this case is no good; whoever acts in this turn says so. */
enum result stock_book_spoil(struct turn *turn, const Yidi__Case *row, Yidi__SpoiledWhy why,
                             const char *text) MUST_CHECK;

/* So many cards were spoiled of which nobody knows any more. */
enum result stock_book_write_off_unseen(struct turn *turn, uint64_t count) MUST_CHECK;

/* The past was lost and is back, as far as messages tell of it: a count is due. */
enum result stock_book_past_lost(struct turn *turn) MUST_CHECK;

/* The commands. */
enum result stock_book_change(struct turn *turn, const Yidi__StockChange *change,
                              Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;
enum result stock_book_show(struct store_txn *txn, const Yidi__StockQuery *query,
                            struct arena *arena, Yidi__Response *response) MUST_CHECK;

#endif
