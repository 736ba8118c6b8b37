/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/case_number.h"

#include <stdio.h>
#include <string.h>

#include "common/domain/civil_date.h"
#include "common/domain/office_code.h"
#include "common/domain/text.h"

enum {
    CHECKED_CHARS = CASE_NUMBER_CHARS - 1,
    DATE_AT = OFFICE_CODE_CHARS,
    DATE_CHARS = 6,
    SERIAL_AT = DATE_AT + DATE_CHARS,
    SERIAL_CHARS = 7,
    CENTURY = 20000000,
    MODULUS = 36,
};

_Static_assert(SERIAL_AT + SERIAL_CHARS == CHECKED_CHARS, "the parts fill the number");

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* ISO 7064 section 8.2: for each character, add it modulo 36 (0 counts as 36), double modulo 37. */
char
case_number_check_character(const char *characters)
{
    unsigned product = MODULUS;
    for (size_t i = 0; i < CHECKED_CHARS; i++) {
        const char *place = characters[i] == '\0' ? NULL : strchr(alphabet, characters[i]);
        if (place == NULL)
            return '\0';
        unsigned sum = (product + (unsigned)(place - alphabet)) % MODULUS;
        product = (sum == 0 ? MODULUS : sum) * 2 % (MODULUS + 1);
    }
    return alphabet[(MODULUS + 1 - product) % MODULUS];
}

static uint32_t
read_digits(const char *text, size_t count)
{
    uint32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return UINT32_MAX;
        value = value * 10 + (uint32_t)(text[i] - '0');
    }
    return value;
}

static enum result
check_parts(const char *text, const char *field, struct refusal *ret_refusal)
{
    char office[OFFICE_CODE_CHARS + 1];
    case_number_office(text, office);
    if (office_code_check(office, field, NULL) != OK)
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_INVALID, field,
                      "the first %d characters must be an office code", OFFICE_CODE_CHARS);
    if (case_number_date(text) == 0)
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_INVALID, field,
                      "characters 13 to 18 must be a date, YYMMDD");
    if (read_digits(text + SERIAL_AT, SERIAL_CHARS) == UINT32_MAX)
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_INVALID, field,
                      "characters 19 to 25 must be digits");
    return OK;
}

enum result
case_number_format(const char *office, uint32_t date, uint32_t serial,
                   char ret_number[CASE_NUMBER_CHARS + 1])
{
    if (serial > CASE_SERIAL_MAX)
        return ERR_FULL;
    if (office_code_check(office, "", NULL) != OK || !civil_date_valid(date) ||
        date / 1000000 != CENTURY / 1000000)
        return ERR_REFUSED;
    char number[CASE_NUMBER_CHARS + 1];
    snprintf(number, sizeof number, "%s%06u%07u", office, (unsigned)date % 1000000,
             (unsigned)serial % (CASE_SERIAL_MAX + 1));
    number[CHECKED_CHARS] = case_number_check_character(number);
    number[CASE_NUMBER_CHARS] = '\0';
    memcpy(ret_number, number, sizeof number);
    return OK;
}

enum result
case_number_check(const char *text, const char *field, struct refusal *ret_refusal)
{
    if (strlen(text) != CASE_NUMBER_CHARS)
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_INVALID, field, "must have %d characters",
                      CASE_NUMBER_CHARS);
    if (strspn(text, alphabet) != CASE_NUMBER_CHARS)
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_INVALID, field,
                      "must hold only digits and capital letters");
    if (text[CHECKED_CHARS] != case_number_check_character(text))
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_INVALID, field,
                      "the check character does not fit; a character is mistyped");
    return check_parts(text, field, ret_refusal);
}

enum result
case_number_read(const char *typed, const char *field, char ret_number[CASE_NUMBER_CHARS + 1],
                 struct refusal *ret_refusal)
{
    char number[CASE_NUMBER_CHARS + 2] = ""; /* one too many is seen by the check */
    size_t count = 0;
    uint32_t point;
    while (text_next(&typed, &point) && count <= CASE_NUMBER_CHARS) {
        if (text_is_gap(point))
            continue;
        char character = text_meant(point);
        number[count++] = character == '\0' ? '?' : character;
    }
    if (*typed != '\0' && count <= CASE_NUMBER_CHARS) /* not UTF-8 */
        number[count] = '?';
    enum result result = case_number_check(number, field, ret_refusal);
    if (result == OK)
        memcpy(ret_number, number, CASE_NUMBER_CHARS + 1);
    return result;
}

void
case_number_office(const char *number, char ret_office[OFFICE_CODE_CHARS + 1])
{
    ret_office[0] = '\0';
    if (strlen(number) < OFFICE_CODE_CHARS)
        return;
    memcpy(ret_office, number, OFFICE_CODE_CHARS);
    ret_office[OFFICE_CODE_CHARS] = '\0';
}

uint32_t
case_number_date(const char *number)
{
    if (strlen(number) < SERIAL_AT)
        return 0;
    uint32_t digits = read_digits(number + DATE_AT, DATE_CHARS);
    if (digits == UINT32_MAX || !civil_date_valid(CENTURY + digits))
        return 0;
    return CENTURY + digits;
}

uint32_t
case_number_serial(const char *number)
{
    if (strlen(number) < CHECKED_CHARS)
        return 0;
    uint32_t digits = read_digits(number + SERIAL_AT, SERIAL_CHARS);
    return digits == UINT32_MAX ? 0 : digits;
}
