/* SPDX-License-Identifier: Apache-2.0
 *
 * What operators ask of the offices of a network.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "common/domain/citizen_csv.h"
#include "common/io/wire.h"
#include "tests/lib/network.h"

static uint64_t
monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- questions and answers ---- */

void
network_answer_fini(struct network_answer *answer)
{
    if (answer->response != NULL || answer->message.frame_count > 0)
        control_message_fini(&answer->message);
    arena_fini(&answer->arena);
    *answer = (struct network_answer){ 0 };
}

static void
hang_up(struct network_office *office)
{
    control_client_close(office->client);
    office->client = NULL;
}

bool
network_send(struct network_office *office, Yidi__Request *request, const struct bytes *frames,
             size_t frame_count)
{
    struct bytes all[1 + ATTACHMENTS_MAX];
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    assert_true(frame_count <= ATTACHMENTS_MAX);
    request->version = 1;
    request->id = ++office->last_request_id;
    if (request->operator_ == NULL || request->operator_[0] == '\0')
        request->operator_ = "clerk1";
    all[0] = wire_encode(&request->base, &arena);
    assert_non_null(all[0].data);
    for (size_t i = 0; i < frame_count; i++)
        all[1 + i] = frames[i];
    if (office->client == NULL) {
        char path[NETWORK_PATH_BYTES];
        if (control_client_open(network_path(office, "control", path), &office->client, NULL) != OK)
            return false;
    }
    if (control_client_send(office->client, all, 1 + frame_count) == OK)
        return true;
    hang_up(office);
    return false;
}

bool
network_receive(struct network_office *office, uint64_t timeout_ms,
                struct network_answer *ret_answer)
{
    struct network_answer *answer = ret_answer;
    *answer = (struct network_answer){ 0 };
    arena_init(&answer->arena);
    if (office->client == NULL ||
        control_client_receive(office->client, timeout_ms, &answer->message) != OK) {
        answer->message.frame_count = 0;
        hang_up(office);
        return false;
    }
    ProtobufCMessage *decoded = NULL;
    struct refusal refusal = { 0 };
    if (wire_decode(&yidi__response__descriptor, answer->message.frames[0], &answer->arena,
                    &decoded, &refusal) != OK)
        fail_msg("%s answers out of bounds: %s %s", office->code, refusal.field, refusal.rule);
    answer->response = (const Yidi__Response *)decoded;
    return true;
}

bool
network_try_ask(struct network_office *office, Yidi__Request *request, const struct bytes *frames,
                size_t frame_count, uint64_t timeout_ms, struct network_answer *ret_answer)
{
    *ret_answer = (struct network_answer){ 0 };
    uint64_t deadline_ms = monotonic_ms() + timeout_ms;
    if (!network_send(office, request, frames, frame_count))
        return false;
    for (;;) {
        uint64_t now_ms = monotonic_ms();
        if (!network_receive(office, now_ms < deadline_ms ? deadline_ms - now_ms : 0, ret_answer))
            return false;
        if (ret_answer->response->id == request->id || ret_answer->response->id == 0)
            return true;                 /* 0: the office could not read our id */
        network_answer_fini(ret_answer); /* of a question that was given up */
    }
}

void
network_ask(struct network_office *office, Yidi__Request *request, const struct bytes *frames,
            size_t frame_count, struct network_answer *ret_answer)
{
    if (!network_try_ask(office, request, frames, frame_count, NETWORK_PATIENCE_MS, ret_answer))
        fail_msg("%s %s", office->code,
                 network_alive(office) ? "does not answer" : "does not run any more");
}

const Yidi__Refusal *
network_refusal(const struct network_answer *answer)
{
    return answer->response->body_case == YIDI__RESPONSE__BODY_REFUSAL ? answer->response->refusal
                                                                       : NULL;
}

static void
expect_body(const struct network_office *office, const struct network_answer *answer,
            Yidi__Response__BodyCase body)
{
    const Yidi__Refusal *refusal = network_refusal(answer);
    if (refusal != NULL && body != YIDI__RESPONSE__BODY_REFUSAL)
        fail_msg("%s refuses: %s %s: %s", office->code, refusal->code, refusal->field,
                 refusal->rule);
    assert_int_equal(answer->response->body_case, body);
}

/* ---- apply ---- */

static void
ask_apply(struct network_office *office, const struct made_application *application,
          const char *request_key, struct network_answer *ret_answer)
{
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    apply.form = (Yidi__ApplicationForm *)&application->form;
    apply.request_key = (char *)request_key;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    network_ask(office, &request, frames, application_frames(application, frames), ret_answer);
}

void
network_apply(struct network_office *office, const struct made_application *application,
              const char *request_key, char ret_case_number[CASE_NUMBER_CHARS + 1])
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    ask_apply(office, application, request_key, &answer);
    expect_body(office, &answer, YIDI__RESPONSE__BODY_APPLIED);
    snprintf(ret_case_number, CASE_NUMBER_CHARS + 1, "%s", answer.response->applied->case_number);
}

void
network_apply_refused(struct network_office *office, const struct made_application *application,
                      const char *code, const char *field)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    ask_apply(office, application, "", &answer);
    const Yidi__Refusal *refusal = network_refusal(&answer);
    if (refusal == NULL)
        fail_msg("accepted, not refused with %s %s", code, field);
    if (strcmp(refusal->code, code) != 0 || strcmp(refusal->field, field) != 0)
        fail_msg("refused with %s %s, not with %s %s", refusal->code, refusal->field, code, field);
    assert_true(refusal->rule[0] != '\0');
}

