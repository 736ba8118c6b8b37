/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/people.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "acceptance-node/core/application.h"
#include "common/domain/citizen_csv.h"
#include "tests/simulation/commands.h"
#include "tests/simulation/world.h"

enum {
    CHANCE_OF_A_MISTAKE = 15,
    CHANCE_OF_A_WISH = 12,
    CHANCE_OF_A_HOLIDAY = 25, /* so long that deadlines pass */
    CHANCE_OF_AN_ERRAND = 12
};

static const uint64_t day_ms = 24 * 60 * 60000;

/* ---- citizens ---- */

size_t
people_registry(unsigned citizen)
{
    return citizen % 2 == 0 ? REGISTRY_A : REGISTRY_B;
}

bool
people_has_moved(unsigned citizen)
{
    return citizen % 5 == 4;
}

bool
people_is_never_issued(unsigned citizen)
{
    return citizen % 11 == 10;
}

void
people_citizen(const struct world *world, unsigned citizen, struct made_citizen *ret_citizen)
{
    size_t registry = people_registry(citizen);
    citizen_make(1 + citizen * 37, world->network.roster.offices[registry].entry.area, ret_citizen);
    ret_citizen->bad_credit = people_is_never_issued(citizen);
}

void
people_open(struct people *people)
{
    for (unsigned i = 0; i < PEOPLE_PHOTOS; i++) {
        struct made_citizen citizen;
        citizen_make(1 + i, "440105", &citizen);
        application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &people->applications[i]);
        if (i % 2 == 1)
            application_add_guardian(&people->applications[i], 1 + i);
    }
}

bool
people_populate(struct world *world, size_t registry)
{
    char csv[sizeof CITIZEN_CSV_HEADER + PEOPLE_CITIZENS * CITIZEN_MAKER_LINE_BYTES + 1];
    size_t size = (size_t)sprintf(csv, "%s\n", CITIZEN_CSV_HEADER);
    for (unsigned i = 0; i < PEOPLE_CITIZENS; i++) {
        struct made_citizen citizen;
        people_citizen(world, i, &citizen);
        if (people_registry(i) != registry && !people_has_moved(i))
            continue;
        strcpy(citizen.division, world->network.roster.offices[registry].entry.area);
        size += citizen_make_line(&citizen, csv + size);
    }
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    const struct bytes frame = bytes_of(csv, size);
    const Yidi__Response *response =
        fake_network_ask(&world->network, registry, &request, &frame, 1);
    return response != NULL && response->body_case == YIDI__RESPONSE__BODY_IMPORTED;
}

void
people_begin(struct world *world)
{
    struct people *people = &world->people;
    counter_begin(world);
    people->dice = dice_of(world->seed, "people");
    memset(people->wishes, 0, sizeof people->wishes);
    people->wish_count = 0;
    people->wishes_wanted = dice_between(&people->dice, 4, 16);
    people->pause_ms_max = dice_span_ms(&people->dice, 30 * 60000, 240 * 60000);
    struct dice holidays = dice_of(world->seed, "holidays");
    people->rest_from_ms = people->rest_until_ms = dice_between(&holidays, 1, 4) * day_ms;
    if (dice_chance(&holidays, CHANCE_OF_A_HOLIDAY))
        people->rest_until_ms += dice_between(&holidays, 4, 8) * day_ms;
    people->card_bodies = people->temporary_cards = 0;
    people->results = (struct results){ .count = 0 };
    people->last_serial[0] = '\0';
    people->cards_packed = 0;
    INVARIANT(world, people_populate(world, REGISTRY_A) && people_populate(world, REGISTRY_B),
              "the simulation begins", "a registry takes no citizens");
}

/* ---- applying ---- */

static void
wish_for(struct world *world)
{
    struct people *people = &world->people;
    struct wish *wish = &people->wishes[people->wish_count];
    *wish = (struct wish){
        .window = dice_chance(&people->dice, 50) ? WINDOW_A : WINDOW_B,
        .citizen = (unsigned)dice_roll(&people->dice, PEOPLE_CITIZENS),
        .photo = (unsigned)dice_roll(&people->dice, PEOPLE_PHOTOS),
        .kind = dice_chance(&people->dice, 60) ? YIDI__APPLICATION_KIND__RENEWAL
                                               : YIDI__APPLICATION_KIND__REPLACEMENT,
        .never_collected = dice_chance(&people->dice, 8),
    };
    snprintf(wish->key, sizeof wish->key, "wish-%zu", people->wish_count++);
}

