/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/io/case_file.h"
#include "common/io/case_trace.h"
#include "common/io/proof.h"
#include "common/io/wire.h"
#include "tests/lib/desk_test.h"

static char number[CASE_NUMBER_CHARS + 1];

/* A renewal that went its whole way. */
static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, 1);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_desk_walk(&network, number, fake_desk_step_count);
    return 0;
}

static const Yidi__Response *
ask_export(enum fake_place place, const char *case_number, const char *reason)
{
    Yidi__Export export = YIDI__EXPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    export.case_number = (char *)(uintptr_t)case_number;
    export.reason = (char *)(uintptr_t)reason;
    request.operator_ = "auditor1";
    request.command_case = YIDI__REQUEST__COMMAND_EXPORT;
    request.export = &export;
    return fake_network_ask(&network, place, &request, NULL, 0);
}

static uint64_t
journal_size(enum fake_place place)
{
    return network.offices[place].office->journal.committed.size;
}

static const Yidi__JournalEntry *
read_entry(enum fake_place place, uint64_t leaf, struct arena *arena)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[place].scratch);
    uint8_t key[8];
    struct bytes value;
    ProtobufCMessage *entry;
    bytes_put_u64(key, leaf);
    assert_int_equal(store_get(txn, TABLE_JOURNAL, bytes_of(key, sizeof key), &value), OK);
    assert_int_equal(wire_decode(&yidi__journal_entry__descriptor, arena_copy(arena, value), arena,
                                 &entry, NULL),
                     OK);
    return (const Yidi__JournalEntry *)entry;
}

static void
an_export_is_journalled_with_its_reason_before_it_is_answered(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    uint64_t before = journal_size(REGISTRY);
    const Yidi__Response *response = ask_export(REGISTRY, number, "asked for by the court");
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_EXPORTED);
    assert_int_equal(response->exported->n_names, 5); /* submitted, issued, ordered, made, ended */
    assert_int_equal(network.answer.frame_count, 5);
    assert_false(response->exported->truncated);
    assert_int_equal(journal_size(REGISTRY), before + 1);
    const Yidi__JournalEntry *entry = read_entry(REGISTRY, before, &arena);
    assert_int_equal(entry->body_case, YIDI__JOURNAL_ENTRY__BODY_ACT);
    assert_string_equal(entry->operator_, "auditor1");
    assert_string_equal(entry->act->case_number, number);
    assert_string_equal(entry->act->verb, "export");
    assert_string_equal(entry->act->detail, "asked for by the court");
}

static void
an_export_says_what_each_envelope_proves(void **unused)
{
    static const char *const kinds[] = { "application_submitted", "card_issued", "card_ordered",
                                         "card_made", "card_collected" };
    (void)unused;
    const Yidi__Exported *exported = ask_export(REGISTRY, number, "to see")->exported;
    assert_int_equal(exported->n_proofs, exported->n_names);
    for (size_t i = 0; i < exported->n_proofs; i++) {
        const Yidi__Verified *proof = exported->proofs[i];
        const bool own = i == 1 || i == 2;
        assert_string_equal(proof->trouble, "");
        assert_string_equal(proof->file, exported->names[i]);
        assert_string_equal(proof->what, kinds[i]);
        assert_string_equal(proof->case_number, number);
        assert_int_equal(strcmp(proof->office, network.roster.offices[REGISTRY].entry.code) == 0,
                         own);
        assert_string_equal(proof->role, own ? "registry" : i == 3 ? "production" : "acceptance");
        assert_true(proof->leaf_index < proof->tree_size);
        assert_int_equal(proof->leaf_hash.len, DIGEST_BYTES);
        assert_null(proof->entry); /* personal data stay in the envelope */
    }
}

static void
a_changed_envelope_is_found_to_prove_nothing(void **unused)
{
    AUTO(arena) struct arena arena;
    Yidi__Verified proof;
    struct bytes packed = { 0 };
    (void)unused;
    arena_init(&arena);
    struct office *office = network.offices[REGISTRY].office;
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[REGISTRY].scratch);
    assert_int_equal(journal_envelope(txn, 1, &arena, &packed), OK);
    uint8_t *copy = (uint8_t *)(uintptr_t)packed.data;
    copy[packed.size / 2] ^= 1;
    assert_int_equal(proof_examine(&office->verifier, packed, "it", &arena, &proof), OK);
    assert_string_equal(proof.file, "it");
    assert_string_not_equal(proof.trouble, "");
    copy[packed.size / 2] ^= 1;
    assert_int_equal(proof_examine(&office->verifier, packed, "it", &arena, &proof), OK);
    assert_string_equal(proof.trouble, "");
}

static void
an_export_that_is_refused_gives_nothing_and_leaves_no_entry(void **unused)
{
    (void)unused;
    uint64_t before = journal_size(WINDOW);
    char unknown[] = "3101150000012601010000001X";
    const Yidi__Response *response = ask_export(WINDOW, unknown, "to see");
    assert_string_equal(response->refusal->code, "CASE_UNKNOWN");
    assert_int_equal(network.answer.frame_count, 0);
    assert_int_equal(journal_size(WINDOW), before);
}

/* The hop of the issue, after which two messages were sent, fills the trace. */
static void
make_long_trace(void)
{
    AUTO(arena) struct arena arena;
    struct case_file file;
    Yidi__Hop *trace[CASE_TRACE_MAX];
    Yidi__Hop *issued = NULL;
    arena_init(&arena);
    struct store_txn *txn = scratch_store_write(&network.offices[REGISTRY].scratch);
    assert_int_equal(
        case_file_open(txn, network.offices[REGISTRY].role->machine, number, &arena, &file), OK);
    for (size_t i = 0; i < file.row->n_trace; i++)
        if (file.row->trace[i]->step == YIDI__STEP__ISSUED &&
            strcmp(file.row->trace[i]->office, network.roster.offices[REGISTRY].entry.code) == 0)
            issued = file.row->trace[i];
    assert_non_null(issued);
    for (size_t i = 0; i < CASE_TRACE_MAX; i++)
        trace[i] = issued;
    file.row->trace = trace;
    file.row->n_trace = CASE_TRACE_MAX;
    assert_int_equal(case_file_save(&file, network.offices[REGISTRY].role->machine, txn, &arena),
                     OK);
    scratch_store_commit(txn);
}

static void
an_export_says_when_the_office_may_hold_more(void **unused)
{
    (void)unused;
    make_long_trace();
    const Yidi__Response *response = ask_export(REGISTRY, number, "to see");
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_EXPORTED);
    assert_int_equal(response->exported->n_names, EXPORT_ENVELOPES_MAX);
    assert_int_equal(network.answer.frame_count, EXPORT_ENVELOPES_MAX);
    assert_true(response->exported->truncated);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(an_export_is_journalled_with_its_reason_before_it_is_answered),
        TEST(an_export_says_what_each_envelope_proves),
        TEST(a_changed_envelope_is_found_to_prove_nothing),
        TEST(an_export_that_is_refused_gives_nothing_and_leaves_no_entry),
        TEST(an_export_says_when_the_office_may_hold_more),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
