/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "common/domain/division.h"
#include "common/io/directory.h"
#include "common/io/file.h"
#include "common/io/wire.h"
#include "tests/lib/authority.h"

enum { OFFICE_COUNT = 6, MANY_OFFICES = 5000 };
static const uint64_t day_ms = 24 * 3600 * 1000;

static struct authority authority;
static struct signing_key *signer_key, *office_key;
static struct certificate *signer, *office_certificate;
static struct trust_root *root;
static struct arena arena;

/* The sample directory; tests change it and set_up makes it anew. */
static Yidi__Office offices[OFFICE_COUNT];
static Yidi__Office *office_list[OFFICE_COUNT];
static Yidi__Directory sample;

static uint64_t
now_ms(void)
{
    return (uint64_t)time(NULL) * 1000;
}

static ProtobufCBinaryData
key_bytes(uint32_t number)
{
    uint8_t *key = arena_take(&arena, DIRECTORY_KEY_BYTES);
    assert_non_null(key);
    bytes_put_u64(key + 8, (uint64_t)number * 0x9e3779b97f4a7c15);
    key[0] = 1;
    return (ProtobufCBinaryData){ .len = DIRECTORY_KEY_BYTES, .data = key };
}

/* areas: separated by spaces */
static void
describe(Yidi__Office *office, const char *code, Yidi__Role role, const char *areas)
{
    static ProtobufCBinaryData no_certificate = { .len = 1, .data = (uint8_t *)"?" };
    char *list = arena_copy_text(&arena, areas);
    char **area_list = arena_take(&arena, 8 * sizeof *area_list);

    yidi__office__init(office);
    office->code = arena_copy_text(&arena, code);
    office->name = "派出所";
    office->role = role;
    office->endpoint = "tcp://127.0.0.1:5600";
    office->transport_key = key_bytes((uint32_t)(office - offices) + 1);
    office->certificates = &no_certificate;
    office->n_certificates = 1;
    office->contact = "010-00000000";
    if (role == YIDI__ROLE__REGISTRY)
        office->issuing_authority = "北京市公安局朝阳分局";
    office->areas = area_list;
    for (char *rest, *area = strtok_r(list, " ", &rest); area != NULL;
         area = strtok_r(NULL, " ", &rest))
        area_list[office->n_areas++] = area;
}

static int
set_up(void **unused)
{
    (void)unused;
    arena_reset(&arena);
    describe(&offices[0], "110105000000", YIDI__ROLE__REGISTRY, "110105 110106");
    describe(&offices[1], "1101050000A1", YIDI__ROLE__ACCEPTANCE, "110105");
    describe(&offices[2], "310101000000", YIDI__ROLE__REGISTRY, "310101");
    describe(&offices[3], "310101000001", YIDI__ROLE__PRODUCTION, "31 1101 110105");
    describe(&offices[4], "310101000002", YIDI__ROLE__PRODUCTION, "31 310101 11");
    describe(&offices[5], "310101000003", YIDI__ROLE__PRODUCTION, "310101 310104");
    yidi__directory__init(&sample);
    sample.format = 1;
    sample.version = 7;
    sample.issued_ms = 1000;
    sample.expires_ms = 2000;
    sample.n_offices = OFFICE_COUNT;
    sample.offices = office_list;
    for (size_t i = 0; i < OFFICE_COUNT; i++)
        office_list[i] = &offices[i];
    return 0;
}

static int
set_up_authority(void **unused)
{
    (void)unused;
    arena_init(&arena);
    authority_open(&authority);
    authority_issue(&authority, "authority 1", DIRECTORY_AUTHORITY_UNIT, &signer_key, &signer);
    authority_issue(&authority, "110105000000", "registry", &office_key, &office_certificate);
    root = authority_trust(&authority, false);
    return 0;
}

static int
tear_down_authority(void **unused)
{
    (void)unused;
    trust_root_destroy(root);
    signing_key_destroy(signer_key);
    signing_key_destroy(office_key);
    certificate_destroy(signer);
    certificate_destroy(office_certificate);
    authority_close(&authority);
    arena_fini(&arena);
    return 0;
}

static struct bytes
sign_sample(const struct signing_key *key, const struct certificate *certificate)
{
    struct bytes packed;
    assert_int_equal(
        directory_sign(wire_encode(&sample.base, &arena), key, certificate, &arena, &packed), OK);
    return packed;
}

