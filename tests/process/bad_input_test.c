/* SPDX-License-Identifier: Apache-2.0
 *
 * bad_input_test - whatever operators, forms and broken tools send is refused with code and field,
 * and nothing of it is stored.
 *
 * "Nothing is stored" is seen in the journal: its size does not change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/domain/case_number.h"
#include "common/domain/citizen_csv.h"
#include "common/domain/citizen_number.h"
#include "common/io/wire.h"
#include "tests/lib/journey.h"

enum { LONG_TEXT_BYTES = 700 };

static struct network network;
static struct made_application good, bad;
static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const centre = &network.offices[YUEXIU];
static int begun, passed; /* tests */
static char long_text[LONG_TEXT_BYTES + 1];
static char unknown_case[CASE_NUMBER_CHARS + 1];

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    memset(long_text, 'a', LONG_TEXT_BYTES);
    network_open(&network, NULL);
    assert_int_equal(case_number_format(window->code, 20200101, 1, unknown_case), OK);
    network_start(window);
    network_start(registry);
    network_start(centre);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &good);
    network_populate(registry, 1, 10, NULL);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, passed < begun);
    return 0;
}

/* One network for all tests; its logs are shown when one of them failed. */
static int
begin(void **unused)
{
    (void)unused;
    begun++;
    return 0;
}

static uint64_t
tree_size(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer);
    return answer.response->status->tree_size;
}

static void
assert_refusal(const struct network_answer *answer, const char *code, const char *field)
{
    const Yidi__Refusal *refusal = network_refusal(answer);
    assert_non_null(refusal);
    if (strcmp(refusal->code, code) != 0 || strcmp(refusal->field, field) != 0)
        fail_msg("refused with %s %s, not with %s %s", refusal->code, refusal->field, code, field);
    assert_true(refusal->rule[0] != '\0');
}

/* ---- forms ---- */

/* A copy of the good application whose pointers point into itself. */
static void
copy_good(void)
{
    bad = good;
    application_set_citizen(&bad, &good.citizen);
    bad.form.person = &bad.person;
    bad.form.fingerprints = bad.fingerprint_list;
    for (int i = 0; i < 2; i++)
        bad.fingerprint_list[i] = &bad.fingerprints[i];
}

static void
spoil_check_digit(void)
{
    char *last = &bad.citizen.number[CITIZEN_NUMBER_CHARS - 1];
    *last = *last == '1' ? '2' : '1';
}

static void
spoil_birth_date(void)
{
    bad.person.birth_date++;
}

static void
spoil_sex(void)
{
    bad.person.sex = bad.person.sex == YIDI__SEX__MALE ? YIDI__SEX__FEMALE : YIDI__SEX__MALE;
}

static void
spoil_name(void)
{
    bad.person.name = "李\x01四";
}

static void
digits_for_a_name(void)
{
    bad.person.name = "李4";
}

static void
long_name(void)
{
    long_text[151] = '\0';
    bad.person.name = long_text;
}

static void
broken_utf8(void)
{
    bad.person.address = "\xe4\xb8";
}

static void
long_address(void)
{
    long_text[301] = '\0';
    bad.person.address = long_text;
}

static void
unknown_ethnic_group(void)
{
    bad.person.ethnic_group = "99";
}

static void
unknown_division(void)
{
    bad.person.registration_division = "999999";
}

static void
unlisted_county(void)
{
    bad.person.registration_division = "110105";
}

static void
own_county(void)
{
    bad.person.registration_division = "440305";
}

static void
short_division(void)
{
    bad.person.registration_division = "5101";
}

static void
no_evidence(void)
{
    bad.form.evidence = YIDI__DOCUMENT_KIND__DOCUMENT_KIND_UNSPECIFIED;
}

static void
wrong_evidence(void)
{
    bad.form.evidence = YIDI__DOCUMENT_KIND__PASSPORT;
}

static void
wrong_reason(void)
{
    bad.form.reason = YIDI__APPLICATION_REASON__STOLEN;
}

