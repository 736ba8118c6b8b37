/* SPDX-License-Identifier: Apache-2.0
 *
 * leftovers - what desks do about cases that nobody can go on with, because an office is no more or
 * what the card is made of is erased, about cards that are not valid, and about whatever called for
 * attention.
 */
#include "acceptance-node/core/application.h"
#include "production-node/core/order.h"
#include "registry-node/core/review.h"
#include "tests/simulation/commands.h"
#include "tests/simulation/world.h"

enum { PATIENCE_PERCENT = 70 }; /* while there is trouble, another day may do */

/* As the office itself sees it. */
static bool
is_gone(const struct world *world, size_t office, size_t other)
{
    return other < PLACE_COUNT &&
           office_is_gone(world->network.offices[office].office, world_code(world, other));
}

static bool
window_gives_up(const struct world *world, size_t office, const struct ledger_case *found)
{
    bool registry_gone = is_gone(world, office, found->registry);
    switch ((enum application_state)found->state) {
    case APPLICATION_SUBMITTED:
    case APPLICATION_RETURNED:
    case APPLICATION_WITHDRAWING:
        return registry_gone;
    case APPLICATION_IN_PRODUCTION:
        return registry_gone || is_gone(world, office, found->centre) || found->remake_refused;
    default:
        return false;
    }
}

static bool
registry_gives_up(const struct world *world, size_t office, const struct ledger_case *found)
{
    bool window_gone = is_gone(world, office, found->window);
    bool centre_gone = is_gone(world, office, found->centre);
    switch ((enum review_state)found->state) {
    case REVIEW_ISSUED:
    case REVIEW_REMAKING:
        return window_gone || centre_gone;
    case REVIEW_WITHDRAWING:
        return centre_gone;
    case REVIEW_MADE:
    case REVIEW_ABANDONING:
        return window_gone;
    default:
        return false;
    }
}

static bool
centre_gives_up(const struct world *world, size_t office, const struct ledger_case *found)
{
    switch ((enum order_state)found->state) {
    case ORDER_ORDERED:
    case ORDER_VERIFIED:
    case ORDER_DISPATCHED:
    case ORDER_DELIVERED:
    case ORDER_MISSING:
        return is_gone(world, office, found->window);
    default:
        return false;
    }
}

static bool
gives_up(const struct world *world, size_t office, const struct ledger_case *found)
{
    switch (world->network.offices[office].role->party) {
    case PARTY_ACCEPTANCE:
        return window_gives_up(world, office, found);
    case PARTY_REGISTRY:
        return registry_gives_up(world, office, found);
    default:
        return centre_gives_up(world, office, found);
    }
}

bool
people_abandon(struct world *world, struct decision *decision)
{
    const struct ledger_case *found =
        ledger_find_case(world, decision->office, decision->case_number);
    if (found == NULL || !gives_up(world, decision->office, found) ||
        (!world->calm && dice_chance(&world->people.dice, PATIENCE_PERCENT)))
        return false;
    decision->verb = YIDI__VERB__ABANDON;
    decision->operator= people_somebody(world);
    return true;
}

bool
people_nobody_waits(const struct world *world, size_t registry, const char *case_number)
{
    const struct ledger_case *found = ledger_find_case(world, registry, case_number);
    return is_gone(world, registry, found->window) || is_gone(world, registry, found->centre);
}

bool
people_has_invalid_card(const struct world *world, size_t office, const struct ledger_case *found)
{
    return world->network.offices[office].role->party == PARTY_ACCEPTANCE &&
           found->state == APPLICATION_ABANDONED && found->card_serial[0] != '\0';
}

/* Unless it never came. */
void
people_destroy_invalid_card(struct world *world, size_t window, const char *case_number)
{
    bool came = dice_chance(&world->people.dice, 60);
    const struct decision decision = { .office = window,
                                       .verb = came ? YIDI__VERB__DESTROY : YIDI__VERB__MISS,
                                       .operator= people_somebody(world),
                                       .case_number = case_number };
    (void)command_decide(world, &decision);
}

/* ---- now and then ---- */

/* Of any case of an office that calls for attention, or whose card is not valid. */
void
people_look_into_leftovers(struct world *world)
{
    size_t office = people_pick_office(world);
    if (office == PLACE_COUNT)
        return;
    const struct ledger_office *page = &world->ledger.offices[office];
    for (size_t i = 0; i < page->case_count; i++) {
        const struct ledger_case found = page->cases[i];
        struct decision decision = { .office = office,
                                     .verb = YIDI__VERB__NOTE,
                                     .operator= people_somebody(world),
                                     .case_number = found.number };
        if (found.attention[0] != '\0') {
            (void)command_decide(world, &decision);
            return;
        }
        if (people_has_invalid_card(world, office, &found)) {
            people_destroy_invalid_card(world, office, found.number);
            return;
        }
    }
}

/* The card that was lost turns up. */
void
people_find_lost_card(struct world *world)
{
    size_t window = dice_chance(&world->people.dice, 50) ? WINDOW_A : WINDOW_B;
    const struct ledger_case *found =
        people_pick_in_state(world, window, APPLICATION_COLLECTED, APPLICATION_READY);
    if (found == NULL || !world_is_up(world, window))
        return;
    const struct ledger_case copy = *found;
    const struct decision decision = { .office = window,
                                       .verb = YIDI__VERB__DESTROY_OLD,
                                       .operator= people_somebody(world),
                                       .case_number = copy.number,
                                       .card_serial = dice_chance(&world->people.dice, 20)
                                                          ? copy.card_serial
                                                          : "OLD-CARD" };
    const struct outcome outcome = command_decide(world, &decision);
    INVARIANT(world,
              !outcome.answered || outcome.code[0] != '\0' ||
                  (copy.state == APPLICATION_COLLECTED &&
                   strcmp(decision.card_serial, copy.card_serial) != 0),
              "G3 only a card that was replaced is destroyed", "%s at %s, in state %d", copy.number,
              world->network.offices[window].name, copy.state);
}

/* A temporary card comes back, or is lost, before the card is collected. */
void
people_take_temporary_back(struct world *world)
{
    Yidi__ReturnTemporary back = YIDI__RETURN_TEMPORARY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    size_t window = dice_chance(&world->people.dice, 50) ? WINDOW_A : WINDOW_B;
    const struct ledger_office *page = &world->ledger.offices[window];
    size_t i = 0;
    while (i < page->case_count && !page->cases[i].temporary_out)
        i++;
    if (i == page->case_count || !world_is_up(world, window))
        return;
    char number[CASE_NUMBER_CHARS + 1];
    memcpy(number, page->cases[i].number, sizeof number);
    back.case_number = number;
    back.lost = dice_chance(&world->people.dice, 30);
    back.text = "brought by the holder";
    request.operator_ = "li";
    request.command_case = YIDI__REQUEST__COMMAND_RETURN_TEMPORARY;
    request.return_temporary = &back;
    const struct outcome outcome = command_ask(world, window, &request);
    const struct ledger_case *found = ledger_find_case(world, window, number);
    INVARIANT(world,
              !outcome.answered || outcome.code[0] != '\0' || found == NULL ||
                  !found->temporary_out,
              "G3 a temporary card that came back is out no more", "%s", number);
}
