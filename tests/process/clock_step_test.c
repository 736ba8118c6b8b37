/* SPDX-License-Identifier: Apache-2.0
 *
 * clock_step_test - the clocks of running offices are set back and forth by hours and days. Work
 * goes on, nothing is lost, numbers and deadlines stay sane, streams do not stall; an office that
 * finds itself outside the time of its certificate takes no work until it is back.
 *
 * All offices begin ten days ahead, so that they can be set back without leaving the time of their
 * certificates. The seed is printed; YIDI_SEED=n repeats its steps.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "tests/lib/figures.h"
#include "tests/lib/preload.h"
#include "tests/lib/sample_policy.h"
#include "tests/lib/workday.h"

#define HOUR_MS  INT64_C(3600000)
#define DAY_MS   (24 * HOUR_MS)
#define START_MS (10 * DAY_MS) /* ahead of this machine's clock */

enum {
    DAYS_IN_CHECK = 6,
    DAYS_IN_SOAK = 250,
    CASES_A_DAY = 3,
    ROUNDS_MAX = 4000,
    AHEAD_DAYS_MAX = 25, /* the directory is good for 30 */
    ROUND_TRIP_MS_MAX = 5000,
    REPEATED = 4
};

struct clock {
    struct network_office *office;
    struct preload preload;
    _Atomic int64_t *offset_ms;
};

static struct network network;
static struct made_application application;
static struct workday day;
static struct clock clocks[WORKDAY_DESKS]; /* window, registry, centre */
static uint64_t random_state, step_count;
static bool failed = true;

/* ---- clocks ---- */

static void
install_clock(struct clock *clock, struct network_office *office)
{
    char path[NETWORK_PATH_BYTES];
    assert_true(snprintf(path, sizeof path, "%s.clock", office->folder) < (int)sizeof path);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, sizeof *clock->offset_ms), 0);
    void *mapped =
        mmap(NULL, sizeof *clock->offset_ms, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    assert_true(mapped != MAP_FAILED);
    close(file);
    clock->office = office;
    clock->offset_ms = mapped;
    atomic_store(clock->offset_ms, START_MS);
    preload_install(&clock->preload, "clock_step", office);
    preload_set(&clock->preload, "YIDI_CLOCK_FILE", "%s", path);
}

static void
step_clock(struct clock *clock, int64_t offset_ms)
{
    atomic_store(clock->offset_ms, offset_ms);
    step_count++;
}

static uint64_t
clock_ms(const struct clock *clock)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 +
                      atomic_load(clock->offset_ms));
}

