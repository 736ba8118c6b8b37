/* SPDX-License-Identifier: Apache-2.0
 *
 * receipt_code, receipt - the code on a receipt: made, typed, scanned, checked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/core/hex.h"
#include "common/io/receipt.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char case_number[] = "44030500000126112200000012";
static const char code[] = "7K3QX0MZ4T";

static void
a_code_is_made_of_characters_that_look_like_no_other(void **unused)
{
    (void)unused;
    bool seen[256] = { false };
    for (int i = 0; i < 2000; i++) {
        char made[RECEIPT_CODE_CHARS + 1];
        receipt_make_code(made);
        assert_int_equal(strlen(made), RECEIPT_CODE_CHARS);
        assert_int_equal(strspn(made, alphabet), RECEIPT_CODE_CHARS);
        for (size_t j = 0; j < RECEIPT_CODE_CHARS; j++)
            seen[(uint8_t)made[j]] = true;
    }
    for (size_t i = 0; i < sizeof alphabet - 1; i++)
        assert_true(seen[(uint8_t)alphabet[i]]);
}

static void
each_character_takes_five_bits_of_its_own_byte(void **unused)
{
    (void)unused;
    for (unsigned byte = 0; byte < 256; byte++) {
        uint8_t random[RECEIPT_CODE_CHARS] = { 0 };
        char made[RECEIPT_CODE_CHARS + 1];
        random[byte % RECEIPT_CODE_CHARS] = (uint8_t)byte;
        receipt_code_of_random(random, made);
        for (unsigned i = 0; i < RECEIPT_CODE_CHARS; i++)
            assert_int_equal(made[i],
                             i == byte % RECEIPT_CODE_CHARS ? alphabet[byte % 32] : alphabet[0]);
    }
}

static void
what_people_type_is_read(void **unused)
{
    (void)unused;
    static const char *const typed[] = {
        "7K3QX0MZ4T",
        "7k3qx0mz4t",
        "7K3QX-0MZ4T",
        " 7 K 3 Q X 0 M Z 4 T ",
        "7K3QX-OMZ4T",
        "7k3qx—omz4t",
        "７Ｋ３ＱＸ－０ＭＺ４Ｔ",
        "７ｋ３ｑｘ　ｏｍｚ４ｔ",
        "7K3Q-X0-MZ-4T",
    };
    char read[RECEIPT_CODE_CHARS + 1];
    for (size_t i = 0; i < COUNT(typed); i++) {
        assert_int_equal(receipt_code_read(typed[i], "code", read, NULL), OK);
        assert_string_equal(read, code);
    }
    assert_int_equal(receipt_code_read("iIlL1-oO000", "code", read, NULL), OK);
    assert_string_equal(read, "1111100000");
}

static void
what_can_be_no_code_is_refused(void **unused)
{
    (void)unused;
    static const char *const typed[] = {
        "",           "7K3QX0MZ4",   "7K3QX0MZ4TT", "7K3QX0MZ4U",     "7K3QX0MZ4\xFF",
        "7K3QX0MZ4.", "7K3QX0MZ4\n", "七K3QX0MZ4T", "7K3QX0MZ4T\x80", "----------",
    };
    for (size_t i = 0; i < COUNT(typed); i++) {
        char read[RECEIPT_CODE_CHARS + 1] = "untouched";
        struct refusal refusal = { 0 };
        assert_int_equal(receipt_code_read(typed[i], "code", read, &refusal), ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_RECEIPT_CODE_INVALID);
        assert_string_equal(refusal.field, "code");
        assert_string_equal(read, "untouched");
    }
}

static void
a_code_on_paper_is_read_back_and_so_is_a_scanned_one(void **unused)
{
    (void)unused;
    char grouped[RECEIPT_GROUPED_CHARS + 1], scan[RECEIPT_SCAN_CHARS_MAX + 1];
    char number[CASE_NUMBER_CHARS + 1], read[RECEIPT_CODE_CHARS + 1];
    receipt_code_group(code, grouped);
    assert_string_equal(grouped, "7K3QX-0MZ4T");
    assert_int_equal(receipt_code_read(grouped, "", read, NULL), OK);
    assert_string_equal(read, code);

    receipt_code_write_scan("", case_number, code, scan);
    assert_string_equal(scan, "yidi:1:44030500000126112200000012:7K3QX0MZ4T");
    memset(read, 0, sizeof read);
    assert_true(receipt_code_read_scan(scan, number, read));
    assert_string_equal(number, case_number);
    assert_string_equal(read, code);
}

static void
a_scanned_code_may_stand_behind_the_address_of_the_page(void **unused)
{
    (void)unused;
    char scan[RECEIPT_SCAN_CHARS_MAX + 1], address[RECEIPT_ADDRESS_CHARS_MAX + 1] = "https://id";
    char number[CASE_NUMBER_CHARS + 1], read[RECEIPT_CODE_CHARS + 1];
    receipt_code_write_scan("https://id.example.cn", case_number, code, scan);
    assert_string_equal(
        scan, "https://id.example.cn/status#yidi:1:44030500000126112200000012:7K3QX0MZ4T");
    assert_true(receipt_code_read_scan(scan, number, read));
    assert_string_equal(number, case_number);
    assert_string_equal(read, code);
    memset(address + strlen(address), 'x', sizeof address - 1 - strlen(address));
    assert_int_equal(receipt_code_check_address(address, "", NULL), OK);
    receipt_code_write_scan(address, case_number, code, scan);
    assert_int_equal(strlen(scan), RECEIPT_SCAN_CHARS_MAX);
    assert_true(receipt_code_read_scan(scan, number, read));
}

static void
what_can_be_no_address_of_a_page_is_refused(void **unused)
{
    static const char *const wrong[] = { "",
                                         "https://",
                                         "http://id.example.cn",
                                         "id.example.cn",
                                         "https://id.example.cn/",
                                         "https://id.example.cn#x",
                                         "https://id.example.cn?x",
                                         "https://id example.cn",
                                         "https://id.example.cn/\"><b",
                                         "https://身份证.cn" };
    struct refusal refusal;
    (void)unused;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(receipt_code_check_address(wrong[i], "public-address", &refusal),
                         ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_OPTION_INVALID);
    }
    assert_int_equal(receipt_code_check_address("https://id.example.cn:8443/window", "", NULL), OK);
}

static void
other_texts_are_no_scanned_code(void **unused)
{
    (void)unused;
    static const char *const scans[] = {
        "",
        "yidi:1:",
        "44030500000126112200000012",
        "yidi:2:44030500000126112200000012:7K3QX0MZ4T",
        "yidi:1:44030500000126112200000012-7K3QX0MZ4T",
        "yidi:1:44030500000126112200000012:7K3QX0MZ4",
        "yidi:1:44030500000126112200000012:7K3QX0MZ4TT",
        "https://id.example.cn/status",
        "https://id.example.cn/status#",
        "https://id.example.cn/#yidi:1:44030500000126112200000012:7K3QX0MZ4T",
        "javascript:/status#yidi:1:44030500000126112200000012:7K3QX0MZ4T",
    };
    char number[CASE_NUMBER_CHARS + 1], read[RECEIPT_CODE_CHARS + 1];
    for (size_t i = 0; i < COUNT(scans); i++)
        assert_false(receipt_code_read_scan(scans[i], number, read));
}

/* By another implementation: printf 'yidi receipt v1\n…\n…' | sha256sum */
static void
the_digest_is_the_one_that_is_written_down(void **unused)
{
    (void)unused;
    struct digest digest;
    char text[2 * DIGEST_BYTES + 1];
    receipt_digest(case_number, code, &digest);
    hex_encode(bytes_of(digest.bytes, DIGEST_BYTES), text);
    assert_string_equal(text, "65d49aa5ba5b7b1a104cc98b5660a374f478c9c2b4c0f4ecf6fc2897be320a9a");
}

