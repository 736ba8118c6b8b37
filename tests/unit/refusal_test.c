/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/core/refusal.h"

static void
every_refusal_is_found_again_by_its_name(void **unused)
{
    (void)unused;
    for (int code = REFUSAL_NONE + 1; code < REFUSAL_CODE_COUNT; code++)
        assert_int_equal(refusal_find(refusal_name((enum refusal_code)code)), code);
}

static void
refusal_names_and_meanings_are_unique(void **unused)
{
    (void)unused;
    for (int a = 0; a < REFUSAL_CODE_COUNT; a++)
        for (int b = 0; b < a; b++) {
            assert_string_not_equal(refusal_name((enum refusal_code)a),
                                    refusal_name((enum refusal_code)b));
            assert_string_not_equal(refusal_meaning((enum refusal_code)a),
                                    refusal_meaning((enum refusal_code)b));
            assert_string_not_equal(refusal_meaning_chinese((enum refusal_code)a),
                                    refusal_meaning_chinese((enum refusal_code)b));
        }
}

/* The one is ASCII, the other not. */
static void
refusal_meanings_are_in_two_languages(void **unused)
{
    (void)unused;
    for (int code = 0; code < REFUSAL_CODE_COUNT; code++) {
        const char *chinese = refusal_meaning_chinese((enum refusal_code)code);
        size_t others = 0;
        for (const char *at = refusal_meaning((enum refusal_code)code); *at != '\0'; at++)
            assert_in_range(*at, ' ', '~');
        for (const char *at = chinese; *at != '\0'; at++)
            others += (unsigned char)*at >= 0xE3; /* begins a Chinese character */
        assert_in_range(others, 4, 80);
        assert_in_range(strlen(chinese), 1, 240);
    }
}

/* They travel in fields of 1 to 40 bytes and stand in scripts. */
static void
refusal_names_are_short_capital_words(void **unused)
{
    (void)unused;
    for (int code = 0; code < REFUSAL_CODE_COUNT; code++) {
        const char *name = refusal_name((enum refusal_code)code);
        assert_in_range(strlen(name), 1, 40);
        for (const char *at = name; *at != '\0'; at++)
            assert_true((*at >= 'A' && *at <= 'Z') || *at == '_');
        assert_in_range(strlen(refusal_meaning((enum refusal_code)code)), 1, 240);
    }
}

static void
refusal_find_knows_no_other_names(void **unused)
{
    (void)unused;
    static const char *const names[] = { "", "NONE", "fee_mismatch", "FEE_MISMATCH ", "FEE" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(refusal_find(names[i]), REFUSAL_NONE);
}

static void
refuse_fills_in_the_refusal(void **unused)
{
    (void)unused;
    struct refusal refusal = { 0 };
    assert_int_equal(refuse(&refusal, REFUSAL_FEE_MISMATCH, "form.fee_fen", "%d fen are due", 20),
                     ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_FEE_MISMATCH);
    assert_string_equal(refusal.field, "form.fee_fen");
    assert_string_equal(refusal.rule, "20 fen are due");
}

static void
refuse_cuts_what_is_too_long(void **unused)
{
    (void)unused;
    char text[1001];
    memset(text, 'x', 1000);
    text[1000] = '\0';
    struct refusal refusal;
    assert_int_equal(refuse(&refusal, REFUSAL_MALFORMED, text, "%s", text), ERR_REFUSED);
    assert_int_equal(strlen(refusal.field), REFUSAL_FIELD_BYTES - 1);
    assert_int_equal(strlen(refusal.rule), REFUSAL_RULE_BYTES - 1);
}

static void
refuse_answers_those_who_do_not_want_to_know_why(void **unused)
{
    (void)unused;
    assert_int_equal(refuse(NULL, REFUSAL_MALFORMED, "", "%s", "no"), ERR_REFUSED);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refusal_is_found_again_by_its_name),
        cmocka_unit_test(refusal_names_and_meanings_are_unique),
        cmocka_unit_test(refusal_meanings_are_in_two_languages),
        cmocka_unit_test(refusal_names_are_short_capital_words),
        cmocka_unit_test(refusal_find_knows_no_other_names),
        cmocka_unit_test(refuse_fills_in_the_refusal),
        cmocka_unit_test(refuse_cuts_what_is_too_long),
        cmocka_unit_test(refuse_answers_those_who_do_not_want_to_know_why),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
