/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery_trouble_test - what goes wrong while an office gets its past back: a peer is away, the
 * office or a peer is killed, everything is lost again; and what needs no recovery at all.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/disaster.h"
#include "tests/lib/figures.h"
#include "tests/lib/journey.h"
#include "tests/lib/tool.h"

enum { CASES = 80, CASES_MAX = 500, CITIZENS = CASES_MAX + 20, KILLS = 3, KILLS_SOAK = 20 };

static struct network network;
static struct made_application application;
static char numbers[CASES_MAX + 20][CASE_NUMBER_CHARS + 1];
static const char *list[CASES_MAX + 20];
static struct tool tool;
static bool failed = true;

static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const centre = &network.offices[YUEXIU];

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
    network_start_all(&network);
    network_populate(registry, 1, CITIZENS, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    for (size_t i = 0; i < CASES_MAX + 20; i++)
        list[i] = numbers[i];
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* ---- what is done in all of them ---- */

static void
set_citizen(size_t index)
{
    struct made_citizen citizen;
    citizen_make((uint64_t)index + 1, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
}

static void
apply_for(size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        set_citizen(i);
        network_apply(window, &application, "", numbers[i]);
    }
}

static void
lose_disk(struct network_office *office)
{
    network_kill(office);
    disaster_lose_disk(office);
    network_start(office);
}

static void
recover(struct network_office *office, Yidi__RecoverVerb verb)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    disaster_recover(office, verb, &answer);
}

static bool
is_halted(void *context)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(context, &answer);
    return answer.response->status->halted[0] != '\0';
}

static uint32_t
epoch_of(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer);
    return answer.response->status->epoch;
}

static void
audit_all(void)
{
    network_stop_all(&network);
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        network_audit(&network.offices[i]);
}

/* Each closed everywhere, and there are no others. */
static void
finish(size_t count, enum journey_stage done)
{
    journey_go_on_all(&journey, list, count, done, JOURNEY_CLOSED);
    assert_int_equal(network_count_in_state(window, "collected"), count);
    assert_int_equal(network_count_in_state(registry, "closed"), count);
    assert_int_equal(network_count_in_state(centre, "closed"), count);
    audit_all();
}

static uint64_t
monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- a peer that is away ---- */

static const Yidi__RecoveryPeer *
find_missing(const Yidi__RecoveryReport *report, const struct network_office *office)
{
    for (size_t i = 0; i < report->n_missing; i++)
        if (strcmp(report->missing[i]->office, office->code) == 0)
            return report->missing[i];
    return NULL;
}

static void
assert_only_missing(struct network_office *office, const struct network_office *peer)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    const Yidi__RecoveryReport *report =
        disaster_recover(office, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer);
    assert_int_equal(report->n_missing, 1);
    assert_non_null(find_missing(report, peer));
    assert_string_equal(find_missing(report, peer)->state, "asking");
}

/* The registry comes back without the card centre; the orders that it issues meanwhile wait for the
 * centre, whose stream goes on where it was. */
static void
a_peer_that_is_away_brings_its_share_when_it_is_back(void **unused)
{
    (void)unused;
    enum { BEFORE = 4, MORE = 3 };
    apply_for(0, BEFORE + MORE);
    journey_take(&journey, list, BEFORE, JOURNEY_ORDERED);
    journey_wait(registry, list + BEFORE, MORE, "received");
    network_kill(centre);
    lose_disk(registry);
    recover(registry, YIDI__RECOVER_VERB__RECOVER_START);
    disaster_wait_for_phase(registry, "asking");
    usleep(500 * 1000); /* the others are answered for by now; it goes on waiting */
    disaster_wait_for_phase(registry, "asking");
    assert_true(is_halted(registry));
    recover(registry, YIDI__RECOVER_VERB__RECOVER_FINISH);
    disaster_wait_for_phase(registry, "done");
    assert_only_missing(registry, centre);
    assert_false(is_halted(registry));
    network_populate(registry, 1, CITIZENS, NULL);

    const struct network_decision examine = { .verb = YIDI__VERB__EXAMINE, .operator= "examiner1" };
    const struct network_decision issue = { .verb = YIDI__VERB__ISSUE, .operator= "issuer1" };
    for (size_t i = BEFORE; i < BEFORE + MORE; i++) {
        network_decide_one(registry, &examine, numbers[i], "examined");
        network_decide_one(registry, &issue, numbers[i], "issued");
    }
    journey_wait(window, list + BEFORE, MORE, "in-production");
    network_kill(registry); /* what is held is on the disk */
    network_start(registry);
    assert_only_missing(registry, centre);
    network_start(centre);
    disaster_wait_for_everybody(registry);
    journey_wait(centre, list, BEFORE + MORE, "ordered");
    disaster_expect_whole(registry);
    assert_int_equal(network_count_in_state(centre, "ordered"), BEFORE + MORE);
    finish(BEFORE + MORE, JOURNEY_ORDERED);
    failed = false;
}

