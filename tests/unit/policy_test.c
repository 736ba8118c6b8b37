/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/policy.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define RULE(value, from, until, province)                                                         \
    {                                                                                              \
        POLICY_DEADLINE_STATUTORY, "deadline.statutory", value, from, until, province, ""          \
    }

/* A value that stands for the rule that gave it. */
static const struct policy_rule rules[] = {
    RULE(1, 20200101, 20251231, ""),
    RULE(2, 20260101, 0, ""),
    RULE(3, 20260201, 20260228, "54"),
    RULE(4, 20260215, 0, "54"), /* a conflict: the later beginning wins */
    RULE(5, 20260301, 20260301, ""),
    { POLICY_DEADLINE_REGISTRY, "deadline.registry", 6, 20260101, 0, "54", "" },
    { POLICY_KEY_UNKNOWN, "no.such-key", 7, 20200101, 0, "", "" },
};
static const struct policy policy = { .version = 3, .rules = rules, .rule_count = COUNT(rules) };

static void
policy_value_prefers_the_province_then_the_later_beginning(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t date;
        const char *province;
        uint32_t want;
    } cases[] = {
        { 20191231, "", 60 },  /* before every rule: the standard */
        { 20200101, "", 1 },   /* the first day */
        { 20251231, "54", 1 }, /* the last day; a province without a rule of its own */
        { 20260101, "11", 2 },     { 20260131, "54", 2 },
        { 20260201, "54", 3 },     { 20260214, "540102000001", 3 }, /* an office's code */
        { 20260215, "540102", 4 }, { 20260301, "54", 4 },
        { 20260301, "53", 5 },     { 20260302, "53", 2 },
        { 29991231, "53", 2 },     { 20260301, "", 5 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            policy_value(&policy, POLICY_DEADLINE_STATUTORY, cases[i].date, cases[i].province),
            cases[i].want);
}

static void
policy_find_tells_the_rule_or_none(void **unused)
{
    (void)unused;
    assert_null(policy_find(&policy, POLICY_FEE_RENEWAL, 20260101, "54"));
    assert_null(policy_find(&policy, POLICY_DEADLINE_REGISTRY, 20260101, "53"));
    assert_ptr_equal(policy_find(&policy, POLICY_DEADLINE_REGISTRY, 20260101, "54"), &rules[5]);
    assert_int_equal(policy_value(&policy, POLICY_FEE_RENEWAL, 20260101, "54"), 2000);
}

static void
policy_of_case_asks_the_place_that_decides(void **unused)
{
    (void)unused;
    const struct policy_case window = { &policy, true, 20260301, "540102", "310101", "" };
    const struct policy_case registry = { &policy, true, 20260301, "310101", "540102", "" };
    assert_int_equal(policy_of_case(&window, POLICY_DEADLINE_STATUTORY), 4);
    assert_int_equal(policy_of_case(&registry, POLICY_DEADLINE_STATUTORY), 5);
    assert_int_equal(policy_of_case(&window, POLICY_DEADLINE_REGISTRY), 5);
    assert_int_equal(policy_of_case(&registry, POLICY_DEADLINE_REGISTRY), 6);
}

/* The procedure as the law has it: what these say is what offices did before there were policies.
 */
static void
policy_standards_are_the_law_s(void **unused)
{
    (void)unused;
    static const struct {
        enum policy_key key;
        uint32_t want;
    } standards[] = {
        { POLICY_FEE_RENEWAL, 2000 },     { POLICY_FEE_REPLACEMENT, 4000 },
        { POLICY_FEE_DAMAGED, 4000 },     { POLICY_FEE_FIRST, 0 },
        { POLICY_FEE_TEMPORARY, 1000 },   { POLICY_WELFARE_RENEWAL, 100 },
        { POLICY_HARDSHIP_RENEWAL, 50 },  { POLICY_WELFARE_REPLACEMENT, 0 },
        { POLICY_HARDSHIP_DAMAGED, 0 },   { POLICY_VALIDITY_UNDER_16, 5 },
        { POLICY_VALIDITY_16_TO_25, 10 }, { POLICY_VALIDITY_26_TO_45, 20 },
        { POLICY_VALIDITY_FROM_46, 0 },   { POLICY_DEADLINE_STATUTORY, 60 },
        { POLICY_DEADLINE_REGISTRY, 5 },  { POLICY_DEADLINE_PRODUCTION, 30 },
        { POLICY_REFUSE_FIRST, 1 },       { POLICY_TEMPORARY_ALLOWED, 1 },
    };
    const struct policy *standard = policy_standard();
    assert_int_equal(standard->version, 0);
    for (size_t i = 0; i < COUNT(standards); i++)
        assert_int_equal(policy_value(standard, standards[i].key, 20261122, "540102"),
                         standards[i].want);
}

static void
policy_keys_are_sound(void **unused)
{
    (void)unused;
    for (int key = 0; key < POLICY_KEY_COUNT; key++) {
        const struct policy_key_info *info = policy_key_info((enum policy_key)key);
        assert_in_range(strlen(info->key), 1, 64);
        assert_int_equal(strspn(info->key, "abcdefghijklmnopqrstuvwxyz0123456789.-"),
                         strlen(info->key));
        assert_in_range(info->standard, info->minimum, info->maximum);
        assert_in_range(strlen(info->term), 1, 96);
        assert_in_range(strlen(info->help), 1, 200);
        assert_int_equal(info->help[strlen(info->help) - 1], '.');
        assert_int_equal(policy_key_find(info->key), key); /* and so it is there once */
    }
    assert_int_equal(policy_key_find("fee.renewa"), POLICY_KEY_UNKNOWN);
    assert_int_equal(policy_key_find(""), POLICY_KEY_UNKNOWN);
}

static void
policy_value_format_speaks_in_units(void **unused)
{
    (void)unused;
    static const struct {
        enum policy_unit unit;
        uint32_t value;
        const char *want;
    } cases[] = {
        { POLICY_FEN, 2000, "20.00 yuan" },
        { POLICY_FEN, 5, "0.05 yuan" },
        { POLICY_PERCENT, 50, "50 %" },
        { POLICY_YEARS, 0, "long-term" },
        { POLICY_YEARS, 10, "10 years" },
        { POLICY_MONTHS, 1, "1 month" },
        { POLICY_DAYS, 0, "0 days" },
        { POLICY_WORKING_DAYS, 2, "2 working days" },
        { POLICY_FLAG, 0, "no" },
        { POLICY_FLAG, 1, "yes" },
        { POLICY_DAYS, UINT32_MAX, "4294967295 days" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[POLICY_VALUE_BYTES];
        policy_value_format(cases[i].unit, cases[i].value, text);
        assert_string_equal(text, cases[i].want);
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policy_value_prefers_the_province_then_the_later_beginning),
        cmocka_unit_test(policy_find_tells_the_rule_or_none),
        cmocka_unit_test(policy_of_case_asks_the_place_that_decides),
        cmocka_unit_test(policy_standards_are_the_law_s),
        cmocka_unit_test(policy_keys_are_sound),
        cmocka_unit_test(policy_value_format_speaks_in_units),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
