/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/counter.h"

#include <inttypes.h>
#include <stdio.h>

#include "acceptance-node/drafts.h"
#include "tests/simulation/commands.h"
#include "tests/simulation/world.h"

enum { CHANCE_OF_A_DRAFT = 25, CHANCE_OF_A_QUESTION = 35, CHANCE_OF_A_DISCARD = 15 };

static const uint64_t day_ms = 24 * 60 * 60000;

void
counter_begin(struct world *world)
{
    world->people.counter = (struct counter){ .dice = dice_of(world->seed, "counter") };
    world->network.question_limit = 500;
}

/* ---- drafts ---- */

/* Nobody sees so at a window that died after it had answered. */
static bool
is_kept(struct world *world, size_t window, const char *draft)
{
    struct bytes unused;
    if (!world_is_up(world, window))
        return false;
    AUTO(store_txn)
    struct store_txn *txn = scratch_store_read(&world->network.offices[window].scratch);
    return store_get(txn, TABLE_DRAFTS, bytes_of_text(draft), &unused) == OK;
}

static void
save(struct world *world, struct wish *wish)
{
    struct made_citizen citizen;
    Yidi__DraftPerson person = YIDI__DRAFT_PERSON__INIT;
    Yidi__DraftForm form = YIDI__DRAFT_FORM__INIT;
    Yidi__DraftSave save = YIDI__DRAFT_SAVE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    people_citizen(world, wish->citizen, &citizen);
    person.citizen_number = citizen.number;
    person.name = citizen.name;
    form.kind = wish->kind;
    form.person = &person;
    save.form = &form;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_DRAFT_SAVE;
    request.draft_save = &save;
    const Yidi__Response *response =
        fake_network_ask(&world->network, wish->window, &request, NULL, 0);
    if (response == NULL || response->body_case != YIDI__RESPONSE__BODY_DRAFTS)
        return;
    snprintf(wish->draft, sizeof wish->draft, "%s", response->drafts->drafts[0]->name);
    wish->draft_ms = world->network.now.monotonic_ms;
    world->verdict->tally.drafts++;
    trace(world, (int)wish->window, "keeps draft %s of citizen %u", wish->draft, wish->citizen);
}

static void
discard(struct world *world, struct wish *wish)
{
    Yidi__DraftDiscard discard = YIDI__DRAFT_DISCARD__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    discard.name = wish->draft;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_DRAFT_DISCARD;
    request.draft_discard = &discard;
    const struct outcome outcome = command_ask(world, wish->window, &request);
    if (outcome.answered && outcome.code[0] != '\0')
        return;
    INVARIANT(world, !outcome.answered || !is_kept(world, wish->window, wish->draft),
              "G8 a discarded draft is gone", "%s at %s", wish->draft,
              world->network.offices[wish->window].name);
    wish->draft[0] = '\0'; /* gone, or whoever was not answered does not want it all the same */
}

bool
counter_note(struct world *world, struct wish *wish, const struct outcome *outcome)
{
    const bool set_back = world->ledger.offices[wish->window].set_back;
    const uint64_t age_ms = world->network.now.monotonic_ms - wish->draft_ms;
    if (wish->draft[0] == '\0' || !outcome->answered)
        return true;
    if (strcmp(outcome->code, "DRAFT_UNKNOWN") == 0) {
        INVARIANT(world, set_back || age_ms > (DRAFT_DAYS - 1) * day_ms,
                  "G1 a draft is kept for its days", "%s at %s, %" PRIu64 " s old", wish->draft,
                  world->network.offices[wish->window].name, age_ms / 1000);
        wish->draft[0] = '\0';
        return false;
    }
    INVARIANT(world,
              set_back || outcome->code[0] != '\0' || !is_kept(world, wish->window, wish->draft),
              "G2 a draft goes with its application", "%s is %s, and still kept", wish->draft,
              outcome->case_number);
    return true;
}

/* ---- questions ---- */

/* The answer may come now, later, or never: the window may die over it. */
static void
ask(struct world *world, const struct wish *wish)
{
    struct counter *counter = &world->people.counter;
    struct made_application *application = &world->people.applications[wish->photo];
    struct made_citizen citizen;
    Yidi__EligibilityQuestion question = YIDI__ELIGIBILITY_QUESTION__INIT;
    Yidi__AskEligibility ask = YIDI__ASK_ELIGIBILITY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    people_citizen(world, wish->citizen, &citizen);
    application_set_citizen(application, &citizen);
    application_set_kind(application, wish->kind);
    question.kind = application->form.kind;
    question.reason = application->form.reason;
    question.person = application->form.person;
    ask.about_case = YIDI__ASK_ELIGIBILITY__ABOUT_QUESTION;
    ask.question = &question;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_ASK_ELIGIBILITY;
    request.ask_eligibility = &ask;
    counter->question = world->network.client_count + 1;
    counter->citizen = wish->citizen;
    counter->window = wish->window;
    (void)fake_network_ask(&world->network, wish->window, &request, NULL, 0);
}

void
counter_see(struct world *world, size_t office, const Yidi__Response *response)
{
    const struct counter *counter = &world->people.counter;
    if (response->body_case != YIDI__RESPONSE__BODY_ELIGIBILITY || office != counter->window ||
        response->id != counter->question)
        return;
    const Yidi__Eligibility *told = response->eligibility;
    trace(world, (int)office, "tells what a registry says of citizen %u: outcome %d%s",
          counter->citizen, (int)told->outcome, told->would_be_refused ? ", refused" : "");
    world->verdict->tally.questions++;
    INVARIANT(world,
              told->outcome != YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_ANSWERED ||
                  !people_is_never_issued(counter->citizen) || told->would_be_refused,
              "G3 the question is answered as the examination would", "citizen %u",
              counter->citizen);
}

/* ---- before the fee is taken ---- */

bool
counter_prepare(struct world *world, struct wish *wish)
{
    struct dice *dice = &world->people.counter.dice;
    if (world->calm || wish->prepared)
        return false;
    wish->prepared = true;
    if (dice_chance(dice, CHANCE_OF_A_QUESTION))
        ask(world, wish);
    if (!world_is_up(world, wish->window) || !dice_chance(dice, CHANCE_OF_A_DRAFT))
        return !world_is_up(world, wish->window);
    save(world, wish);
    if (wish->draft[0] != '\0' && world_is_up(world, wish->window) &&
        dice_chance(dice, CHANCE_OF_A_DISCARD))
        discard(world, wish);
    return true; /* the applicant comes again */
}

void
counter_end(struct world *world)
{
    for (size_t office = 0; office < PLACE_COUNT; office++)
        INVARIANT(world,
                  !world_is_up(world, office) ||
                      world->network.offices[office].office->questions.first == NULL,
                  "G6 no clerk waits for ever for an answer", "%s",
                  world->network.offices[office].name);
}
