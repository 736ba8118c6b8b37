/* SPDX-License-Identifier: Apache-2.0
 *
 * counter - what clerks do at the counter before an application is accepted: they save its form as
 * a draft, and ask the registry what it would find.
 *
 * Of a draft they know its name; when it is gone, and ought not to be, somebody is told.
 */
#ifndef SIMULATION_COUNTER_H
#define SIMULATION_COUNTER_H

#include "tests/lib/fake_network.h"
#include "tests/simulation/dice.h"

struct world;
struct wish;
struct outcome;

struct counter {
    struct dice dice;
    uint64_t question; /* id of the last one that was asked */
    unsigned citizen;  /* whom it was about */
    size_t window;
};

void counter_begin(struct world *world);

/* Once for each wish: is something else done first? */
bool counter_prepare(struct world *world, struct wish *wish);

/* The wish was handed in. False when its draft was gone: it is handed in again without. */
bool counter_note(struct world *world, struct wish *wish, const struct outcome *outcome);

/* An answer leaves an office. */
void counter_see(struct world *world, size_t office, const Yidi__Response *response);

/* In the end nobody waits at any counter. */
void counter_end(struct world *world);

#endif
