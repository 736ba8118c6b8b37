/* SPDX-License-Identifier: Apache-2.0
 *
 * ending - the faults have stopped and people go on: everything must come to its end, and the
 * books of all offices must agree.
 */
#ifndef SIMULATION_ENDING_H
#define SIMULATION_ENDING_H

#include <stdbool.h>
#include <stddef.h>

struct world;
struct ledger_case;

/* Did it lose its past, is it no more, or is it nobody's office? Then nothing is promised about it;
 * nor about a case in which it has a part, but that it ends at the others when the office is no
 * more. */
bool ending_excuses(const struct world *world, size_t office);
bool ending_excuses_case(const struct world *world, const struct ledger_case *found);

/* Time alone must empty the streams; then people must be able to end every case. */
void ending_live(struct world *world);

/* Nothing waits between offices of which something is promised. */
void ending_check_streams(struct world *world, const char *when);

/* The journal of an office, which may be down, from its first entry; ending_books.c. */
void ending_check_journal(struct world *world, size_t office);

/* The books of all offices; ending_books.c. */
void ending_audit(struct world *world);

#endif
