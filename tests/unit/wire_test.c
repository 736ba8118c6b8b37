/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/wire.h"
#include "proto/case.pb-c.h"
#include "proto/envelope.pb-c.h"
#include "proto/journal.pb-c.h"
#include "tests/lib/sample_form.h"

/* A message as the acceptance office sends it: a form and a trace of five steps. */
struct sample {
    struct arena arena;
    struct refusal refusal;
    struct sample_form form;
    Yidi__Hop hops[17];
    Yidi__Hop *trace[17];
    Yidi__ApplicationSubmitted submitted;
    Yidi__Message message;
};

static int
sample_open(void **state)
{
    struct sample *sample = calloc(1, sizeof *sample);
    if (sample == NULL)
        return -1;
    arena_init(&sample->arena);
    for (int i = 0; i < 17; i++) {
        yidi__hop__init(&sample->hops[i]);
        sample->hops[i].office = "310115000000";
        sample->hops[i].step = YIDI__STEP__ACCEPTED;
        sample->hops[i].time_ms = 1800000000000 + (uint64_t)i;
        sample->trace[i] = &sample->hops[i];
    }
    yidi__application_submitted__init(&sample->submitted);
    sample->submitted.form = sample_form_init(&sample->form);
    sample->submitted.production_office = "310000000001";
    sample->submitted.accepted_ms = UINT64_MAX;
    sample->submitted.trace = sample->trace;
    sample->submitted.n_trace = 5;
    yidi__message__init(&sample->message);
    sample->message.case_number = "31011500000020261122000017";
    sample->message.body_case = YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED;
    sample->message.application_submitted = &sample->submitted;
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

/* Decode from an allocation of just that size, so that the sanitizer sees a byte too far. */
static enum result
decode_as(const ProtobufCMessageDescriptor *descriptor, struct sample *sample, struct bytes packed,
          ProtobufCMessage **ret_message)
{
    uint8_t *exact = malloc(packed.size + (packed.size == 0));
    assert_non_null(exact);
    if (packed.size > 0)
        memcpy(exact, packed.data, packed.size);
    memset(&sample->refusal, 0, sizeof sample->refusal);
    enum result result = wire_decode(descriptor, bytes_of(exact, packed.size), &sample->arena,
                                     ret_message, &sample->refusal);
    free(exact);
    return result;
}

static enum result
decode(struct sample *sample, struct bytes packed)
{
    ProtobufCMessage *message = NULL;
    return decode_as(&yidi__message__descriptor, sample, packed, &message);
}

/* Both ways to find out must say the same: checking what we built, decoding what a peer packed. */
static void
expect_refusal(struct sample *sample, const char *field, const char *rule)
{
    assert_int_equal(wire_check(&sample->message.base, &sample->refusal), ERR_REFUSED);
    assert_int_equal(sample->refusal.code, REFUSAL_FIELD_OUT_OF_BOUNDS);
    assert_string_equal(sample->refusal.field, field);
    assert_string_equal(sample->refusal.rule, rule);

    struct bytes packed = wire_encode(&sample->message.base, &sample->arena);
    assert_int_equal(decode(sample, packed), ERR_REFUSED);
    assert_int_equal(sample->refusal.code, REFUSAL_FIELD_OUT_OF_BOUNDS);
    assert_string_equal(sample->refusal.field, field);
    assert_string_equal(sample->refusal.rule, rule);
}

static void
expect_ok(struct sample *sample)
{
    assert_int_equal(wire_check(&sample->message.base, &sample->refusal), OK);
    assert_int_equal(decode(sample, wire_encode(&sample->message.base, &sample->arena)), OK);
}

static void
expect_malformed(struct sample *sample, struct bytes packed, const char *field, const char *rule)
{
    assert_int_equal(decode(sample, packed), ERR_REFUSED);
    assert_int_equal(sample->refusal.code, REFUSAL_MALFORMED);
    assert_string_equal(sample->refusal.field, field);
    assert_string_equal(sample->refusal.rule, rule);
}

static char *
repeat(struct sample *sample, char letter, size_t count)
{
    char *text = arena_take(&sample->arena, count + 1);
    assert_non_null(text);
    return memset(text, letter, count);
}

static struct bytes
join(struct sample *sample, struct bytes head, const char *tail, size_t tail_size)
{
    uint8_t *joined = arena_take(&sample->arena, head.size + tail_size);
    assert_non_null(joined);
    memcpy(joined, head.data, head.size);
    memcpy(joined + head.size, tail, tail_size);
    return bytes_of(joined, head.size + tail_size);
}

static void
wire_brings_back_what_was_packed(void **state)
{
    struct sample *sample = *state;
    ProtobufCMessage *back = NULL;
    struct bytes packed = wire_encode(&sample->message.base, &sample->arena);
    assert_int_equal(decode_as(&yidi__message__descriptor, sample, packed, &back), OK);

    const Yidi__Message *message = (const Yidi__Message *)back;
    assert_int_equal(message->body_case, YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED);
    assert_string_equal(message->application_submitted->form->person->name, "阿不都·热西提");
    assert_int_equal(message->application_submitted->n_trace, 5);
    assert_true(message->application_submitted->accepted_ms == UINT64_MAX);
    assert_true(bytes_equal(wire_encode(back, &sample->arena), packed));
}

static void
wire_holds_strings_to_their_bytes(void **state)
{
    struct sample *sample = *state;
    Yidi__Person *person = &sample->form.person;
    person->name = "";
    expect_refusal(sample, "application_submitted.form.person.name", "1..150 bytes of UTF-8");
    person->name = "x";
    expect_ok(sample);
    person->name = repeat(sample, 'x', 150);
    expect_ok(sample);
    person->name = repeat(sample, 'x', 151);
    expect_refusal(sample, "application_submitted.form.person.name", "1..150 bytes of UTF-8");
    person->name = "x";
    person->citizen_number = repeat(sample, '1', 17);
    expect_refusal(sample, "application_submitted.form.person.citizen_number", "18 bytes of UTF-8");
}

static void
wire_refuses_what_is_not_utf8(void **state)
{
    struct sample *sample = *state;
    static char *const bad[] = {
        "\x80",             /* continues nothing */
        "a\xc3",            /* ends within a character */
        "\xc3(",            /* goes on with a letter */
        "\xc0\xaf",         /* overlong */
        "\xe0\x80\xaf",     /* overlong */
        "\xf0\x80\x80\xaf", /* overlong */
        "\xed\xa0\x80",     /* surrogate */
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf8\x88\x80\x80", /* five bytes */
        "\xff",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sample->form.guardian.name = bad[i];
        expect_refusal(sample, "application_submitted.form.guardian.name", "valid UTF-8");
    }
    sample->form.guardian.name = "\xc2\xa0\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf";
    expect_ok(sample);
}

static void
wire_refuses_control_characters(void **state)
{
    struct sample *sample = *state;
    static char *const bad[] = { "a\nb", "\t", "\x1b[2J", "\x7f", "\xc2\x80", "\xc2\x9f", "\x01" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sample->form.guardian.name = bad[i];
        expect_refusal(sample, "application_submitted.form.guardian.name", "no control characters");
    }
}

static void
wire_lets_a_text_hold_newlines_and_no_more(void **state)
{
    struct sample *sample = *state;
    Yidi__PeerRow row = YIDI__PEER_ROW__INIT;
    row.head = "yidi/110105000000\n17\n";
    assert_int_equal(wire_check(&row.base, &sample->refusal), OK);
    row.head = "yidi\r\n";
    assert_int_equal(wire_check(&row.base, &sample->refusal), ERR_REFUSED);
    assert_string_equal(sample->refusal.field, "head");
    assert_string_equal(sample->refusal.rule, "no control characters");
}

static void
wire_refuses_a_nul_that_would_hide_the_rest(void **state)
{
    struct sample *sample = *state;
    struct bytes packed = wire_encode(&sample->message.base, &sample->arena);
    uint8_t *name = memmem((uint8_t *)packed.data, packed.size, "\xe7\x8e\x8b\xe8\x8a\xb3", 6);
    assert_non_null(name);
    name[3] = 0;
    assert_int_equal(decode(sample, packed), ERR_REFUSED);
    assert_int_equal(sample->refusal.code, REFUSAL_FIELD_OUT_OF_BOUNDS);
    assert_string_equal(sample->refusal.field, "application_submitted.form.guardian.name");
    assert_string_equal(sample->refusal.rule, "no control characters");
}

static void
wire_holds_bytes_to_their_size(void **state)
{
    struct sample *sample = *state;
    Yidi__Fingerprint *finger = &sample->form.fingerprints[1];
    finger->digest.len = 31;
    expect_refusal(sample, "application_submitted.form.fingerprints[1].digest", "32 bytes");
    finger->digest = (ProtobufCBinaryData){ 33, (uint8_t *)repeat(sample, 'x', 33) };
    expect_refusal(sample, "application_submitted.form.fingerprints[1].digest", "32 bytes");
    finger->digest.len = 32;
    expect_ok(sample);
    sample->form.form.photo_digest.len = 0;
    expect_ok(sample);
}

static void
wire_holds_integers_to_their_range(void **state)
{
    struct sample *sample = *state;
    static const struct {
        uint32_t birth_date;
        bool good;
    } cases[] = { { 0, false },       { 18000100, false }, { 18000101, true },
                  { 29991231, true }, { 29991232, false }, { UINT32_MAX, false } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sample->form.person.birth_date = cases[i].birth_date;
        if (cases[i].good)
            expect_ok(sample);
        else
            expect_refusal(sample, "application_submitted.form.person.birth_date",
                           "18000101..29991231");
    }
}

static void
wire_holds_wide_integers_to_their_range(void **state)
{
    struct sample *sample = *state;
    Yidi__Sent sent = YIDI__SENT__INIT;
    sent.to = "110105000000";
    sent.message = &sample->message;
    static const uint64_t bad[] = { 0, (uint64_t)INT64_MAX + 1, UINT64_MAX };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sent.sequence = bad[i];
        assert_int_equal(wire_check(&sent.base, &sample->refusal), ERR_REFUSED);
        assert_string_equal(sample->refusal.field, "sequence");
        assert_string_equal(sample->refusal.rule, "1..9223372036854775807");
    }
    sent.sequence = INT64_MAX;
    assert_int_equal(wire_check(&sent.base, &sample->refusal), OK);
}

