/* SPDX-License-Identifier: Apache-2.0
 *
 * administrator - looks after offices that lost their past, as the runbook says: start the
 * recovery, go on without those who do not answer, begin again from an empty disk where the office
 * had worked on after it was set back.
 */
#ifndef SIMULATION_ADMINISTRATOR_H
#define SIMULATION_ADMINISTRATOR_H

#include <stddef.h>
#include <stdint.h>

#include "tests/simulation/dice.h"

struct world;

struct administrator {
    struct dice dice;
    bool idle;        /* never does anything */
    uint64_t next_ms; /* when there is time to look again; monotonic */
};

void administrator_begin(struct world *world);

/* Look at every office that lost its past and has not got it back, when it is time or in peace. */
void administrator_act(struct world *world);

#endif
