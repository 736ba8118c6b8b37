/* SPDX-License-Identifier: Apache-2.0
 *
 * fee_audit - counts a window's ledger of fees anew from its entries and its cases, and holds that
 * against the sums it keeps.
 */
#ifndef TESTS_FEE_AUDIT_H
#define TESTS_FEE_AUDIT_H

#include <stdbool.h>

#include "common/io/store.h"
#include "proto/case.pb-c.h"

enum { FEE_AUDIT_WORDS = 160 };

/* The sums of each day are those of its entries, and every entry is found by its case.
 *
 * ret_words  out; what is wrong first; empty when all is well. */
bool fee_audit(struct store_txn *txn, char ret_words[FEE_AUDIT_WORDS]);

/* The entries of one case: what was taken is what the form says; it is due back when the case ended
 * without a card, and only then; and never more is paid back than is due. */
bool fee_audit_case(struct store_txn *txn, const Yidi__Case *row, char ret_words[FEE_AUDIT_WORDS]);

#endif
