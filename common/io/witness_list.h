/* SPDX-License-Identifier: Apache-2.0
 *
 * witness_list - who has witnessed what, for an operator: of each peer's journal what was seen and
 * proved here, and of ours what the peer has shown that it saw.
 */
#ifndef IO_WITNESS_LIST_H
#define IO_WITNESS_LIST_H

#include "common/io/office.h"

/* Fill the response; it lives in office->answers.
 *
 * only  office code; empty for all peers. ERR_REFUSED: not in the directory. */
enum result witness_list(struct office *office, const char *only, Yidi__Response *response,
                         struct refusal *ret_refusal) MUST_CHECK;

/* How many peers rewrote their past. */
uint64_t witness_list_rewritten(const struct office *office);

#endif
