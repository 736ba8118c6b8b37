/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/io/journal.h"
#include "common/io/wire.h"
#include "tests/lib/roster.h"
#include "tests/lib/scratch_store.h"

static const struct roster_entry entries[] = {
    { "310115000001", YIDI__ROLE__ACCEPTANCE, "310115" },
    { "440105000000", YIDI__ROLE__REGISTRY, "440105" },
};

enum { OURS, OTHERS };

static struct roster roster;
static struct directory *directory;
static struct scratch_store scratch;
static struct journal journal;
static struct arena arena;
static struct envelope_verifier verifier;
static uint64_t now_ms;

static enum result
open_as(size_t office)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    return journal_open(&journal, entries[office].code, roster.offices[office].key,
                        roster.offices[office].certificate, txn);
}

static int
set_up(void **unused)
{
    (void)unused;
    scratch_store_open(&scratch, SCRATCH_STORE_MAP_BYTES);
    arena_init(&arena);
    memset(&verifier, 0, sizeof verifier);
    envelope_verifier_init(&verifier, directory);
    now_ms = roster.issued_ms;
    return open_as(OURS);
}

static int
tear_down(void **unused)
{
    (void)unused;
    arena_fini(&arena);
    scratch_store_close(&scratch);
    return 0;
}

static int
set_up_roster(void **unused)
{
    (void)unused;
    roster_open(&roster, entries, 2);
    directory = roster_directory(&roster);
    return 0;
}

static int
tear_down_roster(void **unused)
{
    (void)unused;
    directory_destroy(directory);
    roster_close(&roster);
    return 0;
}

/* Append an act; answers its leaf index. */
static uint64_t
append_act(struct store_txn *txn, const char *detail)
{
    Yidi__Act act = YIDI__ACT__INIT;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    uint64_t leaf_index = UINT64_MAX;
    act.verb = "test";
    act.detail = (char *)(uintptr_t)detail;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_ACT;
    entry.act = &act;
    assert_int_equal(journal_append(&journal, txn, &entry, now_ms, &arena, &leaf_index), OK);
    return leaf_index;
}

/* One transaction of so many acts, numbered on. */
static void
commit_acts(size_t count)
{
    struct store_txn *txn = scratch_store_write(&scratch);
    for (size_t i = 0; i < count; i++) {
        char detail[32];
        uint64_t expected = journal.pending.size;
        snprintf(detail, sizeof detail, "act %llu", (unsigned long long)expected);
        assert_int_equal(append_act(txn, detail), expected);
    }
    assert_int_equal(journal_seal(&journal, txn, now_ms), OK);
    scratch_store_commit(txn);
    journal_committed(&journal);
    now_ms += 1000;
}

static struct bytes
envelope_of(uint64_t leaf_index)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    struct bytes packed;
    assert_int_equal(journal_envelope(txn, leaf_index, &arena, &packed), OK);
    return packed;
}

static void
assert_all_leaves_verify(void)
{
    for (uint64_t leaf = 0; leaf < journal.committed.size; leaf++) {
        struct envelope envelope;
        char detail[32];
        assert_int_equal(envelope_verify(&verifier, envelope_of(leaf), &arena, &envelope, NULL),
                         OK);
        assert_int_equal(envelope.leaf_index, leaf);
        snprintf(detail, sizeof detail, "act %llu", (unsigned long long)leaf);
        assert_string_equal(envelope.entry->act->detail, detail);
    }
    arena_reset(&arena);
}

/* ---- writing ---- */

static void
a_new_journal_is_empty(void **unused)
{
    (void)unused;
    assert_int_equal(journal.committed.size, 0);
    assert_int_equal(journal.epoch, 1);
    assert_string_equal(journal.head, "");
}

static void
journal_append_fills_in_what_every_entry_has(void **unused)
{
    (void)unused;
    struct envelope envelopes[2];
    commit_acts(2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(envelope_verify(&verifier, envelope_of(i), &arena, &envelopes[i], NULL),
                         OK);
        const Yidi__JournalEntry *entry = envelopes[i].entry;
        assert_int_equal(entry->version, 1);
        assert_string_equal(entry->office, entries[OURS].code);
        assert_int_equal(entry->epoch, 1);
        assert_int_equal(entry->time_ms, roster.issued_ms);
        assert_int_equal(entry->salt.len, 16);
    }
    assert_memory_not_equal(envelopes[0].entry->salt.data, envelopes[1].entry->salt.data, 16);
}