static void
wire_refuses_enums_that_are_unknown_or_not_given(void **state)
{
    struct sample *sample = *state;
    Yidi__ApplicationForm *form = &sample->form.form;
    form->kind = YIDI__APPLICATION_KIND__APPLICATION_KIND_UNSPECIFIED;
    expect_refusal(sample, "application_submitted.form.kind", "must be given");
    form->kind = (Yidi__ApplicationKind)99;
    expect_refusal(sample, "application_submitted.form.kind", "a known value");
    form->kind = (Yidi__ApplicationKind)-1;
    expect_refusal(sample, "application_submitted.form.kind", "a known value");
    form->kind = YIDI__APPLICATION_KIND__FIRST;
    expect_ok(sample);
    sample->form.person.sex = YIDI__SEX__SEX_UNKNOWN;
    expect_ok(sample);
    sample->form.person.sex = (Yidi__Sex)3;
    expect_refusal(sample, "application_submitted.form.person.sex", "a known value");
}

static void
wire_counts_items(void **state)
{
    struct sample *sample = *state;
    sample->form.form.n_fingerprints = 3;
    expect_refusal(sample, "application_submitted.form.fingerprints", "0..2 items");
    sample->form.form.n_fingerprints = 0;
    expect_ok(sample);
    sample->submitted.n_trace = 17;
    expect_refusal(sample, "application_submitted.trace", "0..16 items");
    sample->submitted.n_trace = 16;
    expect_ok(sample);
}

