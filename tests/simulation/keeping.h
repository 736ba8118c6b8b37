/* SPDX-License-Identifier: Apache-2.0
 *
 * keeping - in half of the worlds a policy has photos erased on the day after a case has closed,
 * while faults go on; and in half of these, long after the end, the texts, of which nothing may be
 * left.
 */
#ifndef SIMULATION_KEEPING_H
#define SIMULATION_KEEPING_H

#include <stddef.h>

struct world;

/* Sign the policy of the world that begins; its offices read it when they start. */
void keeping_choose_policy(struct world *world);

/* Months after the end: what was to be erased is, and the books still hold. */
void keeping_live_on(struct world *world);

#endif
