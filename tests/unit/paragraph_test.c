/* SPDX-License-Identifier: Apache-2.0
 *
 * paragraph - lines that fit, broken where one may break.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/paragraph.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { LINES_MAX = 400, TEXT_BYTES = 700, TEXTS = 3000 };

static struct paragraph_line lines[LINES_MAX];

/* The lines, with a bar between them. */
static const char *
broken(const char *text, unsigned em)
{
    static char joined[2 * TEXT_BYTES];
    size_t count = paragraph_break(text, em * PARAGRAPH_EM, lines, LINES_MAX);
    joined[0] = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%.*s",
                 i == 0 ? "" : "|", (int)lines[i].bytes, lines[i].start);
    return joined;
}

static void
lines_are_broken_where_a_reader_expects_it(void **unused)
{
    (void)unused;
    static const struct {
        const char *what, *text;
        unsigned em;
        const char *lines;
    } cases[] = {
        { "nothing", "", 4, "" },
        { "only spaces", "   ", 4, "" },
        { "fits", "居民身份", 4, "居民身份" },
        { "between any two", "居民身份证", 4, "居民身份|证" },
        { "no comma begins a line", "居民身份，证", 4, "居民身|份，证" },
        { "nor does the dot in a name", "阿不都·热西提", 3, "阿不|都·热|西提" },
        { "no opening mark ends one", "居民（身份）证", 3, "居民|（身|份）证" },
        { "words stay whole", "a card of the citizen", 4, "a card|of the|citizen" },
        { "after a hyphen", "0451-8000-0000", 4, "0451-|8000-|0000" },
        { "a word longer than the line", "ABCDEFGH", 2, "AB|CD|EF|GH" },
        { "both scripts", "电话 phone 号码", 5, "电话|phone 号|码" },
        { "newlines", "一\n\n二", 4, "一||二" },
        { "a newline at the end", "一\n", 4, "一" },
        { "spaces at the ends", "  一  二  ", 1, "一|二" },
        { "rare characters are whole", "𠮷𪚥𠮷", 1, "𠮷|𪚥|𠮷" },
        { "marks stay with their letter",
          "e\xCC\x81"
          "e\xCC\x81",
          1, "e\xCC\x81|e\xCC\x81" },
        { "a variant stays chosen", "葛\xF3\xA0\x84\x80葛", 1, "葛\xF3\xA0\x84\x80|葛" },
        { "bytes that are no text", "\xFF\xFE", 1, "\xFF|\xFE" },
        { "wider than the line alone", "一二", 0, "一|二" },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (strcmp(broken(cases[i].text, cases[i].em), cases[i].lines) != 0)
            fail_msg("%s: %s, not %s", cases[i].what, broken(cases[i].text, cases[i].em),
                     cases[i].lines);
}

static void
more_lines_than_there_is_room_for_are_counted(void **unused)
{
    (void)unused;
    struct paragraph_line two[3] = { [2] = { .bytes = 77 } };
    assert_int_equal(paragraph_break("一二三四五", PARAGRAPH_EM, two, 2), 5);
    assert_memory_equal(two[1].start, "二", 3);
    assert_int_equal(two[2].bytes, 77);
}

static void
a_chinese_character_is_an_em_and_a_mark_is_nothing(void **unused)
{
    (void)unused;
    assert_int_equal(paragraph_width(""), 0);
    assert_int_equal(paragraph_width("证𠮷，"), 3 * PARAGRAPH_EM);
    assert_int_equal(paragraph_width("e\xCC\x81"), paragraph_width("e"));
    assert_true(paragraph_width("iiii") < paragraph_width("MMMM"));
}

static void
make_text(unsigned seed, char *text)
{
    static const char *const pieces[] = {
        "居",   "民",      "，", "。", "（", "）", "·",
        "𠮷",   "a",       "W",  "z",  "7",  " ",  "-",
        "é",    "ئ",       "ا",  "\n", "<",  "&",  "葛\xF3\xA0\x84\x80",
        "\xFF", "\xE4\xB8"
    };
    text[0] = '\0';
    unsigned count = seed % 120;
    for (unsigned i = 0; i < count; i++) {
        seed = seed * 1103515245u + 12345u;
        strcat(text, pieces[(seed >> 16) % COUNT(pieces)]);
    }
}

static void
strip(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != ' ' && *from != '\n')
            *to++ = *from;
    *to = '\0';
}

/* Whatever the text: nothing but spaces and newlines is lost, order stays, and only a character
 * that is too wide alone is wider than a line. */
static void
nothing_is_lost_and_every_line_fits(void **unused)
{
    (void)unused;
    for (unsigned seed = 1; seed < TEXTS; seed++) {
        char text[TEXT_BYTES], joined[TEXT_BYTES] = "";
        unsigned width_max = 300 + seed * 37 % 9000;
        make_text(seed, text);
        size_t count = paragraph_break(text, width_max, lines, LINES_MAX);
        assert_true(count <= LINES_MAX);
        for (size_t i = 0; i < count; i++) {
            assert_true(lines[i].width <= width_max || lines[i].width <= PARAGRAPH_EM);
            strncat(joined, lines[i].start, lines[i].bytes);
        }
        strip(text);
        strip(joined);
        assert_string_equal(joined, text);
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_broken_where_a_reader_expects_it),
        cmocka_unit_test(more_lines_than_there_is_room_for_are_counted),
        cmocka_unit_test(a_chinese_character_is_an_em_and_a_mark_is_nothing),
        cmocka_unit_test(nothing_is_lost_and_every_line_fits),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
