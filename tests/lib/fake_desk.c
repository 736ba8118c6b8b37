/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/fake_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "acceptance-node/acceptance.h"
#include "common/domain/citizen_csv.h"
#include "common/io/case_file.h"
#include "common/io/log.h"
#include "production-node/production.h"
#include "registry-node/registry.h"

static const struct fake_entry entries[FAKE_PLACE_COUNT_WIDE] = {
    [WINDOW] = { .name = "window",
                 .entry = { "310115000001", YIDI__ROLE__ACCEPTANCE, "310115" },
                 .role = &acceptance_role },
    [CENTRE] = { .name = "centre",
                 .entry = { "310115000002", YIDI__ROLE__PRODUCTION, "31" },
                 .role = &production_role },
    [REGISTRY] = { .name = "registry",
                   .entry = { "440105000000", YIDI__ROLE__REGISTRY, FAKE_DESK_DIVISION },
                   .role = &registry_role },
    [FAR_WINDOW] = { .name = "far window",
                     .entry = { "510104000001", YIDI__ROLE__ACCEPTANCE, "510104" },
                     .role = &acceptance_role },
    [FAR_CENTRE] = { .name = "far centre",
                     .entry = { "510104000002", YIDI__ROLE__PRODUCTION, "51" },
                     .role = &production_role },
    [FAR_REGISTRY] = { .name = "far registry",
                       .entry = { "510107000000", YIDI__ROLE__REGISTRY, FAKE_DESK_FAR_DIVISION },
                       .role = &registry_role },
};

const struct fake_step fake_desk_steps[] = {
    { { .at = REGISTRY, .verb = YIDI__VERB__EXAMINE, .operator= "examiner" },
        "received",
        "examined" },
      { { .at = REGISTRY, .verb = YIDI__VERB__ISSUE, .operator= "issuer" }, "examined", "issued" },
        { { .at = CENTRE, .verb = YIDI__VERB__MAKE, .operator= "maker" }, "ordered", "made" },
          { { .at = CENTRE, .verb = YIDI__VERB__CHECK_CARD, .operator= "checker" },
              "made",
              "verified" },
            { { .at = CENTRE, .verb = YIDI__VERB__DISPATCH, .operator= "packer" },
                "verified",
                "dispatched" },
              {
                  { .at = WINDOW, .verb = YIDI__VERB__RECEIVE, .operator= "clerk" },
                    "in-transit",
                    "ready" },
                  { { .at = WINDOW,
                      .verb = YIDI__VERB__COLLECT,
                      .operator= "clerk",
                      .old_card_surrendered = true },
                    "ready",
                    "collected" },
            };
const size_t fake_desk_step_count = sizeof fake_desk_steps / sizeof *fake_desk_steps;

void
fake_desk_open(struct fake_network *network, uint64_t seed)
{
    log_set_level(LOG_ERROR);
    fake_network_open(network, entries, FAKE_PLACE_COUNT, seed);
}

void
fake_desk_open_wide(struct fake_network *network, uint64_t seed)
{
    log_set_level(LOG_ERROR);
    fake_network_open(network, entries, FAKE_PLACE_COUNT_WIDE, seed);
}

static void
import(struct fake_network *network, size_t registry, const struct made_citizen *citizens,
       unsigned count)
{
    enum { HEADER_BYTES = sizeof CITIZEN_CSV_HEADER };
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    char *csv = malloc(HEADER_BYTES + count * CITIZEN_MAKER_LINE_BYTES + 1);
    assert_non_null(csv);
    size_t size = (size_t)sprintf(csv, "%s\n", CITIZEN_CSV_HEADER);
    for (unsigned i = 0; i < count; i++)
        size += citizen_make_line(&citizens[i], csv + size);
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    const struct bytes frame = bytes_of(csv, size);
    const Yidi__Response *response = fake_network_ask(network, registry, &request, &frame, 1);
    free(csv);
    assert_non_null(response);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_IMPORTED);
    assert_int_equal(response->imported->imported, count);
}

void
fake_desk_populate(struct fake_network *network, uint64_t first_seed, unsigned count)
{
    struct made_citizen *citizens = calloc(count, sizeof *citizens);
    assert_non_null(citizens);
    for (unsigned i = 0; i < count; i++)
        citizen_make(first_seed + i, FAKE_DESK_DIVISION, &citizens[i]);
    import(network, REGISTRY, citizens, count);
    free(citizens);
}

void
fake_desk_move(struct fake_network *network, size_t registry, uint64_t citizen_seed,
               const char *division)
{
    struct made_citizen citizen;
    citizen_make(citizen_seed, FAKE_DESK_DIVISION, &citizen);
    strcpy(citizen.division, division);
    import(network, registry, &citizen, 1);
}

void
fake_desk_citizen(uint64_t seed, Yidi__ApplicationKind kind, struct made_application *application)
{
    struct made_citizen citizen;
    citizen_make(seed, FAKE_DESK_DIVISION, &citizen);
    if (application->photo_size == 0)
        application_make(&citizen, kind, application);
    application_set_citizen(application, &citizen);
    application_set_kind(application, kind);
}

const char *
fake_desk_apply(struct fake_network *network, const struct made_application *application,
                const char *request_key, char ret_number[CASE_NUMBER_CHARS + 1])
{
    return fake_desk_apply_at(network, WINDOW, application, request_key, ret_number);
}

