/* SPDX-License-Identifier: Apache-2.0
 *
 * stock_book - what happens to blank cards while cards are made: one is used, one turns out
 * spoiled, and what becomes of the books when the past was lost.
 *
 * Keeps totals (stock_row) and card bodies (card_body) in step, by the rules of core/stock. Nothing
 * of it is told to other offices: what a lost past took with it, only a count on the shelf brings
 * back.
 */
#ifndef PRODUCTION_STOCK_BOOK_H
#define PRODUCTION_STOCK_BOOK_H

#include "common/io/turn.h"
#include "proto/production.pb-c.h"

/* May a card be made now of that body? The serial may be empty: the office will number it.
 *
 * ERR_REFUSED  STOCK_USED_UP, CARD_SERIAL_UNKNOWN, CARD_SERIAL_TAKEN. */
enum result stock_book_check(struct turn *turn, const char *serial, const char *field,
                             struct refusal *ret_refusal) MUST_CHECK;

/* The body is used for a card of this case. After stock_book_check. */
enum result stock_book_use(struct turn *turn, const char *serial, const char *case_number,
                           struct refusal *ret_refusal) MUST_CHECK;

/* A message of a lost past proves that it was used.
 *
 * ret_twin     the case whose card has this serial, too: it was given out again before the loss was
 *              noticed. The books keep that one. Else empty.
 * ERR_REFUSED  CARD_SERIAL_TAKEN, by this case; nothing was written. */
enum result stock_book_use_proved(struct turn *turn, const char *serial, const char *case_number,
                                  char ret_twin[CASE_NUMBER_CHARS + 1],
                                  struct refusal *ret_refusal) MUST_CHECK;

/* The card made last for this case is no good; whoever acts in this turn says so. */
enum result stock_book_spoil(struct turn *turn, const Yidi__Case *row, Yidi__SpoiledWhy why,
                             const char *text) MUST_CHECK;

/* So many cards were spoiled of which nobody knows any more. */
enum result stock_book_write_off_unseen(struct turn *turn, uint64_t count) MUST_CHECK;

/* The past was lost and is back, as far as messages tell of it: a count is due. */
enum result stock_book_past_lost(struct turn *turn) MUST_CHECK;

#endif
