/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/io/stream_key.h"
#include "common/io/wire.h"
#include "proto/case.pb-c.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_policy.h"

static struct fake_network network;
static struct envelope_verifier verifier;
static struct journal_report report;
static struct arena arena;
static struct scratch_store *scratch; /* of the office that is audited */
static const char *office;

static enum result
audit(void)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(scratch);
    return journal_audit(txn, office, &verifier, &report);
}

static void
assert_holds(void)
{
    if (audit() != OK)
        fail_msg("%s", report.trouble);
    assert_string_equal(report.trouble, "");
}

static void
assert_trouble(enum result result, const char *words)
{
    enum result got = audit();
    if (got == OK || strstr(report.trouble, words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, report.trouble);
    if (result != OK)
        assert_int_equal(got, result);
}

/* ---- the store of an office that has worked ---- */

/* One card goes its whole way; then the registry's power fails, and a last application waits at
 * the window. */
static void
work(void)
{
    static struct made_application application;
    char number[CASE_NUMBER_CHARS + 1];
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, 2);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "1", number), "");
    fake_desk_walk(&network, number, fake_desk_step_count);
    assert_int_equal(fake_policy_give(&network, WINDOW, 1, NULL, 0), OK);
    fake_network_crash(&network, REGISTRY);
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__REPLACEMENT, &application);
    application.photo[application.photo_size - 3] ^= 1; /* another photo */
    assert_string_equal(fake_desk_apply(&network, &application, "2", number), "");
    fake_network_settle(&network);
}

static void
look_at(enum fake_place place)
{
    scratch = &network.offices[place].scratch;
    office = network.roster.offices[place].entry.code;
}

static int
set_up_work(void **unused)
{
    (void)unused;
    arena_init(&arena);
    memset(&verifier, 0, sizeof verifier);
    work();
    envelope_verifier_init(&verifier, network.offices[WINDOW].office->directory);
    scratch_store_reopen(&network.offices[REGISTRY].scratch);
    look_at(WINDOW);
    return 0;
}

static int
tear_down_work(void **unused)
{
    (void)unused;
    arena_fini(&arena);
    fake_network_close(&network);
    return 0;
}

static void
every_office_that_has_worked_passes(void **unused)
{
    (void)unused;
    for (int place = 0; place < FAKE_PLACE_COUNT; place++) {
        look_at((enum fake_place)place);
        assert_holds();
        assert_int_equal(report.entries, scratch_store_count(scratch, TABLE_JOURNAL));
        assert_int_equal(report.heads, scratch_store_count(scratch, TABLE_HEADS));
        assert_int_equal(report.received, scratch_store_count(scratch, TABLE_INBOX));
        assert_true(report.entries > 5 && report.heads > 5 && report.received >= 2);
    }
    look_at(WINDOW);
}

static const struct {
    enum store_table table;
    const char *words; /* in the trouble, whichever row is damaged */
} tables[] = {
    { TABLE_JOURNAL, "journal entry " }, { TABLE_TREE, "tree node " },
    { TABLE_HEADS, "head of size " },    { TABLE_OUTBOX, "outbox " },
    { TABLE_INBOX, "inbox " },           { TABLE_PEERS, "peers " },
    { TABLE_BLOBS, "blobs: row " },      { TABLE_POLICIES, "polic" },
};

/* A row of the table peers holds numbers that nothing contradicts: how much was acknowledged, and
 * when something was proved and shown. */
static struct bytes
without_free_numbers(struct bytes packed)
{
    ProtobufCMessage *message;
    if (wire_decode(&yidi__peer_row__descriptor, packed, &arena, &message, NULL) != OK)
        return bytes_of(NULL, 0);
    Yidi__PeerRow *row = (Yidi__PeerRow *)message;
    row->acknowledged = row->proved_ms = row->witnessed_ms = 0;
    return wire_encode(&row->base, &arena);
}

