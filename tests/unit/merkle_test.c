/* SPDX-License-Identifier: Apache-2.0
 *
 * The tree against a naive one that follows the recursive definitions of RFC 9162 section 2.1, and
 * against the vectors of the certificate-transparency project.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/core/merkle.h"
#include "common/io/signature.h"

enum { LEAVES_MAX = 130 };

static struct digest leaves[LEAVES_MAX];
static struct digest stored[2 * LEAVES_MAX];
static struct digest roots[LEAVES_MAX + 1];

static enum result
read_stored(void *context, uint64_t position, struct digest *ret_digest)
{
    const uint64_t *stored_count = context;
    if (position >= *stored_count)
        return ERR_DAMAGED;
    *ret_digest = stored[position];
    return OK;
}

/* Reads of positions that a tree of that size does not have are errors. */
static struct merkle_reader
reader_of(uint64_t size, uint64_t *stored_count)
{
    *stored_count = merkle_stored_count(size);
    return (struct merkle_reader){ .read = read_stored, .context = stored_count };
}

/* --- RFC 9162 2.1, word by word --- */

static struct digest
hash_children(struct digest left, struct digest right)
{
    uint8_t bytes[1 + 2 * DIGEST_BYTES] = { 1 };
    struct digest digest;
    memcpy(bytes + 1, left.bytes, DIGEST_BYTES);
    memcpy(bytes + 1 + DIGEST_BYTES, right.bytes, DIGEST_BYTES);
    signature_digest_one(bytes_of(bytes, sizeof bytes), &digest);
    return digest;
}

static size_t
split_of(size_t count)
{
    size_t split = 1;
    while (2 * split < count)
        split *= 2;
    return split;
}

static struct digest
naive_root(const struct digest *hashes, size_t count)
{
    if (count == 1)
        return hashes[0];
    size_t split = split_of(count);
    return hash_children(naive_root(hashes, split), naive_root(hashes + split, count - split));
}

static void
naive_path(size_t index, const struct digest *hashes, size_t count, struct merkle_path *path)
{
    if (count == 1)
        return;
    size_t split = split_of(count);
    if (index < split) {
        naive_path(index, hashes, split, path);
        path->hashes[path->count++] = naive_root(hashes + split, count - split);
    } else {
        naive_path(index - split, hashes + split, count - split, path);
        path->hashes[path->count++] = naive_root(hashes, split);
    }
}

static void
naive_subproof(size_t old, const struct digest *hashes, size_t count, bool whole,
               struct merkle_path *path)
{
    if (old == count) {
        if (!whole)
            path->hashes[path->count++] = naive_root(hashes, count);
        return;
    }
    size_t split = split_of(count);
    if (old <= split) {
        naive_subproof(old, hashes, split, whole, path);
        path->hashes[path->count++] = naive_root(hashes + split, count - split);
    } else {
        naive_subproof(old - split, hashes + split, count - split, false, path);
        path->hashes[path->count++] = naive_root(hashes, split);
    }
}

/* --- */

static int
plant(void **unused)
{
    (void)unused;
    struct merkle_frontier frontier = { .hash = signature_digest };
    size_t count = 0;

    merkle_frontier_root(&frontier, &roots[0]);
    for (size_t i = 0; i < LEAVES_MAX; i++) {
        struct digest nodes[64];
        uint8_t entry = (uint8_t)i;
        merkle_leaf_hash(signature_digest, bytes_of(&entry, 1), &leaves[i]);
        size_t added = merkle_frontier_append(&frontier, &leaves[i], nodes);
        memcpy(&stored[count], nodes, added * sizeof *nodes);
        count += added;
        merkle_frontier_root(&frontier, &roots[i + 1]);
        if (count != merkle_stored_count(i + 1) || frontier.size != i + 1)
            return -1;
    }
    return 0;
}

static void
assert_digest_equal(struct digest a, struct digest b)
{
    assert_memory_equal(a.bytes, b.bytes, DIGEST_BYTES);
}

static void
assert_path_equal(const struct merkle_path *a, const struct merkle_path *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        assert_digest_equal(a->hashes[i], b->hashes[i]);
}

