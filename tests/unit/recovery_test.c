/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery_test - an office loses its disk, or is set back to an older copy, at any stage of many
 * cases, and gets its past back from its peers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/io/case_file.h"
#include "common/io/epoch.h"
#include "common/io/stream_key.h"
#include "tests/lib/desk_test.h"

enum { CITIZENS = 40 };

static char numbers[CITIZENS][CASE_NUMBER_CHARS + 1];

static const char *const office_names[] = { "window", "centre", "registry" };

/* ---- asking for recovery ---- */

static const Yidi__RecoveryReport *
recover(size_t at, Yidi__RecoverVerb verb)
{
    return fake_desk_recover(&network, at, verb);
}

static void
recover_fully(size_t at)
{
    recover(at, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    const Yidi__RecoveryReport *report = recover(at, YIDI__RECOVER_VERB__RECOVER_SHOW);
    for (size_t i = 0; i < report->n_unplaced; i++)
        print_message("unplaced at %s: %s %s/%d case %s: %s\n", office_names[at],
                      report->unplaced[i]->mine ? "to" : "from", report->unplaced[i]->office,
                      (int)report->unplaced[i]->sequence, report->unplaced[i]->case_number,
                      report->unplaced[i]->rule);
    for (size_t i = 0; i < report->n_missing; i++)
        print_message("missing at %s: %s is %s, %d sent, %d received: %s\n", office_names[at],
                      report->missing[i]->office, report->missing[i]->state,
                      (int)report->missing[i]->sent, (int)report->missing[i]->received,
                      report->missing[i]->trouble);
    if (strcmp(report->phase, "done") != 0)
        print_message("%s\n",
                      network.wires.trace +
                          (network.wires.trace_size > 1500 ? network.wires.trace_size - 1500 : 0));
    assert_string_equal(report->phase, "done");
    assert_int_equal(report->unplaced_count, 0);
    assert_int_equal(report->n_missing, 0);
}

static void
lose_disk(size_t at)
{
    fake_desk_lose_disk(&network, at);
}

static void
set_back(size_t at)
{
    fake_desk_set_back(&network, at);
}

/* ---- cases at all stages ---- */

static void
apply_for_all(unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        fake_desk_citizen(1 + i, YIDI__APPLICATION_KIND__RENEWAL, &application);
        assert_string_equal(fake_desk_apply(&network, &application, "", numbers[i]), "");
    }
    fake_network_settle(&network);
}

/* Case i goes i steps further than it is, as far as there are steps. */
static void
advance(unsigned i, size_t from, size_t to)
{
    for (size_t step = from; step < to && step < fake_desk_step_count; step++) {
        const struct fake_step *next = &fake_desk_steps[step];
        const char *answer = fake_desk_decide(&network, &next->decision, numbers[i]);
        assert_non_null(answer);
        if (strcmp(answer, next->after) != 0)
            fail_msg("case %u step %zu: %s instead of %s", i, step, answer, next->after);
        fake_network_settle(&network);
    }
}

static void
advance_all_by_one_more(void)
{
    apply_for_all(0, (unsigned)fake_desk_step_count + 1);
    for (unsigned i = 0; i <= fake_desk_step_count; i++)
        advance(i, 0, i);
}

/* ---- comparing ---- */

struct seen {
    int state;
    char card_serial[41];
    uint32_t valid_from, valid_until;
    size_t hops;
};

static struct seen before[FAKE_PLACE_COUNT][CITIZENS];

static struct seen
look(size_t at, const char *number)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    struct case_file file;
    struct seen seen = { 0 };
    arena_init(&arena);
    if (case_file_open(txn, network.offices[at].role->machine, number, &arena, &file) != OK)
        return seen;
    seen.state = (int)file.row->state;
    strcpy(seen.card_serial, file.row->card_serial);
    seen.valid_from = file.row->valid_from;
    seen.valid_until = file.row->valid_until;
    for (size_t i = 0; i < file.row->n_trace; i++)
        seen.hops += strcmp(file.row->trace[i]->office, network.roster.offices[at].entry.code) == 0;
    return seen;
}

static void
look_at_all(unsigned count)
{
    for (size_t at = 0; at < FAKE_PLACE_COUNT; at++)
        for (unsigned i = 0; i < count; i++)
            before[at][i] = look(at, numbers[i]);
}

