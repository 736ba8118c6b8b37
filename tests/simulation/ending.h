/* SPDX-License-Identifier: Apache-2.0
 *
 * ending - the faults have stopped and people go on: everything must come to its end, and the
 * books of all offices must agree.
 */
#ifndef SIMULATION_ENDING_H
#define SIMULATION_ENDING_H

struct world;

/* Time alone must empty the streams; then people must be able to end every case. */
void ending_live(struct world *world);

/* The books: journals, heads, streams, cases, cards, notices. */
void ending_audit(struct world *world);

#endif