const char *
fake_desk_apply_at(struct fake_network *network, size_t at,
                   const struct made_application *application, const char *request_key,
                   char ret_number[CASE_NUMBER_CHARS + 1])
{
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__ApplicationForm form = application->form;
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    apply.form = &form;
    apply.request_key = (char *)(uintptr_t)request_key;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    size_t frame_count = application_frames(application, frames);
    const Yidi__Response *response = fake_network_ask(network, at, &request, frames, frame_count);
    if (response == NULL)
        return NULL;
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        return response->refusal->code;
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_APPLIED);
    strcpy(ret_number, response->applied->case_number);
    return "";
}

const char *
fake_desk_decide(struct fake_network *network, const struct fake_decision *decision,
                 const char *case_number)
{
    char *case_numbers[] = { (char *)(uintptr_t)case_number };
    Yidi__RefusalReason reasons[] = { decision->reason };
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    decide.verb = decision->verb;
    decide.case_numbers = case_numbers;
    decide.n_case_numbers = 1;
    decide.reasons = reasons;
    decide.n_reasons = decision->reason != 0;
    decide.text = (char *)(uintptr_t)(decision->text == NULL ? "" : decision->text);
    char *fields[] = { (char *)(uintptr_t)decision->field };
    decide.fields = fields;
    decide.n_fields = decision->field != NULL;
    decide.answer_by = decision->answer_by;
    decide.registration_division =
        (char *)(uintptr_t)(decision->division == NULL ? "" : decision->division);
    decide.found = decision->found;
    decide.by = decision->by;
    decide.package = (char *)(uintptr_t)(decision->package == NULL ? "" : decision->package);
    decide.card_serial =
        (char *)(uintptr_t)(decision->card_serial == NULL ? "" : decision->card_serial);
    decide.defective = decision->defective;
    decide.old_card_surrendered = decision->old_card_surrendered;
    decide.identified_by = YIDI__IDENTIFIED_BY__DOCUMENT;
    request.operator_ = (char *)(uintptr_t)decision->operator;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decide;
    const Yidi__Response *response = fake_network_ask(network, decision->at, &request, NULL, 0);
    if (response == NULL)
        return NULL;
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        return response->refusal->code;
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_DECIDED);
    const Yidi__CaseResult *result = response->decided->results[0];
    return result->refusal != NULL ? result->refusal->code : result->state;
}

const char *
fake_desk_amend(struct fake_network *network, const struct made_application *application,
                const char *case_number)
{
    return fake_desk_amend_as(network, application, "", case_number);
}

const char *
fake_desk_amend_as(struct fake_network *network, const struct made_application *application,
                   const char *request_key, const char *case_number)
{
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__ApplicationForm form = application->form;
    Yidi__Amend amend = YIDI__AMEND__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    amend.case_number = (char *)(uintptr_t)case_number;
    amend.form = &form;
    amend.request_key = (char *)(uintptr_t)request_key;
    request.operator_ = "clerk";
    request.command_case = YIDI__REQUEST__COMMAND_AMEND;
    request.amend = &amend;
    size_t frame_count = application_frames(application, frames);
    const Yidi__Response *response =
        fake_network_ask(network, WINDOW, &request, frames, frame_count);
    if (response == NULL)
        return NULL;
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        return response->refusal->code;
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_DECIDED);
    return response->decided->results[0]->state;
}

void
fake_desk_let_collection_pass(struct fake_network *network, size_t window, const char *case_number)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct case_file file;
    const struct machine *machine = network->offices[window].role->machine;
    arena_init(&arena);
    assert_int_equal(store_begin_write(network->offices[window].scratch.store, &txn), OK);
    assert_int_equal(case_file_open(txn, machine, case_number, &arena, &file), OK);
    file.row->stage_deadline_ms = network->now.wall_ms - 1;
    assert_int_equal(case_file_save(&file, machine, txn, &arena), OK);
    assert_int_equal(store_commit(MOVE(txn)), OK);
}

void
fake_desk_walk(struct fake_network *network, const char *case_number, size_t step_count)
{
    fake_network_settle(network);
    for (size_t i = 0; i < step_count; i++) {
        const struct fake_step *step = &fake_desk_steps[i];
        assert_string_equal(fake_network_state(network, step->decision.at, case_number),
                            step->before);
        assert_string_equal(fake_desk_decide(network, &step->decision, case_number), step->after);
        fake_network_settle(network);
    }
}

/* ---- a lost past ---- */

const Yidi__RecoveryReport *
fake_desk_recover(struct fake_network *network, size_t at, Yidi__RecoverVerb verb)
{
    Yidi__Recover command = YIDI__RECOVER__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    command.verb = verb;
    request.command_case = YIDI__REQUEST__COMMAND_RECOVER;
    request.recover = &command;
    request.operator_ = "administrator";
    const Yidi__Response *response = fake_network_ask(network, at, &request, NULL, 0);
    assert_non_null(response);
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        fail_msg("%s: %s", response->refusal->code, response->refusal->rule);
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_RECOVERY);
    return response->recovery;
}

void
fake_desk_lose_disk(struct fake_network *network, size_t at)
{
    fake_network_crash(network, at);
    fake_network_lose_disk(network, at);
    fake_network_start(network, at);
}

void
fake_desk_set_back(struct fake_network *network, size_t at)
{
    fake_network_crash(network, at);
    fake_network_set_back(network, at);
    fake_network_start(network, at);
}
