/* SPDX-License-Identifier: Apache-2.0
 *
 * search_term - what somebody typed to find cases: a case number, a citizen number, or the
 * beginning of a name.
 *
 * No name holds a digit, so a text that has one is a number. Does not know whether there is such a
 * case or citizen.
 */
#ifndef DOMAIN_SEARCH_TERM_H
#define DOMAIN_SEARCH_TERM_H

#include "common/core/refusal.h"
#include "common/domain/person_name.h"

enum search_kind { SEARCH_CASE, SEARCH_CITIZEN, SEARCH_NAME };

struct search_term {
    enum search_kind kind;
    char text[PERSON_NAME_BYTES_MAX + 1]; /* as it is stored: without dashes, in capital letters */
};

/* Blanks and dashes within a number, and blanks around a name, do not count; nor does whether the
 * letters of a number are capital ones.
 *
 * ERR_REFUSED  CASE_NUMBER_INVALID or CITIZEN_NUMBER_INVALID, whichever it is nearer to;
 * NAME_INVALID: nothing was typed, or too much. */
enum result search_term_read(const char *text, const char *field, struct search_term *ret_term,
                             struct refusal *ret_refusal) MUST_CHECK;

#endif
