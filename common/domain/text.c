/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/text.h"

#include <string.h>

/* Bytes of a sequence by its first byte; 0 for a byte that begins none. */
static size_t
sequence_bytes(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return 2;
    if (first >= 0xE0 && first <= 0xEF)
        return 3;
    if (first >= 0xF0 && first <= 0xF4)
        return 4;
    return 0;
}

bool
text_next(const char **cursor, uint32_t *ret_code_point)
{
    static const uint8_t first_bits[5] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    const uint8_t *bytes = (const uint8_t *)*cursor;
    size_t size = sequence_bytes(bytes[0]);
    if (bytes[0] == 0 || size == 0)
        return false;

    uint32_t code_point = bytes[0] & first_bits[size];
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return false;
        code_point = code_point << 6 | (bytes[i] & 0x3F);
    }
    bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (code_point < least[size] || surrogate || code_point > 0x10FFFF)
        return false;
    *cursor += size;
    *ret_code_point = code_point;
    return true;
}

bool
text_is_gap(uint32_t code_point)
{
    return code_point == ' ' || code_point == '\t' || code_point == '\r' || code_point == '\n' ||
           code_point == '-' || code_point == 0x3000 || code_point == 0xFF0D ||
           (code_point >= 0x2010 && code_point <= 0x2015);
}

char
text_meant(uint32_t code_point)
{
    if (code_point >= 0xFF01 && code_point <= 0xFF5E) /* wide forms of ASCII */
        code_point -= 0xFF01 - '!';
    if (code_point >= 'a' && code_point <= 'z')
        code_point -= 'a' - 'A';
    return code_point > ' ' && code_point < 0x7F ? (char)code_point : '\0';
}

size_t
text_utf16_units(const char *text)
{
    size_t units = 0;
    uint32_t code_point = 0;
    while (text_next(&text, &code_point))
        units += code_point > 0xFFFF ? 2 : 1;
    return units;
}

static bool
is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) ||
           code_point == 0x2028 || code_point == 0x2029;
}

/* Marks that hide, or make the reader see another order than the one that is stored. */
static bool
is_invisible(uint32_t code_point)
{
    return code_point == 0x061C || (code_point >= 0x200B && code_point <= 0x200F) ||
           (code_point >= 0x202A && code_point <= 0x202E) ||
           (code_point >= 0x2060 && code_point <= 0x206F) || code_point == 0xFEFF;
}

static bool
is_no_character(uint32_t code_point)
{
    return (code_point & 0xFFFE) == 0xFFFE || (code_point >= 0xFDD0 && code_point <= 0xFDEF);
}

enum result
text_check(const char *text, size_t bytes_min, size_t bytes_max, const char *field,
           struct refusal *ret_refusal)
{
    size_t size = strlen(text);
    if (size < bytes_min || size > bytes_max)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, field,
                      "must be %zu to %zu bytes long", bytes_min, bytes_max);
    if (size > 0 && (text[0] == ' ' || text[size - 1] == ' '))
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, field,
                      "must not begin or end with a space");
    uint32_t code_point = 0;
    const char *cursor = text;
    while (text_next(&cursor, &code_point))
        if (is_control(code_point) || is_invisible(code_point) || is_no_character(code_point))
            return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, field,
                          "must not hold control or invisible characters");
    if (*cursor != '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, field, "must be valid UTF-8");
    return OK;
}
