/* SPDX-License-Identifier: Apache-2.0
 *
 * temporary_out - which temporary cards are still out, in the order of their last day.
 *
 * Owns those keys of the table serials that begin with a byte that no serial begins with: mark,
 * last day, case number -> empty. Why a card is out, or comes back, temporary knows.
 */
#ifndef ACCEPTANCE_TEMPORARY_OUT_H
#define ACCEPTANCE_TEMPORARY_OUT_H

#include "common/core/arena.h"
#include "common/core/refusal.h"
#include "common/io/store.h"
#include "proto/case.pb-c.h"
#include "proto/control.pb-c.h"

enum { TEMPORARY_PAGE_CARDS_MAX = 1000 };

enum result temporary_out_put(struct store_txn *txn, const Yidi__Case *row) MUST_CHECK;

/* Put it, if it is out: for a store of before this was kept. */
enum result temporary_out_upgrade(struct store_txn *txn, const Yidi__Case *row) MUST_CHECK;

/* Nothing when it does not stand there. */
enum result temporary_out_delete(struct store_txn *txn, const Yidi__Case *row) MUST_CHECK;

/* The query TemporaryQuery: a page of them, those first that end first.
 *
 * ERR_REFUSED  FIELD_OUT_OF_BOUNDS: the cursor */
enum result temporary_out_list(struct store_txn *txn, const Yidi__TemporaryQuery *query,
                               struct arena *arena, Yidi__Response *response,
                               struct refusal *ret_refusal) MUST_CHECK;

#endif
