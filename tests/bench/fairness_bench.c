/* SPDX-License-Identifier: Apache-2.0
 *
 * fairness_bench - what slow and hostile peers cost a peer that works well.
 *
 *     BENCH_APPLICATIONS  of one round (2000)
 *     BENCH_ROUNDS        of each kind, in turns (3)
 *     BENCH_FLOOD         frames a second of the hostile peer (2000)
 *     BENCH_JSON=1        a line of JSON as well
 *
 * A window sends applications to one registry: alone, and in turns with that, while a second
 * registry is frozen and a third gets a tenth of the time, each with a backlog waiting for it, and
 * another window floods ours with frames. A round ends when the good registry has everything.
 * Required: the median rate of the troubled rounds is 80 % of that of the quiet ones.
 */
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/desk.h"
#include "tests/bench/flooder.h"
#include "tests/lib/figures.h"
#include "tests/lib/network.h"

enum {
    SEEDS_EACH = 1000000,
    BACKLOG = 700, /* more than a window of messages */
    ROUNDS_MAX = 20,
    OUTSTANDING = 64,
    LOOK_MS = 5,
    AWAKE_MS = 10,
    ASLEEP_MS = 90,
};

enum peer { GOOD, FROZEN, THROTTLED, PEERS };
enum kind { QUIET, TROUBLED, KINDS };

static const double required_percent = 80;

struct bench {
    struct network network;
    struct network_office *window;
    struct network_office *peers[PEERS];
    struct load *loads[PEERS];
    size_t load_used[PEERS];
    size_t serial; /* of the case accepted last */
    size_t application_count;
    size_t round_count;
    char socket[NETWORK_PATH_BYTES];
    atomic_bool throttling;
    double rate[KINDS][ROUNDS_MAX];
    double accept_p99_ms[KINDS][ROUNDS_MAX];
    double flooded_per_second[ROUNDS_MAX];
};

static void
prepare(struct bench *bench)
{
    static const enum network_place places[PEERS] = { TIANHE, HAIZHU, QINGYANG };
    bench->application_count = bench_setting("BENCH_APPLICATIONS", 2000);
    bench->round_count = bench_setting("BENCH_ROUNDS", 3);
    if (bench->round_count > ROUNDS_MAX)
        bench_fail("BENCH_ROUNDS: at most %d", ROUNDS_MAX);
    network_open(&bench->network, NULL);
    bench->window = &bench->network.offices[SHENZHEN];
    network_path(bench->window, "control", bench->socket);
    network_start(bench->window);
    for (size_t i = 0; i < PEERS; i++) {
        size_t rounds = i == GOOD ? KINDS * bench->round_count : bench->round_count;
        size_t count = rounds * (i == GOOD ? bench->application_count : BACKLOG);
        bench->peers[i] = &bench->network.offices[places[i]];
        bench->loads[i] = load_new(bench->peers[i]->area, "window", (i + 1) * SEEDS_EACH, count);
        network_start(bench->peers[i]);
    }
}

/* ---- one round ---- */

static uint64_t
waiting(struct bench *bench, enum peer peer)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(bench->window, bench->peers[peer]->code, &answer);
    return answer.response->peers->n_peers == 0 ? 0 : answer.response->peers->peers[0]->waiting;
}

static void
wait_until_taken(struct bench *bench, enum peer peer)
{
    double begin_ms = bench_now_ms();
    while (waiting(bench, peer) > 0) {
        bench_sleep_ms(LOOK_MS);
        if (bench_now_ms() - begin_ms > DESK_PATIENCE_MS)
            bench_fail("%s does not take what waits", bench->peers[peer]->code);
    }
}

/* Answers what 99 of 100 applications waited at most until they were accepted, in milliseconds. */
static double
apply(struct bench *bench, enum peer peer, size_t count)
{
    struct desk desk = { .name = "window",
                         .socket = bench->socket,
                         .load = bench->loads[peer],
                         .first_load = bench->load_used[peer],
                         .first_serial = bench->serial,
                         .case_count = count,
                         .outstanding_max = OUTSTANDING,
                         .done_ms = calloc(count, sizeof *desk.done_ms),
                         .sent_ms = calloc(count, sizeof *desk.sent_ms) };
    if (desk.done_ms == NULL || desk.sent_ms == NULL)
        bench_fail("out of memory");
    desk_start(&desk);
    desk_join(&desk);
    for (size_t i = 0; i < count; i++)
        desk.done_ms[i] -= desk.sent_ms[i]; /* one client: serials are in the order of the load */
    bench_sort(desk.done_ms, count);
    double p99_ms = bench_percentile(desk.done_ms, count, 99);
    free(desk.done_ms);
    free(desk.sent_ms);
    bench->load_used[peer] += count;
    bench->serial += count;
    return p99_ms;
}

