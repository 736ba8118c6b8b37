/* SPDX-License-Identifier: Apache-2.0
 *
 * receipt_code - the ten characters on a receipt that prove whose it is.
 *
 *     7K3QX-0MZ4T
 *
 * Digits and capital letters without I, L, O and U (Crockford's base 32), so that nothing on paper
 * looks like something else: 50 random bits. What people type is read generously: small letters,
 * the look-alikes I, L and O, gaps, and the wide characters of a Chinese keyboard. A scanner reads
 * case number and code at once from the QR code: `yidi:1:CASENUMBER:CODE`, or the same behind the
 * address of the page where applicants look: `https://HOST/status#yidi:1:CASENUMBER:CODE`. Does not
 * know which code belongs to which case (common/io/receipt.h).
 */
#ifndef DOMAIN_RECEIPT_CODE_H
#define DOMAIN_RECEIPT_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/limits.h"
#include "common/core/refusal.h"

enum {
    RECEIPT_CODE_CHARS = 10,
    RECEIPT_GROUPED_CHARS = RECEIPT_CODE_CHARS + 1,
    RECEIPT_SCAN_CHARS = sizeof "yidi:1:" - 1 + CASE_NUMBER_CHARS + 1 + RECEIPT_CODE_CHARS,
    RECEIPT_ADDRESS_CHARS_MAX = 120,
    RECEIPT_SCAN_CHARS_MAX = RECEIPT_ADDRESS_CHARS_MAX + sizeof "/status#" - 1 + RECEIPT_SCAN_CHARS,
};

/* The code of ten random bytes; each character takes five bits of its byte. Terminated. */
void receipt_code_of_random(const uint8_t random[RECEIPT_CODE_CHARS],
                            char ret_code[RECEIPT_CODE_CHARS + 1]);

/* Read a code as people type it.
 *
 * ret_code     out; in the characters of the alphabet, terminated; written on OK only.
 * ERR_REFUSED  RECEIPT_CODE_INVALID: not ten characters that a code can have. */
enum result receipt_code_read(const char *typed, const char *field,
                              char ret_code[RECEIPT_CODE_CHARS + 1],
                              struct refusal *ret_refusal) MUST_CHECK;

/* In two groups, for paper. code has ten characters. */
void receipt_code_group(const char *code, char ret_grouped[RECEIPT_GROUPED_CHARS + 1]);

/* What the QR code holds. Number and code have their full length.
 *
 * address  as receipt_code_check_address wants it; empty: there is no page. */
void receipt_code_write_scan(const char *address, const char *case_number, const char *code,
                             char ret_scan[RECEIPT_SCAN_CHARS_MAX + 1]);

/* Take such a text apart, with an address or without: false when it is none. Neither part has been
 * checked. */
bool receipt_code_read_scan(const char *scan, char ret_case_number[CASE_NUMBER_CHARS + 1],
                            char ret_code[RECEIPT_CODE_CHARS + 1]);

/* Can that be the address of the console as applicants reach it? OK, or ERR_REFUSED with
 * OPTION_INVALID. */
enum result receipt_code_check_address(const char *address, const char *field,
                                       struct refusal *ret_refusal) MUST_CHECK;

#endif
