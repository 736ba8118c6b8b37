/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/division.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void
division_finds_each_of_its_table(void **unused)
{
    (void)unused;
    size_t count = 0;
    const struct division *divisions = division_table(&count);
    assert_int_equal(count, 2850);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(division_find(divisions[i].code), &divisions[i]);
        assert_string_equal(division_province_name(divisions[i].code), divisions[i].province);
        assert_int_equal(division_check(divisions[i].code, "", NULL), OK);
    }
}

static void
division_find_gives_the_names(void **unused)
{
    (void)unused;
    static const struct {
        const char *code;
        const char *province;
        const char *prefecture;
        const char *county;
    } cases[] = {
        { "110105", "北京市", "市辖区", "朝阳区" },
        { "320106", "江苏省", "南京市", "鼓楼区" },
        { "441900", "广东省", "东莞市", "东莞市" }, /* a city without counties */
        { "620200", "甘肃省", "嘉峪关市", "嘉峪关市" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct division *division = division_find(cases[i].code);
        assert_non_null(division);
        assert_string_equal(division->province, cases[i].province);
        assert_string_equal(division->prefecture, cases[i].prefecture);
        assert_string_equal(division->county, cases[i].county);
        assert_true(division_is_county(cases[i].code));
    }
}

static void
division_check_tells_retired_from_unknown(void **unused)
{
    (void)unused;
    static const char unknown[] = "must be the six-digit code of a county-level division";
    static const struct {
        const char *code;
        const char *rule;
    } cases[] = {
        { "110103", "must be a current division; 110103 was abolished, see 110101 东城区" },
        { "130103",
          "must be a current division; 130103 was abolished, see 130102 长安区, 130104 桥西区" },
        /* As many of 15 as there is room for. */
        { "412223",
          "must be a current division; 412223 was abolished, see 410302 老城区, 410303 西工区, "
          "410304 瀍河回族区, 410305 涧西区, 410307 偃师区, 410308 孟津区, 410311 洛龙区, "
          "410323 新安县 and 7 more" },
        { "442101", "must be a current division; 442101 was abolished" },
        { "", unknown },
        { "11", unknown },
        { "110000", unknown },
        { "110100", unknown },
        { "999999", unknown },
        { "000000", unknown },
        { "1101050", unknown },
        { "11010A", unknown },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct refusal refusal = { 0 };
        assert_null(division_find(cases[i].code));
        assert_int_equal(
            division_check(cases[i].code, "form.person.registration_division", &refusal),
            ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_DIVISION_UNKNOWN);
        assert_string_equal(refusal.field, "form.person.registration_division");
        assert_string_equal(refusal.rule, cases[i].rule);
    }
}

/* The rule travels in a field of 240 bytes. */
static void
division_check_names_all_successors_or_counts_the_rest(void **unused)
{
    (void)unused;
    size_t named_all = 0;
    size_t counted = 0;
    for (unsigned number = 110000; number < 700000; number++) {
        char code[DIVISION_CHARS + 1];
        struct refusal refusal = { 0 };
        snprintf(code, sizeof code, "%06u", number);
        if (division_find(code) != NULL || division_successor(code, 0) == NULL)
            continue;
        assert_int_equal(division_check(code, "", &refusal), ERR_REFUSED);
        assert_true(strlen(refusal.rule) < 240);
        size_t named = 0;
        while (division_successor(code, named) != NULL &&
               strstr(refusal.rule, division_successor(code, named)->code) != NULL)
            named++;
        size_t count = named;
        while (division_successor(code, count) != NULL)
            count++;
        char rest[40] = "";
        if (named < count)
            snprintf(rest, sizeof rest, " and %zu more", count - named);
        assert_true(named > 0);
        assert_string_equal(refusal.rule + strlen(refusal.rule) - strlen(rest), rest);
        *(named == count ? &named_all : &counted) += 1;
    }
    assert_true(named_all > 2000);
    assert_true(counted > 0);
}

static void
division_successors_are_those_of_today(void **unused)
{
    (void)unused;
    static const struct {
        const char *code;
        const char *successors[8];
    } cases[] = {
        { "110103", { "110101" } },
        { "132426", { "130636" } }, /* 完县 became 顺平县 under its own code, which was moved */
        { "130106", { "130102", "130104", "130105", "130108" } }, /* by way of 130103 */
        /* 通化市 rose to be a prefecture: all of its divisions. */
        { "222201", { "220502", "220503", "220521", "220523", "220524", "220581", "220582" } },
        { "442101", { NULL } }, /* to another province; not recorded */
        { "110105", { NULL } }, /* never retired */
        { "", { NULL } },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t index = 0; index < COUNT(cases[i].successors); index++) {
            const struct division *successor = division_successor(cases[i].code, index);
            const char *want = cases[i].successors[index];
            assert_int_equal(successor == NULL, want == NULL);
            if (want == NULL)
                break;
            assert_string_equal(successor->code, want);
        }
}

/* The rows of the table: 3,254 codes were ever retired, three of them without a known end. */
static void
division_successors_of_all_retired_codes_exist(void **unused)
{
    (void)unused;
    size_t retired_count = 0;
    size_t endless_count = 0;
    for (unsigned number = 110000; number < 700000; number++) {
        const char code[] = { (char)('0' + number / 100000),
                              (char)('0' + number / 10000 % 10),
                              (char)('0' + number / 1000 % 10),
                              (char)('0' + number / 100 % 10),
                              (char)('0' + number / 10 % 10),
                              (char)('0' + number % 10),
                              0 };
        if (!division_is_retired(code))
            continue;
        retired_count++;
        if (division_successor(code, 0) == NULL)
            endless_count++;
        for (size_t i = 0; i < 100; i++)
            if (division_successor(code, i) != NULL)
                assert_true(i == 0 ||
                            division_successor(code, i) != division_successor(code, i - 1));
        assert_null(division_successor(code, 100));
    }
    assert_int_equal(retired_count, 3254);
    assert_int_equal(endless_count, 3);
}

static void
division_covers_by_province_prefecture_and_code(void **unused)
{
    (void)unused;
    static const struct {
        const char *area;
        const char *code;
        bool covers;
        bool known;
    } cases[] = {
        { "11", "110105", true, true },        { "1101", "110105", true, true },
        { "110105", "110105", true, true },    { "12", "110105", false, true },
        { "1102", "110105", false, false },    { "110106", "110105", false, true },
        { "", "110105", false, false },        { "1", "110105", false, false },
        { "110", "110105", false, false },     { "11010", "110105", false, false },
        { "1101050", "110105", false, false }, { "11", "11", false, true },
        { "AB", "AB0105", false, false },      { "99", "990105", true, false },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(division_covers(cases[i].area, cases[i].code), cases[i].covers);
        assert_int_equal(division_area_known(cases[i].area), cases[i].known);
    }
}

static void
division_names_the_province_of_any_code(void **unused)
{
    (void)unused;
    assert_string_equal(division_province_name("110103"), "北京市"); /* retired */
    assert_string_equal(division_province_name("65"), "新疆维吾尔自治区");
    assert_null(division_province_name("99"));
    assert_null(division_province_name("1"));
    assert_null(division_province_name(""));
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(division_finds_each_of_its_table),
        cmocka_unit_test(division_find_gives_the_names),
        cmocka_unit_test(division_check_tells_retired_from_unknown),
        cmocka_unit_test(division_check_names_all_successors_or_counts_the_rest),
        cmocka_unit_test(division_successors_are_those_of_today),
        cmocka_unit_test(division_successors_of_all_retired_codes_exist),
        cmocka_unit_test(division_covers_by_province_prefecture_and_code),
        cmocka_unit_test(division_names_the_province_of_any_code),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
