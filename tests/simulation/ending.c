/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/ending.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "acceptance-node/core/application.h"
#include "common/io/case_file.h"
#include "common/io/wire.h"
#include "production-node/core/order.h"
#include "proto/population.pb-c.h"
#include "registry-node/core/review.h"
#include "tests/simulation/world.h"

enum { ROUNDS_MAX = 60, RECOVERY_ROUNDS = 18 };
static const uint64_t minute_ms = 60000, day_ms = 24 * 60 * 60000;

static const char *
name_of(const struct world *world, size_t office)
{
    return world->network.offices[office].name;
}

static bool
has_lost_its_past(const struct world *world, size_t office)
{
    return office >= PLACE_COUNT || world_is_rogue(office) ||
           (world->ledger.offices[office].set_back &&
            (world->ledger.offices[office].forked || !world->ledger.offices[office].recovered));
}

bool
ending_excuses(const struct world *world, size_t office)
{
    return has_lost_its_past(world, office) || closure_is_gone(world, office);
}

/* ---- time alone ---- */

/* What the peers table of one office says about another. */
static const char *
trouble_of(const struct world *world, size_t office, size_t other)
{
    const struct office *running = world->network.offices[office].office;
    const struct peer *peer =
        running == NULL ? NULL : peers_find(&running->peers, world_code(world, other));
    return running == NULL ? "is down"
           : peer == NULL  ? "knows nobody"
                           : trouble_name(peer->trouble.code);
}

static void
stream_is_empty(struct world *world, size_t from, size_t to, const char *when)
{
    const struct ledger_stream *stream = &world->ledger.streams[from][to];
    uint64_t acknowledged = fake_network_acknowledged(&world->network, from, to);
    INVARIANT(world, stream->taken == stream->count && acknowledged == stream->count,
              "G2 every stream is empty in the end",
              "%s: %s assigned %" PRIu64 " to %s, which took %" PRIu64 "; %" PRIu64
              " are acknowledged (%s; %s)",
              when, name_of(world, from), stream->count, name_of(world, to), stream->taken,
              acknowledged, trouble_of(world, from, to), trouble_of(world, to, from));
}

void
ending_check_streams(struct world *world, const char *when)
{
    for (size_t from = 0; from < PLACE_COUNT; from++)
        for (size_t to = 0; to < PLACE_COUNT; to++)
            if (!ending_excuses(world, from) && !ending_excuses(world, to))
                stream_is_empty(world, from, to, when);
}

static bool
was_told(const struct world *world, const char *case_number, const char *event)
{
    char words[40];
    snprintf(words, sizeof words, "\"%s\"", event);
    for (size_t i = 0; i < world->network.notification_count; i++) {
        const char *line = world->network.notifications[i].text;
        for (const char *next; line != NULL && *line != '\0'; line = next) {
            next = strchr(line, '\n');
            next = next == NULL ? line + strlen(line) : next + 1;
            const char *number = strstr(line, case_number), *named = strstr(line, words);
            if (number != NULL && number < next && named != NULL && named < next)
                return true;
        }
    }
    return false;
}

static void
citizen_was_told(struct world *world, const struct ledger_case *found)
{
    bool there = found->state == APPLICATION_READY || found->state == APPLICATION_COLLECTED;
    if (there)
        INVARIANT(world, was_told(world, found->number, "ready"), "G1 no notification is lost",
                  "%s is there, and nobody was told", found->number);
    if (found->state == APPLICATION_REFUSED)
        INVARIANT(world, was_told(world, found->number, "refused"), "G1 no notification is lost",
                  "%s is refused, and nobody was told", found->number);
}

/* Nobody has to do anything for it. */
static void
every_citizen_was_told(struct world *world)
{
    for (size_t office = 0; office < PLACE_COUNT; office++) {
        const struct ledger_office *page = &world->ledger.offices[office];
        if (ending_excuses(world, office) ||
            world->network.offices[office].role->party != PARTY_ACCEPTANCE)
            continue;
        for (size_t i = 0; i < page->case_count; i++)
            citizen_was_told(world, &page->cases[i]);
    }
}

/* Of a deadline that has passed the operators know, of each one once: a restart or a clock that is
 * set tells nobody anew. */
static unsigned
times_told(const struct world *world, size_t office, const Yidi__Case *row)
{
    unsigned times = 0;
    char words[80];
    snprintf(words, sizeof words, "\"deadline_ms\":%" PRIu64, row->stage_deadline_ms);
    for (size_t i = 0; i < world->network.notification_count; i++) {
        const struct fake_notification *notification = &world->network.notifications[i];
        const char *next, *line = notification->office == office ? notification->text : NULL;
        for (; line != NULL && *line != '\0'; line = next) {
            const char *number = strstr(line, row->case_number),
                       *named = strstr(line, "\"overdue\"");
            const char *deadline = strstr(line, words);
            next = strchr(line, '\n');
            next = next == NULL ? line + strlen(line) : next + 1;
            times += number != NULL && number < next && named != NULL && named < next &&
                     deadline != NULL && deadline < next;
        }
    }
    return times;
}

