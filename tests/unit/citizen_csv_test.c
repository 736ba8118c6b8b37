/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/citizen_csv.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define HEADER       CITIZEN_CSV_HEADER "\n"
#define NUMBER       "110105199203050029"
#define GOOD         NUMBER ",李小红,female,01,19920305,安定路1号,110105,yes,no,A1,20270101"
#define TEN          "0123456789"
#define HUNDRED      TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static struct citizen_csv csv; /* what was read last borrows from it */
static char room[4096];

/* The only line of a file that has these further columns, too: "", or their names behind commas. */
static enum result
read_line(const char *further, const char *line, struct citizen *ret_citizen,
          struct refusal *ret_refusal)
{
    snprintf(room, sizeof room, "%s%s\n%s\n", CITIZEN_CSV_HEADER, further, line);
    assert_int_equal(citizen_csv_init(&csv, bytes_of_text(room), NULL), OK);
    return citizen_csv_next(&csv, ret_citizen, ret_refusal);
}

static void
citizen_csv_reads_a_citizen(void **unused)
{
    (void)unused;
    struct citizen citizen;
    struct refusal refusal;
    assert_int_equal(read_line("", GOOD, &citizen, &refusal), OK);
    assert_string_equal(citizen.person.citizen_number, NUMBER);
    assert_string_equal(citizen.person.name, "李小红");
    assert_int_equal(citizen.person.sex, SEX_FEMALE);
    assert_string_equal(citizen.person.ethnic_group, "01");
    assert_int_equal(citizen.person.birth_date, 19920305);
    assert_string_equal(citizen.person.address, "安定路1号");
    assert_string_equal(citizen.person.registration_division, "110105");
    assert_true(citizen.fingerprints_on_file);
    assert_false(citizen.bad_credit);
    assert_string_equal(citizen.card_serial, "A1");
    assert_int_equal(citizen.card_valid_until, 20270101);
    assert_string_equal(citizen.former_card_serial, "");
    assert_int_equal(citizen.deceased_on, 0);
    assert_string_equal(citizen.number_replaced_by, "");
    assert_string_equal(citizen.present_division, "");
    assert_false(citizen.duplicate_number || citizen.card_reported_lost);
    assert_true(citizen.photo_on_file);
}

static void
citizen_csv_reads_further_columns_in_any_order(void **unused)
{
    (void)unused;
    struct citizen citizen;
    struct refusal refusal;
    assert_int_equal(read_line("," CITIZEN_CSV_HEADER_MORE,
                               GOOD ",20260131,11010519491231002X,yes,110106,yes,no,ئايگۈل,قەشقەر",
                               &citizen, &refusal),
                     OK);
    assert_int_equal(citizen.deceased_on, 20260131);
    assert_string_equal(citizen.number_replaced_by, "11010519491231002X");
    assert_string_equal(citizen.present_division, "110106");
    assert_true(citizen.duplicate_number && citizen.card_reported_lost);
    assert_false(citizen.photo_on_file);
    assert_string_equal(citizen.second_script.name, "ئايگۈل");
    assert_string_equal(citizen.second_script.address, "قەشقەر");

    assert_int_equal(
        read_line(",photo_on_file,present_division", GOOD ",no,110106", &citizen, &refusal), OK);
    assert_string_equal(citizen.present_division, "110106");
    assert_int_equal(citizen.deceased_on, 0);
    assert_false(citizen.photo_on_file);

    /* Empty is the same as not there. */
    assert_int_equal(read_line("," CITIZEN_CSV_HEADER_MORE, GOOD ",,,,,,,,", &citizen, &refusal),
                     OK);
    assert_int_equal(citizen.deceased_on, 0);
    assert_string_equal(citizen.number_replaced_by, "");
    assert_false(citizen.duplicate_number || citizen.card_reported_lost);
    assert_true(citizen.photo_on_file);
}

