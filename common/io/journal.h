/* SPDX-License-Identifier: Apache-2.0
 *
 * journal - the office's append-only, tamper-evident record: entries, their Merkle tree, and one
 * signed head per commit.
 *
 * Owns the tables journal, tree and heads. What an entry means is its callers' business. Appending
 * changes the journal in memory; journal_committed or journal_rolled_back must follow the
 * transaction's end.
 */
#ifndef IO_JOURNAL_H
#define IO_JOURNAL_H

#include "common/core/arena.h"
#include "common/core/merkle.h"
#include "common/io/envelope.h"
#include "common/io/store.h"
#include "proto/journal.pb-c.h"

struct journal {
    char office[OFFICE_CODE_CHARS + 1];
    uint32_t epoch;
    uint32_t pending_epoch;                /* of the running turn */
    const struct signing_key *key;         /* borrowed */
    const struct certificate *certificate; /* borrowed */
    struct merkle_frontier committed;
    struct merkle_frontier pending;
    char head[TREE_HEAD_BYTES_MAX]; /* of the last commit; empty before the first */
    char pending_head[TREE_HEAD_BYTES_MAX];
};

/* Read where the journal stands. key and certificate may be NULL for reading only.
 *
 * ERR_DAMAGED  the stored tree and its last head do not agree, or the store is another office's. */
enum result journal_open(struct journal *journal, const char *office, const struct signing_key *key,
                         const struct certificate *certificate, struct store_txn *txn) MUST_CHECK;

/* Append one entry: version, office, epoch, time and salt are filled in here. ERR_DAMAGED: longer
 * than ENTRY_BYTES_MAX. */
enum result journal_append(struct journal *journal, struct store_txn *txn,
                           Yidi__JournalEntry *entry, uint64_t now_ms, struct arena *arena,
                           uint64_t *ret_leaf_index) MUST_CHECK;

/* Begin another epoch: what is appended from here on belongs to it. First in a transaction, before
 * anything is appended. The tree goes on after what is left of it. */
void journal_begin_epoch(struct journal *journal, uint32_t epoch);

/* Sign the head of what was appended, if anything was; last before the commit. */
enum result journal_seal(struct journal *journal, struct store_txn *txn,
                         uint64_t now_ms) MUST_CHECK;
void journal_committed(struct journal *journal);
void journal_rolled_back(struct journal *journal);

/* The packed Envelope of an entry that is covered by a stored head, in the arena. ERR_ABSENT when
 * there is no such entry. */
enum result journal_envelope(struct store_txn *txn, uint64_t leaf_index, struct arena *arena,
                             struct bytes *ret_packed) MUST_CHECK;

/* Put in place of a message's entry what stands for an erased one (erased.h); any other entry
 * stays. Tree and heads are as they were. ERR_ABSENT, ERR_DAMAGED */
struct erased_mark;
enum result journal_erase(struct store_txn *txn, uint64_t leaf_index,
                          const struct erased_mark *mark, struct arena *arena) MUST_CHECK;

/* The leaf hash of an entry. */
enum result journal_leaf(struct store_txn *txn, uint64_t leaf_index,
                         struct digest *ret_leaf) MUST_CHECK;

/* Is the journal of that head, of this epoch or an earlier one, the beginning of this one? False
 * also when the store cannot be read. */
bool journal_has(const struct journal *journal, struct store_txn *txn,
                 const struct tree_head *head);

/* Proof that the journal of the first old_size entries is the beginning of that of the first size,
 * both committed; 0 < old_size <= size. */
enum result journal_consistency(struct store_txn *txn, uint64_t old_size, uint64_t size,
                                struct merkle_path *ret_path) MUST_CHECK;

struct journal_report {
    uint64_t entries;
    uint64_t heads;
    uint64_t received; /* envelopes of other offices that were checked */
    uint64_t policies; /* that were adopted */
    char trouble[240]; /* the first thing that is wrong, empty when all holds */
};

/* Check everything of a store from scratch: each leaf hash and inner node, each head's root and
 * signature, no gap in the streams, each received envelope and the journal entry that records it;
 * each attachment, each policy, and the indexes of the cases.
 * Slow and thorough; needs no daemon.
 *
 * OK when all holds; ERR_FORGED or ERR_DAMAGED with report->trouble. */
enum result journal_audit(struct store_txn *txn, const char *office,
                          struct envelope_verifier *verifier,
                          struct journal_report *ret_report) MUST_CHECK;

#endif
