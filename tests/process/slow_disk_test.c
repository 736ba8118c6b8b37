/* SPDX-License-Identifier: Apache-2.0
 *
 * slow_disk_test - an office whose disk takes 300 ms for every sync goes on working: many
 * applications share a sync, queries are answered in between, its peers are not held up, and no
 * message is lost or doubled.
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

#include "tests/lib/figures.h"
#include "tests/lib/preload.h"
#include "tests/lib/workday.h"

enum {
    SYNC_MS = 300,
    COMMIT_MS = 2 * SYNC_MS, /* pages, then the meta page */
    CROWD = 60,
    QUESTIONS = 12,
    CROWD_COMMITS_MAX = 12,
    CROWD_MS_MAX = 12000, /* one by one they would take 36 s */
    QUERY_MS_MAX = 2 * COMMIT_MS + 800,
    FAST_MS_MAX = 2000,
    DAY_SYNC_MS = 40,
    DAYS_IN_CHECK = 1,
    DAYS_IN_SOAK = 20,
    CASES_A_DAY = 5,
    PATIENT_MS = 5000,
    ROUNDS_MAX = 4000,
};

static struct network network;
static struct made_application application;
static struct workday day;
static struct preload preloads[NETWORK_OFFICE_COUNT];
static _Atomic uint64_t *sync_counts[NETWORK_OFFICE_COUNT];
static bool failed = true;

static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const other_registry = &network.offices[TIANHE];
static struct network_office *const centre = &network.offices[YUEXIU];

static uint64_t
monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- set up ---- */

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    for (int i = 0; i < NETWORK_OFFICE_COUNT; i++)
        if (sync_counts[i] != NULL) {
            munmap((void *)sync_counts[i], sizeof *sync_counts[i]);
            sync_counts[i] = NULL;
        }
    network_close(&network, failed);
    return 0;
}

static void
start_slowly(struct network_office *office, unsigned sync_ms)
{
    size_t index = (size_t)(office - network.offices);
    char path[NETWORK_PATH_BYTES];
    assert_true(snprintf(path, sizeof path, "%s.syncs", office->folder) < (int)sizeof path);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, sizeof *sync_counts[index]), 0);
    void *mapped =
        mmap(NULL, sizeof *sync_counts[index], PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    assert_true(mapped != MAP_FAILED);
    close(file);
    sync_counts[index] = mapped;
    preload_install(&preloads[index], "slow_disk", office);
    preload_set(&preloads[index], "YIDI_SLOW_SYNC_MS", "%u", sync_ms);
    preload_set(&preloads[index], "YIDI_SLOW_COUNT", "%s", path);
    network_start(office);
}

static uint64_t
sync_count(const struct network_office *office)
{
    return atomic_load(sync_counts[office - network.offices]);
}

/* ---- a crowd at the window ---- */

static void
send_application(uint64_t seed, const struct network_office *of)
{
    char key[32];
    struct made_citizen citizen;
    struct bytes frames[ATTACHMENTS_MAX];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    citizen_make(seed, of->area, &citizen);
    application_set_citizen(&application, &citizen);
    snprintf(key, sizeof key, "%s-%" PRIu64, of->area, seed);
    apply.form = &application.form;
    apply.request_key = key;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &apply;
    assert_true(network_send(window, &request, frames, application_frames(&application, frames)));
}

static void
send_status(void)
{
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    assert_true(network_send(window, &request, NULL, 0));
}

/* Take answers until all applications are answered; each with a number of its own. */
static void
receive_numbers(char numbers[][CASE_NUMBER_CHARS + 1], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        assert_true(network_receive(window, NETWORK_PATIENCE_MS, &answer));
        assert_int_equal(answer.response->body_case, YIDI__RESPONSE__BODY_APPLIED);
        snprintf(numbers[i], CASE_NUMBER_CHARS + 1, "%s", answer.response->applied->case_number);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(numbers[i], numbers[j]);
    }
}

static bool
nothing_waits(void *context)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(window, context, &answer);
    const Yidi__PeerStatus *peer = answer.response->peers->peers[0];
    assert_string_equal(peer->trouble, "");
    return peer->waiting == 0;
}

static void
assert_nothing_dropped(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer);
    assert_int_equal(answer.response->status->dropped, 0);
    assert_string_equal(answer.response->status->halted, "");
}

static void
stop_and_audit(struct network_office *office)
{
    network_stop(office);
    (void)network_audit(office);
}

