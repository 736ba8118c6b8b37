/* SPDX-License-Identifier: Apache-2.0
 *
 * power_loss_test - the power of an office fails at a sync point of its disk, and with it goes what
 * was not synced, in part and in no order. The store opens and its journal holds, what was answered
 * is there, nothing is doubled, and the work goes on to the end.
 *
 * In the long form every sync point of a day's work of each role is cut, before and after the sync
 * and with several losses. lying_disk_test shows that a loss would be seen.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "tests/lib/figures.h"
#include "tests/lib/power.h"
#include "tests/lib/workday.h"

enum {
    CASES_A_DAY = 2,
    CUTS_IN_CHECK = 7, /* of each role */
    SEEDS_IN_SOAK = 6,
    SEEDS_OF_STARTS = 3,
    ROUNDS_MAX = 4000,
    SECOND_DAY = 50, /* a sync point that the first one does not reach */
};

static struct network network;
static struct made_application application;
static struct workday day;
static struct preload preload;
static bool failed = true;

static uint64_t cut_count, lost_count, sync_points;

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    day = (struct workday){ .journey = { .window = &network.offices[SHENZHEN],
                                         .registry = &network.offices[QINGYANG],
                                         .centre = &network.offices[YUEXIU] },
                            .application = &application };
    citizen_make(1, day.journey.registry->area, &citizen);
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
start_all(void)
{
    network_start(day.journey.window);
    network_start(day.journey.registry);
    network_start(day.journey.centre);
}

