/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery_bench - how long an office whose disk is gone takes to get its past back from its peers:
 * the window, then the registry.
 *
 *     BENCH_CASES        cases that it had (10000; 100000 with YIDI_SOAK=1)
 *     BENCH_READY        of these have gone all the way to a card that is ready (a tenth)
 *     BENCH_OUTSTANDING  requests that the window has under way (128)
 *     BENCH_JSON=1       a line of JSON as well
 *
 * The past is a real one, made by real applications through real daemons. The clock runs from the
 * command `recover` until the office works again. Required: 100,000 cases within 5 minutes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench.h"
#include "tests/bench/desk.h"
#include "tests/bench/usage.h"
#include "tests/lib/disaster.h"
#include "tests/lib/figures.h"
#include "tests/lib/network.h"

enum { ACCEPTANCE, REGISTRY, PRODUCTION, OFFICES };
enum { RECOVERED = 2 }; /* the first two of them */
enum { FIRST_SEED = 1000, POPULATE_MAX = 20000, LOOK_MS = 20, DESKS = 7 };

static const double required_s = 300, required_cases = 100000;

static const enum network_place places[OFFICES] = {
    [ACCEPTANCE] = SHENZHEN, [REGISTRY] = TIANHE, [PRODUCTION] = YUEXIU
};

static const struct {
    int office;
    const char *name;
    const char *state;
    Yidi__Verb verb;
} jobs[DESKS] = {
    { ACCEPTANCE, "window", NULL, 0 },
    { REGISTRY, "examiner", "received", YIDI__VERB__EXAMINE },
    { REGISTRY, "issuer", "examined", YIDI__VERB__ISSUE },
    { PRODUCTION, "maker", "ordered", YIDI__VERB__MAKE },
    { PRODUCTION, "checker", "made", YIDI__VERB__CHECK_CARD },
    { PRODUCTION, "dispatcher", "verified", YIDI__VERB__DISPATCH },
    { ACCEPTANCE, "receiver", "in-transit", YIDI__VERB__RECEIVE },
};

struct outcome {
    double time_s;
    double cpu_s;
    double peers_cpu_s; /* of the other two */
    double messages;    /* sent and received that came back */
    double lost_entries;
    double commits;
    double resident_mib;
};

struct bench {
    struct network network;
    struct load *load;
    size_t case_count;
    size_t ready_count;
    char sockets[OFFICES][NETWORK_PATH_BYTES];
    struct outcome outcomes[RECOVERED];
};

static struct network_office *
office_at(struct bench *bench, int office)
{
    return &bench->network.offices[places[office]];
}

/* ---- the past ---- */

static void
prepare(struct bench *bench)
{
    const struct network_options options = { .option_lines =
                                                 "outbox-max = 10000000\nmap-size = 256G\n" };
    bench->case_count = bench_setting("BENCH_CASES", figures_choose(10000, 100000));
    bench->ready_count = bench_setting("BENCH_READY", bench->case_count / 10);
    network_open(&bench->network, &options);
    bench->load =
        load_new(office_at(bench, REGISTRY)->area, "window", FIRST_SEED, bench->case_count);
    network_start_all(&bench->network);
    for (int i = 0; i < OFFICES; i++)
        network_path(office_at(bench, i), "control", bench->sockets[i]);
    for (size_t first = 0; first < bench->case_count; first += POPULATE_MAX) {
        size_t left = bench->case_count - first;
        network_populate(office_at(bench, REGISTRY), FIRST_SEED + first,
                         left < POPULATE_MAX ? left : POPULATE_MAX, NULL);
    }
}

/* So many cases, through the first so many desks. */
static void
work(struct bench *bench, size_t first, size_t count, size_t desk_count)
{
    struct desk desks[DESKS];
    double *done_ms = calloc(count, sizeof *done_ms);
    if (done_ms == NULL)
        bench_fail("out of memory");
    for (size_t i = 0; i < desk_count; i++) {
        desks[i] = (struct desk){ .name = jobs[i].name,
                                  .socket = bench->sockets[jobs[i].office],
                                  .state = jobs[i].state,
                                  .verb = jobs[i].verb,
                                  .load = bench->load,
                                  .first_serial = first,
                                  .first_load = first,
                                  .case_count = count,
                                  .outstanding_max = bench_setting("BENCH_OUTSTANDING", 128),
                                  .done_ms = done_ms };
        desk_start(&desks[i]);
    }
    for (size_t i = 0; i < desk_count; i++)
        desk_join(&desks[i]);
    free(done_ms);
}

static uint64_t
count_cases(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    uint64_t count = 0;
    network_status(office, &answer);
    for (size_t i = 0; i < answer.response->status->n_states; i++)
        count += answer.response->status->states[i]->count;
    return count;
}

static void
make_past(struct bench *bench)
{
    double before_ms = bench_now_ms();
    if (bench->ready_count > 0)
        work(bench, 0, bench->ready_count, DESKS);
    if (bench->case_count > bench->ready_count)
        work(bench, bench->ready_count, bench->case_count - bench->ready_count, 1);
    while (count_cases(office_at(bench, REGISTRY)) < bench->case_count)
        bench_sleep_ms(LOOK_MS);
    printf("%zu cases made in %.0f s\n", bench->case_count, (bench_now_ms() - before_ms) / 1e3);
    (void)fflush(stdout);
}

