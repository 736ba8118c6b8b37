/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/receipt_code.h"

#include <stdio.h>
#include <string.h>

#include "common/domain/text.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char scan_prefix[] = "yidi:1:";
static const char page[] = "/status#"; /* what follows # no browser sends */
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

/* The character of the alphabet that somebody meant; '\0' for none. */
static char
meant(uint32_t point)
{
    char character = text_meant(point);
    if (character == 'O')
        return '0';
    if (character == 'I' || character == 'L')
        return '1';
    return character != '\0' && strchr(alphabet, character) != NULL ? character : '\0';
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
        if (text_is_gap(point))
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
receipt_code_write_scan(const char *address, const char *case_number, const char *code,
                        char ret_scan[RECEIPT_SCAN_CHARS_MAX + 1])
{
    snprintf(ret_scan, RECEIPT_SCAN_CHARS_MAX + 1, "%.*s%s%s%.*s:%.*s", RECEIPT_ADDRESS_CHARS_MAX,
             address, address[0] == '\0' ? "" : page, scan_prefix, CASE_NUMBER_CHARS, case_number,
             RECEIPT_CODE_CHARS, code);
}

bool
receipt_code_read_scan(const char *scan, char ret_case_number[CASE_NUMBER_CHARS + 1],
                       char ret_code[RECEIPT_CODE_CHARS + 1])
{
    const char *mark = strstr(scan, page);
    if (strncmp(scan, "https://", 8) == 0 && mark != NULL)
        scan = mark + sizeof page - 1;
    const char *number = scan + SCAN_PREFIX_CHARS;
    if (strlen(scan) != RECEIPT_SCAN_CHARS || strncmp(scan, scan_prefix, SCAN_PREFIX_CHARS) != 0 ||
        number[CASE_NUMBER_CHARS] != ':')
        return false;
    memcpy(ret_case_number, number, CASE_NUMBER_CHARS);
    ret_case_number[CASE_NUMBER_CHARS] = '\0';
    memcpy(ret_code, number + CASE_NUMBER_CHARS + 1, RECEIPT_CODE_CHARS + 1);
    return true;
}

enum result
receipt_code_check_address(const char *address, const char *field, struct refusal *ret_refusal)
{
    static const char https[] = "https://";
    const size_t size = strlen(address);
    bool good = size >= sizeof https && size <= RECEIPT_ADDRESS_CHARS_MAX &&
                strncmp(address, https, sizeof https - 1) == 0 && address[size - 1] != '/';
    for (size_t i = 0; i < size; i++)
        good &= address[i] > ' ' && address[i] < 0x7F && strchr("#?\"<>\\", address[i]) == NULL;
    return good ? OK
                : refuse(ret_refusal, REFUSAL_OPTION_INVALID, field,
                         "such as https://id.example.cn, at most %d characters, without # or ?, or "
                         "a slash at the end",
                         RECEIPT_ADDRESS_CHARS_MAX);
}