/* The state at an office after recovery: what nobody else saw is one step back. */
static const char *
expected_state(size_t at, int state)
{
    const char *name = network.offices[at].role->machine->state_names[state];
    if (at == REGISTRY && strcmp(name, "examined") == 0)
        return "received";
    if (at == CENTRE && strcmp(name, "made") == 0)
        return "ordered";
    return name;
}

static void
assert_same(size_t at, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct seen now = look(at, numbers[i]);
        const char *name = network.offices[at].role->machine->state_names[now.state];
        const char *expected = expected_state(at, before[at][i].state);
        if (strcmp(name, expected) != 0)
            fail_msg("case %u at %s is %s, was %s", i, office_names[at], name, expected);
        if (now.state != before[at][i].state)
            continue;
        assert_string_equal(now.card_serial, before[at][i].card_serial);
        assert_int_equal(now.valid_from, before[at][i].valid_from);
        assert_int_equal(now.valid_until, before[at][i].valid_until);
        if (now.hops != before[at][i].hops)
            fail_msg("case %u at %s (%s): %zu hops, were %zu", i, office_names[at], name, now.hops,
                     before[at][i].hops);
    }
}

/* Whatever is open goes on to its end. */
static void
finish_all(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (size_t step = 0; step < fake_desk_step_count; step++) {
            const struct fake_step *next = &fake_desk_steps[step];
            if (strcmp(fake_network_state(&network, next->decision.at, numbers[i]), next->before) ==
                0)
                advance(i, step, step + 1);
        }
    for (unsigned i = 0; i < count; i++)
        assert_string_equal(fake_network_state(&network, WINDOW, numbers[i]), "collected");
    fake_network_audit(&network);
}

/* ---- the tests ---- */

static void
recover_after_lost_disk(size_t at)
{
    advance_all_by_one_more();
    unsigned count = (unsigned)fake_desk_step_count + 1;
    look_at_all(count);
    lose_disk(at);
    recover_fully(at);
    if (at == REGISTRY)
        fake_desk_populate(&network, 1, CITIZENS);
    assert_same(at, count);
    assert_int_equal(network.offices[at].office->journal.epoch, 2);
    finish_all(count);
}

static void
a_window_that_lost_its_disk_is_rebuilt_from_its_peers(void **unused)
{
    (void)unused;
    recover_after_lost_disk(WINDOW);
}

static void
a_registry_that_lost_its_disk_is_rebuilt_from_its_peers(void **unused)
{
    (void)unused;
    recover_after_lost_disk(REGISTRY);
}

static void
a_centre_that_lost_its_disk_is_rebuilt_from_its_peers(void **unused)
{
    (void)unused;
    recover_after_lost_disk(CENTRE);
}

static void
recover_after_old_copy(size_t at)
{
    unsigned count = (unsigned)fake_desk_step_count + 1;
    apply_for_all(0, count);
    for (unsigned i = 0; i < count; i++)
        advance(i, 0, i / 2);
    fake_network_copy_disk(&network, at);
    for (unsigned i = 0; i < count; i++)
        advance(i, i / 2, i);
    apply_for_all(count, 2);
    look_at_all(count + 2);
    set_back(at);
    /* it may not know yet */
    if (!office_halted(network.offices[at].office))
        office_halt(network.offices[at].office, &(struct trouble){ .code = TROUBLE_RESTORED });
    recover_fully(at);
    assert_same(at, count + 2);
    finish_all(count + 2);
}

static void
a_window_set_back_to_an_old_copy_catches_up(void **unused)
{
    (void)unused;
    recover_after_old_copy(WINDOW);
}

static void
a_registry_set_back_to_an_old_copy_catches_up(void **unused)
{
    (void)unused;
    recover_after_old_copy(REGISTRY);
}

static void
a_centre_set_back_to_an_old_copy_catches_up(void **unused)
{
    (void)unused;
    recover_after_old_copy(CENTRE);
}

/* ---- with trouble ---- */

