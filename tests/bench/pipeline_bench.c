/* SPDX-License-Identifier: Apache-2.0
 *
 * pipeline_bench - how many applications a second go all the way, from the window to the card that
 * is ready there, through three real daemons: real sockets, CURVE, signatures, full disk sync.
 *
 *     BENCH_APPLICATIONS  how many (5000)
 *     BENCH_OUTSTANDING   requests that the window has under way (128)
 *     BENCH_JSON=1        a line of JSON as well
 *
 * Everything that can be made beforehand is made before the clock starts; it stops when the last
 * case is READY at the acceptance office. The desks' own work counts as `bench` CPU.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/desk.h"
#include "tests/bench/usage.h"
#include "tests/lib/figures.h"
#include "tests/lib/network.h"

enum { ACCEPTANCE, REGISTRY, PRODUCTION, OFFICES };
enum { WINDOW, EXAMINER, ISSUER, MAKER, CHECKER, DISPATCHER, RECEIVER, DESKS };
enum { FIRST_SEED = 1000, POPULATE_MAX = 20000 };

static const enum network_place places[OFFICES] = {
    [ACCEPTANCE] = SHENZHEN, [REGISTRY] = TIANHE, [PRODUCTION] = YUEXIU
};

/* Who works where, and on what. */
static const struct {
    int office;
    const char *name;
    const char *state;
    Yidi__Verb verb;
} jobs[DESKS] = {
    [WINDOW] = { ACCEPTANCE, "window", NULL, 0 },
    [EXAMINER] = { REGISTRY, "examiner", "received", YIDI__VERB__EXAMINE },
    [ISSUER] = { REGISTRY, "issuer", "examined", YIDI__VERB__ISSUE },
    [MAKER] = { PRODUCTION, "maker", "ordered", YIDI__VERB__MAKE },
    [CHECKER] = { PRODUCTION, "checker", "made", YIDI__VERB__CHECK_CARD },
    [DISPATCHER] = { PRODUCTION, "dispatcher", "verified", YIDI__VERB__DISPATCH },
    [RECEIVER] = { ACCEPTANCE, "receiver", "in-transit", YIDI__VERB__RECEIVE },
};

struct office_figures {
    struct usage usage;
    uint64_t commits;
    uint64_t inputs;
};

struct pipeline {
    struct network network;
    struct load *load;
    size_t case_count;
    char sockets[OFFICES][NETWORK_PATH_BYTES];
    struct desk desks[DESKS];
    double start_ms;
    double end_ms;
    double bench_cpu_s;
    struct machine_usage machine_before;
    struct machine_usage machine_after;
    struct office_figures before[OFFICES];
    struct office_figures after[OFFICES];
};

/* ---- before the clock starts ---- */

static struct network_office *
office_at(struct pipeline *pipeline, int office)
{
    return &pipeline->network.offices[places[office]];
}

static void
populate(struct pipeline *pipeline)
{
    for (size_t first = 0; first < pipeline->case_count; first += POPULATE_MAX) {
        size_t left = pipeline->case_count - first;
        network_populate(office_at(pipeline, REGISTRY), FIRST_SEED + first,
                         left < POPULATE_MAX ? left : POPULATE_MAX, NULL);
    }
}

static void
place_desks(struct pipeline *pipeline)
{
    for (size_t i = 0; i < DESKS; i++) {
        struct desk *desk = &pipeline->desks[i];
        *desk = (struct desk){ .name = jobs[i].name,
                               .socket = pipeline->sockets[jobs[i].office],
                               .state = jobs[i].state,
                               .verb = jobs[i].verb,
                               .case_count = pipeline->case_count,
                               .done_ms = calloc(pipeline->case_count, sizeof *desk->done_ms) };
        if (desk->done_ms == NULL)
            bench_fail("out of memory");
    }
    pipeline->desks[WINDOW].load = pipeline->load;
    pipeline->desks[WINDOW].outstanding_max = bench_setting("BENCH_OUTSTANDING", 128);
}

