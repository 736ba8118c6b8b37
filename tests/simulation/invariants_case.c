/* SPDX-License-Identifier: Apache-2.0
 *
 * Invariants of the stored row of a case.
 */
#include <inttypes.h>
#include <stdio.h>

#include "acceptance-node/core/application.h"
#include "common/io/case_file.h"
#include "common/io/recovery.h"
#include "production-node/core/order.h"
#include "registry-node/core/review.h"
#include "tests/lib/fee_audit.h"
#include "tests/simulation/invariants.h"
#include "tests/simulation/world.h"

static const char *
name_of(const struct world *world, size_t office)
{
    return world->network.offices[office].name;
}

static void
case_has_an_owner_and_a_clock(struct world *world, size_t office, const Yidi__Case *row, bool open)
{
    const char *self = world_code(world, office);
    INVARIANT(
        world,
        strcmp(self, row->acceptance_office) == 0 || strcmp(self, row->registry_office) == 0 ||
            strcmp(self, row->production_office) == 0,
        "G6 every open case has an owner", "%s at %s", row->case_number, name_of(world, office));
    INVARIANT(world, !open || (row->stage_deadline_ms > 0 && row->statutory_deadline_ms > 0),
              "G6 every open case has a deadline", "%s at %s in state %u", row->case_number,
              name_of(world, office), row->state);
    INVARIANT(world, open || row->stage_deadline_ms == 0, "G6 a closed case waits for nobody",
              "%s at %s in state %u", row->case_number, name_of(world, office), row->state);
}

/* May a card be made for it, at a window or a registry? */
static bool
is_promised(enum party party, unsigned state)
{
    if (party == PARTY_REGISTRY)
        return state == REVIEW_ISSUED || state == REVIEW_MADE || state == REVIEW_BLOCKED ||
               state == REVIEW_REMAKING || state == REVIEW_ABANDONING;
    return state == APPLICATION_IN_PRODUCTION || state == APPLICATION_IN_TRANSIT ||
           state == APPLICATION_READY;
}

/* Nobody can say how a case stands whose offices have not handed back yet, or whose share is not
 * done again. */
static bool
is_known(const struct world *world, size_t office, const struct ledger_case *found)
{
    const struct office *running = world->network.offices[office].office;
    const size_t parts[] = { found->window, found->registry, found->centre };
    for (size_t i = 0; i < 3; i++) {
        const struct peer *peer = parts[i] < PLACE_COUNT
                                      ? peers_find(&running->peers, world_code(world, parts[i]))
                                      : NULL;
        if (peer != NULL && recovery_bars(peer))
            return false;
    }
    return true;
}

/* As it stands now: the ledger is told of one case after the other. */
static unsigned
read_state(struct world *world, size_t office, const char *case_number)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
    struct case_file file;
    arena_init(&arena);
    return case_file_open(txn, world->network.offices[office].role->machine, case_number, &arena,
                          &file) == OK
               ? file.row->state
               : 0;
}

static bool
is_settled(const struct world *world, size_t office)
{
    const struct office *running = world->network.offices[office].office;
    return running != NULL && !recovery_active(running) && !running->recovery.left;
}

/* Its collected card came back faulty, whatever the holder has applied for meanwhile: no desk can
 * hinder that. */
static bool
was_reopened(const struct world *world, size_t office, const char *case_number)
{
    const struct ledger_holding *held = ledger_find_holding(&world->ledger, case_number);
    return world->network.offices[office].role->party == PARTY_REGISTRY && held != NULL &&
           held->closed != 0;
}

/* After an office went to work without somebody's share, another application may lie on the desk,
 * and no card is made for it. While its acts are done again, they come in their order. */
static void
citizen_has_one_open_case(struct world *world, size_t office, const Yidi__Case *row)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    const enum party party = world->network.offices[office].role->party;
    bool whole = !page->set_back || (page->recovered && !page->hasty);
    const struct ledger_case *found = ledger_find_case(world, office, row->case_number);
    if ((page->set_back && page->forked) || was_reopened(world, office, row->case_number))
        return;
    if (!whole && (!is_settled(world, office) || found == NULL || !is_known(world, office, found) ||
                   !is_promised(party, row->state)))
        return;
    for (size_t i = 0; i < page->case_count; i++) {
        const struct ledger_case *other = &page->cases[i];
        if (!other->open || strcmp(other->citizen, row->form->person->citizen_number) != 0 ||
            strcmp(other->number, row->case_number) == 0 ||
            was_reopened(world, office, other->number))
            continue;
        INVARIANT(world,
                  !whole && (!is_known(world, office, other) ||
                             !is_promised(party, read_state(world, office, other->number))),
                  "G3 at most one open case of a citizen", "%s and %s at %s", row->case_number,
                  other->number, name_of(world, office));
    }
}

