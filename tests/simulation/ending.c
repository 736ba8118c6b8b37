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
static const uint64_t minute_ms = 60000;

static const char *
name_of(const struct world *world, size_t office)
{
    return world->network.offices[office].name;
}

/* Did it lose its past, or is it nobody's office? Then nothing is promised about it. */
static bool
is_excused(const struct world *world, size_t office)
{
    return office >= PLACE_COUNT || world_is_rogue(office) ||
           (world->ledger.offices[office].set_back &&
            (world->ledger.offices[office].forked || !world->ledger.offices[office].recovered));
}

/* ---- time alone ---- */

/* What the peers table of one office says about another. */
static const char *
trouble_of(const struct world *world, size_t office, size_t other)
{
    const struct office *running = world->network.offices[office].office;
    const struct peer *peer =
        running == NULL ? NULL : peers_find(&running->peers, world_code(world, other));
    return running == NULL ? "is down" : peer == NULL ? "knows nobody" : peer->trouble;
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

static void
streams_are_empty(struct world *world, const char *when)
{
    for (size_t from = 0; from < PLACE_COUNT; from++)
        for (size_t to = 0; to < PLACE_COUNT; to++)
            if (!is_excused(world, from) && !is_excused(world, to))
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
        if (is_excused(world, office) ||
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
        if (is_excused(world, office) || !world_is_up(world, office))
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

static bool
case_is_excused(const struct world *world, const struct ledger_case *found)
{
    return is_excused(world, found->window) || is_excused(world, found->registry) ||
           is_excused(world, found->centre);
}

static bool
may_stay_open(const struct world *world, const struct ledger_case *found)
{
    const struct wish *wish = people_find_wish(world, found->number);
    return case_is_excused(world, found) || (wish != NULL && wish->never_collected);
}

static unsigned
count_open(const struct world *world)
{
    unsigned count = 0;
    for (size_t office = 0; office < PLACE_COUNT; office++)
        for (size_t i = 0; i < world->ledger.offices[office].case_count; i++) {
            const struct ledger_case *found = &world->ledger.offices[office].cases[i];
            count += found->open && !may_stay_open(world, found);
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
            INVARIANT(world,
                      !found->open || is_excused(world, office) || may_stay_open(world, found),
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
        INVARIANT(world, wish->state >= WISH_ACCEPTED || is_excused(world, wish->window),
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
    streams_are_empty(world, "after three hours without faults");
    every_citizen_was_told(world);
    overdue_cases_were_told(world);
    for (int round = 0; round < ROUNDS_MAX; round++) {
        unsigned done = people_work_off(world);
        wait(world, 10 * minute_ms);
        if (count_open(world) == 0 && (done == 0 || round > ROUNDS_MAX / 2))
            break;
    }
    everybody_was_answered(world);
    every_case_has_ended(world);
    wait(world, 60 * minute_ms);
    streams_are_empty(world, "in the end");
    every_citizen_was_told(world);
    overdue_cases_were_told(world);
}

/* ---- the books ---- */

static void
journal_holds(struct world *world, size_t office)
{
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
    struct journal_report report;
    enum result result = journal_audit(txn, world_code(world, office), &world->verifier, &report);
    INVARIANT(world, result == OK, "G5 the journal holds from its first entry", "%s: %s (%d)",
              name_of(world, office), report.trouble, (int)result);
}

static void
leaves_are_unchanged(struct world *world, size_t office)
{
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
    const struct ledger_office *page = &world->ledger.offices[office];
    for (uint64_t i = 0; i < page->count; i++) {
        struct digest leaf;
        INVARIANT(world,
                  journal_leaf(txn, i, &leaf) == OK && digest_equal(&leaf, &page->leaves[i].hash),
                  "G5 nothing in a journal changes", "entry %" PRIu64 " of %s", i,
                  name_of(world, office));
    }
}

static void
heads_are_the_beginning(struct world *world, size_t office)
{
    const struct office *running = world->network.offices[office].office;
    for (size_t i = 0; i < running->peers.count; i++) {
        const struct peer *peer = running->peers.list[i];
        size_t other = world_find(world, peer->office);
        if (is_excused(world, other) || world->ledger.offices[other].set_back ||
            peer->seen_head.size == 0)
            continue;
        AUTO(store_txn)
        struct store_txn *txn = scratch_store_read(&world->network.offices[other].scratch);
        INVARIANT(
            world,
            journal_has(&world->network.offices[other].office->journal, txn, &peer->seen_head),
            "G5 heads that others saw are the journal's beginning",
            "%s saw a head of %s that is not its own", name_of(world, office),
            name_of(world, other));
    }
}

static void
state_is(struct world *world, const struct ledger_case *at_window, size_t office, int state)
{
    const struct ledger_case *found = ledger_find_case(world, office, at_window->number);
    INVARIANT(world, found != NULL && found->state == state, "G3 the desks agree in the end",
              "%s is %s at %s, and %d at %s", at_window->number,
              application_machine.state_names[at_window->state], name_of(world, at_window->window),
              found == NULL ? -1 : found->state, name_of(world, office));
}

static void
read_serial(struct world *world, size_t office, const char *number, char ret_serial[41])
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
    struct case_file file;
    arena_init(&arena);
    ret_serial[0] = '\0';
    if (case_file_open(txn, world->network.offices[office].role->machine, number, &arena, &file) ==
        OK)
        snprintf(ret_serial, 41, "%s", file.row->card_serial);
}

static void
desks_agree(struct world *world, const struct ledger_case *found)
{
    if (found->state == APPLICATION_COLLECTED) {
        char at_window[41], at_registry[41], at_centre[41];
        state_is(world, found, found->registry, REVIEW_CLOSED);
        state_is(world, found, found->centre, ORDER_CLOSED);
        read_serial(world, found->window, found->number, at_window);
        read_serial(world, found->registry, found->number, at_registry);
        read_serial(world, found->centre, found->number, at_centre);
        INVARIANT(world, strcmp(at_window, at_registry) == 0 && strcmp(at_window, at_centre) == 0,
                  "G3 the desks agree in the end", "%s: cards %s, %s and %s", found->number,
                  at_window, at_registry, at_centre);
    } else if (found->state == APPLICATION_WITHDRAWN) {
        state_is(world, found, found->registry, REVIEW_WITHDRAWN);
        const struct ledger_case *order = ledger_find_case(world, found->centre, found->number);
        INVARIANT(world, order == NULL || order->state == ORDER_WITHDRAWN,
                  "G3 no card for a withdrawn application", "%s", found->number);
    } else if (found->state == APPLICATION_REFUSED &&
               ledger_find_case(world, found->registry, found->number) != NULL) {
        state_is(world, found, found->registry, REVIEW_REFUSED);
    }
}

/* The card that the registry counts as valid is the last one that was collected. */
static void
valid_card_was_collected(struct world *world, size_t registry)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[registry].scratch);
    arena_init(&arena);
    for (unsigned i = 0; i < PEOPLE_CITIZENS; i++) {
        struct made_citizen citizen;
        struct bytes value;
        ProtobufCMessage *message;
        char serial[41];
        bool collected = false, any = false;
        people_citizen(world, i, &citizen);
        if (store_get(txn, TABLE_POPULATION, bytes_of_text(citizen.number), &value) != OK ||
            wire_decode(&yidi__citizen__descriptor, value, &arena, &message, NULL) != OK)
            continue;
        const Yidi__Citizen *record = (const Yidi__Citizen *)message;
        const struct ledger_office *page = &world->ledger.offices[registry];
        for (size_t j = 0; j < page->case_count; j++)
            if (page->cases[j].state == REVIEW_CLOSED &&
                strcmp(page->cases[j].citizen, citizen.number) == 0) {
                any = true;
                read_serial(world, registry, page->cases[j].number, serial);
                collected |= strcmp(serial, record->card_serial) == 0;
            }
        INVARIANT(world, any ? collected : strcmp(record->card_serial, citizen.card_serial) == 0,
                  "G3 the valid card is the one that was collected", "of citizen %u it is %s", i,
                  record->card_serial);
    }
}

/* Whoever it names has that case open. */
static void
index_of_citizens_is_right(struct world *world, size_t office)
{
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    if (store_cursor_open(txn, TABLE_OPEN_CITIZENS, (struct bytes){ 0 }, &cursor) != OK)
        return;
    while (store_cursor_next(cursor, &key, &value) == OK) {
        char number[CASE_NUMBER_CHARS + 1] = { 0 };
        memcpy(number, value.data, value.size < CASE_NUMBER_CHARS ? value.size : CASE_NUMBER_CHARS);
        const struct ledger_case *found = ledger_find_case(world, office, number);
        INVARIANT(world, found != NULL && found->open, "G3 only an open case holds its citizen",
                  "%s at %s", number, name_of(world, office));
    }
}

static void
audit_window(struct world *world, size_t office)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    for (size_t i = 0; i < page->case_count; i++)
        if (!case_is_excused(world, &page->cases[i]))
            desks_agree(world, &page->cases[i]);
}

void
ending_check_journal(struct world *world, size_t office)
{
    journal_holds(world, office);
    leaves_are_unchanged(world, office);
}

void
ending_audit(struct world *world)
{
    for (size_t office = 0; office < PLACE_COUNT; office++) {
        if (world_is_rogue(office))
            continue;
        ledger_read_cases(world, office);
        ending_check_journal(world, office);
        index_of_citizens_is_right(world, office);
        if (is_excused(world, office))
            continue;
        heads_are_the_beginning(world, office);
        enum party party = world->network.offices[office].role->party;
        if (party == PARTY_ACCEPTANCE)
            audit_window(world, office);
        else if (party == PARTY_REGISTRY && !world->ledger.offices[office].set_back)
            valid_card_was_collected(world, office);
    }
}
