/* SPDX-License-Identifier: Apache-2.0
 *
 * case_number - the number of one application, printed on the applicant's receipt (领证回执编号).
 *
 *     110105000001 261122 0000017 4
 *     office       YYMMDD serial  check character, ISO 7064 MOD 37,36
 *
 * 26 characters without spaces; dates are of 2000 to 2099. The check character finds every single
 * wrong character, and every swap of neighbours but one kind: two that differ by one (3 and 4, A
 * and B) at one of 36 states of the sum, which is about 1 swap in 200 among random digits; what the
 * standard's hybrid systems cannot see. Does not know which numbers were given out.
 */
#ifndef DOMAIN_CASE_NUMBER_H
#define DOMAIN_CASE_NUMBER_H

#include <stdint.h>

#include "common/core/limits.h"
#include "common/core/refusal.h"

enum { CASE_SERIAL_MAX = 9999999 };

/* Write a number.
 *
 * office       in; a valid office code (office_code.h).
 * date         in; YYYYMMDD of 2000 to 2099, in Beijing.
 * serial       in; 0..CASE_SERIAL_MAX, never twice for one office and date.
 * ret_number   out; terminated; written on OK only.
 * ERR_FULL     no serial is left for that day; the caller answers NUMBERS_EXHAUSTED.
 * ERR_REFUSED  office or date cannot stand in a number. */
enum result case_number_format(const char *office, uint32_t date, uint32_t serial,
                               char ret_number[CASE_NUMBER_CHARS + 1]) MUST_CHECK;

/* OK, or ERR_REFUSED with CASE_NUMBER_INVALID and the rule. */
enum result case_number_check(const char *text, const char *field,
                              struct refusal *ret_refusal) MUST_CHECK;

/* Read a number as people type it: gaps, small letters and wide forms do not matter (text.h).
 *
 * ret_number   out; plain and terminated; written on OK only.
 * ERR_REFUSED  as case_number_check. */
enum result case_number_read(const char *typed, const char *field,
                             char ret_number[CASE_NUMBER_CHARS + 1],
                             struct refusal *ret_refusal) MUST_CHECK;

/* Parts of a number that was checked; empty or 0 of a text that is shorter or holds none. */
void case_number_office(const char *number, char ret_office[OFFICE_CODE_CHARS + 1]);
uint32_t case_number_date(const char *number);
uint32_t case_number_serial(const char *number);

/* The check character of 25 digits and capital letters; '\0' when there are other characters. */
char case_number_check_character(const char *characters);

#endif