static bool
nobody_can_tell(uint64_t row, struct bytes before)
{
    struct bytes key, after;
    scratch_store_row(scratch, TABLE_PEERS, row, &arena, &key, &after);
    return bytes_equal(without_free_numbers(before), without_free_numbers(after));
}

/* At the first byte, the last one, and some between. */
static void
a_changed_byte_in_any_row_of_any_table_is_found(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        enum store_table table = tables[i].table;
        uint64_t rows = scratch_store_count(scratch, table);
        assert_true(rows > 0);
        for (uint64_t row = 0; row < rows; row++) {
            struct bytes key, value;
            scratch_store_row(scratch, table, row, &arena, &key, &value);
            size_t step = value.size / 7 + 1;
            for (size_t at = 0; at < value.size; at += step) {
                scratch_store_flip(scratch, table, row, (long)at);
                if (table != TABLE_PEERS || !nobody_can_tell(row, value))
                    assert_trouble(OK, table == TABLE_JOURNAL ? "" : tables[i].words);
                scratch_store_flip(scratch, table, row, (long)at);
            }
            arena_reset(&arena);
        }
    }
    assert_holds();
}

/* The entry itself is named, or the first node that it makes. */
static void
a_changed_entry_is_named(void **unused)
{
    (void)unused;
    scratch_store_flip(scratch, TABLE_JOURNAL, 2, -1);
    assert_trouble(ERR_FORGED, "journal entry 2 ");
    scratch_store_flip(scratch, TABLE_JOURNAL, 2, -1);
}

static void
a_missing_row_is_found(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        enum store_table table = tables[i].table;
        uint64_t rows = scratch_store_count(scratch, table);
        if (table == TABLE_BLOBS)
            continue; /* may have been erased */
        for (uint64_t row = table == TABLE_HEADS ? rows - 1 : 0; row < rows; row++) {
            struct bytes key, value;
            scratch_store_row(scratch, table, row, &arena, &key, &value);
            scratch_store_remove(scratch, table, row);
            assert_trouble(ERR_DAMAGED, "");
            scratch_store_put(scratch, table, key, value);
            arena_reset(&arena);
        }
    }
    assert_holds();
}

/* Any later head covers what an earlier one covered. */
static void
a_journal_holds_without_an_earlier_head(void **unused)
{
    (void)unused;
    struct bytes key, value;
    scratch_store_row(scratch, TABLE_HEADS, 1, &arena, &key, &value);
    scratch_store_remove(scratch, TABLE_HEADS, 1);
    assert_holds();
    scratch_store_put(scratch, TABLE_HEADS, key, value);
}

static void
take_out(enum store_table table, struct bytes key)
{
    struct store_txn *txn = scratch_store_write(scratch);
    assert_int_equal(store_delete(txn, table, key), OK);
    scratch_store_commit(txn);
}

/* key: of a row that is not there; with the value of the row at an index */
static void
assert_added_row_is_found(enum store_table table, struct bytes key, uint64_t like,
                          const char *words)
{
    struct bytes other, value;
    scratch_store_row(scratch, table, like, &arena, &other, &value);
    scratch_store_put(scratch, table, key, value);
    assert_trouble(OK, words);
    take_out(table, key);
    assert_holds();
}

static struct bytes
number_key(uint64_t number)
{
    uint8_t *key = arena_take(&arena, 8);
    bytes_put_u64(key, number);
    return bytes_of(key, 8);
}