static void
wire_counts_and_checks_items_that_travel_packed(void **state)
{
    struct sample *sample = *state;
    Yidi__RefusalReason reasons[9];
    for (int i = 0; i < 9; i++)
        reasons[i] = YIDI__REFUSAL_REASON__FIRST_APPLICATION;
    Yidi__ApplicationRefused refused = YIDI__APPLICATION_REFUSED__INIT;
    refused.text = refused.contact = "x";
    refused.reasons = reasons;
    sample->message.body_case = YIDI__MESSAGE__BODY_APPLICATION_REFUSED;
    sample->message.application_refused = &refused;
    expect_refusal(sample, "application_refused.reasons", "1..8 items");
    refused.n_reasons = 9;
    expect_refusal(sample, "application_refused.reasons", "1..8 items");
    refused.n_reasons = 8;
    expect_ok(sample);
    reasons[7] = YIDI__REFUSAL_REASON__REFUSAL_REASON_UNSPECIFIED;
    expect_refusal(sample, "application_refused.reasons[7]", "must be given");
    reasons[7] = (Yidi__RefusalReason)77;
    expect_refusal(sample, "application_refused.reasons[7]", "a known value");
}

static void
wire_names_the_place_of_an_item(void **state)
{
    struct sample *sample = *state;
    sample->hops[3].office = "31011500000";
    expect_refusal(sample, "application_submitted.trace[3].office", "12 bytes of UTF-8");

    ProtobufCBinaryData digests[] = { { 32, (uint8_t *)repeat(sample, 'x', 32) },
                                      { 31, (uint8_t *)repeat(sample, 'x', 31) } };
    Yidi__OutboxRow row = YIDI__OUTBOX_ROW__INIT;
    row.digests = digests;
    row.n_digests = 2;
    assert_int_equal(wire_check(&row.base, &sample->refusal), ERR_REFUSED);
    assert_string_equal(sample->refusal.field, "digests[1]");
    assert_string_equal(sample->refusal.rule, "32 bytes");
}

