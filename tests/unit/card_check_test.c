/* SPDX-License-Identifier: Apache-2.0
 *
 * card_check - two checks of each card, and what becomes of cards that are bad late, missing,
 * withdrawn or never collected.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/calendar.h"
#include "common/domain/civil_date.h"
#include "tests/lib/centre.h"

static struct centre centre;

/* ---- two checks ---- */

static void
a_card_is_checked_by_eye_and_by_reader_in_two_acts(void **unused)
{
    struct fake_decision by_eye = centre_check, by_reader = centre_check;
    (void)unused;
    by_eye.by = YIDI__CHECK_METHOD__BY_EYE;
    by_reader.by = YIDI__CHECK_METHOD__BY_READER;
    by_reader.operator= "reader";
    centre_go(&centre, 1, TO_ORDERED + 1);
    by_eye.operator= "maker";
    centre_expect(&centre, &by_eye, "FOUR_EYES");
    by_eye.operator= "checker";
    centre_expect(&centre, &by_eye, "made");
    centre_expect(&centre, &by_eye, "made"); /* once more is no second method */
    centre_expect_state(&centre, REGISTRY, "issued");
    centre_expect(&centre, &by_reader, "verified");
    centre_expect_state(&centre, REGISTRY, "made");
    assert_string_equal(centre_row(&centre, CENTRE)->checked_by_eye, "checker");
    assert_string_equal(centre_row(&centre, CENTRE)->checked_by_reader, "reader");
    assert_int_equal(centre_count_hops(&centre, YIDI__STEP__CHECKED_BY_EYE), 2);
    assert_int_equal(centre_count_hops(&centre, YIDI__STEP__VERIFIED), 1);

    centre_go(&centre, 2, TO_ORDERED + 1); /* without a method it is both, and still two acts */
    centre_expect(&centre, &centre_check, "verified");
    assert_int_equal(centre_count_hops(&centre, YIDI__STEP__CHECKED_BY_EYE), 1);
    assert_int_equal(centre_count_hops(&centre, YIDI__STEP__VERIFIED), 1);
    fake_network_audit(&centre.network);
}

static void
a_card_that_one_check_finds_bad_is_made_and_checked_again(void **unused)
{
    struct fake_decision by_eye = centre_check, bad_by_reader = centre_check_bad;
    (void)unused;
    by_eye.by = YIDI__CHECK_METHOD__BY_EYE;
    bad_by_reader.by = YIDI__CHECK_METHOD__BY_READER;
    centre_go(&centre, 1, TO_ORDERED + 1);
    centre_expect(&centre, &by_eye, "made");
    centre_expect(&centre, &bad_by_reader, "ordered");
    const Yidi__StockReport *report = centre_show_stock(&centre);
    assert_int_equal(report->n_spoiled, 1);
    assert_int_equal(report->spoiled[0]->why, YIDI__SPOILED_WHY__BAD_BY_READER);
    assert_string_equal(report->spoiled[0]->case_number, centre.number);
    assert_string_equal(report->spoiled[0]->text, "scratched");
    assert_string_equal(report->spoiled[0]->operator_, "checker");
    centre_expect(&centre, &centre_make, "made");
    assert_int_equal(centre_row(&centre, CENTRE)->attempt, 2);
    assert_string_equal(centre_row(&centre, CENTRE)->checked_by_eye,
                        ""); /* that was another card */
    centre_expect(&centre, &centre_check, "verified");
}

static void
pass_days(unsigned days)
{
    fake_network_run_until(&centre.network,
                           centre.network.now.monotonic_ms + days * UINT64_C(86400000));
}

static void
an_order_has_one_time_for_making_and_checking_and_a_bad_card_a_day(void **unused)
{
    static const struct calendar weekends; /* no holidays */
    (void)unused;
    centre_go(&centre, 1, TO_ORDERED);
    const uint64_t ordered_ms = centre_row(&centre, CENTRE)->stage_deadline_ms;
    pass_days(3);
    centre_expect(&centre, &centre_make, "made");
    assert_int_equal(centre_row(&centre, CENTRE)->stage_deadline_ms, ordered_ms);
    uint32_t today = civil_date_of_ms(fake_network_time(&centre.network, CENTRE).wall_ms);
    centre_expect(&centre, &centre_check_bad, "ordered");
    assert_int_equal(centre_row(&centre, CENTRE)->stage_deadline_ms,
                     civil_date_end_ms(calendar_add_working_days(&weekends, today, 1)));
    pass_days(1);
    centre_expect(&centre, &centre_make, "made");
    assert_int_equal(centre_row(&centre, CENTRE)->stage_deadline_ms, ordered_ms);
    pass_days(1);
    centre_expect(&centre, &centre_check, "verified");
    assert_int_equal(centre_row(&centre, CENTRE)->stage_deadline_ms, ordered_ms);
}

/* ---- cards that go astray ---- */

