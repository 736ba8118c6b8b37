/* SPDX-License-Identifier: Apache-2.0
 *
 * desks - what examiners, makers and clerks do next about a case that lies on their desk, mostly
 * rightly.
 */
#include <stdio.h>

#include "acceptance-node/core/application.h"
#include "common/io/case_file.h"
#include "production-node/core/order.h"
#include "registry-node/core/review.h"
#include "tests/simulation/commands.h"
#include "tests/simulation/world.h"

enum { DEFECTIVE_PERCENT = 8, CARDS_PER_PACKAGE = 3 };

/* Two people for every office, so that four eyes can be had. */
static const char *const names[] = { "zhang", "li" };

/* ---- who, and about what ---- */

size_t
people_pick_office(struct world *world)
{
    size_t first = dice_roll(&world->people.dice, PLACE_COUNT);
    for (size_t i = 0; i < PLACE_COUNT; i++) {
        size_t office = (first + i) % PLACE_COUNT;
        if (world_is_up(world, office))
            return office;
    }
    return PLACE_COUNT;
}

const char *
people_pick_case(struct world *world, size_t office, int *ret_state)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    if (page->case_count == 0)
        return NULL;
    size_t first = dice_roll(&world->people.dice, page->case_count);
    for (size_t i = 0; i < page->case_count; i++) {
        const struct ledger_case *found = &page->cases[(first + i) % page->case_count];
        if (found->open) {
            *ret_state = found->state;
            return found->number;
        }
    }
    return NULL;
}

const struct ledger_case *
people_pick_in_state(struct world *world, size_t office, int state, int or_state)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    size_t first = page->case_count == 0 ? 0 : dice_roll(&world->people.dice, page->case_count);
    for (size_t i = 0; i < page->case_count; i++) {
        const struct ledger_case *found = &page->cases[(first + i) % page->case_count];
        if (found->state == state || found->state == or_state)
            return found;
    }
    return NULL;
}

const char *
people_somebody(struct world *world)
{
    return names[dice_roll(&world->people.dice, 2)];
}

static const char *
another_than(const struct world *world, size_t office, const char *case_number)
{
    char first[OPERATOR_BYTES_MAX + 1];
    command_who(world, office, case_number, first);
    return strcmp(first, names[0]) == 0 ? names[1] : names[0];
}

const struct wish *
people_find_wish(const struct world *world, const char *case_number)
{
    for (size_t i = 0; i < world->people.wish_count; i++)
        if (strcmp(world->people.wishes[i].case_number, case_number) == 0)
            return &world->people.wishes[i];
    return NULL;
}

struct wish *
people_wish(struct world *world, const char *case_number)
{
    return (struct wish *)(uintptr_t)people_find_wish(world, case_number);
}

static bool
was_found_wanting(const struct world *world, const char *case_number)
{
    const struct wish *wish = people_find_wish(world, case_number);
    return wish != NULL && people_is_never_issued(wish->citizen);
}

static bool
is_never_collected(const struct world *world, const char *case_number)
{
    const struct wish *wish = people_find_wish(world, case_number);
    return wish != NULL && wish->never_collected;
}

static bool
spoils(struct world *world)
{
    return !world->calm && dice_chance(&world->people.dice, DEFECTIVE_PERCENT);
}

/* Issuing it is refused: another application of the citizen is open. */
static bool
stands_behind_another(struct world *world, size_t office, const char *case_number)
{
    char open_case[CASE_NUMBER_CHARS + 1];
    const struct ledger_case *found = ledger_find_case(world, office, case_number);
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[office].scratch);
    return case_file_find_open(txn, found->citizen, open_case) == OK &&
           strcmp(open_case, case_number) != 0;
}

/* Another registry's citizen, by now or because somebody redirected the wrong application: this one
 * only forwards it, unless that was done too often. */
static bool
belongs_elsewhere(const struct world *world, const struct decision *decision)
{
    const struct wish *wish = people_find_wish(world, decision->case_number);
    bool at_first = wish != NULL && people_registry(wish->citizen) == decision->office;
    return wish != NULL && at_first == people_has_moved(wish->citizen);
}

static size_t
other_registry(size_t registry)
{
    return registry == REGISTRY_A ? REGISTRY_B : REGISTRY_A;
}

static bool
may_redirect(const struct world *world, const struct decision *decision)
{
    return !closure_is_gone(world, other_registry(decision->office)) &&
           ledger_find_case(world, decision->office, decision->case_number)->redirections <
               REDIRECTIONS_MAX;
}

static void
redirect(const struct world *world, struct decision *decision)
{
    size_t other = other_registry(decision->office);
    decision->verb = YIDI__VERB__REDIRECT;
    decision->division = world->network.roster.offices[other].entry.area;
}

/* Something comes up, while there is trouble enough. */
static bool
changes_course(struct world *world)
{
    return !world->calm && dice_chance(&world->people.dice, 6);
}

/* The application lies on the desk. */
static void
examine(struct world *world, struct decision *decision)
{
    bool elsewhere = belongs_elsewhere(world, decision);
    decision->verb = YIDI__VERB__EXAMINE;
    if (was_found_wanting(world, decision->case_number) ||
        (elsewhere && !may_redirect(world, decision)))
        decision->verb = YIDI__VERB__REFUSE;
    else if (elsewhere)
        redirect(world, decision);
    else if (changes_course(world) && dice_chance(&world->people.dice, 70))
        decision->verb = YIDI__VERB__RETURN_FORM;
    else if (changes_course(world)) /* a mistake */
        redirect(world, decision);
}

