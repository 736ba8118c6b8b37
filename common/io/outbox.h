/* SPDX-License-Identifier: Apache-2.0
 *
 * outbox - the rows of the messages assigned to the streams from this office: which journal entry
 * each is, and what travels beside it.
 *
 * Owns the table outbox, keyed by peer and sequence. Rows stay after their acknowledgement. Knows
 * nothing of streams or turns.
 */
#ifndef IO_OUTBOX_H
#define IO_OUTBOX_H

#include "common/core/arena.h"
#include "common/io/store.h"
#include "proto/case.pb-c.h"

/* Add the row of a message.
 *
 * peer  code of the office that it goes to, OFFICE_CODE_CHARS characters. */
enum result outbox_put(struct store_txn *txn, const char *peer, uint64_t sequence,
                       const Yidi__OutboxRow *row, struct arena *arena) MUST_CHECK;

/* Find the row of a message; it lives in the arena. OK, ERR_ABSENT, ERR_DAMAGED. */
enum result outbox_find(struct store_txn *txn, const char *peer, uint64_t sequence,
                        struct arena *arena, const Yidi__OutboxRow **ret_row) MUST_CHECK;

/* The packed envelope of a message, in the arena or the store: made under the newest head, or as it
 * came back when it belongs to a lost past. OK, ERR_ABSENT, ERR_DAMAGED. */
enum result outbox_row_envelope(struct store_txn *txn, const Yidi__OutboxRow *row,
                                struct arena *arena, struct bytes *ret_packed) MUST_CHECK;
enum result outbox_envelope(struct store_txn *txn, const char *peer, uint64_t sequence,
                            struct arena *arena, struct bytes *ret_packed) MUST_CHECK;

/* The leaf hash of a message. */
enum result outbox_leaf(struct store_txn *txn, const char *peer, uint64_t sequence,
                        struct arena *arena, struct digest *ret_leaf) MUST_CHECK;

#endif