static void
citizen_csv_names_the_further_column(void **unused)
{
    (void)unused;
    static const struct {
        const char *fields;
        enum refusal_code code;
        const char *field;
    } cases[] = {
        { ",,,,,,,", REFUSAL_CSV_INVALID, "" },
        { ",,,,,,,,,", REFUSAL_CSV_INVALID, "" },
        { ",20260230,,,,,,,", REFUSAL_DATE_INVALID, "deceased_on" },
        { ",2026-01-31,,,,,,,", REFUSAL_DATE_INVALID, "deceased_on" },
        { ",19920304,,,,,,,", REFUSAL_DATE_INVALID, "deceased_on" },
        { ",,110105194912310021,,,,,,", REFUSAL_CITIZEN_NUMBER_INVALID, "number_replaced_by" },
        { ",," NUMBER ",,,,,,", REFUSAL_CITIZEN_NUMBER_INVALID, "number_replaced_by" },
        { ",,,maybe,,,,,", REFUSAL_CSV_INVALID, "duplicate_number" },
        { ",,,,110105,,,,", REFUSAL_CSV_INVALID, "present_division" },
        { ",,,,110103,,,,", REFUSAL_DIVISION_UNKNOWN, "present_division" },
        { ",,,,,YES,,,", REFUSAL_CSV_INVALID, "card_reported_lost" },
        { ",,,,,,1,,", REFUSAL_CSV_INVALID, "photo_on_file" },
        { ",,,,,,,ئايگۈل 1,", REFUSAL_NAME_INVALID, "second_script_name" },
        { ",,,,,,,,قەشقەر", REFUSAL_NAME_INVALID, "second_script_name" },
        { ",,,,,,,ئايگۈل,路", REFUSAL_FIELD_OUT_OF_BOUNDS, "second_script_address" },
    };
    char line[500];
    struct citizen citizen;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct refusal refusal = { 0 };
        snprintf(line, sizeof line, "%s%s", GOOD, cases[i].fields);
        assert_int_equal(read_line("," CITIZEN_CSV_HEADER_MORE, line, &citizen, &refusal),
                         ERR_REFUSED);
        assert_int_equal(refusal.code, cases[i].code);
        assert_string_equal(refusal.field, cases[i].field);
        assert_null(strstr(refusal.rule, "1101051949"));
    }
    struct refusal refusal = { 0 };
    assert_int_equal(read_line(",card_reported_lost",
                               NUMBER ",李小红,female,01,,a,110105,no,yes,,,yes", &citizen,
                               &refusal),
                     ERR_REFUSED);
    assert_string_equal(refusal.field, "card_reported_lost");
}

