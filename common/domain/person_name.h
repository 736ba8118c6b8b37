/* SPDX-License-Identifier: Apache-2.0
 *
 * person_name - a person's name in UTF-8, of any script of GB 18030-2022, supplementary planes
 * included. At least 25 characters of any of them fit.
 *
 * Decides what a name may hold: letters and ideographs, the separator of minority names U+00B7 (·)
 * between two of them, and single spaces between Latin letters. No digits, signs, look-alikes of
 * the separator, private-use or invisible characters. Does not know whether the name is anybody's.
 */
#ifndef DOMAIN_PERSON_NAME_H
#define DOMAIN_PERSON_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/refusal.h"

enum {
    PERSON_NAME_CHARS_MAX = 50,  /* code points */
    PERSON_NAME_BYTES_MAX = 150, /* as in proto/message.proto */
    PERSON_NAME_MASKED_BYTES = PERSON_NAME_BYTES_MAX + 1,
};

/* OK, or ERR_REFUSED with NAME_INVALID and the rule. */
enum result person_name_check(const char *name, const char *field,
                              struct refusal *ret_refusal) MUST_CHECK;

/* NULL, or what this character is that no name holds; not asked of spaces and the separator. */
const char *person_name_forbidden(uint32_t code_point);

/* The first character, and a star for each of the others: 张**. One star for bytes that are not
 * UTF-8. */
void person_name_mask(const char *name, char ret_masked[PERSON_NAME_MASKED_BYTES]);

#endif
