/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/ethnic_group.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
ethnic_group_finds_by_code_and_by_name(void **unused)
{
    (void)unused;
    static const struct {
        const char *code;
        const char *name;
        const char *short_name;
    } cases[] = {
        { "01", "汉族", "汉" }, { "05", "维吾尔族", "维吾尔" }, { "11", "满族", "满" },
        { "30", "土族", "土" }, { "15", "土家族", "土家" },     { "56", "基诺族", "基诺" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(ethnic_group_find(cases[i].code)->name, cases[i].name);
        assert_string_equal(ethnic_group_find_by_name(cases[i].name)->code, cases[i].code);
        assert_string_equal(ethnic_group_find_by_name(cases[i].short_name)->code, cases[i].code);
    }
}

static void
ethnic_group_table_has_56_groups_each_found_by_its_names(void **unused)
{
    (void)unused;
    size_t count = 0;
    const struct ethnic_group *groups = ethnic_group_table(&count);
    assert_int_equal(count, 56);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(ethnic_group_find(groups[i].code), &groups[i]);
        assert_ptr_equal(ethnic_group_find_by_name(groups[i].name), &groups[i]);
        assert_int_equal(ethnic_group_check(groups[i].code, "", NULL), OK);
    }
}

static void
ethnic_group_refuses_other_codes(void **unused)
{
    (void)unused;
    static const char *const codes[] = { "", "0", "00", "57", "97", "1", "001", "HA", "汉族" };
    for (size_t i = 0; i < COUNT(codes); i++) {
        struct refusal refusal = { 0 };
        assert_null(ethnic_group_find(codes[i]));
        assert_int_equal(ethnic_group_check(codes[i], "form.person.ethnic_group", &refusal),
                         ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_ETHNIC_GROUP_UNKNOWN);
        assert_string_equal(refusal.field, "form.person.ethnic_group");
        assert_string_equal(refusal.rule, "must be a two-digit code from 01 to 56");
    }
}

static void
ethnic_group_does_not_find_other_names(void **unused)
{
    (void)unused;
    static const char *const names[] = { "", "族", "汉人", "汉族族", "Han", "维", "\xE6" };
    for (size_t i = 0; i < COUNT(names); i++)
        assert_null(ethnic_group_find_by_name(names[i]));
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ethnic_group_finds_by_code_and_by_name),
        cmocka_unit_test(ethnic_group_table_has_56_groups_each_found_by_its_names),
        cmocka_unit_test(ethnic_group_refuses_other_codes),
        cmocka_unit_test(ethnic_group_does_not_find_other_names),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