static struct digest
digest_of_hex(const char *hex)
{
    struct digest digest;
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        assert_int_equal(sscanf(hex + 2 * i, "%2hhx", &digest.bytes[i]), 1);
    return digest;
}

/* The eight leaves of the certificate-transparency project's own tests. */
static const struct {
    struct bytes entry;
    const char *root; /* of the tree that ends with this leaf */
} known[] = {
    { { (const uint8_t *)"", 0 },
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
    { { (const uint8_t *)"\x00", 1 },
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
    { { (const uint8_t *)"\x10", 1 },
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
    { { (const uint8_t *)"\x20\x21", 2 },
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
    { { (const uint8_t *)"\x30\x31", 2 },
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
    { { (const uint8_t *)"\x40\x41\x42\x43", 4 },
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
    { { (const uint8_t *)"\x50\x51\x52\x53\x54\x55\x56\x57", 8 },
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
    { { (const uint8_t *)"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16 },
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
};

static void
merkle_root_follows_the_vectors_of_certificate_transparency(void **unused)
{
    (void)unused;
    struct merkle_frontier frontier = { .hash = signature_digest };
    struct digest root;

    merkle_frontier_root(&frontier, &root);
    assert_digest_equal(
        root, digest_of_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct digest leaf, nodes[64];
        merkle_leaf_hash(signature_digest, known[i].entry, &leaf);
        merkle_frontier_append(&frontier, &leaf, nodes);
        merkle_frontier_root(&frontier, &root);
        assert_digest_equal(root, digest_of_hex(known[i].root));
    }
}

static void
merkle_root_is_the_recursive_one_for_every_size(void **unused)
{
    (void)unused;
    for (size_t size = 1; size <= LEAVES_MAX; size++)
        assert_digest_equal(roots[size], naive_root(leaves, size));
}

static void
merkle_position_counts_in_post_order(void **unused)
{
    (void)unused;
    uint64_t position = 0;

    for (uint64_t leaf = 0; leaf < 4096; leaf++) {
        assert_int_equal(merkle_stored_count(leaf), position);
        for (unsigned level = 0; level == 0 || (leaf + 1) % ((uint64_t)1 << level) == 0; level++)
            assert_int_equal(merkle_position(level, leaf >> level), position++);
    }
    assert_int_equal(merkle_position(63, 0), UINT64_MAX - 1);
}

static void
merkle_frontier_load_equals_the_running_frontier(void **unused)
{
    (void)unused;
    struct merkle_frontier running = { .hash = signature_digest };

    for (size_t size = 0; size <= LEAVES_MAX; size++) {
        uint64_t stored_count;
        struct merkle_reader reader = reader_of(size, &stored_count);
        struct merkle_frontier loaded;
        struct digest nodes[64];

        assert_int_equal(merkle_frontier_load(&loaded, signature_digest, size, &reader), OK);
        assert_int_equal(loaded.size, running.size);
        assert_int_equal(loaded.count, running.count);
        for (size_t i = 0; i < running.count; i++)
            assert_digest_equal(loaded.roots[i], running.roots[i]);
        if (size < LEAVES_MAX)
            merkle_frontier_append(&running, &leaves[size], nodes);
    }
}

static void
merkle_hands_on_what_the_reader_answers(void **unused)
{
    (void)unused;
    uint64_t nothing_stored = 0;
    struct merkle_reader reader = { .read = read_stored, .context = &nothing_stored };
    struct merkle_frontier frontier = { .size = 77 };
    struct merkle_path path;

    assert_int_equal(merkle_frontier_load(&frontier, signature_digest, 5, &reader), ERR_DAMAGED);
    assert_int_equal(frontier.size, 77);
    assert_int_equal(merkle_inclusion(signature_digest, 3, 7, &reader, &path), ERR_DAMAGED);
    assert_int_equal(merkle_consistency(signature_digest, 3, 7, &reader, &path), ERR_DAMAGED);
}

static void
merkle_inclusion_is_the_recursive_one_and_verifies(void **unused)
{
    (void)unused;
    for (size_t size = 1; size <= LEAVES_MAX; size++)
        for (size_t leaf = 0; leaf < size; leaf++) {
            uint64_t stored_count;
            struct merkle_reader reader = reader_of(size, &stored_count);
            struct merkle_path path, naive = { 0 };

            assert_int_equal(merkle_inclusion(signature_digest, leaf, size, &reader, &path), OK);
            naive_path(leaf, leaves, size, &naive);
            assert_path_equal(&path, &naive);
            assert_int_equal(merkle_inclusion_verify(signature_digest, &leaves[leaf], leaf, size,
                                                     path.hashes, path.count, &roots[size]),
                             OK);
        }
}

static void
merkle_consistency_is_the_recursive_one_and_verifies(void **unused)
{
    (void)unused;
    for (size_t size = 1; size <= LEAVES_MAX; size++)
        for (size_t old = 1; old <= size; old++) {
            uint64_t stored_count;
            struct merkle_reader reader = reader_of(size, &stored_count);
            struct merkle_path path, naive = { 0 };

            assert_int_equal(merkle_consistency(signature_digest, old, size, &reader, &path), OK);
            naive_subproof(old, leaves, size, true, &naive);
            assert_path_equal(&path, &naive);
            assert_int_equal(merkle_consistency_verify(signature_digest, old, size, path.hashes,
                                                       path.count, &roots[old], &roots[size]),
                             OK);
        }
}

static const size_t sizes[] = { 1, 2, 3, 4, 5, 7, 8, 11, 16, 17, 21 };
enum { SIZE_COUNT = sizeof sizes / sizeof *sizes };

static void
flip(void *bytes, size_t bit)
{
    ((uint8_t *)bytes)[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void
merkle_inclusion_verify_refuses_every_flipped_bit(void **unused)
{
    (void)unused;
    for (size_t s = 0; s < SIZE_COUNT; s++)
        for (size_t leaf = 0; leaf < sizes[s]; leaf++) {
            struct merkle_path path = { 0 };
            struct digest forged_leaf = leaves[leaf], root = roots[sizes[s]];
            naive_path(leaf, leaves, sizes[s], &path);

#define VERIFY()                                                                                   \
    merkle_inclusion_verify(signature_digest, &forged_leaf, leaf, sizes[s], path.hashes,           \
                            path.count, &root)
            for (size_t bit = 0; bit < 8 * DIGEST_BYTES * path.count; bit++) {
                flip(path.hashes, bit);
                assert_int_equal(VERIFY(), ERR_FORGED);
                flip(path.hashes, bit);
            }
            for (size_t bit = 0; bit < 8 * DIGEST_BYTES; bit++) {
                flip(&forged_leaf, bit);
                assert_int_equal(VERIFY(), ERR_FORGED);
                flip(&forged_leaf, bit);
                flip(&root, bit);
                assert_int_equal(VERIFY(), ERR_FORGED);
                flip(&root, bit);
            }
            assert_int_equal(VERIFY(), OK);
#undef VERIFY
        }
}

static void
merkle_inclusion_verify_refuses_another_place_or_length(void **unused)
{
    (void)unused;
    for (size_t size = 1; size <= 20; size++)
        for (size_t leaf = 0; leaf < size; leaf++) {
            struct merkle_path path = { 0 };
            naive_path(leaf, leaves, size, &path);

#define VERIFY(index, count)                                                                       \
    merkle_inclusion_verify(signature_digest, &leaves[leaf], index, size, path.hashes, count,      \
                            &roots[size])
            for (size_t other = 0; other < 2 * size; other++)
                assert_int_equal(VERIFY(other, path.count), other == leaf ? OK : ERR_FORGED);
            for (size_t count = 0; count < path.count + 3; count++)
                assert_int_equal(VERIFY(leaf, count), count == path.count ? OK : ERR_FORGED);
#undef VERIFY
            for (size_t other = 0; other <= 20; other++)
                if (other != size)
                    assert_int_equal(merkle_inclusion_verify(signature_digest, &leaves[leaf], leaf,
                                                             other, path.hashes, path.count,
                                                             &roots[other]),
                                     ERR_FORGED);
        }
}

static void
merkle_consistency_verify_refuses_every_flipped_bit(void **unused)
{
    (void)unused;
    for (size_t s = 0; s < SIZE_COUNT; s++)
        for (size_t old = 1; old <= sizes[s]; old++) {
            struct merkle_path path = { 0 };
            struct digest old_root = roots[old], root = roots[sizes[s]];
            naive_subproof(old, leaves, sizes[s], true, &path);

#define VERIFY()                                                                                   \
    merkle_consistency_verify(signature_digest, old, sizes[s], path.hashes, path.count, &old_root, \
                              &root)
            for (size_t bit = 0; bit < 8 * DIGEST_BYTES * path.count; bit++) {
                flip(path.hashes, bit);
                assert_int_equal(VERIFY(), ERR_FORGED);
                flip(path.hashes, bit);
            }
            for (size_t bit = 0; bit < 8 * DIGEST_BYTES; bit++) {
                flip(&old_root, bit);
                assert_int_equal(VERIFY(), ERR_FORGED);
                flip(&old_root, bit);
                flip(&root, bit);
                assert_int_equal(VERIFY(), ERR_FORGED);
                flip(&root, bit);
            }
            assert_int_equal(VERIFY(), OK);
#undef VERIFY
        }
}

static void
merkle_consistency_verify_refuses_other_sizes_or_lengths(void **unused)
{
    (void)unused;
    for (size_t size = 1; size <= 20; size++)
        for (size_t old = 1; old <= size; old++) {
            struct merkle_path path = { 0 };
            naive_subproof(old, leaves, size, true, &path);

#define VERIFY(old_size, new_size, count)                                                          \
    merkle_consistency_verify(signature_digest, old_size, new_size, path.hashes, count,            \
                              &roots[old], &roots[size])
            for (size_t count = 0; count < path.count + 3; count++)
                assert_int_equal(VERIFY(old, size, count), count == path.count ? OK : ERR_FORGED);
            if (old == size)
                continue;
            for (size_t other = 0; other <= size + 1; other++)
                assert_int_equal(VERIFY(other, size, path.count), other == old ? OK : ERR_FORGED);
#undef VERIFY
        }
}

static void
merkle_verify_survives_any_size_and_any_count(void **unused)
{
    (void)unused;
    static const struct digest path[200];
    static const uint64_t odd_sizes[] = { 0,
                                          1,
                                          2,
                                          3,
                                          63,
                                          64,
                                          65,
                                          1ull << 32,
                                          (1ull << 62) + 1,
                                          (1ull << 63) - 1,
                                          1ull << 63,
                                          (1ull << 63) + 1,
                                          UINT64_MAX - 1,
                                          UINT64_MAX };
    struct digest zero = { { 0 } };

    for (size_t a = 0; a < sizeof odd_sizes / sizeof *odd_sizes; a++)
        for (size_t b = 0; b < sizeof odd_sizes / sizeof *odd_sizes; b++)
            for (size_t count = 1; count <= 200; count++) {
                assert_int_equal(merkle_inclusion_verify(signature_digest, &leaves[0], odd_sizes[a],
                                                         odd_sizes[b], path, count, &zero),
                                 ERR_FORGED);
                assert_int_equal(merkle_consistency_verify(signature_digest, odd_sizes[a],
                                                           odd_sizes[b], path, count, &leaves[0],
                                                           &zero),
                                 ERR_FORGED);
            }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merkle_root_follows_the_vectors_of_certificate_transparency),
        cmocka_unit_test(merkle_root_is_the_recursive_one_for_every_size),
        cmocka_unit_test(merkle_position_counts_in_post_order),
        cmocka_unit_test(merkle_frontier_load_equals_the_running_frontier),
        cmocka_unit_test(merkle_hands_on_what_the_reader_answers),
        cmocka_unit_test(merkle_inclusion_is_the_recursive_one_and_verifies),
        cmocka_unit_test(merkle_consistency_is_the_recursive_one_and_verifies),
        cmocka_unit_test(merkle_inclusion_verify_refuses_every_flipped_bit),
        cmocka_unit_test(merkle_inclusion_verify_refuses_another_place_or_length),
        cmocka_unit_test(merkle_consistency_verify_refuses_every_flipped_bit),
        cmocka_unit_test(merkle_consistency_verify_refuses_other_sizes_or_lengths),
        cmocka_unit_test(merkle_verify_survives_any_size_and_any_count),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, plant, NULL);
}
