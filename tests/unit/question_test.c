/* SPDX-License-Identifier: Apache-2.0
 *
 * question_test - a window asks the registry before the fee is taken: over good and bad networks,
 * of registries that are slow, gone, wrong or lying, and what the case keeps of it. All persons are
 * made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/domain/citizen_csv.h"
#include "common/io/case_file.h"
#include "common/io/question.h"
#include "common/io/wire.h"
#include "tests/lib/desk_test.h"

enum { ANSWER_MS = 5000, HOURS_8_MS = 8 * 3600 * 1000 };

static int
set_up(void **unused)
{
    (void)unused;
    fake_desk_open_wide(&network, 1);
    fake_desk_populate(&network, 1, 4);
    fake_desk_citizen(1, YIDI__APPLICATION_KIND__RENEWAL, &application);
    application.form.appearance_changed = false;
    return 0;
}

/* ---- asking ---- */

static void
send_question(size_t window)
{
    Yidi__EligibilityQuestion question = YIDI__ELIGIBILITY_QUESTION__INIT;
    Yidi__AskEligibility ask = YIDI__ASK_ELIGIBILITY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    question.kind = application.form.kind;
    question.reason = application.form.reason;
    question.person = application.form.person;
    question.appearance_changed = application.form.appearance_changed;
    ask.about_case = YIDI__ASK_ELIGIBILITY__ABOUT_QUESTION;
    ask.question = &question;
    request.command_case = YIDI__REQUEST__COMMAND_ASK_ELIGIBILITY;
    request.ask_eligibility = &ask;
    request.operator_ = "clerk7";
    (void)fake_network_command(&network, window, &request, NULL, 0);
    fake_network_turn(&network, window);
}

static const Yidi__Eligibility *
told(void)
{
    assert_true(network.answer.given);
    assert_int_equal(network.answer.response->body_case, YIDI__RESPONSE__BODY_ELIGIBILITY);
    return network.answer.response->eligibility;
}

static const Yidi__Eligibility *
ask_at(size_t window)
{
    send_question(window);
    fake_network_run(&network, ANSWER_MS);
    return told();
}

static const Yidi__Eligibility *
ask(void)
{
    return ask_at(WINDOW);
}

/* The names of the findings, in order, one behind the other. */
static const char *
findings(const Yidi__Eligibility *eligibility)
{
    static char text[400];
    text[0] = '\0';
    for (size_t i = 0; i < eligibility->n_findings; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i == 0 ? "" : " ",
                 eligibility->findings[i]);
    return text;
}

/* The code of a refusal, "" when it was accepted. */
static const char *
apply_after(struct bytes reference, char ret_number[CASE_NUMBER_CHARS + 1])
{
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__ApplicationForm form = application.form;
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    apply.form = &form;
    apply.eligibility = (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)reference.data,
                                               .len = reference.size };
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    size_t count = application_frames(&application, frames);
    const Yidi__Response *response = fake_network_ask(&network, WINDOW, &request, frames, count);
    assert_non_null(response);
    if (response->body_case == YIDI__RESPONSE__BODY_REFUSAL)
        return response->refusal->code;
    strcpy(ret_number, response->applied->case_number);
    return "";
}

static const Yidi__Case *
read_case(size_t at, const char *number, struct arena *arena)
{
    return desk_test_case(at, number, arena);
}

static uint8_t kept_reference[QUESTION_REFERENCE_BYTES];

static struct bytes
keep_reference(const Yidi__Eligibility *eligibility)
{
    assert_int_equal(eligibility->reference.len, QUESTION_REFERENCE_BYTES);
    memcpy(kept_reference, eligibility->reference.data, QUESTION_REFERENCE_BYTES);
    return bytes_of(kept_reference, QUESTION_REFERENCE_BYTES);
}

/* Entries of a journal that hold these bytes. */
static unsigned
entries_with(size_t at, const char *text)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&network.offices[at].scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    unsigned count = 0;
    assert_int_equal(store_cursor_open(txn, TABLE_JOURNAL, (struct bytes){ 0 }, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK)
        count += memmem(value.data, value.size, text, strlen(text)) != NULL;
    return count;
}

/* ---- answers ---- */

