/* SPDX-License-Identifier: Apache-2.0
 *
 * retention_report - what was erased on which days, what is due next, and what is held back and
 * why; answered from the last commit.
 */
#ifndef IO_RETENTION_REPORT_H
#define IO_RETENTION_REPORT_H

#include "common/io/retention.h"

enum { ERASE_NEXT_STANDARD = 20 };

/* EraseQuery; the answer lives in office->answers. */
enum result retention_report(struct office *office, struct store_txn *txn,
                             const Yidi__EraseQuery *query, uint64_t now_ms,
                             Yidi__Response *response) MUST_CHECK;

#endif
