/* SPDX-License-Identifier: Apache-2.0
 *
 * ending_books - in the end: journals, heads, cases, cards, packages and batches of all offices,
 * held against each other and against the ledger.
 */
#include <inttypes.h>
#include <stdio.h>

#include "acceptance-node/core/application.h"
#include "common/core/require.h"
#include "common/io/case_file.h"
#include "common/io/wire.h"
#include "production-node/core/order.h"
#include "proto/population.pb-c.h"
#include "proto/production.pb-c.h"
#include "registry-node/core/review.h"
#include "tests/simulation/ending.h"
#include "tests/simulation/world.h"

static const char *
name_of(const struct world *world, size_t office)
{
    return world->network.offices[office].name;
}

/* ---- journals ---- */

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
        if (ending_excuses(world, other) || world->ledger.offices[other].set_back ||
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

/* ---- cases ---- */

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
card_is(struct world *world, const struct ledger_case *found, size_t office, const char *serial)
{
    char there[41];
    read_serial(world, office, found->number, there);
    INVARIANT(world, strcmp(there, serial) == 0, "G3 the desks agree in the end",
              "%s: card %s at %s, and %s", found->number, there, name_of(world, office), serial);
}

/* By the registry, while the window could tell nobody that the card is there. */
static bool
was_abandoned(const struct world *world, const struct ledger_case *at_window)
{
    const struct ledger_case *found =
        ledger_find_case(world, at_window->registry, at_window->number);
    return found != NULL && found->state == REVIEW_ABANDONED;
}

/* Did the registry not take that the card came back faulty? Then it stays with that one. */
static bool
took_no_fault(const struct world *world, const struct ledger_case *at_window)
{
    const struct ledger_case *found =
        ledger_find_case(world, at_window->registry, at_window->number);
    return found != NULL && found->state == REVIEW_CLOSED &&
           ledger_find_holding(&world->ledger, at_window->number) != NULL;
}

/* Of a case that was given up the registry expects no card. */
static void
desks_agree_on_abandonment(struct world *world, const struct ledger_case *at_window)
{
    const struct ledger_case *found =
        ledger_find_case(world, at_window->registry, at_window->number);
    INVARIANT(world,
              found == NULL || (!found->open &&
                                (found->state != REVIEW_CLOSED || took_no_fault(world, at_window))),
              "G3 the desks agree in the end", "%s is abandoned at %s, and %d at %s",
              at_window->number, name_of(world, at_window->window), found->state,
              name_of(world, at_window->registry));
}

static void
desks_agree_on_collection(struct world *world, const struct ledger_case *found)
{
    char serial[41];
    read_serial(world, found->window, found->number, serial);
    state_is(world, found, found->centre, ORDER_CLOSED);
    if (!was_abandoned(world, found)) {
        state_is(world, found, found->registry, REVIEW_CLOSED);
        card_is(world, found, found->registry, serial);
    }
    card_is(world, found, found->centre, serial);
}

static void
desks_agree_on_destruction(struct world *world, const struct ledger_case *found)
{
    char serial[41];
    const struct ledger_holding *held = ledger_find_holding(&world->ledger, found->number);
    read_serial(world, found->window, found->number, serial);
    bool counts = !was_abandoned(world, found) && !took_no_fault(world, found);
    if (counts)
        state_is(world, found, found->registry, REVIEW_UNCLAIMED);
    state_is(world, found, found->centre, ORDER_CLOSED);
    if (counts)
        card_is(world, found, found->registry, serial);
    card_is(world, found, found->centre, serial);
    INVARIANT(world, held == NULL || strcmp(held->serial, serial) != 0,
              "G3 a card that was destroyed was never collected", "%s: %s", found->number, serial);
}

/* By the registry that the window still names: word of that crossed a withdrawal. */
static bool
is_redirected(const struct world *world, const struct ledger_case *at_window)
{
    const struct ledger_case *found =
        ledger_find_case(world, at_window->registry, at_window->number);
    return found != NULL && found->state == REVIEW_REDIRECTED;
}

static void
desks_agree(struct world *world, const struct ledger_case *found)
{
    const struct ledger_case *order = ledger_find_case(world, found->centre, found->number);
    bool known = ledger_find_case(world, found->registry, found->number) != NULL;
    if (found->state == APPLICATION_COLLECTED) {
        desks_agree_on_collection(world, found);
    } else if (found->state == APPLICATION_DESTROYED) {
        desks_agree_on_destruction(world, found);
    } else if (found->state == APPLICATION_ABANDONED) {
        desks_agree_on_abandonment(world, found);
    } else if (found->state == APPLICATION_WITHDRAWN) {
        if (!is_redirected(world, found))
            state_is(world, found, found->registry, REVIEW_WITHDRAWN);
        INVARIANT(world, order == NULL || order->state == ORDER_WITHDRAWN,
                  "G3 no card for a withdrawn application", "%s", found->number);
    } else if (found->state == APPLICATION_REFUSED && known) {
        state_is(world, found, found->registry, REVIEW_REFUSED);
    }
}

/* At this registry, whatever became of it since, should that card have been faulty. */
static bool
was_closed(const struct ledger_case *found, const struct ledger_holding *held)
{
    return held != NULL && held->closed != 0 && found->state != REVIEW_REDIRECTED;
}

/* The card that the registry counts as valid is that of the application which it closed last, as
 * its holder has it; the first one, when nothing was collected. */
static void
valid_card_is_the_holder_s(struct world *world, size_t registry, unsigned number, const char *valid)
{
    struct made_citizen citizen;
    const struct ledger_office *page = &world->ledger.offices[registry];
    const char *expected;
    unsigned last = 0;
    people_citizen(world, number, &citizen);
    expected = citizen.card_serial;
    for (size_t i = 0; i < page->case_count; i++) {
        const struct ledger_case *found = &page->cases[i];
        const struct ledger_holding *held = ledger_find_holding(&world->ledger, found->number);
        if (!was_closed(found, held) || strcmp(found->citizen, citizen.number) != 0)
            continue;
        if (held->serial[0] == '\0' || ending_excuses_case(world, found) ||
            (found->state == REVIEW_ABANDONED && world->closure.began))
            return; /* what its window handed out is not known */
        if (held->closed > last) {
            last = held->closed;
            expected = held->serial;
        }
    }
    INVARIANT(world, strcmp(valid, expected) == 0,
              "G3 the valid card is the one that was collected",
              "of citizen %u it is %s, and ought to be %s", number, valid, expected);
}

static void
valid_cards_are_right(struct world *world, size_t registry)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[registry].scratch);
    arena_init(&arena);
    for (unsigned i = 0; i < PEOPLE_CITIZENS; i++) {
        struct made_citizen citizen;
        struct bytes value;
        ProtobufCMessage *message;
        people_citizen(world, i, &citizen);
        if (store_get(txn, TABLE_POPULATION, bytes_of_text(citizen.number), &value) == OK &&
            wire_decode(&yidi__citizen__descriptor, value, &arena, &message, NULL) == OK)
            valid_card_is_the_holder_s(world, registry, i,
                                       ((const Yidi__Citizen *)message)->card_serial);
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
        if (!ending_excuses_case(world, &page->cases[i]))
            desks_agree(world, &page->cases[i]);
}

