/* SPDX-License-Identifier: Apache-2.0
 *
 * backup_bench - what a window's clerks feel of a backup of its store: how long acceptances take
 * before and while `yidictl backup` runs beside the daemon.
 *
 *     BENCH_STORE_MB  size of the store (300)
 *     BENCH_RATE_MB   megabytes a second that the backup may write (what the command does itself)
 *     BENCH_LOAD      applications a second meanwhile (200)
 *
 * An acceptance is answered after its commit, so its latency holds every stall of the loop.
 * Required: none over 100 ms while the backup runs, from its start until it is verified; the best
 * of three backups counts, because other processes stall the window too.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io/control.h"
#include "common/io/wire.h"
#include "tests/bench/bench.h"
#include "tests/bench/load.h"
#include "tests/lib/network.h"

enum {
    FILL_OUTSTANDING = 128,
    LOAD_OUTSTANDING = 8, /* beyond it the window waits */
    LOAD_MAX = 60000,     /* applications, in both measured phases */
    BEFORE_MS = 10000,
    PATIENCE_MS = 60000,
    REQUIRED_MS = 100,
    ATTEMPTS_MAX = 3,
    FIRST_SEED = 1000,
    APPLICATION_STORED_BYTES = 33000, /* about */
};

struct bench {
    struct network network;
    struct network_office *office;
    struct control_client *client;
    struct load *load;
    size_t application_count;
    size_t sent_count;
    size_t done_count;
    double *sent_ms;
    double *took_ms;
    double load_per_second;
    pid_t backup;
    char to[NETWORK_PATH_BYTES];
};

/* ---- applications ---- */

static void
send_one(struct bench *bench)
{
    struct bytes frames[LOAD_FRAMES];
    if (bench->sent_count == bench->application_count)
        bench_fail("no applications are left");
    load_frames(bench->load, bench->sent_count, frames);
    bench->sent_ms[bench->sent_count++] = bench_now_ms();
    if (control_client_send(bench->client, frames, LOAD_FRAMES) != OK)
        bench_fail("the daemon takes no application");
}

/* Take one answer; false when none comes in time. */
static bool
receive_one(struct bench *bench, uint64_t timeout_ms)
{
    AUTO(arena) struct arena arena;
    struct control_message message;
    ProtobufCMessage *decoded;
    arena_init(&arena);
    if (control_client_receive(bench->client, timeout_ms, &message) != OK)
        return false;
    double now_ms = bench_now_ms();
    enum result result =
        wire_decode(&yidi__response__descriptor, message.frames[0], &arena, &decoded, NULL);
    const Yidi__Response *response = (const Yidi__Response *)decoded;
    if (result != OK || response->body_case != YIDI__RESPONSE__BODY_APPLIED)
        bench_fail("an application was refused");
    bench->took_ms[response->id] = now_ms - bench->sent_ms[response->id];
    bench->done_count++;
    control_message_fini(&message);
    return true;
}

static void
fill(struct bench *bench, size_t count)
{
    while (bench->done_count < count) {
        while (bench->sent_count < count &&
               bench->sent_count - bench->done_count < FILL_OUTSTANDING)
            send_one(bench);
        if (!receive_one(bench, PATIENCE_MS))
            bench_fail("no answer");
    }
}

/* Send at a steady rate and take the answers, until it is enough. */
static void
keep_busy(struct bench *bench, bool (*is_enough)(struct bench *bench, double since_ms))
{
    double begun_ms = bench_now_ms();
    double due_ms = begun_ms;
    while (!is_enough(bench, bench_now_ms() - begun_ms)) {
        double now_ms = bench_now_ms();
        if (now_ms >= due_ms && bench->sent_count - bench->done_count < LOAD_OUTSTANDING) {
            send_one(bench);
            due_ms = due_ms + 1000 < now_ms ? now_ms : due_ms + 1e3 / bench->load_per_second;
        }
        double wait_ms = due_ms - bench_now_ms();
        (void)receive_one(bench, wait_ms < 1 ? 1 : (uint64_t)wait_ms);
    }
    while (bench->done_count < bench->sent_count)
        if (!receive_one(bench, PATIENCE_MS))
            bench_fail("no answer");
}

/* ---- the backup ---- */

static void
start_backup(struct bench *bench)
{
    const struct network_office *office = bench->office;
    char store[NETWORK_PATH_BYTES], directory[NETWORK_PATH_BYTES], root[NETWORK_PATH_BYTES];
    char program[NETWORK_PATH_BYTES];
    const char *rate = getenv("BENCH_RATE_MB"), *bin = getenv("YIDI_BIN");
    snprintf(program, sizeof program, "%s/yidictl", bin == NULL ? "build/bin" : bin);
    snprintf(root, sizeof root, "%s/root.pem", bench->network.authority.folder);
    network_path(office, "data", store);
    network_path(office, "directory", directory);
    network_path(office, "backups", bench->to);
    bench->backup = fork();
    if (bench->backup != 0)
        return;
    execl(program, program, "backup", "--store", store, "--to", bench->to, "--office", office->code,
          "--directory", directory, "--root", root, rate == NULL ? NULL : "--rate", rate, NULL);
    _exit(127);
}

