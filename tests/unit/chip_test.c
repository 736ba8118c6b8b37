/* SPDX-License-Identifier: Apache-2.0
 *
 * Bytes are written down by hand from GA/T 490 and the UTF-16 tables of the characters. All people
 * are invented.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/chip.h"

static const struct chip_holder li_na = {
    .name = "李娜",
    .sex = 2,
    .ethnic_group = "01",
    .birth_date = 19880101,
    .address = "广州市天河区1号",
    .citizen_number = "11010519491231002X",
    .authority = "天河分局",
    .valid_from = 20261123,
    .valid_until = 20461123,
};

/* Where each field begins, and what stands there; the rest of the field is spaces. */
static const struct {
    size_t offset, field_bytes, byte_count;
    uint8_t bytes[36];
} expected[] = {
    /* U+674E U+5A1C */
    { 0, 30, 4, { 0x4E, 0x67, 0x1C, 0x5A } },
    { 30, 2, 2, { '2', 0 } },
    { 32, 4, 4, { '0', 0, '1', 0 } },
    { 36, 16, 16, { '1', 0, '9', 0, '8', 0, '8', 0, '0', 0, '1', 0, '0', 0, '1', 0 } },
    /* U+5E7F U+5DDE U+5E02 U+5929 U+6CB3 U+533A 1 U+53F7 */
    { 52,
      70,
      16,
      { 0x7F, 0x5E, 0xDE, 0x5D, 0x02, 0x5E, 0x29, 0x59, 0xB3, 0x6C, 0x3A, 0x53, '1', 0, 0xF7,
        0x53 } },
    { 122, 36, 36, { '1', 0, '1', 0, '0', 0, '1', 0, '0', 0, '5', 0, '1', 0, '9', 0, '4', 0,
                     '9', 0, '1', 0, '2', 0, '3', 0, '1', 0, '0', 0, '0', 0, '2', 0, 'X', 0 } },
    /* U+5929 U+6CB3 U+5206 U+5C40 */
    { 158, 30, 8, { 0x29, 0x59, 0xB3, 0x6C, 0x06, 0x52, 0x40, 0x5C } },
    { 188, 16, 16, { '2', 0, '0', 0, '2', 0, '6', 0, '1', 0, '1', 0, '2', 0, '3', 0 } },
    { 204, 16, 16, { '2', 0, '0', 0, '4', 0, '6', 0, '1', 0, '1', 0, '2', 0, '3', 0 } },
    { 220, 36, 0, { 0 } },
};

static void
assert_spaces(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        assert_int_equal(bytes[i], i % 2 == 0 ? ' ' : 0);
}

static void
every_field_stands_where_the_standard_says(void **unused)
{
    uint8_t text[CHIP_TEXT_BYTES];
    unsigned cut = 9;
    size_t covered = 0;
    (void)unused;
    assert_int_equal(chip_encode_text(&li_na, text, &cut, NULL), OK);
    assert_int_equal(cut, 0);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(expected[i].offset, covered);
        assert_memory_equal(text + covered, expected[i].bytes, expected[i].byte_count);
        assert_spaces(text + covered + expected[i].byte_count,
                      expected[i].field_bytes - expected[i].byte_count);
        covered += expected[i].field_bytes;
    }
    assert_int_equal(covered, CHIP_TEXT_BYTES);
}

static void
a_card_without_an_end_says_so(void **unused)
{
    static const uint8_t long_term[] = { 0x7F, 0x95, 0x1F, 0x67 }; /* U+957F U+671F */
    struct chip_holder holder = li_na;
    uint8_t text[CHIP_TEXT_BYTES];
    unsigned cut;
    (void)unused;
    holder.valid_until = 0;
    assert_int_equal(chip_encode_text(&holder, text, &cut, NULL), OK);
    assert_memory_equal(text + 204, long_term, sizeof long_term);
    assert_spaces(text + 208, 12);
}

/* U+20000 is D840 DC00 */
static void
a_rare_character_takes_two_units_and_is_never_split(void **unused)
{
    static const uint8_t rare[] = { 0x40, 0xD8, 0x00, 0xDC };
    struct chip_holder holder = li_na;
    uint8_t text[CHIP_TEXT_BYTES];
    unsigned cut;
    (void)unused;
    holder.name = "𠀀";
    assert_int_equal(chip_encode_text(&holder, text, &cut, NULL), OK);
    assert_int_equal(cut, 0);
    assert_memory_equal(text, rare, sizeof rare);
    assert_spaces(text + 4, 26);

    holder.name = "一二三四五六七八九十一二三四𠀀"; /* 14 units, then two */
    assert_int_equal(chip_encode_text(&holder, text, &cut, NULL), OK);
    assert_int_equal(cut, CHIP_CUT_NAME);
    assert_memory_equal(text + 26, "\xDB\x56", 2); /* U+56DB */
    assert_spaces(text + 28, 2);                   /* no half of it */
    assert_memory_equal(text + 30, "2", 2);        /* and the next field where it was */

    holder.name = "一二三四五六七八九十一二三𠀀"; /* 13, then two: full */
    assert_int_equal(chip_encode_text(&holder, text, &cut, NULL), OK);
    assert_int_equal(cut, 0);
    assert_memory_equal(text + 26, rare, sizeof rare);
}

