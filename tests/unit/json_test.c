/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/json.h"
#include "common/io/wire.h"
#include "proto/control.pb-c.h"
#include "proto/envelope.pb-c.h"
#include "tests/lib/sample_form.h"

struct sample {
    struct arena arena;
    struct refusal refusal;
    struct sample_form form;
};

static int
sample_open(void **state)
{
    struct sample *sample = calloc(1, sizeof *sample);
    if (sample == NULL)
        return -1;
    arena_init(&sample->arena);
    sample_form_init(&sample->form);
    *state = sample;
    return 0;
}

static int
sample_close(void **state)
{
    struct sample *sample = *state;
    arena_fini(&sample->arena);
    free(sample);
    return 0;
}

/* From an allocation of just that size, without a NUL behind it. */
static enum result
decode(struct sample *sample, const ProtobufCMessageDescriptor *descriptor, const char *text,
       ProtobufCMessage **ret_message)
{
    size_t size = strlen(text);
    char *exact = malloc(size + (size == 0));
    assert_non_null(exact);
    memcpy(exact, text, size);
    memset(&sample->refusal, 0, sizeof sample->refusal);
    enum result result = json_decode(descriptor, bytes_of(exact, size), &sample->arena, ret_message,
                                     &sample->refusal);
    free(exact);
    return result;
}

static void
expect_refusal(struct sample *sample, const ProtobufCMessageDescriptor *descriptor,
               const char *text, enum refusal_code code, const char *field, const char *rule)
{
    ProtobufCMessage *message = NULL;
    assert_int_equal(decode(sample, descriptor, text, &message), ERR_REFUSED);
    assert_null(message);
    assert_string_equal(sample->refusal.rule, rule);
    assert_string_equal(sample->refusal.field, field);
    assert_int_equal(sample->refusal.code, code);
}

/* The text with one piece of it replaced. */
static char *
replace(struct sample *sample, const char *text, const char *old, const char *new)
{
    const char *found = strstr(text, old);
    assert_non_null(found);
    char *changed = arena_take(&sample->arena, strlen(text) + strlen(new) + 1);
    assert_non_null(changed);
    memcpy(changed, text, (size_t)(found - text));
    strcat(strcat(changed, new), found + strlen(old));
    return changed;
}

static void
expect_form_refusal(struct sample *sample, const char *old, const char *new, const char *field,
                    const char *rule)
{
    char *text = json_encode(&sample->form.form.base, &sample->arena);
    assert_non_null(text);
    expect_refusal(sample, &yidi__application_form__descriptor, replace(sample, text, old, new),
                   REFUSAL_FIELD_OUT_OF_BOUNDS, field, rule);
}

static void
json_writes_each_kind_of_field(void **state)
{
    struct sample *sample = *state;
    Yidi__ApplicationForm form = sample->form.form;
    form.person = NULL;
    form.n_fingerprints = 1;
    sample->form.guardian.name = "a\"b\\c\nd\x1b";
    form.photo_digest.len = 5;
    sample->form.fingerprints[0].digest.len = 0;
    assert_string_equal(
        json_encode(&form.base, &sample->arena),
        "{\"kind\":\"RENEWAL\",\"reason\":\"EXPIRING\",\"phone\":\"13800138000\","
        "\"residence_basis\":\"WORK\",\"residence_address\":\"上海市浦东新区世纪大道1号\","
        "\"identity_document\":\"ORIGINAL_CARD\","
        "\"identity_document_number\":\"11010519491231002X\",\"evidence\":\"RESIDENCE_PERMIT\","
        "\"guardian\":{\"name\":\"a\\\"b\\\\c\\nd\\u001b\","
        "\"citizen_number\":\"440524188001010014\",\"relation\":\"mother\","
        "\"photo_digest\":\"\"},"
        "\"appearance_changed\":true,\"fee_fen\":2000,\"fee_waiver\":\"NO_WAIVER\","
        "\"photo_digest\":\"00017f80ff\","
        "\"fingerprints\":[{\"position\":\"RIGHT_THUMB\",\"digest\":\"\"}],"
        "\"fingers_missing\":[\"RIGHT_LITTLE\",\"LEFT_RING\"],"
        "\"no_fingerprints_reason\":\"worn\","
        "\"second_script_name\":\"\",\"second_script_address\":\"\"}");
}

