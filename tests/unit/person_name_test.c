/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/person.h"
#include "common/domain/person_name.h"
#include "common/domain/text.h"

#define COUNT(table)    (sizeof(table) / sizeof *(table))
#define REPEAT_5(text)  text text text text text
#define REPEAT_50(text) REPEAT_5(text text text text text text text text text text)

static void
person_name_takes_any_script(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        size_t units;
    } cases[] = {
        { "王", 1 },
        { "欧阳娜娜", 4 },
        { "买买提·吐尔逊", 7 },
        { "阿卜杜拉·阿卜杜热合曼·买买提明·依明江尼亚孜", 23 },
        { "𠮷野", 3 },     /* U+20BB7, plane 2 */
        { "𰻝𱁬", 4 }, /* plane 3 */
        { "〇々", 2 },
        { "བསྟན་འཛིན།", 10 },
        { "ᠪᠠᠶᠠᠷ", 5 },
        { "محمد", 4 },
        { "Anna Maria Müller", 17 },
        { "ئابدۇرېھىم·ئابلىز", 17 },
        { "བློ་བཟང་རྒྱ་མཚོ·བསྟན་འཛིན", 25 },
        { REPEAT_5("𠮷𠮷𠮷𠮷𠮷"), 50 }, /* 25 of the longest characters */
        { REPEAT_50("王"), 50 },
        { REPEAT_50("a"), 50 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct refusal refusal = { 0 };
        if (person_name_check(cases[i].name, "form.person.name", &refusal) != OK)
            fail_msg("%s: %s", cases[i].name, refusal.rule);
        assert_int_equal(text_utf16_units(cases[i].name), cases[i].units);
    }
}

static void
person_name_check_tells_the_rule(void **unused)
{
    (void)unused;
    static const char separator[] = "the separator · must stand between two characters";
    static const char space[] = "a space may stand only between two Latin letters";
    static const char sign[] = "must not hold punctuation or signs";
    static const char dot[] = "must not hold another dot; the separator is U+00B7 (·)";
    static const char hidden[] = "must not hold invisible characters";
    static const struct {
        const char *name;
        const char *rule;
    } cases[] = {
        { "", "must not be empty" },
        { REPEAT_50("𠮷"), "must have at most 150 bytes" },
        { REPEAT_50("a") "a", "must have at most 50 characters" },
        { "·王", separator },
        { "王·", separator },
        { "王··五", separator },
        { "Anna· Maria", separator },
        { "·", separator },
        { " 王", space },
        { "王 ", space },
        { "王 五", space },
        { "Anna  Maria", space },
        { "Anna ", space },
        { "王\t五", "must not hold control characters" },
        { "王\n", "must not hold control characters" },
        { "王\x7F", "must not hold control characters" },
        { "王5", "must not hold digits" },
        { "<b>", sign },
        { "王&五", sign },
        { "王\"", sign },
        { "O'Neill", sign },
        { "Anna-Maria", sign },
        { "王（五）", sign },
        { "王，五", sign },
        { "王😀", sign },
        { "王→", sign },
        { "买买提.吐尔逊", dot },
        { "买买提•吐尔逊", dot },
        { "买买提・吐尔逊", dot },
        { "买买提‧吐尔逊", dot },
        { "王\xE2\x80\x8B五", hidden },   /* U+200B */
        { "\xEF\xBB\xBF王", hidden },     /* U+FEFF */
        { "王\xE2\x80\xAE五", hidden },   /* U+202E */
        { "王\xEF\xBF\xBF", hidden },     /* U+FFFF */
        { "王\xF0\xAF\xBF\xBE", hidden }, /* U+2FFFE */
        { "محمد\u061C", hidden },
        { "王\u3164", hidden },
        { "王\U000E0041", "must not hold characters that no standard names" },
        { "王\U00050000", "must not hold characters that no standard names" },
        { "محمد٥", "must not hold digits" },
        { "محمد،", sign },
        { "王\xEE\xA1\xA3",
          "must not hold private-use characters, which differ from one computer to the next" },
        { "王\xE4\xBA", "must be valid UTF-8" },
        { "\xFF", "must be valid UTF-8" },
        { "王\xED\xA0\x80", "must be valid UTF-8" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct refusal refusal = { 0 };
        assert_int_equal(person_name_check(cases[i].name, "form.person.name", &refusal),
                         ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_NAME_INVALID);
        assert_string_equal(refusal.field, "form.person.name");
        assert_string_equal(refusal.rule, cases[i].rule);
    }
}

static void
person_name_refuses_every_other_ascii_character(void **unused)
{
    (void)unused;
    for (char c = 1; c < 0x7F; c++) {
        const char name[] = { 'A', c, 'a', '\0' };
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ' ';
        assert_int_equal(person_name_check(name, "", NULL), letter ? OK : ERR_REFUSED);
    }
}

static void
person_name_beyond_the_chip_is_still_a_name(void **unused)
{
    (void)unused;
    const char *name = "阿卜杜拉·阿卜杜热合曼·买买提明";
    assert_int_equal(person_name_check(name, "", NULL), OK);
    assert_true(text_utf16_units(name) > PERSON_NAME_CHIP_UNITS);
    assert_int_equal(text_utf16_units("𠮷𠮷𠮷𠮷𠮷𠮷𠮷王"), PERSON_NAME_CHIP_UNITS);
}

static void
person_name_mask_keeps_the_first_character(void **unused)
{
    (void)unused;
    static const struct {
        const char *name;
        const char *want;
    } cases[] = {
        { "王", "王" },      { "张三丰", "张**" }, { "𠮷野", "𠮷*" }, { "Anna Li", "A******" },
        { "买·提", "买**" }, { "", "" },           { "\xFF", "*" },   { "王\xFF", "王*" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char masked[PERSON_NAME_MASKED_BYTES];
        person_name_mask(cases[i].name, masked);
        assert_string_equal(masked, cases[i].want);
    }
}

static void
person_name_mask_stays_within_its_room(void **unused)
{
    (void)unused;
    char name[4 * PERSON_NAME_MASKED_BYTES + 1];
    char masked[PERSON_NAME_MASKED_BYTES];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    person_name_mask(name, masked);
    assert_true(strlen(masked) < sizeof masked);
    assert_int_equal(strspn(masked + 1, "*"), strlen(masked) - 1);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(person_name_takes_any_script),
        cmocka_unit_test(person_name_check_tells_the_rule),
        cmocka_unit_test(person_name_refuses_every_other_ascii_character),
        cmocka_unit_test(person_name_beyond_the_chip_is_still_a_name),
        cmocka_unit_test(person_name_mask_keeps_the_first_character),
        cmocka_unit_test(person_name_mask_stays_within_its_room),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