/* ---- packages ---- */

static const ProtobufCMessage *
read_row(struct world *world, size_t office, const ProtobufCMessageDescriptor *descriptor,
         struct bytes value, struct arena *arena)
{
    ProtobufCMessage *message = NULL;
    INVARIANT(world, wire_decode(descriptor, value, arena, &message, NULL) == OK,
              "G1 every row can be read", "a %s at %s", descriptor->short_name,
              name_of(world, office));
    return message;
}

/* A package as two offices have it. */
static void
packages_agree(struct world *world, size_t office, size_t other, const Yidi__PackageRow *here,
               const Yidi__PackageRow *there)
{
    INVARIANT(world, here->cards == there->cards && here->expected == here->cards,
              "G1 every card of a package is accounted for",
              "%u cards at %s, which expects %u; %u at %s", here->cards, name_of(world, office),
              here->expected, there->cards, name_of(world, other));
}

static void
packed_cards_agree(struct world *world, size_t office, size_t other, const Yidi__PackageEntry *here,
                   const Yidi__PackageEntry *there)
{
    INVARIANT(world, strcmp(here->card_serial, there->card_serial) == 0,
              "G1 every card of a package is accounted for", "%s at %s, %s at %s",
              here->card_serial, name_of(world, office), there->card_serial, name_of(world, other));
}

/* common/io/package.c tells the keys: the centre's code, a name and a zero; of a card, its case. */
static void
audit_package(struct world *world, size_t office, size_t other, struct bytes key,
              struct bytes value)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[other].scratch);
    const bool whole = key.data[key.size - 1] == '\0';
    const ProtobufCMessageDescriptor *descriptor =
        whole ? &yidi__package_row__descriptor : &yidi__package_entry__descriptor;
    struct bytes found;
    arena_init(&arena);
    INVARIANT(world, store_get(txn, TABLE_PACKAGES, key, &found) == OK,
              "G1 every card of a package is accounted for", "%s knows nothing of what is in %s",
              name_of(world, other), (const char *)key.data + OFFICE_CODE_CHARS);
    const ProtobufCMessage *here = read_row(world, office, descriptor, value, &arena);
    const ProtobufCMessage *there = read_row(world, other, descriptor, found, &arena);
    if (whole)
        packages_agree(world, office, other, (const Yidi__PackageRow *)here,
                       (const Yidi__PackageRow *)there);
    else
        packed_cards_agree(world, office, other, (const Yidi__PackageEntry *)here,
                           (const Yidi__PackageEntry *)there);
}

