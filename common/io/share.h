/* SPDX-License-Identifier: Apache-2.0
 *
 * share - whose share of a lost past has not come back yet (recovery.h), and what nobody can know
 * before it has. A revoked office is waited for no more.
 */
#ifndef IO_SHARE_H
#define IO_SHARE_H

#include "common/io/turn.h"

/* Is the share of this office missing; is any? */
bool share_is_missing(const struct turn *turn, const char *office);
bool share_any_is_missing(const struct turn *turn);

/* The next office whose share is missing, as it stands in the directory; *position begins at 0.
 * NULL when there is no other. */
const Yidi__Office *share_next_missing(const struct turn *turn, size_t *position);

/* A card was ordered for this citizen by a case that cannot be done again before the share of its
 * window has come: note it. */
enum result share_note_awaited(struct turn *turn, const char *citizen_number,
                               const char *case_number) MUST_CHECK;

/* Is there such a case, which is still waited for? OK or ERR_ABSENT. */
enum result share_find_awaited(struct turn *turn, const char *citizen_number,
                               char ret_case_number[CASE_NUMBER_CHARS + 1]) MUST_CHECK;

#endif
