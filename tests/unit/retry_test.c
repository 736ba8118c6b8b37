/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/core/retry.h"

static const struct retry_limits limits = { .first_ms = 100, .max_ms = 1000 };

/* failures in a row and the whole backoff that they earn */
static const struct {
    struct retry_limits limits;
    uint32_t failures;
    uint64_t backoff_ms;
} cases[] = {
    { { 100, 1000 }, 1, 100 },
    { { 100, 1000 }, 2, 200 },
    { { 100, 1000 }, 3, 400 },
    { { 100, 1000 }, 4, 800 },
    { { 100, 1000 }, 5, 1000 },
    { { 100, 1000 }, 6, 1000 },
    { { 100, 1000 }, UINT32_MAX, 1000 },
    { { 7, 7 }, 1, 7 },
    { { 7, 7 }, 9, 7 },
    { { 1, 3 }, 2, 2 },
    { { 1, 3 }, 3, 3 },
    { { 1, 1 }, 1, 1 },
};

static void
retry_delay_doubles_up_to_its_cap(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(retry_delay_ms(&cases[i].limits, cases[i].failures, 0),
                         cases[i].backoff_ms);
}

static void
retry_delay_stays_within_the_upper_half_whatever_the_random_number(void **unused)
{
    (void)unused;
    static const uint64_t randoms[] = { 0, 1, 2, 49, 50, 51, 499, 500, 501, UINT64_MAX };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t j = 0; j < sizeof randoms / sizeof *randoms; j++) {
            uint64_t backoff_ms = cases[i].backoff_ms;
            uint64_t delay_ms = retry_delay_ms(&cases[i].limits, cases[i].failures, randoms[j]);
            assert_in_range(delay_ms, backoff_ms - backoff_ms / 2, backoff_ms);
            assert_true(delay_ms > 0);
        }
}

static void
retry_delay_reaches_both_ends_of_its_range(void **unused)
{
    (void)unused;
    uint64_t least_ms = UINT64_MAX, most_ms = 0;
    for (uint64_t random = 0; random < 51; random++) {
        uint64_t delay_ms = retry_delay_ms(&limits, 1, random);
        least_ms = delay_ms < least_ms ? delay_ms : least_ms;
        most_ms = delay_ms > most_ms ? delay_ms : most_ms;
    }
    assert_int_equal(least_ms, 50);
    assert_int_equal(most_ms, 100);
}

static void
retry_delay_does_not_overflow_on_the_way_to_a_great_cap(void **unused)
{
    (void)unused;
    const struct retry_limits great = { .first_ms = 3, .max_ms = UINT64_MAX };
    assert_int_equal(retry_delay_ms(&great, UINT32_MAX, 0), UINT64_MAX);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retry_delay_doubles_up_to_its_cap),
        cmocka_unit_test(retry_delay_stays_within_the_upper_half_whatever_the_random_number),
        cmocka_unit_test(retry_delay_reaches_both_ends_of_its_range),
        cmocka_unit_test(retry_delay_does_not_overflow_on_the_way_to_a_great_cap),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