static void
wire_requires_messages_unless_they_are_optional(void **state)
{
    struct sample *sample = *state;
    sample->form.form.guardian = NULL;
    expect_ok(sample);
    sample->form.form.person = NULL;
    expect_refusal(sample, "application_submitted.form.person", "must be given");
    sample->submitted.form = NULL;
    expect_refusal(sample, "application_submitted.form", "must be given");
}

static void
wire_requires_one_of_a_oneof(void **state)
{
    struct sample *sample = *state;
    sample->message.body_case = YIDI__MESSAGE__BODY__NOT_SET;
    expect_refusal(sample, "body", "one of its kinds must be given");
}

static void
wire_survives_being_cut_anywhere(void **state)
{
    struct sample *sample = *state;
    struct bytes packed = wire_encode(&sample->message.base, &sample->arena);
    for (size_t size = 0; size < packed.size; size++) {
        assert_int_equal(decode(sample, bytes_of(packed.data, size)), ERR_REFUSED);
        assert_int_not_equal(sample->refusal.code, REFUSAL_NONE);
        assert_string_not_equal(sample->refusal.rule, "");
    }
}

static void
wire_survives_every_changed_byte(void **state)
{
    struct sample *sample = *state;
    static const uint8_t flips[] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff };
    struct bytes packed = wire_encode(&sample->message.base, &sample->arena);
    uint8_t *data = (uint8_t *)packed.data;
    struct sample other = { .form = sample->form };
    arena_init(&other.arena);
    for (size_t i = 0; i < packed.size * sizeof flips; i++) {
        uint8_t flip = flips[i % sizeof flips];
        data[i / sizeof flips] ^= flip;
        enum result result = decode(&other, packed);
        assert_true(result == OK || (result == ERR_REFUSED && other.refusal.code != 0));
        data[i / sizeof flips] ^= flip;
        arena_reset(&other.arena);
    }
    arena_fini(&other.arena);
}

static void
wire_keeps_unknown_fields(void **state)
{
    struct sample *sample = *state;
    ProtobufCMessage *back = NULL;
    struct bytes packed = wire_encode(&sample->message.base, &sample->arena);
    packed = join(sample, packed, "\xc0\x3e\x2a\xca\x3e\x03new", 9); /* 1000: 42, 1001: "new" */
    assert_int_equal(decode_as(&yidi__message__descriptor, sample, packed, &back), OK);
    assert_int_equal(back->n_unknown_fields, 2);
    assert_true(bytes_equal(wire_encode(back, &sample->arena), packed));
}