static void
citizen_csv_reads_the_other_spellings(void **unused)
{
    (void)unused;
    static const struct {
        const char *line;
        const char *address;
        const char *card_serial;
        uint32_t card_valid_until;
    } cases[] = {
        { NUMBER ",李小红,female,01,,\"安定路1号, 2\"\"门\"\"\",110105,no,yes,A1,long-term",
          "安定路1号, 2\"门\"", "A1", 0 },
        { "\"" NUMBER "\",\"李小红\",\"female\",\"01\",\"\",\"a\",\"110105\",\"no\",\"yes\",\"\","
          "\"\"",
          "a", "", 0 },
        { NUMBER ",李小红,female,01,,a,110105,no,yes,,", "a", "", 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct citizen citizen;
        struct refusal refusal = { 0 };
        if (read_line("", cases[i].line, &citizen, &refusal) != OK)
            fail_msg("%s: %s", refusal.field, refusal.rule);
        assert_int_equal(citizen.person.birth_date, 19920305); /* of the citizen number */
        assert_string_equal(citizen.person.address, cases[i].address);
        assert_string_equal(citizen.card_serial, cases[i].card_serial);
        assert_int_equal(citizen.card_valid_until, cases[i].card_valid_until);
        assert_false(citizen.fingerprints_on_file);
        assert_true(citizen.bad_credit);
    }
}

static const struct {
    const char *line;
    enum refusal_code code;
    const char *field;
} bad[] = {
    { " ", REFUSAL_CSV_INVALID, "" },
    { NUMBER, REFUSAL_CSV_INVALID, "" },
    { NUMBER ",李小红,female,01,,a,110105,no,yes,A1", REFUSAL_CSV_INVALID, "" },
    { GOOD ",", REFUSAL_CSV_INVALID, "" },
    { GOOD ",more", REFUSAL_CSV_INVALID, "" },
    { NUMBER ",李\"小红,female,01,,a,110105,no,yes,,", REFUSAL_CSV_INVALID, "" },
    { NUMBER ",\"李小红,female,01,,a,110105,no,yes,,", REFUSAL_CSV_INVALID, "" },
    { NUMBER ",\"李小红\"x,female,01,,a,110105,no,yes,,", REFUSAL_CSV_INVALID, "" },
    { NUMBER ",\"李小红\"\",female,01,,a,110105,no,yes,,", REFUSAL_CSV_INVALID, "" },
    { NUMBER ",李小红,female,01,,a,110105,no,yes,,\"", REFUSAL_CSV_INVALID, "" },
    { "110105199203050025,李小红,female,01,,a,110105,no,yes,,", REFUSAL_CITIZEN_NUMBER_INVALID,
      "citizen_number" },
    { ",李小红,female,01,,a,110105,no,yes,,", REFUSAL_CITIZEN_NUMBER_INVALID, "citizen_number" },
    { NUMBER ",,female,01,,a,110105,no,yes,,", REFUSAL_NAME_INVALID, "name" },
    { NUMBER ",\xFF,female,01,,a,110105,no,yes,,", REFUSAL_NAME_INVALID, "name" },
    { NUMBER ",李小红,F,01,,a,110105,no,yes,,", REFUSAL_CSV_INVALID, "sex" },
    { NUMBER ",李小红,,01,,a,110105,no,yes,,", REFUSAL_CSV_INVALID, "sex" },
    { NUMBER ",李小红,male,01,,a,110105,no,yes,,", REFUSAL_SEX_MISMATCH, "sex" },
    { NUMBER ",李小红,female,1,,a,110105,no,yes,,", REFUSAL_ETHNIC_GROUP_UNKNOWN, "ethnic_group" },
    { NUMBER ",李小红,female,01,1992-03-05,a,110105,no,yes,,", REFUSAL_DATE_INVALID, "birth_date" },
    { NUMBER ",李小红,female,01,199203050,a,110105,no,yes,,", REFUSAL_DATE_INVALID, "birth_date" },
    { NUMBER ",李小红,female,01,19920306,a,110105,no,yes,,", REFUSAL_BIRTH_DATE_MISMATCH,
      "birth_date" },
    { NUMBER ",李小红,female,01,,,110105,no,yes,,", REFUSAL_FIELD_OUT_OF_BOUNDS, "address" },
    { NUMBER ",李小红,female,01,," HUNDRED HUNDRED HUNDRED "0,110105,no,yes,,",
      REFUSAL_FIELD_OUT_OF_BOUNDS, "address" },
    { NUMBER ",李小红,female,01,,a\tb,110105,no,yes,,", REFUSAL_FIELD_OUT_OF_BOUNDS, "address" },
    { NUMBER ",李小红,female,01,,a,110000,no,yes,,", REFUSAL_DIVISION_UNKNOWN,
      "registration_division" },
    { NUMBER ",李小红,female,01,,a,110105,maybe,yes,,", REFUSAL_CSV_INVALID,
      "fingerprints_on_file" },
    { NUMBER ",李小红,female,01,,a,110105,no,Yes,,", REFUSAL_CSV_INVALID, "bad_credit" },
    { NUMBER ",李小红,female,01,,a,110105,no,yes," TEN TEN TEN TEN "0,long-term",
      REFUSAL_FIELD_OUT_OF_BOUNDS, "card_serial" },
    { NUMBER ",李小红,female,01,,a,110105,no,yes,A1,", REFUSAL_DATE_INVALID, "card_valid_until" },
    { NUMBER ",李小红,female,01,,a,110105,no,yes,A1,20270230", REFUSAL_DATE_INVALID,
      "card_valid_until" },
    { NUMBER ",李小红,female,01,,a,110105,no,yes,A1,长期", REFUSAL_DATE_INVALID,
      "card_valid_until" },
    { NUMBER ",李小红,female,01,,a,110105,no,yes,,20270101", REFUSAL_CSV_INVALID,
      "card_valid_until" },
};

static void
citizen_csv_names_the_column(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct citizen citizen = { .card_serial = "untouched" };
        struct refusal refusal = { 0 };
        assert_int_equal(read_line("", bad[i].line, &citizen, &refusal), ERR_REFUSED);
        if (refusal.code != bad[i].code || strcmp(refusal.field, bad[i].field) != 0)
            fail_msg("%zu: %s %s %s", i, refusal_name(refusal.code), refusal.field, refusal.rule);
        assert_true(strlen(refusal.rule) > 0);
        assert_null(strstr(refusal.rule, "李"));
        assert_string_equal(citizen.card_serial, "untouched");
    }
}