/* ---- the loss ---- */

static double
wait_until_done(struct network_office *office, double patience_s, struct outcome *outcome)
{
    double start_ms = bench_now_ms();
    for (;;) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        const Yidi__RecoveryReport *report =
            disaster_recover(office, YIDI__RECOVER_VERB__RECOVER_SHOW, &answer);
        if (strcmp(report->phase, "done") == 0) {
            outcome->messages = (double)(report->sent + report->received);
            outcome->lost_entries = (double)report->lost_entries;
            return bench_now_ms();
        }
        if (bench_now_ms() - start_ms > patience_s * 1e3)
            bench_fail("%s: after %.0f s it is %s, %" PRIu64 " sent and %" PRIu64 " received",
                       office->code, patience_s, report->phase, report->sent, report->received);
        bench_sleep_ms(LOOK_MS);
    }
}

static void
read_usage(struct bench *bench, struct usage ret_usage[OFFICES])
{
    for (int i = 0; i < OFFICES; i++)
        usage_read(office_at(bench, i)->pid, &ret_usage[i]);
}

static void
lose_and_recover(struct bench *bench, int at)
{
    struct network_office *office = office_at(bench, at);
    struct outcome *outcome = &bench->outcomes[at];
    struct usage before[OFFICES], after[OFFICES];
    AUTO(network_answer) struct network_answer answer = { 0 }, status = { 0 };
    network_kill(office);
    disaster_lose_disk(office);
    network_start(office);
    read_usage(bench, before);
    double start_ms = bench_now_ms();
    disaster_recover(office, YIDI__RECOVER_VERB__RECOVER_START, &answer);
    outcome->time_s = (wait_until_done(office, 4 * required_s, outcome) - start_ms) / 1e3;
    read_usage(bench, after);
    disaster_expect_whole(office);
    if (count_cases(office) != bench->case_count)
        bench_fail("%s has %" PRIu64 " cases, not %zu", office->code, count_cases(office),
                   bench->case_count);
    for (int i = 0; i < OFFICES; i++)
        *(i == at ? &outcome->cpu_s : &outcome->peers_cpu_s) += usage_cpu_s(&before[i], &after[i]);
    outcome->resident_mib = (double)after[at].resident_anonymous_kib / 1024;
    network_status(office, &status);
    outcome->commits = (double)status.response->status->commits;
    figures_add("offices_recovered", 1);
    figures_add("recovered_cases", bench->case_count);
}

/* ---- the measures ---- */

static void
report(const struct bench *bench, struct measures *measures)
{
    double time_s[RECOVERED], scaled_s[RECOVERED], rate[RECOVERED], messages[RECOVERED];
    double cpu_s[RECOVERED], peers_cpu_s[RECOVERED], commits[RECOVERED], resident[RECOVERED];
    double lost[RECOVERED];
    for (int i = 0; i < RECOVERED; i++) {
        const struct outcome *outcome = &bench->outcomes[i];
        time_s[i] = outcome->time_s;
        scaled_s[i] = outcome->time_s * required_cases / (double)bench->case_count;
        messages[i] = outcome->messages;
        rate[i] = outcome->messages / outcome->time_s;
        cpu_s[i] = outcome->cpu_s;
        peers_cpu_s[i] = outcome->peers_cpu_s;
        commits[i] = outcome->commits;
        resident[i] = outcome->resident_mib;
        lost[i] = outcome->lost_entries;
    }
    measures_add(measures, "cases", "", (double)bench->case_count);
    measures_add(measures, "cases_ready", "", (double)bench->ready_count);
    measures_add_row(measures, "messages", "that came back", messages);
    measures_add_row(measures, "lost_entries", "views and steps that no message shows", lost);
    measures_add_row(measures, "time", "s", time_s);
    measures_add_row(measures, "time_per_100000_cases", "s", scaled_s);
    measures_require_at_most(measures, required_s);
    measures_add_row(measures, "rate", "messages/s", rate);
    measures_add_row(measures, "cpu", "s", cpu_s);
    measures_add_row(measures, "peers_cpu", "s", peers_cpu_s);
    measures_add_row(measures, "commits", "", commits);
    measures_add_row(measures, "resident_anonymous", "MiB", resident);
    figures_add("recovery_cases", bench->case_count);
    figures_add("recovery_seconds", (uint64_t)(time_s[0] > time_s[1] ? time_s[0] : time_s[1]));
}

int
main(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct measures measures = { .title = "recovery",
                                 .column_count = RECOVERED,
                                 .columns = { "acceptance", "registry" } };
    if (bench == NULL)
        bench_fail("out of memory");
    prepare(bench);
    make_past(bench);
    for (int i = 0; i < RECOVERED; i++)
        lose_and_recover(bench, i);
    report(bench, &measures);
    measures_print(&measures);
    network_close(&bench->network, false);
    load_destroy(bench->load);
    free(bench);
    return measures.missed > 0;
}