static void
unknown_reason(void)
{
    bad.form.reason = (Yidi__ApplicationReason)99;
}

static void
no_kind(void)
{
    bad.form.kind = YIDI__APPLICATION_KIND__APPLICATION_KIND_UNSPECIFIED;
}

static void
no_person(void)
{
    bad.form.person = NULL;
}

static void
wrong_fee(void)
{
    bad.form.fee_fen += 1;
}

static void
wrong_waiver(void)
{
    application_set_kind(&bad, YIDI__APPLICATION_KIND__REPLACEMENT);
    bad.form.fee_waiver = YIDI__FEE_WAIVER__WELFARE;
    bad.form.fee_fen = 0;
}

static void
wrong_phone(void)
{
    bad.form.phone = "12345x";
}

static void
a_child_alone(void)
{
    static struct made_citizen child;
    child = good.citizen;
    child.birth_date = 20200101;
    snprintf(child.number, sizeof child.number, "51010520200101%03d", child.male ? 1 : 2);
    /* The check character: try them all, one is right. */
    for (const char *c = "0123456789X"; *c != '\0'; c++) {
        struct refusal refusal;
        child.number[17] = *c;
        if (citizen_number_check(child.number, "", &refusal) == OK)
            break;
    }
    application_set_citizen(&bad, &child);
}

static void
same_finger_twice(void)
{
    bad.fingerprints[1].position = bad.fingerprints[0].position;
}

static void
no_finger_named(void)
{
    bad.fingerprints[0].position = YIDI__FINGER_POSITION__FINGER_POSITION_UNSPECIFIED;
}

static void
draw(unsigned width, bool gray)
{
    const struct photo_request request = { .seed = 1, .width = width, .height = 441, .gray = gray };
    bad.photo_size = photo_make(&request, bad.photo);
}

static void
narrow_photo(void)
{
    draw(300, false);
}

static void
gray_photo(void)
{
    draw(358, true);
}

static void
photo_that_is_none(void)
{
    memset(bad.photo, 0x55, bad.photo_size);
}

static void
photo_cut_off(void)
{
    bad.photo_size /= 2;
}

static void
empty_photo(void)
{
    bad.photo_size = 0;
}

struct bad_form {
    void (*spoil)(void);
    const char *code;
    const char *field;
};

static void
a_bad_form_is_refused_with_code_and_field_and_nothing_is_stored(void **unused)
{
    (void)unused;
    static const struct bad_form forms[] = {
        { spoil_check_digit, "CITIZEN_NUMBER_INVALID", "form.person.citizen_number" },
        { spoil_birth_date, "BIRTH_DATE_MISMATCH", "form.person.birth_date" },
        { spoil_sex, "SEX_MISMATCH", "form.person.sex" },
        { spoil_name, "FIELD_OUT_OF_BOUNDS", "apply.form.person.name" },
        { digits_for_a_name, "NAME_INVALID", "form.person.name" },
        { long_name, "FIELD_OUT_OF_BOUNDS", "apply.form.person.name" },
        { broken_utf8, "FIELD_OUT_OF_BOUNDS", "apply.form.person.address" },
        { long_address, "FIELD_OUT_OF_BOUNDS", "apply.form.person.address" },
        { unknown_ethnic_group, "ETHNIC_GROUP_UNKNOWN", "form.person.ethnic_group" },
        { unknown_division, "DIVISION_UNKNOWN", "form.person.registration_division" },
        { unlisted_county, "REGISTRY_UNLISTED", "form.person.registration_division" },
        { own_county, "NOT_ELSEWHERE", "form.person.registration_division" },
        { short_division, "FIELD_OUT_OF_BOUNDS", "apply.form.person.registration_division" },
        { no_evidence, "EVIDENCE_MISSING", "form.evidence" },
        { wrong_evidence, "EVIDENCE_MISSING", "form.evidence" },
        { wrong_reason, "REASON_MISMATCH", "form.reason" },
        { unknown_reason, "FIELD_OUT_OF_BOUNDS", "apply.form.reason" },
        { no_kind, "FIELD_OUT_OF_BOUNDS", "apply.form.kind" },
        { no_person, "FIELD_OUT_OF_BOUNDS", "apply.form.person" },
        { wrong_fee, "FEE_MISMATCH", "form.fee_fen" },
        { wrong_waiver, "FEE_MISMATCH", "form.fee_waiver" },
        { wrong_phone, "PHONE_INVALID", "form.phone" },
        { a_child_alone, "GUARDIAN_MISSING", "form.guardian" },
        { same_finger_twice, "FINGERPRINT_INVALID", "form.fingerprints" },
        { no_finger_named, "FIELD_OUT_OF_BOUNDS", "apply.form.fingerprints[0].position" },
        { narrow_photo, "PHOTO_INVALID", "photo" },
        { gray_photo, "PHOTO_INVALID", "photo" },
        { photo_that_is_none, "PHOTO_INVALID", "photo" },
        { photo_cut_off, "PHOTO_INVALID", "photo" },
        { empty_photo, "PHOTO_INVALID", "photo" },
    };
    uint64_t before = tree_size(window);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        memset(long_text, 'a', LONG_TEXT_BYTES);
        copy_good();
        forms[i].spoil();
        network_apply_refused(window, &bad, forms[i].code, forms[i].field);
    }
    assert_int_equal(tree_size(window), before);
    assert_int_equal(network_count_in_state(window, "submitted"), 0);
    passed++;
}