static void
case_was_told(struct world *world, size_t office, const Yidi__Case *row)
{
    uint64_t now_ms = fake_network_time(&world->network, office).wall_ms;
    bool overdue = row->stage_deadline_ms != 0 && row->stage_deadline_ms < now_ms;
    bool lost = world->ledger.offices[office].set_back; /* what it forgot, it may tell again */
    unsigned times = row->stage_deadline_ms == 0 ? 0 : times_told(world, office, row);
    INVARIANT(world, !overdue || (row->overdue_told_ms != 0 && times > 0),
              "G6 an overdue case was told", "%s at %s, due %" PRIu64 " s ago, was told %u times",
              row->case_number, name_of(world, office), (now_ms - row->stage_deadline_ms) / 1000,
              times);
    INVARIANT(world, times <= 1 || lost, "G6 an overdue case was told once", "%s at %s, %u times",
              row->case_number, name_of(world, office), times);
}

static void
overdue_cases_were_told(struct world *world)
{
    for (size_t office = 0; office < PLACE_COUNT; office++) {
        AUTO(arena) struct arena arena;
        arena_init(&arena);
        if (ending_excuses(world, office) || !world_is_up(world, office))
            continue;
        AUTO(store_txn)
        struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
        for (size_t i = 0; i < world->ledger.offices[office].case_count; i++) {
            const char *number = world->ledger.offices[office].cases[i].number;
            struct case_file file;
            if (case_file_open(txn, world->network.offices[office].role->machine, number, &arena,
                               &file) == OK)
                case_was_told(world, office, file.row);
            arena_reset(&arena);
        }
    }
}

static void
wait(struct world *world, uint64_t span_ms)
{
    fake_network_run_until(&world->network, world->network.now.monotonic_ms + span_ms);
}

/* ---- people ---- */

bool
ending_excuses_case(const struct world *world, const struct ledger_case *found)
{
    return ending_excuses(world, found->window) || ending_excuses(world, found->registry) ||
           ending_excuses(world, found->centre);
}

/* Nobody can end it there, or nobody may know how. */
static bool
may_stay_open(const struct world *world, size_t office, const struct ledger_case *found)
{
    return ending_excuses(world, office) || has_lost_its_past(world, found->window) ||
           has_lost_its_past(world, found->registry) || has_lost_its_past(world, found->centre);
}

static unsigned
count_open(const struct world *world)
{
    unsigned count = 0;
    for (size_t office = 0; office < PLACE_COUNT; office++)
        for (size_t i = 0; i < world->ledger.offices[office].case_count; i++) {
            const struct ledger_case *found = &world->ledger.offices[office].cases[i];
            count += found->open && !may_stay_open(world, office, found);
        }
    return count;
}

static const char *
state_at(const struct world *world, size_t office, const char *case_number)
{
    const struct ledger_case *found =
        office == PLACE_COUNT ? NULL : ledger_find_case(world, office, case_number);
    return found == NULL ? "absent"
                         : world->network.offices[office].role->machine->state_names[found->state];
}

static void
every_case_has_ended(struct world *world)
{
    for (size_t office = 0; office < PLACE_COUNT; office++)
        for (size_t i = 0; i < world->ledger.offices[office].case_count; i++) {
            const struct ledger_case *found = &world->ledger.offices[office].cases[i];
            INVARIANT(world, !found->open || may_stay_open(world, office, found),
                      "G6 every case ends",
                      "%s is still open at %s; %s at the window, %s at the registry, %s at the "
                      "centre",
                      found->number, name_of(world, office),
                      state_at(world, found->window, found->number),
                      state_at(world, found->registry, found->number),
                      state_at(world, found->centre, found->number));
        }
}

static void
everybody_was_answered(struct world *world)
{
    for (size_t i = 0; i < world->people.wish_count; i++) {
        const struct wish *wish = &world->people.wishes[i];
        INVARIANT(world, wish->state >= WISH_ACCEPTED || ending_excuses(world, wish->window),
                  "G1 whoever insists is answered", "%s at %s", wish->key,
                  name_of(world, wish->window));
    }
}

void
ending_live(struct world *world)
{
    for (int round = 0; round < RECOVERY_ROUNDS; round++) {
        administrator_act(world);
        wait(world, 10 * minute_ms);
    }
    wait(world, 3 * 60 * minute_ms);
    ending_check_streams(world, "after three hours without faults");
    every_citizen_was_told(world);
    overdue_cases_were_told(world);
    for (int round = 0; round < ROUNDS_MAX; round++) {
        unsigned done = people_work_off(world);
        wait(world, done == 0 && count_open(world) > 0 ? day_ms : 10 * minute_ms);
        if (count_open(world) == 0 && (done == 0 || round > ROUNDS_MAX / 2))
            break;
    }
    everybody_was_answered(world);
    every_case_has_ended(world);
    wait(world, 60 * minute_ms);
    ending_check_streams(world, "in the end");
    counter_end(world);
    every_citizen_was_told(world);
    overdue_cases_were_told(world);
}