static void
remove_folder(const struct network_office *office, const char *name)
{
    char path[NETWORK_PATH_BYTES], command[NETWORK_PATH_BYTES + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", network_path(office, name, path));
    assert_int_equal(system(command), 0);
}

/* ---- cuts ---- */

static void
count_cut(const struct network_office *office)
{
    struct power_report report;
    assert_true(power_read_report(office, &report));
    assert_true(report.cut);
    cut_count++;
    lost_count += power_lost_anything(&report);
}

/* It died by itself; take note of it. */
static void
bury(struct network_office *office)
{
    network_kill(office);
    count_cut(office);
}

/* SIGTERM; what it still writes then may reach the cut. Answers whether it did. */
static bool
stop(struct network_office *office)
{
    struct power_report report;
    const struct timespec pause = { .tv_nsec = 2000000 };
    assert_int_equal(kill(office->pid, SIGTERM), 0);
    while (network_alive(office))
        nanosleep(&pause, NULL);
    bool came = office->environment != NULL && power_read_report(office, &report) && report.cut;
    if (came)
        bury(office);
    else
        network_stop(office);
    return came;
}

/* The power comes back, and perhaps goes again while the office starts. */
static void
restart(struct network_office *office, const struct power_cut *cut)
{
    struct power_cut again = *cut;
    if (cut->seed % 2 == 1) {
        again.sync_point = 1 + cut->sync_point % 3;
        power_install(&preload, &again, office);
        if (workday_start(&day, office))
            (void)stop(office);
        else
            bury(office);
        (void)network_audit(office);
    }
    preload_remove(office);
    network_start(office);
}

static void
recover(struct network_office *office, const struct power_cut *cut)
{
    struct workday_stream streams[WORKDAY_PEERS];
    bury(office);
    workday_ask_peers(&day, office, streams);
    (void)network_audit(office);
    restart(office, cut);
    workday_check_promises(&day, office, streams);
}

/* Let people work until the day is done, also over a cut. Answers whether it came. */
static bool
work_until_done(struct network_office *office, const struct power_cut *cut)
{
    bool came = false;
    for (unsigned round = 0; !workday_is_done(&day); round++) {
        if (round == ROUNDS_MAX)
            fail_msg("the day does not end after the cut %s sync %" PRIu64 ", seed %" PRIu64,
                     cut->after ? "after" : "before", cut->sync_point, cut->seed);
        workday_work(&day);
        if (network_alive(office))
            continue;
        assert_false(came);
        came = true;
        recover(office, cut);
    }
    return came;
}

static void
start_with(struct network_office *office, const struct power_cut *cut)
{
    if (office->pid != 0)
        (void)stop(office);
    power_install(&preload, cut, office);
    (void)workday_start(&day, office);
}

/* Start an office with a cut to come, and work for a day. Answers whether the cut came; else the
 * office has no such sync point. */
static bool
spend_a_day(struct network_office *office, const struct power_cut *cut)
{
    start_with(office, cut);
    workday_begin(&day, CASES_A_DAY);
    bool came = work_until_done(office, cut);
    workday_check(&day, true);
    workday_end(&day);
    return came;
}

/* A day without a cut tells how many sync points there are, about: how work falls into turns is
 * never quite the same. */
static uint64_t
count_sync_points(struct network_office *office)
{
    struct power_report report;
    const struct power_cut none = { 0 };
    assert_false(spend_a_day(office, &none));
    network_stop(office);
    assert_true(power_read_report(office, &report));
    assert_false(report.cut);
    assert_true(report.sync_points > 0);
    sync_points += report.sync_points;
    preload_remove(office);
    return report.sync_points;
}

/* ---- sweeps ---- */

static void
cut_some_sync_points(struct network_office *office)
{
    uint64_t count = count_sync_points(office);
    for (uint64_t i = 0; i < CUTS_IN_CHECK; i++) {
        const struct power_cut cut = { .sync_point = 1 + i * count / CUTS_IN_CHECK,
                                       .after = i % 2 == 1,
                                       .seed = i };
        (void)spend_a_day(office, &cut);
    }
}

static void
cut_every_sync_point(struct network_office *office)
{
    (void)count_sync_points(office);
    for (uint64_t seed = 0; seed < SEEDS_IN_SOAK; seed++)
        for (int after = 0; after < 2; after++) {
            struct power_cut cut = { .sync_point = 1, .after = after == 1, .seed = seed };
            while (spend_a_day(office, &cut))
                cut.sync_point++;
        }
}

static void
sweep(struct network_office *office)
{
    start_all();
    if (figures_soak())
        cut_every_sync_point(office);
    else
        cut_some_sync_points(office);
    struct network_office *const offices[] = { day.journey.window, day.journey.registry,
                                               day.journey.centre };
    for (int i = 0; i < WORKDAY_DESKS; i++) {
        (void)stop(offices[i]);
        (void)network_audit(offices[i]);
    }
    preload_remove(office);
    failed = false;
}

static void
a_window_keeps_what_it_answered_wherever_its_power_fails(void **unused)
{
    (void)unused;
    sweep(day.journey.window);
}

static void
a_registry_keeps_what_it_answered_wherever_its_power_fails(void **unused)
{
    (void)unused;
    sweep(day.journey.registry);
}

static void
a_card_centre_keeps_what_it_answered_wherever_its_power_fails(void **unused)
{
    (void)unused;
    sweep(day.journey.centre);
}

/* The very first start makes folders, store and tables. */
static bool
start_for_the_first_time(struct network_office *office, const struct power_cut *cut)
{
    remove_folder(office, "data");
    remove_folder(office, "spool");
    power_install(&preload, cut, office);
    bool cut_came = true;
    if (workday_start(&day, office))
        cut_came = stop(office);
    else
        bury(office);
    preload_remove(office);
    network_start(office);
    network_stop(office);
    (void)network_audit(office);
    return cut_came;
}

static void
a_first_start_that_the_power_cut_short_is_repeated(void **unused)
{
    (void)unused;
    struct network_office *office = day.journey.window;
    uint64_t seeds = figures_choose(SEEDS_OF_STARTS, 4 * SEEDS_IN_SOAK);
    for (uint64_t seed = 0; seed < seeds; seed++)
        for (int after = 0; after < 2; after++) {
            struct power_cut cut = { .sync_point = 1, .after = after == 1, .seed = seed };
            while (start_for_the_first_time(office, &cut))
                cut.sync_point++;
            assert_in_range(cut.sync_point, 5, 100);
        }
    failed = false;
}

/* The folder of the spool is made at the first start; its name must be on the disk before what is
 * in it counts as told. */
static void
what_the_first_applicants_were_told_outlasts_a_failure(void **unused)
{
    (void)unused;
    const struct power_cut cut = { .sync_point = SECOND_DAY };
    struct network_office *window = day.journey.window;
    network_start(day.journey.registry);
    network_start(day.journey.centre);
    start_with(window, &cut);
    workday_begin(&day, CASES_A_DAY);
    assert_false(work_until_done(window, &cut));
    struct workday first = day;
    workday_end(&day);
    for (bool came = false; !came;) {
        workday_begin(&day, CASES_A_DAY);
        came = work_until_done(window, &cut);
        workday_check(&day, false);
        workday_end(&day);
    }
    workday_check(&first, true);
    failed = false;
}

/* ---- the figures ---- */

static int
count(void **unused)
{
    (void)unused;
    figures_add("power_cuts", cut_count);
    figures_add("sync_points", sync_points);
    figures_add("power_cuts_lost_writes", lost_count);
    return 0;
}

/* A layer that loses nothing would prove nothing. */
static void
cuts_really_lose_writes(void **unused)
{
    (void)unused;
    if (cut_count == 0)
        skip();
    printf("%" PRIu64 " cuts, %" PRIu64 " of them lost writes\n", cut_count, lost_count);
    assert_true(lost_count > cut_count / 3);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_first_start_that_the_power_cut_short_is_repeated),
        TEST(what_the_first_applicants_were_told_outlasts_a_failure),
        TEST(a_window_keeps_what_it_answered_wherever_its_power_fails),
        TEST(a_registry_keeps_what_it_answered_wherever_its_power_fails),
        TEST(a_card_centre_keeps_what_it_answered_wherever_its_power_fails),
        cmocka_unit_test(cuts_really_lose_writes),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, count);
}
