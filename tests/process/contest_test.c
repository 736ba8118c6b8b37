/* SPDX-License-Identifier: Apache-2.0
 *
 * contest_test - people who act at the same moment, daemons that are killed in the midst of an act,
 * and commands that have too much of everything.
 *
 * Of two acts that exclude each other one is done, and the other refused, whoever was first. An act
 * that was cut off is done again, and is done once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/wire.h"
#include "tests/lib/journey.h"

enum { ROUNDS = 4, KILLED_ROUNDS = 2, EXCESS_BYTES = 4000 };

static struct network network;
static bool failed;
static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };
static uint64_t applicants; /* so far */

static int
set_up(void **unused)
{
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    network_start(journey.window);
    network_start(journey.registry);
    network_start(journey.centre);
    network_populate(journey.registry, 1, 100, NULL);
    failed = false;
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* The next applicant, who renews. */
static void
fill_in(struct made_application *ret_application)
{
    struct made_citizen citizen;
    citizen_make(++applicants, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, ret_application);
}

static void
apply_for_one(char ret_number[CASE_NUMBER_CHARS + 1])
{
    static struct made_application application;
    fill_in(&application);
    network_apply(journey.window, &application, "", ret_number);
}

/* ---- acts ---- */

struct act {
    Yidi__Verb verb;
    const char *operator;
    bool defective;
};

static bool
send_act(struct network_office *office, const struct act *act, char *number)
{
    static Yidi__RefusalReason reasons[] = { YIDI__REFUSAL_REASON__DOCUMENTS_NOT_GENUINE };
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    decide.verb = act->verb;
    decide.case_numbers = &number;
    decide.n_case_numbers = 1;
    decide.defective = act->defective;
    decide.reasons = reasons;
    decide.n_reasons = act->verb == YIDI__VERB__REFUSE;
    decide.old_card_surrendered = true;
    decide.identified_by = YIDI__IDENTIFIED_BY__FACE;
    if (act->verb == YIDI__VERB__REFUSE || act->verb == YIDI__VERB__MISS || act->defective)
        decide.text = "not as it should be";
    request.operator_ = (char *)(uintptr_t)act->operator;
    request.command_case = YIDI__REQUEST__COMMAND_DECIDE;
    request.decide = &decide;
    return network_send(office, &request, NULL, 0);
}

/* The state after it; NULL when it was refused. Lives as long as the answer. */
static const char *
receive_state(struct network_office *office, struct network_answer *ret_answer)
{
    assert_true(network_receive(office, NETWORK_PATIENCE_MS, ret_answer));
    assert_int_equal(ret_answer->response->body_case, YIDI__RESPONSE__BODY_DECIDED);
    const Yidi__CaseResult *result = ret_answer->response->decided->results[0];
    if (result->refusal != NULL)
        assert_string_equal(result->refusal->code, "ILLEGAL_IN_STATE");
    return result->refusal == NULL ? result->state : NULL;
}

static void
assert_state(struct network_office *office, const char *number, const char *state)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_show(office, number, &answer);
    assert_string_equal(answer.response->shown->state, state);
}

/* ---- two at once ---- */

static const struct contest {
    enum journey_stage stage; /* in which it takes place */
    struct network_office *office;
    struct act acts[2];
} contests[] = {
    { JOURNEY_EXAMINED,
      &network.offices[QINGYANG],
      { { YIDI__VERB__ISSUE, "li", false }, { YIDI__VERB__ISSUE, "wang", false } } },
    { JOURNEY_EXAMINED,
      &network.offices[QINGYANG],
      { { YIDI__VERB__ISSUE, "li", false }, { YIDI__VERB__REFUSE, "wang", false } } },
    { JOURNEY_RECEIVED,
      &network.offices[QINGYANG],
      { { YIDI__VERB__EXAMINE, "li", false }, { YIDI__VERB__EXAMINE, "wang", false } } },
    { JOURNEY_ORDERED,
      &network.offices[YUEXIU],
      { { YIDI__VERB__MAKE, "ma", false }, { YIDI__VERB__MAKE, "chen", false } } },
    { JOURNEY_MADE,
      &network.offices[YUEXIU],
      { { YIDI__VERB__CHECK_CARD, "chen", false }, { YIDI__VERB__CHECK_CARD, "wu", true } } },
    { JOURNEY_VERIFIED,
      &network.offices[YUEXIU],
      { { YIDI__VERB__DISPATCH, "chen", false }, { YIDI__VERB__DISPATCH, "wu", false } } },
    { JOURNEY_IN_TRANSIT,
      &network.offices[SHENZHEN],
      { { YIDI__VERB__RECEIVE, "clerk1", false }, { YIDI__VERB__MISS, "clerk2", false } } },
    { JOURNEY_READY,
      &network.offices[SHENZHEN],
      { { YIDI__VERB__COLLECT, "clerk1", false }, { YIDI__VERB__COLLECT, "clerk2", false } } },
};

