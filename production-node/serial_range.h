/* SPDX-License-Identifier: Apache-2.0
 *
 * serial_range - which serials the received blanks have: runs from a first to a last one.
 *
 * Serials of a run have the same length and the same beginning, and end in digits that count. Kept
 * in table stock under "R", length and last serial.
 */
#ifndef PRODUCTION_SERIAL_RANGE_H
#define PRODUCTION_SERIAL_RANGE_H

#include "common/core/refusal.h"
#include "common/io/store.h"

/* Are these the serials of so many blanks, none of which was received before?
 *
 * ERR_REFUSED  STOCK_INVALID. */
enum result serial_range_check(struct store_txn *txn, const char *first, const char *last,
                               uint64_t count, struct refusal *ret_refusal) MUST_CHECK;

enum result serial_range_put(struct store_txn *txn, const char *first, const char *last) MUST_CHECK;

/* Was a blank of this serial received? OK or ERR_ABSENT. */
enum result serial_range_find(struct store_txn *txn, const char *serial) MUST_CHECK;

#endif
