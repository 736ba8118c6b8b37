/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/check.h"
#include "common/domain/finding.h"

#define BIT(name) finding_bit(FINDING_##name)

static unsigned
count(uint32_t findings, enum check_outcome outcome)
{
    unsigned sum = 0;
    for (int check = 0; check < CHECK_COUNT; check++)
        sum += check_judge((enum check)check, findings) == outcome;
    return sum;
}

static void
without_a_finding_all_checks_pass(void **unused)
{
    (void)unused;
    assert_int_equal(count(0, CHECK_PASSED), CHECK_COUNT);
}

static void
each_finding_stands_against_one_check_as_severe_as_it_is(void **unused)
{
    (void)unused;
    for (int i = FINDING_FIRST_APPLICATION; i < FINDING_COUNT; i++) {
        enum finding finding = (enum finding)i;
        bool fails = finding_severity(finding) == FINDING_FAIL;
        assert_int_equal(count(finding_bit(finding), fails ? CHECK_FAILED : CHECK_DOUBTED), 1);
        assert_int_equal(count(finding_bit(finding), CHECK_PASSED), CHECK_COUNT - 1);
    }
}

static void
of_somebody_who_is_not_on_file_nothing_more_is_said(void **unused)
{
    (void)unused;
    assert_int_equal(check_judge(CHECK_ON_FILE, BIT(NOT_ON_FILE)), CHECK_FAILED);
    assert_int_equal(check_judge(CHECK_CREDIT, BIT(NOT_ON_FILE)), CHECK_NOT_MADE);
    assert_int_equal(check_judge(CHECK_POLICY, BIT(NOT_ON_FILE) | BIT(POLICY_OUTDATED)),
                     CHECK_DOUBTED);
    assert_int_equal(count(BIT(NOT_ON_FILE), CHECK_PASSED), 2);
}

static void
names_are_found_again_and_all_is_said_in_both_languages(void **unused)
{
    (void)unused;
    for (int i = 0; i < CHECK_COUNT; i++) {
        enum check check = (enum check)i;
        assert_int_equal(check_find(check_name(check)), check);
        assert_true(strlen(check_english(check)) > 0 && strlen(check_chinese(check)) > 0);
    }
    assert_int_equal(check_find("UNHEARD_OF"), CHECK_COUNT);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_finding_all_checks_pass),
        cmocka_unit_test(each_finding_stands_against_one_check_as_severe_as_it_is),
        cmocka_unit_test(of_somebody_who_is_not_on_file_nothing_more_is_said),
        cmocka_unit_test(names_are_found_again_and_all_is_said_in_both_languages),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
