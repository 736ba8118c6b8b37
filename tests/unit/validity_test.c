/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/validity.h"
#include "tests/lib/sample_policy.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
validity_grows_with_age(void **unused)
{
    (void)unused;
    static const struct {
        unsigned age_years;
        unsigned want;
    } cases[] = {
        { 0, 5 },
        { 15, 5 },
        { 16, 10 },
        { 25, 10 },
        { 26, 20 },
        { 45, 20 },
        { 46, VALIDITY_LONG_TERM },
        { 120, VALIDITY_LONG_TERM },
    };
    const struct policy_case policy = sample_policy_standard(20261122);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(validity_years(&policy, cases[i].age_years), cases[i].want);
}

static void
validity_ends_on_the_same_day_of_a_later_year(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t birth;
        uint32_t issue;
        uint32_t want;
    } cases[] = {
        { 20101123, 20261122, 20311122 },           /* 16 tomorrow */
        { 20101122, 20261122, 20361122 },           /* 16 today */
        { 20001123, 20261122, 20361122 },           /* 26 tomorrow */
        { 20001122, 20261122, 20461122 },           /* 26 today */
        { 19801123, 20261122, 20461122 },           /* 46 tomorrow */
        { 19801122, 20261122, VALIDITY_LONG_TERM }, /* 46 today */
        { 20100101, 20240229, 20290228 },           { 19900101, 20240229, 20440229 },
    };
    const struct policy_case policy = sample_policy_standard(20261122);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(validity_until(&policy, cases[i].birth, cases[i].issue), cases[i].want);
}

/* The day of acceptance decides, not that of issue; the registry's province, not the window's. */
static void
validity_is_that_of_the_day_of_acceptance(void **unused)
{
    (void)unused;
    static const struct policy_rule rules[] = {
        { POLICY_VALIDITY_16_TO_25, "validity.16-to-25", 10, 20120101, 20261231, "", "" },
        { POLICY_VALIDITY_16_TO_25, "validity.16-to-25", 15, 20270101, 0, "", "" },
        { POLICY_VALIDITY_FROM_46, "validity.from-46", 30, 20120101, 0, "44", "" },
    };
    static const struct policy policy = { .rules = rules, .rule_count = COUNT(rules) };
    const struct policy_case before = { &policy, true, 20261231, "310101", "440105", "" };
    const struct policy_case after = { &policy, true, 20270101, "440105", "310101", "" };
    assert_int_equal(validity_until(&before, 20050101, 20270110), 20370110);
    assert_int_equal(validity_until(&after, 20050101, 20270110), 20420110);
    assert_int_equal(validity_until(&before, 19500101, 20270110), 20570110);
    assert_int_equal(validity_until(&after, 19500101, 20270110), VALIDITY_LONG_TERM);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(validity_grows_with_age),
        cmocka_unit_test(validity_ends_on_the_same_day_of_a_later_year),
        cmocka_unit_test(validity_is_that_of_the_day_of_acceptance),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
