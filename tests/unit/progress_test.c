/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "acceptance-node/core/application.h"
#include "acceptance-node/core/progress.h"

static struct progress progress;

static void
tell(struct progress_facts facts)
{
    progress_tell(&facts, &progress);
}

static bool
advises(const char *english)
{
    for (size_t i = 0; i < progress.next_count; i++)
        if (strstr(progress.next[i].english, english) != NULL)
            return true;
    return false;
}

static void
every_state_is_told_in_both_languages_with_what_to_do(void **unused)
{
    (void)unused;
    for (int state = APPLICATION_SUBMITTED; state < APPLICATION_STATE_COUNT; state++)
        for (unsigned facts = 0; facts < 16; facts++) {
            tell((struct progress_facts){ .state = state,
                                          .renewal = facts & 1,
                                          .temporary_out = facts & 2,
                                          .fee_paid = facts & 4,
                                          .act_by = 20270131,
                                          .due_on = facts & 8 ? 20261231 : 0,
                                          .today = 20270101 });
            assert_true(strlen(progress.stage) > 0 && strlen(progress.stage) <= 32);
            assert_true(strlen(progress.standing.chinese) > 0);
            assert_true(strlen(progress.standing.english) > 0);
            assert_in_range(progress.next_count, 1, PROGRESS_NEXT_MAX);
            for (size_t i = 0; i < progress.next_count; i++) {
                assert_true(strlen(progress.next[i].chinese) > 0);
                assert_in_range(strlen(progress.next[i].english), 1, PROGRESS_LINE_BYTES - 2);
                assert_null(strchr(progress.next[i].english, '@'));
                assert_null(strchr(progress.next[i].chinese, '@'));
            }
        }
}

static void
a_card_is_collected_with_what_is_handed_back(void **unused)
{
    (void)unused;
    struct progress_facts facts = {
        .state = APPLICATION_READY, .renewal = true, .act_by = 20270131, .today = 20270101
    };
    tell(facts);
    assert_string_equal(progress.stage, "ready");
    assert_true(advises("Bring this receipt to the window by 2027-01-31"));
    assert_non_null(strstr(progress.next[0].chinese, "请于 2027-01-31（含）前"));
    assert_true(advises("old card"));
    assert_false(advises("temporary"));
    facts.renewal = false;
    facts.temporary_out = true;
    tell(facts);
    assert_false(advises("old card"));
    assert_true(advises("household register"));
    assert_true(advises("temporary card"));
}

static void
the_last_day_counts_and_the_next_one_is_late(void **unused)
{
    (void)unused;
    struct progress_facts facts = { .act_by = 20270131, .today = 20270131 };
    facts.state = APPLICATION_READY;
    tell(facts);
    assert_false(advises("destroyed"));
    facts.today = 20270201;
    tell(facts);
    assert_true(advises("destroyed"));
    facts.state = APPLICATION_RETURNED;
    tell(facts);
    assert_true(advises("It was to be corrected by 2027-01-31"));
}

static void
whoever_waits_too_long_is_sent_to_the_window(void **unused)
{
    (void)unused;
    struct progress_facts facts = { .state = APPLICATION_IN_PRODUCTION,
                                    .due_on = 20270131,
                                    .today = 20270131 };
    tell(facts);
    assert_false(advises("time that the law allows"));
    facts.today = 20270201;
    tell(facts);
    assert_true(advises("time that the law allows"));
}

static void
only_a_fee_that_was_paid_is_paid_back(void **unused)
{
    (void)unused;
    struct progress_facts facts = { .state = APPLICATION_WITHDRAWN, .fee_paid = true };
    tell(facts);
    assert_true(advises("paid back"));
    facts.fee_paid = false;
    tell(facts);
    assert_false(advises("paid back"));
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_is_told_in_both_languages_with_what_to_do),
        cmocka_unit_test(a_card_is_collected_with_what_is_handed_back),
        cmocka_unit_test(the_last_day_counts_and_the_next_one_is_late),
        cmocka_unit_test(whoever_waits_too_long_is_sent_to_the_window),
        cmocka_unit_test(only_a_fee_that_was_paid_is_paid_back),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
