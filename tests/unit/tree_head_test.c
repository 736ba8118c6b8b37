/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/core/base64.h"
#include "common/io/tree_head.h"
#include "tests/lib/authority.h"

static struct authority authority;
static struct signing_key *key;
static struct certificate *certificate;
static struct tree_head sample = {
    .office = "110105000000", .epoch = 1, .size = 20852163, .time_ms = 1795334400123
};
static char signed_sample[TREE_HEAD_BYTES_MAX];

static int
set_up(void **unused)
{
    (void)unused;
    authority_open(&authority);
    authority_issue(&authority, sample.office, "registry", &key, &certificate);
    signature_digest_one(bytes_of_text("root"), &sample.root);
    return tree_head_sign(&sample, key, certificate, signed_sample);
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

static void
assert_head_equal(const struct tree_head *a, const struct tree_head *b)
{
    assert_string_equal(a->office, b->office);
    assert_int_equal(a->epoch, b->epoch);
    assert_int_equal(a->size, b->size);
    assert_int_equal(a->time_ms, b->time_ms);
    assert_memory_equal(a->root.bytes, b->root.bytes, DIGEST_BYTES);
}

static void
tree_head_comes_back_as_it_was_signed(void **unused)
{
    (void)unused;
    static const uint64_t numbers[] = { 0, 1, 9, 10, 4294967296, (uint64_t)1 << 63 };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct tree_head head = sample, decoded, verified;
        char text[TREE_HEAD_BYTES_MAX];
        head.size = numbers[i];
        head.time_ms = numbers[i] == (uint64_t)1 << 63 ? UINT64_MAX : numbers[i];
        head.epoch = i == 0 ? 1000000 : (uint32_t)i;
        assert_int_equal(tree_head_sign(&head, key, certificate, text), OK);
        assert_int_equal(tree_head_decode(text, &decoded), OK);
        assert_head_equal(&decoded, &head);
        assert_int_equal(tree_head_verify(text, certificate, &verified), OK);
        assert_head_equal(&verified, &head);
    }
}

/* The five lines are as written here, and the key id follows signed-note's rule for ECDSA. */
static void
tree_head_has_the_form_of_a_checkpoint(void **unused)
{
    (void)unused;
    static const char lines[] = "yidi/110105000000/1\n"
                                "20852163\n"
                                "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
                                "time 1795334400123\n"
                                "suite ecdsa-p256-sha256\n"
                                "\n"
                                "\xe2\x80\x94 110105000000 ";
    uint8_t line[128];
    size_t size;
    struct digest public_key;

    assert_memory_equal(signed_sample, lines, sizeof lines - 1);
    const char *signature = signed_sample + sizeof lines - 1;
    assert_int_equal(base64_decode(signature, strlen(signature) - 1, line, sizeof line, &size), OK);
    signature_digest_one(certificate_public_key(certificate), &public_key);
    assert_memory_equal(line, public_key.bytes, 4);
    assert_int_equal(certificate_verify(certificate,
                                        bytes_of(signed_sample, strcspn(lines, "s") + 24),
                                        bytes_of(line + 4, size - 4)),
                     OK);
}

static void
tree_head_verify_refuses_every_flipped_bit(void **unused)
{
    (void)unused;
    size_t size = strlen(signed_sample);
    char text[TREE_HEAD_BYTES_MAX];
    strcpy(text, signed_sample);

    for (size_t bit = 0; bit < 8 * size; bit++) {
        struct tree_head untouched = { .epoch = 77 };
        text[bit / 8] ^= (char)(1 << bit % 8);
        assert_int_not_equal(tree_head_verify(text, certificate, &untouched), OK);
        assert_int_equal(untouched.epoch, 77);
        text[bit / 8] ^= (char)(1 << bit % 8);
    }
}

static void
tree_head_decode_refuses_every_cut_and_every_byte_more(void **unused)
{
    (void)unused;
    size_t size = strlen(signed_sample);
    struct tree_head head;

    for (size_t cut = 0; cut < size; cut++) {
        char *text = strndup(signed_sample, cut); /* alone, so that reading on is seen */
        assert_int_equal(tree_head_decode(text, &head), ERR_DAMAGED);
        free(text);
    }
    for (size_t place = 0; place <= size; place++) {
        char longer[TREE_HEAD_BYTES_MAX];
        snprintf(longer, sizeof longer, "%.*s\n%s", (int)place, signed_sample,
                 signed_sample + place);
        assert_int_equal(tree_head_decode(longer, &head), ERR_DAMAGED);
    }
}

