/* SPDX-License-Identifier: Apache-2.0
 *
 * witness_test - an office that rewrites its past is found out by whoever remembers it: real
 * offices prove their journals to each other, and a liar shows the registry journals that cannot
 * both be true.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/witness.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/figures.h"
#include "tests/lib/liar.h"

enum { INTERVAL_MS = 1000, COMMITS = 60, CITIZENS = 100, LONG_MS = 3600 * 1000 };

static struct fake_network network;
static struct liar liar;
static bool lying;
static struct made_application application;
static unsigned proofs;

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, CITIZENS);
    fake_network_settle(&network);
    network.witness_interval_ms = INTERVAL_MS;
    for (size_t i = 0; i < FAKE_PLACE_COUNT; i++) {
        fake_network_crash(&network, i);
        fake_network_start(&network, i);
    }
    lying = false;
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    if (lying)
        liar_close(&liar);
    fake_network_close(&network);
    return 0;
}

static const char *
code_of(enum fake_place place)
{
    return network.roster.offices[place].entry.code;
}

static struct peer *
peer_at(enum fake_place at, enum fake_place of)
{
    struct peer *peer = peers_find(&network.offices[at].office->peers, code_of(of));
    assert_non_null(peer);
    return peer;
}

static void
restart(enum fake_place place)
{
    fake_network_crash(&network, place);
    fake_network_start(&network, place);
}

/* ---- true offices ---- */

static void
apply(uint64_t seed)
{
    char number[CASE_NUMBER_CHARS + 1];
    fake_desk_citizen(seed, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
}

static void
journals_are_proved_again_and_again_as_they_grow(void **unused)
{
    (void)unused;
    proofs = 0;
    for (uint64_t i = 1; i <= COMMITS; i++) {
        struct peer *peer = peers_find(&network.offices[REGISTRY].office->peers, code_of(WINDOW));
        uint64_t before = peer == NULL ? 0 : peer->witness.proved.head.size;
        apply(i);
        fake_network_run_until(&network, network.now.monotonic_ms + INTERVAL_MS);
        assert_true(peer_at(REGISTRY, WINDOW)->witness.proved.head.size >= before);
        proofs += peer_at(REGISTRY, WINDOW)->witness.proved.head.size > before;
    }
    struct peer *window = peer_at(REGISTRY, WINDOW);
    assert_int_equal(window->witness.proved.head.size, window->seen_head.size);
    assert_true(proofs >= COMMITS - 2);
    assert_null(window->witness.contrary.text);
    assert_null(window->witness.question);
    assert_int_equal(window->witness.unanswered, 0);
    fake_network_audit(&network);
    figures_add("proofs_checked", proofs);
}

static void
what_is_proved_is_remembered_over_a_restart(void **unused)
{
    (void)unused;
    for (uint64_t i = 1; i <= 3; i++) {
        apply(i);
        fake_network_run_until(&network, network.now.monotonic_ms + 10 * INTERVAL_MS);
    }
    struct kept_head proved = peer_at(REGISTRY, WINDOW)->witness.proved;
    uint64_t proved_ms = peer_at(REGISTRY, WINDOW)->witness.proved_ms;
    char *text = strdup(proved.text);
    assert_true(proved_ms > 0 && proved.head.size > 1);
    restart(REGISTRY);
    assert_string_equal(peer_at(REGISTRY, WINDOW)->witness.proved.text, text);
    assert_int_equal(peer_at(REGISTRY, WINDOW)->witness.proved_ms, proved_ms);
    free(text);
}

static void
proofs_are_asked_under_a_bad_network_without_a_false_alarm(void **unused)
{
    (void)unused;
    network.wires.faults =
        (struct fake_faults){ .lose_percent = 10, .repeat_percent = 10, .swap_percent = 20 };
    for (uint64_t i = 1; i <= COMMITS; i++) {
        apply(i);
        fake_network_run_until(&network, network.now.monotonic_ms + 200);
    }
    network.wires.faults = (struct fake_faults){ 0 };
    apply(COMMITS + 1);
    fake_network_run_until(&network, network.now.monotonic_ms + LONG_MS);
    struct peer *window = peer_at(REGISTRY, WINDOW);
    assert_false(witness_barred(window));
    assert_int_equal(window->witness.proved.head.size, window->seen_head.size);
    fake_network_audit(&network);
}

static void
an_office_knows_who_has_seen_its_journal(void **unused)
{
    (void)unused;
    apply(1);
    fake_network_settle(&network);
    uint64_t seen = peer_at(REGISTRY, WINDOW)->seen_head.size;
    restart(WINDOW);
    apply(2); /* greets again, and is shown what the registry remembers */
    fake_network_settle(&network);
    struct peer *registry = peer_at(WINDOW, REGISTRY);
    uint64_t shown = registry->witness.ours.head.size;
    assert_in_range(shown, seen, network.offices[WINDOW].office->journal.committed.size);
    assert_true(registry->witness.ours_ms > 0);
    restart(WINDOW);
    assert_int_equal(peer_at(WINDOW, REGISTRY)->witness.ours.head.size, shown);
}

static void
look_at(char *number)
{
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    show.case_number = number;
    show.full = true;
    show.reason = "the test looks";
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_SHOWN);
}