static void
registry_has_jurisdiction(struct world *world, const Yidi__Case *row)
{
    size_t registry = world_find(world, row->registry_office);
    const char *area =
        registry == PLACE_COUNT ? "" : world->network.roster.offices[registry].entry.area;
    INVARIANT(world, strcmp(area, row->form->person->registration_division) == 0,
              "G4 only the registry with jurisdiction decides", "%s of %s at %s", row->case_number,
              row->form->person->registration_division, row->registry_office);
}

static void
centre_serves_the_window(struct world *world, const Yidi__Case *row)
{
    size_t centre = world_find(world, row->production_office);
    size_t window = world_find(world, row->acceptance_office);
    bool both = centre < PLACE_COUNT && window < PLACE_COUNT;
    const struct roster_office *offices = world->network.roster.offices;
    INVARIANT(world,
              both && strncmp(offices[centre].entry.area, offices[window].entry.area, 2) == 0,
              "G4 a centre makes cards for its own windows", "%s at %s", row->case_number,
              row->production_office);
}

static void
two_people_acted(struct world *world, size_t office, const Yidi__Case *row, const char *first,
                 const char *second)
{
    INVARIANT(world, first[0] != '\0' && second[0] != '\0' && strcmp(first, second) != 0,
              "G3 four eyes", "%s at %s: %s and %s", row->case_number, name_of(world, office),
              first, second);
}

/* Of the office's own hops: a good card before the last one was spoiled is one too many. */
static void
order_has_one_good_card(struct world *world, size_t office, const Yidi__Case *row)
{
    unsigned good = 0;
    for (size_t i = 0; i < row->n_trace; i++) {
        const Yidi__Hop *hop = row->trace[i];
        if (strcmp(hop->office, world_code(world, office)) != 0)
            continue;
        good += hop->step == YIDI__STEP__VERIFIED;
        good = hop->step == YIDI__STEP__SPOILED ? 0 : good;
        INVARIANT(world, good <= 1, "G3 one good card for an order", "%s at %s", row->case_number,
                  name_of(world, office));
    }
}

/* Of the window's own hops: whoever has a card gets another one when that was handed back, and a
 * card that was handed out is not destroyed. */
static void
holder_has_one_card(struct world *world, size_t office, const Yidi__Case *row)
{
    bool out = false;
    for (size_t i = 0; i < row->n_trace; i++) {
        const Yidi__Hop *hop = row->trace[i];
        if (strcmp(hop->office, world_code(world, office)) != 0)
            continue;
        bool leaves = hop->step == YIDI__STEP__COLLECTED || hop->step == YIDI__STEP__DESTROYED;
        INVARIANT(world, !leaves || !out, "G3 one card of an application is out",
                  "%s at %s, step %d", row->case_number, name_of(world, office), (int)hop->step);
        out |= hop->step == YIDI__STEP__COLLECTED;
        out &= hop->step != YIDI__STEP__SPOILED;
    }
}

static void
temporary_card_was_handed_back(struct world *world, size_t office, const Yidi__Case *row)
{
    const Yidi__TemporaryCard *temporary =
        row->collection == NULL ? NULL : row->collection->temporary_card;
    INVARIANT(world,
              temporary == NULL || row->state != APPLICATION_COLLECTED ||
                  temporary->end != YIDI__TEMPORARY_CARD_END__STILL_OUT,
              "G3 one card of an application is out", "%s at %s: a temporary one and the card",
              row->case_number, name_of(world, office));
}

static void
fees_are_right(struct world *world, size_t office, const Yidi__Case *row)
{
    char words[FEE_AUDIT_WORDS];
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
    INVARIANT(world, fee_audit_case(txn, row, words), "G5 the ledger of fees balances",
              "%s at %s: %s", row->case_number, name_of(world, office), words);
}

