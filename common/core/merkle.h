/* SPDX-License-Identifier: Apache-2.0
 *
 * merkle - an append-only Merkle tree with the hashing and proofs of RFC 9162 section 2.1.
 *
 * The tree is an append-only array of hashes in post-order: each leaf, followed by every inner node
 * that it completes. merkle_position() finds a node in that array, so a proof reads a few hashes
 * and keeps nothing in memory. Knows no disk and no library: the hash function and the reader of
 * stored hashes are handed in.
 */
#ifndef CORE_MERKLE_H
#define CORE_MERKLE_H

#include "common/core/bytes.h"
#include "common/core/limits.h"
#include "common/core/result.h"

/* Hash the concatenation of the parts. */
typedef void merkle_hash_fn(const struct bytes *parts, size_t part_count,
                            struct digest *ret_digest);

/* Read the stored hash at a position; OK, or an error that is handed on. */
typedef enum result merkle_read_fn(void *context, uint64_t position, struct digest *ret_digest);

struct merkle_reader {
    merkle_read_fn *read;
    void *context;
};

/* The roots of the complete subtrees of a growing tree, largest first: all that appending needs. */
struct merkle_frontier {
    merkle_hash_fn *hash;
    uint64_t size; /* leaves */
    size_t count;  /* bits set in size */
    struct digest roots[64];
};

struct merkle_path {
    size_t count;
    struct digest hashes[2 * MERKLE_PATH_MAX]; /* an inclusion path has at most 63; a consistency
                                                  proof may have more */
};

/* Position in the post-order array of the node that covers leaves [index << level, (index + 1) <<
 * level). */
uint64_t merkle_position(unsigned level, uint64_t index);

/* Number of stored hashes of a tree of so many leaves. */
uint64_t merkle_stored_count(uint64_t size);

void merkle_leaf_hash(merkle_hash_fn *hash, struct bytes entry, struct digest *ret_digest);

/* Read the frontier of a tree of so many leaves from its stored hashes. */
enum result merkle_frontier_load(struct merkle_frontier *frontier, merkle_hash_fn *hash,
                                 uint64_t size, const struct merkle_reader *reader) MUST_CHECK;

/* Append one leaf hash.
 *
 * ret_stored  out; the hashes to store at positions merkle_stored_count(old size) onward: the leaf,
 * then each node it completes. Returns how many, 1..64. */
size_t merkle_frontier_append(struct merkle_frontier *frontier, const struct digest *leaf,
                              struct digest ret_stored[64]);

/* Root of the tree; of an empty tree the hash of nothing. */
void merkle_frontier_root(const struct merkle_frontier *frontier, struct digest *ret_root);

/* Inclusion path of a leaf in the tree of the first size leaves (RFC 9162 2.1.3.1). leaf_index <
 * size is the caller's duty. */
enum result merkle_inclusion(merkle_hash_fn *hash, uint64_t leaf_index, uint64_t size,
                             const struct merkle_reader *reader,
                             struct merkle_path *ret_path) MUST_CHECK;

/* OK when the path proves that the leaf stands at leaf_index of the tree with that root (RFC
 * 9162 2.1.3.2), else ERR_FORGED. */
enum result merkle_inclusion_verify(merkle_hash_fn *hash, const struct digest *leaf,
                                    uint64_t leaf_index, uint64_t size, const struct digest *path,
                                    size_t path_count, const struct digest *root) MUST_CHECK;

/* Proof that the tree of old_size leaves is a prefix of the tree of size leaves (RFC 9162 2.1.4.1).
 * 0 < old_size <= size. */
enum result merkle_consistency(merkle_hash_fn *hash, uint64_t old_size, uint64_t size,
                               const struct merkle_reader *reader,
                               struct merkle_path *ret_path) MUST_CHECK;

/* OK when the proof holds (RFC 9162 2.1.4.2), else ERR_FORGED. */
enum result merkle_consistency_verify(merkle_hash_fn *hash, uint64_t old_size, uint64_t size,
                                      const struct digest *path, size_t path_count,
                                      const struct digest *old_root,
                                      const struct digest *root) MUST_CHECK;

#endif
