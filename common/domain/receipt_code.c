/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/receipt_code.h"

#include <stdio.h>
#include <string.h>

#include "common/domain/text.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char scan_prefix[] = "yidi:1:";
enum { SCAN_PREFIX_CHARS = sizeof scan_prefix - 1, GROUP_CHARS = RECEIPT_CODE_CHARS / 2 };

_Static_assert(sizeof alphabet - 1 == 32, "each character takes five bits");

void
receipt_code_of_random(const uint8_t random[RECEIPT_CODE_CHARS],
                       char ret_code[RECEIPT_CODE_CHARS + 1])
{
    for (size_t i = 0; i < RECEIPT_CODE_CHARS; i++)
        ret_code[i] = alphabet[random[i] & 31];
    ret_code[RECEIPT_CODE_CHARS] = '\0';
}

/* Space, hyphen and the dashes and wide forms that stand for them. */
static bool
is_gap(uint32_t point)
{
    return point == ' ' || point == '-' || point == 0x3000 || point == 0xFF0D ||
           (point >= 0x2010 && point <= 0x2015);
}

/* The character of the alphabet that somebody meant; '\0' for none. */
static char
meant(uint32_t point)
{
    if (point >= 0xFF01 && point <= 0xFF5E) /* wide forms of ASCII */
        point -= 0xFF01 - '!';
    if (point >= 'a' && point <= 'z')
        point -= 'a' - 'A';
    if (point == 'O')
        return '0';
    if (point == 'I' || point == 'L')
        return '1';
    return point > 0 && point < 0x80 && strchr(alphabet, (int)point) != NULL ? (char)point : '\0';
}

enum result
receipt_code_read(const char *typed, const char *field, char ret_code[RECEIPT_CODE_CHARS + 1],
                  struct refusal *ret_refusal)
{
    char code[RECEIPT_CODE_CHARS + 1] = { 0 };
    size_t count = 0;
    uint32_t point;
    const char *cursor = typed;
    while (text_next(&cursor, &point)) {
        if (is_gap(point))
            continue;
        char character = meant(point);
        if (character == '\0')
            return refuse(ret_refusal, REFUSAL_RECEIPT_CODE_INVALID, field,
                          "must hold only digits and letters; there is no U in it");
        if (count < RECEIPT_CODE_CHARS)
            code[count] = character;
        count++;
    }
    if (*cursor != '\0' || count != RECEIPT_CODE_CHARS)
        return refuse(ret_refusal, REFUSAL_RECEIPT_CODE_INVALID, field, "must have %d characters",
                      RECEIPT_CODE_CHARS);
    memcpy(ret_code, code, sizeof code);
    return OK;
}

void
receipt_code_group(const char *code, char ret_grouped[RECEIPT_GROUPED_CHARS + 1])
{
    snprintf(ret_grouped, RECEIPT_GROUPED_CHARS + 1, "%.*s-%.*s", GROUP_CHARS, code, GROUP_CHARS,
             code + GROUP_CHARS);
}

void
receipt_code_write_scan(const char *case_number, const char *code,
                        char ret_scan[RECEIPT_SCAN_CHARS + 1])
{
    snprintf(ret_scan, RECEIPT_SCAN_CHARS + 1, "%s%.*s:%.*s", scan_prefix, CASE_NUMBER_CHARS,
             case_number, RECEIPT_CODE_CHARS, code);
}

bool
receipt_code_read_scan(const char *scan, char ret_case_number[CASE_NUMBER_CHARS + 1],
                       char ret_code[RECEIPT_CODE_CHARS + 1])
{
    const char *number = scan + SCAN_PREFIX_CHARS;
    if (strlen(scan) != RECEIPT_SCAN_CHARS || strncmp(scan, scan_prefix, SCAN_PREFIX_CHARS) != 0 ||
        number[CASE_NUMBER_CHARS] != ':')
        return false;
    memcpy(ret_case_number, number, CASE_NUMBER_CHARS);
    ret_case_number[CASE_NUMBER_CHARS] = '\0';
    memcpy(ret_code, number + CASE_NUMBER_CHARS + 1, RECEIPT_CODE_CHARS + 1);
    return true;
}