static void
wire_refuses_unknown_fields_without_end(void **state)
{
    struct sample *sample = *state;
    struct bytes packed = wire_encode(&sample->message.base, &sample->arena);
    for (int i = 0; i < 64; i++)
        packed = join(sample, packed, "\xc0\x3e\x2a", 3);
    assert_int_equal(decode(sample, packed), OK);
    packed = join(sample, packed, "\xc0\x3e\x2a", 3);
    expect_malformed(sample, packed, "", "at most 64 unknown fields of 4096 bytes together");
}

static void
wire_refuses_a_single_field_given_twice(void **state)
{
    struct sample *sample = *state;
    struct bytes packed = wire_encode(&sample->message.base, &sample->arena);
    struct bytes twice = join(sample, packed, (const char *)packed.data, packed.size);
    expect_malformed(sample, twice, "case_number", "given once");
}

static void
wire_refuses_bytes_that_are_no_fields(void **state)
{
    struct sample *sample = *state;
    struct bytes packed = wire_encode(&sample->message.base, &sample->arena);
    static const struct {
        const char *tail;
        size_t size;
    } bad[] = {
        { "\x00\x01", 2 },                                      /* field 0 */
        { "\x0b\x0c", 2 },                                      /* a group */
        { "\x0f", 1 },                                          /* no such wire type */
        { "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11 }, /* a number without end */
        { "\x82\x7d\xff\xff\xff\xff\x0f", 7 },                  /* longer than there is */
        { "\x81\x7d\x01\x02", 4 },                              /* eight bytes, cut */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_malformed(sample, join(sample, packed, bad[i].tail, bad[i].size), "",
                         "whole protobuf fields");
}

static void
wire_refuses_a_field_of_another_type(void **state)
{
    struct sample *sample = *state;
    expect_malformed(sample, bytes_of("\x08\x01", 2), "", "a message of type Message");
}

static void
wire_packs_an_empty_message_to_no_bytes(void **state)
{
    struct sample *sample = *state;
    Yidi__PeerRow row = YIDI__PEER_ROW__INIT;
    struct bytes packed = wire_encode(&row.base, &sample->arena);
    assert_non_null(packed.data);
    assert_int_equal(packed.size, 0);
    ProtobufCMessage *back = NULL;
    assert_int_equal(decode_as(&yidi__peer_row__descriptor, sample, packed, &back), OK);
    assert_non_null(back);
}

static void
wire_leaves_the_output_alone_when_it_refuses(void **state)
{
    struct sample *sample = *state;
    ProtobufCMessage *message = &sample->message.base;
    struct bytes nothing = { 0 };
    assert_int_equal(decode_as(&yidi__message__descriptor, sample, nothing, &message), ERR_REFUSED);
    assert_ptr_equal(message, &sample->message.base);
    assert_int_equal(
        wire_decode(&yidi__message__descriptor, nothing, &sample->arena, &message, NULL),
        ERR_REFUSED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sample_open, sample_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(wire_brings_back_what_was_packed),
        TEST(wire_holds_strings_to_their_bytes),
        TEST(wire_refuses_what_is_not_utf8),
        TEST(wire_refuses_control_characters),
        TEST(wire_lets_a_text_hold_newlines_and_no_more),
        TEST(wire_refuses_a_nul_that_would_hide_the_rest),
        TEST(wire_holds_bytes_to_their_size),
        TEST(wire_holds_integers_to_their_range),
        TEST(wire_holds_wide_integers_to_their_range),
        TEST(wire_refuses_enums_that_are_unknown_or_not_given),
        TEST(wire_counts_items),
        TEST(wire_counts_and_checks_items_that_travel_packed),
        TEST(wire_names_the_place_of_an_item),
        TEST(wire_requires_messages_unless_they_are_optional),
        TEST(wire_requires_one_of_a_oneof),
        TEST(wire_survives_being_cut_anywhere),
        TEST(wire_survives_every_changed_byte),
        TEST(wire_keeps_unknown_fields),
        TEST(wire_refuses_unknown_fields_without_end),
        TEST(wire_refuses_a_single_field_given_twice),
        TEST(wire_refuses_bytes_that_are_no_fields),
        TEST(wire_refuses_a_field_of_another_type),
        TEST(wire_packs_an_empty_message_to_no_bytes),
        TEST(wire_leaves_the_output_alone_when_it_refuses),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
