/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/password.h"
#include "tests/lib/browser.h"

static void
password_is_verified_by_its_hash_alone(void **unused)
{
    char hash[PASSWORD_HASH_BYTES], again[PASSWORD_HASH_BYTES];
    (void)unused;
    assert_int_equal(password_hash("made up words", hash), OK);
    assert_int_equal(password_hash("made up words", again), OK);
    assert_string_not_equal(hash, again); /* salted */
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=65536,t=2,p=1$", 31), 0);
    assert_true(password_verify(hash, "made up words"));
    assert_false(password_verify(hash, "made up word"));
    assert_false(password_verify(hash, ""));
    assert_false(password_verify(NULL, "made up words"));
}

/* Whoever does not exist costs as much: a fifth of it would be a tell. */
static void
password_of_nobody_takes_as_long(void **unused)
{
    char hash[PASSWORD_HASH_BYTES];
    (void)unused;
    assert_int_equal(password_hash("made up words", hash), OK);
    unsigned long start_ms = browser_now_ms();
    for (int i = 0; i < 3; i++)
        assert_false(password_verify(hash, "other words"));
    unsigned long somebody_ms = browser_now_ms() - start_ms;
    start_ms = browser_now_ms();
    for (int i = 0; i < 3; i++)
        assert_false(password_verify(NULL, "other words"));
    unsigned long nobody_ms = browser_now_ms() - start_ms;
    assert_true(nobody_ms > somebody_ms / 5);
}

static void
password_takes_no_hash_of_another_cost(void **unused)
{
    static const char *const others[] = {
        "",
        "words",
        "$argon2id$",
        "$argon2id$v=19$m=1048576,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA",
        "$argon2i$v=19$m=65536,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
        "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
        "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
        "aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g",
    };
    char hash[PASSWORD_HASH_BYTES];
    (void)unused;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(password_is_hash(others[i]));
    assert_int_equal(password_hash("made up words", hash), OK);
    assert_true(password_is_hash(hash));
}

static void
password_that_may_be_chosen_is_long_and_one_line(void **unused)
{
    char long_one[PASSWORD_BYTES_MAX + 2];
    (void)unused;
    memset(long_one, 'x', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    assert_int_equal(password_check("0123456789", "li", NULL), OK);
    assert_int_equal(password_check("春眠不觉晓处处闻啼鸟", "li", NULL), OK);
    const char *const bad[] = { "",
                                "012345678",
                                "春眠不觉晓处处闻啼",
                                long_one,
                                "0123456789\n0",
                                "0123456789\xff",
                                "li.wei.12345" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct refusal refusal = { 0 };
        assert_int_equal(password_check(bad[i], "li.wei.12345", &refusal), ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_PASSWORD_INVALID);
        assert_true(bad[i][0] == '\0' || strstr(refusal.rule, bad[i]) == NULL);
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(password_is_verified_by_its_hash_alone),
        cmocka_unit_test(password_of_nobody_takes_as_long),
        cmocka_unit_test(password_takes_no_hash_of_another_cost),
        cmocka_unit_test(password_that_may_be_chosen_is_long_and_one_line),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
