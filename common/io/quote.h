/* SPDX-License-Identifier: Apache-2.0
 *
 * quote - what an application would cost if it were accepted now, and what comes of it: by the
 * window's present policy, from nothing that is stored.
 */
#ifndef IO_QUOTE_H
#define IO_QUOTE_H

#include "common/io/store_queries.h"

/* response     out; body set to Quoted, in the arena.
 * ERR_REFUSED  as the form would be: FIRST_APPLICATION_ELSEWHERE, REASON_MISMATCH, FEE_MISMATCH (a
 *              waiver that does not apply), the field as in the form; DATE_INVALID,
 *              FIELD_OUT_OF_BOUNDS; COMMAND_UNKNOWN at an office that accepts nothing. */
enum result quote_answer(const struct query_source *source, const Yidi__Quote *quote,
                         Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

#endif
