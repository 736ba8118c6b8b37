/* SPDX-License-Identifier: Apache-2.0
 *
 * idle_bench - what a daemon costs that has nothing to do: CPU, wake-ups, memory.
 *
 *     BENCH_SECONDS  how long to watch (10)
 *
 * Required: no measurable CPU (at most one tick), under 30 MB resident per daemon. Pages of the
 * program file and its libraries count, though the daemons of one machine share them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/usage.h"
#include "tests/lib/network.h"

enum { COLUMNS = 3, SETTLE_MS = 1000 };

static const double resident_max_kib = 30e6 / 1024;

static void
add_figures(struct measures *measures, const struct usage before[COLUMNS],
            const struct usage after[COLUMNS])
{
    double ticks[COLUMNS], cpu_ms[COLUMNS], switches[COLUMNS];
    double resident[COLUMNS], anonymous[COLUMNS], file[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++) {
        ticks[i] = (double)(after[i].cpu_ticks - before[i].cpu_ticks);
        cpu_ms[i] = (double)(after[i].cpu_ns - before[i].cpu_ns) / 1e6;
        switches[i] = (double)(after[i].switches - before[i].switches);
        resident[i] = (double)after[i].resident_kib;
        anonymous[i] = (double)after[i].resident_anonymous_kib;
        file[i] = (double)after[i].resident_file_kib;
    }
    measures_add_row(measures, "cpu", "ticks", ticks);
    measures_require_at_most(measures, 1);
    measures_add_row(measures, "cpu_time", "ms", cpu_ms);
    measures_add_row(measures, "context_switches", "", switches);
    measures_add_row(measures, "resident", "KiB", resident);
    measures_require_at_most(measures, resident_max_kib);
    measures_add_row(measures, "resident_anonymous", "KiB", anonymous);
    measures_add_row(measures, "resident_file", "KiB", file);
}

int
main(void)
{
    static const enum network_place places[COLUMNS] = { SHENZHEN, TIANHE, YUEXIU };
    const uint64_t seconds = bench_setting("BENCH_SECONDS", 10);
    struct network *network = calloc(1, sizeof *network);
    struct usage before[COLUMNS], after[COLUMNS];
    struct measures measures = { .title = "idle",
                                 .column_count = COLUMNS,
                                 .columns = { "acceptance", "registry", "production" } };
    if (network == NULL)
        bench_fail("out of memory");
    network_open(network, NULL);
    for (size_t i = 0; i < COLUMNS; i++)
        network_start(&network->offices[places[i]]);
    bench_sleep_ms(SETTLE_MS);
    for (size_t i = 0; i < COLUMNS; i++)
        usage_read(network->offices[places[i]].pid, &before[i]);
    bench_sleep_ms((unsigned)seconds * 1000);
    for (size_t i = 0; i < COLUMNS; i++)
        usage_read(network->offices[places[i]].pid, &after[i]);
    measures_add(&measures, "watched", "s", (double)seconds);
    add_figures(&measures, before, after);
    measures_print(&measures);
    network_close(network, false);
    free(network);
    return measures.missed > 0;
}
