/* SPDX-License-Identifier: Apache-2.0
 *
 * tidy - what a role keeps for a bounded time only is deleted when that is over, though nobody
 * asks: the clock of role.h, tidy.
 *
 * Sleeps until the time that the role named; an office that keeps nothing of the kind has no clock.
 */
#ifndef IO_TIDY_H
#define IO_TIDY_H

#include "common/io/turn.h"

/* When is there something to delete in the store? */
enum result tidy_open(struct office *office, struct store_txn *txn,
                      const struct office_time *now) MUST_CHECK;

/* In a turn: there will be something to delete at this Unix time. */
void tidy_by(struct turn *turn, uint64_t wall_ms);

/* When it is time to look again; after each turn. */
void tidy_schedule(struct office *office, const struct office_time *now);

/* Is it time? */
bool tidy_wants_turn(const struct office *office, const struct office_time *now);

/* Part of a turn: delete what is past, when it is time. */
enum result tidy_run(struct turn *turn) MUST_CHECK;
void tidy_rolled_back(struct office *office);

#endif
