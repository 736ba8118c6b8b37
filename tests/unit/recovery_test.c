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
#include "tests/lib/fake_desk.h"

enum { CITIZENS = 40 };

static struct fake_network network;
static struct made_application application;
static char numbers[CITIZENS][CASE_NUMBER_CHARS + 1];

static const char *const office_names[] = { "window", "centre", "registry" };

/* ---- asking for recovery ---- */

static const Yidi__RecoveryReport *
recover(size_t at, Yidi__RecoverVerb verb)
{
    Yidi__Recover command = YIDI__RECOVER__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    command.verb = verb;
    request.command_case = YIDI__REQUEST__COMMAND_RECOVER;
    request.recover = &command;
    request.operator_ = "administrator";
    const Yidi__Response *response = fake_network_ask(&network, at, &request, NULL, 0);
    assert_non_null(response);
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        fail_msg("%s: %s", response->refusal->code, response->refusal->rule);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_RECOVERY);
    return response->recovery;
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
    fake_network_crash(&network, at);
    fake_network_lose_disk(&network, at);
    fake_network_start(&network, at);
}

static void
set_back(size_t at)
{
    fake_network_crash(&network, at);
    fake_network_set_back(&network, at);
    fake_network_start(&network, at);
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
    if (network.offices[at].office->halted[0] == '\0')
        office_halt(network.offices[at].office, "set back");
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

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_populate(&network, 1, CITIZENS);
    fake_network_settle(&network);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    fake_network_close(&network);
    return 0;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_window_that_lost_its_disk_is_rebuilt_from_its_peers),
        TEST(a_registry_that_lost_its_disk_is_rebuilt_from_its_peers),
        TEST(a_centre_that_lost_its_disk_is_rebuilt_from_its_peers),
        TEST(a_window_set_back_to_an_old_copy_catches_up),
        TEST(a_registry_set_back_to_an_old_copy_catches_up),
        TEST(a_centre_set_back_to_an_old_copy_catches_up),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
