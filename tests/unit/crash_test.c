/* SPDX-License-Identifier: Apache-2.0
 *
 * crash_test - one application goes its whole way while the power fails at one office, once: before
 * each turn that the office takes, and at each call that it makes to the world outside. The people
 * at the desks insist until they see that a thing is done.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/io/case_file.h"
#include "tests/lib/desk_test.h"

enum { TRIES_MAX = 5 };

static char number[CASE_NUMBER_CHARS + 1];

/* ---- people who insist ---- */

static bool
all_are_up(void)
{
    for (size_t i = 0; i < FAKE_PLACE_COUNT; i++)
        if (network.offices[i].office == NULL)
            return false;
    return true;
}

/* Whatever is down comes up again, and everything that can be said is said. */
static void
recover(void)
{
    fake_network_settle(&network);
    for (int tries = 0; !all_are_up(); tries++) {
        assert_in_range(tries, 0, TRIES_MAX);
        fake_network_start_all(&network);
        fake_network_settle(&network);
    }
}

static void
insist_on_applying(void)
{
    const char *code = NULL;
    for (int tries = 0; code == NULL; tries++) {
        assert_in_range(tries, 0, TRIES_MAX);
        code = fake_desk_apply(&network, &application, "the-same-key", number);
        recover();
    }
    assert_string_equal(code, "");
}

static void
insist_on(const struct fake_step *step)
{
    size_t at = step->decision.at;
    for (int tries = 0; strcmp(fake_network_state(&network, at, number), step->before) == 0;
         tries++) {
        assert_in_range(tries, 0, TRIES_MAX);
        const char *answer = fake_desk_decide(&network, &step->decision, number);
        if (answer != NULL)
            assert_string_equal(answer, step->after);
        recover();
    }
    assert_string_equal(fake_network_state(&network, at, number), step->after);
}

/* ---- what must be so at the end ---- */

static unsigned
count_steps(const Yidi__Case *row, const char *office, Yidi__Step step)
{
    unsigned count = 0;
    for (size_t i = 0; i < row->n_trace; i++)
        count += row->trace[i]->step == step && strcmp(row->trace[i]->office, office) == 0;
    return count;
}

static void
assert_once(enum fake_place place, const Yidi__Step *steps, size_t count)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    const Yidi__Case *row = desk_test_case(place, number, &arena);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(count_steps(row, network.roster.offices[place].entry.code, steps[i]), 1);
}

static void
assert_one_card_and_every_act_once(void)
{
    static const Yidi__Step window[] = { YIDI__STEP__ACCEPTED, YIDI__STEP__IN_TRANSIT,
                                         YIDI__STEP__ARRIVED, YIDI__STEP__NOTIFIED,
                                         YIDI__STEP__COLLECTED };
    static const Yidi__Step centre[] = { YIDI__STEP__ORDERED,  YIDI__STEP__MADE,
                                         YIDI__STEP__VERIFIED, YIDI__STEP__DISPATCHED,
                                         YIDI__STEP__ARRIVED,  YIDI__STEP__CLOSED };
    static const Yidi__Step registry[] = { YIDI__STEP__REVIEW_OPENED, YIDI__STEP__EXAMINED,
                                           YIDI__STEP__ISSUED, YIDI__STEP__CLOSED };
    assert_once(WINDOW, window, sizeof window / sizeof *window);
    assert_once(CENTRE, centre, sizeof centre / sizeof *centre);
    assert_once(REGISTRY, registry, sizeof registry / sizeof *registry);
    for (int place = 0; place < FAKE_PLACE_COUNT; place++)
        assert_int_equal(scratch_store_count(&network.offices[place].scratch, TABLE_CASES), 1);
    assert_int_equal(scratch_store_count(&network.offices[CENTRE].scratch, TABLE_SERIALS), 1);
    assert_int_equal(network.notification_count, 1);
    fake_network_audit(&network);
}

/* ---- a life with one crash ---- */

enum moment { BEFORE_A_TURN, AT_A_CALL };

/* Answers false when the office did not live long enough for that crash. */
static bool
live_with_crash(enum fake_place place, enum moment moment, uint64_t count)
{
    struct fake_office *office = &network.offices[place];
    fake_network_wipe(&network, count);
    fake_desk_populate(&network, 1, 1);
    fake_network_settle(&network);
    if (moment == BEFORE_A_TURN)
        office->crash_before = office->turns + count;
    else
        office->crash_at = office->port_calls + count;

    insist_on_applying();
    for (size_t i = 0; i < fake_desk_step_count; i++)
        insist_on(&fake_desk_steps[i]);
    recover();
    assert_one_card_and_every_act_once();
    return office->crash_before == 0 && office->crash_at == 0;
}

static void
crash_everywhere(enum fake_place place, enum moment moment, uint64_t crashes_min)
{
    uint64_t count = 1;
    while (live_with_crash(place, moment, count))
        count++;
    assert_true(count > crashes_min); /* there really were so many places to crash at */
}

static void
the_window_may_crash_before_any_turn(void **unused)
{
    (void)unused;
    crash_everywhere(WINDOW, BEFORE_A_TURN, 4);
}

static void
the_window_may_crash_at_any_call(void **unused)
{
    (void)unused;
    crash_everywhere(WINDOW, AT_A_CALL, 15);
}

static void
the_registry_may_crash_before_any_turn(void **unused)
{
    (void)unused;
    crash_everywhere(REGISTRY, BEFORE_A_TURN, 4);
}

static void
the_registry_may_crash_at_any_call(void **unused)
{
    (void)unused;
    crash_everywhere(REGISTRY, AT_A_CALL, 15);
}

static void
the_centre_may_crash_before_any_turn(void **unused)
{
    (void)unused;
    crash_everywhere(CENTRE, BEFORE_A_TURN, 5);
}

static void
the_centre_may_crash_at_any_call(void **unused)
{
    (void)unused;
    crash_everywhere(CENTRE, AT_A_CALL, 15);
}

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open(&network, 1);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_window_may_crash_before_any_turn),
        cmocka_unit_test(the_window_may_crash_at_any_call),
        cmocka_unit_test(the_registry_may_crash_before_any_turn),
        cmocka_unit_test(the_registry_may_crash_at_any_call),
        cmocka_unit_test(the_centre_may_crash_before_any_turn),
        cmocka_unit_test(the_centre_may_crash_at_any_call),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, desk_test_close);
}
