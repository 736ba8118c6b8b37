/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/disasters.h"

#include <inttypes.h>

#include "tests/simulation/world.h"

static const uint64_t minute_ms = 60000, hour_ms = 60 * 60000, day_ms = 24 * 60 * 60000;

static uint64_t
now_ms(const struct world *world)
{
    return world->network.now.monotonic_ms;
}

static const char *
name_of(const struct world *world, size_t office)
{
    return world->network.offices[office].name;
}

/* ---- what lasts ---- */

static struct disaster *
find(struct world *world, enum disaster_kind kind, size_t a, size_t b)
{
    for (size_t i = 0; i < DISASTERS_MAX; i++) {
        struct disaster *disaster = &world->disasters.list[i];
        if (disaster->kind == kind && disaster->a == a && disaster->b == b)
            return disaster;
    }
    return NULL;
}

/* False when it lasts already, or too much goes wrong at once. */
static bool
begin(struct world *world, enum disaster_kind kind, size_t a, size_t b, uint64_t span_ms)
{
    struct disaster *place = find(world, DISASTER_NONE, 0, 0);
    if (place == NULL || find(world, kind, a, b) != NULL)
        return false;
    *place = (struct disaster){ .kind = kind, .a = a, .b = b, .over_ms = now_ms(world) + span_ms };
    return true;
}

static size_t
any_office(struct world *world)
{
    return people_pick_office(world);
}

/* ---- lines ---- */

static void
cut(struct world *world, size_t from, size_t to, uint64_t span_ms)
{
    if (!begin(world, DISASTER_CUT, from, to, span_ms))
        return;
    world->network.wires.cut[from][to] = true;
    trace(world, TRACE_NOBODY, "*** nothing from %s reaches %s, for %" PRIu64 " minutes",
          name_of(world, from), name_of(world, to), span_ms / minute_ms);
}

static uint64_t
partition_span_ms(struct world *world)
{
    return dice_span_ms(&world->disasters.dice, minute_ms, 20 * day_ms);
}

static void
cut_one_way(struct world *world)
{
    size_t from = any_office(world), to = any_office(world);
    if (from == PLACE_COUNT || to == PLACE_COUNT || from == to)
        return;
    world->verdict->tally.partitions++;
    cut(world, from, to, partition_span_ms(world));
}

static void
cut_both_ways(struct world *world)
{
    size_t a = any_office(world), b = any_office(world);
    uint64_t span_ms = partition_span_ms(world);
    if (a == PLACE_COUNT || b == PLACE_COUNT || a == b)
        return;
    world->verdict->tally.partitions++;
    cut(world, a, b, span_ms);
    cut(world, b, a, span_ms);
}

static void
cut_off(struct world *world)
{
    size_t lonely = any_office(world);
    uint64_t span_ms = partition_span_ms(world);
    if (lonely == PLACE_COUNT)
        return;
    world->verdict->tally.partitions++;
    for (size_t other = 0; other < PLACE_COUNT; other++)
        if (other != lonely && !world_is_rogue(other)) {
            cut(world, lonely, other, span_ms);
            cut(world, other, lonely, span_ms);
        }
}

static void
spoil_lines(struct world *world)
{
    struct dice *dice = &world->disasters.dice;
    if (!begin(world, DISASTER_BAD_LINE, 0, 0, dice_span_ms(dice, minute_ms, 2 * day_ms)))
        return;
    world->network.wires.faults =
        (struct fake_faults){ .lose_percent = (unsigned)dice_roll(dice, 40),
                              .repeat_percent = (unsigned)dice_roll(dice, 30),
                              .swap_percent = (unsigned)dice_roll(dice, 30),
                              .full_percent = (unsigned)dice_roll(dice, 20),
                              .delay_ms_max = dice_span_ms(dice, 1, 20000) };
    const struct fake_faults *faults = &world->network.wires.faults;
    trace(world, TRACE_NOBODY,
          "*** bad lines: %u%% lost, %u%% repeated, %u%% swapped, up to %" PRIu64 " ms",
          faults->lose_percent, faults->repeat_percent, faults->swap_percent, faults->delay_ms_max);
}

/* ---- power ---- */

/* Somebody may have died of what was prepared for it. */
static void
notice_the_dead(struct world *world)
{
    struct disasters *disasters = &world->disasters;
    for (size_t office = 0; office < PLACE_COUNT; office++) {
        if (world_is_rogue(office) || world_is_up(world, office) ||
            closure_is_gone(world, office) || find(world, DISASTER_DOWN, office, 0) != NULL)
            continue;
        world->verdict->tally.crashes++;
        trace(world, (int)office, "*** dies");
        if (!begin(world, DISASTER_DOWN, office, 0,
                   dice_span_ms(&disasters->dice, 1000, 12 * hour_ms)))
            world_break(world, "the simulation has room", "too many disasters");
    }
}

