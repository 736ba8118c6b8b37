/* SPDX-License-Identifier: Apache-2.0
 *
 * applicant - what the holder of a receipt is told of the case, from one read transaction.
 *
 * The code on the receipt is all that proves whose it is. Says nothing of persons; sentences are
 * made by core/progress.
 */
#ifndef ACCEPTANCE_APPLICANT_H
#define ACCEPTANCE_APPLICANT_H

#include "common/io/role.h"

/* As struct role has it. */
enum result applicant_tell(struct store_txn *txn, const char *case_number, const char *code,
                           uint64_t now_ms, struct arena *arena,
                           Yidi__ReceiptStatus **ret_status) MUST_CHECK;

#endif