static void
an_added_row_is_found(void **unused)
{
    (void)unused;
    uint64_t entries = scratch_store_count(scratch, TABLE_JOURNAL);
    uint64_t nodes = scratch_store_count(scratch, TABLE_TREE);
    struct stream_key key;
    char words[64];
    snprintf(words, sizeof words, "journal entry %llu stands beyond the last head",
             (unsigned long long)entries);
    assert_added_row_is_found(TABLE_JOURNAL, number_key(entries), 0, words);
    assert_added_row_is_found(TABLE_TREE, number_key(nodes), 0, "tree: ");
    assert_added_row_is_found(TABLE_HEADS, number_key(entries + 1), 0, "head of size ");
    assert_added_row_is_found(TABLE_OUTBOX, stream_key("440105000000", 99, &key), 0, "outbox: ");
    assert_added_row_is_found(TABLE_INBOX, stream_key("440105000000", 99, &key), 0, "inbox: ");
    assert_added_row_is_found(TABLE_PEERS, bytes_of_text("440105000001"), 0,
                              "peers 440105000001: ");
    assert_added_row_is_found(TABLE_PEERS, bytes_of_text("no office"), 0, "peers: row ");
    assert_added_row_is_found(TABLE_BLOBS, bytes_of(words, 32), 0, "blobs: row ");
}

/* Its signature is good, and its bytes are what the row says; but nobody has adopted it. */
static void
another_policy_in_the_place_of_the_adopted_one_is_found(void **unused)
{
    (void)unused;
    struct bytes key, value, other_key, other;
    assert_int_equal(fake_policy_give(&network, CENTRE, 2, NULL, 0), OK);
    fake_network_turn(&network, CENTRE);
    scratch_store_row(scratch, TABLE_POLICIES, 0, &arena, &key, &value);
    scratch_store_row(&network.offices[CENTRE].scratch, TABLE_POLICIES,
                      scratch_store_count(&network.offices[CENTRE].scratch, TABLE_POLICIES) - 1,
                      &arena, &other_key, &other);
    scratch_store_put(scratch, TABLE_POLICIES, key, other);
    assert_trouble(ERR_FORGED, "policy 1 is not what journal entry ");
    scratch_store_put(scratch, TABLE_POLICIES, key, value);
    assert_holds();
    assert_int_equal(report.policies, 1);
    scratch_store_put(scratch, TABLE_POLICIES, other_key, other);
    assert_trouble(ERR_FORGED, "policies: 2 rows, of which the journal has adopted 1");
    scratch_store_remove(scratch, TABLE_POLICIES, 1);
    assert_holds();
}

static void
an_attachment_may_be_erased_once_it_was_acknowledged(void **unused)
{
    (void)unused;
    size_t erased = 0, needed = 0;
    uint64_t rows = scratch_store_count(scratch, TABLE_BLOBS);
    for (uint64_t row = 0; row < rows; row++) {
        struct bytes key, value;
        scratch_store_row(scratch, TABLE_BLOBS, row, &arena, &key, &value);
        scratch_store_remove(scratch, TABLE_BLOBS, row);
        if (audit() == OK) {
            erased++;
        } else {
            assert_trouble(ERR_DAMAGED, "outbox 440105000000/3: attachment ");
            needed++;
        }
        scratch_store_put(scratch, TABLE_BLOBS, key, value);
    }
    assert_int_equal(erased, 1); /* the photo of the first application */
    assert_int_equal(needed, 3); /* of the second, which uses the same templates */
}

static void
another_offices_store_is_no_store_of_ours(void **unused)
{
    (void)unused;
    office = "440105000000";
    assert_trouble(ERR_DAMAGED, " office 310115000001");
    office = "310115000001";
}

static void
an_office_that_the_directory_does_not_list_cannot_be_checked(void **unused)
{
    (void)unused;
    network.roster.offices[CENTRE].unlisted = true;
    AUTO(directory) struct directory *directory = roster_directory(&network.roster);
    envelope_verifier_init(&verifier, directory);
    assert_trouble(ERR_FORGED, "OFFICE_UNKNOWN");
    network.roster.offices[CENTRE].unlisted = false;
    envelope_verifier_init(&verifier, network.offices[WINDOW].office->directory);
    assert_holds();
}

/* ---- a journal that is well signed and says what is not so ---- */

