/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/search_term.h"

/* No such case or citizen is known to anybody. */
#define CASE_NUMBER    "3101150000012611220000017G"
#define CITIZEN_NUMBER "11010519491231002X"

static void
assert_term(const char *typed, enum search_kind kind, const char *text)
{
    struct search_term term;
    struct refusal refusal = { 0 };
    if (search_term_read(typed, "search.text", &term, &refusal) != OK)
        fail_msg("%s: %s", typed, refusal.rule);
    assert_int_equal(term.kind, kind);
    assert_string_equal(term.text, text);
}

static void
assert_refused(const char *typed, enum refusal_code code)
{
    struct search_term term = { .kind = SEARCH_CASE, .text = "untouched" };
    struct refusal refusal = { 0 };
    assert_int_equal(search_term_read(typed, "search.text", &term, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, code);
    assert_string_equal(refusal.field, "search.text");
    assert_string_equal(term.text, "untouched");
}

static void
a_number_is_read_with_dashes_blanks_and_small_letters(void **unused)
{
    (void)unused;
    assert_term(CITIZEN_NUMBER, SEARCH_CITIZEN, CITIZEN_NUMBER);
    assert_term(" 110105 19491231 002x ", SEARCH_CITIZEN, CITIZEN_NUMBER);
    assert_term(CASE_NUMBER, SEARCH_CASE, CASE_NUMBER);
    assert_term("310115000001-261122-0000017-g", SEARCH_CASE, CASE_NUMBER);
}

static void
a_text_without_digits_is_the_beginning_of_a_name(void **unused)
{
    (void)unused;
    assert_term("张三", SEARCH_NAME, "张三");
    assert_term("  买买提· ", SEARCH_NAME, "买买提·");
    assert_term("Anna Maria", SEARCH_NAME, "Anna Maria");
    assert_term("\xF0\xA0\x80\x80", SEARCH_NAME, "\xF0\xA0\x80\x80");
}

static void
a_mistyped_number_is_told_from_one_that_is_not_known(void **unused)
{
    (void)unused;
    assert_refused("110105194912310021", REFUSAL_CITIZEN_NUMBER_INVALID);
    assert_refused("002X", REFUSAL_CITIZEN_NUMBER_INVALID);
    assert_refused("3101150000012611220000017T", REFUSAL_CASE_NUMBER_INVALID);
    assert_refused(CASE_NUMBER "0", REFUSAL_CASE_NUMBER_INVALID);
}

static void
what_is_empty_or_longer_than_any_name_is_refused(void **unused)
{
    char longest[PERSON_NAME_BYTES_MAX + 2];
    (void)unused;
    memset(longest, 'A', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_refused("", REFUSAL_NAME_INVALID);
    assert_refused("   ", REFUSAL_NAME_INVALID);
    assert_refused(longest, REFUSAL_NAME_INVALID);
    assert_term(longest + 1, SEARCH_NAME, longest + 1);
    longest[0] = '1';
    assert_refused(longest, REFUSAL_CASE_NUMBER_INVALID);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_read_with_dashes_blanks_and_small_letters),
        cmocka_unit_test(a_text_without_digits_is_the_beginning_of_a_name),
        cmocka_unit_test(a_mistyped_number_is_told_from_one_that_is_not_known),
        cmocka_unit_test(what_is_empty_or_longer_than_any_name_is_refused),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
