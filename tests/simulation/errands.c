/* SPDX-License-Identifier: Apache-2.0
 *
 * errands - what people do now and then beside the way of an application: blank cards, batches for
 * the machine, temporary cards, refunds, and cards that come back because of a fault found later.
 */
#include <stdio.h>

#include "acceptance-node/core/application.h"
#include "production-node/core/order.h"
#include "registry-node/core/review.h"
#include "tests/simulation/commands.h"
#include "tests/simulation/world.h"

enum { BATCH_LIMIT = 4, SPOILED_BY_MACHINE_PERCENT = 15, STAYS_AWAY_PERCENT = 25 };

static size_t
any_window(struct world *world)
{
    return dice_chance(&world->people.dice, 50) ? WINDOW_A : WINDOW_B;
}

static size_t
any_centre(struct world *world)
{
    return dice_chance(&world->people.dice, 50) ? CENTRE_A : CENTRE_B;
}

/* ---- blank cards ---- */

static void
change_stock(struct world *world, size_t centre, Yidi__StockVerb verb, uint64_t count)
{
    Yidi__StockChange change = YIDI__STOCK_CHANGE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    change.verb = verb;
    change.count = count;
    change.text = "as on the delivery note";
    request.operator_ = "zhang";
    request.command_case = YIDI__REQUEST__COMMAND_STOCK_CHANGE;
    request.stock_change = &change;
    (void)command_ask(world, centre, &request);
}

void
people_receive_blanks(struct world *world, size_t centre)
{
    change_stock(world, centre, YIDI__STOCK_VERB__STOCK_RECEIVE, 10);
}

static void
look_after_blanks(struct world *world)
{
    static const Yidi__StockVerb verbs[] = { YIDI__STOCK_VERB__STOCK_RECEIVE,
                                             YIDI__STOCK_VERB__STOCK_RECEIVE,
                                             YIDI__STOCK_VERB__STOCK_COUNT,
                                             YIDI__STOCK_VERB__STOCK_SPOIL };
    struct dice *dice = &world->people.dice;
    size_t centre = any_centre(world);
    Yidi__StockVerb verb = verbs[dice_roll(dice, 4)];
    uint64_t count = dice_roll(dice, verb == YIDI__STOCK_VERB__STOCK_SPOIL ? 3 : 12);
    if (world_is_up(world, centre))
        change_stock(world, centre, verb, count);
}

/* ---- batches ---- */

static void
make_batch(struct world *world, size_t centre)
{
    Yidi__BatchMake make = YIDI__BATCH_MAKE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    make.limit = (uint32_t)dice_roll(&world->people.dice, BATCH_LIMIT + 1);
    make.machine = "M-1";
    request.operator_ = (char *)(uintptr_t)people_somebody(world);
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_MAKE;
    request.batch_make = &make;
    const struct outcome outcome = command_ask(world, centre, &request);
    if (outcome.answered && outcome.code[0] == '\0')
        world->verdict->tally.batches++;
}

static void
export_batch(struct world *world, size_t centre, const char *batch)
{
    Yidi__BatchExport export = YIDI__BATCH_EXPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    export.batch = (char *)(uintptr_t)batch;
    request.operator_ = "zhang";
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_EXPORT;
    request.batch_export = &export;
    (void)command_ask(world, centre, &request);
}

/* The machine has worked on those of the batch that wait. */
static void
write_results(struct world *world, size_t centre, const char *batch)
{
    struct people *people = &world->people;
    const struct ledger_office *page = &world->ledger.offices[centre];
    struct results *results = &people->results;
    *results = (struct results){ .centre = centre };
    snprintf(results->batch, sizeof results->batch, "%s", batch);
    for (size_t i = 0; i < page->case_count && results->count < RESULTS_MAX; i++) {
        const struct ledger_case *found = &page->cases[i];
        if (found->state != ORDER_ORDERED || strcmp(found->batch, batch) != 0)
            continue;
        struct result_line *line = &results->lines[results->count++];
        snprintf(line->case_number, sizeof line->case_number, "%s", found->number);
        snprintf(line->serial, sizeof line->serial, "MACHINE-%zu-%u", centre,
                 ++people->card_bodies);
        line->defective = dice_chance(&people->dice, SPOILED_BY_MACHINE_PERCENT);
    }
}

static bool
all_were_taken(const struct world *world, const struct results *results)
{
    bool taken = !world->ledger.offices[results->centre].set_back;
    for (size_t i = 0; i < results->count; i++)
        taken &= results->lines[i].taken;
    return taken;
}

static void
import_results(struct world *world)
{
    struct results *results = &world->people.results;
    uint64_t acts = world->ledger.offices[results->centre].acts;
    const bool known = all_were_taken(world, results);
    struct outcome outcome = command_import(world, results);
    if (!outcome.answered || people_is_for_now(outcome.code))
        return;
    INVARIANT(world, !known || acts == world->ledger.offices[results->centre].acts,
              "G2 results that come again change nothing", "batch %s at %s", results->batch,
              world->network.offices[results->centre].name);
    if (known || outcome.code[0] != '\0' || !dice_chance(&world->people.dice, 40))
        results->count = 0; /* else they are imported once more some time */
}

static void
work_with_batches(struct world *world)
{
    struct people *people = &world->people;
    size_t centre = people->results.count > 0 ? people->results.centre : any_centre(world);
    if (!world_is_up(world, centre))
        return;
    if (people->results.count > 0) {
        import_results(world);
        return;
    }
    const struct ledger_case *waits =
        people_pick_in_state(world, centre, ORDER_ORDERED, ORDER_ORDERED);
    if (waits == NULL)
        return;
    char batch[sizeof waits->batch];
    memcpy(batch, waits->batch, sizeof batch);
    if (batch[0] == '\0' || dice_chance(&people->dice, 20)) {
        make_batch(world, centre);
    } else if (dice_chance(&people->dice, 20)) {
        export_batch(world, centre, batch);
    } else {
        write_results(world, centre, batch);
        import_results(world);
    }
}