static void
a_registry_says_what_its_examination_will_find(void **unused)
{
    (void)unused;
    const Yidi__Eligibility *answer = ask();
    assert_int_equal(answer->outcome, YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_ANSWERED);
    assert_string_equal(findings(answer), "");
    assert_true(answer->fingerprints_on_file);
    assert_false(answer->would_be_refused);
    assert_string_equal(answer->registry, "440105000000");
    assert_string_equal(answer->open_at, "");

    for (int what = 0; what < 4; what++) {
        AUTO(arena) struct arena arena;
        char number[CASE_NUMBER_CHARS + 1], before[400];
        arena_init(&arena);
        fake_desk_citizen((uint64_t)what + 1, YIDI__APPLICATION_KIND__RENEWAL, &application);
        application.person.address = what == 1 ? "别处1号" : application.person.address;
        application.person.name = what == 2 ? "别人" : application.person.name;
        application.form.appearance_changed = what == 3;
        answer = ask();
        snprintf(before, sizeof before, "%s", findings(answer));
        assert_int_equal(answer->would_be_refused, what == 2);
        assert_string_equal(apply_after(keep_reference(answer), number), "");
        fake_network_settle(&network);
        uint32_t found = read_case(REGISTRY, number, &arena)->findings;
        assert_string_equal(before, what == 0   ? ""
                                    : what == 1 ? "ADDRESS_DIFFERS"
                                    : what == 2 ? "DETAILS_DIFFER"
                                                : "APPEARANCE_CHANGED");
        assert_int_equal(found != 0, before[0] != '\0');
    }
    fake_network_audit(&network);
}

static void
an_application_that_is_open_elsewhere_is_told_with_its_office(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_network_settle(&network);
    const Yidi__Eligibility *answer = ask_at(FAR_WINDOW);
    assert_string_equal(answer->open_at, "310115000001");
    assert_true(answer->would_be_refused);
    application.person.name = "别人"; /* to whoever does not know the citizen it is not told */
    answer = ask_at(FAR_WINDOW);
    assert_string_equal(answer->open_at, "");
    assert_string_equal(findings(answer), "DETAILS_DIFFER");
}

static void
a_registration_that_moved_is_told_with_its_registry(void **unused)
{
    (void)unused;
    struct made_citizen citizen = application.citizen;
    char csv[CITIZEN_MAKER_LINE_BYTES + 400];
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    size_t size = (size_t)sprintf(csv, "%s,present_division\n", CITIZEN_CSV_HEADER);
    size += citizen_make_line(&citizen, csv + size) - 1;
    size += (size_t)sprintf(csv + size, ",%s\n", FAKE_DESK_FAR_DIVISION);
    const struct bytes frame = bytes_of(csv, size);
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    assert_non_null(fake_network_ask(&network, REGISTRY, &request, &frame, 1));
    const Yidi__Eligibility *answer = ask();
    assert_string_equal(findings(answer), "REGISTRATION_MOVED");
    assert_string_equal(answer->belongs_to, "510107000000");
    assert_false(answer->would_be_refused);
}

/* The journals say who asked and when; about whom, only the window's row can tell. */
static void
both_journals_name_who_asked_and_nobody_else(void **unused)
{
    (void)unused;
    (void)ask();
    assert_int_equal(entries_with(REGISTRY, "answer-eligibility"), 1);
    assert_int_equal(entries_with(REGISTRY, "clerk7 at 310115000001"), 1);
    assert_int_equal(entries_with(WINDOW, "ask-eligibility"), 1);
    for (size_t at = 0; at < network.count; at++) {
        assert_int_equal(entries_with(at, application.citizen.number), 0);
        assert_int_equal(entries_with(at, application.citizen.name), 0);
    }
}

/* ---- who is asked, and who may ask ---- */

static void
a_registry_of_another_county_says_where(void **unused)
{
    (void)unused;
    struct roster_office *offices = network.roster.offices;
    offices[REGISTRY].entry.area = FAKE_DESK_FAR_DIVISION;
    offices[FAR_REGISTRY].entry.area = FAKE_DESK_DIVISION;
    fake_network_renew_directory(&network, REGISTRY); /* the window does not know yet */
    const Yidi__Eligibility *answer = ask();
    assert_int_equal(answer->outcome, YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_DECLINED);
    assert_string_equal(answer->registry, "440105000000");
    assert_string_equal(answer->code, "NOT_IN_JURISDICTION");
    assert_string_equal(answer->belongs_to, "510107000000");
    assert_int_equal(entries_with(REGISTRY, "answer-eligibility"), 0);
}

