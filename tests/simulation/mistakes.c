/* SPDX-License-Identifier: Apache-2.0
 *
 * mistakes - what people do wrong: the wrong office, the wrong state, twice, without the papers.
 * Whatever comes of it, no invariant may break.
 */
#include <stdio.h>

#include "acceptance-node/core/application.h"
#include "tests/simulation/commands.h"
#include "tests/simulation/world.h"

static const Yidi__Verb verbs[] = {
    YIDI__VERB__EXAMINE,     YIDI__VERB__ISSUE,    YIDI__VERB__REFUSE,   YIDI__VERB__MAKE,
    YIDI__VERB__CHECK_CARD,  YIDI__VERB__DISPATCH, YIDI__VERB__RECEIVE,  YIDI__VERB__COLLECT,
    YIDI__VERB__DESTROY,     YIDI__VERB__MISS,     YIDI__VERB__WITHDRAW, YIDI__VERB__TRACE_CARD,
    YIDI__VERB__RETURN_FORM, YIDI__VERB__ABANDON,  YIDI__VERB__NOTE
};
enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

static Yidi__Verb
any_verb(struct world *world)
{
    return verbs[dice_roll(&world->people.dice, VERB_COUNT)];
}

/* Any wish that has a receipt; NULL when there is none. */
static struct wish *
any_accepted(struct world *world)
{
    struct people *people = &world->people;
    if (people->wish_count == 0)
        return NULL;
    struct wish *wish = &people->wishes[dice_roll(&people->dice, people->wish_count)];
    return wish->state == WISH_ACCEPTED && world_is_up(world, wish->window) ? wish : NULL;
}

/* Anything, about a case that may be elsewhere or anywhere on its way. */
static void
decide_at_random(struct world *world)
{
    struct people *people = &world->people;
    const struct wish *wish = any_accepted(world);
    struct decision decision = { .office = people_pick_office(world),
                                 .verb = any_verb(world),
                                 .operator= dice_chance(&people->dice, 50) ? "zhang" : "li",
                                 .case_number = wish == NULL ? "310115000001261122000000X1"
                                                             : wish->case_number,
                                 .defective = dice_chance(&people->dice, 30),
                                 .no_reason = dice_chance(&people->dice, 50) };
    if (decision.office != PLACE_COUNT)
        (void)command_decide(world, &decision);
}

/* Whoever examined issues, whoever made verifies. */
static void
act_alone(struct world *world)
{
    struct decision decision;
    char first[OPERATOR_BYTES_MAX + 1];
    int state;
    size_t office = people_pick_office(world);
    const char *number = office == PLACE_COUNT ? NULL : people_pick_case(world, office, &state);
    if (number == NULL || !people_next_step(world, office, number, state, &decision))
        return;
    command_who(world, office, number, first);
    if (first[0] != '\0')
        decision.operator= first;
    struct outcome outcome = command_decide(world, &decision);
    bool second = decision.verb == YIDI__VERB__ISSUE || decision.verb == YIDI__VERB__CHECK_CARD;
    INVARIANT(world, !second || first[0] == '\0' || !outcome.answered || outcome.code[0] != '\0',
              "G3 four eyes", "%s did both at %s", first, number);
}

static void
ask_twice(struct world *world)
{
    const struct wish *wish = any_accepted(world);
    if (wish == NULL || world->ledger.offices[wish->window].set_back)
        return;
    struct outcome outcome = command_apply(world, wish, NULL);
    INVARIANT(world,
              !outcome.answered || people_is_for_now(outcome.code) ||
                  strcmp(outcome.case_number, wish->case_number) == 0,
              "G2 a request key has one case", "%s: %s, then %s%s", wish->key, wish->case_number,
              outcome.case_number, outcome.code);
}

/* The key of one citizen with the form of another. */
static void
ask_under_a_used_key(struct world *world)
{
    const struct wish *wish = any_accepted(world);
    if (wish == NULL || world->ledger.offices[wish->window].set_back)
        return;
    struct wish other = *wish;
    other.citizen = (wish->citizen + 1) % PEOPLE_CITIZENS;
    struct outcome outcome = command_apply(world, &other, NULL);
    INVARIANT(world, !outcome.answered || outcome.code[0] != '\0',
              "G7 a request key belongs to its content", "%s was answered with %s", wish->key,
              outcome.case_number);
}

/* The same citizen, at whichever window: one of the two is refused somewhere. */
static void
apply_elsewhere_too(struct world *world)
{
    struct people *people = &world->people;
    const struct wish *wish = any_accepted(world);
    if (wish == NULL || people->wish_count == PEOPLE_WISHES_MAX)
        return;
    struct wish *second = &people->wishes[people->wish_count];
    *second = *wish;
    second->window =
        dice_chance(&people->dice, 70) ? WINDOW_A + WINDOW_B - wish->window : wish->window;
    second->state = WISH_OPEN;
    second->case_number[0] = second->draft[0] = '\0';
    second->never_collected = second->paid_back = false;
    snprintf(second->key, sizeof second->key, "second-%zu", people->wish_count++);
}

static void
pay_too_little(Yidi__ApplicationForm *form)
{
    form->fee_fen--;
}

