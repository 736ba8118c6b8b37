/* SPDX-License-Identifier: Apache-2.0
 *
 * ending - the faults have stopped and people go on: everything must come to its end, and the
 * books of all offices must agree.
 */
#ifndef SIMULATION_ENDING_H
#define SIMULATION_ENDING_H

#include <stddef.h>

struct world;

/* Time alone must empty the streams; then people must be able to end every case. */
void ending_live(struct world *world);

/* The journal of an office, which may be down, from its first entry. */
void ending_check_journal(struct world *world, size_t office);

/* The books: journals, heads, streams, cases, cards, notices. */
void ending_audit(struct world *world);

#endif
