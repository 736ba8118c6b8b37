/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/core/histogram.h"

static struct histogram
of_range(uint64_t first, uint64_t last)
{
    struct histogram histogram = { 0 };
    for (uint64_t value = first; value <= last; value++)
        histogram_add(&histogram, value);
    return histogram;
}

static void
expect_near(uint64_t value, uint64_t expected)
{
    if (value < expected - expected / 4 || value > expected + expected / 4)
        fail_msg("%llu is more than a quarter off %llu", (unsigned long long)value,
                 (unsigned long long)expected);
}

static void
histogram_finds_percentiles_within_a_quarter(void **unused)
{
    (void)unused;
    for (uint64_t last = 100; last <= 1000000; last *= 10) {
        const struct histogram histogram = of_range(1, last);
        expect_near(histogram_percentile(&histogram, 500), last / 2);
        expect_near(histogram_percentile(&histogram, 950), last / 20 * 19);
        expect_near(histogram_percentile(&histogram, 990), last / 100 * 99);
    }
}

static void
histogram_is_exact_where_values_are_small(void **unused)
{
    (void)unused;
    for (uint64_t value = 0; value < 8; value++) {
        const struct histogram histogram = of_range(value, value);
        assert_int_equal(histogram_percentile(&histogram, 500), value);
    }
}

static void
histogram_of_nothing_has_no_percentile(void **unused)
{
    (void)unused;
    const struct histogram histogram = { 0 };
    assert_int_equal(histogram_percentile(&histogram, 500), 0);
    assert_int_equal(histogram_below(&histogram, 32), 0);
}

static void
histogram_counts_what_lies_below_powers_of_two(void **unused)
{
    (void)unused;
    const struct histogram histogram = of_range(0, 1023);
    for (unsigned exponent = 0; exponent <= 10; exponent++)
        assert_int_equal(histogram_below(&histogram, exponent), 1 << exponent);
    assert_int_equal(histogram_below(&histogram, 20), 1024);
}

static void
histogram_takes_any_value(void **unused)
{
    (void)unused;
    struct histogram histogram = { 0 };
    histogram_add(&histogram, UINT64_MAX);
    histogram_add(&histogram, UINT64_C(1) << 33);
    histogram_add(&histogram, (UINT64_C(1) << 33) - 1);
    assert_int_equal(histogram.buckets[HISTOGRAM_BUCKETS - 1], 3);
    assert_int_equal(histogram_below(&histogram, 31), 0);
    assert_true(histogram_percentile(&histogram, 990) >= UINT64_C(7) << 30);
}

static void
histogram_tells_what_came_since(void **unused)
{
    (void)unused;
    const struct histogram earlier = of_range(1, 100);
    struct histogram histogram = earlier;
    for (int i = 0; i < 10; i++)
        histogram_add(&histogram, 5);
    const struct histogram since = histogram_since(&histogram, &earlier);
    assert_int_equal(since.count, 10);
    assert_int_equal(since.sum, 50);
    assert_int_equal(histogram_percentile(&since, 990), 5);
}

static void
histogram_merges_and_leaves_foreign_buckets_out(void **unused)
{
    (void)unused;
    struct histogram histogram = of_range(1, 10), same = of_range(1, 20);
    const struct histogram other = of_range(11, 20);
    histogram_merge(&histogram, &other);
    assert_memory_equal(&histogram, &same, sizeof same);
    histogram_add_bucket(&histogram, HISTOGRAM_BUCKETS, 7);
    assert_memory_equal(&histogram, &same, sizeof same);
    histogram_add_bucket(&histogram, 2, 7);
    assert_int_equal(histogram.count, 27);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(histogram_finds_percentiles_within_a_quarter),
        cmocka_unit_test(histogram_is_exact_where_values_are_small),
        cmocka_unit_test(histogram_of_nothing_has_no_percentile),
        cmocka_unit_test(histogram_counts_what_lies_below_powers_of_two),
        cmocka_unit_test(histogram_takes_any_value),
        cmocka_unit_test(histogram_tells_what_came_since),
        cmocka_unit_test(histogram_merges_and_leaves_foreign_buckets_out),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
