/* SPDX-License-Identifier: Apache-2.0
 *
 * late_fault_test - a collected card comes back faulty and is made again: the registry holds the
 * citizen until it is handed out; and what a window says of cards that the centre has not told of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/domain/civil_date.h"
#include "common/io/case_file.h"
#include "tests/lib/desk_test.h"

enum { TO_ISSUED = 2, TO_VERIFIED = 4, TO_READY = 6, DAY_MS = 24 * 3600 * 1000 };

static struct arena arena;
static char number[CASE_NUMBER_CHARS + 1], second[CASE_NUMBER_CHARS + 1];

static const struct fake_decision report_fault = { .at = WINDOW,
                                                   .verb = YIDI__VERB__RECEIVE,
                                                   .operator= "clerk",
                                                   .defective = true,
                                                   .text = "the chip cannot be read" };
static const struct fake_decision withdraw = {
    .at = WINDOW, .verb = YIDI__VERB__WITHDRAW, .operator= "clerk", .text = "needs it no more"
};
static const struct fake_decision destroy = {
    .at = WINDOW, .verb = YIDI__VERB__DESTROY, .operator= "clerk", .text = "nobody came"
};

/* ---- what is done ---- */

static void
apply(uint64_t citizen)
{
    desk_test_apply(citizen, "", number);
}

/* The same citizen, at the other window. */
static void
apply_elsewhere(void)
{
    assert_string_equal(fake_desk_apply_at(&network, FAR_WINDOW, &application, "", second), "");
    fake_network_settle(&network);
}

static void
expect_of(const char *case_number, const struct fake_decision *decision, const char *answer)
{
    desk_test_decide(decision, case_number, answer);
}

static void
expect(const struct fake_decision *decision, const char *answer)
{
    expect_of(number, decision, answer);
}

static void
expect_state(size_t at, const char *state)
{
    assert_string_equal(fake_network_state(&network, at, number), state);
}

static void
expect_states(const char *window, const char *registry, const char *centre)
{
    expect_state(WINDOW, window);
    expect_state(REGISTRY, registry);
    expect_state(CENTRE, centre);
}

static void
walk(size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        expect(&fake_desk_steps[i].decision, fake_desk_steps[i].after);
}

static void
collect_one(uint64_t citizen)
{
    apply(citizen);
    walk(0, fake_desk_step_count);
    expect_states("collected", "closed", "closed");
}

static void
cut(size_t a, size_t b, bool is_cut)
{
    network.wires.cut[a][b] = network.wires.cut[b][a] = is_cut;
    if (!is_cut)
        fake_network_run(&network, 3600 * 1000);
}

static const Yidi__Case *
read_case(size_t at, const char *case_number)
{
    return desk_test_case(at, case_number, &arena);
}

static const char *
attention(size_t at, const char *case_number)
{
    const Yidi__Case *row = read_case(at, case_number);
    return row->attention == NULL ? "" : row->attention->code;
}

static void
expect_held_by(const char *case_number)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[REGISTRY].scratch);
    char holder[CASE_NUMBER_CHARS + 1];
    assert_int_equal(case_file_find_open(txn, application.form.person->citizen_number, holder),
                     case_number == NULL ? ERR_ABSENT : OK);
    if (case_number != NULL)
        assert_string_equal(holder, case_number);
}

/* Each office loses its past, and nothing changes anywhere. */
static void
expect_to_survive(const char *window, const char *registry, const char *centre)
{
    static const size_t offices[] = { WINDOW, CENTRE, REGISTRY };
    for (size_t i = 0; i < 3; i++) {
        fake_desk_lose_disk(&network, offices[i]);
        fake_desk_recover(&network, offices[i], YIDI__RECOVER_VERB__RECOVER_START);
        fake_network_settle(&network);
        const Yidi__RecoveryReport *report =
            fake_desk_recover(&network, offices[i], YIDI__RECOVER_VERB__RECOVER_SHOW);
        assert_string_equal(report->phase, "done");
        assert_int_equal(report->unplaced_count, 0);
        expect_states(window, registry, centre);
    }
    fake_desk_populate(&network, 1, 3);
}

/* ---- late faults ---- */

