/* SPDX-License-Identifier: Apache-2.0
 *
 * namespace_test - three offices in networks of their own, joined by real (virtual) lines through
 * one in the middle that forwards; lines go down and up again while work goes on.
 *
 * Other than a proxy, a line that is down says nothing at all: packets are lost and TCP waits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/figures.h"
#include "tests/lib/journey.h"
#include "tests/lib/namespace.h"

enum { WINDOW_LINE, REGISTRY_LINE, CENTRE_LINE, LINES };
enum { PORT = 5600, CASES_PER_ROUND = 4, ROUNDS_MAX = 60 };
enum { ROOM = CASES_PER_ROUND * LINES * ROUNDS_MAX };

static struct network network;
static struct namespace_net net = { .home = -1 };
static struct made_application application;
static char numbers[ROOM][CASE_NUMBER_CHARS + 1];
static const char *cases[ROOM];
static size_t case_count;
static bool failed = true;

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };

static void
place(struct network_office *office, size_t line)
{
    char address[NAMESPACE_ADDRESS_BYTES];
    snprintf(office->listed_endpoint, sizeof office->listed_endpoint, "tcp://%s:%d",
             namespace_net_address(line, address), PORT);
}

static void
start_in(struct network_office *office, size_t line)
{
    namespace_net_enter(&net, line);
    network_launch(office);
    namespace_net_leave(&net);
    network_await(office);
}

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    const struct network_options options = { .option_lines = "bind = tcp://0.0.0.0:5600\n" };
    if (!namespace_net_open(&net, LINES)) {
        namespace_net_close(&net);
        return 0;
    }
    network_open(&network, &options);
    place(journey.window, WINDOW_LINE);
    place(journey.registry, REGISTRY_LINE);
    place(journey.centre, CENTRE_LINE);
    network_write_directories(&network);
    start_in(journey.window, WINDOW_LINE);
    start_in(journey.registry, REGISTRY_LINE);
    start_in(journey.centre, CENTRE_LINE);
    network_populate(journey.registry, 1, ROOM, NULL);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    if (net.home < 0)
        return 0;
    network_close(&network, failed);
    namespace_net_close(&net);
    return 0;
}

static void
apply_some(void)
{
    struct made_citizen citizen;
    for (int i = 0; i < CASES_PER_ROUND; i++) {
        citizen_make(case_count + 1, journey.registry->area, &citizen);
        application_set_citizen(&application, &citizen);
        network_apply(journey.window, &application, "", numbers[case_count]);
        cases[case_count] = numbers[case_count];
        case_count++;
    }
}

static bool
window_is_not_heard(void *unused)
{
    (void)unused;
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(journey.window, journey.registry->code, &answer);
    const Yidi__PeerStatus *peer = answer.response->peers->peers[0];
    return peer->waiting > 0 && strcmp(peer->link, "open") != 0;
}

/* A form is accepted whatever the lines do, and its case ends when they are back. */
static void
work_over_a_cut(size_t line)
{
    const struct network_decision issue = { .verb = YIDI__VERB__ISSUE, .operator= "issuer1" };
    size_t first = case_count;
    apply_some();
    if (line == CENTRE_LINE)
        journey_take(&journey, cases + first, CASES_PER_ROUND, JOURNEY_EXAMINED);
    namespace_net_cut(&net, line);
    if (line == CENTRE_LINE) {
        for (size_t i = first; i < case_count; i++)
            network_decide_one(journey.registry, &issue, cases[i], "issued");
        journey_wait(journey.window, cases + first, CASES_PER_ROUND, "in-production");
    } else {
        apply_some();
        network_wait_until(&network, "the window notices the cut", window_is_not_heard, NULL);
    }
    namespace_net_restore(&net, line);
    if (line == CENTRE_LINE)
        for (size_t i = first; i < case_count; i++) {
            network_wait_for_state(journey.centre, cases[i], "ordered");
            journey_go_on(&journey, cases[i], JOURNEY_ORDERED, JOURNEY_CLOSED);
        }
    else
        journey_take(&journey, cases + first, case_count - first, JOURNEY_CLOSED);
}

static void
lines_that_go_down_and_up_lose_and_double_nothing(void **unused)
{
    (void)unused;
    if (net.home < 0) {
        print_message("skipped: no network namespaces with veth lines here (rights, ip, kernel)\n");
        skip();
    }
    uint64_t rounds = figures_choose(1, ROUNDS_MAX / 2);
    for (uint64_t round = 0; round < rounds; round++)
        for (size_t line = 0; line < LINES; line++)
            work_over_a_cut(line);
    figures_add("links_cut", rounds * LINES);
    assert_int_equal(network_count_in_state(journey.window, "collected"), case_count);
    assert_int_equal(network_count_in_state(journey.registry, "closed"), case_count);
    assert_int_equal(network_count_in_state(journey.centre, "closed"), case_count);
    network_stop_all(&network);
    network_audit(journey.window);
    network_audit(journey.registry);
    network_audit(journey.centre);
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_that_go_down_and_up_lose_and_double_nothing, set_up,
                                        tear_down),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
