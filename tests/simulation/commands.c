/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/commands.h"

#include <inttypes.h>
#include <stdio.h>

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
        [YIDI__VERB__EXAMINE] = "examine",       [YIDI__VERB__ISSUE] = "issue",
        [YIDI__VERB__REFUSE] = "refuse",         [YIDI__VERB__MAKE] = "make",
        [YIDI__VERB__CHECK_CARD] = "check card", [YIDI__VERB__DISPATCH] = "dispatch",
        [YIDI__VERB__RECEIVE] = "receive",       [YIDI__VERB__COLLECT] = "collect",
        [YIDI__VERB__RETURN_FORM] = "return",    [YIDI__VERB__REDIRECT] = "redirect",
        [YIDI__VERB__WITHDRAW] = "withdraw",     [YIDI__VERB__MISS] = "miss",
        [YIDI__VERB__DESTROY] = "destroy",       [YIDI__VERB__TRACE_CARD] = "trace card",
    };
    return names[verb];
}

static bool
needs_words(const struct decision *decision)
{
    switch (decision->verb) {
    case YIDI__VERB__REFUSE:
    case YIDI__VERB__RETURN_FORM:
    case YIDI__VERB__WITHDRAW:
    case YIDI__VERB__MISS:
    case YIDI__VERB__DESTROY:
    case YIDI__VERB__TRACE_CARD:
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

struct outcome
command_decide(struct world *world, const struct decision *decision)
{
    char *case_numbers[] = { (char *)(uintptr_t)decision->case_number };
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
