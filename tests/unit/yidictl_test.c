/* SPDX-License-Identifier: Apache-2.0
 *
 * yidictl - how its command line is taken apart, and how its tables look.
 *
 * The tool's modules are in no library: they are compiled into the test.
 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/domain/case_number.h"
#include "deploy/yidictl/arguments.c"
#include "deploy/yidictl/input.c"
#include "deploy/yidictl/language.c"
#include "deploy/yidictl/output.c"
#include "deploy/yidictl/report.c"
#include "proto/message.pb-c.h"
#include "proto/production.pb-c.h"

static const struct argument_rule common_options[] = {
    { "socket", "PATH", false, "" },
    { "json", NULL, false, "" },
    { 0 },
};

static const struct argument_rule own_options[] = {
    { "reason", "REASON", true, "" },
    { "limit", "N", false, "" },
    { 0 },
};

static enum result
parse(struct arguments *arguments, struct refusal *refusal, size_t count, char *words[])
{
    return arguments_parse(arguments, common_options, own_options, count, words, refusal);
}

static void
options_and_operands_may_be_mixed(void **unused)
{
    (void)unused;
    AUTO(arguments) struct arguments arguments = { 0 };
    struct refusal refusal = { 0 };
    char *words[] = { "a", "--reason", "x", "-", "--reason=y", "--json", "--", "--limit" };
    size_t place = 0;

    assert_int_equal(parse(&arguments, &refusal, 8, words), OK);
    assert_int_equal(arguments.operand_count, 3);
    assert_string_equal(arguments.operands[1], "-");
    assert_string_equal(arguments.operands[2], "--limit");
    assert_true(arguments_flag(&arguments, "json"));
    assert_false(arguments_flag(&arguments, "limit"));
    assert_null(arguments_text(&arguments, "socket"));
    assert_string_equal(arguments_next(&arguments, "reason", &place), "x");
    assert_string_equal(arguments_next(&arguments, "reason", &place), "y");
    assert_null(arguments_next(&arguments, "reason", &place));
}

static void
a_wrong_option_is_refused_with_its_name(void **unused)
{
    (void)unused;
    static const struct {
        size_t count;
        char *words[4];
        enum refusal_code code;
        const char *field;
    } cases[] = {
        { 1, { "--bogus" }, REFUSAL_OPTION_UNKNOWN, "--bogus" },
        { 1, { "--lim=3" }, REFUSAL_OPTION_UNKNOWN, "--lim=3" },
        { 1, { "-j" }, REFUSAL_OPTION_UNKNOWN, "-j" },
        { 1, { "--limit" }, REFUSAL_OPTION_INVALID, "limit" },
        { 1, { "--json=yes" }, REFUSAL_OPTION_INVALID, "json" },
        { 4, { "--limit", "1", "--limit", "2" }, REFUSAL_OPTION_INVALID, "limit" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(arguments) struct arguments arguments = { 0 };
        struct refusal refusal = { 0 };
        assert_int_equal(parse(&arguments, &refusal, cases[i].count, (char **)cases[i].words),
                         ERR_REFUSED);
        assert_int_equal(refusal.code, cases[i].code);
        assert_string_equal(refusal.field, cases[i].field);
    }
}

static void
a_number_is_nothing_but_digits_within_its_range(void **unused)
{
    (void)unused;
    static const struct {
        char *text;
        enum result result;
    } cases[] = {
        { "1", OK },           { "10000", OK },
        { "0", ERR_REFUSED },  { "10001", ERR_REFUSED },
        { "-1", ERR_REFUSED }, { "+1", ERR_REFUSED },
        { " 1", ERR_REFUSED }, { "1k", ERR_REFUSED },
        { "", ERR_REFUSED },   { "99999999999999999999", ERR_REFUSED },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(arguments) struct arguments arguments = { 0 };
        struct refusal refusal = { 0 };
        uint64_t number;
        char *words[] = { "--limit", cases[i].text };
        assert_int_equal(parse(&arguments, &refusal, 2, words), OK);
        assert_int_equal(arguments_number(&arguments, "limit", 7, 1, 10000, &number, &refusal),
                         cases[i].result);
    }
}

static void
a_case_number_may_be_in_groups(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1] = "";
    struct refusal refusal = { 0 };
    char plain[CASE_NUMBER_CHARS + 1];
    assert_int_equal(case_number_format("110105000001", 20261122, 17, plain), OK);
    AUTO(arena) struct arena arena;
    arena_init(&arena);

    assert_int_equal(
        case_number_read(output_case_number(plain, &arena), "case_number", number, &refusal), OK);
    assert_string_equal(number, plain);
    const char *spaced = output_format(&arena, " %.12s %s ", plain, plain + 12);
    assert_int_equal(case_number_read(spaced, "case_number", number, &refusal), OK);
    assert_string_equal(number, plain);
    const char *longer = output_format(&arena, "%s0", plain);
    assert_int_equal(case_number_read(longer, "case_number", number, &refusal), ERR_REFUSED);
    assert_int_equal(case_number_read(plain + 1, "case_number", number, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_CASE_NUMBER_INVALID);
}

static void
ages_show_their_two_largest_units(void **unused)
{
    (void)unused;
    static const struct {
        uint64_t age_ms;
        const char *text;
    } cases[] = {
        { 0, "0s" },           { 999, "0s" },      { 59999, "59s" },     { 60000, "1m" },
        { 192000, "3m12s" },   { 3600000, "1h" },  { 3605000, "1h" },    { 5400000, "1h30m" },
        { 187200000, "2d4h" }, { 86400000, "1d" }, { 90000000, "1d1h" },
    };
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(output_age(cases[i].age_ms, &arena), cases[i].text);
}

static void
enum_names_are_found_as_people_write_them(void **unused)
{
    (void)unused;
    static const char *const words[] = { "bad-credit-record", "BAD_CREDIT_RECORD",
                                         "Bad_Credit-record" };
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    int value = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        value = 0;
        assert_true(output_find_term(&yidi__refusal_reason__descriptor, words[i], &value));
        assert_int_equal(value, YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD);
    }
    assert_string_equal(output_term(&yidi__refusal_reason__descriptor, value, &arena),
                        "bad credit record");
    assert_false(
        output_find_term(&yidi__refusal_reason__descriptor, "refusal-reason-unspecified", &value));
    assert_false(output_find_term(&yidi__refusal_reason__descriptor, "credit", &value));
}

static void
terms_of_one_list_leave_their_common_word_out(void **unused)
{
    AUTO(arena) struct arena arena;
    const ProtobufCEnumDescriptor *kinds = &yidi__stock_movement_kind__descriptor;
    (void)unused;
    arena_init(&arena);
    assert_string_equal(
        output_term_after("stock", kinds, YIDI__STOCK_MOVEMENT_KIND__STOCK_FOUND, &arena), "found");
    assert_string_equal(
        output_term_after("card", kinds, YIDI__STOCK_MOVEMENT_KIND__STOCK_FOUND, &arena),
        "stock found");
    assert_string_equal(
        output_term_after("stoc", kinds, YIDI__STOCK_MOVEMENT_KIND__STOCK_FOUND, &arena),
        "stock found");
    assert_string_equal(output_term_after("stock", kinds, 0, &arena), "");
    assert_string_equal(output_term_after("stock", kinds, 99, &arena), ""); /* of a newer office */
}