static void
ask_apply(const struct bytes *frames, size_t frame_count, const char *request_key,
          struct network_answer *ret_answer)
{
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    apply.form = &good.form;
    apply.request_key = (char *)request_key;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    network_ask(window, &request, frames, frame_count, ret_answer);
}

static void
wrong_attachments_are_refused_and_nothing_is_stored(void **unused)
{
    (void)unused;
    struct bytes frames[ATTACHMENTS_MAX];
    uint64_t before = tree_size(window);
    application_frames(&good, frames);
    for (size_t count = 0; count < 3; count++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        ask_apply(frames, count, "", &answer);
        assert_refusal(&answer, "PHOTO_INVALID", "form.photo_digest");
    }
    frames[2].size--;
    AUTO(network_answer) struct network_answer answer = { 0 };
    ask_apply(frames, 3, "", &answer);
    assert_refusal(&answer, "FINGERPRINT_INVALID", "fingerprint");
    assert_int_equal(tree_size(window), before);
    passed++;
}

/* ---- other commands ---- */

static void
a_decision_on_what_is_not_there_or_not_done_here_is_refused(void **unused)
{
    (void)unused;
    static const struct {
        struct network_office *office;
        Yidi__Verb verb;
        const char *code;
    } decisions[] = {
        { &network.offices[SHENZHEN], YIDI__VERB__RECEIVE, "CASE_UNKNOWN" },
        { &network.offices[QINGYANG], YIDI__VERB__EXAMINE, "CASE_UNKNOWN" },
        { &network.offices[YUEXIU], YIDI__VERB__MAKE, "CASE_UNKNOWN" },
    };
    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++) {
        const struct network_decision decision = { .verb = decisions[i].verb,
                                                   .operator= "operator1" };
        uint64_t before = tree_size(decisions[i].office);
        network_decide_refused(decisions[i].office, &decision, unknown_case, decisions[i].code);
        assert_int_equal(tree_size(decisions[i].office), before);
    }
    passed++;
}