static bool
is_backup_done(struct bench *bench, double since_ms)
{
    int status;
    (void)since_ms;
    if (waitpid(bench->backup, &status, WNOHANG) != bench->backup)
        return false;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        bench_fail("the backup failed");
    return true;
}

static bool
is_long_enough(struct bench *bench, double since_ms)
{
    (void)bench;
    return since_ms >= BEFORE_MS;
}

/* ---- the figures ---- */

static double
store_megabytes(const struct bench *bench)
{
    char path[NETWORK_PATH_BYTES];
    struct stat status;
    if (stat(network_path(bench->office, "data/data.mdb", path), &status) != 0)
        bench_fail("there is no store");
    return (double)status.st_size / 1e6;
}

/* One backup, and the latencies before and during it. */
struct attempt {
    size_t first; /* application measured before it, while it ran, and after that */
    size_t middle;
    size_t end;
    double store_mb;
    double store_after_mb;
    double took_s;
    double stall_max_ms;
};

static void
measure(struct bench *bench, struct attempt *ret_attempt)
{
    struct attempt attempt = { .first = bench->done_count };
    keep_busy(bench, is_long_enough);
    attempt.middle = bench->done_count;
    attempt.store_mb = store_megabytes(bench);
    double begun_ms = bench_now_ms();
    start_backup(bench);
    keep_busy(bench, is_backup_done);
    attempt.took_s = (bench_now_ms() - begun_ms) / 1e3;
    attempt.store_after_mb = store_megabytes(bench);
    attempt.end = bench->done_count;
    bench_sort(bench->took_ms + attempt.first, attempt.middle - attempt.first);
    bench_sort(bench->took_ms + attempt.middle, attempt.end - attempt.middle);
    attempt.stall_max_ms = bench->took_ms[attempt.end - 1];
    *ret_attempt = attempt;
}

static void
add_attempt(struct measures *measures, const struct bench *bench, const struct attempt *attempt)
{
    const double *before = bench->took_ms + attempt->first;
    const double *during = bench->took_ms + attempt->middle;
    size_t before_count = attempt->middle - attempt->first;
    size_t during_count = attempt->end - attempt->middle;
    measures_add(measures, "store", "MB", attempt->store_mb);
    measures_add(measures, "store_after", "MB", attempt->store_after_mb);
    measures_add(measures, "backup", "s, verified", attempt->took_s);
    measures_add(measures, "backup_rate", "MB/s, verified", attempt->store_mb / attempt->took_s);
    measures_add(measures, "accepted_before", "", (double)before_count);
    measures_add(measures, "latency_before_p50", "ms", bench_percentile(before, before_count, 50));
    measures_add(measures, "latency_before_p99", "ms", bench_percentile(before, before_count, 99));
    measures_add(measures, "latency_before_max", "ms", bench_percentile(before, before_count, 100));
    measures_add(measures, "accepted_during", "", (double)during_count);
    measures_add(measures, "latency_during_p50", "ms", bench_percentile(during, during_count, 50));
    measures_add(measures, "stall_p99", "ms", bench_percentile(during, during_count, 99));
    measures_add(measures, "stall_max", "ms", attempt->stall_max_ms);
    measures_require_at_most(measures, REQUIRED_MS);
}

/* What else the machine does stalls the window too, now and then; what the backup does would stall
 * it every time. */
static void
run(struct bench *bench, struct measures *measures, size_t fill_count)
{
    struct attempt best, attempt;
    int attempts = 1;
    fill(bench, fill_count);
    measure(bench, &best);
    for (; best.stall_max_ms > REQUIRED_MS && attempts < ATTEMPTS_MAX; attempts++) {
        measure(bench, &attempt);
        if (attempt.stall_max_ms < best.stall_max_ms)
            best = attempt;
    }
    measures_add(measures, "attempts", "", attempts);
    add_attempt(measures, bench, &best);
}

static void
prepare(struct bench *bench, size_t fill_count)
{
    char socket[NETWORK_PATH_BYTES];
    struct refusal refusal = { 0 };
    bench->application_count = fill_count + LOAD_MAX;
    bench->load_per_second = (double)bench_setting("BENCH_LOAD", 200);
    bench->sent_ms = calloc(bench->application_count, sizeof *bench->sent_ms);
    bench->took_ms = calloc(bench->application_count, sizeof *bench->took_ms);
    if (bench->sent_ms == NULL || bench->took_ms == NULL)
        bench_fail("out of memory");
    network_open(&bench->network, NULL);
    bench->office = &bench->network.offices[SHENZHEN];
    bench->load = load_new(bench->network.offices[TIANHE].area, "clerk1", FIRST_SEED,
                           bench->application_count);
    network_start(bench->office);
    if (control_client_open(network_path(bench->office, "control", socket), &bench->client,
                            &refusal) != OK)
        bench_fail("%s", refusal.rule);
}

int
main(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct measures measures = { .title = "backup" };
    if (bench == NULL)
        bench_fail("out of memory");
    size_t fill_count = bench_setting("BENCH_STORE_MB", 300) * 1000000 / APPLICATION_STORED_BYTES;
    prepare(bench, fill_count);
    run(bench, &measures, fill_count);
    measures_print(&measures);
    control_client_close(bench->client);
    network_close(&bench->network, false);
    load_destroy(bench->load);
    free(bench->sent_ms);
    free(bench->took_ms);
    free(bench);
    return measures.missed > 0;
}
