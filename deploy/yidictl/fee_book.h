/* SPDX-License-Identifier: Apache-2.0
 *
 * fee_book - entries of the fee ledger added up: by kind and waiver, by clerk, in all.
 *
 * Decides what the sums of some days are and that they balance. Knows no daemon and no terminal.
 */
#ifndef YIDICTL_FEE_BOOK_H
#define YIDICTL_FEE_BOOK_H

#include "common/core/arena.h"
#include "common/core/result.h"
#include "proto/fees.pb-c.h"

struct fee_book {
    struct arena *arena; /* borrowed; holds all lines */
    Yidi__FeeReport report;
    Yidi__FeeLine total;
    size_t by_kind_room;
    size_t by_clerk_room;
};

/* An empty book; it points into itself, so it stays where it is.
 *
 * date, until  first and last day. */
void fee_book_init(struct fee_book *book, uint32_t date, uint32_t until, struct arena *arena);

/* Add an entry. OK or ERR_MEMORY. */
enum result fee_book_add(struct fee_book *book, const Yidi__FeeEntry *entry) MUST_CHECK;

/* Sort the lines, and say what is still due. The report lives as long as the book. */
const Yidi__FeeReport *fee_book_close(struct fee_book *book, uint64_t due_before_fen);

#endif