/* Refusals that mean: come again later. */
bool
people_is_for_now(const char *code)
{
    static const char *const codes[] = { "STORE_FULL",        "OFFICE_HALTED", "OFFICE_STARTING",
                                         "OFFICE_RECOVERING", "DISK_RESERVE",  "STORE_NEARLY_FULL",
                                         "PEER_BACKLOG",      "STORE_DAMAGED" };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

static void
note_receipt(struct world *world, struct wish *wish, const char *case_number)
{
    const struct people *people = &world->people;
    bool set_back = world->ledger.offices[wish->window].set_back;
    INVARIANT(world,
              set_back || wish->case_number[0] == '\0' ||
                  strcmp(wish->case_number, case_number) == 0,
              "G2 a request key has one case", "%s: %s, then %s", wish->key, wish->case_number,
              case_number);
    for (size_t i = 0; i < people->wish_count; i++)
        INVARIANT(world,
                  set_back || &people->wishes[i] == wish ||
                      strcmp(people->wishes[i].case_number, case_number) != 0,
                  "G3 a case number is given once", "%s: %s and %s", case_number,
                  people->wishes[i].key, wish->key);
    if (wish->state != WISH_ACCEPTED)
        world->verdict->tally.cases++;
    wish->state = WISH_ACCEPTED;
    snprintf(wish->case_number, sizeof wish->case_number, "%s", case_number);
}

/* Only for another case of the citizen that is open at that window. */
static bool
may_be_refused(const struct world *world, const struct wish *wish, const char *code)
{
    const struct ledger_office *page = &world->ledger.offices[wish->window];
    struct made_citizen citizen;
    people_citizen(world, wish->citizen, &citizen);
    if (page->set_back || world->network.roster.offices[world->closure.victim].revoked)
        return true;
    for (size_t i = 0; i < page->case_count; i++)
        if (page->cases[i].open && strcmp(page->cases[i].citizen, citizen.number) == 0)
            return strcmp(code, "OPEN_APPLICATION") == 0;
    return false;
}

static void
ask_for(struct world *world, struct wish *wish)
{
    if (!world_is_up(world, wish->window) || counter_prepare(world, wish))
        return;
    struct outcome outcome = command_apply(world, wish, NULL);
    if (!counter_note(world, wish, &outcome))
        return;
    if (!outcome.answered) {
        wish->state = WISH_HANGING;
    } else if (outcome.code[0] == '\0') {
        note_receipt(world, wish, outcome.case_number);
    } else if (!people_is_for_now(outcome.code)) {
        INVARIANT(world, may_be_refused(world, wish, outcome.code),
                  "G7 a good application is taken", "%s of citizen %u at %s: %s", wish->key,
                  wish->citizen, world->network.offices[wish->window].name, outcome.code);
        wish->state = WISH_REFUSED;
    }
}

/* Who was not answered, or was turned away, comes again some time. */
static bool
ask_again(struct world *world)
{
    struct people *people = &world->people;
    for (size_t i = 0; i < people->wish_count; i++) {
        struct wish *wish = &people->wishes[i];
        if (wish->state < WISH_ACCEPTED && world_is_up(world, wish->window) &&
            dice_chance(&people->dice, 50)) {
            ask_for(world, wish);
            return true;
        }
    }
    return false;
}

/* ---- deciding ---- */

static void
decide(struct world *world, const struct decision *decision)
{
    const struct outcome outcome = command_decide(world, decision);
    if (strcmp(outcome.code, "STOCK_USED_UP") == 0 && world_is_up(world, decision->office) &&
        (world->calm || dice_chance(&world->people.dice, 50)))
        people_receive_blanks(world, decision->office);
}

/* A returned application is corrected; anything else is decided. False when it has to wait. */
static bool
step(struct world *world, size_t office, const char *case_number, int state)
{
    struct decision decision;
    const struct wish *wish = people_find_wish(world, case_number);
    bool window = world->network.offices[office].role->party == PARTY_ACCEPTANCE;
    if (people_next_step(world, office, case_number, state, &decision))
        decide(world, &decision);
    else if (window && state == APPLICATION_RETURNED && wish != NULL)
        (void)command_amend(world, wish);
    else
        return false;
    return true;
}

static void
do_next_step(struct world *world)
{
    int state;
    size_t office = people_pick_office(world);
    const char *case_number =
        office == PLACE_COUNT ? NULL : people_pick_case(world, office, &state);
    if (case_number != NULL)
        (void)step(world, office, case_number, state);
}

/* ---- living ---- */

void
people_act(struct world *world)
{
    struct people *people = &world->people;
    uint64_t age_ms = world_age_ms(world);
    if (age_ms >= people->rest_from_ms && age_ms < people->rest_until_ms)
        return;
    if (people->wish_count < people->wishes_wanted &&
        dice_chance(&people->dice, CHANCE_OF_A_WISH)) {
        wish_for(world);
        ask_for(world, &people->wishes[people->wish_count - 1]);
    } else if (dice_chance(&people->dice, CHANCE_OF_A_MISTAKE)) {
        people_mistake(world);
    } else if (dice_chance(&people->dice, CHANCE_OF_AN_ERRAND)) {
        people_errand(world);
    } else if (!ask_again(world)) {
        do_next_step(world);
    }
}

unsigned
people_work_off(struct world *world)
{
    struct people *people = &world->people;
    unsigned done = 0;
    for (size_t i = 0; i < people->wish_count; i++)
        if (people->wishes[i].state < WISH_ACCEPTED &&
            !closure_is_gone(world, people->wishes[i].window)) {
            ask_for(world, &people->wishes[i]);
            done++;
        }
    for (size_t office = 0; office < PLACE_COUNT; office++) {
        const struct ledger_office *page = &world->ledger.offices[office];
        for (size_t i = 0; i < page->case_count && world_is_up(world, office); i++) {
            char number[CASE_NUMBER_CHARS + 1];
            snprintf(number, sizeof number, "%s", page->cases[i].number);
            if (page->cases[i].open) {
                done += step(world, office, number, page->cases[i].state);
            } else if (people_has_invalid_card(world, office, &page->cases[i])) {
                people_destroy_invalid_card(world, office, number);
                done++;
            }
        }
    }
    return done;
}
