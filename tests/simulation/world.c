/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "acceptance-node/acceptance.h"
#include "common/core/require.h"
#include "common/io/log.h"
#include "production-node/production.h"
#include "registry-node/registry.h"
#include "tests/lib/policy_maker.h"
#include "tests/simulation/ending.h"
#include "tests/simulation/invariants.h"

static const struct fake_entry entries[PLACE_COUNT] = {
    [ROGUE_WINDOW] = { .name = "rogue-w",
                       .entry = { "310104000001", YIDI__ROLE__ACCEPTANCE, "310104" },
                       .role = &acceptance_role,
                       .played = true },
    [WINDOW_A] = { .name = "window-a",
                   .entry = { "310115000001", YIDI__ROLE__ACCEPTANCE, "310115" },
                   .role = &acceptance_role },
    [CENTRE_A] = { .name = "centre-a",
                   .entry = { "310115000002", YIDI__ROLE__PRODUCTION, "31" },
                   .role = &production_role },
    [WINDOW_B] = { .name = "window-b",
                   .entry = { "330106000001", YIDI__ROLE__ACCEPTANCE, "330106" },
                   .role = &acceptance_role },
    [CENTRE_B] = { .name = "centre-b",
                   .entry = { "330106000002", YIDI__ROLE__PRODUCTION, "33" },
                   .role = &production_role },
    [REGISTRY_A] = { .name = "registry-a",
                     .entry = { "440105000000", YIDI__ROLE__REGISTRY, "440105" },
                     .role = &registry_role },
    [REGISTRY_B] = { .name = "registry-b",
                     .entry = { "510104000000", YIDI__ROLE__REGISTRY, "510104" },
                     .role = &registry_role },
    [ROGUE_REGISTRY] = { .name = "rogue-r",
                         .entry = { "610104000000", YIDI__ROLE__REGISTRY, "610104" },
                         .role = &registry_role,
                         .played = true },
};

static const uint64_t day_ms = 24 * 60 * 60000;

/* ---- asking ---- */

uint64_t
world_age_ms(const struct world *world)
{
    return world->network.now.monotonic_ms - world->began_ms;
}

bool
world_is_rogue(size_t office)
{
    return office == ROGUE_WINDOW || office == ROGUE_REGISTRY;
}

const char *
world_code(const struct world *world, size_t office)
{
    return world->network.roster.offices[office].entry.code;
}

size_t
world_find(const struct world *world, const char *code)
{
    size_t office = 0;
    while (office < PLACE_COUNT && strcmp(world_code(world, office), code) != 0)
        office++;
    return office;
}

bool
world_is_up(const struct world *world, size_t office)
{
    return world->network.offices[office].office != NULL;
}

void
world_break(struct world *world, const char *invariant, const char *words, ...)
{
    struct verdict *verdict = world->verdict;
    va_list arguments;
    va_start(arguments, words);
    vsnprintf(verdict->words, sizeof verdict->words, words, arguments);
    va_end(arguments);
    snprintf(verdict->invariant, sizeof verdict->invariant, "%s", invariant);
    verdict->broken = true;
    trace(world, TRACE_NOBODY, "BROKEN: %s: %s", invariant, verdict->words);
    fflush(stdout);
    _exit(1);
}

/* ---- watching ---- */

static void
watch_turn(void *context, size_t office)
{
    ledger_follow(context, office);
    keeping_give_policy(context, office);
}

static void
watch_answer(void *context, size_t office, const Yidi__Response *response)
{
    invariants_of_answer(context, office, response);
    counter_see(context, office, response);
}

static void
watch_packet(void *context, const struct fake_packet *packet)
{
    rogue_see(context, packet);
    invariants_of_packet(context, packet);
}

/* ---- living ---- */

void
world_open(struct world *world, struct verdict *verdict)
{
    log_set_level(LOG_ERROR);
    world->verdict = verdict;
    people_open(&world->people);
    fake_network_open(&world->network, entries, PLACE_COUNT, 0);
    world->directory = roster_directory(&world->network.roster);
    arena_init(&world->policy_arena);
    envelope_verifier_init(&world->verifier, world->directory);
    disk_open(&world->disk, &world->network);
}

void
world_close(struct world *world)
{
    ledger_wipe(&world->ledger);
    directory_destroy(world->directory);
    arena_fini(&world->policy_arena);
    world->network.watch = (struct fake_watch){ 0 };
    fake_network_close(&world->network);
}

static void
make_policies(struct world *world)
{
    const struct roster *roster = &world->network.roster;
    const struct made_rule rules[] = { WORLD_RULES };
    arena_reset(&world->policy_arena);
    world->network.policy =
        policy_maker_sign(1, rules, sizeof rules / sizeof *rules, roster->directory_key,
                          roster->directory_certificate, &world->policy_arena);
    keeping_begin(world);
}

/* Everything as on the first day. */
static void
begin(struct world *world, uint64_t seed)
{
    struct fake_network *network = &world->network;
    struct dice dice = dice_of(seed, "world");
    world->seed = world->verdict->seed = seed;
    world->calm = false;
    ledger_wipe(&world->ledger);
    disk_open(&world->disk, network);
    network->watch = (struct fake_watch){ 0 };
    network->now = (struct office_time){ .wall_ms = roster_morning_ms(&network->roster),
                                         .monotonic_ms = 1000000 };
    network->stream_limits.retry.max_ms = dice_span_ms(&dice, 10 * 60000, 60 * 60000);
    network->start_hold_ms = dice_chance(&dice, 80) ? dice_span_ms(&dice, 1000, 60000) : 0;
    network->witness_interval_ms =
        dice_chance(&dice, 50) ? dice_span_ms(&dice, 10 * 60000, day_ms) : 0;
    world->began_ms = network->now.monotonic_ms;
    make_policies(world);
    for (size_t office = 0; office < PLACE_COUNT; office++)
        network->roster.offices[office].revoked = false;
    fake_network_wipe(network, seed);
    network->wires.untraced = true;
    network->wires.watch = watch_packet;
    network->wires.watch_context = world;
    network->watch =
        (struct fake_watch){ .context = world, .turn = watch_turn, .answer = watch_answer };
    people_begin(world);
    rogue_begin(world);
    disasters_begin(world);
    closure_begin(world);
    administrator_begin(world);
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void
live_with_faults(struct world *world, uint64_t until_ms)
{
    struct fake_network *network = &world->network;
    uint64_t people_ms = network->now.monotonic_ms;
    while (network->now.monotonic_ms < until_ms) {
        uint64_t due_ms = earlier(disasters_due_ms(world), closure_due_ms(world));
        due_ms = earlier(due_ms, people_ms);
        fake_network_run_until(network, due_ms < until_ms ? due_ms : until_ms);
        disasters_act(world);
        closure_act(world);
        administrator_act(world);
        if (network->now.monotonic_ms < people_ms)
            continue;
        people_act(world);
        rogue_act(world);
        people_ms = network->now.monotonic_ms + 1 +
                    dice_roll(&world->people.dice, world->people.pause_ms_max);
    }
}

void
world_live(struct world *world, uint64_t seed, unsigned days)
{
    REQUIRE(days > 0 && days <= WORLD_DAYS_MAX);
    world->days = days;
    begin(world, seed);
    live_with_faults(world, world->began_ms + days * day_ms);
    trace(world, TRACE_NOBODY, "*** from now on nothing goes wrong");
    disasters_end(world);
    closure_end(world);
    world->calm = true;
    ending_live(world);
    ending_audit(world);
    keeping_live_on(world);
    world->verdict->tally.seeds++;
    world->verdict->tally.simulated_ms += world_age_ms(world);
}
