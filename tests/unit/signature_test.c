/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "tests/lib/authority.h"

static const uint64_t day_ms = 24 * 3600 * 1000;

static struct authority authority;
static struct signing_key *key;
static struct certificate *certificate;

static int
set_up(void **unused)
{
    (void)unused;
    authority_open(&authority);
    authority_issue(&authority, "110105000000", "registry", &key, &certificate);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    signing_key_destroy(key);
    certificate_destroy(certificate);
    authority_close(&authority);
    return 0;
}

static uint64_t
now_ms(void)
{
    return (uint64_t)time(NULL) * 1000;
}

static const char *
path_of(const char *file)
{
    static char path[AUTHORITY_PATH_BYTES];
    authority_path(&authority, file, path);
    return path;
}

static void
put_file(const char *file, const char *text, mode_t permissions)
{
    assert_int_equal(
        file_write(path_of(file), bytes_of_text(text), permissions, FILE_REPLACE, NULL), OK);
}

/* --- digests --- */

static void
assert_digest_is(struct digest digest, const char *hex)
{
    char text[2 * DIGEST_BYTES + 1];
    for (size_t i = 0; i < DIGEST_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", digest.bytes[i]);
    assert_string_equal(text, hex);
}

static void
signature_digest_follows_the_vectors_of_fips_180(void **unused)
{
    (void)unused;
    struct digest digest;

    signature_digest(NULL, 0, &digest);
    assert_digest_is(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    signature_digest_one(bytes_of_text("abc"), &digest);
    assert_digest_is(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const struct bytes parts[] = {
        bytes_of_text("abcdbcdecdefdefgefghfghighij"),
        bytes_of(NULL, 0),
        bytes_of_text("hijkijkljklmklmnlmnomnopnopq"),
    };
    signature_digest(parts, 3, &digest);
    assert_digest_is(digest, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void *
digest_abc(void *ret_digest)
{
    for (int i = 0; i < 1000; i++)
        signature_digest_one(bytes_of_text("abc"), ret_digest);
    return NULL;
}

static void
signature_digest_works_in_every_thread(void **unused)
{
    (void)unused;
    pthread_t threads[2];
    struct digest digests[2];

    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, digest_abc, &digests[i]), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_digest_is(digests[i],
                         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

static void
signature_random_gives_no_bytes_twice(void **unused)
{
    (void)unused;
    uint8_t a[64] = { 0 }, b[64] = { 0 };
    signature_random(a, sizeof a);
    signature_random(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

/* --- keys --- */

static void
signature_verifies_with_its_certificate_only(void **unused)
{
    (void)unused;
    struct bytes message = bytes_of_text("yidi");
    uint8_t signature[SIGNATURE_BYTES_MAX];
    size_t size;
    AUTO(signing_key) struct signing_key *other_key = NULL;
    AUTO(certificate) struct certificate *other = NULL;
    authority_issue(&authority, "110105000000", "registry", &other_key, &other);

    assert_int_equal(signing_key_sign(key, message, signature, &size), OK);
    assert_int_equal(certificate_verify(certificate, message, bytes_of(signature, size)), OK);
    assert_int_equal(certificate_verify(other, message, bytes_of(signature, size)), ERR_FORGED);
    assert_true(signing_key_matches(key, certificate));
    assert_false(signing_key_matches(key, other));
    assert_false(signing_key_matches(other_key, certificate));
}

static void
signature_does_not_survive_a_flipped_bit_or_another_length(void **unused)
{
    (void)unused;
    uint8_t message[40] = "the bytes that are signed";
    uint8_t signature[SIGNATURE_BYTES_MAX + 1] = { 0 };
    size_t size;
    assert_int_equal(signing_key_sign(key, bytes_of(message, sizeof message), signature, &size),
                     OK);

#define VERIFY(length)                                                                             \
    certificate_verify(certificate, bytes_of(message, sizeof message), bytes_of(signature, length))
    for (size_t bit = 0; bit < 8 * sizeof message; bit++) {
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(VERIFY(size), ERR_FORGED);
        message[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * size; bit++) {
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(VERIFY(size), ERR_FORGED);
        signature[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t length = 0; length <= size + 1; length++)
        assert_int_equal(VERIFY(length), length == size ? OK : ERR_FORGED);
#undef VERIFY
}

static void
signing_key_comes_back_from_its_file(void **unused)
{
    (void)unused;
    AUTO(signing_key) struct signing_key *loaded = NULL;
    struct stat status;
    uint8_t signature[SIGNATURE_BYTES_MAX];
    size_t size;

    assert_int_equal(signing_key_load(path_of("0.key"), &loaded, NULL), OK);
    assert_true(signing_key_matches(loaded, certificate));
    assert_int_equal(stat(path_of("0.key"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(signing_key_sign(loaded, bytes_of_text("x"), signature, &size), OK);
    assert_int_equal(certificate_verify(certificate, bytes_of_text("x"), bytes_of(signature, size)),
                     OK);
}

static void
signing_key_create_never_overwrites(void **unused)
{
    (void)unused;
    struct signing_key *made = NULL;
    struct refusal refusal = { 0 };
    AUTO(signing_key) struct signing_key *loaded = NULL;

    assert_int_equal(signing_key_create(path_of("0.key"), &made, &refusal), ERR_REFUSED);
    assert_null(made);
    assert_int_equal(refusal.code, REFUSAL_FILE_EXISTS);
    assert_int_equal(signing_key_load(path_of("0.key"), &loaded, NULL), OK);
    assert_true(signing_key_matches(loaded, certificate));
}

static void
assert_key_refused(const char *file, enum refusal_code code)
{
    struct signing_key *loaded = NULL;
    struct refusal refusal = { 0 };
    assert_int_equal(signing_key_load(path_of(file), &loaded, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, code);
    assert_string_equal(refusal.field, path_of(file));
    assert_null(loaded);
}

/* openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 */
static const char p384_key[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDT56KPOQA5/5F8EvMn\n"
                               "DVcwti3cSAstzGkYmJgq8ND+3JSJjlTNi7YtAbL1Gf6ISoyhZANiAAS/+hv071mH\n"
                               "nim+3Ta1jxmUkflk3nGbQQqwbLDtUNGfvp10d7xJVM6curSEZ4btYMw6DtIWrAoO\n"
                               "ZT7RW8ij8BARDBM2M3f4iBbs34r1VjS/6FmImk9sEK16j4qzU8B2y0M=\n"
                               "-----END PRIVATE KEY-----\n";

/* openssl genpkey -algorithm ED25519 */
static const char ed25519_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEINSAHcKdeImYGDVvLC5aEDPC2L3ItFk4r4utPUNaGMXC\n"
    "-----END PRIVATE KEY-----\n";

/* P-256, with a pass phrase */
static const char locked_key[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjjbiM6nfKpkAICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEAvNJDn0X7bFCpH6aN076YEEgZAx\n"
    "g4B5g7gBYe5+lEURcJTuefWswupfmp81RX6Z4GTrGr0wDyhQwTjv7YLWpvID0+UQ\n"
    "hWPcUQh7KB7sugdrY+8zt2o5ECm5Wgkg5J3NS4e8zOT7DUxiq2xKGDwJTJbDgpmk\n"
    "I49d0VfGZvdqFHNt0TaHrtLGn00lqL707IhgF57OGaejJvjFvp1q07TNHzQ4RKQ=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

static void
signing_key_load_refuses_what_is_not_a_secret_key_of_the_suite(void **unused)
{
    (void)unused;
    assert_key_refused("missing.key", REFUSAL_FILE_UNREADABLE);
    assert_key_refused(".", REFUSAL_FILE_UNREADABLE);
    put_file("bad.key", "", 0600);
    assert_key_refused("bad.key", REFUSAL_KEY_INVALID);
    put_file("bad.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0600);
    assert_key_refused("bad.key", REFUSAL_KEY_INVALID);
    put_file("bad.key", p384_key, 0600);
    assert_key_refused("bad.key", REFUSAL_KEY_INVALID);
    put_file("bad.key", ed25519_key, 0600);
    assert_key_refused("bad.key", REFUSAL_KEY_INVALID);
    put_file("bad.key", locked_key, 0600);
    assert_key_refused("bad.key", REFUSAL_KEY_INVALID);
}

static void
signing_key_load_refuses_a_file_that_is_open_to_others(void **unused)
{
    (void)unused;
    static const mode_t open_modes[] = { 0604, 0660, 0644, 0602, 0610, 0666 };
    for (size_t i = 0; i < sizeof open_modes / sizeof *open_modes; i++) {
        assert_int_equal(chmod(path_of("0.key"), open_modes[i]), 0);
        assert_key_refused("0.key", REFUSAL_KEY_INVALID);
    }
    assert_int_equal(chmod(path_of("0.key"), 0400), 0);
    AUTO(signing_key) struct signing_key *loaded = NULL;
    assert_int_equal(signing_key_load(path_of("0.key"), &loaded, NULL), OK);
}

/* --- certificates --- */

static void
certificate_says_what_was_asked_for(void **unused)
{
    (void)unused;
    AUTO(certificate) struct certificate *again = NULL;

    assert_string_equal(certificate_name(certificate), "110105000000");
    assert_string_equal(certificate_unit(certificate), "registry");
    assert_string_equal(certificate_name(authority.root), "test root");
    assert_string_equal(certificate_unit(authority.root), "");
    assert_in_range(certificate_begins_ms(certificate), now_ms() - 3660 * 1000,
                    now_ms() - 3540 * 1000);
    assert_in_range(certificate_ends_ms(certificate), now_ms() + (AUTHORITY_DAYS - 1) * day_ms,
                    now_ms() + (AUTHORITY_DAYS + 1) * day_ms);
    assert_int_equal(certificate_decode(certificate_der(certificate), &again), OK);
    assert_true(bytes_equal(certificate_public_key(certificate), certificate_public_key(again)));
    assert_true(bytes_equal(certificate_der(certificate), certificate_der(again)));
}

static void
certificate_decode_takes_one_whole_certificate(void **unused)
{
    (void)unused;
    struct bytes der = certificate_der(certificate);
    uint8_t longer[4096] = { 0 };
    struct certificate *decoded = NULL;

    memcpy(longer, der.data, der.size);
    for (size_t size = 0; size < der.size; size++)
        assert_int_equal(certificate_decode(bytes_of(longer, size), &decoded), ERR_DAMAGED);
    assert_int_equal(certificate_decode(bytes_of(longer, der.size + 1), &decoded), ERR_DAMAGED);
    assert_null(decoded);
}

static void
certificate_load_reads_pem_and_der_and_nothing_else(void **unused)
{
    (void)unused;
    AUTO(certificate) struct certificate *loaded = NULL;
    struct certificate *none = NULL;
    struct refusal refusal = { 0 };

    assert_int_equal(
        file_write(path_of("office.der"), certificate_der(certificate), 0644, FILE_NEW, NULL), OK);
    assert_int_equal(certificate_load(path_of("office.der"), &loaded, NULL), OK);
    assert_string_equal(certificate_name(loaded), "110105000000");
    assert_int_equal(certificate_load(path_of("missing"), &none, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_FILE_UNREADABLE);
    put_file("text", "no certificate", 0644);
    assert_int_equal(certificate_load(path_of("text"), &none, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_CERTIFICATE_INVALID);
    assert_null(none);
}

/* --- trust --- */

static void
assert_untrusted(const struct trust_root *root, const struct certificate *of, uint64_t at_ms,
                 const char *rule)
{
    struct refusal refusal = { 0 };
    assert_int_equal(trust_root_check(root, of, at_ms, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_CERTIFICATE_INVALID);
    assert_string_equal(refusal.rule, rule);
}

static void
trust_root_check_holds_while_the_certificate_is_in_date(void **unused)
{
    (void)unused;
    AUTO(trust_root) struct trust_root *root = authority_trust(&authority, false);
    uint64_t begins = certificate_begins_ms(certificate), ends = certificate_ends_ms(certificate);

    assert_int_equal(trust_root_check(root, certificate, now_ms(), NULL), OK);
    assert_int_equal(trust_root_check(root, certificate, begins, NULL), OK);
    assert_untrusted(root, certificate, begins - 2 * 3600 * 1000,
                     "the root certificate is not yet valid");
    assert_untrusted(root, certificate, ends + 2 * day_ms, "the root certificate has expired");
    assert_untrusted(root, certificate, 0, "the root certificate is not yet valid");
    assert_untrusted(root, certificate, UINT64_MAX, "the time is no time");
    assert_int_equal(trust_root_crl_ends_ms(root), 0);
}

/* A root from 2020 to 2099, made for this test. */
static const char old_root_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUvfeXUss5dZx4IBV\n"
    "0BFMVbYYw6VWH6txbofA/72iJq6hRANCAAR3eGmd8jDkCDWX3nj+P3gBDY9LRrDQ\n"
    "6jNMrXXZZrRMU5y1LCqabDAbiLB/l1Zno6StNuHzmSDHaoOFOJF8v5Te\n"
    "-----END PRIVATE KEY-----\n";
static const char old_root_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBezCCASCgAwIBAgIBATAKBggqhkjOPQQDAjAiMQ0wCwYDVQQKDAR5aWRpMREw\n"
    "DwYDVQQDDAhvbGQgcm9vdDAgFw0yMDAxMDEwMDAwMDBaGA8yMDk5MTIzMTAwMDAw\n"
    "MFowIjENMAsGA1UECgwEeWlkaTERMA8GA1UEAwwIb2xkIHJvb3QwWTATBgcqhkjO\n"
    "PQIBBggqhkjOPQMBBwNCAAR3eGmd8jDkCDWX3nj+P3gBDY9LRrDQ6jNMrXXZZrRM\n"
    "U5y1LCqabDAbiLB/l1Zno6StNuHzmSDHaoOFOJF8v5Teo0UwQzASBgNVHRMBAf8E\n"
    "CDAGAQH/AgEAMA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUlfpAaaTA3qs1rdIj\n"
    "mrCsctYnFHYwCgYIKoZIzj0EAwIDSQAwRgIhAK6Z58V5FuK4JOLZdz0C7BoXEJVS\n"
    "bB53DV6B5mN7isTNAiEA0F8GIrRoFFV4acJAiqcrvcmOGH3cjrRNjaAarj84atw=\n"
    "-----END CERTIFICATE-----\n";

/* The root is in date and the office's certificate is not: before it began, and after its end. */
static void
trust_root_check_refuses_a_certificate_before_it_begins_and_after_it_ends(void **unused)
{
    (void)unused;
    AUTO(signing_key) struct signing_key *root_key = NULL;
    AUTO(certificate) struct certificate *root_certificate = NULL, *brief = NULL;
    AUTO(trust_root) struct trust_root *root = NULL;
    char path[AUTHORITY_PATH_BYTES];
    authority_path(&authority, "brief.pem", path);
    const struct certificate_request request = {
        .name = "110105000000", .unit = "registry", .days = 1, .path = path
    };

    put_file("old.key", old_root_key, 0600);
    put_file("old.pem", old_root_certificate, 0644);
    assert_int_equal(signing_key_load(path_of("old.key"), &root_key, NULL), OK);
    assert_int_equal(certificate_load(path_of("old.pem"), &root_certificate, NULL), OK);
    assert_int_equal(trust_root_load(path_of("old.pem"), NULL, &root, NULL), OK);
    assert_int_equal(certificate_create(key, &request, root_key, root_certificate, NULL), OK);
    assert_int_equal(certificate_load(path, &brief, NULL), OK);
    assert_int_equal(trust_root_check(root, brief, now_ms(), NULL), OK);
    assert_untrusted(root, brief, now_ms() - day_ms, "the certificate is not yet valid");
    assert_untrusted(root, brief, now_ms() + 2 * day_ms, "the certificate has expired");
}

static void
trust_root_check_refuses_a_foreign_root(void **unused)
{
    (void)unused;
    struct authority foreign;
    AUTO(signing_key) struct signing_key *foreign_key = NULL;
    AUTO(certificate) struct certificate *foreign_certificate = NULL;
    authority_open(&foreign); /* of the same name */
    authority_issue(&foreign, "110105000000", "registry", &foreign_key, &foreign_certificate);
    AUTO(trust_root) struct trust_root *root = authority_trust(&authority, false);

    assert_untrusted(root, foreign_certificate, now_ms(),
                     "the certificate is not issued by the root");
    assert_untrusted(root, foreign.root, now_ms(), "the certificate is not for signing");
    authority_close(&foreign);
}

static void
trust_root_check_refuses_a_root_that_signs_as_an_office(void **unused)
{
    (void)unused;
    AUTO(trust_root) struct trust_root *root = authority_trust(&authority, false);
    assert_untrusted(root, authority.root, now_ms(), "the certificate is not for signing");
}

static void
trust_root_check_refuses_what_the_crl_lists(void **unused)
{
    (void)unused;
    AUTO(signing_key) struct signing_key *second_key = NULL, *third_key = NULL;
    AUTO(certificate) struct certificate *second = NULL, *third = NULL;
    authority_issue(&authority, "110106000000", "registry", &second_key, &second);
    authority_issue(&authority, "110107000000", "registry", &third_key, &third);

    authority_revoke(&authority, NULL, 0);
    AUTO(trust_root) struct trust_root *empty = authority_trust(&authority, true);
    assert_int_equal(trust_root_check(empty, certificate, now_ms(), NULL), OK);

    authority_revoke(&authority, (const struct certificate *[]){ certificate }, 1);
    authority_revoke(&authority, (const struct certificate *[]){ second, certificate }, 2);
    AUTO(trust_root) struct trust_root *root = authority_trust(&authority, true);
    assert_untrusted(root, certificate, now_ms(), "the certificate is revoked");
    assert_untrusted(root, second, now_ms(), "the certificate is revoked");
    assert_int_equal(trust_root_check(root, third, now_ms(), NULL), OK);
    assert_int_equal(trust_root_check(empty, certificate, now_ms(), NULL), OK);
}

/* What was signed before the list was made is checked against the list that we have. */
static void
trust_root_check_knows_a_list_from_after_the_time_asked_about(void **unused)
{
    (void)unused;
    uint64_t at_ms = now_ms() - 1800 * 1000;
    AUTO(signing_key) struct signing_key *other_key = NULL;
    AUTO(certificate) struct certificate *other = NULL;
    authority_issue(&authority, "110106000000", "registry", &other_key, &other);
    authority_revoke(&authority, (const struct certificate *[]){ certificate }, 1);
    AUTO(trust_root) struct trust_root *root = authority_trust(&authority, true);

    assert_int_equal(trust_root_check(root, certificate, at_ms, NULL),
                     OK); /* before it was revoked */
    assert_untrusted(root, certificate, now_ms() + 1000, "the certificate is revoked");
    assert_int_equal(trust_root_check(root, other, at_ms, NULL), OK);
}

static void
trust_root_check_refuses_an_expired_crl(void **unused)
{
    (void)unused;
    assert_int_equal(certificate_create_crl(NULL, 0, 1, authority.key, authority.root,
                                            path_of("root.crl"), NULL),
                     OK);
    AUTO(trust_root) struct trust_root *root = authority_trust(&authority, true);

    assert_int_equal(trust_root_check(root, certificate, now_ms(), NULL), OK);
    assert_in_range(trust_root_crl_ends_ms(root), now_ms() + day_ms - 60000, now_ms() + day_ms);
    assert_untrusted(root, certificate, now_ms() + 2 * day_ms,
                     "the revocation list has expired; a newer one must be fetched");
}

static void
assert_root_refused(const char *root_file, const char *crl_file, enum refusal_code code)
{
    char root_path[AUTHORITY_PATH_BYTES], crl_path[AUTHORITY_PATH_BYTES];
    struct trust_root *root = NULL;
    struct refusal refusal = { 0 };

    authority_path(&authority, root_file, root_path);
    authority_path(&authority, crl_file, crl_path);
    assert_int_equal(trust_root_load(root_path, crl_path, &root, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, code);
    assert_null(root);
}

/* Change one character in the middle of the file's base64. */
static void
spoil(const char *file)
{
    uint8_t *text;
    size_t size;
    assert_int_equal(file_read(path_of(file), 65536, &text, &size, NULL), OK);
    char *end = strstr((char *)text, "=\n-----END");
    char *place = end == NULL ? strstr((char *)text, "\n-----END") - 6 : end - 6;
    *place = *place == 'A' ? 'B' : 'A';
    assert_int_equal(file_write(path_of(file), bytes_of(text, size), 0644, FILE_REPLACE, NULL), OK);
    free(text);
}

static void
trust_root_load_refuses_a_wrongly_signed_crl(void **unused)
{
    (void)unused;
    struct authority foreign;
    authority_open(&foreign); /* of the same name */
    assert_int_equal(
        certificate_create_crl(NULL, 0, 1, foreign.key, foreign.root, path_of("foreign.crl"), NULL),
        OK);
    assert_root_refused("root.pem", "foreign.crl", REFUSAL_CERTIFICATE_INVALID);
    authority_close(&foreign);

    authority_revoke(&authority, NULL, 0);
    spoil("root.crl");
    assert_root_refused("root.pem", "root.crl", REFUSAL_CERTIFICATE_INVALID);
}

static void
trust_root_load_refuses_what_is_no_root(void **unused)
{
    (void)unused;
    authority_revoke(&authority, NULL, 0);
    assert_root_refused("missing.pem", "root.crl", REFUSAL_FILE_UNREADABLE);
    assert_root_refused("root.pem", "missing.crl", REFUSAL_FILE_UNREADABLE);
    assert_root_refused("root.pem", "root.pem", REFUSAL_CERTIFICATE_INVALID);
    assert_root_refused("0.pem", "root.crl", REFUSAL_CERTIFICATE_INVALID);
    spoil("root.pem");
    assert_root_refused("root.pem", "root.crl", REFUSAL_CERTIFICATE_INVALID);
}

static void
certificate_create_refuses_a_key_that_is_not_the_roots(void **unused)
{
    (void)unused;
    char path[AUTHORITY_PATH_BYTES];
    authority_path(&authority, "new.pem", path);
    const struct certificate_request request = {
        .name = "x", .unit = "registry", .days = 1, .path = path
    };
    struct refusal refusal = { 0 };

    assert_int_equal(certificate_create(key, &request, key, authority.root, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_KEY_INVALID);
    assert_int_equal(certificate_create_crl(NULL, 0, 1, key, authority.root, path, &refusal),
                     ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_KEY_INVALID);
}

static void
certificate_create_never_overwrites(void **unused)
{
    (void)unused;
    struct refusal refusal = { 0 };
    assert_int_equal(
        certificate_create_root(authority.key, "new", 1, path_of("root.pem"), &refusal),
        ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_FILE_EXISTS);
    assert_non_null(strstr(refusal.rule, "is not overwritten"));
}

static void
certificate_create_crl_refuses_to_revoke_what_the_root_did_not_issue(void **unused)
{
    (void)unused;
    struct authority foreign;
    struct refusal refusal = { 0 };
    authority_open(&foreign);
    assert_int_equal(certificate_create_crl((const struct certificate *[]){ foreign.root }, 1, 1,
                                            authority.key, authority.root, path_of("root.crl"),
                                            &refusal),
                     ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_CERTIFICATE_INVALID);
    authority_close(&foreign);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signature_digest_follows_the_vectors_of_fips_180),
        cmocka_unit_test(signature_digest_works_in_every_thread),
        cmocka_unit_test(signature_random_gives_no_bytes_twice),
        TEST(signature_verifies_with_its_certificate_only),
        TEST(signature_does_not_survive_a_flipped_bit_or_another_length),
        TEST(signing_key_comes_back_from_its_file),
        TEST(signing_key_create_never_overwrites),
        TEST(signing_key_load_refuses_what_is_not_a_secret_key_of_the_suite),
        TEST(signing_key_load_refuses_a_file_that_is_open_to_others),
        TEST(certificate_says_what_was_asked_for),
        TEST(certificate_decode_takes_one_whole_certificate),
        TEST(certificate_load_reads_pem_and_der_and_nothing_else),
        TEST(trust_root_check_holds_while_the_certificate_is_in_date),
        TEST(trust_root_check_refuses_a_certificate_before_it_begins_and_after_it_ends),
        TEST(trust_root_check_refuses_a_foreign_root),
        TEST(trust_root_check_refuses_a_root_that_signs_as_an_office),
        TEST(trust_root_check_refuses_what_the_crl_lists),
        TEST(trust_root_check_knows_a_list_from_after_the_time_asked_about),
        TEST(trust_root_check_refuses_an_expired_crl),
        TEST(trust_root_load_refuses_a_wrongly_signed_crl),
        TEST(trust_root_load_refuses_what_is_no_root),
        TEST(certificate_create_refuses_a_key_that_is_not_the_roots),
        TEST(certificate_create_never_overwrites),
        TEST(certificate_create_crl_refuses_to_revoke_what_the_root_did_not_issue),
    };
#undef TEST
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
