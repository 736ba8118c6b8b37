/* SPDX-License-Identifier: Apache-2.0
 *
 * outage_test - offices go on working while others are away, and what waits arrives when they come
 * back, whichever comes back first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/journey.h"

static struct network network;
static struct made_application application;
static bool failed = true;

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    network_start(journey.window);
    network_start(journey.registry);
    network_start(journey.centre);
    network_populate(journey.registry, 1, 20, NULL);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

static void
apply_for(uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    struct made_citizen citizen;
    citizen_make(seed, journey.registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(journey.window, &application, "", ret_number);
}

static void
the_window_goes_on_accepting_while_the_registry_is_away(void **unused)
{
    (void)unused;
    enum { CASES = 20 };
    char numbers[CASES][CASE_NUMBER_CHARS + 1];
    const char *list[CASES];
    network_kill(journey.registry);
    for (int i = 0; i < CASES; i++) {
        apply_for((uint64_t)i + 1, numbers[i]);
        list[i] = numbers[i];
    }
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(journey.window, journey.registry->code, &answer);
    assert_int_equal(answer.response->peers->peers[0]->waiting, CASES);
    network_kill(journey.window);
    network_start(journey.window);
    network_start(journey.registry);
    journey_take(&journey, list, CASES, JOURNEY_CLOSED);
    failed = false;
}

/* The registry closes, and the citizen's next card is ordered, before the card centre hears that
 * the first one was collected. */
static void
a_second_order_may_overtake_the_news_of_the_first_cards_collection(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1], second[CASE_NUMBER_CHARS + 1];
    const struct network_decision collect = { .verb = YIDI__VERB__COLLECT,
                                              .operator= "clerk1",
                                              .old_card_surrendered = true };
    const struct network_decision issue = { .verb = YIDI__VERB__ISSUE, .operator= "issuer1" };
    apply_for(1, first);
    journey_go_on(&journey, first, JOURNEY_ACCEPTED, JOURNEY_READY);
    network_stop(journey.centre);
    network_decide_one(journey.window, &collect, first, "collected");
    network_wait_for_state(journey.registry, first, "closed");
    apply_for(1, second);
    journey_go_on(&journey, second, JOURNEY_ACCEPTED, JOURNEY_EXAMINED);
    network_decide_one(journey.registry, &issue, second, "issued");

    network_stop(journey.window);
    network_start(journey.centre);
    network_wait_for_state(journey.centre, second, "ordered");
    network_wait_for_state(journey.centre, first, "delivered");
    network_start(journey.window);
    network_wait_for_state(journey.centre, first, "closed");
    journey_go_on(&journey, second, JOURNEY_ORDERED, JOURNEY_CLOSED);
    failed = false;
}

/* The card centre is heard before the registry: the card is on its way before word of its issue. */
static void
a_card_may_arrive_before_the_news_of_its_issue(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    const struct network_decision decisions[] = {
        { .verb = YIDI__VERB__MAKE, .operator= "maker1" },
          { .verb = YIDI__VERB__CHECK_CARD, .operator= "checker1" },
            {
                .verb = YIDI__VERB__DISPATCH,
                .operator= "packer1" },
          };
    const struct network_decision issue = { .verb = YIDI__VERB__ISSUE, .operator= "issuer1" };
    apply_for(1, number);
    journey_go_on(&journey, number, JOURNEY_ACCEPTED, JOURNEY_EXAMINED);
    network_stop(journey.window);
    network_decide_one(journey.registry, &issue, number, "issued");
    network_wait_for_state(journey.centre, number, "ordered");
    network_decide_one(journey.centre, &decisions[0], number, "made");
    network_decide_one(journey.centre, &decisions[1], number, "verified");
    network_wait_for_state(journey.registry, number, "made");
    network_decide_one(journey.centre, &decisions[2], number, "dispatched");
    network_stop(journey.registry);

    network_start(journey.window);
    network_wait_for_state(journey.window, number, "in-transit");
    journey_go_on(&journey, number, JOURNEY_IN_TRANSIT, JOURNEY_READY);
    network_start(journey.registry);
    journey_go_on(&journey, number, JOURNEY_READY, JOURNEY_CLOSED);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_window_goes_on_accepting_while_the_registry_is_away),
        TEST(a_second_order_may_overtake_the_news_of_the_first_cards_collection),
        TEST(a_card_may_arrive_before_the_news_of_its_issue),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
