/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/domain/machine_result.h"

static const struct {
    const char *line;
    const char *case_number, *serial, *text;
    bool defective;
} good[] = {
    { "C1,S1,ok", "C1", "S1", "", false },
    { "C1,S1,ok,", "C1", "S1", "", false },
    { "C1,S1,defective,scratched", "C1", "S1", "scratched", true },
    { "\"C1\",\"S1\",\"defective\",\"\"\"x\"\", twice\"", "C1", "S1", "\"x\", twice", true },
};

static const struct {
    const char *line;
    enum refusal_code code;
    const char *field;
} bad[] = {
    { "", REFUSAL_CSV_INVALID, "" },
    { "C1,S1", REFUSAL_CSV_INVALID, "" },
    { "C1,S1,ok,,", REFUSAL_CSV_INVALID, "" },
    { "C1,\"S1,ok", REFUSAL_CSV_INVALID, "" },
    { "C1,S1,OK", REFUSAL_CSV_INVALID, "result" },
    { "C1,S1,", REFUSAL_CSV_INVALID, "result" },
    { "C1,S1,defective", REFUSAL_CSV_INVALID, "text" },
    { "C1,S1,ok,scratched", REFUSAL_CSV_INVALID, "text" },
    { "C1,,ok", REFUSAL_FIELD_OUT_OF_BOUNDS, "serial" },
    { "C1,S\xFF,ok", REFUSAL_FIELD_OUT_OF_BOUNDS, "serial" },
    { "C1,12345678901234567890123456789012345678901,ok", REFUSAL_FIELD_OUT_OF_BOUNDS, "serial" },
};

static void
a_line_of_the_machine_is_taken_apart(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char line[100];
        struct machine_result result;
        snprintf(line, sizeof line, "%s", good[i].line);
        assert_int_equal(machine_result_parse(line, &result, NULL), OK);
        assert_string_equal(result.case_number, good[i].case_number);
        assert_string_equal(result.serial, good[i].serial);
        assert_string_equal(result.text, good[i].text);
        assert_int_equal(result.defective, good[i].defective);
    }
}

static void
a_line_that_is_none_is_refused_with_its_column(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[100];
        struct machine_result result;
        struct refusal refusal = { 0 };
        snprintf(line, sizeof line, "%s", bad[i].line);
        assert_int_equal(machine_result_parse(line, &result, &refusal), ERR_REFUSED);
        assert_int_equal(refusal.code, bad[i].code);
        assert_string_equal(refusal.field, bad[i].field);
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_the_machine_is_taken_apart),
        cmocka_unit_test(a_line_that_is_none_is_refused_with_its_column),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
