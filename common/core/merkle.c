/* SPDX-License-Identifier: Apache-2.0
 *
 * A node is named (level, index): it covers leaves [index << level, (index + 1) << level). The
 * stored array holds complete nodes only; the ragged right edge is folded from them when it is
 * needed.
 */
#include "common/core/merkle.h"

#include "common/core/require.h"

static const uint64_t size_max = (uint64_t)1 << 63;

uint64_t
merkle_position(unsigned level, uint64_t index)
{
    uint64_t last = ((index + 1) << level) - 1;
    return 2 * last - (uint64_t)__builtin_popcountll(last) + level;
}

uint64_t
merkle_stored_count(uint64_t size)
{
    return 2 * size - (uint64_t)__builtin_popcountll(size);
}

void
merkle_leaf_hash(merkle_hash_fn *hash, struct bytes entry, struct digest *ret_digest)
{
    const struct bytes parts[] = { bytes_of("\x00", 1), entry };
    hash(parts, 2, ret_digest);
}

/* ret_digest may be one of the children. */
static void
node_hash(merkle_hash_fn *hash, const struct digest *left, const struct digest *right,
          struct digest *ret_digest)
{
    const struct bytes parts[] = {
        bytes_of("\x01", 1),
        bytes_of(left->bytes, DIGEST_BYTES),
        bytes_of(right->bytes, DIGEST_BYTES),
    };
    struct digest digest;
    hash(parts, 3, &digest);
    *ret_digest = digest;
}

static enum result
read_node(const struct merkle_reader *reader, unsigned level, uint64_t index,
          struct digest *ret_digest)
{
    return reader->read(reader->context, merkle_position(level, index), ret_digest);
}

enum result
merkle_frontier_load(struct merkle_frontier *frontier, merkle_hash_fn *hash, uint64_t size,
                     const struct merkle_reader *reader)
{
    struct merkle_frontier loaded = { .hash = hash, .size = size };

    for (int level = 63; level >= 0; level--) {
        if ((size >> level & 1) == 0)
            continue;
        enum result result =
            read_node(reader, (unsigned)level, (size >> level) - 1, &loaded.roots[loaded.count]);
        if (result != OK)
            return result;
        loaded.count++;
    }
    *frontier = loaded;
    return OK;
}

size_t
merkle_frontier_append(struct merkle_frontier *frontier, const struct digest *leaf,
                       struct digest ret_stored[64])
{
    REQUIRE(frontier->size < size_max);

    size_t stored = 0;
    struct digest node = *leaf;

    ret_stored[stored++] = node;
    for (uint64_t carry = frontier->size; (carry & 1) != 0; carry >>= 1) {
        frontier->count--;
        node_hash(frontier->hash, &frontier->roots[frontier->count], &node, &node);
        ret_stored[stored++] = node;
    }
    frontier->roots[frontier->count++] = node;
    frontier->size++;
    return stored;
}

void
merkle_frontier_root(const struct merkle_frontier *frontier, struct digest *ret_root)
{
    if (frontier->count == 0) {
        frontier->hash(NULL, 0, ret_root);
        return;
    }
    struct digest root = frontier->roots[frontier->count - 1];
    for (size_t i = frontier->count - 1; i-- > 0;)
        node_hash(frontier->hash, &frontier->roots[i], &root, &root);
    *ret_root = root;
}

/* Hash of the incomplete node that holds the last leaf: the complete nodes below level, folded
 * from the right. */
static enum result
fold_edge(merkle_hash_fn *hash, unsigned level, uint64_t size, const struct merkle_reader *reader,
          struct digest *ret_digest)
{
    bool begun = false;
    struct digest edge = { { 0 } };

    for (unsigned below = 0; below < level; below++) {
        if ((size >> below & 1) == 0)
            continue;
        struct digest node;
        enum result result = read_node(reader, below, (size >> below) - 1, &node);
        if (result != OK)
            return result;
        if (begun)
            node_hash(hash, &node, &edge, &edge);
        else
            edge = node;
        begun = true;
    }
    REQUIRE(begun);
    *ret_digest = edge;
    return OK;
}