/* Each row replaces the first text in the sample by the second. */
static void
tree_head_decode_knows_one_spelling(void **unused)
{
    (void)unused;
    static const struct {
        const char *from;
        const char *to;
    } changes[] = {
        { "yidi/", "YIDI/" },
        { "yidi/", "" },
        { "/110105000000/", "/11010500000/" },
        { "/110105000000/", "/1101050000000/" },
        { "/110105000000/", "/11010500000a/" },
        { "/110105000000/", "/110105000001/" }, /* not who signs */
        { "/1\n", "/0\n" },
        { "/1\n", "/01\n" },
        { "/1\n", "/1000001\n" },
        { "/1\n", "/\n" },
        { "/1\n", "/1 \n" },
        { "/1\n", "/1\r\n" },
        { "20852163", "020852163" },
        { "20852163", "+20852163" },
        { "20852163", "-1" },
        { "20852163", "" },
        { "20852163", "00" },
        { "20852163", "9223372036854775809" },
        { "20852163", "18446744073709551617" },
        { "SBNJ", "" },
        { "SBNJ", "SBNJSBNJ" },
        { "d7I=", "d7I" },
        { "d7I=", "d7J=" },
        { "d7I=", "d7I=\n" },
        { "time ", "time  " },
        { "time ", "Time " },
        { "1795334400123", "01795334400123" },
        { "1795334400123", "18446744073709551616" },
        { "time 1795334400123\n", "" },
        { "suite ecdsa-p256-sha256\n", "" },
        { "ecdsa-p256-sha256", "sm2-sm3" },
        { "sha256\n", "sha256\nmore\n" },
        { "sha256\n\n", "sha256\n" },
        { "sha256\n\n", "sha256\n\n\n" },
        { "\xe2\x80\x94 ", "- " },
        { "\xe2\x80\x94 ", "\xe2\x80\x94" },
        { "\xe2\x80\x94 ", "\xe2\x80\x94  " },
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char text[TREE_HEAD_BYTES_MAX];
        struct tree_head head;
        const char *place = strstr(signed_sample, changes[i].from);
        assert_non_null(place);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(place - signed_sample), signed_sample,
                 changes[i].to, place + strlen(changes[i].from));
        if (tree_head_decode(text, &head) != ERR_DAMAGED)
            fail_msg("taken: %s instead of %s", changes[i].to, changes[i].from);
    }
}

static void
tree_head_decode_refuses_a_second_signature_and_an_empty_one(void **unused)
{
    (void)unused;
    const char *line = strstr(signed_sample, "\xe2\x80\x94");
    char text[TREE_HEAD_BYTES_MAX];
    struct tree_head head;

    snprintf(text, sizeof text, "%s%s", signed_sample, line);
    assert_int_equal(tree_head_decode(text, &head), ERR_DAMAGED);
    snprintf(text, sizeof text, "%.*s\xe2\x80\x94 110105000000 AAAAAA==\n",
             (int)(line - signed_sample), signed_sample);
    assert_int_equal(tree_head_decode(text, &head), ERR_DAMAGED);
    snprintf(text, sizeof text, "%.*s\xe2\x80\x94 110105000000 \n", (int)(line - signed_sample),
             signed_sample);
    assert_int_equal(tree_head_decode(text, &head), ERR_DAMAGED);
}

static void
tree_head_decode_refuses_a_text_without_end(void **unused)
{
    (void)unused;
    char text[TREE_HEAD_BYTES_MAX];
    struct tree_head head;
    memset(text, 'A', sizeof text);
    memcpy(text, signed_sample, strlen(signed_sample) - 1);
    assert_int_equal(tree_head_decode(text, &head), ERR_DAMAGED);
}

static void
tree_head_verify_refuses_another_key_or_another_office(void **unused)
{
    (void)unused;
    AUTO(signing_key) struct signing_key *other_key = NULL;
    AUTO(certificate) struct certificate *other = NULL;
    struct tree_head head;
    char text[TREE_HEAD_BYTES_MAX];

    authority_issue(&authority, sample.office, "registry", &other_key, &other);
    assert_int_equal(tree_head_verify(signed_sample, other, &head), ERR_FORGED);
    assert_int_equal(tree_head_sign(&sample, other_key, certificate, text), OK);
    assert_int_equal(tree_head_verify(text, certificate, &head), ERR_FORGED);

    struct tree_head foreign = sample; /* our key says it for another office */
    memcpy(foreign.office, "110106000000", sizeof foreign.office);
    assert_int_equal(tree_head_sign(&foreign, key, certificate, text), OK);
    assert_int_equal(tree_head_verify(text, certificate, &head), ERR_FORGED);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_head_comes_back_as_it_was_signed),
        cmocka_unit_test(tree_head_has_the_form_of_a_checkpoint),
        cmocka_unit_test(tree_head_verify_refuses_every_flipped_bit),
        cmocka_unit_test(tree_head_decode_refuses_every_cut_and_every_byte_more),
        cmocka_unit_test(tree_head_decode_knows_one_spelling),
        cmocka_unit_test(tree_head_decode_refuses_a_second_signature_and_an_empty_one),
        cmocka_unit_test(tree_head_decode_refuses_a_text_without_end),
        cmocka_unit_test(tree_head_verify_refuses_another_key_or_another_office),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