static void
a_revoked_window_is_told_nothing(void **unused)
{
    (void)unused;
    network.roster.offices[WINDOW].revoked = true;
    fake_network_renew_directory(&network, REGISTRY);
    const Yidi__Eligibility *answer = ask();
    assert_int_equal(answer->outcome, YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_NO_ANSWER);
    assert_string_equal(answer->code, "OFFICE_REVOKED");
    assert_int_equal(entries_with(REGISTRY, "answer-eligibility"), 0);
}

static void
a_revoked_registry_is_not_asked(void **unused)
{
    (void)unused;
    network.roster.offices[REGISTRY].revoked = true;
    fake_network_renew_directory(&network, WINDOW);
    send_question(WINDOW);
    assert_int_equal(network.answer.response->body_case, YIDI__RESPONSE__BODY_REFUSAL);
    assert_string_equal(network.answer.response->refusal->code, "REGISTRY_UNLISTED");
}

static void
a_window_cannot_leaf_through_a_registry(void **unused)
{
    (void)unused;
    network.offices[REGISTRY].office->options.question_limit = 3;
    for (unsigned i = 0; i < 3; i++)
        assert_string_equal(ask()->code, "");
    assert_string_equal(ask()->code, "QUESTION_LIMIT");
    assert_int_equal(told()->outcome, YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_DECLINED);
    assert_string_equal(ask_at(FAR_WINDOW)->code, ""); /* another window has its own share */
    fake_network_run_until(&network, network.now.monotonic_ms + HOURS_8_MS);
    assert_string_equal(ask()->code, "");
    assert_string_equal(ask()->code, "QUESTION_LIMIT");
    assert_int_equal(entries_with(REGISTRY, "answer-eligibility"), 5);
}

/* A question on a connection that an office, or a stranger, opened to the registry. */
static void
ask_as(const uint8_t key[TRANSPORT_KEY_BYTES])
{
    AUTO(arena) struct arena arena;
    uint8_t reference[QUESTION_REFERENCE_BYTES] = { 1 };
    Yidi__EligibilityQuestion question = YIDI__ELIGIBILITY_QUESTION__INIT;
    Yidi__QueryEligibility query = YIDI__QUERY_ELIGIBILITY__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    struct link_message message = { .side = LINK_INBOUND, .frame_count = 1 };
    const struct office_time now = fake_network_time(&network, REGISTRY);
    arena_init(&arena);
    question.kind = application.form.kind;
    question.reason = application.form.reason;
    question.person = application.form.person;
    query.reference = (ProtobufCBinaryData){ .data = reference, .len = sizeof reference };
    query.operator_ = "clerk7";
    query.question = &question;
    frame.body_case = YIDI__LINK_FRAME__BODY_QUERY_ELIGIBILITY;
    frame.query_eligibility = &query;
    message.frames[0] = wire_encode(&frame.base, &arena);
    memcpy(message.key, key, TRANSPORT_KEY_BYTES);
    office_take_link(network.offices[REGISTRY].office, &message, &now);
    fake_network_turn(&network, REGISTRY);
}

static void
nobody_but_a_window_is_answered(void **unused)
{
    (void)unused;
    static const uint8_t stranger[TRANSPORT_KEY_BYTES] = { 7 };
    const struct roster_office *offices = network.roster.offices;
    ask_as(offices[CENTRE].transport_key);
    ask_as(offices[FAR_REGISTRY].transport_key);
    ask_as(stranger);
    assert_int_equal(entries_with(REGISTRY, "answer-eligibility"), 0);
    ask_as(offices[FAR_WINDOW].transport_key);
    assert_int_equal(entries_with(REGISTRY, "answer-eligibility"), 1);
}

/* ---- bad networks ---- */