static void
names_of_an_enum_are_listed_without_the_unspecified_one(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    assert_string_equal(output_terms(&yidi__residence_basis__descriptor, &arena),
                        "work, study, living");
}

static void
times_are_china_standard_time_whatever_tz_says(void **unused)
{
    (void)unused;
    static const char *const zones[] = { "UTC", "America/New_York", "Asia/Shanghai" };
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        setenv("TZ", zones[i], 1);
        tzset();
        assert_string_equal(output_time(1795391999000, &arena), "2026-11-23 07:59:59");
        assert_string_equal(output_time_and_zone(1795391999000, &arena),
                            "2026-11-23 07:59:59 +08:00");
    }
    unsetenv("TZ");
    tzset();
}

static void
people_read_options_where_the_office_names_fields(void **unused)
{
    (void)unused;
    static const struct {
        char *code;
        char *field;
        const char *text;
    } cases[] = {
        { "OPTION_INVALID", "out", "OPTION_INVALID --out: r" },
        { "OPTION_INVALID", "", "OPTION_INVALID: r" },
        { "REFUSAL_INCOMPLETE", "decide.reasons", "REFUSAL_INCOMPLETE --reason: r" },
        { "COMMAND_UNKNOWN", "decide.verb", "COMMAND_UNKNOWN: r" },
        { "STATE_UNKNOWN", "list.state", "STATE_UNKNOWN --state: r" },
        { "FIELD_OUT_OF_BOUNDS", "show.reason", "FIELD_OUT_OF_BOUNDS --reason: r" },
        { "FEE_MISMATCH", "form.fee_fen", "FEE_MISMATCH form.fee_fen: r" },
        { "FIELD_OUT_OF_BOUNDS", "apply.form.phone", "FIELD_OUT_OF_BOUNDS form.phone: r" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[REPORT_BYTES];
        const struct settings settings = { 0 };
        Yidi__Refusal refusal = YIDI__REFUSAL__INIT;
        refusal.code = cases[i].code;
        refusal.field = cases[i].field;
        refusal.rule = "r";
        report_format(&settings, &refusal, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void
what_a_code_means_is_said_in_chinese_where_that_is_asked_for(void **unused)
{
    (void)unused;
    const struct settings settings = { .chinese = true };
    char text[REPORT_BYTES];
    Yidi__Refusal refusal = YIDI__REFUSAL__INIT;
    refusal.code = "FEE_MISMATCH";
    refusal.field = "form.fee_fen";
    refusal.rule = "2000 fen are due";
    report_format(&settings, &refusal, text);
    assert_string_equal(text,
                        "FEE_MISMATCH form.fee_fen: 2000 fen are due（所缴费用与应缴费用不符）");
    refusal.code = "OF_A_NEWER_VERSION";
    report_format(&settings, &refusal, text);
    assert_string_equal(text, "OF_A_NEWER_VERSION form.fee_fen: 2000 fen are due");

    Yidi__Warning warning = YIDI__WARNING__INIT;
    warning.code = "NAME_BEYOND_CHIP";
    warning.field = "form.person.name";
    warning.english = "long";
    warning.chinese = "长";
    report_format_warning(&settings, &warning, text);
    assert_string_equal(text, "NAME_BEYOND_CHIP form.person.name: long（长）");
    report_format_warning(&(struct settings){ 0 }, &warning, text);
    assert_string_equal(text, "NAME_BEYOND_CHIP form.person.name: long");
}

static void
the_language_is_the_option_or_the_environment(void **unused)
{
    (void)unused;
    static const struct {
        const char *option;
        const char *lc_all;
        const char *lang;
        bool chinese;
    } cases[] = {
        { NULL, "", "zh_CN.UTF-8", true },   { NULL, "C.UTF-8", "zh_CN.UTF-8", false },
        { NULL, "zh_TW", "C", true },        { NULL, "", "", false },
        { "en", "zh_CN.UTF-8", "C", false }, { "zh", "C", "C", true },
    };
    unsetenv("LC_MESSAGES");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool chinese = !cases[i].chinese;
        setenv("LC_ALL", cases[i].lc_all, 1);
        setenv("LANG", cases[i].lang, 1);
        assert_int_equal(language_read(cases[i].option, &chinese, NULL), OK);
        assert_int_equal(chinese, cases[i].chinese);
    }
    bool chinese;
    assert_int_equal(language_read("fr", &chinese, NULL), ERR_REFUSED);
}

/* The lines of a table, printed into memory. */
static void
assert_prints(struct table *table, const char *want)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    table_print(table, out);
    fclose(out);
    assert_string_equal(text, want);
    free(text);
}

static const struct table_column columns[] = {
    { "NAME", false },
    { "COUNT", true },
    { "NOTE", false },
};

static void
columns_align_by_display_width(void **unused)
{
    (void)unused;
    AUTO(table) struct table table;
    table_init(&table, columns, 3);
    table_add(&table, (const char *[]){ "张三丰", "7", "a" });
    table_add(&table, (const char *[]){ "买买提·艾", "1200", NULL });
    table_add(&table, (const char *[]){ "Li", "", "\xff" });

    assert_prints(&table, "NAME       COUNT  NOTE\n"
                          "张三丰         7  a\n"
                          "买买提·艾   1200\n"
                          "Li                \xff\n");
}

static void
headings_stand_once_and_come_again_with_a_new_column(void **unused)
{
    (void)unused;
    AUTO(table) struct table table;
    table_init(&table, columns, 3);
    table_add(&table, (const char *[]){ "long name", "1", "" });
    assert_prints(&table, "NAME       COUNT\n"
                          "long name      1\n");
    table_add(&table, (const char *[]){ "b", "2", "" });
    assert_prints(&table, "b              2\n");
    table_add(&table, (const char *[]){ "c", "3", "late" });
    assert_prints(&table, "NAME       COUNT  NOTE\n"
                          "c              3  late\n");
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_of_one_list_leave_their_common_word_out),
        cmocka_unit_test(options_and_operands_may_be_mixed),
        cmocka_unit_test(a_wrong_option_is_refused_with_its_name),
        cmocka_unit_test(a_number_is_nothing_but_digits_within_its_range),
        cmocka_unit_test(a_case_number_may_be_in_groups),
        cmocka_unit_test(ages_show_their_two_largest_units),
        cmocka_unit_test(enum_names_are_found_as_people_write_them),
        cmocka_unit_test(names_of_an_enum_are_listed_without_the_unspecified_one),
        cmocka_unit_test(times_are_china_standard_time_whatever_tz_says),
        cmocka_unit_test(people_read_options_where_the_office_names_fields),
        cmocka_unit_test(what_a_code_means_is_said_in_chinese_where_that_is_asked_for),
        cmocka_unit_test(the_language_is_the_option_or_the_environment),
        cmocka_unit_test(columns_align_by_display_width),
        cmocka_unit_test(headings_stand_once_and_come_again_with_a_new_column),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