static void
measure(struct bench *bench, enum kind kind, size_t round)
{
    double begin_ms = bench_now_ms();
    bench->accept_p99_ms[kind][round] = apply(bench, GOOD, bench->application_count);
    wait_until_taken(bench, GOOD);
    bench->rate[kind][round] = (double)bench->application_count * 1e3 / (bench_now_ms() - begin_ms);
}

/* ---- trouble ---- */

static void
send_signal(const struct bench *bench, enum peer peer, int number)
{
    if (kill(bench->peers[peer]->pid, number) != 0)
        bench_fail("%s is gone", bench->peers[peer]->code);
}

static void *
throttle(void *context)
{
    struct bench *bench = context;
    while (bench->throttling) {
        send_signal(bench, THROTTLED, SIGCONT);
        bench_sleep_ms(AWAKE_MS);
        send_signal(bench, THROTTLED, SIGSTOP);
        bench_sleep_ms(ASLEEP_MS);
    }
    return NULL;
}

static void
measure_in_trouble(struct bench *bench, size_t round)
{
    pthread_t thread;
    send_signal(bench, FROZEN, SIGSTOP);
    send_signal(bench, THROTTLED, SIGSTOP);
    (void)apply(bench, FROZEN, BACKLOG);
    (void)apply(bench, THROTTLED, BACKLOG);
    bench->throttling = true;
    if (pthread_create(&thread, NULL, throttle, bench) != 0)
        bench_fail("no thread");
    double begin_ms = bench_now_ms();
    struct flooder *flooder = flooder_start(&bench->network.offices[JINJIANG], bench->window,
                                            bench_setting("BENCH_FLOOD", 2000));
    measure(bench, TROUBLED, round);
    double flood_s = (bench_now_ms() - begin_ms) / 1e3;
    bench->flooded_per_second[round] = (double)flooder_stop(flooder) / flood_s;

    bench->throttling = false;
    if (pthread_join(thread, NULL) != 0)
        bench_fail("the thread was lost");
    if (waiting(bench, FROZEN) != BACKLOG)
        bench_fail("%s was not frozen", bench->peers[FROZEN]->code);
    send_signal(bench, FROZEN, SIGCONT);
    send_signal(bench, THROTTLED, SIGCONT);
    wait_until_taken(bench, FROZEN);
    wait_until_taken(bench, THROTTLED);
}

/* ---- the figures ---- */

static double
dropped_frames(struct bench *bench)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(bench->window, &answer);
    if (answer.response->status->dropped == 0)
        bench_fail("no frame was dropped: nothing was forged");
    return (double)answer.response->status->dropped;
}

static void
report(struct bench *bench, struct measures *measures)
{
    double rate[KINDS], slowest[KINDS], p99[KINDS];
    size_t count = bench->round_count;
    for (size_t i = 0; i < KINDS; i++) {
        bench_sort(bench->rate[i], count);
        bench_sort(bench->accept_p99_ms[i], count);
        rate[i] = bench_percentile(bench->rate[i], count, 50);
        slowest[i] = bench->rate[i][0];
        p99[i] = bench_percentile(bench->accept_p99_ms[i], count, 50);
    }
    bench_sort(bench->flooded_per_second, count);
    measures_add(measures, "rounds", "of each kind", (double)count);
    measures_add(measures, "flood", "frames/s, median",
                 bench_percentile(bench->flooded_per_second, count, 50));
    measures_add(measures, "dropped", "frames, all rounds", dropped_frames(bench));
    measures_add_row(measures, "rate", "applications/s, median", rate);
    measures_add_row(measures, "rate_slowest", "applications/s", slowest);
    measures_add_row(measures, "accept_p99", "ms, median", p99);
    measures_add(measures, "rate_kept", "%", 100 * rate[TROUBLED] / rate[QUIET]);
    measures_require_at_least(measures, required_percent);
    figures_add("fairness_percent", (uint64_t)(100 * rate[TROUBLED] / rate[QUIET]));
}

int
main(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct measures measures = { .title = "fairness",
                                 .column_count = KINDS,
                                 .columns = { "quiet", "troubled" } };
    if (bench == NULL)
        bench_fail("out of memory");
    prepare(bench);
    for (size_t round = 0; round < bench->round_count; round++) {
        measure(bench, QUIET, round);
        measure_in_trouble(bench, round);
    }
    report(bench, &measures);
    measures_print(&measures);
    network_close(&bench->network, false);
    for (size_t i = 0; i < PEERS; i++)
        load_destroy(bench->loads[i]);
    free(bench);
    return measures.missed > 0;
}