static struct journal journal;
static struct scratch_store forged;
static const char peer[] = "440105000000";

static int
set_up_forged(void **unused)
{
    (void)unused;
    scratch_store_open(&forged, SCRATCH_STORE_MAP_BYTES);
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&forged);
    const struct roster_office *listed = &network.roster.offices[WINDOW];
    assert_int_equal(
        journal_open(&journal, listed->entry.code, listed->key, listed->certificate, txn), OK);
    scratch = &forged;
    return 0;
}

static int
tear_down_forged(void **unused)
{
    (void)unused;
    scratch_store_close(&forged);
    look_at(WINDOW);
    return 0;
}

static uint64_t
append(struct store_txn *txn, Yidi__JournalEntry *entry)
{
    uint64_t leaf_index = 0;
    assert_int_equal(journal_append(&journal, txn, entry, network.now.wall_ms, &arena, &leaf_index),
                     OK);
    return leaf_index;
}

static void
seal(struct store_txn *txn)
{
    assert_int_equal(journal_seal(&journal, txn, network.now.wall_ms), OK);
    scratch_store_commit(txn);
    journal_committed(&journal);
}

static void
put_peer(uint64_t assigned, uint64_t applied)
{
    Yidi__PeerRow row = YIDI__PEER_ROW__INIT;
    row.assigned = row.acknowledged = assigned;
    row.applied = applied;
    scratch_store_put(&forged, TABLE_PEERS, bytes_of_text(peer), wire_encode(&row.base, &arena));
}

/* Journal a message with that sequence, and its row in the outbox. */
static void
send_message(uint64_t sequence)
{
    struct store_txn *txn = scratch_store_write(&forged);
    Yidi__CardCollected collected = YIDI__CARD_COLLECTED__INIT;
    Yidi__Message message = YIDI__MESSAGE__INIT;
    Yidi__Sent sent = YIDI__SENT__INIT;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    Yidi__OutboxRow row = YIDI__OUTBOX_ROW__INIT;
    struct stream_key key;
    collected.card_serial = "A1";
    message.case_number = "31011500000126112200000010";
    message.body_case = YIDI__MESSAGE__BODY_CARD_COLLECTED;
    message.card_collected = &collected;
    sent.to = (char *)(uintptr_t)peer;
    sent.sequence = sequence;
    sent.message = &message;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_SENT;
    entry.sent = &sent;
    row.leaf_index = append(txn, &entry);
    row.case_number = message.case_number;
    row.time_ms = network.now.wall_ms;
    assert_int_equal(store_put(txn, TABLE_OUTBOX, stream_key(peer, sequence, &key),
                               wire_encode(&row.base, &arena)),
                     OK);
    seal(txn);
}

static void
sent_sequences_without_a_gap_hold(void **unused)
{
    (void)unused;
    for (uint64_t sequence = 1; sequence <= 3; sequence++)
        send_message(sequence);
    put_peer(3, 0);
    assert_holds();
    assert_int_equal(report.entries, 3);
}

static void
a_gap_in_what_was_sent_is_found(void **unused)
{
    (void)unused;
    send_message(1);
    send_message(3);
    put_peer(3, 0);
    assert_trouble(ERR_DAMAGED, "journal entry 1: message 3 to 440105000000 follows message 1");
}

static void
a_sequence_used_twice_is_found(void **unused)
{
    (void)unused;
    send_message(1);
    send_message(1);
    put_peer(1, 0);
    assert_trouble(ERR_DAMAGED, "outbox 440105000000/1: the row is not what journal entry 0 says");
}

static void
a_stream_that_does_not_begin_with_one_is_found(void **unused)
{
    (void)unused;
    send_message(2);
    put_peer(2, 0);
    assert_trouble(ERR_DAMAGED, "message 2 to 440105000000 follows message 0");
}