static struct directory *
open_sample(void)
{
    struct directory *directory = NULL;
    struct refusal refusal = { 0 };
    if (directory_decode(sign_sample(signer_key, signer), root, now_ms(), &directory, &refusal) !=
        OK)
        fail_msg("%s %s: %s", refusal_name(refusal.code), refusal.field, refusal.rule);
    return directory;
}

static void
assert_bytes_refused(struct bytes packed, enum refusal_code code, const char *field)
{
    struct directory *directory = NULL;
    struct refusal refusal = { 0 };
    assert_int_equal(directory_decode(packed, root, now_ms(), &directory, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, code);
    assert_string_equal(refusal.field, field);
    assert_true(refusal.rule[0] != '\0');
    assert_null(directory);
}

static void
assert_sample_refused(const char *field)
{
    assert_bytes_refused(sign_sample(signer_key, signer), REFUSAL_DIRECTORY_INVALID, field);
}

/* --- the whole --- */

static void
directory_says_what_was_signed(void **unused)
{
    (void)unused;
    AUTO(directory) struct directory *directory = NULL;
    struct bytes packed = sign_sample(signer_key, signer);
    struct digest digest, expected;

    assert_int_equal(directory_decode(packed, root, now_ms(), &directory, NULL), OK);
    assert_int_equal(directory_version(directory), 7);
    assert_int_equal(directory_issued_ms(directory), 1000);
    assert_int_equal(directory_expires_ms(directory), 2000);
    assert_string_equal(directory_signer(directory), "authority 1");
    assert_true(bytes_equal(directory_signed_bytes(directory), packed));
    directory_digest(directory, &digest);
    signature_digest_one(packed, &expected);
    assert_true(digest_equal(&digest, &expected));
    assert_int_equal(directory_office_count(directory), OFFICE_COUNT);
    for (size_t i = 0; i < OFFICE_COUNT; i++)
        assert_string_equal(directory_office_at(directory, i)->code, offices[i].code);
}

static void
directory_load_reads_a_file(void **unused)
{
    (void)unused;
    AUTO(directory) struct directory *directory = NULL;
    struct directory *none = NULL;
    struct refusal refusal = { 0 };
    char path[AUTHORITY_PATH_BYTES];

    authority_path(&authority, "directory", path);
    assert_int_equal(file_write(path, sign_sample(signer_key, signer), 0644, FILE_REPLACE, NULL),
                     OK);
    assert_int_equal(directory_load(path, root, now_ms(), &directory, NULL), OK);
    authority_path(&authority, "missing", path);
    assert_int_equal(directory_load(path, root, now_ms(), &none, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_FILE_UNREADABLE);
}

static void
directory_decode_refuses_every_flipped_bit(void **unused)
{
    (void)unused;
    struct bytes packed = sign_sample(signer_key, signer);
    uint8_t *copy = arena_take(&arena, packed.size);
    memcpy(copy, packed.data, packed.size);

    for (size_t bit = 0; bit < 8 * packed.size; bit++) {
        struct directory *directory = NULL;
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (directory_decode(bytes_of(copy, packed.size), root, now_ms(), &directory, NULL) == OK)
            fail_msg("bit %zu of byte %zu", bit % 8, bit / 8);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void
directory_decode_refuses_every_cut(void **unused)
{
    (void)unused;
    struct bytes packed = sign_sample(signer_key, signer);
    for (size_t size = 0; size < packed.size; size++) {
        struct directory *directory = NULL;
        assert_int_equal(
            directory_decode(bytes_of(packed.data, size), root, now_ms(), &directory, NULL),
            ERR_REFUSED);
    }
}

static void
directory_decode_refuses_a_signature_by_another_key(void **unused)
{
    (void)unused;
    struct bytes packed = wire_encode(&sample.base, &arena), result;
    uint8_t signature[SIGNATURE_BYTES_MAX];
    Yidi__SignedDirectory outer = YIDI__SIGNED_DIRECTORY__INIT;

    assert_int_equal(directory_sign(packed, office_key, signer, &arena, &result), ERR_FORGED);
    outer.directory = (ProtobufCBinaryData){ packed.size, (uint8_t *)(uintptr_t)packed.data };
    struct bytes der = certificate_der(signer);
    outer.certificate = (ProtobufCBinaryData){ der.size, (uint8_t *)(uintptr_t)der.data };
    outer.signature.data = signature;
    assert_int_equal(signing_key_sign(office_key, packed, signature, &outer.signature.len), OK);
    assert_bytes_refused(wire_encode(&outer.base, &arena), REFUSAL_DIRECTORY_INVALID, "signature");
    /* the right key, without the words that stand before the directory */
    assert_int_equal(signing_key_sign(signer_key, packed, signature, &outer.signature.len), OK);
    assert_bytes_refused(wire_encode(&outer.base, &arena), REFUSAL_DIRECTORY_INVALID, "signature");
}

static void
directory_decode_refuses_a_signer_that_is_not_the_authority(void **unused)
{
    (void)unused;
    struct authority foreign;
    AUTO(signing_key) struct signing_key *foreign_key = NULL;
    AUTO(certificate) struct certificate *foreign_signer = NULL;
    authority_open(&foreign);
    authority_issue(&foreign, "authority 1", DIRECTORY_AUTHORITY_UNIT, &foreign_key,
                    &foreign_signer);

    assert_bytes_refused(sign_sample(office_key, office_certificate), REFUSAL_CERTIFICATE_INVALID,
                         "certificate");
    assert_bytes_refused(sign_sample(foreign_key, foreign_signer), REFUSAL_CERTIFICATE_INVALID,
                         "certificate");
    assert_bytes_refused(sign_sample(authority.key, authority.root), REFUSAL_CERTIFICATE_INVALID,
                         "certificate");
    authority_close(&foreign);
}

static void
directory_decode_refuses_an_authority_out_of_date_or_revoked(void **unused)
{
    (void)unused;
    AUTO(signing_key) struct signing_key *key = NULL;
    AUTO(certificate) struct certificate *revoked = NULL;
    struct directory *directory = NULL;
    struct refusal refusal = { 0 };

    authority_issue(&authority, "authority 2", DIRECTORY_AUTHORITY_UNIT, &key, &revoked);
    authority_revoke(&authority, (const struct certificate *[]){ revoked }, 1);
    AUTO(trust_root) struct trust_root *with_crl = authority_trust(&authority, true);
    assert_int_equal(
        directory_decode(sign_sample(key, revoked), with_crl, now_ms(), &directory, &refusal),
        ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_CERTIFICATE_INVALID);
    assert_int_equal(directory_decode(sign_sample(signer_key, signer), root,
                                      now_ms() + (AUTHORITY_DAYS + 1) * day_ms, &directory,
                                      &refusal),
                     ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_CERTIFICATE_INVALID);
}

/* --- the rules --- */

static void
directory_decode_refuses_what_breaks_a_bound(void **unused)
{
    (void)unused;
    sample.format = 2;
    assert_sample_refused("format");
    set_up(NULL);
    offices[1].transport_key.len = 31;
    assert_sample_refused("offices[1].transport_key");
    set_up(NULL);
    offices[1].role = 0;
    assert_sample_refused("offices[1].role");
    set_up(NULL);
    sample.n_offices = 0;
    assert_sample_refused("offices");
}

static void
directory_decode_refuses_an_end_before_the_beginning(void **unused)
{
    (void)unused;
    sample.expires_ms = sample.issued_ms;
    assert_sample_refused("expires_ms");
}

static void
directory_decode_refuses_unsorted_and_repeated_codes(void **unused)
{
    (void)unused;
    office_list[0] = &offices[1];
    office_list[1] = &offices[0];
    assert_sample_refused("offices[1].code");
    set_up(NULL);
    offices[5].code = offices[4].code;
    assert_sample_refused("offices[5].code");
}

static void
directory_decode_refuses_a_code_that_is_none(void **unused)
{
    (void)unused;
    offices[1].code = "1101050000a1";
    assert_sample_refused("offices[1].code");
    offices[1].code = "990000000000";
    assert_sample_refused("offices[1].code");
}

static void
directory_decode_refuses_a_transport_key_twice(void **unused)
{
    (void)unused;
    offices[5].transport_key = offices[0].transport_key;
    assert_sample_refused("offices");
    offices[5].revoked = true; /* its key is still known to others */
    assert_sample_refused("offices");
}

/* office, its areas, the field that is refused; NULL: taken */
static const struct {
    size_t office;
    const char *areas;
    const char *field;
} area_cases[] = {
    { 0, "", "offices[0].areas" },
    { 0, "11", "offices[0].areas[0]" },
    { 0, "1101", "offices[0].areas[0]" },
    { 0, "110105 11010", "offices[0].areas[1]" },
    { 0, "11010A", "offices[0].areas[0]" },
    { 0, "110100", "offices[0].areas[0]" }, /* a prefecture */
    { 0, "110103", "offices[0].areas[0]" }, /* abolished in 2010 */
    { 0, "110105 110105", "offices" },
    { 0, "110105 310101", "offices" }, /* another registry's */
    { 0, "441900", NULL },             /* a city without counties */
    { 1, "", "offices[1].areas" },
    { 1, "110105 110106", "offices[1].areas" },
    { 1, "1101", "offices[1].areas[0]" },
    { 1, "110103", "offices[1].areas[0]" },
    { 3, "", "offices[3].areas" },
    { 3, "110", "offices[3].areas[0]" },
    { 3, "11010", "offices[3].areas[0]" },
    { 3, "31 99", "offices[3].areas[1]" },
    { 3, "310199", "offices[3].areas[0]" },
    { 3, "11 31 3101 110105", NULL },
};

static void
directory_decode_refuses_areas_that_the_role_cannot_have(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof area_cases / sizeof *area_cases; i++) {
        set_up(NULL);
        Yidi__Office *office = &offices[area_cases[i].office];
        describe(office, office->code, office->role, area_cases[i].areas);
        if (area_cases[i].field == NULL)
            directory_destroy(open_sample());
        else
            assert_sample_refused(area_cases[i].field);
    }
}

static void
directory_decode_lets_a_revoked_office_keep_its_past(void **unused)
{
    (void)unused;
    describe(&offices[0], "110105000000", YIDI__ROLE__REGISTRY, "110103 310101");
    offices[0].revoked = true;
    AUTO(directory) struct directory *directory = open_sample();
    assert_non_null(directory_find(directory, "110105000000"));
    assert_string_equal(directory_find_registry(directory, "310101")->code, "310101000000");
}

static void
directory_decode_wants_an_issuing_authority_of_registries_alone(void **unused)
{
    (void)unused;
    offices[0].issuing_authority = "";
    assert_sample_refused("offices[0].issuing_authority");
    set_up(NULL);
    offices[3].issuing_authority = "x";
    assert_sample_refused("offices[3].issuing_authority");
}

/* --- finding --- */

static const char *
code_or_none(const Yidi__Office *office)
{
    return office == NULL ? "none" : office->code;
}

static void
directory_finds_by_code_and_by_key(void **unused)
{
    (void)unused;
    AUTO(directory) struct directory *directory = open_sample();
    uint8_t unknown[DIRECTORY_KEY_BYTES] = { 9 };

    for (size_t i = 0; i < OFFICE_COUNT; i++) {
        assert_string_equal(code_or_none(directory_find(directory, offices[i].code)),
                            offices[i].code);
        assert_string_equal(
            code_or_none(directory_find_key(directory, offices[i].transport_key.data)),
            offices[i].code);
    }
    assert_null(directory_find(directory, "110105000009"));
    assert_null(directory_find(directory, ""));
    assert_null(directory_find_key(directory, unknown));
}

static void
directory_finds_the_registry_of_a_county(void **unused)
{
    (void)unused;
    offices[2].revoked = true;
    AUTO(directory) struct directory *directory = open_sample();

    assert_string_equal(code_or_none(directory_find_registry(directory, "110105")), "110105000000");
    assert_string_equal(code_or_none(directory_find_registry(directory, "110106")), "110105000000");
    assert_null(directory_find_registry(directory, "310101")); /* revoked */
    assert_null(directory_find_registry(directory, "110107"));
    assert_null(directory_find_registry(directory, "11"));
    assert_null(directory_find_registry(directory, ""));
}

static void
directory_finds_production_by_the_longest_prefix_then_the_lowest_code(void **unused)
{
    (void)unused;
    static const struct {
        const char *division;
        const char *office;
        const char *when_4_is_revoked;
    } cases[] = {
        { "110105", "310101000001", "310101000001" }, /* all six digits before four before two */
        { "110106", "310101000001", "310101000001" }, /* 1101 before 11 */
        { "110229", "310101000002", "none" },         /* 11 */
        { "310101", "310101000002", "310101000003" }, /* two claim it */
        { "310104", "310101000003", "310101000003" }, /* before 31 */
        { "310105", "310101000001", "310101000001" }, /* two claim 31 */
        { "440305", "none", "none" },
        { "3101", "none", "none" },
        { "", "none", "none" },
    };
    for (int revoked = 0; revoked < 2; revoked++) {
        offices[4].revoked = revoked;
        AUTO(directory) struct directory *directory = open_sample();
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            assert_string_equal(
                code_or_none(directory_find_production(directory, cases[i].division)),
                revoked ? cases[i].when_4_is_revoked : cases[i].office);
    }
}

static void
directory_office_covers_its_areas_and_their_counties(void **unused)
{
    (void)unused;
    assert_true(directory_office_covers(&offices[0], "110106"));
    assert_false(directory_office_covers(&offices[0], "110107"));
    assert_true(directory_office_covers(&offices[3], "310115"));
    assert_true(directory_office_covers(&offices[3], "110107"));
    assert_false(directory_office_covers(&offices[3], "120101"));
}

/* Thousands of offices, a county each for the first ones, the rest at the window. */
static void
directory_holds_thousands_of_offices(void **unused)
{
    (void)unused;
    size_t division_count;
    const struct division *divisions = division_table(&division_count);
    Yidi__Office *many = arena_take(&arena, MANY_OFFICES * sizeof *many);
    Yidi__Office **list = arena_take(&arena, MANY_OFFICES * sizeof *list);

    for (size_t i = 0; i < MANY_OFFICES; i++) {
        const char *county = divisions[i / 2 % division_count].code;
        char code[OFFICE_CODE_CHARS + 1];
        snprintf(code, sizeof code, "%s%06zu", county, i % 2);
        describe(&many[i], code, i % 2 == 0 ? YIDI__ROLE__REGISTRY : YIDI__ROLE__ACCEPTANCE,
                 county);
        many[i].transport_key = key_bytes((uint32_t)i + 1);
        list[i] = &many[i];
    }
    sample.offices = list;
    sample.n_offices = MANY_OFFICES;
    AUTO(directory) struct directory *directory = open_sample();
    for (size_t i = 0; i < MANY_OFFICES; i++) {
        const Yidi__Office *office = directory_office_at(directory, i);
        assert_ptr_equal(directory_find(directory, many[i].code), office);
        assert_ptr_equal(directory_find_key(directory, many[i].transport_key.data), office);
        assert_ptr_equal(directory_find_registry(directory, many[i].areas[0]),
                         directory_office_at(directory, i - i % 2));
    }
}

/* --- certificates --- */

/* Let office 0 have that certificate, and ask the directory for it. */
static enum result
ask_certificate(const struct certificate *certificate, const struct trust_root *trust,
                uint64_t at_ms, struct refusal *ret_refusal)
{
    struct bytes der = certificate_der(certificate);
    ProtobufCBinaryData data = { der.size, (uint8_t *)(uintptr_t)der.data };
    const struct certificate *found = NULL;
    AUTO(directory) struct directory *directory = NULL;

    offices[0].certificates = &data;
    assert_int_equal(
        directory_decode(sign_sample(signer_key, signer), trust, now_ms(), &directory, NULL), OK);
    enum result result = directory_certificate(directory, directory_find(directory, "110105000000"),
                                               0, at_ms, &found, ret_refusal);
    if (result == OK)
        assert_true(bytes_equal(certificate_der(found), der));
    return result;
}

static void
assert_certificate_refused(const char *name, const char *unit, const char *rule)
{
    AUTO(signing_key) struct signing_key *key = NULL;
    AUTO(certificate) struct certificate *certificate = NULL;
    struct refusal refusal = { 0 };

    authority_issue(&authority, name, unit, &key, &certificate);
    assert_int_equal(ask_certificate(certificate, root, now_ms(), &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_CERTIFICATE_INVALID);
    assert_string_equal(refusal.field, "offices[0].certificates[0]");
    assert_string_equal(refusal.rule, rule);
}

static void
directory_certificate_carries_the_offices_code_and_role(void **unused)
{
    (void)unused;
    assert_int_equal(ask_certificate(office_certificate, root, now_ms(), NULL), OK);
    assert_certificate_refused("110105000001", "registry",
                               "110105000000: the certificate is another office's");
    assert_certificate_refused("110105000000", "production",
                               "110105000000: the certificate is for another role");
    assert_certificate_refused("110105000000", DIRECTORY_AUTHORITY_UNIT,
                               "110105000000: the certificate is for another role");
}

static void
directory_certificate_refuses_a_foreign_or_broken_one(void **unused)
{
    (void)unused;
    struct authority foreign;
    AUTO(signing_key) struct signing_key *key = NULL;
    AUTO(certificate) struct certificate *certificate = NULL;
    const struct certificate *found;
    authority_open(&foreign);
    authority_issue(&foreign, "110105000000", "registry", &key, &certificate);
    assert_int_equal(ask_certificate(certificate, root, now_ms(), NULL), ERR_REFUSED);
    authority_close(&foreign);

    set_up(NULL);
    AUTO(directory) struct directory *directory = open_sample();
    const Yidi__Office *office = directory_office_at(directory, 1);
    assert_int_equal(directory_certificate(directory, office, 0, now_ms(), &found, NULL),
                     ERR_REFUSED);
    assert_int_equal(directory_certificate(directory, office, 1, now_ms(), &found, NULL),
                     ERR_ABSENT);
}

static void
directory_certificate_refuses_one_that_the_crl_lists(void **unused)
{
    (void)unused;
    AUTO(signing_key) struct signing_key *key = NULL;
    AUTO(certificate) struct certificate *certificate = NULL;
    struct refusal refusal = { 0 };

    authority_issue(&authority, "110105000000", "registry", &key, &certificate);
    authority_revoke(&authority, (const struct certificate *[]){ certificate }, 1);
    AUTO(trust_root) struct trust_root *with_crl = authority_trust(&authority, true);
    assert_int_equal(ask_certificate(certificate, with_crl, now_ms(), &refusal), ERR_REFUSED);
    assert_string_equal(refusal.rule, "110105000000: the certificate is revoked");
    assert_int_equal(ask_certificate(office_certificate, with_crl, now_ms(), NULL), OK);
}

/* Once remembered, a certificate still has its dates. */
static void
directory_certificate_is_judged_at_the_time_of_the_signature(void **unused)
{
    (void)unused;
    struct bytes der = certificate_der(office_certificate);
    ProtobufCBinaryData data = { der.size, (uint8_t *)(uintptr_t)der.data };
    offices[0].certificates = &data;
    uint64_t begins = certificate_begins_ms(office_certificate);
    uint64_t ends = certificate_ends_ms(office_certificate);
    const struct {
        uint64_t at_ms;
        enum result result;
    } cases[] = {
        { ends + day_ms, ERR_REFUSED },
        { begins - day_ms, ERR_REFUSED },
        { begins, OK },
        { ends - 1000, OK },
        { ends + 1000, ERR_REFUSED },
        { now_ms(), OK },
        { begins - 1000, ERR_REFUSED },
        { 0, ERR_REFUSED },
        { ends - day_ms, OK },
        { UINT64_MAX, ERR_REFUSED },
    };
    AUTO(directory) struct directory *directory = open_sample();
    const Yidi__Office *office = directory_office_at(directory, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct certificate *found = NULL;
        assert_int_equal(directory_certificate(directory, office, 0, cases[i].at_ms, &found, NULL),
                         cases[i].result);
        assert_true((found != NULL) == (cases[i].result == OK));
    }
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
    const struct CMUnitTest tests[] = {
        TEST(directory_says_what_was_signed),
        TEST(directory_load_reads_a_file),
        TEST(directory_decode_refuses_every_flipped_bit),
        TEST(directory_decode_refuses_every_cut),
        TEST(directory_decode_refuses_a_signature_by_another_key),
        TEST(directory_decode_refuses_a_signer_that_is_not_the_authority),
        TEST(directory_decode_refuses_an_authority_out_of_date_or_revoked),
        TEST(directory_decode_refuses_what_breaks_a_bound),
        TEST(directory_decode_refuses_an_end_before_the_beginning),
        TEST(directory_decode_refuses_unsorted_and_repeated_codes),
        TEST(directory_decode_refuses_a_code_that_is_none),
        TEST(directory_decode_refuses_a_transport_key_twice),
        TEST(directory_decode_refuses_areas_that_the_role_cannot_have),
        TEST(directory_decode_lets_a_revoked_office_keep_its_past),
        TEST(directory_decode_wants_an_issuing_authority_of_registries_alone),
        TEST(directory_finds_by_code_and_by_key),
        TEST(directory_finds_the_registry_of_a_county),
        TEST(directory_finds_production_by_the_longest_prefix_then_the_lowest_code),
        TEST(directory_office_covers_its_areas_and_their_counties),
        TEST(directory_holds_thousands_of_offices),
        TEST(directory_certificate_carries_the_offices_code_and_role),
        TEST(directory_certificate_refuses_a_foreign_or_broken_one),
        TEST(directory_certificate_refuses_one_that_the_crl_lists),
        TEST(directory_certificate_is_judged_at_the_time_of_the_signature),
    };
#undef TEST
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up_authority, tear_down_authority);
}
