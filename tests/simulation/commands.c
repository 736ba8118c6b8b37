/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "acceptance-node/core/application.h"
#include "common/domain/civil_date.h"
#include "common/io/case_file.h"
#include "tests/simulation/world.h"

/* ---- asking ---- */

static uint64_t
count_cases(const struct world *world, size_t office)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    uint64_t rows = 0;
    if (store_begin_read(world->network.offices[office].scratch.store, &txn) != OK ||
        store_count(txn, TABLE_CASES, &rows) != OK)
        return UINT64_MAX;
    return rows;
}

static void
nothing_has_changed(struct world *world, size_t office, uint64_t acts, uint64_t cases,
                    const char *code)
{
    const struct ledger_office *page = &world->ledger.offices[office];
    world->verdict->tally.refusals++;
    INVARIANT(world, page->acts == acts && count_cases(world, office) == cases,
              "G7 what is refused changes nothing",
              "%s refused with %s, and wrote %" PRIu64 " entries",
              world->network.offices[office].name, code, page->acts - acts);
}

/* NULL when the office died over it. */
static const Yidi__Response *
ask(struct world *world, size_t office, Yidi__Request *request, const struct bytes *frames,
    size_t frame_count)
{
    uint64_t acts = world->ledger.offices[office].acts, cases = count_cases(world, office);
    world->verdict->tally.commands++;
    const Yidi__Response *response =
        fake_network_ask(&world->network, office, request, frames, frame_count);
    if (response != NULL && response->body_case == YIDI__RESPONSE__BODY_REFUSAL &&
        world_is_up(world, office))
        nothing_has_changed(world, office, acts, cases, response->refusal->code);
    if (response != NULL && response->body_case == YIDI__RESPONSE__BODY_DECIDED &&
        response->decided->n_results == 1 && response->decided->results[0]->refusal != NULL &&
        world_is_up(world, office))
        nothing_has_changed(world, office, acts, cases,
                            response->decided->results[0]->refusal->code);
    return response;
}

static void
set_code(struct outcome *outcome, const Yidi__Refusal *refusal)
{
    if (refusal != NULL)
        snprintf(outcome->code, sizeof outcome->code, "%s", refusal->code);
}

