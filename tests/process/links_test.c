/* SPDX-License-Identifier: Apache-2.0
 *
 * links_test - bad lines between real offices: late, slow, open on one side only, reset again and
 * again, cut. All work ends, once and in order, and one bad line slows nobody else.
 *
 * Two proxies: what others say to the registry comes over one line, what they say to the window
 * over the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "tests/lib/figures.h"
#include "tests/lib/journey.h"
#include "tests/lib/proxy.h"

enum {
    CASES_MAX = 4000,
    BATCH = 500,
    DELAY_MS = 100, /* each way */
    DELAY_SOAK_MS = 300,
    BYTES_PER_S = 20000,
    RESET_PAUSE_MS = 100,
    SAMPLES = 21,    /* of which the median is taken */
    SLOWER_MS = 200, /* than without the bad line, at the median, and still not held up by it */
};

static struct network network;
static struct proxy to_registry, to_window;
static struct made_application application;
static char numbers[CASES_MAX][CASE_NUMBER_CHARS + 1];
static const char *cases[CASES_MAX];
static size_t case_count;
static bool failed = true;

static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };
static struct network_office *const good_registry = &network.offices[TIANHE];

/* ---- a network over two lines ---- */

static void
reach_through(struct proxy *proxy, struct network_office *office)
{
    proxy_open(proxy, office->endpoint);
    snprintf(office->listed_endpoint, sizeof office->listed_endpoint, "%s", proxy->endpoint);
}

