/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/core/base64.h"

/* RFC 4648 section 10, and the two last characters of the alphabet. */
static const struct {
    const char *plain;
    const char *text;
} vectors[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
    { "\xfb\xff\xbf", "+/+/" },
};

static enum result
decode(const char *text, size_t room)
{
    uint8_t data[64];
    size_t size;
    return base64_decode(text, strlen(text), data, room, &size);
}

static void
base64_follows_the_vectors_of_rfc_4648(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct bytes plain = bytes_of_text(vectors[i].plain);
        char text[16];
        uint8_t data[16];
        size_t size;

        base64_encode(plain, text);
        assert_string_equal(text, vectors[i].text);
        assert_int_equal(strlen(text), BASE64_CHARS(plain.size));
        assert_int_equal(base64_decode(text, strlen(text), data, sizeof data, &size), OK);
        assert_true(bytes_equal(plain, bytes_of(data, size)));
    }
}

static void
base64_decode_gives_back_every_byte(void **unused)
{
    (void)unused;
    uint8_t all[256], back[256];
    char text[BASE64_CHARS(sizeof all) + 1];
    size_t size;

    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)(i * 167 + 13);
    for (size_t length = 0; length <= sizeof all; length++) {
        base64_encode(bytes_of(all, length), text);
        assert_int_equal(base64_decode(text, strlen(text), back, length, &size), OK);
        assert_true(bytes_equal(bytes_of(all, length), bytes_of(back, size)));
    }
}

static void
base64_decode_refuses_a_second_spelling(void **unused)
{
    (void)unused;
    static const char *const bad[] = {
        "Zg",    "Zg=",   "Zg===",    "Zh==",     "Zm9=",    "Zm8",       "Zm9v\n",
        " Zm9v", "Zm9v ", "====",     "Z===",     "=Zm9",    "Zg==Zg==",  "Z=9v",
        "Zm=v",  "-_-_",  "Zm9v====", "Zm8=Zm9v", "Zm9\xff", "Zm9v Zm9v",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(decode(bad[i], 64), ERR_DAMAGED);
}

static void
base64_decode_keeps_to_the_room(void **unused)
{
    (void)unused;
    assert_int_equal(decode("Zm9vYg==", 4), OK);
    assert_int_equal(decode("Zm9vYg==", 3), ERR_FULL);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_follows_the_vectors_of_rfc_4648),
        cmocka_unit_test(base64_decode_gives_back_every_byte),
        cmocka_unit_test(base64_decode_refuses_a_second_spelling),
        cmocka_unit_test(base64_decode_keeps_to_the_room),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