static uint64_t
monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t
chance(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

/* ---- set up ---- */

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
    struct network_office *const offices[] = { day.journey.window, day.journey.registry,
                                               day.journey.centre };
    for (int i = 0; i < WORKDAY_DESKS; i++) {
        install_clock(&clocks[i], offices[i]);
        network_start(offices[i]);
    }
    citizen_make(1, day.journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__REPLACEMENT, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    for (int i = 0; i < WORKDAY_DESKS; i++) {
        if (clocks[i].offset_ms != NULL)
            munmap((void *)clocks[i].offset_ms, sizeof *clocks[i].offset_ms);
        clocks[i] = (struct clock){ 0 };
    }
    network_close(&network, failed);
    return 0;
}

static void
apply_for(uint64_t seed, char ret_number[CASE_NUMBER_CHARS + 1])
{
    struct made_citizen citizen;
    citizen_make(seed, day.journey.registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(day.journey.window, &application, "", ret_number);
}

static void
audit_all(void)
{
    for (int i = 0; i < WORKDAY_DESKS; i++) {
        network_stop(clocks[i].office);
        (void)network_audit(clocks[i].office);
    }
}

/* ---- tests ---- */

/* By hours or by days, each clock for itself. */
static void
step_some_clock(void)
{
    struct clock *clock = &clocks[chance(WORKDAY_DESKS)];
    int64_t offset_ms = chance(2) == 0
                            ? (int64_t)chance(AHEAD_DAYS_MAX) * DAY_MS
                            : atomic_load(clock->offset_ms) + ((int64_t)chance(13) - 6) * HOUR_MS;
    if (offset_ms >= 0 && offset_ms < AHEAD_DAYS_MAX * DAY_MS)
        step_clock(clock, offset_ms);
}

/* The law's time, counted from then. */
static uint64_t
law_ms(uint64_t from_ms)
{
    const struct policy_case policy = sample_policy_standard(civil_date_of_ms(from_ms));
    return deadline_ms(DEADLINE_STATUTORY, &policy, from_ms);
}

/* The registry's time runs from when the window accepted, or from when the registry heard of it if
 * that was earlier by its own clock, which shortens nothing at the centre; at no desk is a deadline
 * later than the law's. */
static void
check_deadlines(const char *number)
{
    uint64_t statutory_ms[WORKDAY_DESKS];
    for (int i = 0; i < WORKDAY_DESKS; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_show(clocks[i].office, number, &answer);
        const Yidi__Case *row = answer.response->shown->case_row;
        statutory_ms[i] = row->statutory_deadline_ms;
        if (i == 0) {
            assert_int_equal(statutory_ms[0], law_ms(row->accepted_ms));
            assert_int_equal(case_number_date(number), civil_date_of_ms(row->accepted_ms));
        }
    }
    assert_true(statutory_ms[1] <= statutory_ms[0]);
    assert_true(statutory_ms[2] <= statutory_ms[0]);
    assert_true(statutory_ms[2] > 0);
}

static void
work_goes_on_while_clocks_are_set_back_and_forth(void **unused)
{
    (void)unused;
    uint64_t days = figures_choose(DAYS_IN_CHECK, DAYS_IN_SOAK);
    for (uint64_t i = 0; i < days; i++) {
        workday_begin(&day, CASES_A_DAY);
        for (unsigned round = 0; !workday_is_done(&day); round++) {
            if (round == ROUNDS_MAX)
                fail_msg("day %" PRIu64 " does not end", i);
            step_some_clock();
            workday_work(&day);
        }
        workday_check(&day, true);
        for (size_t j = 0; j < day.case_count; j++)
            check_deadlines(day.numbers[j]);
        workday_end(&day);
    }
    audit_all();
    failed = false;
}

/* Retries and time limits are counted on a clock that nobody sets. */
static void
streams_do_not_wait_for_the_clock(void **unused)
{
    (void)unused;
    static const int64_t steps_ms[] = { 0, START_MS - HOUR_MS, 20 * DAY_MS, START_MS };
    network_populate(day.journey.registry, 1, 2 * sizeof steps_ms / sizeof *steps_ms, NULL);
    uint64_t seed = 1;
    for (size_t i = 0; i < sizeof steps_ms / sizeof *steps_ms; i++) {
        char waiting[CASE_NUMBER_CHARS + 1], next[CASE_NUMBER_CHARS + 1];
        network_stop(day.journey.registry);
        apply_for(seed++, waiting);
        step_clock(&clocks[0], steps_ms[i]);
        network_start(day.journey.registry);
        uint64_t started_ms = monotonic_ms();
        network_wait_for_state(day.journey.registry, waiting, "received");
        apply_for(seed++, next);
        network_wait_for_state(day.journey.registry, next, "received");
        assert_in_range(monotonic_ms() - started_ms, 0, ROUND_TRIP_MS_MAX);
    }
    failed = false;
}

/* The serial goes on where it was, on whichever date the clock says it is. */
static void
a_date_that_comes_again_gives_no_number_again(void **unused)
{
    (void)unused;
    enum { COUNT = REPEATED * 4 };
    char numbers[COUNT][CASE_NUMBER_CHARS + 1];
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t ahead_ms = i % 2 == 0 ? 0 : DAY_MS;
        step_clock(&clocks[0], START_MS + (int64_t)ahead_ms);
        uint32_t before = civil_date_of_ms(clock_ms(&clocks[0]) - ahead_ms);
        apply_for(i + 1, numbers[i]);
        /* the daemon may have looked at its clock just before the step */
        uint32_t after = civil_date_of_ms(clock_ms(&clocks[0]) - ahead_ms + DAY_MS);
        assert_in_range(case_number_date(numbers[i]), before, after);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(numbers[i], numbers[j]);
    }
    failed = false;
}

/* The statutory time counts from the acceptance: a fast clock at the window does not lengthen it, a
 * slow one does not make the registry believe that it has more. */
static void
a_wrong_clock_at_the_window_lengthens_no_deadline(void **unused)
{
    (void)unused;
    static const int64_t wrong_ms[] = { START_MS + 9 * DAY_MS, START_MS - 9 * DAY_MS };
    network_populate(day.journey.registry, 1, 2, NULL);
    for (uint64_t i = 0; i < 2; i++) {
        char number[CASE_NUMBER_CHARS + 1];
        AUTO(network_answer) struct network_answer answer = { 0 };
        step_clock(&clocks[0], wrong_ms[i]);
        apply_for(i + 1, number);
        network_wait_for_state(day.journey.registry, number, "received");
        network_show(day.journey.registry, number, &answer);
        const Yidi__Shown *shown = answer.response->shown;
        assert_true(shown->case_row->statutory_deadline_ms <= law_ms(clock_ms(&clocks[1])));
        assert_true(shown->case_row->stage_deadline_ms <= shown->case_row->statutory_deadline_ms);
        assert_false(shown->overdue);
        if (i == 1)
            assert_true(shown->case_row->statutory_deadline_ms <= law_ms(clock_ms(&clocks[0])));
    }
    failed = false;
}

/* A window whose clock left its certificate's time: it says so, and all that waits goes on when the
 * clock is right again. */
static void
outside_its_certificates_time_an_office_takes_no_work_and_heals(void **unused)
{
    (void)unused;
    static const int64_t outside_ms[] = { (AUTHORITY_DAYS + 1) * DAY_MS, -2 * HOUR_MS };
    const struct network_decision examine = { .verb = YIDI__VERB__EXAMINE, .operator= "examiner1" };
    const struct network_decision issue = { .verb = YIDI__VERB__ISSUE, .operator= "issuer1" };
    struct made_citizen citizen;
    network_populate(day.journey.registry, 1, 2, NULL);
    for (uint64_t i = 0; i < 2; i++) {
        char number[CASE_NUMBER_CHARS + 1];
        apply_for(i + 1, number);
        network_wait_for_state(day.journey.registry, number, "received");
        step_clock(&clocks[0], outside_ms[i]);
        citizen_make(3 + i, day.journey.registry->area, &citizen);
        application_set_citizen(&application, &citizen);
        network_apply_refused(day.journey.window, &application, "CERTIFICATE_INVALID", "");
        network_decide_one(day.journey.registry, &examine, number, "examined");
        network_decide_one(day.journey.registry, &issue, number, "issued");
        network_wait_for_state(day.journey.centre, number, "ordered");
        network_wait_for_state(day.journey.window, number, "submitted");
        step_clock(&clocks[0], START_MS);
        network_wait_for_state(day.journey.window, number, "in-production");
        journey_go_on(&day.journey, number, JOURNEY_ORDERED, JOURNEY_CLOSED);
    }
    audit_all();
    failed = false;
}

static int
count(void **unused)
{
    (void)unused;
    figures_add("clock_steps", step_count);
    return 0;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(work_goes_on_while_clocks_are_set_back_and_forth),
        TEST(streams_do_not_wait_for_the_clock),
        TEST(a_date_that_comes_again_gives_no_number_again),
        TEST(a_wrong_clock_at_the_window_lengthens_no_deadline),
        TEST(outside_its_certificates_time_an_office_takes_no_work_and_heals),
    };
    const char *seed = getenv("YIDI_SEED");
    random_state = seed == NULL ? monotonic_ms() + 1 : strtoull(seed, NULL, 10);
    printf("YIDI_SEED=%" PRIu64 "\n", random_state);
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, count);
}
