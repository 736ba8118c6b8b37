/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/text.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
text_next_decodes_every_length(void **unused)
{
    (void)unused;
    static const uint32_t want[] = { 'a', 0xB7, 0x4F60, 0x20000, 0x10FFFF };
    const char *cursor = "a·你𠀀\xF4\x8F\xBF\xBF";
    uint32_t code_point = 0;
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_true(text_next(&cursor, &code_point));
        assert_int_equal(code_point, want[i]);
    }
    assert_false(text_next(&cursor, &code_point));
    assert_int_equal(*cursor, '\0');
}

static void
text_next_stops_at_what_is_not_utf8(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "\x80",         "\xBF",          "\xC0\x80",         "\xC1\xBF",         "\xE0\x9F\xBF",
        "\xED\xA0\x80", "\xED\xBF\xBF",  "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xFF",         "\xC3",          "\xE4\xBD",         "\xF0\xA0\x80",     "\xC3(",
        "\xE4\xBD(",    "\xF0\xA0\x80(",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *cursor = cases[i];
        uint32_t code_point = 7;
        assert_false(text_next(&cursor, &code_point));
        assert_ptr_equal(cursor, cases[i]);
        assert_int_equal(code_point, 7);
    }
}

static void
text_check_tells_clean_text_from_the_rest(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        const char *rule; /* NULL is clean */
    } cases[] = {
        { "北京市朝阳区 建国路1号", NULL },
        { "No. 7, <b>", NULL }, /* what is not dangerous here is quoted where it would be */
        { "12", "must be 3 to 40 bytes long" },
        { "", "must be 3 to 40 bytes long" },
        { "01234567890123456789012345678901234567890", "must be 3 to 40 bytes long" },
        { "0123456789012345678901234567890123456789", NULL },
        { " abc", "must not begin or end with a space" },
        { "abc ", "must not begin or end with a space" },
        { "ab\ncd", "must not hold control or invisible characters" },
        { "ab\x7F"
          "cd",
          "must not hold control or invisible characters" },
        { "ab\xC2\x85"
          "cd",
          "must not hold control or invisible characters" },
        { "ab\xE2\x80\xAE"
          "cd",
          "must not hold control or invisible characters" }, /* U+202E */
        { "ab\xE2\x80\x8B"
          "cd",
          "must not hold control or invisible characters" }, /* U+200B */
        { "ab\xEF\xBB\xBF"
          "cd",
          "must not hold control or invisible characters" }, /* U+FEFF */
        { "ab\xEF\xBF\xBF"
          "cd",
          "must not hold control or invisible characters" }, /* U+FFFF */
        { "abc\xC3", "must be valid UTF-8" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct refusal refusal = { 0 };
        enum result result = text_check(cases[i].text, 3, 40, "form.person.address", &refusal);
        assert_int_equal(result, cases[i].rule == NULL ? OK : ERR_REFUSED);
        if (cases[i].rule == NULL)
            continue;
        assert_int_equal(refusal.code, REFUSAL_FIELD_OUT_OF_BOUNDS);
        assert_string_equal(refusal.field, "form.person.address");
        assert_string_equal(refusal.rule, cases[i].rule);
    }
}

static void
text_check_lets_an_optional_text_be_empty(void **unused)
{
    (void)unused;
    assert_int_equal(text_check("", 0, 40, "card_serial", NULL), OK);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_next_decodes_every_length),
        cmocka_unit_test(text_next_stops_at_what_is_not_utf8),
        cmocka_unit_test(text_check_tells_clean_text_from_the_rest),
        cmocka_unit_test(text_check_lets_an_optional_text_be_empty),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
