/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/io/case_file.h"
#include "tests/lib/desk_test.h"

static int
set_up(void **unused)
{
    (void)unused;
    desk_test_open(5);
    return 0;
}

static void
apply(uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    desk_test_apply(seed, "", ret_number);
}

/* The registry refuses; word of it is on its way to the window. */
static void
refuse_at_registry(const char *number)
{
    const struct fake_decision no = { .at = REGISTRY,
                                      .verb = YIDI__VERB__REFUSE,
                                      .operator= "examiner",
                                      .reason = YIDI__REFUSAL_REASON__DOCUMENTS_NOT_GENUINE,
                                      .text = "the card was altered" };
    assert_string_equal(fake_desk_decide(&network, &no, number), "refused");
}

/* How often the case's trace at the window says NOTIFIED. */
static unsigned
times_notified(const char *number)
{
    AUTO(arena) struct arena arena;
    unsigned times = 0;
    arena_init(&arena);
    const Yidi__Case *row = desk_test_case(WINDOW, number, &arena);
    for (size_t i = 0; i < row->n_trace; i++)
        times += row->trace[i]->step == YIDI__STEP__NOTIFIED;
    return times;
}

static uint64_t
waiting_rows(void)
{
    return scratch_store_count(&network.offices[WINDOW].scratch, TABLE_NOTIFICATIONS);
}

static unsigned
lines_of(const struct fake_notification *notification)
{
    unsigned lines = 0;
    for (const char *at = notification->text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    return lines;
}

static void
a_refusal_is_handed_over_once_then_settled(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    refuse_at_registry(number);
    fake_network_settle(&network);
    assert_int_equal(network.notification_count, 1);
    assert_int_equal(network.notifications[0].times, 1);
    assert_int_equal(network.notifications[0].office, WINDOW);
    assert_int_equal(lines_of(&network.notifications[0]), 1);
    assert_non_null(strstr(network.notifications[0].text, number));
    assert_non_null(strstr(network.notifications[0].text, "13800138000"));
    assert_int_equal(waiting_rows(), 0);
    assert_int_equal(times_notified(number), 1);
    fake_network_audit(&network);
}

static void
a_card_that_arrives_is_told_of_and_nothing_else_on_its_way(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    fake_desk_walk(&network, number, fake_desk_step_count - 2);
    assert_int_equal(network.notification_count, 0);
    assert_string_equal(
        fake_desk_decide(&network, &fake_desk_steps[fake_desk_step_count - 2].decision, number),
        "ready");
    fake_network_settle(&network);
    assert_int_equal(network.notification_count, 1);
    assert_non_null(strstr(network.notifications[0].text, "ready"));
}

static void
the_notifications_of_one_turn_are_one_file(void **unused)
{
    (void)unused;
    char numbers[5][CASE_NUMBER_CHARS + 1];
    for (uint64_t i = 0; i < 5; i++)
        apply(1 + i, numbers[i]);
    fake_network_crash(&network, WINDOW);
    for (size_t i = 0; i < 5; i++)
        refuse_at_registry(numbers[i]);
    fake_network_start(&network, WINDOW);
    fake_network_settle(&network);
    assert_int_equal(network.notification_count, 1);
    assert_int_equal(lines_of(&network.notifications[0]), 5);
    assert_int_equal(waiting_rows(), 0);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(times_notified(numbers[i]), 1);
}

static void
what_the_spool_does_not_take_stays_and_is_tried_again(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    network.offices[WINDOW].spool_full = true;
    refuse_at_registry(number);
    fake_network_run(&network, 30000);
    assert_int_equal(network.notification_count, 0);
    assert_int_equal(waiting_rows(), 1);
    assert_int_equal(times_notified(number), 0);

    network.offices[WINDOW].spool_full = false;
    fake_network_settle(&network);
    assert_int_equal(network.notification_count, 1);
    assert_int_equal(network.notifications[0].times, 1);
    assert_int_equal(waiting_rows(), 0);
    assert_int_equal(times_notified(number), 1);
}

static void
a_full_spool_holds_up_later_notifications_but_loses_none(void **unused)
{
    (void)unused;
    char numbers[3][CASE_NUMBER_CHARS + 1];
    for (uint64_t i = 0; i < 3; i++)
        apply(1 + i, numbers[i]);
    network.offices[WINDOW].spool_full = true;
    for (size_t i = 0; i < 3; i++) {
        refuse_at_registry(numbers[i]);
        fake_network_run(&network, 7000);
    }
    assert_int_equal(waiting_rows(), 3);
    network.offices[WINDOW].spool_full = false;
    fake_network_settle(&network);
    assert_int_equal(network.notification_count, 3);
    assert_int_equal(waiting_rows(), 0);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(times_notified(numbers[i]), 1);
}

/* Crash at the n-th call that the window makes to the world once the refusal is there: before the
 * notification is handed over, right after it, after it was settled. */
static void
a_crash_costs_no_notification_and_makes_no_second_file(void **unused)
{
    (void)unused;
    for (unsigned calls = 1; calls < 6; calls++) {
        char number[CASE_NUMBER_CHARS + 1];
        struct fake_office *window = &network.offices[WINDOW];
        apply(1, number);
        refuse_at_registry(number);
        window->crash_at = window->port_calls + calls;
        fake_network_settle(&network);
        window->crash_at = 0;
        fake_network_start_all(&network);
        fake_network_settle(&network);
        assert_int_equal(network.notification_count, 1);
        assert_int_equal(lines_of(&network.notifications[0]), 1);
        assert_int_equal(waiting_rows(), 0);
        assert_int_equal(times_notified(number), 1);
        desk_test_close(NULL);
        set_up(NULL);
    }
}

static void
what_was_handed_over_before_a_crash_is_handed_over_again_under_its_name(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    apply(1, number);
    refuse_at_registry(number);
    while (network.notification_count == 0)
        for (size_t i = 0; i < FAKE_PLACE_COUNT; i++)
            fake_network_deliver(&network, i);
    assert_int_equal(waiting_rows(), 1); /* not yet settled */
    fake_network_crash(&network, WINDOW);
    fake_network_start(&network, WINDOW);
    assert_int_equal(network.notification_count, 1);
    assert_int_equal(network.notifications[0].times, 2);
    fake_network_settle(&network);
    assert_int_equal(network.notifications[0].times, 2);
    assert_int_equal(times_notified(number), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_test_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(a_refusal_is_handed_over_once_then_settled),
        TEST(a_card_that_arrives_is_told_of_and_nothing_else_on_its_way),
        TEST(the_notifications_of_one_turn_are_one_file),
        TEST(what_the_spool_does_not_take_stays_and_is_tried_again),
        TEST(a_full_spool_holds_up_later_notifications_but_loses_none),
        TEST(a_crash_costs_no_notification_and_makes_no_second_file),
        TEST(what_was_handed_over_before_a_crash_is_handed_over_again_under_its_name),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
