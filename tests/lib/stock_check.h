/* SPDX-License-Identifier: Apache-2.0
 *
 * stock_check - the books of a card centre's blanks, recounted from everything that was written
 * down: receipts, card bodies, spoiled cards.
 */
#ifndef TESTS_STOCK_CHECK_H
#define TESTS_STOCK_CHECK_H

#include "common/io/store.h"

enum { STOCK_CHECK_WORDS = 200 };

/* Do the books balance, and do they agree with what they are the sum of?
 *
 * ret_words  out; what is wrong; empty when nothing is. */
bool stock_check(struct store_txn *txn, char ret_words[STOCK_CHECK_WORDS]);

#endif