static void
what_is_too_long_is_cut_and_told(void **unused)
{
    static const struct {
        const char *name, *address, *authority;
        unsigned cut;
    } rows[] = {
        { "阿卜杜拉·麦麦提·阿卜杜热合", "号", "局", 0 },                 /* 14 */
        { "阿卜杜拉·麦麦提·阿卜杜热合曼", "号", "局", 0 },               /* 15 */
        { "阿卜杜拉·麦麦提·阿卜杜热合曼江", "号", "局", CHIP_CUT_NAME }, /* 16 */
        { "李", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五", "局", 0 },
        { "李", "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六", "局",
          CHIP_CUT_ADDRESS },
        { "李", "号", "一二三四五六七八九十一二三四五六", CHIP_CUT_AUTHORITY },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct chip_holder holder = li_na;
        uint8_t text[CHIP_TEXT_BYTES];
        unsigned cut = 99;
        holder.name = rows[i].name;
        holder.address = rows[i].address;
        holder.authority = rows[i].authority;
        assert_int_equal(chip_encode_text(&holder, text, &cut, NULL), OK);
        assert_int_equal(cut, rows[i].cut);
        assert_memory_equal(text + 122, "1", 2); /* nothing runs into the next field */
        assert_memory_equal(text + 188, "2", 2);
    }
}

static void
what_no_chip_can_hold_is_refused_and_nothing_written(void **unused)
{
    (void)unused;
    struct chip_holder holders[10];
    static const char *const fields[] = {
        "name",        "address", "ethnic_group", "citizen_number", "birth_date",
        "valid_until", "sex",     "ethnic_group", "citizen_number", "citizen_number"
    };
    for (size_t i = 0; i < 10; i++)
        holders[i] = li_na;
    holders[0].name = "\xE6\x9D";
    holders[1].address = "\xFF";
    holders[2].ethnic_group = "1";
    holders[3].citizen_number = "1101051949123100";
    holders[4].birth_date = 19880230;
    holders[5].valid_until = 5;
    holders[6].sex = 10;
    holders[7].ethnic_group = "1X"; /* only a number's last character may be X */
    holders[8].citizen_number = "1101051949123100X2";
    holders[9].citizen_number = "XXXXXXXXXXXXXXXXXX";
    for (size_t i = 0; i < 10; i++) {
        uint8_t text[CHIP_TEXT_BYTES] = { 0 };
        static const uint8_t untouched[CHIP_TEXT_BYTES];
        struct refusal refusal = { 0 };
        unsigned cut = 77;
        assert_int_equal(chip_encode_text(&holders[i], text, &cut, &refusal), ERR_REFUSED);
        assert_string_equal(refusal.field, fields[i]);
        assert_memory_equal(text, untouched, sizeof text);
        assert_int_equal(cut, 77);
    }
}

static void
templates_stand_right_hand_first_and_zeros_for_a_missing_one(void **unused)
{
    uint8_t right[CHIP_TEMPLATE_BYTES], left[CHIP_TEMPLATE_BYTES], fingers[CHIP_FINGERS_BYTES];
    static const uint8_t zeros[CHIP_TEMPLATE_BYTES];
    (void)unused;
    memset(right, 0x11, sizeof right);
    memset(left, 0x66, sizeof left);
    const struct chip_finger swapped[] = {
        { .position = 6, .bytes = bytes_of(left, sizeof left) },
        { .position = 1, .bytes = bytes_of(right, sizeof right) },
    };
    assert_int_equal(chip_encode_fingers(swapped, 2, fingers, NULL), OK);
    assert_memory_equal(fingers, right, sizeof right);
    assert_memory_equal(fingers + CHIP_TEMPLATE_BYTES, left, sizeof left);
    assert_int_equal(chip_encode_fingers(swapped, 1, fingers, NULL), OK);
    assert_memory_equal(fingers, left, sizeof left);
    assert_memory_equal(fingers + CHIP_TEMPLATE_BYTES, zeros, sizeof zeros);
    assert_int_equal(chip_encode_fingers(NULL, 0, fingers, NULL), OK);
    assert_memory_equal(fingers, zeros, sizeof zeros);

    const struct chip_finger shorter = { .position = 1, .bytes = bytes_of(right, 511) };
    assert_int_equal(chip_encode_fingers(&shorter, 1, fingers, NULL), ERR_REFUSED);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_stands_where_the_standard_says),
        cmocka_unit_test(a_card_without_an_end_says_so),
        cmocka_unit_test(a_rare_character_takes_two_units_and_is_never_split),
        cmocka_unit_test(what_is_too_long_is_cut_and_told),
        cmocka_unit_test(what_no_chip_can_hold_is_refused_and_nothing_written),
        cmocka_unit_test(templates_stand_right_hand_first_and_zeros_for_a_missing_one),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