static int
set_up(const char *option_lines)
{
    struct made_citizen citizen;
    const struct network_options options = { .option_lines = option_lines };
    failed = true;
    case_count = 0;
    network_open(&network, &options);
    reach_through(&to_registry, journey.registry);
    reach_through(&to_window, journey.window);
    network_write_directories(&network);
    network_start(journey.window);
    network_start(journey.registry);
    network_start(journey.centre);
    network_populate(journey.registry, 1, figures_choose(200, CASES_MAX), NULL);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
set_up_quick(void **unused)
{
    (void)unused;
    return set_up(NULL);
}

/* Patience that fits a line on which a greeting takes four times its delay. */
static int
set_up_patient(void **unused)
{
    (void)unused;
    return set_up("greeting-timeout = 5000\nsilence = 3000\nidle-close = 60000\n");
}

static int
tear_down(void **unused)
{
    (void)unused;
    proxy_close(&to_registry);
    proxy_close(&to_window);
    network_close(&network, failed);
    return 0;
}

static void
apply_to(const struct network_office *registry, uint64_t seed,
         char ret_number[CASE_NUMBER_CHARS + 1])
{
    struct made_citizen citizen;
    citizen_make(seed, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(journey.window, &application, "", ret_number);
}

static void
apply(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(case_count < CASES_MAX);
        apply_to(journey.registry, case_count + 1, numbers[case_count]);
        cases[case_count] = numbers[case_count];
        case_count++;
    }
}

static void
set_lines(struct proxy_line line)
{
    for (int i = 0; i < PROXY_DIRECTIONS; i++) {
        proxy_set(&to_registry, (enum proxy_direction)i, line);
        proxy_set(&to_window, (enum proxy_direction)i, line);
    }
}

/* ---- all of it, once, in order ---- */

static bool
is_drained(struct network_office *from, struct network_office *to)
{
    AUTO(network_answer) struct network_answer sender = { 0 }, recipient = { 0 };
    network_peers(from, to->code, &sender);
    network_peers(to, from->code, &recipient);
    assert_int_equal(sender.response->peers->n_peers, 1);
    assert_int_equal(recipient.response->peers->n_peers, 1);
    const Yidi__PeerStatus *out = sender.response->peers->peers[0];
    const Yidi__PeerStatus *in = recipient.response->peers->peers[0];
    assert_true(in->applied <= out->assigned);
    return in->applied == out->assigned && out->acknowledged == out->assigned;
}

static bool
all_is_drained(void *unused)
{
    (void)unused;
    struct network_office *const offices[] = { journey.window, journey.registry, journey.centre };
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            if (i != j && !is_drained(offices[i], offices[j]))
                return false;
    return true;
}

/* Sequences without a gap and each message once are what the audit looks for. */
static void
finish(void)
{
    static const char *const last[] = { "collected", "closed", "closed" };
    struct network_office *const offices[] = { journey.window, journey.registry, journey.centre };
    for (size_t done = 0; done < case_count; done += BATCH)
        journey_take(&journey, cases + done, case_count - done < BATCH ? case_count - done : BATCH,
                     JOURNEY_CLOSED);
    network_wait_until(&network, "all streams are drained", all_is_drained, NULL);
    for (int i = 0; i < 3; i++)
        assert_int_equal(network_count_in_state(offices[i], last[i]), case_count);
    network_stop_all(&network);
    for (int i = 0; i < 3; i++)
        network_audit(offices[i]);
    failed = false;
}

/* ---- late and slow ---- */

static void
all_work_ends_on_lines_that_are_late(void **unused)
{
    (void)unused;
    set_lines((struct proxy_line){ .delay_ms = (uint32_t)figures_choose(DELAY_MS, DELAY_SOAK_MS) });
    apply(figures_choose(10, 100));
    finish();
}

static void
all_work_ends_on_lines_that_are_slow(void **unused)
{
    (void)unused;
    set_lines((struct proxy_line){ .bytes_per_s = BYTES_PER_S });
    apply(figures_choose(3, 50));
    finish();
}

/* ---- half open ---- */

struct attempts {
    struct proxy *proxy;
    uint64_t count;
};

static bool
has_tried_again(void *context)
{
    const struct attempts *attempts = context;
    return proxy_accepted(attempts->proxy) > attempts->count;
}

/* The connection stands, has worked, and from now on loses what it is given; no end hears that. */
static void
survive_silence(bool forth, bool back)
{
    const struct proxy_line silent = { .silent = true }, good = { 0 };
    apply(1);
    network_wait_for_state(journey.registry, numbers[0], "received");
    struct attempts attempts = { &to_registry, proxy_accepted(&to_registry) };
    proxy_set(&to_registry, PROXY_FORTH, forth ? silent : good);
    proxy_set(&to_registry, PROXY_BACK, back ? silent : good);
    apply(5);
    network_wait_until(&network, "the silence is noticed", has_tried_again, &attempts);
    proxy_set(&to_registry, PROXY_FORTH, good);
    proxy_set(&to_registry, PROXY_BACK, good);
    finish();
}

static void
a_line_that_loses_what_we_say_is_noticed_and_left(void **unused)
{
    (void)unused;
    survive_silence(true, false);
}

static void
a_line_that_loses_the_answers_is_noticed_and_nothing_is_doubled(void **unused)
{
    (void)unused;
    survive_silence(false, true);
}

static void
a_line_that_takes_connections_and_nothing_else_is_noticed(void **unused)
{
    (void)unused;
    survive_silence(true, true);
}

/* ---- resets and cuts ---- */

static uint64_t
monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
connections_reset_again_and_again_lose_and_double_nothing(void **unused)
{
    (void)unused;
    uint64_t start_ms = monotonic_ms(), next_ms = start_ms;
    uint64_t end_ms = start_ms + figures_choose(2000, 60000);
    for (uint64_t now_ms = start_ms; now_ms < end_ms; now_ms = monotonic_ms()) {
        if (now_ms >= next_ms && case_count < CASES_MAX) {
            proxy_reset(&to_registry);
            proxy_reset(&to_window);
            apply(2);
            next_ms += RESET_PAUSE_MS;
        }
        (void)network_count_in_state(journey.registry,
                                     "received"); /* it lives, and takes its time */
    }
    assert_true(proxy_resets(&to_registry) > 5);
    figures_add("connections_reset", proxy_resets(&to_registry) + proxy_resets(&to_window));
    finish();
}

static bool
is_backing_off(void *unused)
{
    (void)unused;
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(journey.window, journey.registry->code, &answer);
    const Yidi__PeerStatus *peer = answer.response->peers->peers[0];
    return strcmp(peer->link, "waiting") == 0 && peer->waiting > 0;
}

static void
a_line_that_was_cut_brings_everything_when_it_is_back(void **unused)
{
    (void)unused;
    uint64_t cuts = figures_choose(3, 30);
    for (uint64_t i = 0; i < cuts; i++) {
        proxy_cut(&to_registry);
        proxy_cut(&to_window);
        apply(3);
        network_wait_until(&network, "the window backs off", is_backing_off, NULL);
        proxy_restore(&to_registry);
        proxy_restore(&to_window);
        network_wait_for_count(journey.registry, "received", case_count);
    }
    figures_add("links_cut", 2 * cuts);
    finish();
}

/* ---- one bad line, and the others ---- */

static int
compare_times(const void *a, const void *b)
{
    const uint64_t *left = a, *right = b;
    return *left < *right ? -1 : *left > *right;
}

/* From the form at the window to the row at a registry over a good line, at the median. */
static uint64_t
measure_others_ms(uint64_t first_seed)
{
    uint64_t times_ms[SAMPLES];
    char number[CASE_NUMBER_CHARS + 1];
    for (size_t i = 0; i < SAMPLES; i++) {
        uint64_t start_ms = monotonic_ms();
        apply_to(good_registry, first_seed + i, number);
        network_wait_for_state(good_registry, number, "received");
        times_ms[i] = monotonic_ms() - start_ms;
    }
    qsort(times_ms, SAMPLES, sizeof *times_ms, compare_times);
    return times_ms[SAMPLES / 2];
}

static void
one_bad_line_does_not_slow_work_with_others(void **unused)
{
    (void)unused;
    const struct proxy_line silent = { .silent = true }, slow = { .bytes_per_s = 2000 };
    network_start(good_registry);
    network_populate(good_registry, 1, 2 * SAMPLES, NULL);
    uint64_t before_ms = measure_others_ms(1);
    proxy_set(&to_registry, PROXY_FORTH, slow);
    proxy_set(&to_registry, PROXY_BACK, silent);
    apply(40);
    uint64_t meanwhile_ms = measure_others_ms(1 + SAMPLES);
    print_message("median without a bad line %d ms, with one %d ms\n", (int)before_ms,
                  (int)meanwhile_ms);
    assert_true(meanwhile_ms <= before_ms + SLOWER_MS);
    proxy_set(&to_registry, PROXY_FORTH, (struct proxy_line){ 0 });
    proxy_set(&to_registry, PROXY_BACK, (struct proxy_line){ 0 });
    network_wait_for_count(journey.registry, "received", 40);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define QUICK(name)   cmocka_unit_test_setup_teardown(name, set_up_quick, tear_down)
#define PATIENT(name) cmocka_unit_test_setup_teardown(name, set_up_patient, tear_down)
    const struct CMUnitTest tests[] = {
        PATIENT(all_work_ends_on_lines_that_are_late),
        PATIENT(all_work_ends_on_lines_that_are_slow),
        QUICK(a_line_that_loses_what_we_say_is_noticed_and_left),
        QUICK(a_line_that_loses_the_answers_is_noticed_and_nothing_is_doubled),
        QUICK(a_line_that_takes_connections_and_nothing_else_is_noticed),
        QUICK(connections_reset_again_and_again_lose_and_double_nothing),
        QUICK(a_line_that_was_cut_brings_everything_when_it_is_back),
        QUICK(one_bad_line_does_not_slow_work_with_others),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