/* Which office is at the other end: the centre stands in the key, the window in the case numbers
 * of the cards. */
static size_t
other_end(const struct world *world, size_t office, struct bytes key)
{
    char code[OFFICE_CODE_CHARS + 1] = { 0 };
    bool centre = world->network.offices[office].role->party == PARTY_PRODUCTION;
    if (centre && key.data[key.size - 1] == '\0')
        return PLACE_COUNT; /* the window looks after it */
    memcpy(code, centre ? key.data + key.size - CASE_NUMBER_CHARS : key.data, OFFICE_CODE_CHARS);
    return world_find(world, code);
}

/* Both ends know the same packages, and the same cards in them. */
static void
packages_are_accounted_for(struct world *world, size_t office)
{
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    REQUIRE(store_cursor_open(txn, TABLE_PACKAGES, (struct bytes){ 0 }, &cursor) == OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        size_t other = other_end(world, office, key);
        if (other < PLACE_COUNT && !world->ledger.offices[office].set_back &&
            !world->ledger.offices[other].set_back && !ending_excuses(world, other))
            audit_package(world, office, other, key, value);
    }
}

/* ---- batches ---- */

/* production-node/waiting_orders.c tells the other keys: each begins with one of three bytes. */
static unsigned
count_batches(struct store_txn *txn, const char *number, unsigned *ret_waiting)
{
    enum { BATCHES_FROM = 4 };
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    unsigned count = 0;
    *ret_waiting = 0;
    REQUIRE(store_cursor_open(txn, TABLE_BATCHES, (struct bytes){ 0 }, &cursor) == OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        if (key.size <= CASE_NUMBER_CHARS ||
            memcmp(key.data + key.size - CASE_NUMBER_CHARS, number, CASE_NUMBER_CHARS) != 0)
            continue;
        count += key.data[0] >= BATCHES_FROM;
        *ret_waiting += key.data[0] < BATCHES_FROM;
    }
    return count;
}

/* An order waits in one batch; in another one when its card was spoiled. */
static void
order_was_batched_once(struct world *world, size_t centre, struct store_txn *txn,
                       const char *number)
{
    AUTO(arena) struct arena arena;
    struct case_file file;
    unsigned spoiled = 0, waiting, batches = count_batches(txn, number, &waiting);
    arena_init(&arena);
    INVARIANT(world, case_file_open(txn, &order_machine, number, &arena, &file) == OK,
              "G1 every order of a batch is there", "%s at %s", number, name_of(world, centre));
    for (size_t i = 0; i < file.row->n_trace; i++)
        spoiled += file.row->trace[i]->step == YIDI__STEP__SPOILED &&
                   strcmp(file.row->trace[i]->office, world_code(world, centre)) == 0;
    INVARIANT(world, batches <= spoiled + 1, "G3 an order waits in one batch",
              "%s at %s was put into %u, and %u of its cards were spoiled", number,
              name_of(world, centre), batches, spoiled);
    INVARIANT(world,
              (waiting > 0) == (file.row->state == ORDER_ORDERED && file.row->batch[0] == '\0'),
              "G1 every order waits for a batch while it is to be made", "%s at %s, %u times",
              number, name_of(world, centre), waiting);
}

static void
batches_are_right(struct world *world, size_t centre)
{
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[centre].scratch);
    const struct ledger_office *page = &world->ledger.offices[centre];
    for (size_t i = 0; i < page->case_count; i++)
        order_was_batched_once(world, centre, txn, page->cases[i].number);
}

/* ---- all of them ---- */

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
        if (world_is_rogue(office) || closure_is_gone(world, office))
            continue;
        ledger_read_cases(world, office);
        ending_check_journal(world, office);
        index_of_citizens_is_right(world, office);
        if (ending_excuses(world, office))
            continue;
        heads_are_the_beginning(world, office);
        enum party party = world->network.offices[office].role->party;
        if (party != PARTY_REGISTRY)
            packages_are_accounted_for(world, office);
        if (party == PARTY_PRODUCTION && !world->ledger.offices[office].set_back)
            batches_are_right(world, office);
        if (party == PARTY_ACCEPTANCE)
            audit_window(world, office);
        else if (party == PARTY_REGISTRY && !world->ledger.offices[office].set_back)
            valid_cards_are_right(world, office);
    }
}