/* Every verb on an application that has just been accepted; those that are legal are left out. */
static void
a_verb_of_another_desk_or_another_time_is_refused(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    network_apply(window, &good, "key-1", number);
    network_wait_for_state(registry, number, "received");
    for (int verb = YIDI__VERB__EXAMINE; verb <= YIDI__VERB__COLLECT; verb++) {
        const struct network_decision decision = {
            .verb = (Yidi__Verb)verb, .operator= "operator1", .text = "x", .reason = 1
        };
        bool at_window = verb == YIDI__VERB__RECEIVE || verb == YIDI__VERB__COLLECT;
        uint64_t before = tree_size(window);
        network_decide_refused(window, &decision, number,
                               at_window ? "ILLEGAL_IN_STATE" : "COMMAND_UNKNOWN");
        assert_int_equal(tree_size(window), before);
        if (verb == YIDI__VERB__EXAMINE || verb == YIDI__VERB__REFUSE)
            continue;
        before = tree_size(registry);
        network_decide_refused(registry, &decision, number,
                               verb == YIDI__VERB__ISSUE ? "ILLEGAL_IN_STATE" : "COMMAND_UNKNOWN");
        assert_int_equal(tree_size(registry), before);
    }
    passed++;
}

static void
the_same_request_key_answers_with_the_same_case(void **unused)
{
    (void)unused;
    struct bytes frames[ATTACHMENTS_MAX];
    AUTO(network_answer) struct network_answer answer = { 0 };
    char number[CASE_NUMBER_CHARS + 1];
    application_frames(&good, frames);
    network_apply(window, &good, "key-1", number);
    uint64_t before = tree_size(window);
    ask_apply(frames, 3, "key-1", &answer);
    assert_int_equal(answer.response->body_case, YIDI__RESPONSE__BODY_APPLIED);
    assert_true(answer.response->applied->repeated_request);
    assert_string_equal(answer.response->applied->case_number, number);
    assert_int_equal(tree_size(window), before);
    passed++;
}

static void
the_same_request_key_with_other_content_is_refused(void **unused)
{
    (void)unused;
    struct bytes frames[ATTACHMENTS_MAX], mixed[ATTACHMENTS_MAX];
    AUTO(network_answer) struct network_answer form = { 0 }, attachment = { 0 }, same = { 0 };
    char number[CASE_NUMBER_CHARS + 1];
    application_frames(&good, frames);
    network_apply(window, &good, "key-1", number);
    uint64_t before = tree_size(window);

    char *phone = good.form.phone;
    good.form.phone = "13900000000";
    ask_apply(frames, 3, "key-1", &form);
    good.form.phone = phone;
    assert_refusal(&form, "REQUEST_KEY_TAKEN", "request_key");

    mixed[0] = frames[0];
    mixed[1] = frames[2];
    mixed[2] = frames[1];
    ask_apply(mixed, 3, "key-1", &attachment);
    assert_refusal(&attachment, "REQUEST_KEY_TAKEN", "request_key");
    assert_int_equal(tree_size(window), before);

    ask_apply(frames, 3, "key-1", &same);
    assert_int_equal(same.response->body_case, YIDI__RESPONSE__BODY_APPLIED);
    assert_string_equal(same.response->applied->case_number, number);
    passed++;
}

static void
ask(struct network_office *office, Yidi__Request__CommandCase kind, void *command,
    struct network_answer *ret_answer)
{
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = kind;
    request.apply = command; /* whichever it is, it stands in the same place */
    network_ask(office, &request, NULL, 0, ret_answer);
}

static void
expect(struct network_office *office, Yidi__Request__CommandCase kind, void *command,
       const char *code, const char *field)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    uint64_t before = tree_size(office);
    ask(office, kind, command, &answer);
    assert_refusal(&answer, code, field);
    assert_int_equal(tree_size(office), before);
}