/* Each at a connection of their own. */
static void
contend(const struct contest *contest, char *number, unsigned first)
{
    AUTO(network_answer) struct network_answer one = { 0 }, other = { 0 };
    struct network_office second = *contest->office;
    second.client = NULL;
    assert_true(send_act(contest->office, &contest->acts[first], number));
    assert_true(send_act(&second, &contest->acts[1 - first], number));
    const char *states[] = { receive_state(contest->office, &one), receive_state(&second, &other) };
    assert_true((states[0] == NULL) != (states[1] == NULL));
    assert_state(contest->office, number, states[states[0] == NULL]);
    control_client_close(second.client);
}

static void
of_two_who_act_at_once_one_is_refused(void **unused)
{
    (void)unused;
    failed = true;
    for (size_t i = 0; i < sizeof contests / sizeof *contests; i++) {
        char numbers[ROUNDS][CASE_NUMBER_CHARS + 1];
        const char *list[ROUNDS];
        for (unsigned round = 0; round < ROUNDS; round++) {
            apply_for_one(numbers[round]);
            list[round] = numbers[round];
        }
        journey_take(&journey, list, ROUNDS, contests[i].stage);
        for (unsigned round = 0; round < ROUNDS; round++)
            contend(&contests[i], numbers[round], round % 2);
    }
    network_stop_all(&network);
    network_audit(journey.window);
    network_audit(journey.registry);
    network_audit(journey.centre);
    failed = false;
}

/* ---- killed in the midst of it ---- */

static const struct {
    struct network_office *office;
    struct act act;
    const char *before, *after;
} way[] = {
    { &network.offices[QINGYANG], { YIDI__VERB__EXAMINE, "zhang", false }, "received", "examined" },
    { &network.offices[QINGYANG], { YIDI__VERB__ISSUE, "li", false }, "examined", "issued" },
    { &network.offices[YUEXIU], { YIDI__VERB__MAKE, "ma", false }, "ordered", "made" },
    { &network.offices[YUEXIU], { YIDI__VERB__CHECK_CARD, "wu", false }, "made", "verified" },
    { &network.offices[YUEXIU], { YIDI__VERB__DISPATCH, "wu", false }, "verified", "dispatched" },
    { &network.offices[SHENZHEN], { YIDI__VERB__RECEIVE, "clerk1", false }, "in-transit", "ready" },
    { &network.offices[SHENZHEN], { YIDI__VERB__COLLECT, "clerk1", false }, "ready", "collected" },
};

static void
kill_and_start(struct network_office *office, unsigned round)
{
    usleep(round * 2500);
    network_kill(office);
    network_start(office);
}

/* No answer came: the clerk asks again with the same key, and gets the one case. */
static void
apply_and_be_cut_off(unsigned round, char ret_number[CASE_NUMBER_CHARS + 1])
{
    static struct made_application application;
    struct bytes frames[ATTACHMENTS_MAX];
    char key[24];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    fill_in(&application);
    snprintf(key, sizeof key, "cut-off-%u", round);
    apply.form = &application.form;
    apply.request_key = key;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    size_t count = application_frames(&application, frames);
    assert_true(network_send(journey.window, &request, frames, count));
    kill_and_start(journey.window, round);
    network_apply(journey.window, &application, key, ret_number);
    assert_int_equal(network_count_in_state(journey.window, "submitted"), 1);
}

/* It was done before the end, or was not and is done now. */
static void
act_and_be_cut_off(size_t step, unsigned round, char *number)
{
    struct network_office *office = way[step].office;
    network_wait_for_state(office, number, way[step].before);
    assert_true(send_act(office, &way[step].act, number));
    kill_and_start(office, round);
    AUTO(network_answer) struct network_answer answer = { 0 };
    assert_true(send_act(office, &way[step].act, number));
    (void)receive_state(office, &answer);
    assert_state(office, number, way[step].after);
}