/* ---- decide ---- */

void
network_decide(struct network_office *office, const struct network_decision *decision,
               const char *const *case_numbers, size_t case_count,
               struct network_answer *ret_answer)
{
    Yidi__RefusalReason reason = decision->reason;
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    decide.verb = decision->verb;
    decide.case_numbers = (char **)(uintptr_t)case_numbers;
    decide.n_case_numbers = case_count;
    decide.reasons = &reason;
    decide.n_reasons = reason == YIDI__REFUSAL_REASON__REFUSAL_REASON_UNSPECIFIED ? 0 : 1;
    decide.text = decision->text == NULL ? "" : (char *)decision->text;
    decide.package = decision->package == NULL ? "" : (char *)decision->package;
    decide.defective = decision->defective;
    decide.old_card_surrendered = decision->old_card_surrendered;
    decide.identified_by = YIDI__IDENTIFIED_BY__DOCUMENT;
    request.operator_ = (char *)decision->operator;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decide;
    network_ask(office, &request, NULL, 0, ret_answer);
}

void
network_decide_one(struct network_office *office, const struct network_decision *decision,
                   const char *case_number, const char *state)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_decide(office, decision, &case_number, 1, &answer);
    expect_body(office, &answer, YIDI__RESPONSE__BODY_DECIDED);
    assert_int_equal(answer.response->decided->n_results, 1);
    const Yidi__CaseResult *result = answer.response->decided->results[0];
    if (result->refusal != NULL)
        fail_msg("%s refuses: %s %s: %s", office->code, result->refusal->code,
                 result->refusal->field, result->refusal->rule);
    assert_string_equal(result->case_number, case_number);
    assert_string_equal(result->state, state);
}

void
network_decide_refused(struct network_office *office, const struct network_decision *decision,
                       const char *case_number, const char *code)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_decide(office, decision, &case_number, 1, &answer);
    expect_body(office, &answer, YIDI__RESPONSE__BODY_DECIDED);
    assert_int_equal(answer.response->decided->n_results, 1);
    const Yidi__Refusal *refusal = answer.response->decided->results[0]->refusal;
    assert_non_null(refusal);
    assert_string_equal(refusal->code, code);
    assert_true(refusal->rule[0] != '\0');
}

/* ---- queries ---- */

void
network_list(struct network_office *office, const char *state, uint32_t limit, const char *after,
             struct network_answer *ret_answer)
{
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    list.state = (char *)state;
    list.limit = limit;
    list.after = (char *)after;
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.list = &list;
    network_ask(office, &request, NULL, 0, ret_answer);
    expect_body(office, ret_answer, YIDI__RESPONSE__BODY_LISTED);
}

void
network_show(struct network_office *office, const char *case_number,
             struct network_answer *ret_answer)
{
    Yidi__Show show = YIDI__SHOW__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    show.case_number = (char *)case_number;
    request.command_case = YIDI__REQUEST__COMMAND_SHOW;
    request.show = &show;
    network_ask(office, &request, NULL, 0, ret_answer);
    expect_body(office, ret_answer, YIDI__RESPONSE__BODY_SHOWN);
}

void
network_status(struct network_office *office, struct network_answer *ret_answer)
{
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    network_ask(office, &request, NULL, 0, ret_answer);
    expect_body(office, ret_answer, YIDI__RESPONSE__BODY_STATUS);
}

void
network_peers(struct network_office *office, const char *peer, struct network_answer *ret_answer)
{
    Yidi__Peers peers = YIDI__PEERS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    peers.office = (char *)peer;
    request.command_case = YIDI__REQUEST__COMMAND_PEERS;
    request.peers = &peers;
    network_ask(office, &request, NULL, 0, ret_answer);
    expect_body(office, ret_answer, YIDI__RESPONSE__BODY_PEERS);
}

void
network_export(struct network_office *office, const char *case_number,
               struct network_answer *ret_answer)
{
    Yidi__Export export = YIDI__EXPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    export.case_number = (char *)case_number;
    export.reason = "to prove what happened";
    request.command_case = YIDI__REQUEST__COMMAND_EXPORT;
    request.export = &export;
    network_ask(office, &request, NULL, 0, ret_answer);
    expect_body(office, ret_answer, YIDI__RESPONSE__BODY_EXPORTED);
}

void
network_populate(struct network_office *registry, uint64_t first_seed, uint64_t count,
                 void (*change)(struct made_citizen *citizen))
{
    size_t room = sizeof CITIZEN_CSV_HEADER + 1 + count * CITIZEN_MAKER_LINE_BYTES;
    AUTO(heap) char *text = malloc(room);
    assert_non_null(text);
    size_t size = (size_t)snprintf(text, room, "%s\n", CITIZEN_CSV_HEADER);
    for (uint64_t seed = first_seed; seed < first_seed + count; seed++) {
        struct made_citizen citizen;
        citizen_make(seed, registry->area, &citizen);
        if (change != NULL)
            change(&citizen);
        size += citizen_make_line(&citizen, text + size);
    }
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    AUTO(network_answer) struct network_answer answer = { 0 };
    struct bytes frame = bytes_of(text, size);
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    network_ask(registry, &request, &frame, 1, &answer);
    expect_body(registry, &answer, YIDI__RESPONSE__BODY_IMPORTED);
    assert_int_equal(answer.response->imported->imported, count);
}