/* What cannot be done again without the share of a peer that is away is put aside until it comes.
 */
static void
acts_that_need_the_share_of_a_peer_that_is_away_wait_for_it(void **unused)
{
    (void)unused;
    apply_for(0, 2);
    journey_take(&journey, list, 2, JOURNEY_READY);
    journey_go_on(&journey, numbers[0], JOURNEY_READY, JOURNEY_CLOSED);
    network_kill(centre);
    lose_disk(window);
    recover(window, YIDI__RECOVER_VERB__RECOVER_START);
    usleep(300 * 1000);
    recover(window, YIDI__RECOVER_VERB__RECOVER_FINISH);
    disaster_wait_for_phase(window, "done");
    network_start(centre);
    disaster_wait_for_everybody(window);
    disaster_expect_whole(window);
    network_wait_for_state(window, numbers[0], "collected");
    network_wait_for_state(window, numbers[1], "ready");
    AUTO(network_answer) struct network_answer answer = { 0 };
    disaster_recover(window, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer);
    assert_int_equal(answer.response->recovery->sent_again, 0);
    journey_go_on(&journey, numbers[1], JOURNEY_READY, JOURNEY_CLOSED);
    audit_all();
    failed = false;
}

/* With nobody's share there is nothing to go on with: not even --finish makes it work. */
static void
an_office_whose_peers_are_all_away_does_not_go_to_work(void **unused)
{
    (void)unused;
    apply_for(0, 2);
    journey_wait(registry, list, 2, "received");
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (&network.offices[i] != window)
            network_stop(&network.offices[i]);
    lose_disk(window);
    recover(window, YIDI__RECOVER_VERB__RECOVER_START);
    recover(window, YIDI__RECOVER_VERB__RECOVER_FINISH);
    usleep(500 * 1000);
    disaster_wait_for_phase(window, "asking");
    assert_true(is_halted(window));
    network_start(registry); /* the first one that answers is enough then */
    disaster_wait_for_phase(window, "done");
    assert_int_equal(epoch_of(window), 2);
    assert_int_equal(network_count_in_state(window, "submitted"), 2);
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (network.offices[i].pid == 0)
            network_start(&network.offices[i]);
    disaster_wait_for_everybody(window);
    finish(2, JOURNEY_RECEIVED);
    failed = false;
}

/* ---- killed in the middle ---- */

static void
pause_us(uint64_t time_us)
{
    const struct timespec pause = { .tv_sec = (time_t)(time_us / 1000000),
                                    .tv_nsec = (long)(time_us % 1000000) * 1000 };
    nanosleep(&pause, NULL);
}

static bool
is_recovered(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    const Yidi__RecoveryReport *report =
        disaster_recover(office, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer);
    return strcmp(report->phase, "done") == 0;
}

/* How long a recovery takes that nobody disturbs. */
static uint64_t
time_recovery_us(struct network_office *office)
{
    lose_disk(office);
    uint64_t start_us = monotonic_us();
    disaster_recover_fully(office);
    return monotonic_us() - start_us;
}

