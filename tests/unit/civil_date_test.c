/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
civil_date_knows_the_calendar(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t date;
        bool valid;
    } cases[] = {
        { 18000101, true },  { 29991231, true },  { 17991231, false }, { 30000101, false },
        { 0, false },        { 20240229, true },  { 20230229, false }, { 20000229, true },
        { 19000229, false }, { 20261131, false }, { 20261130, true },  { 20260001, false },
        { 20261301, false }, { 20260100, false }, { 20260132, false }, { UINT32_MAX, false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct refusal refusal = { 0 };
        enum result want = cases[i].valid ? OK : ERR_REFUSED;
        assert_int_equal(civil_date_valid(cases[i].date), cases[i].valid);
        assert_int_equal(civil_date_check(cases[i].date, "form.person.birth_date", &refusal), want);
        if (cases[i].valid)
            continue;
        assert_int_equal(refusal.code, REFUSAL_DATE_INVALID);
        assert_string_equal(refusal.field, "form.person.birth_date");
    }
}

static void
civil_date_decodes_eight_digits(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        uint32_t want; /* 0 is refused */
    } cases[] = {
        { "20261122", 20261122 },
        { "20261122001X", 20261122 },
        { "20261132", 0 },
        { "2026112", 0 },
        { "", 0 },
        { "2026-1-2", 0 },
        { " 2026112", 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint32_t date = 0;
        assert_int_equal(civil_date_decode(cases[i].text, &date),
                         cases[i].want == 0 ? ERR_REFUSED : OK);
        assert_int_equal(date, cases[i].want);
    }
}

static void
civil_date_formats_as_iso_8601(void **unused)
{
    (void)unused;
    char text[CIVIL_DATE_TEXT_BYTES];
    civil_date_format(20260203, text);
    assert_string_equal(text, "2026-02-03");
    civil_date_format(UINT32_MAX, text); /* no date, but it fits */
}

static void
civil_date_adds_years_and_never_grows_a_leap_day(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t date;
        unsigned years;
        uint32_t want;
    } cases[] = {
        { 20261122, 10, 20361122 },
        { 20240229, 5, 20290228 },
        { 20240229, 20, 20440229 },
        { 20800229, 20, 21000228 },
        { 20261122, 0, 20261122 },
        { 29951231, 5, CIVIL_DATE_MAX },
        { 20261122, UINT32_MAX, CIVIL_DATE_MAX },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(civil_date_add_years(cases[i].date, cases[i].years), cases[i].want);
}

