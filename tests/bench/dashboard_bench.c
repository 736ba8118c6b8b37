/* SPDX-License-Identifier: Apache-2.0
 *
 * dashboard_bench - what it costs to look at a window with many open cases.
 *
 *     BENCH_CASES    open cases in the store (100000; 1000000 with YIDI_SOAK=1)
 *     BENCH_SECONDS  how long to watch (10)
 *
 * The dashboard's report is asked for over the control socket, where nothing keeps it: what the
 * loop spends on it at most once a second. Viewers look at /metrics of the console, which is kept,
 * shared and sent as the dashboard is, and needs no session: two hundred of them every five
 * seconds, as open dashboards ask; then a load of ROUGH_PER_S requests a second, while a desk
 * applies. Required: report p99 under 50 ms; two hundred viewers under 5 % of a core; the load
 * slows applications by at most 10 %.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io/file.h"
#include "tests/bench/bench.h"
#include "tests/bench/desk.h"
#include "tests/bench/fill.h"
#include "tests/bench/load.h"
#include "tests/bench/usage.h"
#include "tests/bench/viewers.h"
#include "tests/lib/browser.h"
#include "tests/lib/figures.h"
#include "tests/lib/network.h"

enum {
    ASKS = 300,
    REQUIRED_REPORT_MS = 50,
    VIEWERS = 200,
    VIEW_MS = 5000,
    REQUIRED_CORE_PERCENT = 5,
    REQUIRED_SLOWER_PERCENT = 10,
    ROUNDS = 4, /* with and without viewers */
    ROUND_CASES = 3000,
    ROUGH_PER_S = 200,
    FIRST_SEED = 5000000,
    OUTSTANDING_MAX = 256,
};

static void
listen_on(struct network_office *office, char listen[BROWSER_LISTEN_BYTES])
{
    char path[NETWORK_PATH_BYTES], text[8192];
    uint8_t *before = NULL;
    size_t size;
    browser_choose_listen(listen);
    if (file_read(network_path(office, "conf", path), sizeof text / 2, &before, &size, NULL) != OK)
        bench_fail("no options");
    snprintf(text, sizeof text, "%.*s\nconsole = %s\n", (int)size, (const char *)before, listen);
    free(before);
    if (file_write(path, bytes_of_text(text), 0600, FILE_REPLACE, NULL) != OK)
        bench_fail("options cannot be written");
}

static void
measure_report(struct network_office *office, struct measures *measures)
{
    static const uint32_t hours[] = { 1, 24, 168 };
    double ms[ASKS];
    Yidi__Dashboard dashboard = YIDI__DASHBOARD__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_DASHBOARD;
    request.dashboard = &dashboard;
    for (size_t i = 0; i < ASKS; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        dashboard.hours = hours[i % 3];
        double before_ms = bench_now_ms();
        network_ask(office, &request, NULL, 0, &answer);
        ms[i] = bench_now_ms() - before_ms;
        if (answer.response->body_case != YIDI__RESPONSE__BODY_DASHBOARD)
            bench_fail("no dashboard");
    }
    bench_sort(ms, ASKS);
    measures_add(measures, "report", "ms, median", bench_percentile(ms, ASKS, 50));
    measures_add(measures, "report_p99", "ms", bench_percentile(ms, ASKS, 99));
    measures_require_at_most(measures, REQUIRED_REPORT_MS);
    figures_add("dashboard_p99_us", (uint64_t)(1e3 * bench_percentile(ms, ASKS, 99)));
}

static void
measure_viewers(struct network_office *office, const char *listen, unsigned seconds,
                struct measures *measures)
{
    struct viewers viewers;
    struct viewers_figures seen;
    struct usage before, after;
    viewers_start(&viewers, listen, "/metrics", VIEWERS, VIEW_MS);
    bench_sleep_ms(VIEW_MS);
    usage_read(office->pid, &before);
    bench_sleep_ms(seconds * 1000);
    usage_read(office->pid, &after);
    viewers_stop(&viewers, &seen);
    double percent = (double)(after.cpu_ns - before.cpu_ns) / 1e7 / seconds;
    measures_add(measures, "viewers", "", VIEWERS);
    measures_add(measures, "viewers_cpu", "% of a core", percent);
    measures_require_at_most(measures, REQUIRED_CORE_PERCENT);
    measures_add(measures, "viewers_wait_p99", "ms", seen.p99_ms);
    figures_add("dashboards_200_core_permille", (uint64_t)(percent * 10));
}

/* Seconds that a desk takes for a round of applications. */
static double
apply_round(struct network_office *office, struct load *load, size_t round)
{
    char socket[NETWORK_PATH_BYTES];
    double *done_ms = calloc(ROUND_CASES, sizeof *done_ms);
    struct desk desk = { .name = "window",
                         .socket = network_path(office, "control", socket),
                         .case_count = ROUND_CASES,
                         .first_serial = round * ROUND_CASES,
                         .first_load = round * ROUND_CASES,
                         .done_ms = done_ms,
                         .load = load,
                         .outstanding_max = OUTSTANDING_MAX };
    if (done_ms == NULL)
        bench_fail("out of memory");
    double before_ms = bench_now_ms();
    desk_start(&desk);
    desk_join(&desk);
    free(done_ms);
    return (bench_now_ms() - before_ms) / 1e3;
}

/* In turns, so that both see the same machine. */
static void
measure_loop(struct network_office *office, const char *area, const char *listen,
             struct measures *measures)
{
    double quiet_s = 0, loaded_s = 0;
    struct viewers_figures seen = { 0 };
    struct load *load = load_new(area, "window", FIRST_SEED, 2 * ROUNDS * ROUND_CASES);
    for (size_t round = 0; round < 2 * ROUNDS; round++) {
        struct viewers viewers;
        if (round % 2 == 0) {
            quiet_s += apply_round(office, load, round);
            continue;
        }
        viewers_start(&viewers, listen, "/metrics", VIEWERS, VIEWERS * 1000 / ROUGH_PER_S);
        bench_sleep_ms(300);
        loaded_s += apply_round(office, load, round);
        viewers_stop(&viewers, &seen);
    }
    load_destroy(load);
    measures_add(measures, "applications", "/s", ROUNDS * ROUND_CASES / quiet_s);
    measures_add(measures, "applications_beside_http", "/s", ROUNDS * ROUND_CASES / loaded_s);
    measures_add(measures, "http_load", "requests/s", seen.answers_per_s);
    measures_add(measures, "loop_slower", "%", 100 * (loaded_s - quiet_s) / quiet_s);
    measures_require_at_most(measures, REQUIRED_SLOWER_PERCENT);
}

int
main(void)
{
    const uint32_t case_count =
        (uint32_t)bench_setting("BENCH_CASES", figures_choose(100000, 1000000));
    const unsigned seconds = (unsigned)bench_setting("BENCH_SECONDS", 10);
    char listen[BROWSER_LISTEN_BYTES];
    struct network *network = calloc(1, sizeof *network);
    struct measures measures = { .title = "dashboard" };
    if (network == NULL)
        bench_fail("out of memory");
    network_open(network, NULL);
    struct network_office *window = &network->offices[SHENZHEN];
    fill_store(network, case_count);
    listen_on(window, listen);
    network_start(window);
    measures_add(&measures, "open_cases", "", case_count);
    measure_report(window, &measures);
    measure_viewers(window, listen, seconds, &measures);
    measure_loop(window, network->offices[TIANHE].area, listen, &measures);
    measures_print(&measures);
    network_close(network, false);
    free(network);
    return measures.missed > 0;
}