/* ---- at the window ---- */

static void
give_temporary_card(struct world *world)
{
    struct people *people = &world->people;
    Yidi__IssueTemporary issue = YIDI__ISSUE_TEMPORARY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    size_t window = any_window(world);
    char serial[41], number[CASE_NUMBER_CHARS + 1];
    const struct ledger_case *found =
        people_pick_in_state(world, window, APPLICATION_IN_PRODUCTION, APPLICATION_IN_TRANSIT);
    if (found == NULL || !world_is_up(world, window))
        return;
    people->temporary_cards += !dice_chance(&people->dice, 20); /* or that one was given before */
    snprintf(number, sizeof number, "%s", found->number);
    snprintf(serial, sizeof serial, "TEMPORARY-%zu-%u", window, people->temporary_cards);
    issue.case_number = number;
    issue.card_serial = serial;
    request.operator_ = "zhang";
    request.command_case = YIDI__REQUEST__COMMAND_ISSUE_TEMPORARY;
    request.issue_temporary = &issue;
    const struct outcome outcome = command_ask(world, window, &request);
    if (outcome.answered && outcome.code[0] == '\0')
        world->verdict->tally.temporary_cards++;
}

static void
note_refund(struct world *world, const char *case_number)
{
    struct wish *wish = people_wish(world, case_number);
    if (wish == NULL)
        return;
    INVARIANT(world, !wish->paid_back || world->ledger.offices[wish->window].set_back,
              "G3 a fee is paid back once", "%s", case_number);
    wish->paid_back = true;
    world->verdict->tally.refunds++;
}

static void
pay_back(struct world *world)
{
    struct dice *dice = &world->people.dice;
    Yidi__Refund refund = YIDI__REFUND__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    size_t window = any_window(world);
    char number[CASE_NUMBER_CHARS + 1];
    static const int states[] = { APPLICATION_WITHDRAWN, APPLICATION_WITHDRAWN,
                                  APPLICATION_ABANDONED, APPLICATION_COLLECTED };
    int state = states[dice_roll(dice, 4)];
    const struct ledger_case *found =
        people_pick_in_state(world, window, APPLICATION_REFUSED, state);
    if (found == NULL || !world_is_up(world, window))
        return;
    snprintf(number, sizeof number, "%s", found->number);
    refund.case_number = number;
    request.operator_ = "zhang";
    request.command_case = YIDI__REQUEST__COMMAND_REFUND;
    request.refund = &refund;
    const struct outcome outcome = command_ask(world, window, &request);
    if (outcome.answered && outcome.code[0] == '\0')
        note_refund(world, number);
}

/* Is another card of the citizen under way already? */
static bool
waits_for_another(const struct world *world, const struct ledger_case *collected)
{
    for (size_t registry = REGISTRY_A; registry <= REGISTRY_B; registry++) {
        const struct ledger_office *page = &world->ledger.offices[registry];
        for (size_t i = 0; i < page->case_count; i++)
            if ((page->cases[i].state == REVIEW_ISSUED || page->cases[i].state == REVIEW_MADE) &&
                strcmp(page->cases[i].citizen, collected->citizen) == 0 &&
                strcmp(page->cases[i].number, collected->number) != 0)
                return true;
    }
    return false;
}

/* Rather one whose holder has applied again, for then two cards are under way. */
static const struct ledger_case *
pick_faulty(struct world *world, size_t window)
{
    const struct ledger_office *page = &world->ledger.offices[window];
    for (size_t i = 0; i < page->case_count; i++)
        if (page->cases[i].state == APPLICATION_COLLECTED &&
            waits_for_another(world, &page->cases[i]))
            return &page->cases[i];
    return people_pick_in_state(world, window, APPLICATION_COLLECTED, APPLICATION_COLLECTED);
}

/* The holder comes back with a card that is faulty. */
static void
find_late_fault(struct world *world)
{
    size_t window = any_window(world);
    char number[CASE_NUMBER_CHARS + 1];
    const struct ledger_case *found = pick_faulty(world, window);
    if (found == NULL || !world_is_up(world, window))
        return;
    snprintf(number, sizeof number, "%s", found->number);
    const struct decision decision = { .office = window,
                                       .verb = YIDI__VERB__RECEIVE,
                                       .operator= people_somebody(world),
                                       .case_number = number,
                                       .defective = true };
    const struct outcome outcome = command_decide(world, &decision);
    struct wish *wish = people_wish(world, number);
    if (!outcome.answered || outcome.code[0] != '\0')
        return;
    world->verdict->tally.late_faults++;
    if (wish != NULL)
        wish->never_collected = dice_chance(&world->people.dice, STAYS_AWAY_PERCENT);
}

void
people_errand(struct world *world)
{
    static void (*const errands[])(struct world *) = {
        look_after_blanks, look_after_blanks,          work_with_batches,
        work_with_batches, work_with_batches,          work_with_batches,
        pay_back,          give_temporary_card,        give_temporary_card,
        find_late_fault,   people_look_into_leftovers, people_find_lost_card,
        find_late_fault,   people_take_temporary_back,
    };
    enum { ERRAND_COUNT = sizeof errands / sizeof *errands };
    errands[dice_roll(&world->people.dice, ERRAND_COUNT)](world);
}
