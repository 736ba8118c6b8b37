/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/keeping.h"

#include "common/core/require.h"
#include "common/io/case_file.h"
#include "common/io/retention.h"
#include "tests/lib/policy_maker.h"
#include "tests/simulation/ending.h"
#include "tests/simulation/world.h"

enum { KEEP_TEXT_DAYS = 20 }; /* after the world has ended */

static const uint64_t day_ms = 24 * 60 * 60000;

static bool
has_policy(const struct world *world)
{
    return world->seed % 2 == 1;
}

void
keeping_choose_policy(struct world *world)
{
    const struct roster *roster = &world->network.roster;
    const struct made_rule rules[] = {
        { .key = "deadline.collection", .value = 3 },
        { .key = "retention.biometrics", .value = 1 },
        { .key = "retention.text", .value = world->days + KEEP_TEXT_DAYS },
    };
    arena_reset(&world->policy_arena);
    world->network.policy =
        policy_maker_sign(1, rules, has_policy(world) ? 3 : 1, roster->directory_key,
                          roster->directory_certificate, &world->policy_arena);
}

static void
case_is_erased(struct world *world, size_t office, struct store_txn *txn, const char *number)
{
    AUTO(arena) struct arena arena;
    const struct office *running = world->network.offices[office].office;
    const struct machine *machine = world->network.offices[office].role->machine;
    char held[RETENTION_HELD_BYTES] = "";
    struct case_file file;
    arena_init(&arena);
    if (case_file_open(txn, machine, number, &arena, &file) != OK ||
        file.row->policy_version == 0 || /* accepted before any policy: the law's time is longer */
        machine->state_open[file.row->state] || retention_held(running, txn, number, held) != OK ||
        held[0] != '\0')
        return;
    INVARIANT(world, file.row->biometrics_erased_ms != 0 && file.row->text_erased_ms != 0,
              "G8 closed cases are erased", "%s at %s", number,
              world->network.offices[office].name);
}

static void
cases_are_erased(struct world *world, size_t office)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    uint64_t now_ms = fake_network_time(&world->network, office).wall_ms;
    if (!world_is_up(world, office) ||
        retention_resting(world->network.offices[office].office, now_ms)[0] != '\0')
        return;
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
    for (size_t i = 0; i < page->case_count; i++)
        case_is_erased(world, office, txn, page->cases[i].number);
}

void
keeping_live_on(struct world *world)
{
    const uint64_t wait_ms = (world->days + KEEP_TEXT_DAYS + 9) * day_ms;
    if (world->seed % 4 != 1)
        return;
    fake_network_run_until(&world->network, world->network.now.monotonic_ms + wait_ms);
    for (size_t office = 0; office < PLACE_COUNT; office++)
        if (!world_is_rogue(office)) {
            cases_are_erased(world, office);
            ending_check_journal(world, office);
        }
}
