/* SPDX-License-Identifier: Apache-2.0
 *
 * card_body - each card body that was used, by its serial: for which case, whether it was taken
 * from the counted stock, and whether it was spoiled.
 *
 * Owns table serials. Does not know how many blanks there are (stock_book).
 */
#ifndef PRODUCTION_CARD_BODY_H
#define PRODUCTION_CARD_BODY_H

#include "common/core/limits.h"
#include "common/core/refusal.h"
#include "common/io/store.h"
#include "proto/production.pb-c.h"

enum { CARD_SERIAL_BYTES = 41 };

struct card_body {
    char case_number[CASE_NUMBER_CHARS + 1]; /* hyphens: spoiled without a case */
    bool counted;                            /* taken from the counted stock */
    bool spoiled;
};

/* OK, or ERR_ABSENT. */
enum result card_body_find(struct store_txn *txn, const char *serial,
                           struct card_body *ret_body) MUST_CHECK;

/* Write it down, or what became of it. */
enum result card_body_put(struct store_txn *txn, const char *serial,
                          const struct card_body *body) MUST_CHECK;

/* The row of a table, as card_body_put writes it, or an older program. ERR_DAMAGED */
enum result card_body_decode(struct bytes row, struct card_body *ret_body) MUST_CHECK;

/* ERR_REFUSED  CARD_SERIAL_TAKEN: each body is used once. */
enum result card_body_check_unused(struct store_txn *txn, const char *serial, const char *field,
                                   struct refusal *ret_refusal) MUST_CHECK;

/* And is it one of the blanks that came, as far as these books can tell?
 *
 * ERR_REFUSED  CARD_SERIAL_TAKEN, CARD_SERIAL_UNKNOWN. */
enum result card_body_check_blank(struct store_txn *txn, const Yidi__StockRow *row,
                                  const char *serial, const char *field,
                                  struct refusal *ret_refusal) MUST_CHECK;

#endif