static void
a_late_fault_holds_the_citizen_until_the_next_card_is_collected(void **unused)
{
    (void)unused;
    collect_one(1);
    const char *first_serial = read_case(REGISTRY, number)->card_serial;
    expect(&report_fault, "in-production");
    expect_states("in-production", "remaking", "ordered");
    expect_held_by(number);
    apply_elsewhere();
    assert_string_equal(fake_network_state(&network, FAR_WINDOW, second), "refused");
    const Yidi__CaseRefusal *refusal = read_case(FAR_WINDOW, second)->refusal;
    assert_int_equal(refusal->reasons[0], YIDI__REFUSAL_REASON__OPEN_APPLICATION);
    assert_non_null(strstr(refusal->text, network.roster.offices[WINDOW].entry.code));

    walk(TO_ISSUED, TO_VERIFIED);
    expect_state(REGISTRY, "made");
    expect_held_by(number);
    walk(TO_VERIFIED, fake_desk_step_count);
    expect_states("collected", "closed", "closed");
    expect_held_by(NULL);
    const Yidi__Case *row = read_case(REGISTRY, number);
    assert_string_not_equal(row->card_serial, first_serial);
    assert_string_equal(row->faulty_serial, "");
    assert_string_equal(attention(REGISTRY, number), "");
    apply_elsewhere();
    assert_string_equal(fake_network_state(&network, REGISTRY, second), "received");
    fake_network_audit(&network);
}

static void
the_next_card_may_be_faulty_again(void **unused)
{
    (void)unused;
    collect_one(1);
    for (int times = 0; times < 3; times++) {
        expect(&report_fault, "in-production");
        expect_state(REGISTRY, "remaking");
        walk(TO_ISSUED, fake_desk_step_count);
        expect_states("collected", "closed", "closed");
    }
    assert_string_equal(attention(REGISTRY, number), "");
    fake_network_audit(&network);
}

static void
a_late_fault_survives_the_loss_of_any_office(void **unused)
{
    (void)unused;
    collect_one(1);
    expect(&report_fault, "in-production");
    expect_to_survive("in-production", "remaking", "ordered");
    expect_held_by(number);
    walk(TO_ISSUED, TO_VERIFIED);
    expect_to_survive("in-production", "made", "verified");
    expect_held_by(number);
    walk(TO_VERIFIED, fake_desk_step_count);
    expect_to_survive("collected", "closed", "closed");
    expect_held_by(NULL);
    expect(&report_fault, "in-production");
    expect_to_survive("in-production", "remaking", "ordered");
    walk(TO_ISSUED, fake_desk_step_count);
    expect_states("collected", "closed", "closed");
    fake_network_audit(&network);
}

/* The centre's word of the next card comes before the window's of the fault. */
static void
news_of_a_late_fault_may_cross(void **unused)
{
    (void)unused;
    collect_one(1);
    cut(WINDOW, REGISTRY, true);
    expect(&report_fault, "in-production");
    walk(TO_ISSUED, TO_READY);
    expect_state(REGISTRY, "closed");
    assert_string_equal(attention(REGISTRY, number), "CARD_SERIAL_MISMATCH");
    cut(WINDOW, REGISTRY, false);
    expect_state(REGISTRY, "made");
    assert_string_equal(attention(REGISTRY, number), "");
    expect_held_by(number);
    walk(TO_READY, fake_desk_step_count);
    expect_states("collected", "closed", "closed");

    cut(CENTRE, REGISTRY, true); /* and the other way round: no word of either card */
    apply(2);
    cut(CENTRE, REGISTRY, false);
    walk(0, TO_ISSUED);
    cut(CENTRE, REGISTRY, true);
    walk(TO_ISSUED, fake_desk_step_count);
    expect(&report_fault, "in-production");
    expect_state(REGISTRY, "remaking");
    walk(TO_ISSUED, TO_READY);
    cut(CENTRE, REGISTRY, false);
    expect_state(REGISTRY, "made");
    walk(TO_READY, fake_desk_step_count);
    expect_states("collected", "closed", "closed");
    assert_string_equal(attention(REGISTRY, number), "");
    fake_network_audit(&network);
}