static void
what_nobody_holds_is_sent_again(void **unused)
{
    (void)unused;
    apply_for_all(0, 2);
    advance(0, 0, 1);
    network.wires.cut[REGISTRY][CENTRE] = true; /* the order does not arrive, the news do */
    advance(0, 1, 2);
    assert_string_equal(fake_network_state(&network, WINDOW, numbers[0]), "in-production");
    lose_disk(REGISTRY);
    network.wires.cut[REGISTRY][CENTRE] = false;
    recover_fully(REGISTRY);
    fake_desk_populate(&network, 1, CITIZENS);
    assert_int_equal(recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_SHOW)->sent_again, 1);
    assert_string_equal(fake_network_state(&network, CENTRE, numbers[0]), "ordered");
    finish_all(2);
}

/* News of the card reached the window, and not the registry: no second card is made. */
static void
a_card_that_was_dispatched_is_not_made_again(void **unused)
{
    (void)unused;
    apply_for_all(0, 1);
    advance(0, 0, 2);
    network.wires.cut[CENTRE][REGISTRY] = true;
    advance(0, 2, 5);
    assert_string_equal(fake_network_state(&network, WINDOW, numbers[0]), "in-transit");
    look_at_all(1);
    lose_disk(CENTRE);
    network.wires.cut[CENTRE][REGISTRY] = false;
    recover_fully(CENTRE);
    assert_same(CENTRE, 1);
    assert_int_equal(recover(CENTRE, YIDI__RECOVER_VERB__RECOVER_SHOW)->sent_again, 1);
    assert_string_equal(fake_network_state(&network, REGISTRY, numbers[0]), "made");
    finish_all(1);
}

/* News of the collection reached the registry, and nothing reached the centre. */
static void
a_card_that_was_handed_out_had_arrived(void **unused)
{
    (void)unused;
    apply_for_all(0, 1);
    advance(0, 0, 5);
    network.wires.cut[WINDOW][CENTRE] = true;
    advance(0, 5, 7);
    assert_string_equal(fake_network_state(&network, REGISTRY, numbers[0]), "closed");
    lose_disk(WINDOW);
    network.wires.cut[WINDOW][CENTRE] = false;
    recover_fully(WINDOW);
    assert_string_equal(fake_network_state(&network, WINDOW, numbers[0]), "collected");
    assert_string_equal(fake_network_state(&network, CENTRE, numbers[0]), "closed");
    finish_all(1);
}

/* Each waits for what the other has not got back; somebody must go first. What only the two of them
 * had is gone; an order at the centre still carries its application. */
static void
two_offices_lost_at_once_are_recovered_one_after_the_other(void **unused)
{
    (void)unused;
    apply_for_all(0, 2);
    advance(0, 0, 3);
    lose_disk(WINDOW);
    lose_disk(REGISTRY);
    recover(WINDOW, YIDI__RECOVER_VERB__RECOVER_START);
    recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    assert_string_equal(recover(WINDOW, YIDI__RECOVER_VERB__RECOVER_SHOW)->phase, "asking");
    assert_string_equal(recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_SHOW)->phase, "asking");
    recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_FINISH);
    fake_network_settle(&network);
    fake_network_settle(&network);
    assert_string_equal(recover(WINDOW, YIDI__RECOVER_VERB__RECOVER_SHOW)->phase, "done");
    assert_int_equal(recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_SHOW)->n_missing, 0);
    assert_string_equal(fake_network_state(&network, REGISTRY, numbers[0]), "issued");
    assert_string_equal(fake_network_state(&network, REGISTRY, numbers[1]), "absent");
    fake_desk_populate(&network, 1, CITIZENS);

    /* The citizen of the card that was ordered cannot get another one beside it. */
    char again[CASE_NUMBER_CHARS + 1];
    desk_test_apply(1, "", again);
    assert_string_equal(fake_network_state(&network, REGISTRY, again), "refused");
}

/* Numbers that were given out after one recovery, and seen by nobody, are not given out after the
 * next. */
static void
numbers_of_a_past_lost_twice_are_never_given_out_again(void **unused)
{
    (void)unused;
    apply_for_all(0, 1);
    lose_disk(WINDOW);
    recover_fully(WINDOW);
    network.wires.cut[WINDOW][REGISTRY] = true;
    apply_for_all(1, 1); /* nobody sees it */
    lose_disk(WINDOW);
    network.wires.cut[WINDOW][REGISTRY] = false;
    recover_fully(WINDOW);
    apply_for_all(2, 1);
    assert_string_not_equal(numbers[2], numbers[1]);
}

