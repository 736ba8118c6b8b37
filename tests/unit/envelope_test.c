/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/core/merkle.h"
#include "common/io/envelope.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"
#include "tests/lib/roster.h"

static const struct roster_entry entries[] = {
    { "310115000001", YIDI__ROLE__ACCEPTANCE, "310115" },
    { "440105000000", YIDI__ROLE__REGISTRY, "440105" },
};

enum { OURS, OTHERS, LEAVES = 5 };

static struct roster roster;
static struct directory *directory;
static struct arena arena;
static struct envelope_verifier verifier;

/* What a test's office has signed so far: a tree of entries, all under one head. */
struct signed_tree {
    struct merkle_frontier frontier;
    struct digest nodes[64];
    size_t node_count;
    struct bytes entries[LEAVES + 1]; /* a test may add one */
    size_t count;
};

static struct signed_tree tree;

static enum result
read_node(void *context, uint64_t position, struct digest *ret_digest)
{
    const struct signed_tree *from = context;
    *ret_digest = from->nodes[position];
    return position < from->node_count ? OK : ERR_ABSENT;
}

static struct bytes
pack_entry(const char *office, uint32_t epoch, uint8_t number)
{
    uint8_t salt[16] = { number };
    Yidi__Act act = YIDI__ACT__INIT;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    act.verb = "test";
    entry.version = 1;
    entry.office = (char *)(uintptr_t)office;
    entry.epoch = epoch;
    entry.time_ms = roster.issued_ms;
    entry.salt = (ProtobufCBinaryData){ .data = salt, .len = sizeof salt };
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_ACT;
    entry.act = &act;
    return wire_encode(&entry.base, &arena);
}

static void
grow(struct bytes entry)
{
    struct digest leaf, stored[64];
    merkle_leaf_hash(signature_digest, entry, &leaf);
    size_t count = merkle_frontier_append(&tree.frontier, &leaf, stored);
    memcpy(tree.nodes + tree.node_count, stored, count * sizeof *stored);
    tree.node_count += count;
    tree.entries[tree.count++] = entry;
}

struct head_request {
    size_t office;
    uint32_t epoch;
    uint64_t time_ms;
    const struct signing_key *key;         /* NULL: the office's current one */
    const struct certificate *certificate; /* NULL: the office's current one */
};

static void
sign_head(const struct head_request *request, char ret_text[TREE_HEAD_BYTES_MAX])
{
    const struct roster_office *office = &roster.offices[request->office];
    struct tree_head head = { .epoch = request->epoch,
                              .size = tree.count,
                              .time_ms = request->time_ms };
    strcpy(head.office, office->entry.code);
    merkle_frontier_root(&tree.frontier, &head.root);
    assert_int_equal(
        tree_head_sign(&head, request->key != NULL ? request->key : office->key,
                       request->certificate != NULL ? request->certificate : office->certificate,
                       ret_text),
        OK);
}

/* An envelope in parts, to be changed before it is packed. */
struct parts {
    Yidi__Envelope wire;
    char head[TREE_HEAD_BYTES_MAX];
    struct merkle_path path;
    ProtobufCBinaryData hashes[2 * MERKLE_PATH_MAX];
};

static struct parts parts;

static void
take_leaf(uint64_t leaf_index, const struct head_request *request)
{
    const struct merkle_reader reader = { .read = read_node, .context = &tree };
    yidi__envelope__init(&parts.wire);
    sign_head(request, parts.head);
    assert_int_equal(
        merkle_inclusion(signature_digest, leaf_index, tree.count, &reader, &parts.path), OK);
    for (size_t i = 0; i < parts.path.count; i++)
        parts.hashes[i] =
            (ProtobufCBinaryData){ .data = parts.path.hashes[i].bytes, .len = DIGEST_BYTES };
    parts.wire.entry =
        (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)tree.entries[leaf_index].data,
                               .len = tree.entries[leaf_index].size };
    parts.wire.head = parts.head;
    parts.wire.leaf_index = leaf_index;
    parts.wire.path = parts.hashes;
    parts.wire.n_path = parts.path.count;
}

static struct bytes
pack(void)
{
    return wire_encode(&parts.wire.base, &arena);
}

static enum result
verify(struct bytes packed, enum refusal_code *ret_code)
{
    struct envelope envelope = { 0 };
    struct refusal refusal = { 0 };
    enum result result = envelope_verify(&verifier, packed, &arena, &envelope, &refusal);
    if (result != OK)
        assert_null(envelope.entry); /* written on OK only */
    if (ret_code != NULL)
        *ret_code = refusal.code;
    return result;
}

