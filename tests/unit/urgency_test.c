/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"
#include "common/domain/urgency.h"

#define HOUR_MS UINT64_C(3600000)

static const struct calendar standard_calendar;

static enum urgency
urgency_at(uint64_t deadline_ms, uint64_t now_ms)
{
    const struct urgency_scale scale = urgency_scale_of(policy_standard(), "310115", now_ms);
    return urgency_of(deadline_ms, &scale);
}

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
        assert_int_equal(calendar_working_day_of(&standard_calendar, days[i].date),
                         days[i].counts_for);
        assert_int_equal(calendar_add_working_days(&standard_calendar, days[i].date, 1),
                         days[i].next);
    }
}

static void
the_last_day_that_there_is_ends_the_search(void **unused)
{
    (void)unused;
    assert_int_equal(calendar_working_day_of(&standard_calendar, CIVIL_DATE_MAX), CIVIL_DATE_MAX);
    assert_int_equal(calendar_add_working_days(&standard_calendar, CIVIL_DATE_MAX, 1),
                     CIVIL_DATE_MAX);
    assert_int_equal(urgency_at(1, UINT64_MAX), URGENCY_OVERDUE);
    assert_int_equal(urgency_at(UINT64_MAX, UINT64_MAX), URGENCY_LATER);
}

static void
a_case_is_due_soon_until_the_end_of_the_next_working_day(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        uint64_t now_ms = civil_date_start_ms(days[i].date) + 9 * HOUR_MS;
        uint64_t end_ms = civil_date_end_ms(days[i].next);
        const struct urgency_scale scale = urgency_scale_of(policy_standard(), "310115", now_ms);
        assert_int_equal(scale.soon_until_ms, end_ms);
        assert_int_equal(urgency_at(now_ms - 1, now_ms), URGENCY_OVERDUE);
        assert_int_equal(urgency_at(now_ms, now_ms), URGENCY_SOON);
        assert_int_equal(urgency_at(end_ms, now_ms), URGENCY_SOON);
        assert_int_equal(urgency_at(end_ms + 1, now_ms), URGENCY_LATER);
    }
}

/* Two working days in Henan, over the national holiday: 30 September to 9 October. */
static void
a_policy_says_how_soon_and_what_is_worked(void **unused)
{
    (void)unused;
    static const uint32_t holidays[] = { 20261001, 20261002, 20261005, 20261006, 20261007 };
    static const struct policy_rule rules[] = {
        { POLICY_DUE_SOON, "deadline.due-soon", 2, 20120101, 0, "41", "" },
    };
    static const struct policy policy = {
        .rules = rules, .rule_count = 1, .calendar = { .holidays = holidays, .holiday_count = 5 }
    };
    uint64_t now_ms = civil_date_start_ms(20260930) + 9 * HOUR_MS;
    assert_int_equal(urgency_scale_of(&policy, "410102000001", now_ms).soon_until_ms,
                     civil_date_end_ms(20261009));
    assert_int_equal(urgency_scale_of(&policy, "310115000001", now_ms).soon_until_ms,
                     civil_date_end_ms(20261008));
}

static void
without_a_deadline_nothing_is_urgent(void **unused)
{
    (void)unused;
    assert_int_equal(urgency_at(0, 0), URGENCY_NONE);
    assert_int_equal(urgency_at(0, UINT64_MAX), URGENCY_NONE);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weekend_counts_for_the_working_day_after_it),
        cmocka_unit_test(the_last_day_that_there_is_ends_the_search),
        cmocka_unit_test(a_case_is_due_soon_until_the_end_of_the_next_working_day),
        cmocka_unit_test(a_policy_says_how_soon_and_what_is_worked),
        cmocka_unit_test(without_a_deadline_nothing_is_urgent),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
