/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "tests/lib/sample_policy.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
deadline_is_the_end_of_its_last_day(void **unused)
{
    (void)unused;
    static const struct {
        enum deadline deadline;
        uint32_t from;
        uint32_t want;
    } cases[] = {
        { DEADLINE_STATUTORY, 20261122, 20270121 },
        { DEADLINE_STATUTORY, 20240101, 20240301 }, /* over a leap day */
        { DEADLINE_REGISTRY, 20261122, 20261127 },
        { DEADLINE_REGISTRY, 20261229, 20270103 },
        { DEADLINE_PRODUCTION, 20261122, 20261222 },
        { DEADLINE_COLLECTION, 20261122, 20270220 },
        { DEADLINE_REMAKE, 20261122, 20261127 },
        { DEADLINE_BAD_CARD, 20261126, 20261127 },     /* Thursday to Friday */
        { DEADLINE_BAD_CARD, 20261127, 20261130 },     /* Friday to Monday */
        { DEADLINE_NOTIFICATION, 20261123, 20261125 }, /* Monday to Wednesday */
        { DEADLINE_NOTIFICATION, 20261125, 20261127 }, /* Wednesday to Friday */
        { DEADLINE_NOTIFICATION, 20261126, 20261130 }, /* Thursday to Monday */
        { DEADLINE_NOTIFICATION, 20261127, 20261201 }, /* Friday to Tuesday */
        { DEADLINE_NOTIFICATION, 20261128, 20261201 }, /* Saturday to Tuesday */
        { DEADLINE_NOTIFICATION, 20261122, 20261124 }, /* Sunday to Tuesday */
    };
    const struct policy_case policy = sample_policy_standard(20261122);
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t want_ms = civil_date_end_ms(cases[i].want);
        assert_int_equal(
            deadline_ms(cases[i].deadline, &policy, civil_date_start_ms(cases[i].from)), want_ms);
        assert_int_equal(deadline_ms(cases[i].deadline, &policy, civil_date_end_ms(cases[i].from)),
                         want_ms);
    }
}

static void
deadline_survives_any_clock(void **unused)
{
    (void)unused;
    const struct policy_case policy = sample_policy_standard(20261122);
    for (int deadline = 0; deadline < DEADLINE_COUNT; deadline++) {
        assert_int_equal(deadline_ms(deadline, &policy, UINT64_MAX),
                         civil_date_end_ms(CIVIL_DATE_MAX));
        assert_true(deadline_ms(deadline, &policy, 0) > 0);
    }
}

static void
deadline_names_are_stable(void **unused)
{
    (void)unused;
    static const char *const names[DEADLINE_COUNT] = { "STATUTORY",    "REGISTRY",   "PRODUCTION",
                                                       "NOTIFICATION", "COLLECTION", "REMAKE",
                                                       "BAD_CARD" };
    for (int deadline = 0; deadline < DEADLINE_COUNT; deadline++)
        assert_string_equal(deadline_name(deadline), names[deadline]);
}

/* The last day on which the law still gives more time to Tibet is that of the rule. */
static void
deadline_is_longer_in_remote_areas(void **unused)
{
    (void)unused;
    static const struct policy_rule rules[] = {
        { POLICY_DEADLINE_STATUTORY, "deadline.statutory", 60, 20120101, 0, "", "" },
        { POLICY_DEADLINE_REMOTE, "deadline.remote", 30, 20120101, 20261231, "54", "" },
    };
    static const struct policy policy = { .rules = rules, .rule_count = COUNT(rules) };
    struct policy_case about = { &policy, true, 20261231, "540102", "440105", "" };
    uint64_t from_ms = civil_date_start_ms(20261231);
    assert_int_equal(deadline_ms(DEADLINE_STATUTORY, &about, from_ms), civil_date_end_ms(20270331));
    about.date = 20270101;
    assert_int_equal(deadline_ms(DEADLINE_STATUTORY, &about, from_ms), civil_date_end_ms(20270301));
    about = (struct policy_case){ &policy, true, 20261231, "440105", "540102", "" };
    assert_int_equal(deadline_ms(DEADLINE_STATUTORY, &about, from_ms), civil_date_end_ms(20270301));
}

static const uint32_t spring_festival[] = { 20260215, 20260216, 20260217, 20260218, 20260219,
                                            20260220, 20260221, 20260222, 20260223 };
static const uint32_t worked_instead[] = { 20260214, 20260228 };

/* 13 February 2026 is a Friday: Saturday the 14th is worked, and then nobody works for nine days.
 */
static void
deadline_of_working_days_knows_the_calendar(void **unused)
{
    (void)unused;
    static const struct policy policy = { .calendar = { spring_festival, COUNT(spring_festival),
                                                        worked_instead, COUNT(worked_instead) } };
    const struct policy_case about = { &policy, true, 20260213, "310101", "440105", "" };
    uint64_t from_ms = civil_date_start_ms(20260213);
    assert_int_equal(deadline_ms(DEADLINE_NOTIFICATION, &about, from_ms),
                     civil_date_end_ms(20260224));
    assert_int_equal(deadline_ms(DEADLINE_REGISTRY, &about, from_ms), civil_date_end_ms(20260218));
}

static void
deadline_of_production_may_be_in_working_days(void **unused)
{
    (void)unused;
    static const struct policy_rule rules[] = {
        { POLICY_DEADLINE_PRODUCTION, "deadline.production", 15, 20120101, 0, "31", "" },
        { POLICY_PRODUCTION_WORKING_DAYS, "deadline.production-in-working-days", 1, 20120101, 0,
          "31", "" },
    };
    static const struct policy policy = { .rules = rules, .rule_count = COUNT(rules) };
    const struct policy_case there = { &policy, true, 20261123, "310101", "440105", "" };
    const struct policy_case here = { &policy, true, 20261123, "440105", "310101", "" };
    uint64_t from_ms = civil_date_start_ms(20261123); /* a Monday */
    assert_int_equal(deadline_ms(DEADLINE_PRODUCTION, &there, from_ms),
                     civil_date_end_ms(20261214));
    assert_int_equal(deadline_ms(DEADLINE_PRODUCTION, &here, from_ms), civil_date_end_ms(20261223));
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadline_is_the_end_of_its_last_day),
        cmocka_unit_test(deadline_survives_any_clock),
        cmocka_unit_test(deadline_names_are_stable),
        cmocka_unit_test(deadline_is_longer_in_remote_areas),
        cmocka_unit_test(deadline_of_working_days_knows_the_calendar),
        cmocka_unit_test(deadline_of_production_may_be_in_working_days),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
