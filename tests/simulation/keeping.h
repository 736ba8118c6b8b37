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

/* Read the policy at an office that runs, unless it follows it already. */
void keeping_give_policy(struct world *world, size_t office);

/* Months after the end: what was to be erased is, and the books still hold. */
void keeping_live_on(struct world *world);

#endif