static void
a_peer_row_that_is_behind_the_journal_is_found(void **unused)
{
    (void)unused;
    send_message(1);
    send_message(2);
    put_peer(1, 0);
    assert_trouble(ERR_DAMAGED, "peers 440105000000: 1 messages assigned, 2 in the journal");
    put_peer(2, 1);
    assert_trouble(ERR_DAMAGED, "peers 440105000000: 1 messages applied, 0 in the journal");
    scratch_store_remove(&forged, TABLE_PEERS, 0);
    assert_trouble(ERR_DAMAGED, "peers 440105000000: no row");
}

/* A head that the office signed, of that size and with that root, under a key of the table. */
static void
put_head(uint64_t key, uint64_t size, const struct digest *root)
{
    const struct roster_office *listed = &network.roster.offices[WINDOW];
    struct tree_head head = { .epoch = 1, .size = size, .root = *root };
    char text[TREE_HEAD_BYTES_MAX];
    head.time_ms = network.now.wall_ms;
    strcpy(head.office, listed->entry.code);
    assert_int_equal(tree_head_sign(&head, listed->key, listed->certificate, text), OK);
    scratch_store_put(&forged, TABLE_HEADS, number_key(key), bytes_of_text(text));
}

static void
a_well_signed_head_over_other_entries_is_found(void **unused)
{
    (void)unused;
    struct digest root;
    send_message(1);
    send_message(2);
    put_peer(2, 0);
    merkle_frontier_root(&journal.committed, &root);
    put_head(2, 2, &root);
    assert_holds();
    root.bytes[0] ^= 1;
    put_head(2, 2, &root);
    assert_trouble(ERR_FORGED, "head of size 2: its root is not that of the entries");
}

static void
a_well_signed_head_in_anothers_place_is_found(void **unused)
{
    (void)unused;
    struct digest root;
    for (uint64_t sequence = 1; sequence <= 3; sequence++)
        send_message(sequence);
    put_peer(3, 0);
    merkle_frontier_root(&journal.committed, &root);
    put_head(2, 3, &root);
    scratch_store_remove(&forged, TABLE_HEADS, 2);
    assert_trouble(ERR_DAMAGED, "head of size 2: says office 310115000001 and size 3");
}

/* What the entry Received says beside an envelope that the window really has from the registry; a
 * table of what may be wrong with it. */
struct claim {
    uint64_t sequence;
    uint32_t epoch;
    uint64_t leaf_offset;
    uint8_t hash_flip;
    const char *words;
};

static const struct claim claims[] = {
    { 1, 1, 0, 0, "" },
    { 1, 1, 1, 0, "inbox 440105000000/1: the envelope is not what journal entry 0 says" },
    { 1, 1, 0, 1, "inbox 440105000000/1: the envelope is not what journal entry 0 says" },
    { 1, 2, 0, 0, "inbox 440105000000/1: the envelope is not what journal entry 0 says" },
    { 2, 1, 0, 0, "message 2 from 440105000000 follows message 0" },
};

static void
receive_message(const struct claim *claim, struct bytes packed, const struct envelope *envelope)
{
    struct store_txn *txn = scratch_store_write(&forged);
    Yidi__Received received = YIDI__RECEIVED__INIT;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    struct digest hash = envelope->leaf_hash;
    struct stream_key key;
    hash.bytes[31] ^= claim->hash_flip;
    received.from = (char *)(uintptr_t)peer;
    received.sequence = claim->sequence;
    received.epoch = claim->epoch;
    received.leaf_index = envelope->leaf_index + claim->leaf_offset;
    received.leaf_hash = (ProtobufCBinaryData){ .data = hash.bytes, .len = DIGEST_BYTES };
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_RECEIVED;
    entry.received = &received;
    append(txn, &entry);
    assert_int_equal(store_put(txn, TABLE_INBOX, stream_key(peer, claim->sequence, &key), packed),
                     OK);
    seal(txn);
}

