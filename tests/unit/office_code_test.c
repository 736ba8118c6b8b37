/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/office_code.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
office_code_check_tells_the_rule(void **unused)
{
    (void)unused;
    static const char division[] = "must begin with the six-digit code of a county-level division";
    static const struct {
        const char *text;
        const char *rule; /* NULL is an office code */
    } cases[] = {
        { "110105000000", NULL },
        { "110105AB0Z9Y", NULL },
        { "110103000000", NULL }, /* 崇文区, abolished in 2010 */
        { "441900000000", NULL },
        { "", "must have 12 characters" },
        { "11010500000", "must have 12 characters" },
        { "1101050000000", "must have 12 characters" },
        { "110105ab0000", "must hold only digits and capital letters" },
        { "110105 00000", "must hold only digits and capital letters" },
        { "110105é0000", "must hold only digits and capital letters" },
        { "110105/../..", "must hold only digits and capital letters" },
        { "999999000000", division },
        { "110000000000", division },
        { "ABCDEF000000", division },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct refusal refusal = { 0 };
        assert_int_equal(office_code_check(cases[i].text, "office", &refusal),
                         cases[i].rule == NULL ? OK : ERR_REFUSED);
        if (cases[i].rule == NULL)
            continue;
        assert_int_equal(refusal.code, REFUSAL_OFFICE_CODE_INVALID);
        assert_string_equal(refusal.field, "office");
        assert_string_equal(refusal.rule, cases[i].rule);
    }
}

static void
office_code_begins_with_its_division(void **unused)
{
    (void)unused;
    char division[DIVISION_CHARS + 1];
    office_code_division("110105AB0000", division);
    assert_string_equal(division, "110105");
    office_code_division("11010", division);
    assert_string_equal(division, "");
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(office_code_check_tells_the_rule),
        cmocka_unit_test(office_code_begins_with_its_division),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