static void
citizen_csv_walks_through_a_file(void **unused)
{
    (void)unused;
    static const char file[] = "\xEF\xBB\xBF" CITIZEN_CSV_HEADER "\r\n" GOOD "\r\n"
                               "\n"
                               "nonsense\n" GOOD "\n\r\n" GOOD; /* the last line has no end */
    static const struct {
        uint64_t line;
        enum result want;
    } steps[] = { { 2, OK }, { 4, ERR_REFUSED }, { 5, OK },
                  { 7, OK }, { 7, ERR_ABSENT },  { 7, ERR_ABSENT } };
    struct citizen citizen;
    struct refusal refusal;
    assert_int_equal(citizen_csv_init(&csv, bytes_of_text(file), &refusal), OK);
    for (size_t i = 0; i < COUNT(steps); i++) {
        assert_int_equal(citizen_csv_next(&csv, &citizen, &refusal), steps[i].want);
        assert_int_equal(csv.line, steps[i].line);
        if (steps[i].want == OK)
            assert_int_equal(citizen.card_valid_until, 20270101);
    }
}

static void
citizen_csv_wants_its_header(void **unused)
{
    (void)unused;
    static const char *const files[] = { "",
                                         "\n",
                                         GOOD "\n",
                                         "\xEF\xBB\xBF",
                                         "\xEF\xBB",
                                         "name\n",
                                         CITIZEN_CSV_HEADER ",more\n",
                                         CITIZEN_CSV_HEADER ",\n",
                                         CITIZEN_CSV_HEADER ",photo_on\n",
                                         CITIZEN_CSV_HEADER ",photo_on_file,\n",
                                         CITIZEN_CSV_HEADER "photo_on_file\n",
                                         CITIZEN_CSV_HEADER ",photo_on_file,photo_on_file\n",
                                         CITIZEN_CSV_HEADER ",name\n",
                                         " " HEADER,
                                         "\n" HEADER };
    for (size_t i = 0; i < COUNT(files); i++) {
        struct refusal refusal = { 0 };
        assert_int_equal(citizen_csv_init(&csv, bytes_of_text(files[i]), &refusal), ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_CSV_INVALID);
        assert_string_equal(refusal.field, "");
        assert_string_equal(refusal.rule,
                            "line 1 must be " CITIZEN_CSV_HEADER ", then further columns or none");
    }
    assert_int_equal(citizen_csv_init(&csv, bytes_of(NULL, 0), NULL), ERR_REFUSED);
}

