/* SPDX-License-Identifier: Apache-2.0
 *
 * keeping - in half of the worlds some offices read a policy, and hand it on to the others, that
 * has photos erased on the day after a case has closed, while faults go on; and in half of these,
 * long after the end, the texts, of which nothing may be left.
 */
#ifndef SIMULATION_KEEPING_H
#define SIMULATION_KEEPING_H

#include "common/core/bytes.h"

enum { KEEPING_OFFICES = 8 };

struct world;

struct keeping {
    struct bytes policy; /* signed; in the world's arena; empty when this world has none */
    bool reads[KEEPING_OFFICES];
};

void keeping_begin(struct world *world);

/* Read the policy at an office that runs and is to read it, unless it follows it already. */
void keeping_give_policy(struct world *world, size_t office);

/* Months after the end: what was to be erased is, and the books still hold. Then an office that was
 * gone for good comes back all the same, for what is left of what it was to get. */
void keeping_live_on(struct world *world);

#endif
