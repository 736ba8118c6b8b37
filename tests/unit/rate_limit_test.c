/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "common/io/rate_limit.h"

#define NUMBER "44030500000126112200000012"

enum { NOW_MS = 5000000, PER_MINUTE = 3 };

static struct rate_limit limit;

static int
set_up(void **unused)
{
    (void)unused;
    rate_limit_init(&limit, PER_MINUTE);
    return 0;
}

/* How many questions of these addresses, in turn, are heard at one time? */
static unsigned
heard(const char *const *addresses, size_t count)
{
    unsigned heard = 0;
    for (size_t i = 0; i < 10 * count; i++)
        heard += rate_limit_take(&limit, addresses[i % count], NOW_MS) == 0;
    return heard;
}

static void
one_address_is_heard_so_often(void **unused)
{
    (void)unused;
    assert_int_equal(heard((const char *const[]){ "192.0.2.1" }, 1), PER_MINUTE);
    assert_int_equal(rate_limit_take(&limit, "192.0.2.1", NOW_MS), TOKEN_BUCKET_MS / PER_MINUTE);
}

static void
another_address_is_heard_as_well(void **unused)
{
    (void)unused;
    assert_int_equal(heard((const char *const[]){ "192.0.2.1", "192.0.2.2" }, 2), 2 * PER_MINUTE);
}

static void
a_host_with_many_addresses_of_its_network_is_one(void **unused)
{
    static const char *const one[] = { "2001:db8:1:2::1", "2001:db8:1:2:ffff::2",
                                       "2001:DB8:1:2:0:0:abcd:3" };
    static const char *const others[] = { "2001:db8:1:3::1", "2001:db8:2:2::1" };
    (void)unused;
    assert_int_equal(heard(one, 3), PER_MINUTE);
    assert_int_equal(heard(others, 2), 2 * PER_MINUTE);
}

static void
an_address_is_the_same_when_it_is_mapped(void **unused)
{
    (void)unused;
    assert_int_equal(heard((const char *const[]){ "192.0.2.1", "::ffff:192.0.2.1" }, 2),
                     PER_MINUTE);
}

static void
codes_for_one_receipt_are_guessed_ten_times_then_seldom(void **unused)
{
    (void)unused;
    uint64_t now_ms = NOW_MS, waited_ms = 0;
    for (int i = 0; i < LOCKOUT_RECEIPT_FREE; i++) {
        assert_int_equal(rate_limit_guess_ms(&limit, NUMBER, now_ms), 0);
        rate_limit_guessed(&limit, NUMBER, false, now_ms);
    }
    for (int i = 0; i < 12; i++) {
        rate_limit_guessed(&limit, NUMBER, false, now_ms);
        uint64_t wait_ms = rate_limit_guess_ms(&limit, NUMBER, now_ms);
        assert_true(wait_ms >= LOCKOUT_FIRST_MS && wait_ms >= waited_ms);
        waited_ms = wait_ms;
        now_ms += wait_ms;
    }
    assert_int_equal(waited_ms, LOCKOUT_MAX_MS);
}

static void
another_receipt_is_not_held_up_and_a_right_code_ends_it(void **unused)
{
    (void)unused;
    for (int i = 0; i <= LOCKOUT_RECEIPT_FREE; i++)
        rate_limit_guessed(&limit, NUMBER, false, NOW_MS);
    assert_int_not_equal(rate_limit_guess_ms(&limit, NUMBER, NOW_MS), 0);
    assert_int_equal(rate_limit_guess_ms(&limit, "44030500000126112200000020", NOW_MS), 0);
    rate_limit_guessed(&limit, NUMBER, true, NOW_MS);
    assert_int_equal(rate_limit_guess_ms(&limit, NUMBER, NOW_MS), 0);
}

/* Whoever comes from everywhere makes nobody forgotten: the table only fills. */
static void
a_flood_from_everywhere_frees_nobody(void **unused)
{
    char address[32];
    (void)unused;
    for (int i = 0; i < PER_MINUTE; i++)
        assert_int_equal(rate_limit_take(&limit, "192.0.2.1", NOW_MS), 0);
    for (unsigned i = 0; i < 200000; i++) {
        snprintf(address, sizeof address, "10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        (void)rate_limit_take(&limit, address, NOW_MS);
    }
    assert_int_not_equal(rate_limit_take(&limit, "192.0.2.1", NOW_MS), 0);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_address_is_heard_so_often, set_up),
        cmocka_unit_test_setup(another_address_is_heard_as_well, set_up),
        cmocka_unit_test_setup(a_host_with_many_addresses_of_its_network_is_one, set_up),
        cmocka_unit_test_setup(an_address_is_the_same_when_it_is_mapped, set_up),
        cmocka_unit_test_setup(codes_for_one_receipt_are_guessed_ten_times_then_seldom, set_up),
        cmocka_unit_test_setup(another_receipt_is_not_held_up_and_a_right_code_ends_it, set_up),
        cmocka_unit_test_setup(a_flood_from_everywhere_frees_nobody, set_up),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
