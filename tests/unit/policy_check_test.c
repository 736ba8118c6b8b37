/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/policy_check.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The field of the first rule that a test adds. */
#define ADDED(name) (snprintf(field, sizeof field, "rules[%d]" name, POLICY_KEY_COUNT), field)

enum { RULES_MAX = POLICY_KEY_COUNT + 8, FAULTS_MAX = 64 };

/* Every key nationwide from 2020 on; a test changes what it needs. */
struct draft {
    struct policy_rule rules[RULES_MAX];
    struct policy policy;
    struct policy_fault faults[FAULTS_MAX];
    size_t fault_count;
};

static void
draft_init(struct draft *draft)
{
    *draft = (struct draft){ .policy = { .rules = draft->rules, .rule_count = POLICY_KEY_COUNT } };
    for (int key = 0; key < POLICY_KEY_COUNT; key++) {
        const struct policy_key_info *info = policy_key_info((enum policy_key)key);
        draft->rules[key] = (struct policy_rule){
            (enum policy_key)key, info->key, info->standard, 20200101, 0, "", ""
        };
    }
}

static struct policy_rule *
draft_add(struct draft *draft, enum policy_key key, uint32_t from, uint32_t until,
          const char *province)
{
    const struct policy_key_info *info = policy_key_info(key);
    struct policy_rule *rule = &draft->rules[draft->policy.rule_count++];
    *rule = (struct policy_rule){ key, info->key, info->standard, from, until, province, "" };
    return rule;
}

static void
keep(void *context, const struct policy_fault *fault)
{
    struct draft *draft = context;
    assert_in_range(draft->fault_count, 0, FAULTS_MAX - 1);
    draft->faults[draft->fault_count++] = *fault;
}

static size_t
check(struct draft *draft)
{
    draft->fault_count = 0;
    size_t count = policy_check(&draft->policy, keep, draft);
    assert_int_equal(count, draft->fault_count);
    return draft->fault_count;
}

/* There is one fault, of that kind, at that place, in these words. */
static void
expect_fault(struct draft *draft, enum policy_fault_kind kind, const char *field, const char *text)
{
    if (check(draft) != 1)
        fail_msg("%zu faults, the first one: %s", draft->fault_count, draft->faults[0].text);
    assert_int_equal(draft->faults[0].kind, kind);
    assert_string_equal(draft->faults[0].field, field);
    assert_string_equal(draft->faults[0].text, text);
}

static void
policy_check_finds_nothing_in_a_whole_policy(void **unused)
{
    (void)unused;
    struct draft draft;
    draft_init(&draft);
    assert_int_equal(check(&draft), 0);
    draft_add(&draft, POLICY_FEE_RENEWAL, 20210101, 20211231, "54");
    draft_add(&draft, POLICY_FEE_RENEWAL, 20220101, 0, "54"); /* the day after */
    draft_add(&draft, POLICY_FEE_RENEWAL, 20210601, 0, "63"); /* another province */
    draft.rules[POLICY_FEE_RENEWAL].until = 20231231;
    draft_add(&draft, POLICY_FEE_RENEWAL, 20240101, 0, "");
    assert_int_equal(check(&draft), 0);
}

static void
policy_check_finds_what_is_wrong_with_one_rule(void **unused)
{
    (void)unused;
    char field[POLICY_FAULT_FIELD_BYTES];
    struct draft draft;
    draft_init(&draft);
    draft.rules[POLICY_WELFARE_FIRST].value = 101;
    expect_fault(&draft, POLICY_FAULT_VALUE, "rules[8].value",
                 "waiver.welfare.first: 101 is not within 0 (0 %) and 100 (100 %)");
    draft_init(&draft);
    struct policy_rule *rule = draft_add(&draft, POLICY_FEE_RENEWAL, 20200101, 0, "55");
    expect_fault(&draft, POLICY_FAULT_PROVINCE, ADDED(".province"),
                 "fee.renewal: 55 are not the first two digits of a province");
    rule->province = "5";
    assert_int_equal(check(&draft), 1);
    rule->province = "54";
    rule->until = 20191231;
    expect_fault(&draft, POLICY_FAULT_DATES, ADDED(".from"),
                 "fee.renewal: from 20200101 until 20191231 is no period");
    rule->until = 20230229;
    assert_int_equal(check(&draft), 1);
    *rule = (struct policy_rule){ POLICY_KEY_UNKNOWN, "fee.renewl", 1, 20200101, 0, "", "" };
    expect_fault(&draft, POLICY_FAULT_UNKNOWN_KEY, ADDED(".key"),
                 "fee.renewl: there is no such key");
}

