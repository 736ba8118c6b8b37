/* SPDX-License-Identifier: Apache-2.0
 *
 * start_bench - how long a window with many open cases takes from exec to its first answers, and
 * to tell which of them are overdue or due soon.
 *
 *     BENCH_CASES  open cases in the store (100000; 1000000 with YIDI_SOAK=1)
 *
 * The store is filled directly: case rows with their indexes and a sealed journal entry each, no
 * photos. The page cache is warm, as after a restart of the daemon alone, and then cold, as after
 * a restart of the machine. One case in a hundred is overdue, and one is due soon. Required: Status
 * and a page of the list answered within 2 s; later, in the median, Status and a page of what is
 * due within 10 ms.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/bench/fill.h"
#include "tests/lib/figures.h"
#include "tests/lib/network.h"

enum {
    STARTS = 5,
    REQUIRED_MS = 2000,
    ASKS = 50,
    REQUIRED_ASK_MS = 10,
    PAGE = 100,
};

/* Exec, until Status and a page of the list were answered; network_start asks for Status. */
static void
time_start(struct network_office *office, uint32_t case_count, double *ret_status_ms,
           double *ret_list_ms)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    double before_ms = bench_now_ms();
    network_start(office);
    *ret_status_ms = bench_now_ms() - before_ms;
    network_list(office, "", 100, "", &answer);
    *ret_list_ms = bench_now_ms() - before_ms;
    size_t expected = case_count < 100 ? case_count : 100;
    if (answer.response->listed->n_cases != expected)
        bench_fail("%zu cases listed", answer.response->listed->n_cases);
    if (network_count_in_state(office, "submitted") != case_count)
        bench_fail("cases are missing");
}

/* Ask again and again; sorted. */
static void
time_asks(struct network_office *office, Yidi__Request *request, size_t expected,
          double ret_ms[ASKS])
{
    for (size_t i = 0; i < ASKS; i++) {
        AUTO(network_answer) struct network_answer answer = { 0 };
        double before_ms = bench_now_ms();
        network_ask(office, request, NULL, 0, &answer);
        ret_ms[i] = bench_now_ms() - before_ms;
        if (request->command_case == YIDI__REQUEST__COMMAND_LIST &&
            answer.response->listed->n_cases != expected)
            bench_fail("%zu cases listed, not %zu", answer.response->listed->n_cases, expected);
    }
    bench_sort(ret_ms, ASKS);
}

static void
add_asks(struct measures *measures, const char *const names[2], const double sorted_ms[ASKS])
{
    measures_add(measures, names[0], "ms, median", bench_percentile(sorted_ms, ASKS, 50));
    measures_require_at_most(measures, REQUIRED_ASK_MS);
    measures_add(measures, names[1], "ms", sorted_ms[ASKS - 1]);
}

/* What is due, of the whole store. */
static void
measure_due(struct network_office *office, uint32_t case_count, struct measures *measures)
{
    static const char *const names[][2] = { { "list_overdue", "list_overdue_slowest" },
                                            { "list_due_soon", "list_due_soon_slowest" },
                                            { "status", "status_slowest" } };
    double ms[ASKS];
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Status status = YIDI__STATUS__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    size_t each = case_count / FILL_ONE_IN;
    list.limit = PAGE;
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.list = &list;
    for (int soon = 0; soon < 2; soon++) {
        list.overdue_only = soon == 0;
        list.due_soon_only = soon == 1;
        time_asks(office, &request, each < PAGE ? each : PAGE, ms);
        add_asks(measures, names[soon], ms);
        if (soon == 0)
            figures_add("list_overdue_us", (uint64_t)(1e3 * bench_percentile(ms, ASKS, 50)));
    }
    request.command_case = YIDI__REQUEST__COMMAND_STATUS;
    request.status = &status;
    time_asks(office, &request, 0, ms);
    add_asks(measures, names[2], ms);
}

/* Nothing of the store is in memory any more. */
static void
cool_down(const struct network_office *office)
{
    char path[NETWORK_PATH_BYTES];
    int file = open(network_path(office, "data/data.mdb", path), O_RDONLY | O_CLOEXEC);
    if (file < 0 || fsync(file) != 0 || posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) != 0)
        bench_fail("the store cannot be put out of memory");
    close(file);
}

int
main(void)
{
    const uint32_t case_count =
        (uint32_t)bench_setting("BENCH_CASES", figures_choose(100000, 1000000));
    struct network *network = calloc(1, sizeof *network);
    struct measures measures = { .title = "start" }, due = { .title = "due" };
    double status_ms[STARTS], list_ms[STARTS], cold_status_ms, cold_list_ms;
    if (network == NULL)
        bench_fail("out of memory");
    network_open(network, NULL);
    double before_ms = bench_now_ms();
    fill_store(network, case_count);
    double fill_s = (bench_now_ms() - before_ms) / 1e3;
    for (size_t i = 0; i < STARTS; i++) {
        time_start(&network->offices[SHENZHEN], case_count, &status_ms[i], &list_ms[i]);
        network_stop(&network->offices[SHENZHEN]);
    }
    network_start(&network->offices[SHENZHEN]);
    measure_due(&network->offices[SHENZHEN], case_count, &due);
    network_stop(&network->offices[SHENZHEN]);
    cool_down(&network->offices[SHENZHEN]);
    time_start(&network->offices[SHENZHEN], case_count, &cold_status_ms, &cold_list_ms);
    bench_sort(status_ms, STARTS);
    bench_sort(list_ms, STARTS);
    measures_add(&measures, "open_cases", "", case_count);
    measures_add(&measures, "fill", "s", fill_s);
    measures_add(&measures, "exec_to_status", "ms, median",
                 bench_percentile(status_ms, STARTS, 50));
    measures_add(&measures, "exec_to_list", "ms, median", bench_percentile(list_ms, STARTS, 50));
    measures_add(&measures, "exec_to_list_slowest", "ms", list_ms[STARTS - 1]);
    measures_require_at_most(&measures, REQUIRED_MS);
    measures_add(&measures, "exec_to_list_cold", "ms", cold_list_ms);
    measures_require_at_most(&measures, REQUIRED_MS);
    figures_add("start_open_cases", case_count);
    figures_add("start_ms", (uint64_t)(list_ms[STARTS - 1] + 0.5));
    measures_print(&measures);
    measures_print(&due);
    network_close(network, false);
    free(network);
    return measures.missed + due.missed > 0;
}