static void
come_from_nowhere(Yidi__ApplicationForm *form)
{
    form->person->registration_division = "999999";
}

static void
bring_the_wrong_paper(Yidi__ApplicationForm *form)
{
    form->evidence = YIDI__DOCUMENT_KIND__PASSPORT;
}

static void
fill_the_form_badly(struct world *world)
{
    static void (*const ways[])(Yidi__ApplicationForm *) = { pay_too_little, come_from_nowhere,
                                                             bring_the_wrong_paper };
    struct people *people = &world->people;
    const struct wish wish = { .window = dice_chance(&people->dice, 50) ? WINDOW_A : WINDOW_B,
                               .citizen = (unsigned)dice_roll(&people->dice, PEOPLE_CITIZENS),
                               .kind = YIDI__APPLICATION_KIND__RENEWAL,
                               .key = "bad" };
    if (!world_is_up(world, wish.window))
        return;
    struct outcome outcome = command_apply(world, &wish, ways[dice_roll(&people->dice, 3)]);
    INVARIANT(world, !outcome.answered || outcome.code[0] != '\0',
              "G7 a bad form is refused at the door", "it was taken as %s", outcome.case_number);
}

/* A card that its holder may still come for. */
static void
destroy_in_haste(struct world *world)
{
    size_t window = dice_chance(&world->people.dice, 50) ? WINDOW_A : WINDOW_B;
    char number[CASE_NUMBER_CHARS + 1];
    const struct ledger_case *found =
        people_pick_in_state(world, window, APPLICATION_READY, APPLICATION_READY);
    if (found == NULL || !world_is_up(world, window))
        return;
    snprintf(number, sizeof number, "%s", found->number);
    const struct decision decision = { .office = window,
                                       .verb = YIDI__VERB__DESTROY,
                                       .operator= people_somebody(world),
                                       .case_number = number };
    (void)command_decide(world, &decision);
}

/* A card body that was used already. */
static void
use_a_body_twice(struct world *world)
{
    struct people *people = &world->people;
    int state;
    size_t centre = dice_chance(&people->dice, 50) ? CENTRE_A : CENTRE_B;
    const char *number =
        world_is_up(world, centre) ? people_pick_case(world, centre, &state) : NULL;
    if (number == NULL || people->last_serial[0] == '\0')
        return;
    const struct decision decision = { .office = centre,
                                       .verb = YIDI__VERB__MAKE,
                                       .operator= "li",
                                       .case_number = number,
                                       .card_serial = people->last_serial };
    (void)command_decide(world, &decision);
}

/* All open cases of an office that are in one state, one of them twice, and one that is nowhere. */
static void
decide_in_bulk(struct world *world)
{
    enum { LISTED_MAX = 8 };
    char copies[LISTED_MAX][CASE_NUMBER_CHARS + 1];
    char *numbers[LISTED_MAX + 2];
    size_t count = 0;
    int state;
    size_t office = people_pick_office(world);
    const char *number = office == PLACE_COUNT ? NULL : people_pick_case(world, office, &state);
    struct decision decision;
    if (number == NULL || !people_next_step(world, office, number, state, &decision))
        return;
    const struct ledger_office *page = &world->ledger.offices[office];
    for (size_t i = 0; i < page->case_count && count < LISTED_MAX; i++)
        if (page->cases[i].state == state) {
            snprintf(copies[count], sizeof copies[count], "%s", page->cases[i].number);
            numbers[count] = copies[count];
            count++;
        }
    numbers[count] = numbers[0];
    numbers[count + 1] = "310115000001261122000000X1";
    decision.card_serial = NULL;
    command_decide_many(world, &decision, numbers, count + 2);
}

static void
look_around(struct world *world)
{
    struct people *people = &world->people;
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Peers peers = YIDI__PEERS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    const struct wish *wish = any_accepted(world);
    size_t office = people_pick_office(world);
    uint64_t which = dice_roll(&people->dice, 4);
    if (office == PLACE_COUNT)
        return;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    if (which == 1) {
        request.command_case = YIDI__REQUEST__COMMAND_LIST;
        request.list = &list;
    } else if (which == 2) {
        request.command_case = YIDI__REQUEST__COMMAND_PEERS;
        request.peers = &peers;
    } else if (which == 3 && wish != NULL) {
        show.case_number = (char *)(uintptr_t)wish->case_number;
        show.full = dice_chance(&people->dice, 50);
        show.reason = show.full ? "inspection" : "";
        request.command_case = YIDI__REQUEST__COMMAND_SHOW;
        request.show = &show;
    }
    (void)command_ask(world, office, &request);
}

void
people_mistake(struct world *world)
{
    static void (*const mistakes[])(struct world *) = {
        decide_at_random, decide_at_random,     act_alone,           act_alone,
        ask_twice,        ask_under_a_used_key, fill_the_form_badly, apply_elsewhere_too,
        use_a_body_twice, decide_in_bulk,       look_around,         destroy_in_haste,
    };
    enum { MISTAKE_COUNT = sizeof mistakes / sizeof *mistakes };
    mistakes[dice_roll(&world->people.dice, MISTAKE_COUNT)](world);
}
