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
 * Required: none over 100 ms while the backup runs, from its start until it is verified.
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
    struct bytes frames[1 + ATTACHMENTS_MAX];
    if (bench->sent_count == bench->application_count)
        bench_fail("no applications are left");
    load_frames(bench->load, bench->sent_count, frames);
    bench->sent_ms[bench->sent_count++] = bench_now_ms();
    if (control_client_send(bench->client, frames, 1 + ATTACHMENTS_MAX) != OK)
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

static void
add_phase(struct measures *measures, double *took_ms, size_t count, const char *names[4])
{
    bench_sort(took_ms, count);
    measures_add(measures, names[0], "", (double)count);
    measures_add(measures, names[1], "ms", bench_percentile(took_ms, count, 50));
    measures_add(measures, names[2], "ms", bench_percentile(took_ms, count, 99));
    measures_add(measures, names[3], "ms", count == 0 ? 0 : took_ms[count - 1]);
}

static void
run(struct bench *bench, struct measures *measures, size_t fill_count)
{
    static const char *before_names[] = { "accepted_before", "latency_before_p50",
                                          "latency_before_p99", "latency_before_max" };
    static const char *during_names[] = { "accepted_during", "latency_during_p50", "stall_p99",
                                          "stall_max" };
    fill(bench, fill_count);
    size_t first = bench->done_count;
    keep_busy(bench, is_long_enough);
    size_t middle = bench->done_count;
    double megabytes = store_megabytes(bench);
    double begun_ms = bench_now_ms();
    start_backup(bench);
    keep_busy(bench, is_backup_done);
    double took_s = (bench_now_ms() - begun_ms) / 1e3;

    measures_add(measures, "store", "MB", megabytes);
    measures_add(measures, "store_after", "MB", store_megabytes(bench));
    measures_add(measures, "backup", "s, verified", took_s);
    measures_add(measures, "backup_rate", "MB/s, verified", megabytes / took_s);
    add_phase(measures, bench->took_ms + first, middle - first, before_names);
    add_phase(measures, bench->took_ms + middle, bench->done_count - middle, during_names);
    measures_require_at_most(measures, REQUIRED_MS);
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
