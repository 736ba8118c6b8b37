/* SPDX-License-Identifier: Apache-2.0
 *
 * closure - in some worlds an office is revoked: for good, and then it is no more; or until it is
 * trusted again, and meanwhile it works on, and nobody talks to it. In the end everybody else's
 * cases with it must have ended.
 */
#ifndef SIMULATION_CLOSURE_H
#define SIMULATION_CLOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;

struct closure {
    size_t victim;
    uint64_t begin_ms, end_ms; /* monotonic; 0: never, or done */
    bool for_good;
    bool began;
    bool gone; /* it is no more */
};

/* After the disasters: no office is revoked while another one has lost its past. */
void closure_begin(struct world *world);

uint64_t closure_due_ms(const struct world *world);
void closure_act(struct world *world);

/* Whoever is to be trusted again, is. */
void closure_end(struct world *world);

/* Whoever was gone for good is trusted again, and starts. */
void closure_come_back(struct world *world);

/* Is it no more? */
bool closure_is_gone(const struct world *world, size_t office);

#endif