static void
assert_refused(enum refusal_code code)
{
    enum refusal_code got;
    assert_int_equal(verify(pack(), &got), ERR_REFUSED);
    assert_int_equal(got, code);
}

static struct head_request
ours(void)
{
    return (struct head_request){ .office = OURS, .epoch = 1, .time_ms = roster.issued_ms };
}

static void
use_directory(void)
{
    directory_auto(&directory);
    directory = roster_directory(&roster);
    envelope_verifier_init(&verifier, directory);
}

static int
set_up(void **unused)
{
    (void)unused;
    roster_open(&roster, entries, 2);
    arena_init(&arena);
    memset(&verifier, 0, sizeof verifier);
    directory = NULL;
    use_directory();
    tree = (struct signed_tree){ .frontier = { .hash = signature_digest } };
    for (uint8_t i = 0; i < LEAVES; i++)
        grow(pack_entry(entries[OURS].code, 1, i));
    const struct head_request request = ours();
    take_leaf(2, &request);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    directory_destroy(directory);
    arena_fini(&arena);
    roster_close(&roster);
    return 0;
}

/* ---- what verifies ---- */

static void
envelope_verify_tells_what_was_signed(void **unused)
{
    (void)unused;
    struct envelope envelope;
    struct digest leaf;
    assert_int_equal(envelope_verify(&verifier, pack(), &arena, &envelope, NULL), OK);
    merkle_leaf_hash(signature_digest, tree.entries[2], &leaf);
    assert_true(bytes_equal(envelope.entry_bytes, tree.entries[2]));
    assert_string_equal(envelope.entry->office, entries[OURS].code);
    assert_string_equal(envelope.head_text, parts.head);
    assert_int_equal(envelope.head.size, LEAVES);
    assert_int_equal(envelope.leaf_index, 2);
    assert_true(digest_equal(&envelope.leaf_hash, &leaf));
}

static void
envelope_verify_checks_one_signature_per_head(void **unused)
{
    (void)unused;
    struct head_request request = ours();
    char head[TREE_HEAD_BYTES_MAX];
    strcpy(head, parts.head);
    for (uint64_t leaf = 0; leaf < LEAVES; leaf++) {
        take_leaf(leaf, &request);
        strcpy(parts.head, head); /* signing again makes another signature */
        assert_int_equal(verify(pack(), NULL), OK);
    }
    assert_int_equal(verifier.signature_count, 1);
    request.time_ms++;
    take_leaf(0, &request);
    assert_int_equal(verify(pack(), NULL), OK);
    assert_int_equal(verifier.signature_count, 2);
}

static void
envelope_verifier_init_forgets_heads_but_not_the_count(void **unused)
{
    (void)unused;
    assert_int_equal(verify(pack(), NULL), OK);
    envelope_verifier_init(&verifier, directory);
    assert_int_equal(verify(pack(), NULL), OK);
    assert_int_equal(verifier.signature_count, 2);
}

static void
what_a_revoked_office_signed_still_verifies(void **unused)
{
    (void)unused;
    roster.offices[OURS].revoked = true;
    use_directory();
    assert_int_equal(verify(pack(), NULL), OK);
}

static void
what_was_signed_before_a_change_of_keys_still_verifies(void **unused)
{
    (void)unused;
    struct bytes before = pack();
    roster_rotate(&roster, OURS);
    use_directory();
    assert_int_equal(verify(before, NULL), OK);

    const struct head_request request = ours();
    take_leaf(0, &request); /* under the new key */
    assert_int_equal(verify(pack(), NULL), OK);
}

static void
the_former_key_signs_nothing_once_it_is_not_listed(void **unused)
{
    (void)unused;
    struct bytes before = pack();
    roster_rotate(&roster, OURS);
    certificate_auto(&roster.offices[OURS].former_certificate);
    roster.offices[OURS].former_certificate = NULL;
    use_directory();
    assert_int_equal(verify(before, NULL), ERR_FORGED);
}

static void
an_envelope_of_one_leaf_needs_no_path(void **unused)
{
    (void)unused;
    tree = (struct signed_tree){ .frontier = { .hash = signature_digest } };
    grow(pack_entry(entries[OURS].code, 1, 9));
    const struct head_request request = ours();
    take_leaf(0, &request);
    assert_int_equal(parts.wire.n_path, 0);
    assert_int_equal(verify(pack(), NULL), OK);
}