static void
journal_seal_signs_once_per_commit_and_never_for_nothing(void **unused)
{
    (void)unused;
    commit_acts(0);
    assert_int_equal(scratch_store_count(&scratch, TABLE_HEADS), 0);
    commit_acts(5);
    commit_acts(1);
    commit_acts(0);
    assert_int_equal(scratch_store_count(&scratch, TABLE_HEADS), 2);
    assert_int_equal(journal.committed.size, 6);
}

static void
journal_head_says_what_was_committed(void **unused)
{
    (void)unused;
    struct tree_head head;
    struct digest root;
    commit_acts(5);
    assert_int_equal(tree_head_verify(journal.head, roster.offices[OURS].certificate, &head), OK);
    merkle_frontier_root(&journal.committed, &root);
    assert_string_equal(head.office, entries[OURS].code);
    assert_int_equal(head.size, 5);
    assert_int_equal(head.time_ms, roster.issued_ms);
    assert_true(digest_equal(&head.root, &root));
}

static void
journal_goes_on_after_reopening_where_it_stood(void **unused)
{
    (void)unused;
    char head[TREE_HEAD_BYTES_MAX];
    for (size_t size = 1; size <= 20; size++) {
        commit_acts(1);
        strcpy(head, journal.head);
        scratch_store_reopen(&scratch);
        assert_int_equal(open_as(OURS), OK);
        assert_int_equal(journal.committed.size, size);
        assert_string_equal(journal.head, head);
    }
    assert_all_leaves_verify();
}

static void
journal_rolled_back_forgets_the_transaction(void **unused)
{
    (void)unused;
    char head[TREE_HEAD_BYTES_MAX];
    commit_acts(3);
    strcpy(head, journal.head);
    struct store_txn *txn = scratch_store_write(&scratch);
    append_act(txn, "never");
    append_act(txn, "happened");
    assert_int_equal(journal_seal(&journal, txn, now_ms), OK);
    store_abort(txn);
    journal_rolled_back(&journal);
    assert_int_equal(journal.pending.size, 3);
    assert_string_equal(journal.head, head);
    commit_acts(4);
    assert_all_leaves_verify();
    scratch_store_reopen(&scratch);
    assert_int_equal(open_as(OURS), OK);
    assert_int_equal(journal.committed.size, 7);
}

/* ---- envelopes ---- */

/* Sizes of commits, over and over up to 70 entries. */
static const size_t batches[][4] = {
    { 1, 1, 1, 1 }, { 2, 3, 5, 7 }, { 1, 8, 1, 16 }, { 31, 1, 2, 64 }
};

static void
the_envelope_of_every_leaf_verifies_whatever_the_commits(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        for (size_t at = 0; journal.committed.size < 70; at++) {
            size_t room = 70 - journal.committed.size;
            commit_acts(batches[i][at % 4] < room ? batches[i][at % 4] : room);
            assert_all_leaves_verify();
        }
        tear_down(NULL);
        assert_int_equal(set_up(NULL), 0);
    }
}

/* The proof that a peer got is the proof that an export shows years later. */
static void
an_envelope_stands_under_the_newest_head(void **unused)
{
    (void)unused;
    struct envelope envelope;
    commit_acts(3);
    for (int i = 0; i < 20; i++)
        commit_acts(2);
    assert_int_equal(envelope_verify(&verifier, envelope_of(1), &arena, &envelope, NULL), OK);
    assert_int_equal(envelope.head.size, 43);
}

static void
there_is_no_envelope_of_what_no_head_covers(void **unused)
{
    (void)unused;
    struct bytes packed;
    commit_acts(2);
    struct store_txn *txn = scratch_store_write(&scratch);
    assert_int_equal(journal_envelope(txn, 2, &arena, &packed), ERR_ABSENT);
    append_act(txn, "not sealed");
    assert_int_equal(journal_envelope(txn, 2, &arena, &packed), ERR_ABSENT);
    assert_int_equal(journal_envelope(txn, UINT64_MAX, &arena, &packed), ERR_ABSENT);
    assert_int_equal(journal_seal(&journal, txn, now_ms), OK);
    assert_int_equal(journal_envelope(txn, 2, &arena, &packed), OK);
    store_abort(txn);
    journal_rolled_back(&journal);
}

