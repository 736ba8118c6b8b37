/* SPDX-License-Identifier: Apache-2.0
 *
 * stock_book - blank cards: received, used, spoiled, counted, and what is left of the books when
 * the past was lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/centre.h"

static struct centre centre;

static void
a_card_uses_a_blank_and_without_one_none_is_made(void **unused)
{
    (void)unused;
    centre_go(&centre, 1, TO_ORDERED + 1); /* before the first receipt: not counted */
    centre_expect_stock(&centre, 0, 0, 0, 0);
    centre_receive_blanks(&centre, 2);
    centre_expect(&centre, &centre_check_bad, "ordered"); /* nor is its end */
    centre_expect_stock(&centre, 2, 0, 0, 2);
    centre_expect(&centre, &centre_make, "made");
    centre_expect(&centre, &centre_check_bad, "ordered");
    centre_expect(&centre, &centre_make, "made");
    centre_expect_stock(&centre, 2, 1, 1, 0);
    centre_expect(&centre, &centre_check_bad, "ordered");
    centre_expect(&centre, &centre_make, "STOCK_USED_UP");
    assert_int_equal(centre_row(&centre, CENTRE)->attempt, 3);
    centre_receive_blanks(&centre, 1);
    centre_expect(&centre, &centre_make, "made");
    centre_expect_stock(&centre, 3, 1, 2, 0);
    centre_check_books(&centre);
}

static void
only_blanks_that_were_received_are_used(void **unused)
{
    struct fake_decision named = centre_make;
    (void)unused;
    assert_string_equal(
        centre_change_stock(&centre, YIDI__STOCK_VERB__STOCK_RECEIVE, 3, "SH0998", "SH1000"), "");
    centre_go(&centre, 1, TO_ORDERED);
    named.card_serial = "SH1001";
    centre_expect(&centre, &named, "CARD_SERIAL_UNKNOWN");
    named.card_serial = "SH099";
    centre_expect(&centre, &named, "CARD_SERIAL_UNKNOWN");
    named.card_serial = "SH0999";
    centre_expect(&centre, &named, "made");
    centre_expect(&centre, &centre_check_bad, "ordered");
    centre_expect(&centre, &named, "CARD_SERIAL_TAKEN");
    assert_string_equal(
        centre_change_stock(&centre, YIDI__STOCK_VERB__STOCK_SPOIL, 1, "SH0998", ""), "");
    named.card_serial = "SH0998";
    centre_expect(&centre, &named, "CARD_SERIAL_TAKEN");
    centre_expect_stock(&centre, 3, 0, 2, 1);
    centre_receive_blanks(&centre, 5); /* from now on nobody can tell which serials there are */
    named.card_serial = "SH2000";
    centre_expect(&centre, &named, "made");
    centre_check_books(&centre);
}

static void
receipts_that_do_not_add_up_are_refused(void **unused)
{
    static const struct {
        uint64_t count;
        const char *first, *last, *answer;
    } rows[] = {
        { 10, "A001", "A010", "" },
        { 10, "A011", "A021", "STOCK_INVALID" }, /* eleven */
        { 10, "A010", "A019", "STOCK_INVALID" }, /* one was received */
        { 1, "A001", "A001", "STOCK_INVALID" },
        { 10, "A020", "A011", "STOCK_INVALID" },
        { 10, "A011", "B020", "STOCK_INVALID" },
        { 10, "A011", "", "STOCK_INVALID" },
        { 10, "", "A020", "STOCK_INVALID" },
        { 10, "A11", "A020", "STOCK_INVALID" },
        { 2, "AX", "AY", "STOCK_INVALID" },
        { 0, "", "", "STOCK_INVALID" },
        { 1, "A011", "A011", "" },
        { 1, "9", "9", "" },
    };
    (void)unused;
    uint64_t received = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(centre_change_stock(&centre, YIDI__STOCK_VERB__STOCK_RECEIVE,
                                                rows[i].count, rows[i].first, rows[i].last),
                            rows[i].answer);
        received += rows[i].answer[0] == '\0' ? rows[i].count : 0;
        centre_expect_stock(&centre, received, 0, 0, received);
    }
    assert_string_equal(centre_change_stock(&centre, YIDI__STOCK_VERB__STOCK_SPOIL, 99, "", ""),
                        "STOCK_INVALID");
    centre_check_books(&centre);
}

static void
a_count_after_a_lost_past_begins_the_books_again(void **unused)
{
    (void)unused;
    centre_receive_blanks(&centre, 10);
    centre_go(&centre, 1, TO_DISPATCHED);
    centre_lose(&centre);
    const Yidi__StockRow *row = centre_show_stock(&centre)->row;
    assert_true(row->count_due);
    assert_false(row->controlled);
    assert_string_equal(centre_change_stock(&centre, YIDI__STOCK_VERB__STOCK_COUNT, 9, "", ""), "");
    assert_false(centre_show_stock(&centre)->row->count_due);
    centre_expect_stock(&centre, 9, 0, 0, 9);
    centre_go(&centre, 2, TO_ORDERED + 1);
    centre_expect_stock(&centre, 9, 1, 0, 8);
    centre_check_books(&centre);
}

/* An old copy of the disk knows the receipt and not the cards that were made since: what its peers
 * hold of them is booked, what nobody saw is found by a count. */
static void
cards_that_peers_saw_are_booked_when_an_old_copy_goes_on(void **unused)
{
    (void)unused;
    centre_receive_blanks(&centre, 3);
    centre_go(&centre, 1, TO_ORDERED);
    fake_network_copy_disk(&centre.network, CENTRE);
    centre_expect(&centre, &centre_make, "made");
    centre_expect(&centre, &centre_check_bad, "ordered"); /* nobody else saw that */
    centre_expect(&centre, &centre_make, "made");
    centre_expect(&centre, &centre_check, "verified");
    centre_go(&centre, 2, TO_DISPATCHED);
    centre_expect_stock(&centre, 3, 2, 1, 0);
    centre_set_back(&centre);
    centre_expect_stock(&centre, 3, 2, 1, 0);
    assert_true(centre_show_stock(&centre)->row->count_due);
    centre_check_books(&centre);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) CENTRE_TEST(name, &centre)
        TEST(a_card_uses_a_blank_and_without_one_none_is_made),
        TEST(only_blanks_that_were_received_are_used),
        TEST(receipts_that_do_not_add_up_are_refused),
        TEST(a_count_after_a_lost_past_begins_the_books_again),
        TEST(cards_that_peers_saw_are_booked_when_an_old_copy_goes_on),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
