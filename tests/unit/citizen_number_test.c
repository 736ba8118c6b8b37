/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/citizen_number.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct {
    const char *number;
    uint32_t birth_date;
    enum sex sex;
} valid[] = {
    { "11010519491231002X", 19491231, SEX_FEMALE }, { "440524188001010014", 18800101, SEX_MALE },
    { "540102190002280020", 19000228, SEX_FEMALE }, { "310101190002280013", 19000228, SEX_MALE },
    { "51010419000228001X", 19000228, SEX_MALE },
};

static void
citizen_number_reads_birth_date_and_sex(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(valid); i++) {
        const char *number = valid[i].number;
        assert_int_equal(citizen_number_check(number, "form.person.citizen_number", NULL), OK);
        assert_int_equal(citizen_number_birth_date(number), valid[i].birth_date);
        assert_int_equal(citizen_number_sex(number), valid[i].sex);
        assert_int_equal(citizen_number_check_character(number), number[17]);
    }
}

static void
citizen_number_check_tells_the_rule(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        const char *rule;
    } cases[] = {
        { "", "must have 18 characters" },
        { "11010519491231002", "must have 18 characters" },
        { "11010519491231002X1", "must have 18 characters" },
        { "110105491231002", "must have 18 characters" }, /* the number of 1984 had 15 */
        { "11010519491231002x", "the check character must be written as a capital X" },
        { "11010519491231002A", "the last character must be a digit or a capital X" },
        { "1101O519491231002X", "the first 17 characters must be digits" },
        { " 1010519491231002X", "the first 17 characters must be digits" },
        { "11010519491331002X", "digits 7 to 14 must be a birth date, YYYYMMDD" },
        { "11010519000229002X", "digits 7 to 14 must be a birth date, YYYYMMDD" },
        { "110105179912310020", "digits 7 to 14 must be a birth date, YYYYMMDD" },
        { "110105187912310020", "digits 7 to 14 must be a birth date from 18800101 on" },
        { "110105194912310021",
          "the check character does not fit the digits; a digit is mistyped" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct refusal refusal = { 0 };
        assert_int_equal(
            citizen_number_check(cases[i].text, "form.guardian.citizen_number", &refusal),
            ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_CITIZEN_NUMBER_INVALID);
        assert_string_equal(refusal.field, "form.guardian.citizen_number");
        assert_string_equal(refusal.rule, cases[i].rule);
    }
}

static void
citizen_number_never_judges_the_division(void **unused)
{
    (void)unused;
    static const char *const divisions[] = { "110103", "132201", "000000", "999999" };
    for (size_t i = 0; i < COUNT(divisions); i++) {
        char number[CITIZEN_NUMBER_CHARS + 1] = "00000019900101001?";
        memcpy(number, divisions[i], 6);
        number[17] = citizen_number_check_character(number);
        assert_int_equal(citizen_number_check(number, "", NULL), OK);
    }
}

static void
citizen_number_finds_every_wrong_digit_and_every_swap(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(valid); i++)
        for (size_t at = 0; at < CITIZEN_NUMBER_CHARS; at++) {
            char number[CITIZEN_NUMBER_CHARS + 1];
            for (const char *c = "0123456789X"; *c != '\0'; c++) {
                strcpy(number, valid[i].number);
                number[at] = *c;
                assert_int_equal(citizen_number_check(number, "", NULL),
                                 *c == valid[i].number[at] ? OK : ERR_REFUSED);
            }
            strcpy(number, valid[i].number);
            if (at == 0 || number[at] == number[at - 1])
                continue;
            number[at] = valid[i].number[at - 1];
            number[at - 1] = valid[i].number[at];
            assert_int_equal(citizen_number_check(number, "", NULL), ERR_REFUSED);
        }
}

static void
citizen_number_refusals_hold_no_digit_of_it(void **unused)
{
    (void)unused;
    struct refusal refusal = { 0 };
    assert_int_equal(citizen_number_check("110105194912310021", "", &refusal), ERR_REFUSED);
    assert_null(strpbrk(refusal.rule, "0123456789"));
}

static void
citizen_number_mask_shows_both_ends(void **unused)
{
    (void)unused;
    static const struct {
        const char *number;
        const char *want;
    } cases[] = {
        { "11010519491231002X", "1101**********002X" },
        { "", "******************" },
        { "110105194912310", "******************" },
        { "11010519491231002X11010519491231002X", "******************" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char masked[CITIZEN_NUMBER_CHARS + 1];
        citizen_number_mask(cases[i].number, masked);
        assert_string_equal(masked, cases[i].want);
    }
}

static void
citizen_number_parts_of_other_texts_are_nothing(void **unused)
{
    (void)unused;
    static const char *const texts[] = { "", "11", "11010519491231002X1" };
    for (size_t i = 0; i < COUNT(texts); i++) {
        assert_int_equal(citizen_number_birth_date(texts[i]), 0);
        assert_int_equal(citizen_number_sex(texts[i]), SEX_UNKNOWN);
    }
    assert_int_equal(citizen_number_birth_date("11010519491331002X"), 0);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(citizen_number_reads_birth_date_and_sex),
        cmocka_unit_test(citizen_number_check_tells_the_rule),
        cmocka_unit_test(citizen_number_never_judges_the_division),
        cmocka_unit_test(citizen_number_finds_every_wrong_digit_and_every_swap),
        cmocka_unit_test(citizen_number_refusals_hold_no_digit_of_it),
        cmocka_unit_test(citizen_number_mask_shows_both_ends),
        cmocka_unit_test(citizen_number_parts_of_other_texts_are_nothing),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