/* ---- what does not ---- */

static void
every_flipped_bit_of_an_envelope_is_refused(void **unused)
{
    (void)unused;
    struct bytes packed = pack();
    uint8_t *copy = arena_take(&arena, packed.size);
    struct arena own;
    arena_init(&own);
    memcpy(copy, packed.data, packed.size);
    for (size_t bit = 0; bit < 8 * packed.size; bit++) {
        struct envelope envelope;
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (envelope_verify(&verifier, bytes_of(copy, packed.size), &own, &envelope, NULL) == OK)
            fail_msg("bit %zu of byte %zu", bit % 8, bit / 8);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        arena_reset(&own);
    }
    arena_fini(&own);
    assert_int_equal(verify(bytes_of(copy, packed.size), NULL), OK);
}

/* Also when the head is one that verified before. */
static void
every_changed_byte_of_the_entry_under_a_known_head_is_forged(void **unused)
{
    (void)unused;
    assert_int_equal(verify(pack(), NULL), OK);
    struct bytes original = tree.entries[2];
    uint8_t *entry = arena_take(&arena, original.size);
    parts.wire.entry.data = entry;
    for (size_t i = 0; i < original.size; i++) {
        memcpy(entry, original.data, original.size);
        entry[i] ^= 0x01;
        assert_int_not_equal(verify(pack(), NULL), OK);
    }
    assert_int_equal(verifier.signature_count, 1);
}

static void
every_changed_hash_of_the_path_is_forged(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < parts.path.count; i++)
        for (size_t byte = 0; byte < DIGEST_BYTES; byte++) {
            parts.path.hashes[i].bytes[byte] ^= 0x80;
            assert_int_equal(verify(pack(), NULL), ERR_FORGED);
            parts.path.hashes[i].bytes[byte] ^= 0x80;
        }
}

static void
a_path_of_another_shape_is_forged(void **unused)
{
    (void)unused;
    ProtobufCBinaryData first = parts.hashes[0];
    parts.hashes[0] = parts.hashes[1];
    parts.hashes[1] = first;
    assert_int_equal(verify(pack(), NULL), ERR_FORGED);
    parts.hashes[1] = parts.hashes[0];
    parts.hashes[0] = first;
    assert_int_equal(verify(pack(), NULL), OK);
    parts.wire.n_path--;
    assert_int_equal(verify(pack(), NULL), ERR_FORGED);
    parts.hashes[parts.path.count] = first;
    parts.wire.n_path = parts.path.count + 1;
    assert_int_equal(verify(pack(), NULL), ERR_FORGED);
    for (size_t i = 0; i < MERKLE_PATH_MAX + 1; i++)
        parts.hashes[i] = first;
    parts.wire.n_path = MERKLE_PATH_MAX;
    assert_int_equal(verify(pack(), NULL), ERR_FORGED);
    parts.wire.n_path = MERKLE_PATH_MAX + 1;
    assert_refused(REFUSAL_FIELD_OUT_OF_BOUNDS);
}

static void
any_other_index_is_forged(void **unused)
{
    (void)unused;
    static const uint64_t others[] = { 0, 1, 3, 4, 5, 6, 10, 1u << 31, UINT64_MAX, UINT64_MAX - 1 };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        parts.wire.leaf_index = others[i];
        assert_int_equal(verify(pack(), NULL), ERR_FORGED);
    }
}

static void
an_inner_node_is_no_entry(void **unused)
{
    (void)unused;
    uint8_t pair[2 * DIGEST_BYTES];
    memcpy(pair, tree.nodes[0].bytes, DIGEST_BYTES);
    memcpy(pair + DIGEST_BYTES, tree.nodes[1].bytes, DIGEST_BYTES);
    parts.wire.entry = (ProtobufCBinaryData){ .data = pair, .len = sizeof pair };
    assert_int_not_equal(verify(pack(), NULL), OK);
}

static void
a_head_that_is_none_is_malformed(void **unused)
{
    (void)unused;
    parts.wire.head = "yidi/310115000001/1\n";
    assert_refused(REFUSAL_MALFORMED);
    parts.wire.head = "";
    assert_refused(REFUSAL_FIELD_OUT_OF_BOUNDS);
}

static void
an_office_that_is_not_listed_is_unknown(void **unused)
{
    (void)unused;
    roster.offices[OURS].unlisted = true;
    use_directory();
    assert_refused(REFUSAL_OFFICE_UNKNOWN);
}

