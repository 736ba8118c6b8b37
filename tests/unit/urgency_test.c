/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"
#include "common/domain/urgency.h"
#include "common/domain/working_day.h"

#define HOUR_MS UINT64_C(3600000)

/* 16 November 2026 is a Monday. */
static const struct {
    uint32_t date, counts_for, next;
} days[] = {
    { 20261116, 20261116, 20261117 }, { 20261119, 20261119, 20261120 },
    { 20261120, 20261120, 20261123 }, { 20261121, 20261123, 20261123 },
    { 20261122, 20261123, 20261123 }, { 20261123, 20261123, 20261124 },
    { 20261231, 20261231, 20270101 },
};

static void
a_weekend_counts_for_the_working_day_after_it(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        assert_int_equal(working_day_of(days[i].date), days[i].counts_for);
        assert_int_equal(working_day_after(days[i].date), days[i].next);
    }
}

static void
the_last_day_that_there_is_ends_the_search(void **unused)
{
    (void)unused;
    assert_int_equal(working_day_of(CIVIL_DATE_MAX), CIVIL_DATE_MAX);
    assert_int_equal(working_day_after(CIVIL_DATE_MAX), CIVIL_DATE_MAX);
    assert_int_equal(urgency_of(1, UINT64_MAX), URGENCY_OVERDUE);
    assert_int_equal(urgency_of(UINT64_MAX, UINT64_MAX), URGENCY_LATER);
}

static void
a_case_is_due_soon_until_the_end_of_the_next_working_day(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        uint64_t now_ms = civil_date_start_ms(days[i].date) + 9 * HOUR_MS;
        uint64_t end_ms = civil_date_end_ms(days[i].next);
        assert_int_equal(urgency_soon_until_ms(now_ms), end_ms);
        assert_int_equal(urgency_of(now_ms - 1, now_ms), URGENCY_OVERDUE);
        assert_int_equal(urgency_of(now_ms, now_ms), URGENCY_SOON);
        assert_int_equal(urgency_of(end_ms, now_ms), URGENCY_SOON);
        assert_int_equal(urgency_of(end_ms + 1, now_ms), URGENCY_LATER);
    }
}

static void
without_a_deadline_nothing_is_urgent(void **unused)
{
    (void)unused;
    assert_int_equal(urgency_of(0, 0), URGENCY_NONE);
    assert_int_equal(urgency_of(0, UINT64_MAX), URGENCY_NONE);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weekend_counts_for_the_working_day_after_it),
        cmocka_unit_test(the_last_day_that_there_is_ends_the_search),
        cmocka_unit_test(a_case_is_due_soon_until_the_end_of_the_next_working_day),
        cmocka_unit_test(without_a_deadline_nothing_is_urgent),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