static void
acts_that_no_peer_saw_are_told_to_be_lost(void **unused)
{
    (void)unused;
    apply_for_all(0, 2);
    network.wires.cut[WINDOW][REGISTRY] = network.wires.cut[REGISTRY][WINDOW] = true;
    apply_for_all(2, 1);
    lose_disk(WINDOW);
    network.wires.cut[WINDOW][REGISTRY] = network.wires.cut[REGISTRY][WINDOW] = false;
    recover_fully(WINDOW);
    assert_string_equal(fake_network_state(&network, WINDOW, numbers[2]), "absent");
    assert_int_equal(recover(WINDOW, YIDI__RECOVER_VERB__RECOVER_SHOW)->sent, 2);
    assert_true(recover(WINDOW, YIDI__RECOVER_VERB__RECOVER_SHOW)->lost_entries > 0);

    /* The citizen is served again, under a number that was never given out. */
    char again[CASE_NUMBER_CHARS + 1];
    fake_desk_citizen(3, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(fake_desk_apply(&network, &application, "", again), "");
    assert_string_not_equal(again, numbers[2]);
    strcpy(numbers[2], again);
    fake_network_settle(&network);
    finish_all(3);
}

static void
a_peer_that_is_away_brings_its_share_later(void **unused)
{
    (void)unused;
    advance_all_by_one_more();
    unsigned count = (unsigned)fake_desk_step_count + 1;
    look_at_all(count);
    fake_network_crash(&network, CENTRE);
    lose_disk(REGISTRY);
    recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    assert_string_equal(recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_SHOW)->phase, "asking");
    recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_FINISH);
    fake_network_settle(&network);
    assert_string_equal(recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_SHOW)->phase, "done");
    assert_int_equal(recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_SHOW)->n_missing, 1);
    fake_desk_populate(&network, 1, CITIZENS);

    /* Work goes on; what is for the centre waits for its sequence. */
    advance(0, 0, 2);
    assert_string_equal(fake_network_state(&network, REGISTRY, numbers[0]), "issued");
    fake_network_start(&network, CENTRE);
    fake_network_settle(&network);
    assert_int_equal(recover(REGISTRY, YIDI__RECOVER_VERB__RECOVER_SHOW)->n_missing, 0);
    assert_string_equal(fake_network_state(&network, CENTRE, numbers[0]), "ordered");
    finish_all(count);
}

static void
tamper(size_t at, const char *peer_code, uint64_t sequence)
{
    struct stream_key key;
    struct bytes value;
    struct store_txn *txn = NULL;
    uint8_t copy[8192];
    struct store *store = network.offices[at].scratch.store;
    assert_int_equal(store_begin_write(store, &txn), OK);
    struct bytes row = stream_key(peer_code, sequence, &key);
    assert_int_equal(store_get(txn, TABLE_INBOX, row, &value), OK);
    assert_in_range(value.size, 200, sizeof copy);
    memcpy(copy, value.data, value.size);
    copy[value.size - 1] ^= 1; /* of its proof */
    assert_int_equal(store_put(txn, TABLE_INBOX, row, bytes_of(copy, value.size)), OK);
    assert_int_equal(store_commit(txn), OK);
}

static void
what_does_not_verify_is_rejected_by_name_and_the_rest_goes_on(void **unused)
{
    (void)unused;
    advance_all_by_one_more();
    unsigned count = (unsigned)fake_desk_step_count + 1;
    tamper(CENTRE, network.roster.offices[WINDOW].entry.code, 1);
    lose_disk(WINDOW);
    recover(WINDOW, YIDI__RECOVER_VERB__RECOVER_START);
    fake_network_settle(&network);
    const Yidi__RecoveryReport *report = recover(WINDOW, YIDI__RECOVER_VERB__RECOVER_SHOW);
    assert_string_equal(report->phase, "done");
    assert_int_equal(report->n_missing, 1);
    assert_string_equal(report->missing[0]->state, "rejected");
    assert_non_null(strstr(report->missing[0]->trouble, "message 1 to it: it does not verify"));
    assert_string_equal(report->missing[0]->office, network.roster.offices[CENTRE].entry.code);
    assert_int_equal(report->sent, count + 1); /* applications, and one collection */
    for (unsigned i = 0; i < count; i++)
        assert_string_not_equal(fake_network_state(&network, WINDOW, numbers[i]), "absent");
}