/* Append the siblings of a complete node and of all its ancestors, upwards. */
static enum result
climb(merkle_hash_fn *hash, unsigned level, uint64_t index, uint64_t size,
      const struct merkle_reader *reader, struct merkle_path *path)
{
    uint64_t last = size - 1;

    for (; last >> level != 0; level++, index >>= 1) {
        uint64_t sibling = index ^ 1;
        uint64_t last_node = last >> level;
        if (sibling > last_node) /* the right edge has no sibling here and is moved up as it is */
            continue;
        bool complete = sibling < last_node || ((last + 1) & (((uint64_t)1 << level) - 1)) == 0;
        struct digest *hash_out = &path->hashes[path->count];
        enum result result = complete ? read_node(reader, level, sibling, hash_out)
                                      : fold_edge(hash, level, size, reader, hash_out);
        if (result != OK)
            return result;
        path->count++;
    }
    return OK;
}

enum result
merkle_inclusion(merkle_hash_fn *hash, uint64_t leaf_index, uint64_t size,
                 const struct merkle_reader *reader, struct merkle_path *ret_path)
{
    REQUIRE(leaf_index < size && size <= size_max);

    ret_path->count = 0;
    return climb(hash, 0, leaf_index, size, reader, ret_path);
}

enum result
merkle_inclusion_verify(merkle_hash_fn *hash, const struct digest *leaf, uint64_t leaf_index,
                        uint64_t size, const struct digest *path, size_t path_count,
                        const struct digest *root)
{
    if (leaf_index >= size)
        return ERR_FORGED;

    uint64_t index = leaf_index;
    uint64_t last = size - 1;
    struct digest node = *leaf;

    for (size_t i = 0; i < path_count; i++) {
        if (last == 0) /* longer than the tree is high */
            return ERR_FORGED;
        if ((index & 1) != 0 || index == last) {
            node_hash(hash, &path[i], &node, &node);
            for (; (index & 1) == 0 && index != 0; index >>= 1)
                last >>= 1;
        } else {
            node_hash(hash, &node, &path[i], &node);
        }
        index >>= 1;
        last >>= 1;
    }
    return last == 0 && digest_equal(&node, root) ? OK : ERR_FORGED;
}

enum result
merkle_consistency(merkle_hash_fn *hash, uint64_t old_size, uint64_t size,
                   const struct merkle_reader *reader, struct merkle_path *ret_path)
{
    REQUIRE(0 < old_size && old_size <= size && size <= size_max);

    unsigned level = (unsigned)__builtin_ctzll(old_size);
    uint64_t index = (old_size - 1) >> level;

    ret_path->count = 0;
    if (old_size == size)
        return OK;
    if (index != 0) { /* else the node is the whole old tree, whose root the verifier has */
        enum result result = read_node(reader, level, index, &ret_path->hashes[0]);
        if (result != OK)
            return result;
        ret_path->count = 1;
    }
    return climb(hash, level, index, size, reader, ret_path);
}

/* The proof of 0 < old_size < size; start is the complete node that ends the old tree. */
static enum result
verify_growth(merkle_hash_fn *hash, uint64_t old_last, uint64_t last, const struct digest *start,
              const struct digest *path, size_t path_count, const struct digest *old_root,
              const struct digest *root)
{
    struct digest old_node = *start;
    struct digest node = *start;

    for (; (old_last & 1) != 0; old_last >>= 1)
        last >>= 1;
    for (size_t i = 0; i < path_count; i++) {
        if (last == 0)
            return ERR_FORGED;
        if ((old_last & 1) != 0 || old_last == last) {
            node_hash(hash, &path[i], &old_node, &old_node);
            node_hash(hash, &path[i], &node, &node);
            for (; (old_last & 1) == 0 && old_last != 0; old_last >>= 1)
                last >>= 1;
        } else {
            node_hash(hash, &node, &path[i], &node);
        }
        old_last >>= 1;
        last >>= 1;
    }
    return last == 0 && digest_equal(&old_node, old_root) && digest_equal(&node, root) ? OK
                                                                                       : ERR_FORGED;
}

enum result
merkle_consistency_verify(merkle_hash_fn *hash, uint64_t old_size, uint64_t size,
                          const struct digest *path, size_t path_count,
                          const struct digest *old_root, const struct digest *root)
{
    if (old_size == 0 || old_size > size)
        return ERR_FORGED;
    if (old_size == size)
        return path_count == 0 && digest_equal(old_root, root) ? OK : ERR_FORGED;
    if (path_count == 0)
        return ERR_FORGED;
    if ((old_size & (old_size - 1)) == 0)
        return verify_growth(hash, old_size - 1, size - 1, old_root, path, path_count, old_root,
                             root);
    return verify_growth(hash, old_size - 1, size - 1, &path[0], path + 1, path_count - 1, old_root,
                         root);
}
