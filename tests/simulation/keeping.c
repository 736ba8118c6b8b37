/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/keeping.h"

#include "common/core/require.h"
#include "common/io/case_file.h"
#include "common/io/retention.h"
#include "tests/lib/policy_maker.h"
#include "tests/simulation/ending.h"
#include "tests/simulation/world.h"

enum {
    KEEPING_VERSION = 2,
    KEEP_TEXT_DAYS = 20,  /* after the world has ended */
    KEEPING_WARNINGS = 2, /* of photos, and of texts */
};

static const uint64_t day_ms = 24 * 60 * 60000;

void
keeping_begin(struct world *world)
{
    const struct roster *roster = &world->network.roster;
    struct keeping *keeping = &world->keeping;
    struct dice dice = dice_of(world->seed, "keeping");
    const struct made_rule rules[] = {
        WORLD_RULES,
        { .key = "retention.biometrics", .value = 1 },
        { .key = "retention.text", .value = world->days + KEEP_TEXT_DAYS },
    };
    *keeping = (struct keeping){ .policy = { 0 } };
    if (world->seed % 2 == 0)
        return;
    keeping->policy = policy_maker_sign(KEEPING_VERSION, rules, sizeof rules / sizeof *rules,
                                        roster->directory_key, roster->directory_certificate,
                                        &world->policy_arena);
    for (size_t office = 0; office < PLACE_COUNT; office++)
        keeping->reads[office] = office == WINDOW_A || dice_chance(&dice, 50);
}

void
keeping_give_policy(struct world *world, size_t office)
{
    struct office *running = world->network.offices[office].office;
    struct policy_file *file = NULL;
    struct refusal refusal;
    if (!world->keeping.reads[office] ||
        policies_present(&running->policies)->version >= KEEPING_VERSION)
        return;
    REQUIRE(policy_file_decode(world->keeping.policy, world->network.roster.root,
                               world->network.now.wall_ms, &file, &refusal) == OK);
    REQUIRE(office_set_policy(running, file, &world->network.now, &refusal) == OK);
}

static void
case_is_erased(struct world *world, size_t office, struct store_txn *txn, const char *number)
{
    AUTO(arena) struct arena arena;
    const struct office *running = world->network.offices[office].office;
    const struct machine *machine = world->network.offices[office].role->machine;
    struct trouble held = { 0 };
    struct case_file file;
    arena_init(&arena);
    if (case_file_open(txn, machine, number, &arena, &file) != OK ||
        file.row->policy_version != KEEPING_VERSION || machine->state_open[file.row->state] ||
        retention_held(running, txn, file.row, &held) != OK || held.code != TROUBLE_NONE)
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
        retention_resting(world->network.offices[office].office, now_ms) != TROUBLE_NONE)
        return;
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
    for (size_t i = 0; i < page->case_count; i++)
        case_is_erased(world, office, txn, page->cases[i].number);
}

static void
check(struct world *world)
{
    for (size_t office = 0; office < PLACE_COUNT; office++)
        if (!world_is_rogue(office) && !closure_is_gone(world, office)) {
            cases_are_erased(world, office);
            ending_check_journal(world, office);
        }
}

static void
pass_days(struct world *world, unsigned days)
{
    for (unsigned day = 0; day < days; day++)
        fake_network_run_until(&world->network, world->network.now.monotonic_ms + day_ms);
}

void
keeping_live_on(struct world *world)
{
    if (world->seed % 4 != 1)
        return;
    pass_days(world, world->days + KEEP_TEXT_DAYS + 9);
    check(world);
    if (!world->closure.gone)
        return;
    pass_days(world, KEEPING_WARNINGS * (ERASE_WARNING_DAYS + 2));
    closure_come_back(world);
    pass_days(world, 3);
    ending_check_streams(world, "after an office came back from the dead");
    check(world);
}
