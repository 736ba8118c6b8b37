/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/citizen_number.h"

#include <stdbool.h>
#include <string.h>

#include "common/domain/civil_date.h"

enum { CHECKED_DIGITS = CITIZEN_NUMBER_CHARS - 1, BIRTH_DATE_AT = 6, SEX_DIGIT_AT = 16 };

static bool
has_length(const char *text)
{
    return strlen(text) == CITIZEN_NUMBER_CHARS;
}

static bool
starts_with_digits(const char *text, size_t count)
{
    return strspn(text, "0123456789") >= count;
}

char
citizen_number_check_character(const char *digits)
{
    static const unsigned weights[CHECKED_DIGITS] = { 7, 9, 10, 5,  8, 4, 2, 1, 6,
                                                      3, 7, 9,  10, 5, 8, 4, 2 };
    unsigned sum = 0;
    for (size_t i = 0; i < CHECKED_DIGITS; i++)
        sum += ((unsigned)digits[i] - '0') * weights[i];
    return "10X98765432"[sum % 11];
}

static enum result
check_birth_date(const char *text, const char *field, struct refusal *ret_refusal)
{
    uint32_t date = 0;
    if (civil_date_decode(text + BIRTH_DATE_AT, &date) != OK)
        return refuse(ret_refusal, REFUSAL_CITIZEN_NUMBER_INVALID, field,
                      "digits 7 to 14 must be a birth date, YYYYMMDD");
    if (date < CITIZEN_BIRTH_DATE_MIN)
        return refuse(ret_refusal, REFUSAL_CITIZEN_NUMBER_INVALID, field,
                      "digits 7 to 14 must be a birth date from %d on", CITIZEN_BIRTH_DATE_MIN);
    return OK;
}

enum result
citizen_number_check(const char *text, const char *field, struct refusal *ret_refusal)
{
    if (!has_length(text))
        return refuse(ret_refusal, REFUSAL_CITIZEN_NUMBER_INVALID, field, "must have %d characters",
                      CITIZEN_NUMBER_CHARS);
    if (!starts_with_digits(text, CHECKED_DIGITS))
        return refuse(ret_refusal, REFUSAL_CITIZEN_NUMBER_INVALID, field,
                      "the first %d characters must be digits", CHECKED_DIGITS);
    char last = text[CHECKED_DIGITS];
    if (last == 'x')
        return refuse(ret_refusal, REFUSAL_CITIZEN_NUMBER_INVALID, field,
                      "the check character must be written as a capital X");
    if (last != 'X' && (last < '0' || last > '9'))
        return refuse(ret_refusal, REFUSAL_CITIZEN_NUMBER_INVALID, field,
                      "the last character must be a digit or a capital X");
    enum result result = check_birth_date(text, field, ret_refusal);
    if (result != OK)
        return result;
    if (last != citizen_number_check_character(text))
        return refuse(ret_refusal, REFUSAL_CITIZEN_NUMBER_INVALID, field,
                      "the check character does not fit the digits; a digit is mistyped");
    return OK;
}

uint32_t
citizen_number_birth_date(const char *number)
{
    uint32_t date = 0;
    if (!has_length(number) || civil_date_decode(number + BIRTH_DATE_AT, &date) != OK)
        return 0;
    return date;
}

enum sex
citizen_number_sex(const char *number)
{
    if (!has_length(number))
        return SEX_UNKNOWN;
    return (number[SEX_DIGIT_AT] - '0') % 2 != 0 ? SEX_MALE : SEX_FEMALE;
}

void
citizen_number_mask(const char *number, char ret_masked[CITIZEN_NUMBER_CHARS + 1])
{
    enum { SHOWN = 4 };
    memset(ret_masked, '*', CITIZEN_NUMBER_CHARS);
    ret_masked[CITIZEN_NUMBER_CHARS] = '\0';
    if (!has_length(number))
        return;
    memcpy(ret_masked, number, SHOWN);
    memcpy(ret_masked + CITIZEN_NUMBER_CHARS - SHOWN, number + CITIZEN_NUMBER_CHARS - SHOWN, SHOWN);
}
