/* SPDX-License-Identifier: Apache-2.0
 *
 * freeze_test - one daemon after the other stands still (SIGSTOP) in the middle of work: its
 * connections stay open and say nothing. The others go on; when it wakes, all work ends.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/lib/figures.h"
#include "tests/lib/journey.h"

enum { CASES = 6, ELSEWHERE = 3, ROUNDS_MAX = 50, ROOM = ROUNDS_MAX * CASES };

static struct network network;
static struct made_application application;
static char numbers[ROOM][CASE_NUMBER_CHARS + 1];
static const char *cases[ROOM];
static size_t case_count;
static struct network_office *frozen;
static bool failed = true;

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };
static const struct journey elsewhere = { .window = &network.offices[FUTIAN],
                                          .registry = &network.offices[TIANHE],
                                          .centre = &network.offices[YUEXIU] };

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    case_count = 0;
    network_open(&network, NULL);
    network_start(journey.window);
    network_start(journey.registry);
    network_start(journey.centre);
    network_start(elsewhere.window);
    network_start(elsewhere.registry);
    network_populate(journey.registry, 1, ROOM, NULL);
    network_populate(elsewhere.registry, 1, ROOM, NULL);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static void
freeze(struct network_office *office)
{
    assert_int_equal(kill(office->pid, SIGSTOP), 0);
    frozen = office;
}

static void
wake(void)
{
    if (frozen != NULL)
        assert_int_equal(kill(frozen->pid, SIGCONT), 0);
    frozen = NULL;
}

static int
tear_down(void **unused)
{
    (void)unused;
    if (frozen != NULL && frozen->pid != 0)
        (void)kill(frozen->pid, SIGCONT);
    frozen = NULL;
    network_close(&network, failed);
    return 0;
}

static void
choose_citizen(const struct journey *way, uint64_t seed)
{
    struct made_citizen citizen;
    citizen_make(seed, way->registry->area, &citizen);
    application_set_citizen(&application, &citizen);
}

static void
apply(const struct journey *way, uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    choose_citizen(way, seed);
    network_apply(way->window, &application, "", ret_number);
}

static void
apply_some(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        apply(&journey, case_count + 1, numbers[case_count]);
        cases[case_count] = numbers[case_count];
        case_count++;
    }
}

static bool
is_given_up(void *context)
{
    struct network_office *office = context;
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(office, frozen->code, &answer);
    return answer.response->peers->n_peers == 1 &&
           strcmp(answer.response->peers->peers[0]->link, "open") != 0 &&
           answer.response->peers->peers[0]->waiting > 0;
}

/* Others do a whole case's work while it stands still. */
static void
go_on_elsewhere(const struct journey *way, uint64_t first_seed, enum journey_stage last)
{
    char number[CASE_NUMBER_CHARS + 1];
    for (uint64_t i = 0; i < ELSEWHERE; i++) {
        apply(way, first_seed + i, number);
        journey_go_on(way, number, JOURNEY_ACCEPTED, last);
    }
}

static void
finish(size_t first)
{
    journey_take(&journey, cases + first, case_count - first, JOURNEY_CLOSED);
}

static void
end_and_audit(size_t more_closed)
{
    assert_int_equal(network_count_in_state(journey.window, "collected"), case_count + more_closed);
    network_stop_all(&network);
    network_audit(journey.window);
    network_audit(journey.registry);
    network_audit(journey.centre);
    failed = false;
}

static void
a_registry_that_stands_still_gets_all_when_it_wakes(void **unused)
{
    (void)unused;
    uint64_t rounds = figures_choose(1, 20);
    for (uint64_t round = 0; round < rounds; round++) {
        size_t first = case_count;
        apply_some(CASES / 2);
        freeze(journey.registry);
        apply_some(CASES / 2);
        network_wait_until(&network, "the window notices", is_given_up, journey.window);
        go_on_elsewhere(&elsewhere, 1 + round * ELSEWHERE, JOURNEY_CLOSED);
        wake();
        finish(first);
    }
    figures_add("offices_frozen", rounds);
    end_and_audit(0);
}

