/* SPDX-License-Identifier: Apache-2.0
 *
 * receipt - the code on an applicant's receipt: made, and checked against its digest.
 *
 * Digest = SHA-256("yidi receipt v1\n" || case number || "\n" || code). It travels with the
 * application, so that a window that lost its disk can still check codes. It hides the code from
 * nobody who would try all 2^50, but whoever sees it sees the application itself, which is more
 * than the code opens.
 */
#ifndef IO_RECEIPT_H
#define IO_RECEIPT_H

#include "common/core/bytes.h"
#include "common/domain/receipt_code.h"

/* A new random code, terminated. */
void receipt_make_code(char ret_code[RECEIPT_CODE_CHARS + 1]);

void receipt_digest(const char *case_number, const char *code, struct digest *ret_digest);

/* Is that the code of the case? Takes the same time whatever differs; an empty digest fits no code.
 */
bool receipt_matches(struct bytes digest, const char *case_number, const char *code);

#endif