static void
invariants_of_application(struct world *world, size_t office, const Yidi__Case *row)
{
    holder_has_one_card(world, office, row);
    temporary_card_was_handed_back(world, office, row);
    fees_are_right(world, office, row);
}

static struct ledger_card *
find_card(struct ledger *ledger, size_t office, const char *serial)
{
    for (size_t i = 0; i < ledger->card_count; i++)
        if (ledger->cards[i].office == office && strcmp(ledger->cards[i].serial, serial) == 0)
            return &ledger->cards[i];
    return NULL;
}

static void
card_body_is_used_once(struct world *world, size_t office, const Yidi__Case *row)
{
    struct ledger *ledger = &world->ledger;
    if (row->card_serial[0] == '\0' || ledger->offices[office].set_back)
        return;
    struct ledger_card *card = find_card(ledger, office, row->card_serial);
    if (card == NULL && ledger->card_count < LEDGER_CARDS_MAX) {
        card = &ledger->cards[ledger->card_count++];
        snprintf(card->serial, sizeof card->serial, "%s", row->card_serial);
        snprintf(card->case_number, sizeof card->case_number, "%s", row->case_number);
        card->office = office;
        card->attempt = row->attempt;
    }
    INVARIANT(world,
              card != NULL && strcmp(card->case_number, row->case_number) == 0 &&
                  card->attempt == row->attempt,
              "G3 each card body is used once", "%s for %s, attempt %u", row->card_serial,
              row->case_number, row->attempt);
}

/* Each hop names the entry of the journal that caused it. */
static void
every_hop_stands_in_the_journal(struct world *world, size_t office, const Yidi__Case *row)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    for (size_t i = 0; i < row->n_trace; i++) {
        const Yidi__Hop *hop = row->trace[i];
        if (strcmp(hop->office, world_code(world, office)) != 0)
            continue;
        const struct ledger_leaf *leaf =
            hop->leaf_index < page->count ? &page->leaves[hop->leaf_index] : NULL;
        bool caused = leaf != NULL;
        if (caused && page->set_back && leaf->kind == YIDI__JOURNAL_ENTRY__BODY_RECOVERED)
            continue; /* it was done again because its consequence came back */
        if (caused && hop->peer[0] != '\0')
            caused = leaf->kind == YIDI__JOURNAL_ENTRY__BODY_RECEIVED &&
                     leaf->sequence == hop->sequence &&
                     strcmp(world_code(world, leaf->peer), hop->peer) == 0;
        else if (caused)
            caused = leaf->kind == YIDI__JOURNAL_ENTRY__BODY_ACT &&
                     strcmp(leaf->case_number, row->case_number) == 0 &&
                     strcmp(leaf->operator, hop->operator_) == 0;
        INVARIANT(world, caused, "G5 every act stands in the journal",
                  "step %d of %s at %s names entry %" PRIu64, (int)hop->step, row->case_number,
                  name_of(world, office), hop->leaf_index);
    }
}

void
invariants_of_case(struct world *world, size_t office, const Yidi__Case *row)
{
    const struct role *role = world->network.offices[office].role;
    bool open = role->machine->state_open[row->state];
    case_has_an_owner_and_a_clock(world, office, row, open);
    every_hop_stands_in_the_journal(world, office, row);
    registry_has_jurisdiction(world, row);
    centre_serves_the_window(world, row);
    if (open && role->party != PARTY_PRODUCTION)
        citizen_has_one_open_case(world, office, row);
    if (role->party == PARTY_REGISTRY &&
        (row->state == REVIEW_ISSUED || row->state == REVIEW_MADE || row->state == REVIEW_CLOSED))
        two_people_acted(world, office, row, row->examiner, row->issuer);
    if (role->party == PARTY_ACCEPTANCE)
        invariants_of_application(world, office, row);
    if (role->party != PARTY_PRODUCTION)
        return;
    if (row->state >= ORDER_VERIFIED && row->state != ORDER_WITHDRAWN &&
        row->state != ORDER_ABANDONED)
        two_people_acted(world, office, row, row->maker, row->checker);
    order_has_one_good_card(world, office, row);
    card_body_is_used_once(world, office, row);
}