static void
bad_questions_are_refused(void **unused)
{
    (void)unused;
    Yidi__Show show = YIDI__SHOW__INIT;
    show.case_number = unknown_case;
    expect(window, YIDI__REQUEST__COMMAND_SHOW, &show, "CASE_UNKNOWN", "case_number");
    show.full = 1;
    expect(window, YIDI__REQUEST__COMMAND_SHOW, &show, "FIELD_OUT_OF_BOUNDS", "show.reason");
    show.reason = "to see";
    expect(window, YIDI__REQUEST__COMMAND_SHOW, &show, "CASE_UNKNOWN", "case_number");
    show.case_number = "short";
    expect(window, YIDI__REQUEST__COMMAND_SHOW, &show, "FIELD_OUT_OF_BOUNDS", "show.case_number");

    Yidi__Export export = YIDI__EXPORT__INIT;
    export.case_number = unknown_case;
    expect(centre, YIDI__REQUEST__COMMAND_EXPORT, &export, "FIELD_OUT_OF_BOUNDS", "export.reason");
    export.reason = "to see";
    expect(centre, YIDI__REQUEST__COMMAND_EXPORT, &export, "CASE_UNKNOWN", "case_number");

    Yidi__List list = YIDI__LIST__INIT;
    list.state = "no-such-state";
    expect(registry, YIDI__REQUEST__COMMAND_LIST, &list, "STATE_UNKNOWN", "list.state");
    list.state = "";
    list.limit = LIST_ROWS_MAX + 1;
    expect(registry, YIDI__REQUEST__COMMAND_LIST, &list, "FIELD_OUT_OF_BOUNDS", "list.limit");

    Yidi__Decide decide = YIDI__DECIDE__INIT;
    decide.verb = YIDI__VERB__EXAMINE;
    expect(registry, YIDI__REQUEST__COMMAND_DECIDE, &decide, "FIELD_OUT_OF_BOUNDS",
           "decide.case_numbers");
    char *numbers[] = { unknown_case };
    decide.case_numbers = numbers;
    decide.n_case_numbers = 1;
    memset(long_text, 'a', LONG_TEXT_BYTES);
    decide.text = long_text;
    expect(registry, YIDI__REQUEST__COMMAND_DECIDE, &decide, "FIELD_OUT_OF_BOUNDS", "decide.text");
    decide.text = "";
    decide.verb = (Yidi__Verb)77;
    expect(registry, YIDI__REQUEST__COMMAND_DECIDE, &decide, "FIELD_OUT_OF_BOUNDS", "decide.verb");
    passed++;
}

static void
a_cursor_that_no_list_gave_is_refused_or_ends_the_list(void **unused)
{
    (void)unused;
    static const char *const cursors[] = { "x", "00", "ffffffffffffffff", "%s%n", "\xe4\xb8\xad" };
    for (size_t i = 0; i < sizeof cursors / sizeof *cursors; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        Yidi__List list = YIDI__LIST__INIT;
        list.after = (char *)cursors[i];
        ask(window, YIDI__REQUEST__COMMAND_LIST, &list, &answer);
        const Yidi__Refusal *refusal = network_refusal(&answer);
        if (refusal != NULL)
            assert_string_equal(refusal->field, "list.after");
        else
            assert_int_equal(answer.response->body_case, YIDI__RESPONSE__BODY_LISTED);
    }
    passed++;
}

static void
commands_of_other_roles_are_refused(void **unused)
{
    (void)unused;
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    apply.form = &good.form;
    expect(registry, YIDI__REQUEST__COMMAND_APPLY, &apply, "COMMAND_UNKNOWN", "command");
    expect(centre, YIDI__REQUEST__COMMAND_APPLY, &apply, "COMMAND_UNKNOWN", "command");
    expect(window, YIDI__REQUEST__COMMAND_POPULATION_IMPORT, &import, "COMMAND_UNKNOWN", "command");
    passed++;
}

static void
ask_import(const char *csv, bool skip_bad, struct network_answer *ret_answer)
{
    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct bytes frame = bytes_of_text(csv);
    import.skip_bad = skip_bad;
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    network_ask(registry, &request, &frame, 1, ret_answer);
}

