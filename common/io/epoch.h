/* SPDX-License-Identifier: Apache-2.0
 *
 * epoch - how the journal of an office that lost its past goes on, so that everybody sees that it
 * did.
 *
 * A journal whose end is gone cannot be continued: its lost entries were signed. A new epoch begins
 * instead, on what is left of the tree, with an entry EpochOpened that names the last heads which
 * others had seen. Each peer is shown that entry when it is greeted (proto/link.proto, Hello), and
 * goes on only when the entry names a head at least as late as the one that it remembers. Decides
 * that; knows no recovery.
 */
#ifndef IO_EPOCH_H
#define IO_EPOCH_H

#include "common/core/arena.h"
#include "common/io/envelope.h"
#include "common/io/store.h"

enum { EPOCH_HEADS_MAX = 64 };

struct office;
struct peer;
struct turn;

/* The latest head of each earlier epoch that is known to have been lost, or left behind. */
struct epoch_heads {
    size_t count;
    struct tree_head list[EPOCH_HEADS_MAX];
    char texts[EPOCH_HEADS_MAX][TREE_HEAD_BYTES_MAX];
    char witnesses[EPOCH_HEADS_MAX][OFFICE_CODE_CHARS + 1]; /* who showed it */
};

/* Note a head that somebody showed, unless one at least as late is known of its epoch. Of two that
 * contradict each other, both stay. False: there is no more room. */
bool epoch_heads_note(struct epoch_heads *heads, const struct tree_head *head, const char *text,
                      const char *witness);

/* Is there a head of the same epoch that is at least as late? */
bool epoch_heads_cover(const struct epoch_heads *heads, const struct tree_head *head);

/* Read the heads that the present epoch names; none in the first epoch. */
enum result epoch_load(struct store_txn *txn, struct arena *arena,
                       struct epoch_heads *ret_heads) MUST_CHECK;

/* Open the next epoch: before anything else is appended in the turn.
 *
 * heads  what is to be named; the own last head is added. */
enum result epoch_open(struct turn *turn, struct epoch_heads *heads) MUST_CHECK;

/* The envelope of the present epoch's EpochOpened, to show to peers. ERR_ABSENT in the first epoch.
 */
enum result epoch_proof(struct store_txn *txn, struct arena *arena,
                        struct bytes *ret_packed) MUST_CHECK;

/* A peer greets in an epoch that is new here: does its proof cover what we remember of it? OK: its
 * head is now the proof's. ERR_REFUSED: EPOCH_UNPROVED. */
enum result epoch_take(struct office *office, struct peer *peer, uint32_t epoch,
                       struct bytes packed, struct refusal *ret_refusal) MUST_CHECK;

#endif
