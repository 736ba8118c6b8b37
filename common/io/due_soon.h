/* SPDX-License-Identifier: Apache-2.0
 *
 * due_soon - each day the operators are told how many cases are due soon: one notice for the
 * office, while there is still time. Of each case that is overdue, overdue tells.
 *
 * Told at the beginning of a day in Beijing, or when the office can tell again; the day stands in a
 * row of TABLE_META, written by the same transaction as the notice. An office with nothing to do
 * has no clock. What is due soon, domain/urgency says.
 */
#ifndef IO_DUE_SOON_H
#define IO_DUE_SOON_H

#include "common/io/turn.h"

/* After overdue_open. */
void due_soon_open(struct office *office, const struct office_time *now);

/* When it is time to look again; after each turn. */
void due_soon_schedule(struct office *office, const struct office_time *now);

/* Is it time, and may the office tell? */
bool due_soon_wants_turn(const struct office *office, const struct office_time *now);

/* Part of a turn, after overdue_tell: tell what is due soon, when nobody was told today. */
enum result due_soon_tell(struct turn *turn) MUST_CHECK;
void due_soon_rolled_back(struct office *office);

#endif