static void
what_was_received_must_be_what_the_envelope_proves(void **unused)
{
    (void)unused;
    struct bytes key, packed;
    struct envelope envelope;
    struct scratch_store *window = &network.offices[WINDOW].scratch;
    uint64_t row = 0;
    do /* the first one from the registry */
        scratch_store_row(window, TABLE_INBOX, row++, &arena, &key, &packed);
    while (memcmp(key.data, peer, OFFICE_CODE_CHARS) != 0);
    assert_int_equal(envelope_verify(&verifier, packed, &arena, &envelope, NULL), OK);

    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
        tear_down_forged(NULL);
        set_up_forged(NULL);
        receive_message(&claims[i], packed, &envelope);
        put_peer(0, claims[i].sequence);
        if (claims[i].words[0] == '\0')
            assert_holds();
        else
            assert_trouble(ERR_DAMAGED, claims[i].words);
    }
}

static void
an_envelope_for_another_office_is_found(void **unused)
{
    (void)unused;
    const struct claim claim = { .sequence = 1, .epoch = 1 };
    struct bytes key, packed;
    struct envelope envelope;
    scratch_store_row(&network.offices[CENTRE].scratch, TABLE_INBOX,
                      scratch_store_count(&network.offices[CENTRE].scratch, TABLE_INBOX) - 1,
                      &arena, &key, &packed);
    assert_memory_equal(key.data, peer, OFFICE_CODE_CHARS); /* the order of the registry */
    assert_int_equal(envelope_verify(&verifier, packed, &arena, &envelope, NULL), OK);
    receive_message(&claim, packed, &envelope);
    put_peer(0, 1);
    assert_trouble(ERR_DAMAGED, "inbox 440105000000/1: the envelope is not what");
}

static void
an_empty_store_holds(void **unused)
{
    (void)unused;
    assert_holds();
    assert_int_equal(report.entries, 0);
}

/* The report is of the first trouble and of what held before it. */
static void
the_report_counts_what_held(void **unused)
{
    (void)unused;
    for (uint64_t sequence = 1; sequence <= 5; sequence++)
        send_message(sequence);
    put_peer(5, 0);
    scratch_store_flip(&forged, TABLE_HEADS, 3, -10);
    assert_trouble(ERR_FORGED, "head of size 4 does not verify");
    assert_int_equal(report.entries, 3);
    assert_int_equal(report.heads, 3);
}

#define FORGED(name) cmocka_unit_test_setup_teardown(name, set_up_forged, tear_down_forged)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_office_that_has_worked_passes),
        cmocka_unit_test(a_changed_byte_in_any_row_of_any_table_is_found),
        cmocka_unit_test(a_changed_entry_is_named),
        cmocka_unit_test(a_missing_row_is_found),
        cmocka_unit_test(a_journal_holds_without_an_earlier_head),
        cmocka_unit_test(an_added_row_is_found),
        cmocka_unit_test(another_policy_in_the_place_of_the_adopted_one_is_found),
        cmocka_unit_test(an_attachment_may_be_erased_once_it_was_acknowledged),
        cmocka_unit_test(another_offices_store_is_no_store_of_ours),
        cmocka_unit_test(an_office_that_the_directory_does_not_list_cannot_be_checked),
        FORGED(sent_sequences_without_a_gap_hold),
        FORGED(a_gap_in_what_was_sent_is_found),
        FORGED(a_sequence_used_twice_is_found),
        FORGED(a_stream_that_does_not_begin_with_one_is_found),
        FORGED(a_peer_row_that_is_behind_the_journal_is_found),
        FORGED(a_well_signed_head_over_other_entries_is_found),
        FORGED(a_well_signed_head_in_anothers_place_is_found),
        FORGED(what_was_received_must_be_what_the_envelope_proves),
        FORGED(an_envelope_for_another_office_is_found),
        FORGED(an_empty_store_holds),
        FORGED(the_report_counts_what_held),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up_work, tear_down_work);
}