static void
an_order_is_given_back_until_its_card_is_made(void **unused)
{
    (void)unused;
    centre_go(&centre, 1, TO_ORDERED);
    centre_expect(&centre, &centre_withdraw, "withdrawing");
    centre_expect_state(&centre, CENTRE, "withdrawn");
    centre_expect_state(&centre, REGISTRY, "withdrawn");
    centre_expect_state(&centre, WINDOW, "withdrawn");
    centre_expect(&centre, &centre_make, "ILLEGAL_IN_STATE");

    centre_go(&centre, 2, TO_ORDERED + 1);
    centre_expect(&centre, &centre_withdraw, "withdrawing");
    centre_expect_state(&centre, CENTRE, "made");
    centre_expect_state(&centre, WINDOW, "in-production");
    centre_finish_from(&centre, TO_ORDERED + 1);
    fake_network_audit(&centre.network);
}

static void
a_missing_card_is_found_and_sent_again_or_lost_and_made_again(void **unused)
{
    (void)unused;
    centre_receive_blanks(&centre, 9);
    for (int i = 0; i < 2; i++) {
        struct fake_decision silent = i == 0 ? centre_found : centre_lost, again = centre_dispatch;
        silent.text = "";
        again.package = i == 0 ? "EMS-3" : "EMS-4";
        centre_go(&centre, (uint64_t)i + 1, TO_DISPATCHED);
        centre_expect(&centre, i == 0 ? &centre_lost : &centre_found, "ILLEGAL_IN_STATE");
        centre_expect(&centre, &centre_miss, "in-production");
        centre_expect_state(&centre, CENTRE, "missing");
        centre_expect(&centre, &silent, "FIELD_OUT_OF_BOUNDS");
        centre_expect(&centre, i == 0 ? &centre_found : &centre_lost,
                      i == 0 ? "verified" : "ordered");
        assert_int_equal(centre_show_stock(&centre)->n_spoiled, i);
        if (i == 1) {
            centre_expect(&centre, &centre_make, "made");
            centre_expect(&centre, &centre_check, "verified");
        }
        centre_expect(&centre, &again, "dispatched");
        centre_expect_state(&centre, WINDOW, "in-transit");
        centre_finish_from(&centre, TO_DISPATCHED);
    }
    assert_int_equal(centre_show_stock(&centre)->spoiled[0]->why,
                     YIDI__SPOILED_WHY__LOST_ON_THE_WAY);
    centre_expect_stock(&centre, 9, 2, 1, 6);
    fake_network_audit(&centre.network);
}

static void
a_card_that_nobody_collects_is_destroyed(void **unused)
{
    (void)unused;
    centre_go(&centre, 1, TO_READY);
    fake_desk_let_collection_pass(&centre.network, WINDOW, centre.number);
    centre_expect(&centre, &centre_destroy, "destroyed");
    centre_expect_state(&centre, CENTRE, "closed");
    assert_int_equal(centre_count_hops(&centre, YIDI__STEP__DESTROYED), 1);
    assert_int_equal(centre_show_stock(&centre)->n_spoiled, 0); /* it was a good card */
}

static uint32_t
days_until_due(enum fake_place place)
{
    uint64_t now_ms = fake_network_time(&centre.network, place).wall_ms;
    return (uint32_t)civil_date_days_between(
        civil_date_of_ms(now_ms), civil_date_of_ms(centre_row(&centre, place)->stage_deadline_ms));
}

static void
a_card_that_arrives_bad_is_due_again_in_five_days_at_both_offices(void **unused)
{
    (void)unused;
    centre_go(&centre, 1, TO_READY);
    centre_expect(&centre, &centre_bad_at_window, "in-production");
    centre_expect_state(&centre, CENTRE, "ordered");
    assert_int_equal(days_until_due(WINDOW), 5);
    assert_int_equal(days_until_due(CENTRE), 5);
    pass_days(2);
    centre_expect(&centre, &centre_make, "made");
    assert_int_equal(days_until_due(CENTRE), 3);
    centre_expect(&centre, &centre_check, "verified");
    assert_int_equal(days_until_due(CENTRE), 3);
}

static void
a_fault_that_its_holder_finds_opens_the_order_again(void **unused)
{
    (void)unused;
    centre_go(&centre, 1, TO_THE_END);
    centre_expect(&centre, &centre_bad_at_window, "in-production");
    centre_expect_state(&centre, CENTRE, "ordered");
    assert_int_equal(centre_show_stock(&centre)->spoiled[0]->why, YIDI__SPOILED_WHY__BAD_IN_USE);
    assert_null(centre_row(&centre, CENTRE)->attention);
    assert_int_equal(days_until_due(CENTRE), 5);
    centre_finish_from(&centre, TO_ORDERED);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) CENTRE_TEST(name, &centre)
        TEST(a_card_is_checked_by_eye_and_by_reader_in_two_acts),
        TEST(a_card_that_one_check_finds_bad_is_made_and_checked_again),
        TEST(an_order_has_one_time_for_making_and_checking_and_a_bad_card_a_day),
        TEST(an_order_is_given_back_until_its_card_is_made),
        TEST(a_missing_card_is_found_and_sent_again_or_lost_and_made_again),
        TEST(a_card_that_nobody_collects_is_destroyed),
        TEST(a_card_that_arrives_bad_is_due_again_in_five_days_at_both_offices),
        TEST(a_fault_that_its_holder_finds_opens_the_order_again),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