static void
a_card_centre_that_stands_still_gets_all_when_it_wakes(void **unused)
{
    (void)unused;
    const struct network_decision issue = { .verb = YIDI__VERB__ISSUE, .operator= "issuer1" };
    uint64_t rounds = figures_choose(1, 20);
    for (uint64_t round = 0; round < rounds; round++) {
        size_t first = case_count;
        apply_some(CASES);
        journey_take(&journey, cases + first, CASES, JOURNEY_EXAMINED);
        freeze(journey.centre);
        for (size_t i = first; i < case_count; i++)
            network_decide_one(journey.registry, &issue, cases[i], "issued");
        network_wait_until(&network, "the registry notices", is_given_up, journey.registry);
        journey_wait(journey.window, cases + first, CASES, "in-production");
        go_on_elsewhere(&elsewhere, 1 + round * ELSEWHERE, JOURNEY_EXAMINED);
        wake();
        journey_wait(journey.centre, cases + first, CASES, "ordered");
        for (size_t i = first; i < case_count; i++)
            journey_go_on(&journey, cases[i], JOURNEY_ORDERED, JOURNEY_CLOSED);
    }
    figures_add("offices_frozen", rounds);
    end_and_audit(0);
}

/* Its clerk's form is in its queue already: it is taken when the window wakes, not lost. */
static void
a_window_that_stands_still_answers_its_clerk_when_it_wakes(void **unused)
{
    (void)unused;
    const struct network_decision decisions[] = {
        { .verb = YIDI__VERB__MAKE, .operator= "maker1" },
          { .verb = YIDI__VERB__CHECK_CARD, .operator= "checker1" },
            {
                .verb = YIDI__VERB__DISPATCH,
                .operator= "packer1" },
          };
    static const char *const states[] = { "made", "verified", "dispatched" };
    size_t more_closed = 0;
    uint64_t rounds = figures_choose(1, 20);
    for (uint64_t round = 0; round < rounds; round++) {
        size_t first = case_count;
        Yidi__Apply form = YIDI__APPLY__INIT;
        Yidi__Request request = YIDI__REQUEST__INIT;
        struct bytes frames[ATTACHMENTS_MAX];
        AUTO(network_answer) struct network_answer answer = { 0 };
        apply_some(CASES);
        journey_take(&journey, cases + first, CASES, JOURNEY_ORDERED);
        freeze(journey.window);
        choose_citizen(&journey, ROOM - round);
        form.form = &application.form;
        form.request_key = "";
        request.command_case = YIDI__REQUEST__COMMAND_APPLY;
        request.apply = &form;
        assert_true(network_send(journey.window, &request, frames,
                                 application_frames(&application, frames)));
        for (size_t i = first; i < case_count; i++)
            for (int step = 0; step < 3; step++)
                network_decide_one(journey.centre, &decisions[step], cases[i], states[step]);
        network_wait_until(&network, "the centre notices", is_given_up, journey.centre);
        wake();
        assert_true(network_receive(journey.window, NETWORK_PATIENCE_MS, &answer));
        assert_int_equal(answer.response->id, request.id);
        assert_int_equal(answer.response->body_case, YIDI__RESPONSE__BODY_APPLIED);
        network_wait_for_state(journey.registry, answer.response->applied->case_number, "received");
        journey_wait(journey.window, cases + first, CASES, "in-transit");
        for (size_t i = first; i < case_count; i++)
            journey_go_on(&journey, cases[i], JOURNEY_IN_TRANSIT, JOURNEY_CLOSED);
        journey_go_on(&journey, answer.response->applied->case_number, JOURNEY_RECEIVED,
                      JOURNEY_CLOSED);
        more_closed++;
    }
    figures_add("offices_frozen", rounds);
    end_and_audit(more_closed);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_registry_that_stands_still_gets_all_when_it_wakes),
        TEST(a_card_centre_that_stands_still_gets_all_when_it_wakes),
        TEST(a_window_that_stands_still_answers_its_clerk_when_it_wakes),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
