/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/core/hex.h"

static void
hex_goes_there_and_back_for_every_byte(void **unused)
{
    (void)unused;
    uint8_t data[256], back[256] = { 0 };
    char text[2 * 256 + 1];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    hex_encode(bytes_of(data, sizeof data), text);
    assert_int_equal(strlen(text), 512);
    assert_memory_equal(text, "000102", 6);
    assert_string_equal(text + 506, "fdfeff");
    assert_true(hex_decode(text, back, sizeof back));
    assert_memory_equal(back, data, sizeof data);
}

static void
hex_encode_of_nothing_is_the_empty_text(void **unused)
{
    (void)unused;
    char text[] = "?";
    hex_encode((struct bytes){ 0 }, text);
    assert_string_equal(text, "");
    assert_true(hex_decode("", NULL, 0));
}

static void
hex_decode_takes_digits_of_both_cases_and_nothing_else(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        bool taken;
    } cases[] = {
        { "0aFf", true },    { "0AfF", true },  { "0af", false },  { "0aff0", false },
        { "0aff00", false }, { "", false },     { "0ag0", false }, { "0a:0", false },
        { "0a/0", false },   { "0a@0", false }, { "0aG0", false }, { "0a`0", false },
        { "0a 0", false },   { "0x0a", false }, { "-1ff", false }, { "\xff\xff\xff\xff", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t data[2] = { 0x55, 0x55 };
        if (hex_decode(cases[i].text, data, sizeof data) != cases[i].taken)
            fail_msg("\"%s\"", cases[i].text);
        assert_memory_equal(data, cases[i].taken ? "\x0a\xff" : "\x55\x55", 2);
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_goes_there_and_back_for_every_byte),
        cmocka_unit_test(hex_encode_of_nothing_is_the_empty_text),
        cmocka_unit_test(hex_decode_takes_digits_of_both_cases_and_nothing_else),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
