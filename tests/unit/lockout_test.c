/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/core/lockout.h"

enum { NOW_MS = 1000000000 };

static void
lockout_forgives_mistyping_then_doubles_the_pause(void **unused)
{
    static const uint64_t waits_ms[] = { 0,     0,      0,      5000,   10000,  20000, 40000,
                                         80000, 160000, 320000, 640000, 900000, 900000 };
    struct lockout lockout = { 0 };
    (void)unused;
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        lockout_fail(&lockout, LOCKOUT_OPERATOR_FREE, NOW_MS);
        assert_true(lockout_wait_ms(&lockout, NOW_MS) == waits_ms[i]);
        assert_true(lockout_wait_ms(&lockout, NOW_MS + waits_ms[i]) == 0);
    }
}

static void
lockout_of_an_address_leaves_a_whole_office_time_to_mistype(void **unused)
{
    struct lockout lockout = { 0 };
    (void)unused;
    for (int i = 0; i < LOCKOUT_ADDRESS_FREE; i++)
        lockout_fail(&lockout, LOCKOUT_ADDRESS_FREE, NOW_MS);
    assert_true(lockout_wait_ms(&lockout, NOW_MS) == 0);
    lockout_fail(&lockout, LOCKOUT_ADDRESS_FREE, NOW_MS);
    assert_true(lockout_wait_ms(&lockout, NOW_MS) == LOCKOUT_FIRST_MS);
}

static void
lockout_forgets_after_a_day_without_failures(void **unused)
{
    struct lockout lockout = { .failures = 30, .next_ms = NOW_MS };
    (void)unused;
    lockout_fail(&lockout, LOCKOUT_OPERATOR_FREE, NOW_MS + (uint64_t)LOCKOUT_FORGET_MS + 1);
    assert_int_equal(lockout.failures, 1);
}

static void
lockout_holds_nobody_up_after_a_clock_was_set_back(void **unused)
{
    const struct lockout lockout = { .failures = 30, .next_ms = NOW_MS };
    (void)unused;
    assert_true(lockout_wait_ms(&lockout, NOW_MS - LOCKOUT_MAX_MS) == LOCKOUT_MAX_MS);
    assert_true(lockout_wait_ms(&lockout, NOW_MS - LOCKOUT_MAX_MS - 1) == 0);
}

static void
lockout_counts_no_further_than_it_can(void **unused)
{
    struct lockout lockout = { .failures = UINT32_MAX, .next_ms = NOW_MS };
    (void)unused;
    lockout_fail(&lockout, LOCKOUT_OPERATOR_FREE, NOW_MS);
    assert_true(lockout_wait_ms(&lockout, NOW_MS) == LOCKOUT_MAX_MS);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lockout_forgives_mistyping_then_doubles_the_pause),
        cmocka_unit_test(lockout_of_an_address_leaves_a_whole_office_time_to_mistype),
        cmocka_unit_test(lockout_forgets_after_a_day_without_failures),
        cmocka_unit_test(lockout_holds_nobody_up_after_a_clock_was_set_back),
        cmocka_unit_test(lockout_counts_no_further_than_it_can),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
