/* SPDX-License-Identifier: Apache-2.0
 *
 * office_code - the code of a public security office by GA/T 380: county 6 digits, department 2 and
 * unit 4 characters, digits and capital letters.
 *
 * Decides whether a code is well formed. A division that was abolished is accepted: offices outlive
 * it. Does not know which offices exist: that is in the directory.
 */
#ifndef DOMAIN_OFFICE_CODE_H
#define DOMAIN_OFFICE_CODE_H

#include "common/core/limits.h"
#include "common/core/refusal.h"

/* OK, or ERR_REFUSED with OFFICE_CODE_INVALID and the rule. */
enum result office_code_check(const char *text, const char *field,
                              struct refusal *ret_refusal) MUST_CHECK;

/* The county part of a code; empty of a text that is shorter. */
void office_code_division(const char *code, char ret_division[DIVISION_CHARS + 1]);

#endif
