/* SPDX-License-Identifier: Apache-2.0
 *
 * backlog_bench - how fast a registry that was away for long takes what waited for it.
 *
 *     BENCH_BACKLOG      applications that wait (20000; 100000 with YIDI_SOAK=1)
 *     BENCH_LIVE         applications of the comparison (5000)
 *     BENCH_OUTSTANDING  requests that the window has under way (128)
 *     BENCH_JSON=1       a line of JSON as well
 *
 * First the same window and the same registry work together: applications a second that are
 * accepted and received, which is more than go all the way (pipeline_bench). Then the registry is
 * stopped, the backlog is applied for, and the registry is started again; the clock runs from its
 * exec until it has acknowledged all. Required: 80 % of the rate with the registry up.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/desk.h"
#include "tests/bench/usage.h"
#include "tests/lib/figures.h"
#include "tests/lib/network.h"

enum { FIRST_SEED = 1000, POPULATE_MAX = 20000, LOOK_MS = 5, OFFICES = 2 };

static const double required_percent = 80;

struct bench {
    struct network network;
    struct network_office *window;
    struct network_office *registry;
    struct load *load;
    size_t live_count;
    size_t backlog_count;
    char socket[NETWORK_PATH_BYTES];
    double live_s;
    double accept_s;
    double drain_s;
    struct usage before[OFFICES];
    struct usage after[OFFICES];
};

static void
prepare(struct bench *bench)
{
    const struct network_options options = { .option_lines =
                                                 "outbox-max = 10000000\nmap-size = 256G\n" };
    bench->live_count = bench_setting("BENCH_LIVE", 5000);
    bench->backlog_count = bench_setting("BENCH_BACKLOG", figures_choose(20000, 100000));
    size_t count = bench->live_count + bench->backlog_count;
    network_open(&bench->network, &options);
    bench->window = &bench->network.offices[SHENZHEN];
    bench->registry = &bench->network.offices[TIANHE];
    bench->load = load_new(bench->registry->area, "window", FIRST_SEED, count);
    network_path(bench->window, "control", bench->socket);
    network_start(bench->window);
    network_start(bench->registry);
    for (size_t first = 0; first < count; first += POPULATE_MAX)
        network_populate(bench->registry, FIRST_SEED + first,
                         count - first < POPULATE_MAX ? count - first : POPULATE_MAX, NULL);
}

static uint64_t
waiting(struct bench *bench)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(bench->window, bench->registry->code, &answer);
    return answer.response->peers->n_peers == 0 ? 0 : answer.response->peers->peers[0]->waiting;
}

static void
wait_until_taken(struct bench *bench)
{
    uint64_t left = waiting(bench);
    double progress_ms = bench_now_ms();
    while (left > 0) {
        bench_sleep_ms(LOOK_MS);
        uint64_t now_left = waiting(bench);
        if (now_left < left)
            progress_ms = bench_now_ms();
        else if (bench_now_ms() - progress_ms > DESK_PATIENCE_MS)
            bench_fail("the registry takes nothing any more; %" PRIu64 " messages wait", now_left);
        left = now_left;
    }
}

/* Answers the seconds until the last one was accepted. */
static double
apply(struct bench *bench, size_t first, size_t count)
{
    struct desk desk = { .name = "window",
                         .socket = bench->socket,
                         .load = bench->load,
                         .first_serial = first,
                         .first_load = first,
                         .case_count = count,
                         .outstanding_max = bench_setting("BENCH_OUTSTANDING", 128),
                         .done_ms = calloc(count, sizeof *desk.done_ms) };
    if (desk.done_ms == NULL)
        bench_fail("out of memory");
    double before_ms = bench_now_ms();
    desk_start(&desk);
    desk_join(&desk);
    free(desk.done_ms);
    return (bench_now_ms() - before_ms) / 1e3;
}

static void
run(struct bench *bench)
{
    double before_ms = bench_now_ms();
    (void)apply(bench, 0, bench->live_count);
    wait_until_taken(bench);
    bench->live_s = (bench_now_ms() - before_ms) / 1e3;

    network_stop(bench->registry);
    bench->accept_s = apply(bench, bench->live_count, bench->backlog_count);
    if (waiting(bench) != bench->backlog_count)
        bench_fail("%" PRIu64 " messages wait", waiting(bench));
    usage_read(bench->window->pid, &bench->before[0]);
    before_ms = bench_now_ms();
    network_start(bench->registry);
    usage_read(bench->registry->pid, &bench->before[1]);
    wait_until_taken(bench);
    bench->drain_s = (bench_now_ms() - before_ms) / 1e3;
    usage_read(bench->window->pid, &bench->after[0]);
    usage_read(bench->registry->pid, &bench->after[1]);
    uint64_t received = network_count_in_state(bench->registry, "received");
    if (received != bench->live_count + bench->backlog_count)
        bench_fail("%" PRIu64 " cases at the registry", received);
}

static void
report(const struct bench *bench, struct measures *measures)
{
    double live = (double)bench->live_count / bench->live_s;
    double drain = (double)bench->backlog_count / bench->drain_s;
    double cpu_ms[OFFICES], resident[OFFICES];
    for (size_t i = 0; i < OFFICES; i++) {
        cpu_ms[i] =
            1e3 * usage_cpu_s(&bench->before[i], &bench->after[i]) / (double)bench->backlog_count;
        resident[i] = (double)bench->after[i].resident_anonymous_kib / 1024;
    }
    measures_add(measures, "backlog", "messages", (double)bench->backlog_count);
    measures_add(measures, "live_rate", "applications/s, registry up", live);
    measures_add(measures, "accept_rate", "applications/s, registry away",
                 (double)bench->backlog_count / bench->accept_s);
    measures_add(measures, "drain_time", "s", bench->drain_s);
    measures_add(measures, "drain_rate", "messages/s", drain);
    measures_add(measures, "drain_to_live", "%", 100 * drain / live);
    measures_require_at_least(measures, required_percent);
    measures_add_row(measures, "cpu_each", "ms CPU/message", cpu_ms);
    measures_add_row(measures, "resident_anonymous", "MiB", resident);
    figures_add("backlog_messages", bench->backlog_count);
    figures_add("backlog_drain_per_second", (uint64_t)drain);
    figures_add("backlog_live_per_second", (uint64_t)live);
}

int
main(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct measures measures = { .title = "backlog",
                                 .column_count = OFFICES,
                                 .columns = { "acceptance", "registry" } };
    if (bench == NULL)
        bench_fail("out of memory");
    prepare(bench);
    run(bench);
    report(bench, &measures);
    measures_print(&measures);
    network_close(&bench->network, false);
    load_destroy(bench->load);
    free(bench);
    return measures.missed > 0;
}