static void
try_to_apply(uint64_t seed)
{
    char number[CASE_NUMBER_CHARS + 1];
    fake_desk_citizen(seed, YIDI__APPLICATION_KIND__RENEWAL, &application);
    (void)fake_desk_apply(&network, &application, "", number);
}

static bool
is_seen(void)
{
    return office_halted(network.offices[WINDOW].office) ||
           witness_barred(peer_at(REGISTRY, WINDOW));
}

/* The disk is set back while messages that are in the copy, too, travel under a head that is not.
 * Either the office notices by itself, or the registry does. */
static void
an_office_set_back_does_not_go_on_unseen(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1);
    fake_network_settle(&network);
    network.wires.cut[WINDOW][REGISTRY] = network.wires.cut[REGISTRY][WINDOW] = true;
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_network_crash(&network, WINDOW);
    fake_network_copy_disk(&network, WINDOW);
    fake_network_start(&network, WINDOW);
    look_at(number);
    look_at(number);
    look_at(number); /* three acts that nobody else hears of */
    network.wires.cut[WINDOW][REGISTRY] = network.wires.cut[REGISTRY][WINDOW] = false;
    fake_network_settle(&network); /* the second message, under the head of them all */
    assert_int_equal(fake_network_applied(&network, WINDOW, REGISTRY), 2);
    uint64_t seen = peer_at(REGISTRY, WINDOW)->seen_head.size;
    fake_network_crash(&network, WINDOW);
    fake_network_set_back(&network, WINDOW);
    fake_network_start(&network, WINDOW);
    assert_true(network.offices[WINDOW].office->journal.committed.size < seen);
    for (uint64_t i = 3; i < 10 && !is_seen(); i++) {
        try_to_apply(i);
        fake_network_run_until(&network, network.now.monotonic_ms + 10 * INTERVAL_MS);
    }
    assert_true(is_seen());
}

/* ---- a liar ---- */

static void
begin_lying(void)
{
    fake_network_crash(&network, WINDOW);
    liar_open(&liar, &network, WINDOW, REGISTRY);
    lying = true;
    liar_append(&liar, 3);
    liar_greet(&liar, NULL);
    assert_int_equal(liar.welcomed, 1);
    liar_say(&liar);
    liar_wait(&liar, 2 * INTERVAL_MS);
    liar_say(&liar);
    liar_wait(&liar, 2 * INTERVAL_MS);
    assert_int_equal(liar.acknowledged, 2);
    assert_int_equal(peer_at(REGISTRY, WINDOW)->witness.proved.head.size, 5);
}

static void
assert_not_found_out(void)
{
    assert_false(witness_barred(peer_at(REGISTRY, WINDOW)));
}

static const char *
trouble_at_registry(void)
{
    Yidi__Peers peers = YIDI__PEERS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    peers.office = (char *)code_of(WINDOW);
    request.command_case = YIDI__REQUEST__COMMAND_PEERS;
    request.peers = &peers;
    const Yidi__Response *response = fake_network_ask(&network, REGISTRY, &request, NULL, 0);
    assert_int_equal(response->peers->n_peers, 1);
    return response->peers->peers[0]->trouble;
}

static void
assert_words(uint64_t larger, uint64_t smaller)
{
    char begin[64], end[64];
    const char *trouble = trouble_at_registry();
    snprintf(begin, sizeof begin, "journal rewritten: head of size %llu, root ",
             (unsigned long long)larger);
    snprintf(end, sizeof end, "does not contain head of size %llu, root ",
             (unsigned long long)smaller);
    assert_memory_equal(trouble, begin, strlen(begin));
    assert_non_null(strstr(trouble, end));
}

static uint64_t
count_rewritten(void)
{
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    return fake_network_ask(&network, REGISTRY, &request, NULL, 0)->status->journals_rewritten;
}

/* Both heads are kept and named; nothing is taken of it, on any connection, even after a restart of
 * the registry. */