static void
citizen_csv_of_a_header_alone_is_empty(void **unused)
{
    (void)unused;
    struct citizen citizen;
    struct refusal refusal;
    assert_int_equal(citizen_csv_init(&csv, bytes_of_text(CITIZEN_CSV_HEADER), &refusal), OK);
    assert_int_equal(citizen_csv_next(&csv, &citizen, &refusal), ERR_ABSENT);
}

/* A line that is too long, or holds a zero byte, is refused and passed over. */
static void
citizen_csv_goes_on_behind_an_unreadable_line(void **unused)
{
    (void)unused;
    for (size_t size = CITIZEN_CSV_LINE_BYTES_MAX - 1; size < CITIZEN_CSV_LINE_BYTES_MAX + 3;
         size++) {
        char file[4 * CITIZEN_CSV_LINE_BYTES_MAX] = HEADER;
        struct citizen citizen;
        struct refusal refusal = { 0 };
        memset(file + strlen(file), 'a', size);
        strcat(file, "\n" GOOD "\n");
        assert_int_equal(citizen_csv_init(&csv, bytes_of_text(file), &refusal), OK);
        assert_int_equal(citizen_csv_next(&csv, &citizen, &refusal), ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_CSV_INVALID);
        assert_string_equal(refusal.rule, size > CITIZEN_CSV_LINE_BYTES_MAX
                                              ? "a line must have at most 2048 bytes"
                                              : "must have 11 columns; has fewer");
        assert_int_equal(citizen_csv_next(&csv, &citizen, &refusal), OK);
        assert_int_equal(csv.line, 3);
    }

    static const char file[] = HEADER "a\0b\n" GOOD;
    struct citizen citizen;
    struct refusal refusal = { 0 };
    assert_int_equal(citizen_csv_init(&csv, bytes_of(file, sizeof file - 1), &refusal), OK);
    assert_int_equal(citizen_csv_next(&csv, &citizen, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.rule, "must be text; a byte is zero");
    assert_int_equal(citizen_csv_next(&csv, &citizen, &refusal), OK);
}

/* Cut anywhere, and with any byte in any place, it answers and ends; the sanitizers watch. */
static void
citizen_csv_survives_any_bytes(void **unused)
{
    (void)unused;
    static const char file[] = HEADER GOOD "\n\"" NUMBER "\",\"a\"\"b\"\n";
    static const char bytes[] = { '"', ',', '\n', '\r', '\0', '\xFF' };
    for (size_t size = 0; size < sizeof file; size++)
        for (size_t i = 0; i < sizeof bytes; i++) {
            /* On the heap, so that a read beyond the end is seen. */
            char *copy = malloc(size + 1);
            memcpy(copy, file, size);
            copy[size] = bytes[i];
            struct citizen citizen;
            struct refusal refusal;
            size_t answers = 0;
            if (citizen_csv_init(&csv, bytes_of(copy, size + 1), &refusal) == OK)
                while (citizen_csv_next(&csv, &citizen, &refusal) != ERR_ABSENT)
                    answers++;
            free(copy);
            assert_in_range(answers, 0, 3);
        }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(citizen_csv_reads_a_citizen),
        cmocka_unit_test(citizen_csv_reads_further_columns_in_any_order),
        cmocka_unit_test(citizen_csv_names_the_further_column),
        cmocka_unit_test(citizen_csv_reads_the_other_spellings),
        cmocka_unit_test(citizen_csv_names_the_column),
        cmocka_unit_test(citizen_csv_walks_through_a_file),
        cmocka_unit_test(citizen_csv_wants_its_header),
        cmocka_unit_test(citizen_csv_of_a_header_alone_is_empty),
        cmocka_unit_test(citizen_csv_goes_on_behind_an_unreadable_line),
        cmocka_unit_test(citizen_csv_survives_any_bytes),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
