/* SPDX-License-Identifier: Apache-2.0
 *
 * fee_rows - the table fees: entries by day and by case, and the sums of each day.
 *
 * Knows the keys (fees.h lists them) and that the three kinds of rows belong together; what is to
 * be entered, fees decides.
 */
#ifndef ACCEPTANCE_FEE_ROWS_H
#define ACCEPTANCE_FEE_ROWS_H

#include "common/core/arena.h"
#include "common/core/refusal.h"
#include "common/io/store.h"
#include "proto/control.pb-c.h"

enum { FEE_PAGE_ENTRIES_MAX = 2000 };

/* What a case's entries of one item come to. */
struct fee_sums {
    uint64_t taken_fen;
    uint64_t refund_due_fen; /* at most what was taken */
    uint64_t refunded_fen;   /* at most what was due */
    unsigned taken_count;
    unsigned refunded_count;
    unsigned unknown_count;
    uint32_t refund_due_day; /* the last one; 0 none */
    uint32_t refunded_day;
};

/* Add an entry; its number is filled in.
 *
 * ERR_DAMAGED  it breaks a bound of proto/ */
enum result fee_rows_put(struct store_txn *txn, Yidi__FeeEntry *entry,
                         struct arena *arena) MUST_CHECK;

/* ERR_DAMAGED  rows that contradict each other */
enum result fee_rows_sum(struct store_txn *txn, const char *case_number, Yidi__FeeItem item,
                         struct arena *arena, struct fee_sums *ret_sums) MUST_CHECK;

/* The sums of one day; 0 when nothing was entered. */
enum result fee_rows_day(struct store_txn *txn, uint32_t day, struct arena *arena,
                         Yidi__FeeDay *ret_sum) MUST_CHECK;

/* What was to be given back by the end of the day before that one, and has not been given back by
 * now; what is given back counts for what was due first. */
enum result fee_rows_still_due(struct store_txn *txn, uint32_t day, struct arena *arena,
                               uint64_t *ret_due_fen) MUST_CHECK;

/* Refunds due at the end of the day before that one. */
enum result fee_rows_due_before(struct store_txn *txn, uint32_t day, struct arena *arena,
                                uint64_t *ret_due_fen) MUST_CHECK;

/* The entries of the days asked for that follow the cursor, in the arena.
 *
 * ERR_REFUSED  FIELD_OUT_OF_BOUNDS: the cursor */
enum result fee_rows_page(struct store_txn *txn, const Yidi__Fees *fees, struct arena *arena,
                          Yidi__FeeList *list, struct refusal *ret_refusal) MUST_CHECK;

/* All entries of one case on the days asked for, in the arena; none when it is not known. */
enum result fee_rows_of_case(struct store_txn *txn, const Yidi__Fees *fees, struct arena *arena,
                             Yidi__FeeList *list) MUST_CHECK;

#endif