static void
applications_of_a_crowd_share_their_syncs(void **unused)
{
    (void)unused;
    char numbers[CROWD][CASE_NUMBER_CHARS + 1];
    network_start(registry);
    start_slowly(window, SYNC_MS);
    uint64_t syncs_before = sync_count(window), started_ms = monotonic_ms();
    for (uint64_t i = 0; i < CROWD; i++)
        send_application(i + 1, registry);
    receive_numbers(numbers, CROWD);
    assert_in_range(monotonic_ms() - started_ms, COMMIT_MS, CROWD_MS_MAX);
    uint64_t syncs = sync_count(window) - syncs_before;
    assert_in_range(syncs, 2, 2 * CROWD_COMMITS_MAX);
    network_wait_for_count(registry, "received", CROWD);
    network_wait_until(&network, "all is acknowledged", nothing_waits, (void *)registry->code);
    assert_int_equal(network_count_in_state(registry, "received"), CROWD);
    assert_nothing_dropped(window);
    assert_nothing_dropped(registry);
    stop_and_audit(window);
    stop_and_audit(registry);
    failed = false;
}

/* An answer to a question waits for the commit that runs, never for those that are still to come.
 */
static void
questions_are_answered_between_the_syncs(void **unused)
{
    (void)unused;
    uint64_t slowest_ms = 0;
    start_slowly(window, SYNC_MS);
    for (uint64_t i = 0; i < QUESTIONS; i++) {
        send_application(i + 1, registry); /* somebody always comes */
        uint64_t asked_ms = monotonic_ms();
        send_status();
        for (bool answered = false; !answered;) {
            AUTO(network_answer) struct network_answer answer = { 0 };
            assert_true(network_receive(window, NETWORK_PATIENCE_MS, &answer));
            answered = answer.response->body_case == YIDI__RESPONSE__BODY_STATUS;
        }
        uint64_t took_ms = monotonic_ms() - asked_ms;
        slowest_ms = took_ms > slowest_ms ? took_ms : slowest_ms;
    }
    assert_in_range(slowest_ms, 0, QUERY_MS_MAX);
    failed = false;
}

/* What goes to the one with the slow disk waits; what goes to another does not. */
static void
a_registry_with_a_slow_disk_holds_up_no_other(void **unused)
{
    (void)unused;
    enum { EACH = 15 };
    char numbers[2 * EACH][CASE_NUMBER_CHARS + 1];
    network_start(window);
    network_start(other_registry);
    start_slowly(registry, SYNC_MS);
    uint64_t started_ms = monotonic_ms();
    for (uint64_t i = 0; i < EACH; i++) {
        send_application(i + 1, registry);
        send_application(i + 1, other_registry);
    }
    receive_numbers(numbers, 2 * (size_t)EACH);
    network_wait_for_count(other_registry, "received", EACH);
    assert_in_range(monotonic_ms() - started_ms, 0, FAST_MS_MAX);
    network_wait_for_count(registry, "received", EACH);
    network_wait_until(&network, "all is acknowledged", nothing_waits, (void *)registry->code);
    assert_int_equal(network_count_in_state(registry, "received"), EACH);
    assert_int_equal(network_count_in_state(other_registry, "received"), EACH);
    assert_nothing_dropped(registry);
    assert_nothing_dropped(window);
    stop_and_audit(window);
    stop_and_audit(registry);
    stop_and_audit(other_registry);
    failed = false;
}

static void
a_days_work_ends_where_every_disk_is_slow(void **unused)
{
    (void)unused;
    day = (struct workday){ .journey = { .window = window, .registry = registry, .centre = centre },
                            .application = &application,
                            .answer_ms = PATIENT_MS };
    start_slowly(window, DAY_SYNC_MS);
    start_slowly(registry, DAY_SYNC_MS);
    start_slowly(centre, DAY_SYNC_MS);
    uint64_t days = figures_choose(DAYS_IN_CHECK, DAYS_IN_SOAK);
    for (uint64_t i = 0; i < days; i++) {
        workday_begin(&day, CASES_A_DAY);
        for (unsigned round = 0; !workday_is_done(&day); round++) {
            assert_true(round < ROUNDS_MAX);
            workday_work(&day);
        }
        workday_check(&day, true);
        workday_end(&day);
    }
    stop_and_audit(window);
    stop_and_audit(registry);
    stop_and_audit(centre);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(applications_of_a_crowd_share_their_syncs),
        TEST(questions_are_answered_between_the_syncs),
        TEST(a_registry_with_a_slow_disk_holds_up_no_other),
        TEST(a_days_work_ends_where_every_disk_is_slow),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