static void
a_registry_that_is_away_costs_no_more_than_the_timeout(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    fake_network_crash(&network, REGISTRY);
    uint64_t begun_ms = network.now.monotonic_ms;
    send_question(WINDOW);
    assert_false(network.answer.given);
    fake_network_run_until(&network, begun_ms + 2999);
    assert_false(network.answer.given);
    fake_network_run_until(&network, begun_ms + 3000);
    assert_int_equal(told()->outcome, YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_NO_ANSWER);
    assert_string_equal(told()->code, "TIMED_OUT");
    assert_string_equal(apply_after(keep_reference(told()), number), "");
    const Yidi__Case *row = read_case(WINDOW, number, &arena);
    assert_int_equal(row->eligibility->outcome, YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_NO_ANSWER);
    fake_network_start(&network, REGISTRY);
    fake_network_settle(&network);
    assert_string_equal(fake_network_state(&network, REGISTRY, number), "received");
    fake_network_audit(&network);
}

static void
a_connection_that_was_lost_is_made_again_while_there_is_time(void **unused)
{
    (void)unused;
    (void)ask(); /* it stands, and the registry goes */
    fake_network_crash(&network, REGISTRY);
    send_question(WINDOW);
    fake_network_start(&network, REGISTRY);
    fake_network_run(&network, ANSWER_MS);
    assert_int_equal(told()->outcome, YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_ANSWERED);
}

static void
an_answer_that_comes_too_late_is_dropped(void **unused)
{
    (void)unused;
    (void)ask();
    send_question(WINDOW);
    fake_network_deliver(&network, REGISTRY);
    assert_false(network.answer.given);
    network.now.monotonic_ms += 3000;
    network.now.wall_ms += 3000;
    fake_network_turn(&network, WINDOW);
    assert_string_equal(told()->code, "TIMED_OUT");
    uint64_t dropped = network.offices[WINDOW].office->dropped;
    fake_network_run(&network, 1000);
    assert_int_equal(network.offices[WINDOW].office->dropped, dropped + 1);
    assert_string_equal(told()->code, "TIMED_OUT");
}

static unsigned answers;

static void
count_answer(void *context, size_t office, const Yidi__Response *response)
{
    (void)context;
    (void)office;
    answers += response->body_case == YIDI__RESPONSE__BODY_ELIGIBILITY;
}

static void
many_may_ask_at_once_and_each_is_answered(void **unused)
{
    (void)unused;
    answers = 0;
    network.watch.answer = count_answer;
    for (unsigned i = 0; i < 3; i++)
        send_question(WINDOW);
    send_question(FAR_WINDOW);
    assert_int_equal(answers, 0);
    fake_network_run(&network, 1000);
    assert_int_equal(answers, 4);

    fake_network_crash(&network, REGISTRY); /* so many may wait; one more is told at once */
    answers = 0;
    for (unsigned i = 0; i < QUESTIONS_WAITING_MAX; i++)
        send_question(WINDOW);
    assert_int_equal(answers, 0);
    send_question(WINDOW);
    assert_int_equal(answers, 1);
    assert_string_equal(told()->code, "QUESTION_LIMIT");
    fake_network_run(&network, ANSWER_MS);
    assert_int_equal(answers, 1 + QUESTIONS_WAITING_MAX);
    assert_int_equal(network.offices[WINDOW].office->questions.waiting, 0);
}

static void
a_network_that_loses_repeats_and_swaps_answers_once_or_says_so(void **unused)
{
    (void)unused;
    network.wires.faults = (struct fake_faults){ .lose_percent = 15,
                                                 .repeat_percent = 20,
                                                 .swap_percent = 20,
                                                 .full_percent = 10,
                                                 .delay_ms_max = 400 };
    unsigned answered = 0;
    network.watch.answer = count_answer;
    for (unsigned i = 0; i < 60; i++) {
        answers = 0;
        const Yidi__Eligibility *answer = ask();
        assert_int_equal(answers, 1);
        answered += answer->outcome == YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_ANSWERED;
        assert_string_equal(findings(answer), "");
    }
    assert_in_range(answered, 20, 60);
    network.wires.faults = (struct fake_faults){ 0 };
    fake_network_settle(&network);
    fake_network_audit(&network);
}

/* ---- lies ---- */

static uint8_t seen_reference[QUESTION_REFERENCE_BYTES];

static void
watch_question(void *context, const struct fake_packet *packet)
{
    AUTO(arena) struct arena arena;
    ProtobufCMessage *message;
    (void)context;
    arena_init(&arena);
    if (wire_decode(&yidi__link_frame__descriptor, packet->frames[0], &arena, &message, NULL) != OK)
        return;
    const Yidi__LinkFrame *frame = (const Yidi__LinkFrame *)message;
    if (frame->body_case == YIDI__LINK_FRAME__BODY_QUERY_ELIGIBILITY)
        memcpy(seen_reference, frame->query_eligibility->reference.data, sizeof seen_reference);
}