/* So many deaths before it was done, spread over its course: it goes on where it was each time. */
static void
kill_while_it_recovers(struct network_office *victim, unsigned kills)
{
    uint64_t whole_us = time_recovery_us(victim);
    unsigned deaths = 0;
    for (unsigned round = 0; deaths < kills && round < 10 * kills; round++) {
        lose_disk(victim);
        disaster_try_recover(victim, YIDI__RECOVER_VERB__RECOVER_START);
        for (unsigned again = 0; again < 3 && deaths < kills && !is_recovered(victim); again++) {
            pause_us(whole_us * (deaths + 1) / (kills + 1) / (again + 1));
            network_kill(victim);
            network_start(victim);
            if (is_recovered(victim))
                break;
            deaths++;
            if (!is_halted(victim)) /* it died before the question was stored */
                fail_msg("%s works without its past", victim->code);
        }
        if (!is_recovered(victim))
            recover(victim, YIDI__RECOVER_VERB__RECOVER_START);
        disaster_wait_for_phase(victim, "done");
        disaster_expect_whole(victim);
    }
    assert_int_equal(deaths, kills);
    figures_add("recoveries_killed", deaths);
}

static void
an_office_killed_while_it_recovers_goes_on_where_it_was(void **unused)
{
    (void)unused;
    size_t count = (size_t)figures_choose(CASES, CASES_MAX);
    unsigned kills = (unsigned)figures_choose(KILLS, KILLS_SOAK);
    apply_for(0, count);
    journey_take(&journey, list, count, JOURNEY_ORDERED);
    kill_while_it_recovers(window, kills);
    kill_while_it_recovers(registry, kills);
    network_populate(registry, 1, CITIZENS, NULL);
    kill_while_it_recovers(centre, kills);
    assert_int_equal(network_count_in_state(window, "in-production"), count);
    assert_int_equal(network_count_in_state(centre, "ordered"), count);
    finish(count, JOURNEY_ORDERED);
    failed = false;
}

static void
a_peer_killed_while_it_hands_back_is_asked_again(void **unused)
{
    (void)unused;
    size_t count = (size_t)figures_choose(CASES, CASES_MAX);
    unsigned kills = (unsigned)figures_choose(KILLS, KILLS_SOAK);
    apply_for(0, count);
    journey_take(&journey, list, count, JOURNEY_ORDERED);
    uint64_t whole_us = time_recovery_us(window);
    for (unsigned i = 0; i < kills; i++) {
        struct network_office *peer = i % 2 == 0 ? registry : centre;
        lose_disk(window);
        recover(window, YIDI__RECOVER_VERB__RECOVER_START);
        pause_us(whole_us * (i + 1) / (kills + 1));
        network_kill(peer);
        network_start(peer);
        disaster_wait_for_phase(window, "done");
        disaster_expect_whole(window);
        figures_add("offices_recovered", 1);
        figures_add("recovered_cases", count);
    }
    assert_int_equal(network_count_in_state(window, "in-production"), count);
    finish(count, JOURNEY_ORDERED);
    failed = false;
}

/* ---- again and again ---- */

static void
offices_lost_one_after_the_other_and_twice_are_recovered_each_time(void **unused)
{
    (void)unused;
    struct network_office *const offices[] = { window, registry, centre };
    unsigned rounds = (unsigned)figures_choose(2, 8);
    size_t count = 0;
    for (unsigned round = 0; round < rounds; round++)
        for (size_t i = 0; i < 3; i++) {
            apply_for(count, count + 1);
            journey_go_on(&journey, numbers[count], JOURNEY_ACCEPTED, JOURNEY_VERIFIED);
            count++;
            lose_disk(offices[i]);
            disaster_recover_fully(offices[i]);
            assert_int_equal(epoch_of(offices[i]), round + 2);
            if (offices[i] == registry)
                network_populate(registry, 1, CITIZENS, NULL);
            figures_add("offices_recovered", 1);
            figures_add("recovered_cases", count);
        }
    finish(count, JOURNEY_VERIFIED);
    failed = false;
}

/* A peer died before it had stored that it saw the last epoch but one; the last one does not name
 * what it remembers. It is asked, and a further epoch does. */