static bool
next_at_registry(struct world *world, int state, struct decision *decision)
{
    bool gone = people_nobody_waits(world, decision->office, decision->case_number);
    bool refuse = gone ? world->calm || dice_chance(&world->people.dice, 50)
                       : !world->calm && dice_chance(&world->people.dice, 10);
    decision->operator= people_somebody(world);
    switch ((enum review_state)state) {
    case REVIEW_RECEIVED:
        if (refuse)
            decision->verb = YIDI__VERB__REFUSE;
        else
            examine(world, decision);
        return true;
    case REVIEW_EXAMINED:
        refuse |= stands_behind_another(world, decision->office, decision->case_number) &&
                  (world->calm || dice_chance(&world->people.dice, 70));
        decision->verb = refuse ? YIDI__VERB__REFUSE : YIDI__VERB__ISSUE;
        decision->operator= another_than(world, decision->office, decision->case_number);
        return true;
    case REVIEW_RETURNED:
        decision->verb = YIDI__VERB__REFUSE;
        return gone && refuse;
    case REVIEW_BLOCKED:
        decision->verb = YIDI__VERB__REFUSE;
        return true;
    default:
        return false;
    }
}

static const char *
pack(struct people *people)
{
    snprintf(people->package, sizeof people->package, "EMS-%u",
             ++people->cards_packed / CARDS_PER_PACKAGE);
    return dice_chance(&people->dice, 80) ? people->package : "";
}

/* By eye, by reader, or both at once. */
static Yidi__CheckMethod
any_method(struct people *people)
{
    return (Yidi__CheckMethod)dice_roll(&people->dice, 3);
}

static bool
next_at_centre(struct world *world, int state, struct decision *decision)
{
    struct people *people = &world->people;
    decision->operator= people_somebody(world);
    switch ((enum order_state)state) {
    case ORDER_ORDERED:
        decision->verb = YIDI__VERB__MAKE;
        if (dice_chance(&people->dice, 10)) {
            snprintf(people->last_serial, sizeof people->last_serial, "BODY-%zu-%u",
                     decision->office, ++people->card_bodies);
            decision->card_serial = people->last_serial;
        }
        return true;
    case ORDER_MADE:
        decision->verb = YIDI__VERB__CHECK_CARD;
        decision->operator= another_than(world, decision->office, decision->case_number);
        decision->defective = spoils(world);
        decision->by = any_method(people);
        return true;
    case ORDER_VERIFIED:
        decision->verb = YIDI__VERB__DISPATCH;
        decision->package = pack(people);
        return true;
    case ORDER_MISSING:
        decision->verb = YIDI__VERB__TRACE_CARD;
        decision->found = dice_chance(&people->dice, 50);
        return true;
    default:
        return false;
    }
}

/* A card that waits is collected, found defective, or destroyed when nobody came in time. */
static bool
next_of_ready_card(struct world *world, struct decision *decision)
{
    const struct ledger_case *found =
        ledger_find_case(world, decision->office, decision->case_number);
    struct dice *dice = &world->people.dice;
    decision->verb = YIDI__VERB__COLLECT;
    decision->old_card_surrendered = world->calm || dice_chance(dice, 70); /* or it lies at home */
    decision->temporary_card_surrendered =
        found->temporary_out && (world->calm || dice_chance(dice, 70));
    if (spoils(world)) {
        decision->verb = YIDI__VERB__RECEIVE;
        decision->defective = true;
    }
    if (!is_never_collected(world, decision->case_number))
        return true;
    decision->verb = YIDI__VERB__DESTROY;
    decision->defective = false;
    return fake_network_time(&world->network, decision->office).wall_ms > found->deadline_ms;
}

static bool
next_at_window(struct world *world, int state, struct decision *decision)
{
    decision->operator= people_somebody(world);
    switch ((enum application_state)state) {
    case APPLICATION_SUBMITTED:
    case APPLICATION_IN_PRODUCTION:
    case APPLICATION_RETURNED:
        decision->verb = YIDI__VERB__WITHDRAW;
        return changes_course(world);
    case APPLICATION_IN_TRANSIT:
        decision->verb = changes_course(world) ? YIDI__VERB__MISS : YIDI__VERB__RECEIVE;
        decision->defective = decision->verb == YIDI__VERB__RECEIVE && spoils(world);
        return true;
    case APPLICATION_READY:
        return next_of_ready_card(world, decision);
    default:
        return false;
    }
}

bool
people_next_step(struct world *world, size_t office, const char *case_number, int state,
                 struct decision *ret_decision)
{
    *ret_decision = (struct decision){ .office = office, .case_number = case_number };
    if (people_abandon(world, ret_decision))
        return true;
    switch (world->network.offices[office].role->party) {
    case PARTY_REGISTRY:
        return next_at_registry(world, state, ret_decision);
    case PARTY_PRODUCTION:
        return next_at_centre(world, state, ret_decision);
    default:
        return next_at_window(world, state, ret_decision);
    }
}
