/* SPDX-License-Identifier: Apache-2.0
 *
 * problem - a refusal as it is told over HTTP: Problem JSON (RFC 9457), in English and Chinese.
 *
 *     {"type":"urn:yidi:refusal:FEE_MISMATCH","title":"…","status":422,"detail":"…",
 *      "code":"FEE_MISMATCH","field":"apply.form.fee_fen","english":"…","chinese":"…"}
 *
 * title and english are the meaning of the code, detail is the rule that was broken.
 */
#ifndef IO_PROBLEM_H
#define IO_PROBLEM_H

#include "common/core/arena.h"
#include "common/core/refusal.h"

#define PROBLEM_TYPE "application/problem+json"

/* The HTTP status that goes with a code. */
unsigned problem_status(enum refusal_code code);

/* In the arena; NULL only when out of memory. */
char *problem_encode(const struct refusal *refusal, struct arena *arena);

#endif