static void
start(struct world *world, size_t office)
{
    if (closure_is_gone(world, office))
        return;
    world->ledger.offices[office].restarted = true;
    trace(world, (int)office, "starts");
    fake_network_start(&world->network, office);
}

static void
forget_planned_deaths(struct world *world, size_t office)
{
    struct disk_office *disk = &world->disk.offices[office];
    disk->crash_before_commit = disk->crash_after_commit = 0;
    world->network.offices[office].crash_at = world->network.offices[office].crash_before = 0;
}

static void
kill(struct world *world)
{
    struct dice *dice = &world->disasters.dice;
    size_t victim = any_office(world);
    if (victim == PLACE_COUNT)
        return;
    struct fake_office *office = &world->network.offices[victim];
    struct disk_office *disk = &world->disk.offices[victim];
    switch (dice_roll(dice, 5)) {
    case 0:
        fake_network_crash(&world->network, victim);
        break;
    case 1:
        office->crash_at = office->port_calls + dice_between(dice, 1, 20);
        break;
    case 2:
        office->crash_before = office->turns + dice_between(dice, 1, 4);
        break;
    case 3:
        disk->crash_before_commit = disk->commits + dice_between(dice, 1, 4);
        break;
    default:
        disk->crash_after_commit = disk->commits + dice_between(dice, 1, 4);
        break;
    }
}

static void
kill_everybody(struct world *world)
{
    trace(world, TRACE_NOBODY, "*** the power fails everywhere");
    for (size_t office = 0; office < PLACE_COUNT; office++)
        if (world_is_up(world, office))
            fake_network_crash(&world->network, office);
}

/* ---- disks, spools, clocks ---- */

static void
fill_disk(struct world *world)
{
    struct dice *dice = &world->disasters.dice;
    size_t victim = any_office(world);
    if (victim == PLACE_COUNT ||
        !begin(world, DISASTER_DISK, victim, 0, dice_span_ms(dice, minute_ms, day_ms)))
        return;
    struct disk_office *disk = &world->disk.offices[victim];
    world->verdict->tally.full_disks++;
    if (dice_chance(dice, 50))
        disk->full = true;
    else
        disk->full_at_put = disk->puts + dice_between(dice, 1, 60);
    trace(world, (int)victim, "*** its disk is full");
}

static void
fill_spool(struct world *world)
{
    size_t victim = any_office(world);
    if (victim == PLACE_COUNT || !begin(world, DISASTER_SPOOL, victim, 0,
                                        dice_span_ms(&world->disasters.dice, minute_ms, day_ms)))
        return;
    world->network.offices[victim].spool_full = true;
    trace(world, (int)victim, "*** cannot hand over notices");
}

static void
skew_clock(struct world *world)
{
    struct dice *dice = &world->disasters.dice;
    size_t victim = any_office(world);
    if (victim == PLACE_COUNT ||
        !begin(world, DISASTER_SKEW, victim, 0, dice_span_ms(dice, minute_ms, 2 * day_ms)))
        return;
    int64_t skew_ms = (int64_t)dice_span_ms(dice, 1000, 50 * minute_ms);
    world->network.offices[victim].skew_ms = dice_chance(dice, 50) ? skew_ms : -skew_ms;
    trace(world, (int)victim, "*** its clock is wrong by %" PRId64 " s",
          world->network.offices[victim].skew_ms / 1000);
}

/* ---- the lost past ---- */

static void
copy_disk(struct world *world)
{
    struct disasters *disasters = &world->disasters;
    disasters->copy_ms = 0;
    fake_network_copy_disk(&world->network, disasters->victim);
    ledger_copy(world, disasters->victim);
    trace(world, (int)disasters->victim, "*** somebody keeps a copy of its disk");
}

static void
set_back(struct world *world)
{
    struct disasters *disasters = &world->disasters;
    size_t victim = disasters->victim;
    disasters->set_back_ms = 0;
    if (!world->ledger.offices[victim].copied)
        return;
    fake_network_crash(&world->network, victim);
    forget_planned_deaths(world, victim);
    notice_the_dead(world);
    world->verdict->tally.restores++;
    if (dice_chance(&disasters->dice, 25)) {
        fake_network_lose_disk(&world->network, victim);
        ledger_lose(world, victim);
        trace(world, (int)victim, "*** loses its disk");
    } else {
        fake_network_set_back(&world->network, victim);
        ledger_set_back(world, victim);
        trace(world, (int)victim, "*** is set back to the old copy of its disk");
    }
}

/* ---- beginning and ending ---- */

static void
strike(struct world *world)
{
    static void (*const strikes[])(struct world *) = {
        kill,        kill,        kill,          kill,       kill,        kill_everybody,
        cut_one_way, cut_one_way, cut_both_ways, cut_off,    spoil_lines, spoil_lines,
        fill_disk,   fill_disk,   fill_spool,    skew_clock,
    };
    enum { STRIKE_COUNT = sizeof strikes / sizeof *strikes };
    strikes[dice_roll(&world->disasters.dice, STRIKE_COUNT)](world);
}