/* Every word of the window comes after the centre has told of all three cards. */
static void
all_news_of_two_late_faults_may_come_at_once(void **unused)
{
    (void)unused;
    apply(1);
    walk(0, TO_ISSUED);
    cut(WINDOW, REGISTRY, true);
    for (int times = 0; times < 2; times++) {
        walk(TO_ISSUED, fake_desk_step_count);
        expect(&report_fault, "in-production");
    }
    walk(TO_ISSUED, TO_READY);
    expect_state(REGISTRY, "made");
    cut(WINDOW, REGISTRY, false);
    expect_states("ready", "made", "delivered");
    assert_string_equal(attention(REGISTRY, number), "");
    assert_string_equal(read_case(REGISTRY, number)->card_serial,
                        read_case(WINDOW, number)->card_serial);
    fake_desk_let_collection_pass(&network, WINDOW, number);
    expect(&destroy, "destroyed");
    expect_states("destroyed", "unclaimed", "closed");
    expect_held_by(NULL);
    fake_network_audit(&network);
}

/* A card that was no good when it came, and the one that was handed out: of both the centre tells
 * only when the fault is known. */
static void
an_earlier_card_does_not_take_the_place_of_a_faulty_one(void **unused)
{
    (void)unused;
    apply(1);
    walk(0, TO_ISSUED);
    cut(CENTRE, REGISTRY, true);
    walk(TO_ISSUED, TO_READY);
    expect(&report_fault, "in-production");
    walk(TO_ISSUED, fake_desk_step_count);
    expect(&report_fault, "in-production");
    expect_state(REGISTRY, "remaking");
    cut(CENTRE, REGISTRY, false);
    expect_state(REGISTRY, "remaking");
    walk(TO_ISSUED, fake_desk_step_count);
    expect_states("collected", "closed", "closed");
    assert_string_equal(attention(REGISTRY, number), "");
    fake_network_audit(&network);
}

static void
a_card_made_again_that_nobody_collects_frees_the_citizen(void **unused)
{
    (void)unused;
    collect_one(1);
    expect(&report_fault, "in-production");
    walk(TO_ISSUED, TO_READY);
    fake_desk_let_collection_pass(&network, WINDOW, number);
    expect(&destroy, "destroyed");
    expect_states("destroyed", "unclaimed", "closed");
    expect_held_by(NULL);
    expect_to_survive("destroyed", "unclaimed", "closed");
    fake_network_audit(&network);
}

static void
a_card_that_is_made_again_is_not_withdrawn(void **unused)
{
    (void)unused;
    collect_one(1);
    expect(&report_fault, "in-production");
    expect(&withdraw, "withdrawing");
    expect_states("in-production", "remaking", "ordered");
    walk(TO_ISSUED, fake_desk_step_count);
    expect_states("collected", "closed", "closed");
}

/* Sixty days and more after the application, five days are five days. */
static void
a_late_fault_has_its_own_time(void **unused)
{
    (void)unused;
    collect_one(1);
    fake_network_run_until(&network, network.now.monotonic_ms + (uint64_t)75 * DAY_MS);
    expect(&report_fault, "in-production");
    uint64_t end_ms =
        civil_date_end_ms(civil_date_add_days(civil_date_of_ms(network.now.wall_ms), 5));
    static const size_t offices[] = { WINDOW, REGISTRY, CENTRE };
    for (size_t i = 0; i < 3; i++) {
        const Yidi__Case *row = read_case(offices[i], number);
        assert_true(row->statutory_deadline_ms < network.now.wall_ms);
        assert_int_equal(row->stage_deadline_ms, end_ms);
        assert_int_equal(row->overdue_told_ms, 0);
    }
    fake_network_run_until(&network, network.now.monotonic_ms + (uint64_t)7 * DAY_MS);
    for (size_t i = 0; i < 3; i++)
        assert_true(read_case(offices[i], number)->overdue_told_ms > 0);
}

/* The citizen had applied elsewhere before the fault was reported: only one of the two cards is
 * under way at a time, and both cases end. */
