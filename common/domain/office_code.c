/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/office_code.h"

#include <string.h>

#include "common/domain/division.h"

enum result
office_code_check(const char *text, const char *field, struct refusal *ret_refusal)
{
    if (strlen(text) != OFFICE_CODE_CHARS)
        return refuse(ret_refusal, REFUSAL_OFFICE_CODE_INVALID, field, "must have %d characters",
                      OFFICE_CODE_CHARS);
    if (strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != OFFICE_CODE_CHARS)
        return refuse(ret_refusal, REFUSAL_OFFICE_CODE_INVALID, field,
                      "must hold only digits and capital letters");
    char division[DIVISION_CHARS + 1];
    office_code_division(text, division);
    if (!division_is_county(division) && !division_is_retired(division))
        return refuse(ret_refusal, REFUSAL_OFFICE_CODE_INVALID, field,
                      "must begin with the six-digit code of a county-level division");
    return OK;
}

void
office_code_division(const char *code, char ret_division[DIVISION_CHARS + 1])
{
    ret_division[0] = '\0';
    if (strlen(code) < DIVISION_CHARS)
        return;
    memcpy(ret_division, code, DIVISION_CHARS);
    ret_division[DIVISION_CHARS] = '\0';
}