static void
prepare(struct pipeline *pipeline)
{
    pipeline->case_count = bench_setting("BENCH_APPLICATIONS", 5000);
    network_open(&pipeline->network, NULL);
    pipeline->load = load_new(office_at(pipeline, REGISTRY)->area, jobs[WINDOW].name, FIRST_SEED,
                              pipeline->case_count);
    for (int i = 0; i < OFFICES; i++) {
        network_path(office_at(pipeline, i), "control", pipeline->sockets[i]);
        network_start(office_at(pipeline, i));
    }
    populate(pipeline);
    place_desks(pipeline);
}

/* ---- the run ---- */

static void
read_offices(struct pipeline *pipeline, struct office_figures *ret_figures)
{
    for (int i = 0; i < OFFICES; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        network_status(office_at(pipeline, i), &answer);
        ret_figures[i].commits = answer.response->status->commits;
        ret_figures[i].inputs = answer.response->status->inputs;
        usage_read(office_at(pipeline, i)->pid, &ret_figures[i].usage);
    }
}

static double
own_cpu_s(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        bench_fail("no figures of the bench itself");
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void
run(struct pipeline *pipeline)
{
    read_offices(pipeline, pipeline->before);
    usage_read_machine(pipeline->network.authority.folder, &pipeline->machine_before);
    double cpu_before_s = own_cpu_s();
    pipeline->start_ms = bench_now_ms();
    for (size_t i = 0; i < DESKS; i++)
        desk_start(&pipeline->desks[i]);
    for (size_t i = 0; i < DESKS; i++)
        desk_join(&pipeline->desks[i]);
    pipeline->end_ms = bench_now_ms();
    pipeline->bench_cpu_s = own_cpu_s() - cpu_before_s;
    usage_read_machine(pipeline->network.authority.folder, &pipeline->machine_after);
    read_offices(pipeline, pipeline->after);
}

/* ---- the measures ---- */

static void
add_times(const struct pipeline *pipeline, struct measures *measures)
{
    size_t count = pipeline->case_count;
    const double *accepted_ms = pipeline->desks[WINDOW].done_ms;
    double *ready_ms = pipeline->desks[RECEIVER].done_ms;
    double *latency_ms = calloc(count, sizeof *latency_ms);
    if (latency_ms == NULL)
        bench_fail("out of memory");
    for (size_t i = 0; i < count; i++)
        latency_ms[i] = ready_ms[i] - accepted_ms[i];
    bench_sort(latency_ms, count);
    bench_sort(ready_ms, count);

    double whole_s = (pipeline->end_ms - pipeline->start_ms) / 1e3;
    double middle_s =
        (bench_percentile(ready_ms, count, 90) - bench_percentile(ready_ms, count, 10)) / 1e3;
    measures_add(measures, "applications", "", (double)count);
    measures_add(measures, "attachments", "bytes each", load_attachment_bytes(pipeline->load));
    measures_add(measures, "time", "s", whole_s);
    measures_add(measures, "rate", "applications/s", (double)count / whole_s);
    figures_add("pipeline_per_second", (uint64_t)((double)count / whole_s));
    measures_add(measures, "rate_middle", "applications/s, middle 80 %",
                 middle_s > 0 ? 0.8 * (double)count / middle_s : 0);
    measures_add(measures, "accept_to_ready_p50", "ms", bench_percentile(latency_ms, count, 50));
    measures_add(measures, "accept_to_ready_p99", "ms", bench_percentile(latency_ms, count, 99));
    free(latency_ms);
}

/* How much of the run was the machine's other business: a busy machine makes a slow bench. */
static void
add_machine(const struct pipeline *pipeline, double own_cpu_time_s, struct measures *measures)
{
    const struct machine_usage *before = &pipeline->machine_before;
    const struct machine_usage *after = &pipeline->machine_after;
    double all_s = (double)(after->all_ticks - before->all_ticks) / (double)sysconf(_SC_CLK_TCK);
    double busy_s = (double)(after->busy_ticks - before->busy_ticks) / (double)sysconf(_SC_CLK_TCK);
    double disk_bytes = (double)(after->disk_written_bytes - before->disk_written_bytes);
    double others_s = busy_s > own_cpu_time_s ? busy_s - own_cpu_time_s : 0;
    measures_add(measures, "disk_written_each", "KB/application, whole disk",
                 disk_bytes / 1e3 / (double)pipeline->case_count);
    measures_add(measures, "cpu_idle", "% of the machine", 100 * (1 - busy_s / all_s));
    measures_add(measures, "cpu_others", "% of the machine", 100 * others_s / all_s);
}

static void
add_offices(const struct pipeline *pipeline, struct measures *measures)
{
    double cpu_s[OFFICES], commits[OFFICES], ratio[OFFICES], written[OFFICES], dirtied[OFFICES];
    double resident[OFFICES], total_cpu_s = 0;
    for (int i = 0; i < OFFICES; i++) {
        const struct office_figures *before = &pipeline->before[i], *after = &pipeline->after[i];
        cpu_s[i] = usage_cpu_s(&before->usage, &after->usage);
        commits[i] = (double)(after->commits - before->commits);
        ratio[i] = (double)(after->inputs - before->inputs) / commits[i];
        written[i] = (double)(after->usage.written_bytes - before->usage.written_bytes) / 1e6;
        dirtied[i] = (double)(after->usage.dirtied_bytes - before->usage.dirtied_bytes) / 1e6;
        resident[i] = (double)after->usage.resident_max_kib / 1024;
        total_cpu_s += cpu_s[i];
    }
    double each_ms = 1e3 / (double)pipeline->case_count;
    measures_add_row(measures, "cpu", "s", cpu_s);
    measures_add_row(measures, "commits", "", commits);
    measures_add_row(measures, "inputs_per_commit", "", ratio);
    measures_add_row(measures, "written", "MB to files", written);
    measures_add_row(measures, "dirtied", "MB as the kernel counts", dirtied);
    measures_add_row(measures, "resident_max", "MiB, store pages too", resident);
    measures_add(measures, "bench_cpu", "s", pipeline->bench_cpu_s);
    measures_add(measures, "daemons_cpu_each", "ms CPU/application", total_cpu_s * each_ms);
    measures_add(measures, "machine_cpu_each", "ms CPU/application",
                 (total_cpu_s + pipeline->bench_cpu_s) * each_ms);
    add_machine(pipeline, total_cpu_s + pipeline->bench_cpu_s, measures);
}

/* How the desks fared: what they waited for tells what limits the rate. */
static void
print_desks(const struct pipeline *pipeline)
{
    struct measures measures = { .title = "desks", .column_count = RECEIVER };
    double lists[RECEIVER], empty[RECEIVER], list_ms[RECEIVER], decides[RECEIVER];
    double cases[RECEIVER], decide_ms[RECEIVER];
    for (size_t i = 0; i < RECEIVER; i++) {
        const struct desk *desk = &pipeline->desks[EXAMINER + i];
        double decided = desk->decide_count > 0 ? (double)desk->decide_count : 1;
        measures.columns[i] = desk->name;
        lists[i] = (double)desk->list_count;
        empty[i] = (double)desk->empty_list_count;
        list_ms[i] = desk->list_ms / (double)(desk->list_count > 0 ? desk->list_count : 1);
        decides[i] = (double)desk->decide_count;
        cases[i] = (double)desk->done_count / decided;
        decide_ms[i] = desk->decide_ms / decided;
    }
    measures_add_row(&measures, "lists", "", lists);
    measures_add_row(&measures, "lists_empty", "", empty);
    measures_add_row(&measures, "list_time", "ms each", list_ms);
    measures_add_row(&measures, "decides", "", decides);
    measures_add_row(&measures, "decide_cases", "cases each", cases);
    measures_add_row(&measures, "decide_time", "ms each", decide_ms);
    measures_print(&measures);
}

int
main(void)
{
    struct pipeline *pipeline = calloc(1, sizeof *pipeline);
    struct measures measures = { .title = "pipeline",
                                 .column_count = OFFICES,
                                 .columns = { "acceptance", "registry", "production" } };
    if (pipeline == NULL)
        bench_fail("out of memory");
    prepare(pipeline);
    run(pipeline);
    add_times(pipeline, &measures);
    add_offices(pipeline, &measures);
    measures_print(&measures);
    print_desks(pipeline);
    network_close(&pipeline->network, false);
    for (size_t i = 0; i < DESKS; i++)
        free(pipeline->desks[i].done_ms);
    load_destroy(pipeline->load);
    free(pipeline);
    return 0;
}
