/* SPDX-License-Identifier: Apache-2.0
 *
 * batch_row - the rows of table batches: a batch, and which cases were put into it.
 */
#ifndef PRODUCTION_BATCH_ROW_H
#define PRODUCTION_BATCH_ROW_H

#include "common/core/arena.h"
#include "common/core/limits.h"
#include "common/core/refusal.h"
#include "common/io/store.h"
#include "proto/production.pb-c.h"

enum { BATCH_CARDS_MAX = 1024, BATCH_BYTES_MAX = 16 };

/* ERR_REFUSED  BATCH_UNKNOWN. */
enum result batch_row_find(struct store_txn *txn, const char *batch, struct arena *arena,
                           Yidi__BatchRow **ret_row, struct refusal *ret_refusal) MUST_CHECK;

enum result batch_row_put(struct store_txn *txn, const Yidi__BatchRow *row,
                          struct arena *arena) MUST_CHECK;
enum result batch_row_put_case(struct store_txn *txn, const char *batch,
                               const char *case_number) MUST_CHECK;

/* The cases of a batch behind one of them ("" for the first), in order; at most room.
 *
 * ret_last  out; is this the end? */
enum result batch_row_cases(struct store_txn *txn, const char *batch, const char *after,
                            size_t room, char (*ret_numbers)[CASE_NUMBER_CHARS + 1],
                            size_t *ret_count, bool *ret_last) MUST_CHECK;

#endif
