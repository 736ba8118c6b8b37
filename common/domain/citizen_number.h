/* SPDX-License-Identifier: Apache-2.0
 *
 * citizen_number - the citizen's number by GB 11643-1999: 6 digits of division, 8 of birth date, 3
 * of sequence (odd for men), 1 check character.
 *
 * Decides whether a number is well formed. The first six digits may be a division abolished long
 * ago, or none that we know: they are never judged and nothing is routed by them. Does not know
 * whose number it is, nor today's date.
 */
#ifndef DOMAIN_CITIZEN_NUMBER_H
#define DOMAIN_CITIZEN_NUMBER_H

#include <stdint.h>

#include "common/core/limits.h"
#include "common/core/refusal.h"
#include "common/domain/form_terms.h"

/* Nobody born earlier has ever been numbered; an earlier date is a slip of the pen. */
enum { CITIZEN_BIRTH_DATE_MIN = 18800101 };

/* OK, or ERR_REFUSED with CITIZEN_NUMBER_INVALID and the rule: length, characters (the check
 * character is a capital X, never x), a real birth date, the check character (section 3.4). */
enum result citizen_number_check(const char *text, const char *field,
                                 struct refusal *ret_refusal) MUST_CHECK;

/* The check character of 17 digits; ISO 7064 MOD 11-2. For those who write numbers. Anything but
 * digits counts by its code. */
char citizen_number_check_character(const char *digits);

/* Birth date, YYYYMMDD; 0 when the text holds none. */
uint32_t citizen_number_birth_date(const char *number);

/* SEX_MALE or SEX_FEMALE; SEX_UNKNOWN of a text that is no citizen number's length. */
enum sex citizen_number_sex(const char *number);

/* First four and last four characters, the others stars: 1101**********002X. A text of another
 * length is all stars. */
void citizen_number_mask(const char *number, char ret_masked[CITIZEN_NUMBER_CHARS + 1]);

#endif