static void
policy_check_finds_conflicts(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t from, until, other_from, other_until;
        bool conflict;
    } pairs[] = {
        { 20210101, 20211231, 20211231, 20221231, true },
        { 20210101, 20211231, 20220101, 20221231, false },
        { 20220101, 20221231, 20210101, 20211231, false },
        { 20210101, 0, 20990101, 0, true },
        { 20990101, 0, 20210101, 0, true },
        { 20210101, 20210101, 20210101, 20210101, true },
        { 20210601, 20210630, 20210101, 0, true },
        { 20210101, 20210531, 20210601, 0, false },
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct draft draft;
        draft_init(&draft);
        draft_add(&draft, POLICY_FEE_RENEWAL, pairs[i].from, pairs[i].until, "54");
        draft_add(&draft, POLICY_FEE_RENEWAL, pairs[i].other_from, pairs[i].other_until, "54");
        draft_add(&draft, POLICY_FEE_DAMAGED, pairs[i].other_from, pairs[i].other_until, "54");
        assert_int_equal(check(&draft), pairs[i].conflict);
        if (pairs[i].conflict)
            assert_int_equal(draft.faults[0].kind, POLICY_FAULT_CONFLICT);
    }
    char field[POLICY_FAULT_FIELD_BYTES];
    struct draft draft;
    draft_init(&draft);
    draft_add(&draft, POLICY_FEE_RENEWAL, 20260101, 20261231, "");
    expect_fault(&draft, POLICY_FAULT_CONFLICT, ADDED(".from"),
                 "fee.renewal nationwide: the rule for 2026-01-01 to 2026-12-31 meets that for "
                 "2020-01-01 on");
}

static void
policy_check_finds_gaps(void **unused)
{
    (void)unused;
    struct draft draft;
    draft_init(&draft);
    draft.rules[POLICY_FEE_RENEWAL].until = 20251231;
    expect_fault(&draft, POLICY_FAULT_GAP, "rules",
                 "fee.renewal: no nationwide rule for 2026-01-01 on");
    draft_add(&draft, POLICY_FEE_RENEWAL, 20260301, 0, "");
    expect_fault(&draft, POLICY_FAULT_GAP, "rules",
                 "fee.renewal: no nationwide rule for 2026-01-01 to 2026-02-28");
    draft_add(&draft, POLICY_FEE_RENEWAL, 20260101, 20260228, "");
    assert_int_equal(check(&draft), 0);
    draft_add(&draft, POLICY_FEE_DAMAGED, 20191201, 20191231, "54"); /* the policy begins earlier */
    assert_int_equal(check(&draft), POLICY_KEY_COUNT);
    for (size_t i = 0; i < draft.fault_count; i++) {
        assert_int_equal(draft.faults[i].kind, POLICY_FAULT_GAP);
        assert_non_null(strstr(draft.faults[i].text, "2019-12-01 to 2019-12-31"));
    }
}

static void
policy_check_finds_keys_without_a_rule(void **unused)
{
    (void)unused;
    struct draft draft;
    draft_init(&draft);
    draft.rules[POLICY_DEADLINE_STATUTORY].province = "54";
    expect_fault(&draft, POLICY_FAULT_UNNAMED_KEY, "rules",
                 "deadline.statutory: no nationwide rule; its standard would hold: 60 (60 days)");
    assert_true(policy_fault_is_light(POLICY_FAULT_UNNAMED_KEY));
    assert_false(policy_fault_is_light(POLICY_FAULT_GAP));
}

static void
policy_check_finds_faults_of_the_calendar(void **unused)
{
    (void)unused;
    static const uint32_t good[] = { 20261001, 20261002 };
    static const uint32_t unsorted[] = { 20261002, 20261001 };
    static const uint32_t twice[] = { 20261001, 20261001 };
    static const uint32_t no_date[] = { 20261032 };
    static const uint32_t thursday[] = { 20261008 };
    static const uint32_t saturday[] = { 20261010 };
    struct draft draft;
    draft_init(&draft);
    draft.policy.calendar = (struct calendar){ good, 2, saturday, 1 };
    assert_int_equal(check(&draft), 0);
    draft.policy.calendar.holidays = unsorted;
    assert_int_equal(check(&draft), 1);
    draft.policy.calendar.holidays = twice;
    expect_fault(&draft, POLICY_FAULT_CALENDAR, "calendar.holidays[1]",
                 "20261001 is there twice, or after a later date");
    draft.policy.calendar = (struct calendar){ no_date, 1, NULL, 0 };
    expect_fault(&draft, POLICY_FAULT_CALENDAR, "calendar.holidays[0]", "20261032 is no date");
    draft.policy.calendar = (struct calendar){ NULL, 0, thursday, 1 };
    expect_fault(&draft, POLICY_FAULT_CALENDAR, "calendar.working_weekends[0]",
                 "2026-10-08 is no Saturday and no Sunday, but is to be worked as one");
    draft.policy.calendar = (struct calendar){ saturday, 1, saturday, 1 };
    expect_fault(&draft, POLICY_FAULT_CALENDAR, "calendar.working_weekends[0]",
                 "2026-10-10 is a holiday and a working day");
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policy_check_finds_nothing_in_a_whole_policy),
        cmocka_unit_test(policy_check_finds_what_is_wrong_with_one_rule),
        cmocka_unit_test(policy_check_finds_conflicts),
        cmocka_unit_test(policy_check_finds_gaps),
        cmocka_unit_test(policy_check_finds_keys_without_a_rule),
        cmocka_unit_test(policy_check_finds_faults_of_the_calendar),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