static void
assert_found_out(uint64_t kept, uint64_t contrary)
{
    uint64_t applied = fake_network_applied(&network, WINDOW, REGISTRY);
    for (int restarts = 0; restarts < 2; restarts++) {
        const struct peer_witness *witness = &peer_at(REGISTRY, WINDOW)->witness;
        assert_non_null(witness->contrary.text);
        assert_int_equal(witness->proved.head.size, kept);
        assert_int_equal(witness->contrary.head.size, contrary);
        assert_words(kept > contrary ? kept : contrary, kept > contrary ? contrary : kept);
        assert_int_equal(count_rewritten(), 1);
        liar_greet(&liar, NULL);
        assert_string_equal(liar.refused, "JOURNAL_REWRITTEN");
        assert_int_equal(liar.welcomed, 0);
        liar_say(&liar);
        liar_wait(&liar, 5 * INTERVAL_MS);
        assert_int_equal(fake_network_applied(&network, WINDOW, REGISTRY), applied);
        restart(REGISTRY);
    }
    figures_add("forks_found", 1);
}

static void
a_larger_head_that_is_no_extension_is_found_by_its_proof(void **unused)
{
    (void)unused;
    begin_lying();
    static struct liar_journal copy;
    copy = liar.journal;
    liar_append(&liar, 4);
    liar_say(&liar);
    liar_wait(&liar, 2 * INTERVAL_MS);
    assert_not_found_out();
    uint64_t kept = liar.journal.frontier.size;
    uint64_t sent = liar.journal.sent;
    liar.journal = copy; /* back, and further than before with the same messages */
    liar_append(&liar, 10);
    while (liar.journal.sent < sent)
        liar_assign(&liar);
    liar_say(&liar);
    liar_wait(&liar, 0);
    liar_wait(&liar, 2 * INTERVAL_MS);
    assert_found_out(kept, liar.journal.frontier.size);
}

static void
a_smaller_head_that_is_no_beginning_is_found_by_its_proof(void **unused)
{
    (void)unused;
    begin_lying();
    static struct liar_journal copy;
    copy = liar.journal;
    liar_append(&liar, 20);
    liar_say(&liar);
    liar_wait(&liar, 2 * INTERVAL_MS);
    uint64_t kept = liar.journal.frontier.size, sent = liar.journal.sent;
    liar.journal = copy; /* back: it does not have the larger head any more */
    liar_append(&liar, 1);
    while (liar.journal.sent < sent)
        liar_assign(&liar);
    liar_say(&liar);
    liar_wait(&liar, INTERVAL_MS);
    assert_found_out(kept, liar.journal.frontier.size);
}

static void
two_heads_of_one_size_need_no_proof(void **unused)
{
    (void)unused;
    begin_lying();
    static struct liar_journal copy;
    liar.silent = true;
    copy = liar.journal;
    liar_append(&liar, 1);
    liar_say(&liar);
    liar_wait(&liar, 0);
    liar.journal = copy;
    liar_assign(&liar);
    liar_say(&liar);
    liar_wait(&liar, 0);
    assert_found_out(7, 7);
}

/* In one turn: what was taken of it before the alarm is not taken either. */
static void
two_heads_of_one_size_are_found_before_their_messages_take_effect(void **unused)
{
    (void)unused;
    begin_lying();
    static struct liar_journal copy;
    copy = liar.journal;
    liar_append(&liar, 1);
    liar_say(&liar);
    liar.journal = copy;
    liar_assign(&liar);
    liar_say(&liar);
    liar_wait(&liar, 0);
    assert_int_equal(fake_network_applied(&network, WINDOW, REGISTRY), 2);
    assert_found_out(7, 7);
}

static void
a_proof_with_a_wrong_bit_is_an_alarm(void **unused)
{
    (void)unused;
    begin_lying();
    liar.mixes_up = true;
    liar_append(&liar, 3);
    liar_say(&liar);
    liar_wait(&liar, 2 * INTERVAL_MS);
    assert_found_out(5, 9);
}

/* Asked for a doubt, the office proves that nothing is wrong. The message itself comes again under
 * a newer head. */
static void
a_delayed_message_under_an_older_head_is_no_alarm(void **unused)
{
    (void)unused;
    begin_lying();
    static struct liar_journal before;
    liar_assign(&liar);
    liar_assign(&liar);
    before = liar.journal;
    liar_append(&liar, 5);
    liar_send(&liar, 3);
    liar_wait(&liar, 2 * INTERVAL_MS);
    unsigned asked = liar.asked;
    static struct liar_journal now;
    now = liar.journal;
    liar.journal = before;
    liar_send(&liar, 4);
    liar.journal = now;
    liar_wait(&liar, 0);
    assert_int_equal(liar.asked, asked + 1);
    assert_not_found_out();
    assert_int_equal(liar.acknowledged, 3);
    liar_send(&liar, 4);
    liar_wait(&liar, 2 * INTERVAL_MS);
    assert_int_equal(liar.acknowledged, 4);
    assert_string_equal(trouble_at_registry(), "");
}