static void
json_brings_back_what_was_written(void **state)
{
    struct sample *sample = *state;
    ProtobufCMessage *back = NULL;
    char *text = json_encode(&sample->form.form.base, &sample->arena);
    assert_null(strchr(text, '\n'));
    assert_int_equal(decode(sample, &yidi__application_form__descriptor, text, &back), OK);
    assert_true(bytes_equal(wire_encode(back, &sample->arena),
                            wire_encode(&sample->form.form.base, &sample->arena)));
    assert_string_equal(json_encode(back, &sample->arena), text);
}

static void
json_writes_the_largest_integer_and_empty_values(void **state)
{
    struct sample *sample = *state;
    Yidi__Envelope envelope = YIDI__ENVELOPE__INIT;
    envelope.leaf_index = UINT64_MAX;
    assert_string_equal(
        json_encode(&envelope.base, &sample->arena),
        "{\"entry\":\"\",\"head\":\"\",\"leaf_index\":\"18446744073709551615\",\"path\":[]}");
    envelope.leaf_index = JSON_EXACT_INTEGER;
    assert_string_equal(
        json_encode(&envelope.base, &sample->arena),
        "{\"entry\":\"\",\"head\":\"\",\"leaf_index\":9007199254740991,\"path\":[]}");
    Yidi__Listed listed = YIDI__LISTED__INIT;
    assert_string_equal(json_encode(&listed.base, &sample->arena), "{\"cases\":[],\"next\":\"\"}");
}

static void
json_writes_an_unknown_enum_value_as_its_number(void **state)
{
    struct sample *sample = *state;
    Yidi__Fingerprint finger = YIDI__FINGERPRINT__INIT;
    finger.position = (Yidi__FingerPosition)77;
    assert_string_equal(json_encode(&finger.base, &sample->arena),
                        "{\"position\":77,\"digest\":\"\"}");
}

static void
json_reads_a_oneof(void **state)
{
    struct sample *sample = *state;
    ProtobufCMessage *back = NULL;
    const char *text = "{\"version\":1,\"id\":9223372036854775807,\"operator\":\"li\","
                       "\"decide\":{\"verb\":\"REFUSE\",\"case_numbers\":[],\"reasons\":"
                       "[\"OPEN_APPLICATION\",\"BAD_CREDIT_RECORD\"],\"text\":\"x\"}}";
    expect_refusal(sample, &yidi__request__descriptor, text, REFUSAL_FIELD_OUT_OF_BOUNDS,
                   "decide.case_numbers", "1..1024 items");
    text = replace(sample, text, "[]", "[\"31011500000020261122000017\"]");
    assert_int_equal(decode(sample, &yidi__request__descriptor, text, &back), OK);
    const Yidi__Request *request = (const Yidi__Request *)back;
    assert_true(request->id == INT64_MAX);
    assert_int_equal(request->command_case, YIDI__REQUEST__COMMAND_DECIDE);
    assert_int_equal(request->decide->n_reasons, 2);
    assert_int_equal(request->decide->reasons[1], YIDI__REFUSAL_REASON__BAD_CREDIT_RECORD);
    assert_string_equal(request->decide->case_numbers[0], "31011500000020261122000017");
    assert_false(request->decide->defective);
}