/* An answer on the window's connection to an office. */
static void
forge(const char *from, const Yidi__AnswerEligibility *answer, bool garbage)
{
    AUTO(arena) struct arena arena;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    struct link_message message = { .side = LINK_OUTBOUND, .frame_count = 1 };
    const struct office_time now = fake_network_time(&network, WINDOW);
    arena_init(&arena);
    frame.body_case = YIDI__LINK_FRAME__BODY_ANSWER_ELIGIBILITY;
    frame.answer_eligibility = (Yidi__AnswerEligibility *)(uintptr_t)answer;
    message.frames[0] = wire_encode(&frame.base, &arena);
    if (garbage)
        message.frames[0].size -= 3;
    snprintf(message.office, sizeof message.office, "%s", from);
    office_take_link(network.offices[WINDOW].office, &message, &now);
    fake_network_turn(&network, WINDOW);
}

static void
what_nobody_asked_and_what_makes_no_sense_is_dropped(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    assert_string_equal(fake_desk_apply(&network, &application, "", number), "");
    fake_desk_walk(&network, number, 5); /* so that the window knows the centre as well */
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__RENEWAL, &application);
    network.wires.watch = watch_question;
    (void)ask();
    struct office *window = network.offices[WINDOW].office;
    Yidi__AnswerEligibility answer = YIDI__ANSWER_ELIGIBILITY__INIT;
    answer.reference =
        (ProtobufCBinaryData){ .data = seen_reference, .len = sizeof seen_reference };
    uint64_t dropped = window->dropped;
    forge("440105000000", &answer, false); /* it was answered already */
    assert_int_equal(window->dropped, dropped + 1);

    network.wires.cut[REGISTRY][WINDOW] = true;
    send_question(WINDOW);
    network.answer.given = false;
    forge("310115000002", &answer, false); /* the centre was not asked */
    answer.open_at = "31011500000?";
    forge("440105000000", &answer, false);
    answer.open_at = "";
    forge("440105000000", &answer, true);
    seen_reference[0] ^= 1;
    forge("440105000000", &answer, false);
    assert_int_equal(window->dropped, dropped + 5);
    assert_false(network.answer.given);
    seen_reference[0] ^= 1;
    answer.findings = UINT32_C(1) << 30; /* of a newer version */
    forge("440105000000", &answer, false);
    assert_true(told()->would_be_refused);
    assert_int_equal(window->dropped, dropped + 5);
}

/* ---- crashes ---- */

/* Wherever either of them dies, there is an answer, or nobody left to be answered; and the window
 * works on. */
static void
whoever_dies_while_asking_leaves_both_whole(void **unused)
{
    (void)unused;
    for (size_t victim = WINDOW; victim <= REGISTRY; victim += REGISTRY - WINDOW)
        for (uint64_t point = 1; point < 14; point++) {
            char number[CASE_NUMBER_CHARS + 1];
            network.offices[victim].crash_at = network.offices[victim].port_calls + point;
            send_question(WINDOW);
            fake_network_run(&network, ANSWER_MS);
            bool died = network.offices[victim].office == NULL;
            if (victim == REGISTRY)
                assert_true(network.answer.given);
            fake_network_start_all(&network);
            network.offices[victim].crash_at = 0;
            fake_network_settle(&network);
            if (!died)
                assert_true(network.answer.given);
            fake_network_audit(&network);
            assert_string_equal(fake_desk_apply(&network, &application, "", number),
                                point == 1 && victim == WINDOW ? "" : "OPEN_APPLICATION");
        }
}

/* ---- what the case keeps ---- */

static void
a_case_keeps_what_its_clerk_was_told(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    char number[CASE_NUMBER_CHARS + 1];
    arena_init(&arena);
    application.form.appearance_changed = true;
    struct bytes reference = keep_reference(ask());
    uint64_t told_ms = told()->told_ms;
    assert_string_equal(apply_after(reference, number), "");
    assert_non_null(network.answer.response->applied->eligibility);
    const Yidi__Case *row = read_case(WINDOW, number, &arena);
    assert_int_equal(row->eligibility->outcome, YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_ANSWERED);
    assert_int_equal(row->eligibility->told_ms, told_ms);
    assert_string_equal(findings(row->eligibility), "APPEARANCE_CHANGED");
    assert_memory_equal(row->eligibility->reference.data, reference.data, reference.size);
    fake_network_settle(&network);
    assert_null(read_case(REGISTRY, number, &arena)->eligibility);
}