static void
an_act_that_a_kill_cuts_off_is_done_once(void **unused)
{
    (void)unused;
    failed = true;
    for (unsigned round = 0; round < KILLED_ROUNDS; round++) {
        char number[CASE_NUMBER_CHARS + 1];
        apply_and_be_cut_off(round, number);
        for (size_t step = 0; step < sizeof way / sizeof *way; step++)
            act_and_be_cut_off(step, round, number);
        network_wait_for_state(journey.registry, number, "closed");
        network_wait_for_state(journey.centre, number, "closed");
    }
    network_stop_all(&network);
    network_audit(journey.window);
    network_audit(journey.registry);
    network_audit(journey.centre);
    failed = false;
}

/* ---- too much of everything ---- */

static void fill_message(ProtobufCMessage *message, char *text, struct arena *arena);

static void
fill_field(void *value, const ProtobufCFieldDescriptor *field, char *text, struct arena *arena)
{
    static const uint64_t most = UINT64_MAX;
    static const uint32_t beyond = 0x7fffffff; /* no enum has so many */
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        *(char **)value = text;
        break;
    case PROTOBUF_C_TYPE_BYTES:
        *(ProtobufCBinaryData *)value =
            (ProtobufCBinaryData){ .len = EXCESS_BYTES, .data = (uint8_t *)text };
        break;
    case PROTOBUF_C_TYPE_MESSAGE: {
        const ProtobufCMessageDescriptor *descriptor = field->descriptor;
        ProtobufCMessage *inner = arena_take(arena, descriptor->sizeof_message);
        protobuf_c_message_init(descriptor, inner);
        fill_message(inner, text, arena);
        *(ProtobufCMessage **)value = inner;
        break;
    }
    case PROTOBUF_C_TYPE_UINT64:
        memcpy(value, &most, sizeof most);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)value = 1;
        break;
    default:
        memcpy(value, field->type == PROTOBUF_C_TYPE_ENUM ? (const void *)&beyond : &most,
               sizeof beyond);
        break;
    }
}

/* Every field as large as can be; of a repeated one there is nothing. */
static void
fill_message(ProtobufCMessage *message, char *text, struct arena *arena)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (field->label != PROTOBUF_C_LABEL_REPEATED)
            fill_field((uint8_t *)message + field->offset, field, text, arena);
    }
}

static uint64_t
tree_size(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer);
    return answer.response->status->tree_size;
}

/* Commands without a field have nothing that could be too much; they are questions. */
static void
send_in_excess(struct network_office *office, const ProtobufCFieldDescriptor *command, char *text)
{
    AUTO(arena) struct arena arena;
    AUTO(network_answer) struct network_answer answer = { 0 };
    const ProtobufCMessageDescriptor *descriptor = command->descriptor;
    Yidi__Request request = YIDI__REQUEST__INIT;
    uint64_t before = tree_size(office);
    arena_init(&arena);
    fill_field((uint8_t *)&request + command->offset, command, text, &arena);
    request.command_case = (Yidi__Request__CommandCase)command->id;
    network_ask(office, &request, NULL, 0, &answer);
    if (descriptor->n_fields > 0 && network_refusal(&answer) == NULL)
        fail_msg("%s takes %s", office->code, command->name);
    assert_int_equal(tree_size(office), before);
}

static void
every_command_with_too_much_of_everything_is_refused(void **unused)
{
    (void)unused;
    static char long_text[EXCESS_BYTES + 1], bad_text[] = "\xff\xfe\x01 not text";
    const ProtobufCMessageDescriptor *requests = &yidi__request__descriptor;
    struct network_office *offices[] = { journey.window, journey.registry, journey.centre };
    failed = true;
    memset(long_text, 'A', EXCESS_BYTES);
    for (size_t office = 0; office < 3; office++)
        for (unsigned i = 0; i < requests->n_fields; i++)
            if (requests->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) {
                send_in_excess(offices[office], &requests->fields[i], long_text);
                send_in_excess(offices[office], &requests->fields[i], bad_text);
            }
    failed = false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(of_two_who_act_at_once_one_is_refused),
        TEST(an_act_that_a_kill_cuts_off_is_done_once),
        TEST(every_command_with_too_much_of_everything_is_refused),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