static void
another_application_waits_until_the_card_is_made_again(void **unused)
{
    (void)unused;
    const struct fake_decision *examine = &fake_desk_steps[0].decision,
                               *issue = &fake_desk_steps[1].decision;
    collect_one(1);
    apply_elsewhere();
    expect_held_by(second);
    expect(&report_fault, "in-production");
    expect_state(REGISTRY, "remaking");
    assert_string_equal(attention(REGISTRY, second), "OPEN_APPLICATION");
    expect_of(second, examine, "examined");
    expect_of(second, issue, "OPEN_APPLICATION");
    walk(TO_ISSUED, fake_desk_step_count);
    expect_states("collected", "closed", "closed");
    expect_held_by(second);
    expect_of(second, issue, "issued");
    fake_network_audit(&network);
}

/* ---- a window that says what is not so ---- */

/* As a window's row would have to be for it to say so. */
static void
pretend_ready(const char *serial)
{
    struct store_txn *txn = scratch_store_write(&network.offices[WINDOW].scratch);
    const struct machine *machine = network.offices[WINDOW].role->machine;
    struct case_file file;
    assert_int_equal(case_file_open(txn, machine, number, &arena, &file), OK);
    file.row->state = (uint32_t)machine_find_state(machine, "ready");
    file.row->card_serial = (char *)(uintptr_t)serial;
    file.row->stage_deadline_ms = network.now.wall_ms - 1;
    assert_int_equal(case_file_save(&file, machine, txn, &arena), OK);
    scratch_store_commit(txn);
}

static void
a_destroyed_card_of_which_the_centre_has_not_told_frees_nobody(void **unused)
{
    (void)unused;
    apply(1);
    walk(0, TO_ISSUED);
    pretend_ready("NEVER-MADE");
    expect(&destroy, "destroyed");
    expect_state(REGISTRY, "issued");
    expect_state(CENTRE, "ordered");
    assert_string_equal(attention(REGISTRY, number), "CARD_SERIAL_MISMATCH");
    apply_elsewhere();
    assert_string_equal(fake_network_state(&network, REGISTRY, second), "refused");
    walk(TO_ISSUED, TO_VERIFIED);
    expect_state(REGISTRY, "made");
    expect_held_by(number);
    assert_string_equal(attention(REGISTRY, number), "CARD_SERIAL_MISMATCH");
    pretend_ready("ANOTHER");
    expect(&destroy, "destroyed");
    expect_state(REGISTRY, "made");
    expect_held_by(number);
}

/* An honest one, whose word is there before the centre's. */
static void
a_destroyed_card_ends_the_case_when_the_centre_has_told_of_it(void **unused)
{
    (void)unused;
    apply(1);
    walk(0, TO_ISSUED);
    cut(CENTRE, REGISTRY, true);
    walk(TO_ISSUED, TO_READY);
    fake_desk_let_collection_pass(&network, WINDOW, number);
    expect(&destroy, "destroyed");
    expect_state(REGISTRY, "issued");
    cut(CENTRE, REGISTRY, false);
    expect_states("destroyed", "unclaimed", "closed");
    assert_string_equal(attention(REGISTRY, number), "");
    expect_held_by(NULL);
    expect_to_survive("destroyed", "unclaimed", "closed");
    fake_network_audit(&network);
}

static void
a_fault_is_reported_of_the_collected_card_alone(void **unused)
{
    (void)unused;
    collect_one(1);
    const char *serial = read_case(REGISTRY, number)->card_serial;
    struct store_txn *txn = scratch_store_write(&network.offices[WINDOW].scratch);
    const struct machine *machine = network.offices[WINDOW].role->machine;
    struct case_file file;
    assert_int_equal(case_file_open(txn, machine, number, &arena, &file), OK);
    file.row->card_serial = "ANOTHER";
    assert_int_equal(case_file_save(&file, machine, txn, &arena), OK);
    scratch_store_commit(txn);
    expect(&report_fault, "in-production");
    expect_states("abandoned", "closed", "closed");
    assert_string_equal(read_case(REGISTRY, number)->card_serial, serial);
    assert_string_equal(attention(WINDOW, number), "CARD_SERIAL_MISMATCH");
}

