/* SPDX-License-Identifier: Apache-2.0
 *
 * package - both ends know which cards travel together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/centre.h"

static struct centre centre;

static const Yidi__Response *
ask_package(size_t at, const char *package)
{
    Yidi__PackageQuery query = YIDI__PACKAGE_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    query.package = (char *)(uintptr_t)package;
    request.command_case = YIDI__REQUEST__COMMAND_PACKAGE_QUERY;
    request.package_query = &query;
    return centre_ask(&centre, at, &request);
}

static void
expect_package(size_t at, unsigned expected, unsigned known, unsigned arrived, unsigned missing)
{
    const Yidi__Response *response = ask_package(at, "EMS-1");
    assert_int_equal(response->body_case, YIDI__RESPONSE__BODY_PACKAGE);
    const Yidi__PackageReport *report = response->package;
    if (report->expected != expected || report->n_cards != known || report->arrived != arrived ||
        report->missing != missing)
        fail_msg("at %zu: expected %u, known %zu, arrived %u, missing %u", at, report->expected,
                 report->n_cards, report->arrived, report->missing);
}

static void
both_ends_know_what_is_in_a_package(void **unused)
{
    static const struct fake_decision receive = {
        .at = WINDOW, .verb = YIDI__VERB__RECEIVE, .operator= "clerk" };
    (void)unused;
    char numbers[4][CASE_NUMBER_CHARS + 1];
    centre_expect_refusal(ask_package(WINDOW, "EMS-1"), "PACKAGE_UNKNOWN");
    centre_expect_refusal(ask_package(REGISTRY, "EMS-1"), "PACKAGE_UNKNOWN");
    for (unsigned i = 0; i < 4; i++) {
        centre_go(&centre, i + 1, TO_DISPATCHED - 1);
        memcpy(numbers[i], centre.number, sizeof centre.number);
    }
    for (unsigned i = 0; i < 3; i++) {
        memcpy(centre.number, numbers[i], sizeof centre.number);
        centre_expect(&centre, &centre_dispatch, "dispatched");
        expect_package(CENTRE, i + 1, i + 1, 0, 0);
        expect_package(WINDOW, i + 1, i + 1, 0, 0);
    }
    centre_expect(&centre, &receive, "ready");
    memcpy(centre.number, numbers[0], sizeof centre.number);
    centre_expect(&centre, &centre_bad_at_window, "in-production");
    memcpy(centre.number, numbers[1], sizeof centre.number);
    centre_expect(&centre, &centre_miss, "in-production");
    expect_package(CENTRE, 3, 3, 2, 1);
    expect_package(WINDOW, 3, 3, 2, 1);

    memcpy(centre.number, numbers[3], sizeof centre.number); /* it was opened */
    centre_expect(&centre, &centre_dispatch, "PACKAGE_TAKEN");
    centre_expect_state(&centre, CENTRE, "verified");
    memcpy(centre.number, numbers[1], sizeof centre.number);
    centre_expect(&centre, &centre_found, "verified");
    centre_expect(&centre, &centre_dispatch, "PACKAGE_TAKEN");
    expect_package(CENTRE, 3, 3, 2, 0);

    centre_lose(&centre);
    expect_package(CENTRE, 3, 3, 2, 1); /* that it was found, nobody else knew */
    fake_desk_lose_disk(&centre.network, WINDOW);
    centre_recover(&centre, WINDOW);
    expect_package(WINDOW, 3, 3, 2, 1);
}

static void
a_card_that_is_lost_for_good_is_still_missing_in_its_package(void **unused)
{
    (void)unused;
    centre_go(&centre, 1, TO_DISPATCHED - 1);
    centre_expect(&centre, &centre_dispatch, "dispatched");
    expect_package(CENTRE, 1, 1, 0, 0);
    centre_expect(&centre, &centre_miss, "in-production");
    expect_package(CENTRE, 1, 1, 0, 1);
    centre_expect(&centre, &centre_lost, "ordered");
    expect_package(CENTRE, 1, 1, 0, 1);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
#define TEST(name) CENTRE_TEST(name, &centre)
        TEST(both_ends_know_what_is_in_a_package),
        TEST(a_card_that_is_lost_for_good_is_still_missing_in_its_package),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
