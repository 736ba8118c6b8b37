/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery_row - what is stored and reported of a recovery: a row of TABLE_META and the answer to
 * the command.
 */
#ifndef IO_RECOVERY_ROW_H
#define IO_RECOVERY_ROW_H

#include "common/io/recovery.h"

/* The row, or that of an office that never lost anything. */
enum result recovery_row_load(struct recovery *recovery, struct store_txn *txn) MUST_CHECK;
enum result recovery_row_save(const struct recovery *recovery, struct store_txn *txn,
                              struct arena *arena) MUST_CHECK;

/* The report, in office->answers. */
enum result recovery_row_report(struct office *office, Yidi__Response *response) MUST_CHECK;

#endif