static void
heal(struct world *world, struct disaster *disaster)
{
    const struct disaster over = *disaster;
    *disaster = (struct disaster){ .kind = DISASTER_NONE };
    struct fake_office *office = &world->network.offices[over.a];
    switch (over.kind) {
    case DISASTER_CUT:
        world->network.wires.cut[over.a][over.b] = false;
        trace(world, TRACE_NOBODY, "*** %s reaches %s again", name_of(world, over.a),
              name_of(world, over.b));
        break;
    case DISASTER_DOWN:
        start(world, over.a);
        break;
    case DISASTER_DISK:
        world->disk.offices[over.a].full = false;
        world->disk.offices[over.a].full_at_put = 0;
        trace(world, (int)over.a, "*** its disk has room again");
        break;
    case DISASTER_SPOOL:
        office->spool_full = false;
        break;
    case DISASTER_BAD_LINE:
        world->network.wires.faults = (struct fake_faults){ .delay_ms_max = 20 };
        trace(world, TRACE_NOBODY, "*** the lines are good again");
        break;
    default:
        office->skew_ms = 0;
        break;
    }
}

void
disasters_begin(struct world *world)
{
    struct disasters *disasters = &world->disasters;
    *disasters = (struct disasters){ .dice = dice_of(world->seed, "disasters") };
    struct dice *dice = &disasters->dice;
    world->network.wires.faults = (struct fake_faults){ .delay_ms_max = 20 };
    disasters->pause_ms_max = dice_span_ms(dice, 3 * hour_ms, 36 * hour_ms);
    disasters->next_ms = now_ms(world) + dice_roll(dice, disasters->pause_ms_max);
    for (size_t office = 0; office < PLACE_COUNT; office++)
        world->network.offices[office].disk_fails = true;
    if (dice_chance(dice, 25)) {
        disasters->victim = WINDOW_A + dice_roll(dice, REGISTRY_B);
        disasters->copy_ms = now_ms(world) + dice_between(dice, hour_ms, 8 * day_ms);
        disasters->set_back_ms = disasters->copy_ms + dice_span_ms(dice, hour_ms, 4 * day_ms);
    }
}

uint64_t
disasters_due_ms(const struct world *world)
{
    const struct disasters *disasters = &world->disasters;
    uint64_t due_ms = disasters->next_ms;
    for (size_t i = 0; i < DISASTERS_MAX; i++)
        if (disasters->list[i].kind != DISASTER_NONE && disasters->list[i].over_ms < due_ms)
            due_ms = disasters->list[i].over_ms;
    if (disasters->copy_ms != 0 && disasters->copy_ms < due_ms)
        due_ms = disasters->copy_ms;
    if (disasters->set_back_ms != 0 && disasters->set_back_ms < due_ms)
        due_ms = disasters->set_back_ms;
    return due_ms;
}

void
disasters_act(struct world *world)
{
    struct disasters *disasters = &world->disasters;
    notice_the_dead(world);
    for (size_t i = 0; i < DISASTERS_MAX; i++)
        if (disasters->list[i].kind != DISASTER_NONE && disasters->list[i].over_ms <= now_ms(world))
            heal(world, &disasters->list[i]);
    if (disasters->copy_ms != 0 && disasters->copy_ms <= now_ms(world))
        copy_disk(world);
    if (disasters->set_back_ms != 0 && disasters->set_back_ms <= now_ms(world))
        set_back(world);
    if (disasters->next_ms <= now_ms(world)) {
        strike(world);
        notice_the_dead(world);
        disasters->next_ms =
            now_ms(world) + 1 + dice_roll(&disasters->dice, disasters->pause_ms_max);
    }
}

void
disasters_end(struct world *world)
{
    struct disasters *disasters = &world->disasters;
    for (size_t office = 0; office < PLACE_COUNT; office++)
        forget_planned_deaths(world, office);
    notice_the_dead(world);
    for (int kind = DISASTER_CUT; kind <= DISASTER_SKEW; kind++)
        for (size_t i = 0; i < DISASTERS_MAX; i++)
            if ((int)disasters->list[i].kind == kind && kind != DISASTER_DOWN)
                heal(world, &disasters->list[i]);
    for (size_t i = 0; i < DISASTERS_MAX; i++)
        if (disasters->list[i].kind == DISASTER_DOWN)
            heal(world, &disasters->list[i]);
    disasters->next_ms = UINT64_MAX;
    disasters->copy_ms = disasters->set_back_ms = 0;
    for (size_t office = 0; office < PLACE_COUNT; office++)
        world->network.offices[office].disk_fails = false;
}
