/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/core/format.h"

static void
format_text_leaves_what_fits_alone(void **unused)
{
    (void)unused;
    char buffer[16];
    format_text(buffer, sizeof buffer, "%s-%d", "张三", 7);
    assert_string_equal(buffer, "张三-7");
}

static void
format_text_cuts_between_characters(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        size_t room;
        const char *want;
    } cases[] = {
        { "abcdef", 4, "abc" }, { "张三", 7, "张三" }, { "张三", 6, "张" }, { "张三", 5, "张" },
        { "张三", 4, "张" },    { "张三", 3, "" },     { "张三", 1, "" },   { "a𠀀b", 5, "a" },
        { "a𠀀b", 6, "a𠀀" },   { "aéb", 3, "a" },     { "aéb", 4, "aé" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char buffer[16];
        memset(buffer, 'x', sizeof buffer);
        format_text(buffer, cases[i].room, "%s", cases[i].text);
        assert_string_equal(buffer, cases[i].want);
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(format_text_leaves_what_fits_alone),
        cmocka_unit_test(format_text_cuts_between_characters),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
