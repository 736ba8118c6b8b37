/* SPDX-License-Identifier: Apache-2.0
 *
 * waiting_orders - the orders that wait to be made and are in no batch, by time, and by window and
 * time: so that a batch is found without looking at any other order.
 *
 * Owns those keys of table batches that begin with these bytes, all with an empty value:
 *
 *     1, time of the last change, case number
 *     2, window, time of the last change, case number
 *     3                                              they are all there
 *
 * A store that an earlier program wrote has none; the first batch builds them.
 */
#ifndef PRODUCTION_WAITING_ORDERS_H
#define PRODUCTION_WAITING_ORDERS_H

#include "common/io/turn.h"

/* The row of an order was saved: it stands here when it waits, and else not.
 *
 * changed_before_ms  of the row as it was stored before; 0: it is new. */
enum result waiting_orders_follow(struct turn *turn, const Yidi__Case *row,
                                  uint64_t changed_before_ms) MUST_CHECK;

/* May this order be chosen? */
typedef bool waiting_orders_wanted_fn(const struct turn *turn, const Yidi__Case *row);

/* The orders that wait longest, of one window or, with "", of any.
 *
 * wanted       orders that are not are passed over, at most 20,000 of them.
 * ret_numbers  out; has room for so many. */
enum result waiting_orders_find(struct turn *turn, const char *window,
                                waiting_orders_wanted_fn *wanted, size_t room,
                                char (*ret_numbers)[CASE_NUMBER_CHARS + 1],
                                size_t *ret_count) MUST_CHECK;

#endif