struct outcome
command_ask(struct world *world, size_t office, Yidi__Request *request)
{
    struct outcome outcome = { 0 };
    const Yidi__Response *response = ask(world, office, request, NULL, 0);
    outcome.answered = response != NULL;
    if (response != NULL && response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        set_code(&outcome, response->refusal);
    return outcome;
}

/* ---- applying ---- */

static void
trace_application(const struct world *world, const struct wish *wish, const struct outcome *outcome)
{
    if (!outcome->answered)
        trace(world, (int)wish->window, "gives no answer to %s of citizen %u", wish->key,
              wish->citizen);
    else if (outcome->code[0] != '\0')
        trace(world, (int)wish->window, "refuses %s of citizen %u: %s", wish->key, wish->citizen,
              outcome->code);
    else
        trace(world, (int)wish->window, "accepts %s of citizen %u%s as %s", wish->key,
              wish->citizen, outcome->repeated ? " again" : "", outcome->case_number);
}

struct outcome
command_apply(struct world *world, const struct wish *wish,
              void (*change)(Yidi__ApplicationForm *form))
{
    struct made_application *application = &world->people.applications[wish->photo];
    struct made_citizen citizen;
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct outcome outcome = { 0 };
    people_citizen(world, wish->citizen, &citizen);
    application_set_citizen(application, &citizen);
    application_set_kind(application, wish->kind);
    Yidi__ApplicationForm form = application->form;
    if (change != NULL)
        change(&form);
    apply.form = &form;
    apply.request_key = (char *)(uintptr_t)wish->key;
    apply.draft = (char *)(uintptr_t)wish->draft;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    size_t frame_count = application_frames(application, frames);
    const Yidi__Response *response = ask(world, wish->window, &request, frames, frame_count);
    outcome.answered = response != NULL;
    if (response != NULL && response->body_case == YIDI__RESPONSE__BODY_APPLIED) {
        outcome.repeated = response->applied->repeated_request;
        snprintf(outcome.case_number, sizeof outcome.case_number, "%s",
                 response->applied->case_number);
    } else if (response != NULL) {
        set_code(&outcome, response->refusal);
    }
    trace_application(world, wish, &outcome);
    return outcome;
}

/* ---- correcting ---- */

/* It may have been redirected. */
static void
name_present_county(const struct world *world, const struct wish *wish,
                    char ret_division[DIVISION_CHARS + 1])
{
    const struct ledger_case *found = ledger_find_case(world, wish->window, wish->case_number);
    if (found != NULL && found->registry < PLACE_COUNT)
        snprintf(ret_division, DIVISION_CHARS + 1, "%s",
                 world->network.roster.offices[found->registry].entry.area);
}

struct outcome
command_amend(struct world *world, const struct wish *wish)
{
    struct made_application *application = &world->people.applications[wish->photo];
    struct made_citizen citizen;
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Amend amend = YIDI__AMEND__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct outcome outcome = { 0 };
    people_citizen(world, wish->citizen, &citizen);
    name_present_county(world, wish, citizen.division);
    application_set_citizen(application, &citizen);
    application_set_kind(application, wish->kind);
    Yidi__ApplicationForm form = application->form;
    amend.case_number = (char *)(uintptr_t)wish->case_number;
    amend.form = &form;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_AMEND;
    request.amend = &amend;
    size_t frame_count = application_frames(application, frames);
    const Yidi__Response *response = ask(world, wish->window, &request, frames, frame_count);
    outcome.answered = response != NULL;
    if (response != NULL && response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        set_code(&outcome, response->refusal);
    trace(world, (int)wish->window, "%s %s%s%s",
          outcome.code[0] == '\0' ? "takes the correction of" : "refuses to correct",
          wish->case_number, outcome.code[0] == '\0' ? "" : ": ", outcome.code);
    return outcome;
}

/* ---- deciding ---- */

static const char *
verb_name(Yidi__Verb verb)
{
    static const char *const names[] = {
        [YIDI__VERB__EXAMINE] = "examine",
        [YIDI__VERB__ISSUE] = "issue",
        [YIDI__VERB__REFUSE] = "refuse",
        [YIDI__VERB__MAKE] = "make",
        [YIDI__VERB__CHECK_CARD] = "check card",
        [YIDI__VERB__DISPATCH] = "dispatch",
        [YIDI__VERB__RECEIVE] = "receive",
        [YIDI__VERB__COLLECT] = "collect",
        [YIDI__VERB__RETURN_FORM] = "return",
        [YIDI__VERB__REDIRECT] = "redirect",
        [YIDI__VERB__WITHDRAW] = "withdraw",
        [YIDI__VERB__MISS] = "miss",
        [YIDI__VERB__DESTROY] = "destroy",
        [YIDI__VERB__TRACE_CARD] = "trace card",
        [YIDI__VERB__ABANDON] = "abandon",
        [YIDI__VERB__NOTE] = "note",
        [YIDI__VERB__DESTROY_OLD] = "destroy the old card of",
    };
    return names[verb];
}

static bool
needs_words(const struct decision *decision)
{
    switch (decision->verb) {
    case YIDI__VERB__REFUSE:
    case YIDI__VERB__RETURN_FORM:
    case YIDI__VERB__REDIRECT:
    case YIDI__VERB__WITHDRAW:
    case YIDI__VERB__MISS:
    case YIDI__VERB__DESTROY:
    case YIDI__VERB__TRACE_CARD:
    case YIDI__VERB__ABANDON:
    case YIDI__VERB__NOTE:
    case YIDI__VERB__DESTROY_OLD:
        return true;
    default:
        return decision->defective;
    }
}

static const Yidi__Response *
decide(struct world *world, const struct decision *decision, char **case_numbers, size_t count)
{
    Yidi__RefusalReason reasons[] = { YIDI__REFUSAL_REASON__DOCUMENTS_NOT_GENUINE };
    Yidi__Decide wire = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    char *fields[] = { "form.person.address" };
    bool says_why = !decision->no_reason;
    wire.verb = decision->verb;
    wire.case_numbers = case_numbers;
    wire.n_case_numbers = count;
    wire.reasons = reasons;
    wire.n_reasons = decision->verb == YIDI__VERB__REFUSE && says_why;
    wire.text = needs_words(decision) && says_why ? "scratched" : "";
    wire.fields = fields;
    wire.n_fields = decision->verb == YIDI__VERB__RETURN_FORM;
    wire.answer_by = wire.n_fields > 0
                         ? civil_date_add_days(civil_date_of_ms(world->network.now.wall_ms), 20)
                         : 0;
    wire.found = decision->found;
    wire.by = decision->by;
    wire.defective = decision->defective;
    wire.old_card_surrendered = decision->old_card_surrendered;
    wire.temporary_card_surrendered = decision->temporary_card_surrendered;
    wire.registration_division =
        (char *)(uintptr_t)(decision->division == NULL ? "" : decision->division);
    wire.identified_by = YIDI__IDENTIFIED_BY__DOCUMENT;
    wire.package = (char *)(uintptr_t)(decision->package == NULL ? "" : decision->package);
    wire.card_serial =
        (char *)(uintptr_t)(decision->card_serial == NULL ? "" : decision->card_serial);
    request.operator_ = (char *)(uintptr_t)decision->operator;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &wire;
    return ask(world, decision->office, &request, NULL, 0);
}

static void
old_card_came_first(struct world *world, const struct decision *decision,
                    const struct outcome *outcome)
{
    const struct wish *wish = people_find_wish(world, decision->case_number);
    INVARIANT(world,
              decision->verb != YIDI__VERB__COLLECT || decision->old_card_surrendered ||
                  wish == NULL || wish->kind != YIDI__APPLICATION_KIND__RENEWAL ||
                  !outcome->answered || outcome->code[0] != '\0',
              "G3 the old card is handed back first", "%s", decision->case_number);
}

static void
temporary_card_came_first(struct world *world, const struct decision *decision,
                          const struct ledger_case *before)
{
    INVARIANT(world,
              decision->verb != YIDI__VERB__COLLECT || !before->temporary_out ||
                  decision->temporary_card_surrendered,
              "G3 the temporary card is handed back first", "%s", decision->case_number);
}

/* Two cards of a citizen are never under way because somebody decided so. */
static void
no_other_case_was_open(struct world *world, const struct decision *decision, const char *citizen)
{
    const struct ledger_office *page = &world->ledger.offices[decision->office];
    if (decision->verb != YIDI__VERB__ISSUE || page->set_back)
        return;
    for (size_t i = 0; i < page->case_count; i++)
        INVARIANT(world,
                  !page->cases[i].open || strcmp(page->cases[i].citizen, citizen) != 0 ||
                      strcmp(page->cases[i].number, decision->case_number) == 0,
                  "G3 no card is ordered beside an open case", "%s, and %s is open",
                  decision->case_number, page->cases[i].number);
}

static void
time_to_collect_was_over(struct world *world, const struct decision *decision,
                         const struct ledger_case *before)
{
    uint64_t deadline_ms = before->deadline_ms;
    uint64_t now_ms = fake_network_time(&world->network, decision->office).wall_ms;
    if (decision->verb != YIDI__VERB__DESTROY || before->state == APPLICATION_ABANDONED)
        return;
    world->verdict->tally.destroyed++;
    INVARIANT(world, deadline_ms != 0 && deadline_ms < now_ms,
              "G3 a card is kept until its time to be collected is over", "%s, %" PRIu64 " s early",
              decision->case_number, (deadline_ms - now_ms) / 1000);
}

struct outcome
command_decide(struct world *world, const struct decision *decision)
{
    char *case_numbers[] = { (char *)(uintptr_t)decision->case_number };
    const struct ledger_case *found =
        ledger_find_case(world, decision->office, decision->case_number);
    const struct ledger_case before = found == NULL ? (struct ledger_case){ 0 } : *found;
    struct outcome outcome = { 0 };
    const Yidi__Response *response = decide(world, decision, case_numbers, 1);
    outcome.answered = response != NULL;
    if (response == NULL) {
        trace(world, (int)decision->office, "gives no answer to %s about %s",
              verb_name(decision->verb), decision->case_number);
        return outcome;
    }
    if (response->body_case == YIDI__RESPONSE__BODY_DECIDED) {
        set_code(&outcome, response->decided->results[0]->refusal);
        snprintf(outcome.state, sizeof outcome.state, "%s", response->decided->results[0]->state);
    } else {
        set_code(&outcome, response->refusal);
    }
    old_card_came_first(world, decision, &outcome);
    if (outcome.code[0] == '\0') {
        temporary_card_came_first(world, decision, &before);
        no_other_case_was_open(world, decision, before.citizen);
        time_to_collect_was_over(world, decision, &before);
    }
    world->verdict->tally.redirections +=
        decision->verb == YIDI__VERB__REDIRECT && outcome.code[0] == '\0';
    if (outcome.code[0] != '\0')
        trace(world, (int)decision->office, "refuses to %s %s for %s: %s",
              verb_name(decision->verb), decision->case_number, decision->operator, outcome.code);
    return outcome;
}

void
command_decide_many(struct world *world, const struct decision *decision, char **case_numbers,
                    size_t count)
{
    (void)decide(world, decision, case_numbers, count);
}

void
command_who(const struct world *world, size_t office, const char *case_number,
            char ret_operator[OPERATOR_BYTES_MAX + 1])
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct case_file file;
    arena_init(&arena);
    ret_operator[0] = '\0';
    if (store_begin_read(world->network.offices[office].scratch.store, &txn) != OK ||
        case_file_open(txn, world->network.offices[office].role->machine, case_number, &arena,
                       &file) != OK)
        return;
    bool registry = world->network.offices[office].role->party == PARTY_REGISTRY;
    snprintf(ret_operator, OPERATOR_BYTES_MAX + 1, "%s",
             registry ? file.row->examiner : file.row->maker);
}

/* ---- what the machine says ---- */

static void
take_line_result(struct world *world, const struct results *results, struct result_line *line,
                 const Yidi__CaseResult *result)
{
    bool taken = result->refusal == NULL;
    bool forgotten = world->ledger.offices[results->centre].set_back;
    INVARIANT(world, !line->taken || forgotten || (taken && result->known),
              "G2 results that come again change nothing", "%s of batch %s at %s: %s", line->serial,
              results->batch, world->network.offices[results->centre].name,
              taken ? "made again" : result->refusal->code);
    line->taken |= taken;
}

struct outcome
command_import(struct world *world, struct results *results)
{
    enum { RESULT_LINE_BYTES = 100 };
    char text[RESULTS_MAX * RESULT_LINE_BYTES];
    size_t size = 0;
    Yidi__BatchImport import = YIDI__BATCH_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct outcome outcome = { 0 };
    for (size_t i = 0; i < results->count; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "%s,%s,%s\n",
                                 results->lines[i].case_number, results->lines[i].serial,
                                 results->lines[i].defective ? "defective,printed askew" : "ok");
    const struct bytes file = bytes_of(text, size);
    import.batch = results->batch;
    request.operator_ = "zhang";
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_IMPORT;
    request.batch_import = &import;
    const Yidi__Response *response = ask(world, results->centre, &request, &file, 1);
    outcome.answered = response != NULL;
    if (response != NULL && response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        set_code(&outcome, response->refusal);
    else if (response != NULL)
        for (size_t i = 0; i < results->count; i++)
            take_line_result(world, results, &results->lines[i],
                             response->batch_imported->results[i]);
    return outcome;
}
