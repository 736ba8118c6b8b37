/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/closure.h"

#include "tests/lib/fake_ports.h"
#include "tests/simulation/world.h"

enum { CLOSURE_PERCENT = 20 };

static const uint64_t hour_ms = 60 * 60000, day_ms = 24 * 60 * 60000;

static void
give_directory(struct world *world, size_t office)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    if (world_is_up(world, office))
        fake_network_renew_directory(&world->network, office);
    else
        fake_ports_set_directory(&world->network.offices[office],
                                 roster_sign(&world->network.roster, &arena));
}

static void
set_revoked(struct world *world, bool revoked)
{
    const size_t victim = world->closure.victim;
    world->network.roster.offices[victim].revoked = revoked;
    for (size_t office = 0; office < PLACE_COUNT; office++)
        if (!world_is_rogue(office) && (office != victim || !revoked))
            give_directory(world, office);
}

void
closure_begin(struct world *world)
{
    struct closure *closure = &world->closure;
    struct dice dice = dice_of(world->seed, "closure");
    const uint64_t now_ms = world->network.now.monotonic_ms;
    *closure = (struct closure){ .victim = WINDOW_A + dice_roll(&dice, REGISTRY_B) };
    if (world->disasters.copy_ms != 0 || !dice_chance(&dice, CLOSURE_PERCENT))
        return;
    closure->for_good = dice_chance(&dice, 40);
    closure->begin_ms = now_ms + dice_between(&dice, day_ms, 8 * day_ms);
    closure->end_ms =
        closure->for_good ? 0 : closure->begin_ms + dice_span_ms(&dice, hour_ms, 4 * day_ms);
}

uint64_t
closure_due_ms(const struct world *world)
{
    const struct closure *closure = &world->closure;
    if (closure->begin_ms != 0)
        return closure->begin_ms;
    return closure->end_ms != 0 ? closure->end_ms : UINT64_MAX;
}

static void
revoke(struct world *world)
{
    struct closure *closure = &world->closure;
    closure->begin_ms = 0;
    closure->began = true;
    closure->gone = closure->for_good;
    trace(world, (int)closure->victim, "*** is revoked%s", closure->for_good ? " for good" : "");
    if (closure->for_good && world_is_up(world, closure->victim))
        fake_network_crash(&world->network, closure->victim);
    set_revoked(world, true);
}

static void
trust_again(struct world *world)
{
    world->closure.end_ms = 0;
    trace(world, (int)world->closure.victim, "*** is trusted again");
    set_revoked(world, false);
}

void
closure_act(struct world *world)
{
    struct closure *closure = &world->closure;
    const uint64_t now_ms = world->network.now.monotonic_ms;
    if (closure->begin_ms != 0 && closure->begin_ms <= now_ms)
        revoke(world);
    else if (closure->begin_ms == 0 && closure->end_ms != 0 && closure->end_ms <= now_ms)
        trust_again(world);
}

void
closure_end(struct world *world)
{
    struct closure *closure = &world->closure;
    if (closure->began && closure->end_ms != 0)
        trust_again(world);
    closure->begin_ms = closure->end_ms = 0;
}

void
closure_come_back(struct world *world)
{
    struct closure *closure = &world->closure;
    closure->gone = false;
    trust_again(world);
    fake_network_start(&world->network, closure->victim);
}

bool
closure_is_gone(const struct world *world, size_t office)
{
    return world->closure.gone && world->closure.victim == office;
}
