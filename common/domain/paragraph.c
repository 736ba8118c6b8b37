/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/paragraph.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "common/domain/text.h"

struct range {
    uint32_t first, last;
};

static bool
is_in(uint32_t point, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

#define IS_IN(point, ranges) is_in(point, ranges, sizeof(ranges) / sizeof *(ranges))

/* Marks of the scripts in which names are written, joiners, and selectors of variants. */
static bool
combines(uint32_t point)
{
    static const struct range marks[] = {
        { 0x0300, 0x036F }, { 0x0483, 0x0489 },   { 0x0591, 0x05BD }, { 0x0610, 0x061A },
        { 0x064B, 0x065F }, { 0x0670, 0x0670 },   { 0x06D6, 0x06DC }, { 0x06DF, 0x06E4 },
        { 0x06E7, 0x06E8 }, { 0x0E31, 0x0E31 },   { 0x0E34, 0x0E3A }, { 0x0E47, 0x0E4E },
        { 0x0F18, 0x0F19 }, { 0x0F35, 0x0F39 },   { 0x0F71, 0x0F84 }, { 0x0F86, 0x0F87 },
        { 0x0F8D, 0x0FBC }, { 0x180B, 0x180F },   { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF },
        { 0x200B, 0x200F }, { 0x20D0, 0x20FF },   { 0x302A, 0x302F }, { 0x3099, 0x309A },
        { 0xFE00, 0xFE0F }, { 0xE0100, 0xE01EF },
    };
    return point >= 0x0300 && IS_IN(point, marks);
}

/* ---- widths ---- */

static unsigned
ascii_width(uint32_t point)
{
    if (point < 0x80 && strchr(" .,:;'|!ijlI()[]{}`", (int)point) != NULL)
        return 340;
    if (point == 'W' || point == 'M' || point == 'm' || point == 'w' || point == '@' ||
        point == '%')
        return 920;
    if (point >= 'A' && point <= 'Z')
        return 720;
    return 600;
}

static unsigned
point_width(uint32_t point)
{
    static const struct range narrow[] = {
        { 0x00A0, 0x00B6 }, { 0x00B8, 0x02FF }, /* Latin; but not the dot in names */
        { 0x0370, 0x10FF },                     /* Greek to Georgian: letters of words */
        { 0x1200, 0x1FFF },                     /* Ethiopian to Mongolian */
        { 0xA4D0, 0xABFF }, { 0xFB50, 0xFDFF }, /* Lisu and others; forms of Arabic */
        { 0xFE70, 0xFEFE },
    };
    if (combines(point))
        return 0;
    if (point < 0x80)
        return ascii_width(point);
    return IS_IN(point, narrow) ? 750 : PARAGRAPH_EM;
}

/* ---- clusters: a character with what combines with it ---- */

struct cluster {
    uint32_t point; /* U+FFFD for a byte that is not UTF-8 */
    const char *end;
    unsigned width;
};

static uint32_t
next_point(const char **cursor)
{
    uint32_t point;
    if (text_next(cursor, &point))
        return point;
    (*cursor)++;
    return 0xFFFD;
}

/* cursor is not at the end of the text. */
static struct cluster
next_cluster(const char *cursor)
{
    struct cluster cluster = { .point = next_point(&cursor) };
    cluster.width = point_width(cluster.point);
    cluster.end = cursor;
    while (*cursor != '\0' && combines(next_point(&cursor)))
        cluster.end = cursor;
    return cluster;
}

/* ---- where a line may be broken ---- */

static bool
may_not_begin(uint32_t point)
{
    static const struct range closing[] = {
        { '!', '!' },       { ')', ')' },       { ',', ',' },       { '.', '.' },
        { ':', ';' },       { '?', '?' },       { ']', ']' },       { '}', '}' },
        { '%', '%' },       { 0x00B7, 0x00B7 }, { 0x2019, 0x2019 }, { 0x201D, 0x201D },
        { 0x2026, 0x2026 }, { 0x3001, 0x3002 }, { 0x3005, 0x3005 }, { 0x3009, 0x3009 },
        { 0x300B, 0x300B }, { 0x300D, 0x300D }, { 0x300F, 0x300F }, { 0x3011, 0x3011 },
        { 0x3015, 0x3015 }, { 0x30FB, 0x30FC }, { 0xFF01, 0xFF01 }, { 0xFF05, 0xFF05 },
        { 0xFF09, 0xFF09 }, { 0xFF0C, 0xFF0C }, { 0xFF0E, 0xFF0E }, { 0xFF1A, 0xFF1B },
        { 0xFF1F, 0xFF1F }, { 0xFF3D, 0xFF3D }, { 0xFF5D, 0xFF5D },
    };
    return IS_IN(point, closing);
}

static bool
may_not_end(uint32_t point)
{
    static const struct range opening[] = {
        { '(', '(' },       { '[', '[' },       { '{', '{' },       { 0x2018, 0x2018 },
        { 0x201C, 0x201C }, { 0x3008, 0x3008 }, { 0x300A, 0x300A }, { 0x300C, 0x300C },
        { 0x300E, 0x300E }, { 0x3010, 0x3010 }, { 0x3014, 0x3014 }, { 0xFF08, 0xFF08 },
        { 0xFF3B, 0xFF3B }, { 0xFF5B, 0xFF5B }, { 0xFFE5, 0xFFE5 }, { 0x00A5, 0x00A5 },
    };
    return IS_IN(point, opening);
}

/* Letters and digits stay together; an ideograph stands alone. */
static bool
is_of_a_word(uint32_t point)
{
    return point != 0xFFFD && point_width(point) != PARAGRAPH_EM;
}

static bool
may_break(uint32_t before, uint32_t after)
{
    if (may_not_begin(after) || may_not_end(before))
        return false;
    return after == ' ' || before == ' ' || before == '-' || before == '/' ||
           !is_of_a_word(before) || !is_of_a_word(after);
}

/* ---- lines ---- */

/* The line that begins here, without the spaces behind it; ret_next is where the next one does. */
static struct paragraph_line
take_line(const char *start, unsigned width_max, const char **ret_next)
{
    const char *cursor = start, *end = start, *good_end = NULL, *good_next = NULL;
    unsigned width = 0, full_width = 0, good_width = 0;
    uint32_t before = 0;
    while (*cursor != '\0' && *cursor != '\n') {
        const struct cluster cluster = next_cluster(cursor);
        if (cursor > start && may_break(before, cluster.point)) {
            good_end = end;
            good_next = cursor;
            good_width = width;
        }
        if (cluster.point != ' ' && full_width + cluster.width > width_max && end > start) {
            bool inside_word = good_end == NULL || good_end == start;
            *ret_next = inside_word ? cursor : good_next;
            return (struct paragraph_line){
                .start = start,
                .bytes = (size_t)((inside_word ? end : good_end) - start),
                .width = inside_word ? width : good_width,
            };
        }
        full_width += cluster.width;
        cursor = cluster.end;
        before = cluster.point;
        if (cluster.point != ' ') {
            end = cursor;
            width = full_width;
        }
    }
    *ret_next = *cursor == '\n' ? cursor + 1 : cursor;
    return (
        struct paragraph_line){ .start = start, .bytes = (size_t)(end - start), .width = width };
}

size_t
paragraph_break(const char *text, unsigned width_max, struct paragraph_line *ret_lines,
                size_t line_max)
{
    size_t count = 0;
    const char *cursor = text + strspn(text, " ");
    while (*cursor != '\0') {
        const char *next;
        const struct paragraph_line line = take_line(cursor, width_max, &next);
        if (count < line_max)
            ret_lines[count] = line;
        count++;
        cursor = next + strspn(next, " ");
    }
    return count;
}

unsigned
paragraph_width(const char *text)
{
    unsigned width = 0;
    for (const char *cursor = text; *cursor != '\0';) {
        const struct cluster cluster = next_cluster(cursor);
        width += cluster.width;
        cursor = cluster.end;
    }
    return width;
}