static void
only_the_code_of_the_case_is_right(void **unused)
{
    (void)unused;
    struct digest digest;
    receipt_digest(case_number, code, &digest);
    const struct bytes kept = bytes_of(digest.bytes, DIGEST_BYTES);
    assert_true(receipt_matches(kept, case_number, code));
    for (size_t place = 0; place < RECEIPT_CODE_CHARS; place++)
        for (size_t i = 0; i < sizeof alphabet - 1; i++) {
            char other[RECEIPT_CODE_CHARS + 1];
            memcpy(other, code, sizeof other);
            other[place] = alphabet[i];
            assert_int_equal(receipt_matches(kept, case_number, other), strcmp(other, code) == 0);
        }
    assert_false(receipt_matches(kept, "44030500000126112200000020", code));
}

static void
a_digest_that_differs_in_one_bit_or_is_not_whole_fits_no_code(void **unused)
{
    (void)unused;
    struct digest digest;
    receipt_digest(case_number, code, &digest);
    for (size_t bit = 0; bit < 8 * DIGEST_BYTES; bit++) {
        struct digest other = digest;
        other.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(receipt_matches(bytes_of(other.bytes, DIGEST_BYTES), case_number, code));
    }
    for (size_t size = 0; size < DIGEST_BYTES; size++)
        assert_false(receipt_matches(bytes_of(digest.bytes, size), case_number, code));
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_made_of_characters_that_look_like_no_other),
        cmocka_unit_test(each_character_takes_five_bits_of_its_own_byte),
        cmocka_unit_test(what_people_type_is_read),
        cmocka_unit_test(what_can_be_no_code_is_refused),
        cmocka_unit_test(a_code_on_paper_is_read_back_and_so_is_a_scanned_one),
        cmocka_unit_test(a_scanned_code_may_stand_behind_the_address_of_the_page),
        cmocka_unit_test(what_can_be_no_address_of_a_page_is_refused),
        cmocka_unit_test(other_texts_are_no_scanned_code),
        cmocka_unit_test(the_digest_is_the_one_that_is_written_down),
        cmocka_unit_test(only_the_code_of_the_case_is_right),
        cmocka_unit_test(a_digest_that_differs_in_one_bit_or_is_not_whole_fits_no_code),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