static void
who_does_not_answer_is_shown_but_not_barred(void **unused)
{
    (void)unused;
    begin_lying();
    liar.silent = true;
    for (int i = 0; i < 6; i++) {
        liar_say(&liar);
        liar_wait(&liar, 3 * INTERVAL_MS / 2);
    }
    assert_non_null(strstr(trouble_at_registry(), "questions without an answer"));
    assert_not_found_out();
    assert_int_equal(liar.acknowledged, 8);
    liar.silent = false;
    liar_wait(&liar, 2 * INTERVAL_MS);
    assert_string_equal(trouble_at_registry(), "");
    assert_int_equal(peer_at(REGISTRY, WINDOW)->witness.proved.head.size,
                     liar.journal.frontier.size);
}

/* Its line is dead: it cannot answer, and that is no fault of its journal. */
static void
who_is_gone_is_not_asked_again_and_again(void **unused)
{
    (void)unused;
    begin_lying();
    liar.silent = true;
    liar_say(&liar);
    liar_wait(&liar, 0);
    liar_hang_up(&liar);
    unsigned asked = liar.asked;
    liar_wait(&liar, 20 * INTERVAL_MS);
    assert_int_equal(liar.asked, asked);
    assert_string_equal(trouble_at_registry(), "");
    liar.silent = false;
    liar_greet(&liar, NULL); /* asked at once */
    assert_int_equal(liar.asked, asked + 1);
    assert_int_equal(peer_at(REGISTRY, WINDOW)->witness.proved.head.size,
                     liar.journal.frontier.size);
}

static void
a_head_shown_as_ours_counts_only_when_it_is(void **unused)
{
    (void)unused;
    begin_lying();
    struct peer *peer = peer_at(REGISTRY, WINDOW);
    struct office *registry = network.offices[REGISTRY].office;
    assert_int_equal(peer->witness.ours.head.size, 0);
    liar_greet(&liar, liar_head(&liar)); /* the liar's own */
    assert_int_equal(peer->witness.ours.head.size, 0);
    char *head = arena_copy_text(&liar.arena, registry->journal.head);
    char *place = strstr(head, "time ");
    place[6] ^= 1; /* a signature that does not hold */
    liar_greet(&liar, head);
    assert_int_equal(peer->witness.ours.head.size, 0);
    uint64_t size = registry->journal.committed.size;
    liar_greet(&liar, registry->journal.head);
    assert_int_equal(peer->witness.ours.head.size, size);
}

static void
a_new_epoch_begins_with_a_clean_slate(void **unused)
{
    (void)unused;
    begin_lying();
    liar.mixes_up = true;
    liar_append(&liar, 3);
    liar_say(&liar);
    liar_wait(&liar, 2 * INTERVAL_MS);
    struct peer *peer = peer_at(REGISTRY, WINDOW);
    assert_true(witness_barred(peer));
    liar.journal.epoch = 2;
    liar_append(&liar, 1);
    struct tree_head head;
    char *text = liar_head(&liar);
    assert_int_equal(tree_head_decode(text, &head), OK);
    assert_int_equal(peer_set_head(peer, &head, text), OK);
    assert_int_equal(witness_forgive(peer), OK);
    witness_note_row(network.offices[REGISTRY].office, peer, &network.now);
    assert_int_equal(office_settle(network.offices[REGISTRY].office, &network.now), OK);
    restart(REGISTRY);
    peer = peer_at(REGISTRY, WINDOW);
    assert_false(witness_barred(peer));
    assert_int_equal(peer->witness.proved.head.epoch, 2);
    assert_string_equal(peer->witness.proved.text, text);
    assert_string_equal(trouble_at_registry(), "");
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(journals_are_proved_again_and_again_as_they_grow),
        TEST(what_is_proved_is_remembered_over_a_restart),
        TEST(proofs_are_asked_under_a_bad_network_without_a_false_alarm),
        TEST(an_office_knows_who_has_seen_its_journal),
        TEST(an_office_set_back_does_not_go_on_unseen),
        TEST(a_larger_head_that_is_no_extension_is_found_by_its_proof),
        TEST(a_smaller_head_that_is_no_beginning_is_found_by_its_proof),
        TEST(two_heads_of_one_size_need_no_proof),
        TEST(two_heads_of_one_size_are_found_before_their_messages_take_effect),
        TEST(a_proof_with_a_wrong_bit_is_an_alarm),
        TEST(a_delayed_message_under_an_older_head_is_no_alarm),
        TEST(who_does_not_answer_is_shown_but_not_barred),
        TEST(who_is_gone_is_not_asked_again_and_again),
        TEST(a_head_shown_as_ours_counts_only_when_it_is),
        TEST(a_new_epoch_begins_with_a_clean_slate),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