static void
a_peer_that_forgot_an_epoch_is_shown_one_that_it_can_follow(void **unused)
{
    (void)unused;
    apply_for(0, 2);
    journey_take(&journey, list, 2, JOURNEY_IN_TRANSIT);
    const struct network_decision receive = { .verb = YIDI__VERB__RECEIVE, .operator= "clerk1" };
    network_decide_one(window, &receive, numbers[0], "ready");
    network_wait_for_state(centre, numbers[0], "delivered"); /* it has seen a head of the window */
    network_stop(centre);
    disaster_keep_copy(centre);
    network_start(centre);
    for (int times = 0; times < 2; times++) {
        lose_disk(window);
        disaster_recover_fully(window);
    }
    assert_int_equal(epoch_of(window), 3);
    network_kill(centre);
    disaster_set_back(centre); /* its own journal has not changed since */
    network_start(centre);
    network_decide_one(window, &receive, numbers[1], "ready");
    network_wait_for_state(centre, numbers[1], "delivered");
    assert_int_equal(epoch_of(window), 4);
    disaster_expect_whole(window);
    finish(2, JOURNEY_READY);
    failed = false;
}

/* Numbers that were given out and seen by nobody else are not given out again. */
static void
a_case_that_nobody_saw_is_lost_and_its_number_stays_unused(void **unused)
{
    (void)unused;
    char lost[2][CASE_NUMBER_CHARS + 1];
    apply_for(0, 1);
    journey_wait(registry, list, 1, "received");
    network_kill(registry);
    for (size_t i = 0; i < 2; i++) {
        set_citizen(1 + i);
        network_apply(window, &application, "", lost[i]);
    }
    network_kill(window);
    disaster_lose_disk(window);
    network_start(registry);
    network_start(window);
    disaster_recover_fully(window);
    apply_for(1, 3); /* the same citizens come again */
    journey_take(&journey, list, 3, JOURNEY_RECEIVED);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 2; j++)
            assert_string_not_equal(numbers[i], lost[j]);
    finish(3, JOURNEY_RECEIVED);
    failed = false;
}

/* ---- what needs no recovery, and what shows that it is needed ---- */

static void
an_office_that_nobody_knows_starts_to_work(void **unused)
{
    (void)unused;
    AUTO(network_answer) struct network_answer answer = { 0 };
    apply_for(0, 2);
    journey_wait(registry, list, 2, "received");
    lose_disk(&network.offices[FUTIAN]); /* it had not done anything yet */
    assert_false(is_halted(&network.offices[FUTIAN]));
    const Yidi__RecoveryReport *report =
        disaster_recover(&network.offices[FUTIAN], YIDI__RECOVER_VERB__RECOVER_SHOW, &answer);
    assert_string_equal(report->phase, "none");
    set_citizen(2);
    network_apply(&network.offices[FUTIAN], &application, "", numbers[2]);
    network_wait_for_state(registry, numbers[2], "received");
    assert_int_equal(epoch_of(&network.offices[FUTIAN]), 1);
    failed = false;
}

/* Stop all but window and registry; set the window back by some cases; leave it stopped. */
static void
set_window_back(void)
{
    apply_for(0, 2);
    journey_wait(registry, list, 2, "received");
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (&network.offices[i] != registry)
            network_stop(&network.offices[i]);
    disaster_keep_copy(window);
    network_start(window);
    apply_for(2, 4);
    journey_wait(registry, list, 4, "received");
    network_stop(window);
    disaster_set_back(window);
}

static void
start_the_others(void)
{
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (network.offices[i].pid == 0)
            network_start(&network.offices[i]);
}

/* The one that knows better is slow to answer: the window takes nothing until it has. */
static void
an_office_set_back_halts_before_it_takes_anything(void **unused)
{
    (void)unused;
    set_window_back();
    assert_int_equal(kill(registry->pid, SIGSTOP), 0);
    network_launch(window);
    usleep(500 * 1000);
    assert_int_equal(kill(registry->pid, SIGCONT), 0);
    network_await(window);
    assert_true(is_halted(window));
    set_citizen(5);
    network_apply_refused(window, &application, "OFFICE_HALTED", "");
    start_the_others();
    disaster_recover_fully(window);
    apply_for(4, 5);
    journey_wait(registry, list, 5, "received");
    finish(5, JOURNEY_RECEIVED);
    failed = false;
}

/* Whoever is away holds up no start for longer than start-hold. What the office then takes stands
 * against what its peers hold: that is told, and only an empty store can be recovered. */
