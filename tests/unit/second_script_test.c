/* SPDX-License-Identifier: Apache-2.0
 *
 * second_script - which names and addresses may stand on a card beside the Chinese ones. All of
 * them are synthetic.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/second_script.h"

#define COUNT(table)   (sizeof(table) / sizeof *(table))
#define TIMES_10(text) text text text text text text text text text text

static void
second_script_check_takes_the_scripts_of_autonomous_areas(void **unused)
{
    (void)unused;
    static const struct second_script cases[] = {
        { "", "" },
        { "ئايگۈل مەمەت", "قەشقەر شەھىرى ئۈستەڭبويى يولى 12-قورۇ" }, /* Uyghur */
        { "ئايگۈل·مەمەت", "" },                                      /* with the separator */
        { "Айгүл Қасым", "Құлжа қаласы, 3-үй" },                     /* Kazakh, Cyrillic */
        { "ᠰᠠᠷᠠᠨ\u202Fᠤ", "ᠬᠥᠬᠡᠬᠣᠲᠠ\u180E᠎ᠠ" },                      /* Mongolian */
        { "བསྟན་འཛིན་སྒྲོལ་མ", "ལྷ་ས་གྲོང་ཁྱེར། 8" },                          /* Tibetan */
        { "Vangz Siujmeiz", "Nanzningz Si, Cinghsiu Gih 8 hauh" },   /* Zhuang */
        { "ꀊꐂꀋꅪ", "ꆀꎭ" },                                      /* Yi */
        { "김영희", "연길시 하남가 8" },                             /* Korean */
        { TIMES_10("ئئئئئ"), "" },                                   /* 50 letters */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct refusal refusal = { 0 };
        if (second_script_check(&cases[i], "form.", &refusal) != OK)
            fail_msg("%zu: %s %s", i, refusal.field, refusal.rule);
        assert_int_equal(second_script_given(&cases[i]), i > 0);
    }
}

static void
second_script_check_tells_the_field_and_the_rule(void **unused)
{
    (void)unused;
    static const char name[] = "form.second_script_name", address[] = "form.second_script_address";
    static const struct {
        struct second_script script;
        enum refusal_code code;
        const char *field;
    } cases[] = {
        { { "王芳", "" }, REFUSAL_NAME_INVALID, name },
        { { "ئايگۈل 王", "" }, REFUSAL_NAME_INVALID, name },
        { { "ئايگۈل𠮷", "" }, REFUSAL_NAME_INVALID, name },
        { { "ئايگۈل 1", "" }, REFUSAL_NAME_INVALID, name },
        { { "<b>", "" }, REFUSAL_NAME_INVALID, name },
        { { "\uE264\uE2B5", "" }, REFUSAL_NAME_INVALID, name }, /* Mongolian of former fonts */
        { { "", "قەشقەر" }, REFUSAL_NAME_INVALID, name },
        { { " ئايگۈل", "" }, REFUSAL_FIELD_OUT_OF_BOUNDS, name },
        { { "ئاي\nگۈل", "" }, REFUSAL_FIELD_OUT_OF_BOUNDS, name },
        { { "\u202Eئايگۈل", "" }, REFUSAL_FIELD_OUT_OF_BOUNDS, name },
        { { "ئاي\xFF", "" }, REFUSAL_FIELD_OUT_OF_BOUNDS, name },
        { { TIMES_10("བསྟན་འ"), "" }, REFUSAL_FIELD_OUT_OF_BOUNDS, name }, /* 210 bytes */
        { { "ئايگۈل", "قەشقەر\t8" }, REFUSAL_FIELD_OUT_OF_BOUNDS, address },
        { { "ئايگۈل", "قەشقەر 路" }, REFUSAL_FIELD_OUT_OF_BOUNDS, address },
        { { "ئايگۈل", "\U000F0000" }, REFUSAL_FIELD_OUT_OF_BOUNDS, address },
        { { "ئايگۈل", TIMES_10(TIMES_10("ང་ང")) }, REFUSAL_FIELD_OUT_OF_BOUNDS, address },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct refusal refusal = { 0 };
        if (second_script_check(&cases[i].script, "form.", &refusal) != ERR_REFUSED)
            fail_msg("%zu was taken", i);
        if (refusal.code != cases[i].code || strcmp(refusal.field, cases[i].field) != 0)
            fail_msg("%zu: %s %s", i, refusal_name(refusal.code), refusal.field);
        assert_null(strstr(refusal.rule, "ئايگۈل")); /* a rule names nobody */
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(second_script_check_takes_the_scripts_of_autonomous_areas),
        cmocka_unit_test(second_script_check_tells_the_field_and_the_rule),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