static void
civil_date_adds_months_and_ends_with_the_month(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t date;
        unsigned months;
        uint32_t want;
    } cases[] = {
        { 20261122, 0, 20261122 },   { 20261122, 3, 20270222 }, { 20261130, 3, 20270228 },
        { 20231130, 3, 20240229 },   { 20260131, 1, 20260228 }, { 20261231, 12, 20271231 },
        { 20261201, 1, 20270101 },   { 20260831, 6, 20270228 }, { 29991130, 2, CIVIL_DATE_MAX },
        { 20260101, 120, 20360101 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(civil_date_add_months(cases[i].date, cases[i].months), cases[i].want);
    (void)civil_date_add_months(0, UINT32_MAX); /* of no date the answer means nothing */
    (void)civil_date_add_months(UINT32_MAX, UINT32_MAX);
}

static void
civil_date_counts_days(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t from;
        int32_t days;
        uint32_t to;
    } cases[] = {
        { 20261122, 0, 20261122 }, { 20261122, 60, 20270121 },     { 20240228, 2, 20240301 },
        { 20230228, 1, 20230301 }, { 20261231, 1, 20270101 },      { 20270101, -1, 20261231 },
        { 19691231, 1, 19700101 }, { 20000101, -36524, 19000101 }, { 18000101, 438290, 29991231 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(civil_date_days_between(cases[i].from, cases[i].to), cases[i].days);
        assert_int_equal(civil_date_add_days(cases[i].from, cases[i].days), cases[i].to);
    }
    assert_int_equal(civil_date_add_days(29991231, 1), CIVIL_DATE_MAX);
    assert_int_equal(civil_date_add_days(18000101, -1), CIVIL_DATE_MIN);
}

/* Every day of the range follows the day before it. */
static void
civil_date_walks_through_twelve_centuries(void **unused)
{
    (void)unused;
    uint32_t date = CIVIL_DATE_MIN;
    enum weekday weekday = WEDNESDAY; /* 1 January 1800 */
    for (int32_t day = 0; date != CIVIL_DATE_MAX; day++) {
        if (!civil_date_valid(date) || civil_date_weekday(date) != weekday ||
            civil_date_days_between(CIVIL_DATE_MIN, date) != day)
            fail_msg("day %d is said to be %u", day, date);
        uint32_t next = civil_date_add_days(date, 1);
        bool follows = next == date + 1 || next % 100 == 1;
        if (next <= date || !follows || (next == date + 1 && !civil_date_valid(date + 1)) ||
            (next != date + 1 && civil_date_valid(date + 1)))
            fail_msg("%u does not follow %u", next, date);
        date = next;
        weekday = weekday == SUNDAY ? MONDAY : weekday + 1;
    }
}

static void
civil_date_ages_on_the_birthday(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t birth;
        uint32_t on;
        unsigned want;
    } cases[] = {
        { 20101122, 20261121, 15 },  { 20101122, 20261122, 16 }, { 20080229, 20250228, 16 },
        { 20080229, 20250301, 17 },  { 20261122, 20261122, 0 },  { 20261123, 20261122, 0 },
        { 19000101, 20261122, 126 },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(civil_date_age(cases[i].birth, cases[i].on), cases[i].want);
}

static void
civil_date_turns_at_midnight_in_beijing(void **unused)
{
    (void)unused;
    /* 22 November 2026, 16:00 in Greenwich is midnight in Beijing. */
    const uint64_t midnight_ms = UINT64_C(1795363200000);
    assert_int_equal(civil_date_of_ms(midnight_ms - 1), 20261122);
    assert_int_equal(civil_date_of_ms(midnight_ms), 20261123);
    assert_int_equal(civil_date_start_ms(20261123), midnight_ms);
    assert_int_equal(civil_date_end_ms(20261122), midnight_ms - 1);
    assert_int_equal(civil_date_weekday(20261122), SUNDAY);
    assert_int_equal(civil_date_of_ms(0), 19700101);
    assert_int_equal(civil_date_start_ms(19700101), 0);
    assert_int_equal(civil_date_end_ms(18000101), 0);
}

static void
civil_date_survives_any_clock_and_any_number(void **unused)
{
    (void)unused;
    static const uint32_t numbers[] = { 0, 1, 99, 9999, 20269999, 99999999, UINT32_MAX };
    assert_int_equal(civil_date_of_ms(UINT64_MAX), CIVIL_DATE_MAX);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        assert_in_range(civil_date_weekday(numbers[i]), MONDAY, SUNDAY);
        assert_true(civil_date_valid(civil_date_add_days(numbers[i], INT32_MAX)));
        assert_true(civil_date_valid(civil_date_add_days(numbers[i], INT32_MIN)));
        assert_true(civil_date_start_ms(numbers[i]) <= civil_date_end_ms(numbers[i]));
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(civil_date_knows_the_calendar),
        cmocka_unit_test(civil_date_decodes_eight_digits),
        cmocka_unit_test(civil_date_formats_as_iso_8601),
        cmocka_unit_test(civil_date_adds_years_and_never_grows_a_leap_day),
        cmocka_unit_test(civil_date_adds_months_and_ends_with_the_month),
        cmocka_unit_test(civil_date_counts_days),
        cmocka_unit_test(civil_date_walks_through_twelve_centuries),
        cmocka_unit_test(civil_date_ages_on_the_birthday),
        cmocka_unit_test(civil_date_turns_at_midnight_in_beijing),
        cmocka_unit_test(civil_date_survives_any_clock_and_any_number),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