/* The centre has told of all three cards before the window tells of the first. */
static void
faults_of_which_the_window_could_not_tell_hold_nobody(void **unused)
{
    (void)unused;
    apply(1);
    walk(0, TO_ISSUED);
    cut(WINDOW, REGISTRY, true);
    for (int i = 0; i < 2; i++) {
        walk(TO_ISSUED, fake_desk_step_count);
        expect(&report_fault, "in-production");
    }
    walk(TO_ISSUED, TO_READY);
    fake_desk_let_collection_pass(&network, WINDOW, number);
    expect(&destroy, "destroyed");
    expect_state(REGISTRY, "made");
    cut(WINDOW, REGISTRY, false);
    expect_states("destroyed", "unclaimed", "closed");
    assert_string_equal(attention(REGISTRY, number), "");
    expect_held_by(NULL);
    expect_to_survive("destroyed", "unclaimed", "closed");
    fake_network_audit(&network);
}

/* Another one is valid by now: of one that is made again there would be two. */
static void
a_card_that_was_replaced_is_not_made_again(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1], newer[CASE_NUMBER_CHARS + 1];
    collect_one(1);
    strcpy(first, number);
    collect_one(1);
    strcpy(newer, number);
    strcpy(number, first);
    expect(&report_fault, "in-production");
    expect_states("abandoned", "closed", "withdrawn");
    assert_non_null(strstr(read_case(WINDOW, number)->note->text, "replaced by another one"));
    expect(&destroy, "ILLEGAL_IN_STATE"); /* there is none */
    expect_held_by(NULL);
    for (size_t i = 0; i < FAKE_PLACE_COUNT; i++)
        assert_string_equal(attention(i, number), "");
    assert_string_equal(attention(REGISTRY, newer), "");
    expect_to_survive("abandoned", "closed", "withdrawn");
    fake_network_audit(&network);
}

/* The registry's word is there before the window's. */
static void
so_it_is_when_the_card_centre_hears_of_the_fault_last(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1];
    collect_one(1);
    strcpy(first, number);
    collect_one(1);
    strcpy(number, first);
    cut(WINDOW, CENTRE, true);
    expect(&report_fault, "in-production");
    expect_states("abandoned", "closed", "closed");
    cut(WINDOW, CENTRE, false);
    expect_states("abandoned", "closed", "closed");
    const Yidi__Case *row = read_case(CENTRE, number);
    assert_int_equal(row->trace[row->n_trace - 1]->step, YIDI__STEP__SPOILED);
    fake_network_audit(&network);
}

/* The registry's news comes when the card is here already. */
static void
a_card_that_was_made_again_in_vain_is_not_handed_out(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1];
    collect_one(1);
    strcpy(first, number);
    collect_one(1);
    strcpy(number, first);
    cut(WINDOW, REGISTRY, true);
    expect(&report_fault, "in-production");
    walk(TO_ISSUED, TO_READY);
    expect_state(WINDOW, "ready");
    cut(WINDOW, REGISTRY, false);
    expect_state(WINDOW, "abandoned");
    assert_string_equal(attention(WINDOW, number), "CARD_NOT_VALID");
    expect(&destroy, "destroyed");
    expect_states("destroyed", "closed", "closed");
    fake_network_audit(&network);
}

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open_wide(3);
    arena_init(&arena);
    return 0;
}

static int
tear_down(void **unused)
{
    arena_fini(&arena);
    return desk_test_close(unused);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_late_fault_holds_the_citizen_until_the_next_card_is_collected),
        TEST(the_next_card_may_be_faulty_again),
        TEST(a_late_fault_survives_the_loss_of_any_office),
        TEST(news_of_a_late_fault_may_cross),
        TEST(all_news_of_two_late_faults_may_come_at_once),
        TEST(an_earlier_card_does_not_take_the_place_of_a_faulty_one),
        TEST(a_card_made_again_that_nobody_collects_frees_the_citizen),
        TEST(a_card_that_is_made_again_is_not_withdrawn),
        TEST(a_late_fault_has_its_own_time),
        TEST(another_application_waits_until_the_card_is_made_again),
        TEST(a_destroyed_card_of_which_the_centre_has_not_told_frees_nobody),
        TEST(a_destroyed_card_ends_the_case_when_the_centre_has_told_of_it),
        TEST(a_fault_is_reported_of_the_collected_card_alone),
        TEST(faults_of_which_the_window_could_not_tell_hold_nobody),
        TEST(a_card_that_was_replaced_is_not_made_again),
        TEST(so_it_is_when_the_card_centre_hears_of_the_fault_last),
        TEST(a_card_that_was_made_again_in_vain_is_not_handed_out),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
