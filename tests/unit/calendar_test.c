/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/calendar.h"
#include "common/domain/civil_date.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The national holiday of 2026: 1 to 7 October; Sunday 20 September and Saturday 10 October are
 * worked. */
static const uint32_t holidays[] = { 20261001, 20261002, 20261003, 20261004,
                                     20261005, 20261006, 20261007 };
static const uint32_t worked[] = { 20260920, 20261010 };
static const struct calendar october = { holidays, COUNT(holidays), worked, COUNT(worked) };
static const struct calendar empty;

static void
calendar_tells_working_days(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t date;
        bool works;
    } days[] = {
        { 20260918, true },  { 20260919, false }, { 20260920, true },  { 20260930, true },
        { 20261001, false }, { 20261003, false }, { 20261007, false }, { 20261008, true },
        { 20261009, true },  { 20261010, true },  { 20261011, false }, { 20261012, true },
    };
    for (size_t i = 0; i < COUNT(days); i++)
        assert_int_equal(calendar_is_working_day(&october, days[i].date), days[i].works);
}

static void
calendar_without_lists_knows_weekends(void **unused)
{
    (void)unused;
    assert_true(calendar_is_working_day(&empty, 20261001));  /* a Thursday */
    assert_false(calendar_is_working_day(&empty, 20261003)); /* a Saturday */
    assert_false(calendar_is_working_day(&empty, 20260920)); /* a Sunday */
}

static void
calendar_counts_over_a_holiday_week(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t from;
        unsigned days;
        uint32_t want;
    } counts[] = {
        { 20260930, 0, 20260930 }, { 20260930, 1, 20261008 }, { 20260930, 2, 20261009 },
        { 20260930, 3, 20261010 }, { 20260930, 4, 20261012 }, { 20261003, 1, 20261008 },
        { 20260918, 1, 20260920 }, { 20260919, 1, 20260920 }, { 20260929, 2, 20261008 },
    };
    for (size_t i = 0; i < COUNT(counts); i++)
        assert_int_equal(calendar_add_working_days(&october, counts[i].from, counts[i].days),
                         counts[i].want);
    assert_int_equal(calendar_add_working_days(&empty, 20260930, 2), 20261002);
}

static void
calendar_stops_at_the_end_of_days(void **unused)
{
    (void)unused;
    assert_int_equal(calendar_add_working_days(&october, CIVIL_DATE_MAX, 366), CIVIL_DATE_MAX);
}

static void
calendar_knows_the_years_that_it_lists(void **unused)
{
    (void)unused;
    assert_true(calendar_knows_year(&october, 2026));
    assert_false(calendar_knows_year(&october, 2027));
    assert_false(calendar_knows_year(&empty, 2026));
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_tells_working_days),
        cmocka_unit_test(calendar_without_lists_knows_weekends),
        cmocka_unit_test(calendar_counts_over_a_holiday_week),
        cmocka_unit_test(calendar_stops_at_the_end_of_days),
        cmocka_unit_test(calendar_knows_the_years_that_it_lists),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