static void
nothing_is_recovered_where_nothing_was_lost(void **unused)
{
    (void)unused;
    Yidi__Recover command = YIDI__RECOVER__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    apply_for_all(0, 1);
    command.verb = YIDI__RECOVER_VERB__RECOVER_START;
    request.command_case = YIDI__REQUEST__COMMAND_RECOVER;
    request.recover = &command;
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    assert_string_equal(response->refusal->code, "ILLEGAL_IN_STATE");
    command.verb = YIDI__RECOVER_VERB__RECOVER_FINISH;
    response = fake_network_ask(&network, WINDOW, &request, NULL, 0);
    assert_string_equal(response->refusal->code, "ILLEGAL_IN_STATE");
    finish_all(1);
}

static void
an_office_lost_twice_is_recovered_twice(void **unused)
{
    (void)unused;
    apply_for_all(0, 3);
    advance(0, 0, 7);
    for (int times = 0; times < 3; times++) {
        lose_disk(WINDOW);
        recover_fully(WINDOW);
        assert_int_equal(network.offices[WINDOW].office->journal.epoch, times + 2);
    }
    lose_disk(CENTRE);
    recover_fully(CENTRE);
    finish_all(3);
}

/* The recovering office dies at each call that it makes to the world outside, once. */
static bool
recover_with_crash(size_t at, uint64_t call)
{
    struct fake_office *office = &network.offices[at];
    lose_disk(at);
    office->crash_at = office->port_calls + call;
    Yidi__Recover command = YIDI__RECOVER__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    command.verb = YIDI__RECOVER_VERB__RECOVER_START;
    request.command_case = YIDI__REQUEST__COMMAND_RECOVER;
    request.recover = &command;
    (void)fake_network_ask(&network, at, &request, NULL, 0);
    fake_network_settle(&network);
    bool crashed = office->office == NULL;
    office->crash_at = 0;
    if (crashed)
        fake_network_start(&network, at);
    fake_network_settle(&network);
    if (strcmp(recover(at, YIDI__RECOVER_VERB__RECOVER_SHOW)->phase, "done") != 0)
        recover_fully(at); /* it died before the question was stored */
    assert_int_equal(recover(at, YIDI__RECOVER_VERB__RECOVER_SHOW)->n_missing, 0);
    assert_int_equal(recover(at, YIDI__RECOVER_VERB__RECOVER_SHOW)->unplaced_count, 0);
    return crashed;
}

static void
a_crash_in_the_middle_of_recovery_resumes(void **unused)
{
    (void)unused;
    advance_all_by_one_more();
    unsigned count = (unsigned)fake_desk_step_count + 1;
    look_at_all(count);
    uint64_t call = 1;
    while (recover_with_crash(CENTRE, call)) {
        assert_same(CENTRE, count);
        look_at_all(count); /* what was made and not verified is ordered again */
        call++;
    }
    assert_true(call > 5);
    finish_all(count);
}

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open(CITIZENS);
    return 0;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)
        TEST(a_window_that_lost_its_disk_is_rebuilt_from_its_peers),
        TEST(a_registry_that_lost_its_disk_is_rebuilt_from_its_peers),
        TEST(a_centre_that_lost_its_disk_is_rebuilt_from_its_peers),
        TEST(a_window_set_back_to_an_old_copy_catches_up),
        TEST(a_registry_set_back_to_an_old_copy_catches_up),
        TEST(a_centre_set_back_to_an_old_copy_catches_up),
        TEST(what_nobody_holds_is_sent_again),
        TEST(a_card_that_was_dispatched_is_not_made_again),
        TEST(a_card_that_was_handed_out_had_arrived),
        TEST(two_offices_lost_at_once_are_recovered_one_after_the_other),
        TEST(numbers_of_a_past_lost_twice_are_never_given_out_again),
        TEST(acts_that_no_peer_saw_are_told_to_be_lost),
        TEST(a_peer_that_is_away_brings_its_share_later),
        TEST(what_does_not_verify_is_rejected_by_name_and_the_rest_goes_on),
        TEST(nothing_is_recovered_where_nothing_was_lost),
        TEST(an_office_lost_twice_is_recovered_twice),
        TEST(a_crash_in_the_middle_of_recovery_resumes),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
