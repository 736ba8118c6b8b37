/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "production-node/core/stock.h"

static void
an_office_that_received_nothing_is_not_controlled(void **unused)
{
    struct stock stock = { .controlled = false };
    (void)unused;
    for (int i = 0; i < 3; i++)
        assert_int_equal(stock_use(&stock, NULL), OK);
    stock_use_proved(&stock);
    stock_write_off_proved(&stock, 5);
    assert_int_equal(stock.received + stock.used + stock.spoiled + stock.left, 0);
    assert_int_equal(stock_write_off(&stock, 1, NULL), ERR_REFUSED);
}

static void
a_card_is_refused_when_no_blank_is_left(void **unused)
{
    struct stock stock = { .controlled = false };
    struct refusal refusal = { 0 };
    (void)unused;
    assert_int_equal(stock_receive(&stock, 2, NULL), OK);
    assert_int_equal(stock_use(&stock, NULL), OK);
    assert_int_equal(stock_use(&stock, NULL), OK);
    assert_int_equal(stock_use(&stock, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_STOCK_USED_UP);
    stock_spoil(&stock); /* a bad card brings no blank back */
    assert_int_equal(stock_use(&stock, NULL), ERR_REFUSED);
    assert_int_equal(stock.used, 1);
    assert_int_equal(stock.spoiled, 1);
    assert_true(stock_balances(&stock));
}

static void
a_count_rules_over_the_books(void **unused)
{
    static const struct {
        uint64_t counted;
        int64_t found;
        uint64_t received, spoiled, written_off, proved;
    } rows[] = {
        { 10, 0, 10, 0, 0, 0 },
        { 7, -3, 10, 3, 3, 0 },
        { 12, 2, 12, 0, 0, 2 },
        { 0, -10, 10, 10, 10, 0 },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stock stock = { .controlled = true, .received = 10, .left = 10 };
        int64_t found;
        assert_int_equal(stock_count(&stock, rows[i].counted, &found, NULL), OK);
        assert_int_equal(found, rows[i].found);
        assert_int_equal(stock.left, rows[i].counted);
        assert_int_equal(stock.received, rows[i].received);
        assert_int_equal(stock.spoiled, rows[i].spoiled);
        assert_int_equal(stock.written_off, rows[i].written_off);
        assert_int_equal(stock.proved, rows[i].proved);
        assert_true(stock_balances(&stock));
    }
}

static void
an_opening_count_begins_the_books(void **unused)
{
    struct stock stock = { .controlled = false };
    int64_t found;
    (void)unused;
    assert_int_equal(stock_count(&stock, 40, &found, NULL), OK);
    assert_true(stock.controlled && stock_balances(&stock));
    assert_int_equal(stock.left, 40);
}

static void
a_card_that_is_proved_had_a_blank_even_when_its_receipt_is_lost(void **unused)
{
    struct stock stock = { .controlled = true, .received = 1, .left = 1 };
    (void)unused;
    stock_use_proved(&stock);
    stock_use_proved(&stock);
    stock_write_off_proved(&stock, 3);
    assert_int_equal(stock.used, 2);
    assert_int_equal(stock.spoiled, 3);
    assert_int_equal(stock.left, 0);
    assert_int_equal(stock.received, 5);
    assert_int_equal(stock.proved, 4);
    assert_true(stock_balances(&stock));
}

static void
absurd_numbers_are_refused_and_change_nothing(void **unused)
{
    struct stock stock = { .controlled = true, .received = 5, .used = 2, .left = 3 };
    const struct stock before = stock;
    int64_t found;
    (void)unused;
    assert_int_equal(stock_receive(&stock, 0, NULL), ERR_REFUSED);
    assert_int_equal(stock_receive(&stock, UINT64_MAX, NULL), ERR_REFUSED);
    assert_int_equal(stock_receive(&stock, STOCK_RECEIVED_MAX - 4, NULL), ERR_REFUSED);
    assert_int_equal(stock_count(&stock, UINT64_MAX, &found, NULL), ERR_REFUSED);
    assert_int_equal(stock_write_off(&stock, 0, NULL), ERR_REFUSED);
    assert_int_equal(stock_write_off(&stock, 4, NULL), ERR_REFUSED);
    assert_memory_equal(&stock, &before, sizeof stock);
}

/* A small generator: the same sequence each time. */
static uint64_t
next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return *seed >> 33;
}

static void
the_books_balance_whatever_happens(void **unused)
{
    struct stock stock = { .controlled = false };
    uint64_t seed = 20261123;
    int64_t found;
    (void)unused;
    for (int i = 0; i < 20000; i++) {
        uint64_t count = next_random(&seed) % 9;
        enum result result = OK;
        switch (next_random(&seed) % 7) {
        case 0:
            result = stock_receive(&stock, count, NULL);
            break;
        case 1:
            stock_use_proved(&stock);
            break;
        case 2:
            if (stock.used > 0)
                stock_spoil(&stock);
            break;
        case 3:
            result = stock_write_off(&stock, count, NULL);
            break;
        case 4:
            stock_write_off_proved(&stock, count);
            break;
        case 5:
            result = i % 50 == 0 ? stock_count(&stock, count, &found, NULL) : OK;
            break;
        default:
            result = stock_use(&stock, NULL);
        }
        assert_true(result == OK || result == ERR_REFUSED);
        assert_true(stock_balances(&stock));
    }
    assert_true(stock.received > 1000 && stock.used > 0 && stock.spoiled > 0);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_office_that_received_nothing_is_not_controlled),
        cmocka_unit_test(a_card_is_refused_when_no_blank_is_left),
        cmocka_unit_test(a_count_rules_over_the_books),
        cmocka_unit_test(an_opening_count_begins_the_books),
        cmocka_unit_test(a_card_that_is_proved_had_a_blank_even_when_its_receipt_is_lost),
        cmocka_unit_test(absurd_numbers_are_refused_and_change_nothing),
        cmocka_unit_test(the_books_balance_whatever_happens),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