static void
a_bad_population_file_is_refused_whole_unless_bad_lines_may_be_skipped(void **unused)
{
    (void)unused;
    char line[CITIZEN_MAKER_LINE_BYTES], csv[4096];
    struct made_citizen citizen;
    AUTO(network_answer) struct network_answer empty = { 0 }, strict = { 0 }, skipped = { 0 };
    uint64_t before = tree_size(registry);
    ask_import("", false, &empty);
    assert_refusal(&empty, "CSV_INVALID", "");
    citizen_make(50, registry->area, &citizen);
    citizen_make_line(&citizen, line);
    snprintf(csv, sizeof csv, "%s\nnonsense,,\n%s", CITIZEN_CSV_HEADER, line);
    ask_import(csv, false, &strict);
    if (network_refusal(&strict) == NULL)
        assert_int_equal(strict.response->imported->imported, 0);
    assert_int_equal(tree_size(registry), before);

    ask_import(csv, true, &skipped);
    assert_int_equal(skipped.response->body_case, YIDI__RESPONSE__BODY_IMPORTED);
    assert_int_equal(skipped.response->imported->imported, 1);
    assert_int_equal(skipped.response->imported->bad, 1);
    assert_int_equal(skipped.response->imported->bad_lines[0]->line, 2);
    passed++;
}

/* ---- what no tool of ours sends ---- */

static void
ask_bytes(struct network_office *office, const struct bytes *frames, size_t frame_count,
          struct network_answer *ret_answer)
{
    AUTO(network_answer) struct network_answer status = { 0 };
    network_status(office, &status); /* so that there is a client */
    assert_int_equal(control_client_send(office->client, frames, frame_count), OK);
    assert_true(network_receive(office, NETWORK_PATIENCE_MS, ret_answer));
}

static void
malformed_bytes_on_the_control_socket_are_refused(void **unused)
{
    (void)unused;
    uint8_t noise[3000];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)(i * 167 + 13);
    for (size_t size = 0; size < sizeof noise; size = size * 3 + 1) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        struct bytes frame = bytes_of(noise, size);
        ask_bytes(window, &frame, 1, &answer);
        assert_non_null(network_refusal(&answer));
    }
    struct bytes many[40];
    for (size_t i = 0; i < 40; i++)
        many[i] = bytes_of(noise, i);
    AUTO(network_answer) struct network_answer answer = { 0 };
    ask_bytes(window, many, 40, &answer);
    assert_refusal(&answer, "MALFORMED", "");
    passed++;
}

static void
expect_request(const Yidi__Request *request, const char *code, const char *field)
{
    AUTO(arena) struct arena arena;
    AUTO(network_answer) struct network_answer answer = { 0 };
    arena_init(&arena);
    struct bytes frame = wire_encode(&request->base, &arena);
    uint64_t before = tree_size(window);
    ask_bytes(window, &frame, 1, &answer);
    assert_refusal(&answer, code, field);
    assert_int_equal(tree_size(window), before);
}

static void
a_request_without_version_command_or_operator_is_refused(void **unused)
{
    (void)unused;
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.version = 1;
    request.operator_ = "clerk1";
    expect_request(&request, "FIELD_OUT_OF_BOUNDS", "command");
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    request.version = 2;
    expect_request(&request, "FIELD_OUT_OF_BOUNDS", "version");
    request.version = 1;
    request.operator_ = "";
    expect_request(&request, "FIELD_OUT_OF_BOUNDS", "operator");
    long_text[33] = '\0';
    request.operator_ = long_text;
    expect_request(&request, "FIELD_OUT_OF_BOUNDS", "operator");
    passed++;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
    const struct CMUnitTest tests[] = {
        TEST(a_bad_form_is_refused_with_code_and_field_and_nothing_is_stored),
        TEST(wrong_attachments_are_refused_and_nothing_is_stored),
        TEST(a_decision_on_what_is_not_there_or_not_done_here_is_refused),
        TEST(bad_questions_are_refused),
        TEST(a_cursor_that_no_list_gave_is_refused_or_ends_the_list),
        TEST(commands_of_other_roles_are_refused),
        TEST(a_bad_population_file_is_refused_whole_unless_bad_lines_may_be_skipped),
        TEST(malformed_bytes_on_the_control_socket_are_refused),
        TEST(a_request_without_version_command_or_operator_is_refused),
        TEST(a_verb_of_another_desk_or_another_time_is_refused),
        TEST(the_same_request_key_answers_with_the_same_case),
        TEST(the_same_request_key_with_other_content_is_refused),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