static void
a_question_about_one_citizen_is_none_about_another(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    struct bytes reference = keep_reference(ask());
    fake_desk_citizen(2, YIDI__APPLICATION_KIND__RENEWAL, &application);
    assert_string_equal(apply_after(reference, number), "FIELD_OUT_OF_BOUNDS");
    assert_string_equal(network.answer.response->refusal->field, "apply.eligibility");
}

static void
what_was_told_before_a_restart_is_forgotten_and_said_to_be(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    char number[CASE_NUMBER_CHARS + 1];
    arena_init(&arena);
    struct bytes reference = keep_reference(ask());
    fake_network_crash(&network, WINDOW);
    fake_network_start(&network, WINDOW);
    assert_string_equal(apply_after(reference, number), "");
    assert_int_equal(read_case(WINDOW, number, &arena)->eligibility->outcome,
                     YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_FORGOTTEN);
}

/* ---- an application that is about to be handed in ---- */

static const Yidi__Response *
ask_about_application(const char *request_key)
{
    Yidi__ApplicationForm form = application.form;
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__AskEligibility wire = YIDI__ASK_ELIGIBILITY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    apply.form = &form;
    apply.request_key = (char *)(uintptr_t)request_key;
    wire.about_case = YIDI__ASK_ELIGIBILITY__ABOUT_APPLY;
    wire.apply = &apply;
    request.command_case = YIDI__REQUEST__COMMAND_ASK_ELIGIBILITY;
    request.ask_eligibility = &wire;
    (void)fake_network_command(&network, WINDOW, &request, NULL, 0);
    fake_network_turn(&network, WINDOW);
    fake_network_run(&network, ANSWER_MS);
    assert_true(network.answer.given);
    return network.answer.response;
}

static void
a_form_that_the_window_would_not_take_is_asked_of_nobody(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    application.form.fee_fen = 100;
    assert_string_equal(ask_about_application("")->refusal->code, "FEE_MISMATCH");
    application_set_kind(&application, YIDI__APPLICATION_KIND__RENEWAL);
    assert_int_equal(ask_about_application("")->body_case, YIDI__RESPONSE__BODY_ELIGIBILITY);
    assert_string_equal(fake_desk_apply(&network, &application, "key", number), "");
    assert_string_equal(ask_about_application("")->refusal->code, "OPEN_APPLICATION");
    assert_int_equal(ask_about_application("key")->eligibility->outcome,
                     YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_NOT_ASKED);
    assert_int_equal(entries_with(REGISTRY, "answer-eligibility"), 1);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)
    const struct CMUnitTest tests[] = {
        TEST(a_registry_says_what_its_examination_will_find),
        TEST(an_application_that_is_open_elsewhere_is_told_with_its_office),
        TEST(a_registration_that_moved_is_told_with_its_registry),
        TEST(both_journals_name_who_asked_and_nobody_else),
        TEST(a_registry_of_another_county_says_where),
        TEST(a_revoked_window_is_told_nothing),
        TEST(a_revoked_registry_is_not_asked),
        TEST(a_window_cannot_leaf_through_a_registry),
        TEST(nobody_but_a_window_is_answered),
        TEST(a_registry_that_is_away_costs_no_more_than_the_timeout),
        TEST(a_connection_that_was_lost_is_made_again_while_there_is_time),
        TEST(an_answer_that_comes_too_late_is_dropped),
        TEST(many_may_ask_at_once_and_each_is_answered),
        TEST(a_network_that_loses_repeats_and_swaps_answers_once_or_says_so),
        TEST(what_nobody_asked_and_what_makes_no_sense_is_dropped),
        TEST(whoever_dies_while_asking_leaves_both_whole),
        TEST(a_case_keeps_what_its_clerk_was_told),
        TEST(a_question_about_one_citizen_is_none_about_another),
        TEST(what_was_told_before_a_restart_is_forgotten_and_said_to_be),
        TEST(a_form_that_the_window_would_not_take_is_asked_of_nobody),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