/* ---- damage ---- */

/* Five entries in commits of 2 and 3: nodes 0..7 in the tree, of which 6 (four leaves) and 7 (the
 * last leaf) make the root; two heads. */
static void
commit_five(void)
{
    commit_acts(2);
    commit_acts(3);
    assert_int_equal(scratch_store_count(&scratch, TABLE_TREE), 8);
}

static void
journal_open_finds_a_changed_or_missing_node_under_the_root(void **unused)
{
    (void)unused;
    static const uint64_t nodes[] = { 6, 7 };
    commit_five();
    for (size_t i = 0; i < 2; i++) {
        scratch_store_flip(&scratch, TABLE_TREE, nodes[i], 31);
        assert_int_equal(open_as(OURS), ERR_DAMAGED);
        scratch_store_flip(&scratch, TABLE_TREE, nodes[i], 31);
        assert_int_equal(open_as(OURS), OK);
    }
    scratch_store_remove(&scratch, TABLE_TREE, 7);
    assert_int_equal(open_as(OURS), ERR_DAMAGED);
}

static void
journal_open_finds_a_changed_head(void **unused)
{
    (void)unused;
    static const long places[] = { 0, 5, 17, 19, 21, 30 };
    commit_five();
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        scratch_store_flip(&scratch, TABLE_HEADS, 1, places[i]);
        if (open_as(OURS) != ERR_DAMAGED)
            fail_msg("byte %ld", places[i]);
        scratch_store_flip(&scratch, TABLE_HEADS, 1, places[i]);
    }
    assert_int_equal(open_as(OURS), OK);
}

static void
journal_open_finds_entries_beyond_the_last_head(void **unused)
{
    (void)unused;
    commit_five();
    scratch_store_remove(&scratch, TABLE_HEADS, 1);
    assert_int_equal(open_as(OURS), ERR_DAMAGED);
}

static void
journal_open_finds_a_journal_without_any_head(void **unused)
{
    (void)unused;
    commit_acts(2);
    scratch_store_remove(&scratch, TABLE_HEADS, 0);
    assert_int_equal(open_as(OURS), ERR_DAMAGED);
}

static void
journal_open_takes_no_other_offices_store(void **unused)
{
    (void)unused;
    commit_five();
    assert_int_equal(open_as(OTHERS), ERR_DAMAGED);
    assert_int_equal(open_as(OURS), OK);
}

static void
journal_envelope_of_a_damaged_tree_does_not_verify(void **unused)
{
    (void)unused;
    commit_five();
    scratch_store_flip(&scratch, TABLE_TREE, 0, 0); /* leaf 0: the path of leaf 1 */
    struct envelope envelope;
    assert_int_equal(envelope_verify(&verifier, envelope_of(1), &arena, &envelope, NULL),
                     ERR_FORGED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_journal_is_empty),
        TEST(journal_append_fills_in_what_every_entry_has),
        TEST(journal_seal_signs_once_per_commit_and_never_for_nothing),
        TEST(journal_head_says_what_was_committed),
        TEST(journal_goes_on_after_reopening_where_it_stood),
        TEST(journal_rolled_back_forgets_the_transaction),
        TEST(the_envelope_of_every_leaf_verifies_whatever_the_commits),
        TEST(an_envelope_stands_under_the_newest_head),
        TEST(there_is_no_envelope_of_what_no_head_covers),
        TEST(journal_open_finds_a_changed_or_missing_node_under_the_root),
        TEST(journal_open_finds_a_changed_head),
        TEST(journal_open_finds_entries_beyond_the_last_head),
        TEST(journal_open_finds_a_journal_without_any_head),
        TEST(journal_open_takes_no_other_offices_store),
        TEST(journal_envelope_of_a_damaged_tree_does_not_verify),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up_roster, tear_down_roster);
}
