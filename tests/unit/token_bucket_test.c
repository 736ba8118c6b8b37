/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/core/token_bucket.h"

enum { PER_MINUTE = 10, SHARE_MS = TOKEN_BUCKET_MS / PER_MINUTE, NOW_MS = 1000000 };

static void
a_minutes_worth_may_come_at_once_and_no_more(void **unused)
{
    (void)unused;
    struct token_bucket bucket = { 0 };
    for (int i = 0; i < PER_MINUTE; i++)
        assert_int_equal(token_bucket_take(&bucket, PER_MINUTE, NOW_MS), 0);
    assert_int_equal(token_bucket_take(&bucket, PER_MINUTE, NOW_MS), SHARE_MS);
    assert_int_equal(token_bucket_take(&bucket, PER_MINUTE, NOW_MS + SHARE_MS - 1), 1);
}

static void
who_was_not_heard_has_used_nothing(void **unused)
{
    (void)unused;
    struct token_bucket bucket = { 0 };
    for (int i = 0; i < 10 * PER_MINUTE; i++)
        (void)token_bucket_take(&bucket, PER_MINUTE, NOW_MS);
    assert_int_equal(token_bucket_take(&bucket, PER_MINUTE, NOW_MS + SHARE_MS), 0);
    assert_int_equal(token_bucket_take(&bucket, PER_MINUTE, NOW_MS + SHARE_MS), SHARE_MS);
}

static void
a_rest_fills_the_bucket_and_never_more_than_that(void **unused)
{
    (void)unused;
    struct token_bucket bucket = { 0 };
    for (int i = 0; i < PER_MINUTE; i++)
        (void)token_bucket_take(&bucket, PER_MINUTE, NOW_MS);
    const uint64_t later_ms = NOW_MS + UINT64_C(1000) * TOKEN_BUCKET_MS;
    for (int i = 0; i < PER_MINUTE; i++)
        assert_int_equal(token_bucket_take(&bucket, PER_MINUTE, later_ms), 0);
    assert_int_not_equal(token_bucket_take(&bucket, PER_MINUTE, later_ms), 0);
}

static void
every_rate_holds_over_ten_minutes(void **unused)
{
    (void)unused;
    for (uint32_t per_minute = 1; per_minute <= 600; per_minute += 7) {
        struct token_bucket bucket = { 0 };
        unsigned heard = 0;
        for (uint64_t ms = 0; ms < UINT64_C(10) * TOKEN_BUCKET_MS; ms += 50)
            heard += token_bucket_take(&bucket, per_minute, NOW_MS + ms) == 0;
        assert_in_range(heard, 10 * per_minute, 11 * per_minute + per_minute / 10 + 1);
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_minutes_worth_may_come_at_once_and_no_more),
        cmocka_unit_test(who_was_not_heard_has_used_nothing),
        cmocka_unit_test(a_rest_fills_the_bucket_and_never_more_than_that),
        cmocka_unit_test(every_rate_holds_over_ten_minutes),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
