/* SPDX-License-Identifier: Apache-2.0
 *
 * stray - messages about cases that are not here: they were refused, or belong to a lost past that
 * could not be done again. No case's time would ever come for them, so they are erased when they
 * are as old as the texts of a case may become, by the present policy.
 *
 * What is not delivered yet stays until it is: all that this office says of such a case is that it
 * refused it.
 */
#ifndef IO_STRAY_H
#define IO_STRAY_H

#include "common/io/turn.h"

/* A message about the case came, or left; when there is a row of that case, nothing is noted. */
enum result stray_note(struct turn *turn, const char *case_number) MUST_CHECK;

/* What is due first. OK or ERR_ABSENT. */
enum result stray_next(struct store_txn *txn, struct deadline_key *ret_key) MUST_CHECK;

/* Erase what is due; the key goes.
 *
 * messages_left  in: at most; out: what is left of that. */
enum result stray_erase(struct turn *turn, const struct deadline_key *key,
                        uint64_t *messages_left) MUST_CHECK;
enum result stray_drop(struct store_txn *txn, const struct deadline_key *key) MUST_CHECK;

#endif
