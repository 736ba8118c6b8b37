/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/io/directory.h"
#include "common/io/wire.h"
#include "tests/lib/authority.h"
#include "tests/lib/policy_maker.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct made_rule good[] = {
    { .key = "fee.renewal", .value = 2500 },
    { .key = "fee.renewal", .value = 1500, .province = "54", .from = 20260101, .until = 20261231 },
    { .key = "fee.of-a-newer-program", .value = 1 },
};

struct fixture {
    struct authority authority;
    struct trust_root *root;
    struct signing_key *key, *other_key;
    struct certificate *certificate, *other_certificate;
    struct arena arena;
    uint64_t now_ms;
};

static int
open_fixture(void **state)
{
    static struct fixture fixture;
    struct fixture *f = &fixture;
    *f = (struct fixture){ .now_ms = (uint64_t)time(NULL) * 1000 };
    authority_open(&f->authority);
    authority_issue(&f->authority, "policy authority", DIRECTORY_AUTHORITY_UNIT, &f->key,
                    &f->certificate);
    authority_issue(&f->authority, "310115000001", "acceptance", &f->other_key,
                    &f->other_certificate);
    f->root = authority_trust(&f->authority, false);
    arena_init(&f->arena);
    *state = f;
    return 0;
}

static int
close_fixture(void **state)
{
    struct fixture *f = *state;
    trust_root_destroy(f->root);
    signing_key_destroy(f->key);
    signing_key_destroy(f->other_key);
    certificate_destroy(f->certificate);
    certificate_destroy(f->other_certificate);
    arena_fini(&f->arena);
    authority_close(&f->authority);
    return 0;
}

static struct bytes
sign(struct fixture *f, const struct made_rule *rules, size_t count)
{
    return policy_maker_sign(7, rules, count, f->key, f->certificate, &f->arena);
}

static void
expect_refused(struct fixture *f, struct bytes bytes, enum refusal_code code, const char *field)
{
    struct policy_file *file = NULL;
    struct refusal refusal = { 0 };
    assert_int_equal(policy_file_decode(bytes, f->root, f->now_ms, &file, &refusal), ERR_REFUSED);
    assert_string_equal(refusal_name(refusal.code), refusal_name(code));
    assert_string_equal(refusal.field, field);
    assert_null(file);
}

static void
policy_file_hands_out_what_was_signed(void **state)
{
    struct fixture *f = *state;
    AUTO(policy_file) struct policy_file *file = NULL;
    struct refusal refusal = { 0 };
    struct bytes bytes = sign(f, good, COUNT(good));
    assert_int_equal(policy_file_decode(bytes, f->root, f->now_ms, &file, &refusal), OK);
    const struct policy *policy = policy_file_policy(file);
    assert_int_equal(policy->version, 7);
    assert_int_equal(policy->rule_count, 3);
    assert_int_equal(policy_value(policy, POLICY_FEE_RENEWAL, 20261231, "54"), 1500);
    assert_int_equal(policy_value(policy, POLICY_FEE_RENEWAL, 20270101, "54"), 2500);
    assert_int_equal(policy->rules[2].key, POLICY_KEY_UNKNOWN);
    assert_string_equal(policy_file_signer(file), "policy authority");
    assert_true(bytes_equal(policy_file_signed_bytes(file), bytes));
}

static void
policy_file_refuses_faults_by_their_place(void **state)
{
    struct fixture *f = *state;
    static const struct made_rule conflict[] = {
        { .key = "fee.renewal", .value = 2500 },
        { .key = "fee.renewal", .value = 2600, .from = 20300101 },
    };
    static const struct made_rule gap[] = {
        { .key = "fee.renewal", .value = 2500, .until = 20231231 },
        { .key = "fee.renewal", .value = 2600, .from = 20240102 },
    };
    static const struct made_rule value[] = { { .key = "fee.renewal", .value = 100001 } };
    static const struct made_rule province[] = {
        { .key = "fee.renewal", .value = 2500 },
        { .key = "fee.renewal", .value = 1, .province = "00" },
    };
    expect_refused(f, sign(f, conflict, 2), REFUSAL_POLICY_INVALID, "rules[1].from");
    expect_refused(f, sign(f, gap, 2), REFUSAL_POLICY_INVALID, "rules");
    expect_refused(f, sign(f, value, 1), REFUSAL_POLICY_INVALID, "rules[0].value");
    expect_refused(f, sign(f, province, 2), REFUSAL_POLICY_INVALID, "rules[1].province");
}

static void
policy_file_refuses_what_the_authority_did_not_sign(void **state)
{
    struct fixture *f = *state;
    struct bytes bytes =
        policy_maker_sign(7, good, COUNT(good), f->other_key, f->other_certificate, &f->arena);
    expect_refused(f, bytes, REFUSAL_CERTIFICATE_INVALID, "certificate");

    /* One digit of a fee: 2500 is 0xC4 0x13 as a varint. */
    bytes = arena_copy(&f->arena, sign(f, good, COUNT(good)));
    static const uint8_t fee[] = { 0x10, 0xC4, 0x13 };
    uint8_t *found = memmem(bytes.data, bytes.size, fee, sizeof fee);
    assert_non_null(found);
    found[2]++;
    expect_refused(f, bytes, REFUSAL_POLICY_INVALID, "signature");

    expect_refused(f, bytes_of(NULL, 0), REFUSAL_POLICY_INVALID, "");
    expect_refused(f, bytes_of("{\"rules\":[]}", 12), REFUSAL_POLICY_INVALID, "");
}

/* The authority signs directories, too: neither passes for the other. */
static void
policy_file_is_no_directory(void **state)
{
    struct fixture *f = *state;
    ProtobufCMessage *outer;
    struct refusal refusal;
    struct bytes directory_bytes;
    assert_int_equal(wire_decode(&yidi__signed_policy__descriptor, sign(f, good, COUNT(good)),
                                 &f->arena, &outer, &refusal),
                     OK);
    ProtobufCBinaryData body = ((Yidi__SignedPolicy *)outer)->policy;
    assert_int_equal(directory_sign(bytes_of(body.data, body.len), f->key, f->certificate,
                                    &f->arena, &directory_bytes),
                     OK);
    expect_refused(f, directory_bytes, REFUSAL_POLICY_INVALID, "signature");
}

static void
policy_file_needs_a_certificate_in_date(void **state)
{
    struct fixture *f = *state;
    struct policy_file *file = NULL;
    struct refusal refusal = { 0 };
    struct bytes bytes = sign(f, good, COUNT(good));
    uint64_t late_ms = f->now_ms + (AUTHORITY_DAYS + 1) * UINT64_C(86400000);
    assert_int_equal(policy_file_decode(bytes, f->root, late_ms, &file, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_CERTIFICATE_INVALID);
    assert_int_equal(policy_file_decode(bytes, NULL, late_ms, &file, &refusal), OK); /* adopted */
    policy_file_destroy(file);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policy_file_hands_out_what_was_signed),
        cmocka_unit_test(policy_file_refuses_faults_by_their_place),
        cmocka_unit_test(policy_file_refuses_what_the_authority_did_not_sign),
        cmocka_unit_test(policy_file_is_no_directory),
        cmocka_unit_test(policy_file_needs_a_certificate_in_date),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