static void
an_office_that_worked_after_it_was_set_back_is_told_so(void **unused)
{
    (void)unused;
    AUTO(network_answer) struct network_answer answer = { 0 };
    char taken[CASE_NUMBER_CHARS + 1];
    set_window_back();
    assert_int_equal(kill(registry->pid, SIGSTOP), 0);
    uint64_t start_us = monotonic_us();
    network_start(window);
    uint64_t held_us = monotonic_us() - start_us;
    assert_in_range(held_us, 900 * 1000, 3000 * 1000); /* start-hold is 1000 here */
    assert_false(is_halted(window));
    set_citizen(5);
    network_apply(window, &application, "", taken);
    assert_string_equal(taken, numbers[2]); /* given out for the second time */
    assert_int_equal(kill(registry->pid, SIGCONT), 0);
    network_wait_until(&network, "it learns from the first peer that it hears", is_halted, window);

    start_the_others();
    recover(window, YIDI__RECOVER_VERB__RECOVER_START);
    disaster_wait_for_phase(window, "done");
    const Yidi__RecoveryReport *report =
        disaster_recover(window, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer);
    assert_int_equal(report->n_missing, 1);
    assert_string_equal(report->missing[0]->state, "rejected");
    assert_non_null(strstr(report->missing[0]->trouble, "worked after it was set back"));
    lose_disk(window);
    disaster_recover_fully(window);
    finish(4, JOURNEY_RECEIVED);
    failed = false;
}

/* ---- as an administrator sees it ---- */

static int
run_recover(struct network_office *office, const char *first, const char *second)
{
    char socket[NETWORK_PATH_BYTES];
    const char *words[] = { "recover",
                            "--socket",
                            network_path(office, "control", socket),
                            "--operator",
                            "administrator",
                            first == NULL ? NULL : first,
                            second,
                            NULL };
    return tool_run(&tool, words);
}

static void
expect_said(const char *words)
{
    if (strstr(tool.text, words) == NULL)
        fail_msg("it does not say \"%s\":\n%s", words, tool.text);
}

static void
yidictl_recovers_an_office_and_reports(void **unused)
{
    (void)unused;
    apply_for(0, 5);
    journey_take(&journey, list, 5, JOURNEY_ORDERED);
    assert_int_equal(run_recover(window, "--start", NULL), 1);
    expect_said("ILLEGAL_IN_STATE");
    network_kill(centre);
    lose_disk(window);
    assert_int_equal(run_recover(window, "--start", NULL), 0);
    assert_int_equal(run_recover(window, NULL, NULL), 0);
    expect_said(centre->code);
    expect_said("--finish");
    assert_int_equal(run_recover(window, "--finish", "--wait"), 0);
    expect_said("done");
    expect_said("messages: 5 sent");
    network_start(centre);
    disaster_wait_for_everybody(window);
    assert_int_equal(run_recover(window, NULL, NULL), 0);
    expect_said("5 of 5");
    finish(5, JOURNEY_ORDERED);
    failed = false;
}

static int
set_up_with_short_hold(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    const struct network_options options = { .option_lines = "start-hold = 1000\n" };
    failed = true;
    network_open(&network, &options);
    network_start_all(&network);
    network_populate(registry, 1, CITIZENS, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    for (size_t i = 0; i < CASES_MAX + 20; i++)
        list[i] = numbers[i];
    return 0;
}

int
main(int argc, char *argv[])
{
#define TEST(name)       cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_SHORT(name) cmocka_unit_test_setup_teardown(name, set_up_with_short_hold, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_peer_that_is_away_brings_its_share_when_it_is_back),
        TEST(acts_that_need_the_share_of_a_peer_that_is_away_wait_for_it),
        TEST(an_office_whose_peers_are_all_away_does_not_go_to_work),
        TEST(an_office_killed_while_it_recovers_goes_on_where_it_was),
        TEST(a_peer_killed_while_it_hands_back_is_asked_again),
        TEST(offices_lost_one_after_the_other_and_twice_are_recovered_each_time),
        TEST(a_peer_that_forgot_an_epoch_is_shown_one_that_it_can_follow),
        TEST(a_case_that_nobody_saw_is_lost_and_its_number_stays_unused),
        TEST(an_office_that_nobody_knows_starts_to_work),
        TEST(an_office_set_back_halts_before_it_takes_anything),
        TEST_SHORT(an_office_that_worked_after_it_was_set_back_is_told_so),
        TEST(yidictl_recovers_an_office_and_reports),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