static void
a_head_signed_by_another_office_is_forged(void **unused)
{
    (void)unused;
    struct head_request request = ours();
    char *mine = parts.head, theirs[TREE_HEAD_BYTES_MAX];
    request.office = OTHERS;
    sign_head(&request, theirs);
    /* their signature under our words */
    char *end = strstr(mine, "\n\n"), *signature = strstr(theirs, "\n\n");
    assert_non_null(end);
    strcpy(end, signature);
    assert_int_not_equal(verify(pack(), NULL), OK);
}

static void
an_entry_under_another_offices_head_is_forged(void **unused)
{
    (void)unused;
    struct head_request request = ours();
    request.office = OTHERS;
    take_leaf(2, &request);
    assert_int_equal(verify(pack(), NULL), ERR_FORGED);
}

static void
an_entry_of_a_later_epoch_than_its_head_is_forged(void **unused)
{
    (void)unused;
    struct head_request request = ours();
    request.epoch = 2; /* what is left of epoch 1 stands in the tree of epoch 2 */
    take_leaf(2, &request);
    assert_int_equal(verify(pack(), NULL), OK);
    grow(pack_entry(entries[OURS].code, 3, 77));
    take_leaf(tree.count - 1, &request);
    assert_int_equal(verify(pack(), NULL), ERR_FORGED);
}

static void
a_head_dated_outside_its_certificate_is_refused(void **unused)
{
    (void)unused;
    const uint64_t day_ms = 24 * 3600 * 1000;
    struct head_request request = ours();
    request.time_ms = roster.issued_ms + (AUTHORITY_DAYS + 1) * day_ms;
    take_leaf(2, &request);
    assert_refused(REFUSAL_CERTIFICATE_INVALID);
    request.time_ms = roster.issued_ms - day_ms;
    take_leaf(2, &request);
    assert_refused(REFUSAL_CERTIFICATE_INVALID);
}

static void
bytes_that_are_no_envelope_are_malformed(void **unused)
{
    (void)unused;
    enum refusal_code code;
    struct bytes packed = pack();
    for (size_t size = 0; size < packed.size; size++)
        assert_int_not_equal(verify(bytes_of(packed.data, size), NULL), OK);
    assert_int_equal(verify(bytes_of("\xff\xff\xff", 3), &code), ERR_REFUSED);
    assert_int_equal(code, REFUSAL_MALFORMED);
    parts.wire.entry = (ProtobufCBinaryData){ .data = (uint8_t *)"\xff\xff", .len = 2 };
    assert_refused(REFUSAL_MALFORMED);
}

static void
envelope_verify_head_takes_heads_alone(void **unused)
{
    (void)unused;
    struct tree_head head = { .size = 0 };
    struct refusal refusal = { 0 };
    assert_int_equal(envelope_verify_head(&verifier, parts.head, &head, &refusal), OK);
    assert_int_equal(head.size, LEAVES);
    strchr(parts.head, '\n')[1] = '6'; /* the size */
    assert_int_equal(envelope_verify_head(&verifier, parts.head, &head, &refusal), ERR_FORGED);
    assert_int_equal(head.size, LEAVES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(envelope_verify_tells_what_was_signed),
        TEST(envelope_verify_checks_one_signature_per_head),
        TEST(envelope_verifier_init_forgets_heads_but_not_the_count),
        TEST(what_a_revoked_office_signed_still_verifies),
        TEST(what_was_signed_before_a_change_of_keys_still_verifies),
        TEST(the_former_key_signs_nothing_once_it_is_not_listed),
        TEST(an_envelope_of_one_leaf_needs_no_path),
        TEST(every_flipped_bit_of_an_envelope_is_refused),
        TEST(every_changed_byte_of_the_entry_under_a_known_head_is_forged),
        TEST(every_changed_hash_of_the_path_is_forged),
        TEST(a_path_of_another_shape_is_forged),
        TEST(any_other_index_is_forged),
        TEST(an_inner_node_is_no_entry),
        TEST(a_head_that_is_none_is_malformed),
        TEST(an_office_that_is_not_listed_is_unknown),
        TEST(a_head_signed_by_another_office_is_forged),
        TEST(an_entry_under_another_offices_head_is_forged),
        TEST(an_entry_of_a_later_epoch_than_its_head_is_forged),
        TEST(a_head_dated_outside_its_certificate_is_refused),
        TEST(bytes_that_are_no_envelope_are_malformed),
        TEST(envelope_verify_head_takes_heads_alone),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
