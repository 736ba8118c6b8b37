/* SPDX-License-Identifier: Apache-2.0
 *
 * world - everything that one simulation has: the offices of two provinces and two counties, the
 * people at their desks, what goes wrong, and what must stay true.
 *
 *     people ──commands──▶ offices (the real ones) ◀──faults── disasters, rogue
 *                            │ every turn, packet and answer
 *                            ▼
 *                          ledger ──▶ invariants
 *
 * One seed makes one world; all chance comes from its dice.
 */
#ifndef SIMULATION_WORLD_H
#define SIMULATION_WORLD_H

#include "tests/lib/fake_network.h"
#include "tests/simulation/administrator.h"
#include "tests/simulation/closure.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/disasters.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/keeping.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/people.h"
#include "tests/simulation/rogue.h"
#include "tests/simulation/trace.h"
#include "tests/simulation/verdict.h"

/* In the order of their codes. */
enum place {
    ROGUE_WINDOW, /* its keys were stolen */
    WINDOW_A,
    CENTRE_A,
    WINDOW_B,
    CENTRE_B,
    REGISTRY_A,
    REGISTRY_B,
    ROGUE_REGISTRY,
    PLACE_COUNT
};

enum { WORLD_DAYS_MAX = 300 };

/* Of each policy: cards that nobody collects are destroyed while something still happens. */
#define WORLD_RULES                                                                                \
    {                                                                                              \
        .key = "deadline.collection", .value = 3                                                   \
    }

_Static_assert((int)PLACE_COUNT == LEDGER_OFFICES, "the ledger has a page for each");
_Static_assert((int)PLACE_COUNT == KEEPING_OFFICES, "each of them reads a policy or does not");

struct world {
    struct fake_network network;
    struct verdict *verdict; /* borrowed */
    struct directory *directory;
    struct arena policy_arena;         /* of one seed */
    struct envelope_verifier verifier; /* that trusts nobody's word */
    uint64_t seed;
    unsigned days;     /* of faults */
    uint64_t began_ms; /* monotonic */
    bool traced;
    bool calm; /* no faults and no mistakes any more */
    struct ledger ledger;
    struct people people;
    struct administrator administrator;
    struct disasters disasters;
    struct closure closure;
    struct disk disk;
    struct rogue rogue;
    struct keeping keeping;
};

/* Make keys, directory and folders; once in a process. The world is big and is pointed to. */
void world_open(struct world *world, struct verdict *verdict);
void world_close(struct world *world);

/* Live one seed: so many days of faults, then peace until everything has ended. Does not return
 * when an invariant is broken. */
void world_live(struct world *world, uint64_t seed, unsigned days);

/* Time since the beginning. */
uint64_t world_age_ms(const struct world *world);

bool world_is_rogue(size_t office);
const char *world_code(const struct world *world, size_t office);

/* The office's number; PLACE_COUNT when there is no such code. */
size_t world_find(const struct world *world, const char *code);

/* Is it there, and running? */
bool world_is_up(const struct world *world, size_t office);

/* Write the verdict and end the process. */
_Noreturn void world_break(struct world *world, const char *invariant, const char *words, ...)
    __attribute__((format(printf, 3, 4)));

#define INVARIANT(world, holds, invariant, ...)                                                    \
    ((world)->verdict->tally.checks++,                                                             \
     (holds) ? (void)0 : world_break(world, invariant, __VA_ARGS__))

#endif