static void
json_reads_digits_only_where_a_number_is_not_exact(void **state)
{
    struct sample *sample = *state;
    static const struct {
        const char *digits;
        uint64_t number; /* 0: refused */
    } cases[] = {
        { "\"9007199254740992\"", UINT64_C(9007199254740992) },
        { "\"18446744073709551615\"", UINT64_MAX },
        { "9007199254740991", JSON_EXACT_INTEGER },
        { "\"9007199254740991\"", 0 },
        { "\"18446744073709551616\"", 0 },
        { "\"09007199254740992\"", 0 },
        { "\"9007199254740992 \"", 0 },
        { "\"-1\"", 0 },
        { "\"\"", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ProtobufCMessage *back = NULL;
        char text[120];
        snprintf(text, sizeof text, "{\"version\":1,\"id\":%s,\"operator\":\"li\",\"status\":{}}",
                 cases[i].digits);
        enum result result = decode(sample, &yidi__request__descriptor, text, &back);
        assert_int_equal(result, cases[i].number == 0 ? ERR_REFUSED : OK);
        if (result == OK)
            assert_true(((const Yidi__Request *)back)->id == cases[i].number);
        else
            assert_string_equal(sample->refusal.field, "id");
    }
}

static enum result
decode_member(struct sample *sample, const char *member, const char *text, size_t room,
              struct json_attachments *ret_attachments, const Yidi__Request **ret_request)
{
    ProtobufCMessage *message = NULL;
    ret_attachments->room = room;
    enum result result =
        json_decode_member(&yidi__request__descriptor, member, bytes_of_text(text), &sample->arena,
                           ret_attachments, &message, &sample->refusal);
    *ret_request = (const Yidi__Request *)message;
    return result;
}

static void
json_reads_one_kind_and_what_travels_beside_it(void **state)
{
    struct sample *sample = *state;
    const Yidi__Request *request;
    struct json_attachments attachments;
    const char *text = "{\"case_number\":\"31011500000020261122000017\",\"attachments\":"
                       "[\"Zm9vYmE=\",\"\"],\"full\":true}";
    assert_int_equal(decode_member(sample, "show", text, 2, &attachments, &request), OK);
    assert_int_equal(request->command_case, YIDI__REQUEST__COMMAND_SHOW);
    assert_true(request->show->full);
    assert_int_equal(attachments.count, 2);
    assert_true(bytes_equal(attachments.list[0], bytes_of_text("fooba")));
    assert_int_equal(attachments.list[1].size, 0);
    assert_int_equal(decode_member(sample, "status", "{}", 2, &attachments, &request), OK);
    assert_int_equal(request->command_case, YIDI__REQUEST__COMMAND_STATUS);
    assert_int_equal(attachments.count, 0);
    assert_int_equal(decode_member(sample, "operator", "{}", 2, &attachments, &request),
                     ERR_ABSENT);
    assert_int_equal(decode_member(sample, "sing", "{}", 2, &attachments, &request), ERR_ABSENT);
}

static void
json_refuses_attachments_that_are_none(void **state)
{
    struct sample *sample = *state;
    static const struct {
        const char *text, *field, *rule;
    } cases[] = {
        { "{\"attachments\":7}", "status.attachments", "a list" },
        { "{\"attachments\":[7]}", "status.attachments[0]", "base64" },
        { "{\"attachments\":[\"Zg==\",\"Zg\"]}", "status.attachments[1]", "base64" },
        { "{\"attachments\":[\"Zh==\"]}", "status.attachments[0]", "base64" },
        { "{\"attachments\":[\"\",\"\",\"\"]}", "status.attachments", "too many" },
        { "{\"attachment\":[]}", "status.attachment", "no such field" },
        { "[]", "status", "an object" },
        { "null", "", "line 1, column 4: not JSON" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Yidi__Request *request;
        struct json_attachments attachments;
        assert_int_equal(decode_member(sample, "status", cases[i].text, 2, &attachments, &request),
                         ERR_REFUSED);
        assert_string_equal(sample->refusal.rule, cases[i].rule);
        assert_string_equal(sample->refusal.field, cases[i].field);
    }
}

static void
json_writes_what_travels_beside_a_message(void **state)
{
    struct sample *sample = *state;
    struct bytes list[] = { bytes_of_text("foob"), bytes_of(NULL, 0) };
    const struct json_attachments two = { .count = 2, .list = list }, none = { 0 };
    Yidi__Listed listed = YIDI__LISTED__INIT;
    Yidi__Status empty = YIDI__STATUS__INIT;
    assert_string_equal(json_encode_attached(&listed.base, &two, &sample->arena),
                        "{\"cases\":[],\"next\":\"\",\"attachments\":[\"Zm9vYg==\",\"\"]}");
    assert_string_equal(json_encode_attached(&empty.base, &two, &sample->arena),
                        "{\"attachments\":[\"Zm9vYg==\",\"\"]}");
    assert_string_equal(json_encode_attached(&empty.base, &none, &sample->arena), "{}");
}

/* A good request with a few bytes of it changed: each is taken, or refused with a reason. */
static void
json_survives_changed_bytes(void **state)
{
    struct sample *sample = *state;
    static const char good[] =
        "{\"verb\":\"REFUSE\",\"case_numbers\":[\"31011500000020261122000017\"],\"reasons\":"
        "[\"OPEN_APPLICATION\"],\"answer_by\":20261231,\"collector\":{\"name\":\"\u5f20\"},"
        "\"attachments\":[\"Zm9vYmE=\"]}";
    static const char alphabet[] = "{}[]\",:\\0123456789eE+-.ntfalsu\x80\xff\x01 =/A";
    uint32_t random = 20261123;
    size_t refused = 0;
    for (int i = 0; i < 20000; i++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        for (int changes = 1 + i % 3; changes > 0; changes--) {
            random = random * 1664525 + 1013904223;
            text[(random >> 8) % (sizeof good - 1)] =
                alphabet[(random >> 20) % (sizeof alphabet - 1)];
        }
        const Yidi__Request *request;
        struct json_attachments attachments;
        memset(&sample->refusal, 0, sizeof sample->refusal);
        enum result result = decode_member(sample, "decide", text, 1, &attachments, &request);
        assert_true(result == OK || (result == ERR_REFUSED && sample->refusal.rule[0] != '\0'));
        refused += result == ERR_REFUSED;
        arena_reset(&sample->arena);
    }
    assert_true(refused > 10000 && refused < 20000);
}

static void
json_refuses_two_of_a_oneof_and_none(void **state)
{
    struct sample *sample = *state;
    expect_refusal(sample, &yidi__request__descriptor,
                   "{\"version\":1,\"id\":1,\"operator\":\"li\",\"status\":{},"
                   "\"population_import\":{}}",
                   REFUSAL_FIELD_OUT_OF_BOUNDS, "population_import", "only one of these kinds");
    expect_refusal(sample, &yidi__request__descriptor,
                   "{\"version\":1,\"id\":1,\"operator\":\"li\"}", REFUSAL_FIELD_OUT_OF_BOUNDS,
                   "command", "one of its kinds must be given");
}

static void
json_refuses_keys_it_does_not_know(void **state)
{
    struct sample *sample = *state;
    expect_form_refusal(sample, "\"ethnic_group\"", "\"ethnicity\"", "person.ethnicity",
                        "no such field");
    expect_form_refusal(sample, "\"ethnic_group\"", "\"Ethnic \\n group\"", "person",
                        "no such field");
    expect_form_refusal(sample, "\"position\"", "\"\"", "fingerprints[0]", "no such field");
}

static void
json_refuses_values_of_another_type(void **state)
{
    struct sample *sample = *state;
    static const struct {
        const char *old, *new, *field, *rule;
    } cases[] = {
        { "\"13800138000\"", "13800138000", "phone", "a string" },
        { "\"13800138000\"", "null", "phone", "a string" },
        { "\"fee_fen\":2000", "\"fee_fen\":\"2000\"", "fee_fen", "a whole number, not negative" },
        { "\"fee_fen\":2000", "\"fee_fen\":2000.0", "fee_fen", "a whole number, not negative" },
        { "\"fee_fen\":2000", "\"fee_fen\":-1", "fee_fen", "a whole number, not negative" },
        { "\"fee_fen\":2000", "\"fee_fen\":4294967296", "fee_fen", "at most 4294967295" },
        { "\"appearance_changed\":true", "\"appearance_changed\":1", "appearance_changed",
          "true or false" },
        { "\"fingerprints\":[", "\"fingerprints\":0,\"x\":[", "fingerprints", "a list" },
        { "{\"position\"", "7,{\"position\"", "fingerprints[0]", "an object" },
        { "\"person\":{", "\"person\":[],\"x\":{", "person", "an object" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_form_refusal(sample, cases[i].old, cases[i].new, cases[i].field, cases[i].rule);
}

static void
json_refuses_hex_that_is_not_lower_case_pairs(void **state)
{
#define OWN "\"fee_waiver\":\"NO_WAIVER\",\"photo_digest\":\"" /* not the guardian's */
    struct sample *sample = *state;
    static const char *const bad[] = { "0", "0G", "FF", "0x", "-1", "  " };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *new = replace(sample, OWN "?", "?", bad[i]);
        expect_form_refusal(sample, OWN, new, "photo_digest", "lower-case hex");
    }
    expect_form_refusal(sample, OWN, OWN "00", "photo_digest", "0..32 bytes");
#undef OWN
}

static void
json_refuses_enum_names_it_does_not_know(void **state)
{
    struct sample *sample = *state;
    static const char rule[] = "one of SEX_UNKNOWN, MALE, FEMALE, SEX_UNSTATED";
    expect_form_refusal(sample, "\"FEMALE\"", "\"female\"", "person.sex", rule);
    expect_form_refusal(sample, "\"FEMALE\"", "2", "person.sex", rule);
    expect_form_refusal(sample, "\"RENEWAL\"", "\"APPLICATION_KIND_UNSPECIFIED\"", "kind",
                        "must be given");
}

static void
json_checks_bounds_as_wire_does(void **state)
{
    struct sample *sample = *state;
    expect_form_refusal(sample, "\"relation\":\"mother\"", "\"relation\":\"\"", "guardian.relation",
                        "1..30 bytes of UTF-8");
    expect_form_refusal(sample, "\"relation\":\"mother\"", "\"relation\":\"a\\tb\"",
                        "guardian.relation", "no control characters");
    expect_refusal(sample, &yidi__application_form__descriptor, "{}", REFUSAL_FIELD_OUT_OF_BOUNDS,
                   "kind", "must be given");
}

static void
json_tells_line_and_column_of_what_is_not_json(void **state)
{
    struct sample *sample = *state;
    static const struct {
        const char *text, *rule;
    } cases[] = {
        { "", "line 1, column 0: it ends too early" },
        { "{\"kind\":\n  \"RENEWAL\" 张三}", "line 2, column 13: not JSON" },
        { "{\"phone\":\"1\",\n\"phone\":\"2\"}", "line 2, column 7: a key is given twice" },
        { "{\"phone\":\"1\"", "line 1, column 12: it ends too early" },
        { "{} {}", "line 1, column 4: not JSON" },
        { "{\"phone\":\"\xc0\xaf\"}", "line 1, column 10: not UTF-8" },
        { "{\"phone\":\"\\u0000\"}", "line 1, column 17: a NUL character" },
        { "{\"fee_fen\":9223372036854775808}", "line 1, column 30: a number is too large" },
        { "7", "line 1, column 1: not JSON" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refusal(sample, &yidi__application_form__descriptor, cases[i].text,
                       REFUSAL_MALFORMED, "", cases[i].rule);
    expect_refusal(sample, &yidi__application_form__descriptor, "[]", REFUSAL_FIELD_OUT_OF_BOUNDS,
                   "", "an object");
}

static void
json_refuses_deep_nesting(void **state)
{
    struct sample *sample = *state;
    enum { DEPTH = 100000 };
    char *text = arena_take(&sample->arena, DEPTH + 1);
    assert_non_null(text);
    memset(text, '[', DEPTH);
    ProtobufCMessage *message = NULL;
    assert_int_equal(decode(sample, &yidi__application_form__descriptor, text, &message),
                     ERR_REFUSED);
    assert_int_equal(sample->refusal.code, REFUSAL_MALFORMED);
    assert_non_null(strstr(sample->refusal.rule, "nested too deeply"));
}

static void
json_survives_being_cut_anywhere(void **state)
{
    struct sample *sample = *state;
    char *text = json_encode(&sample->form.form.base, &sample->arena);
    for (size_t size = strlen(text) - 1; size > 0; size--) {
        text[size] = '\0';
        ProtobufCMessage *message = NULL;
        assert_int_equal(decode(sample, &yidi__application_form__descriptor, text, &message),
                         ERR_REFUSED);
    }
}

static void
json_quotes_any_text(void **state)
{
    struct sample *sample = *state;
    assert_string_equal(json_quote("", &sample->arena), "\"\"");
    assert_string_equal(json_quote("张\"三\"\n", &sample->arena), "\"张\\\"三\\\"\\n\"");
    assert_string_equal(json_quote("a\xff\xc3", &sample->arena), "\"a\\ufffd\\ufffd\"");
    assert_string_equal(json_quote("\x7f\xc2\x9b", &sample->arena), "\"\\u007f\\u009b\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sample_open, sample_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(json_writes_each_kind_of_field),
        TEST(json_brings_back_what_was_written),
        TEST(json_writes_the_largest_integer_and_empty_values),
        TEST(json_writes_an_unknown_enum_value_as_its_number),
        TEST(json_reads_a_oneof),
        TEST(json_reads_digits_only_where_a_number_is_not_exact),
        TEST(json_reads_one_kind_and_what_travels_beside_it),
        TEST(json_refuses_attachments_that_are_none),
        TEST(json_writes_what_travels_beside_a_message),
        TEST(json_survives_changed_bytes),
        TEST(json_refuses_two_of_a_oneof_and_none),
        TEST(json_refuses_keys_it_does_not_know),
        TEST(json_refuses_values_of_another_type),
        TEST(json_refuses_hex_that_is_not_lower_case_pairs),
        TEST(json_refuses_enum_names_it_does_not_know),
        TEST(json_checks_bounds_as_wire_does),
        TEST(json_tells_line_and_column_of_what_is_not_json),
        TEST(json_refuses_deep_nesting),
        TEST(json_survives_being_cut_anywhere),
        TEST(json_quotes_any_text),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
