/* SPDX-License-Identifier: Apache-2.0
 *
 * disasters - what goes wrong around the offices, and when it is over: power cuts, partitions,
 * bad lines, full disks, clocks that step, disks set back to an old copy.
 */
#ifndef SIMULATION_DISASTERS_H
#define SIMULATION_DISASTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/simulation/dice.h"

struct world;

enum { DISASTERS_MAX = 64 };

enum disaster_kind {
    DISASTER_NONE,
    DISASTER_CUT,      /* from a to b; over: heals */
    DISASTER_DOWN,     /* a is down; over: comes up */
    DISASTER_DISK,     /* a's disk is full */
    DISASTER_SPOOL,    /* a cannot hand over notices */
    DISASTER_BAD_LINE, /* everywhere */
    DISASTER_SKEW,     /* a's clock is wrong */
};

/* Something that will be over. */
struct disaster {
    enum disaster_kind kind;
    size_t a, b;
    uint64_t over_ms; /* monotonic */
};

struct disasters {
    struct dice dice;
    struct disaster list[DISASTERS_MAX];
    uint64_t next_ms; /* when the next one strikes */
    uint64_t pause_ms_max;
    size_t victim;
    uint64_t copy_ms, set_back_ms; /* when its disk is copied, and when it is set back; 0 done */
};

void disasters_begin(struct world *world);

/* When something is due; monotonic. */
uint64_t disasters_due_ms(const struct world *world);

/* Let begin and end what is due, and notice who has died. */
void disasters_act(struct world *world);

/* Everything is mended, and everybody comes up. */
void disasters_end(struct world *world);

#endif
