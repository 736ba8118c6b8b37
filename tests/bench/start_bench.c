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
#include <time.h>
#include <unistd.h>

#include "acceptance-node/core/application.h"
#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/io/case_file.h"
#include "common/io/journal.h"
#include "tests/bench/bench.h"
#include "tests/lib/figures.h"
#include "tests/lib/network.h"
#include "tests/lib/sample_policy.h"

enum {
    BATCH_CASES = 5000,
    STARTS = 5,
    REQUIRED_MS = 2000,
    ASKS = 50,
    REQUIRED_ASK_MS = 10,
    ONE_IN = 100,
    PAGE = 100,
};

static const uint64_t map_bytes = UINT64_C(64) << 30;

struct filler {
    struct network *network;
    struct network_office *office;
    struct store *store;
    struct store_txn *txn;
    struct journal journal;
    struct arena arena;
    struct made_application *application;
    uint64_t now_ms;
};

static void
expect_ok(enum result result, const char *what)
{
    if (result != OK)
        bench_fail("%s failed (%d)", what, (int)result);
}

static uint64_t
journal_accepted(struct filler *filler, const char *case_number)
{
    uint64_t leaf;
    Yidi__Act act = YIDI__ACT__INIT;
    act.case_number = (char *)case_number;
    act.verb = "accept";
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.operator_ = "clerk1";
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_ACT;
    entry.act = &act;
    expect_ok(journal_append(&filler->journal, filler->txn, &entry, filler->now_ms, &filler->arena,
                             &leaf),
              "journal_append");
    return leaf;
}

/* One in a hundred was due by yesterday, and one is due by today. */
static uint64_t
stage_deadline_ms(const struct filler *filler, uint32_t serial)
{
    uint32_t today = civil_date_of_ms(filler->now_ms);
    const struct policy_case policy = sample_policy_standard(today);
    if (serial % ONE_IN == 0)
        return civil_date_end_ms(civil_date_add_days(today, -1 - (int32_t)(serial / ONE_IN % 30)));
    return serial % ONE_IN == 1 ? civil_date_end_ms(today)
                                : deadline_ms(DEADLINE_REGISTRY, &policy, filler->now_ms);
}

static void
add_case(struct filler *filler, uint32_t serial)
{
    char case_number[CASE_NUMBER_CHARS + 1];
    struct made_citizen citizen;
    struct case_file file;
    citizen_make(serial, filler->network->offices[TIANHE].area, &citizen);
    application_set_citizen(filler->application, &citizen);
    expect_ok(case_number_format(filler->office->code, civil_date_of_ms(filler->now_ms), serial,
                                 case_number),
              "case_number_format");
    expect_ok(case_file_new(case_number, &filler->arena, &file), "case_file_new");
    file.row->state = APPLICATION_SUBMITTED;
    file.row->form = &filler->application->form;
    file.row->acceptance_office = (char *)filler->office->code;
    file.row->registry_office = (char *)filler->network->offices[TIANHE].code;
    file.row->production_office = (char *)filler->network->offices[YUEXIU].code;
    file.row->accepted_ms = file.row->changed_ms = filler->now_ms;
    const struct policy_case policy = sample_policy_standard(civil_date_of_ms(filler->now_ms));
    file.row->statutory_deadline_ms = deadline_ms(DEADLINE_STATUTORY, &policy, filler->now_ms);
    file.row->stage_deadline_ms = stage_deadline_ms(filler, serial);
    file.row->clerk = "clerk1";
    Yidi__Hop hop = YIDI__HOP__INIT;
    hop.office = (char *)filler->office->code;
    hop.step = YIDI__STEP__ACCEPTED;
    hop.time_ms = filler->now_ms;
    hop.leaf_index = journal_accepted(filler, case_number);
    hop.operator_ = "clerk1";
    expect_ok(case_file_trace(&file, hop.office, &hop, &filler->arena), "case_file_trace");
    expect_ok(case_file_save(&file, &application_machine, filler->txn, &filler->arena),
              "case_file_save");
    if (serial % ONE_IN != 0)
        return;
    file.row->overdue_told_ms = filler->now_ms;
    expect_ok(case_file_save(&file, &application_machine, filler->txn, &filler->arena),
              "case_file_save");
}

static void
add_batch(struct filler *filler, uint32_t first, uint32_t count)
{
    expect_ok(store_begin_write(filler->store, &filler->txn), "store_begin_write");
    for (uint32_t i = 0; i < count; i++) {
        add_case(filler, first + i);
        arena_reset(&filler->arena);
    }
    expect_ok(journal_seal(&filler->journal, filler->txn, filler->now_ms), "journal_seal");
    expect_ok(store_commit(filler->txn), "store_commit");
    journal_committed(&filler->journal);
}

static void
open_journal(struct filler *filler)
{
    const struct network_office *office = filler->office;
    AUTO(store_txn) struct store_txn *txn = NULL;
    expect_ok(store_begin_read(filler->store, &txn), "store_begin_read");
    expect_ok(journal_open(&filler->journal, office->code, office->key, office->certificate, txn),
              "journal_open");
}

static void
fill_store(struct network *network, uint32_t case_count)
{
    char path[NETWORK_PATH_BYTES];
    struct made_citizen citizen;
    struct filler filler = { .network = network, .office = &network->offices[SHENZHEN] };
    filler.now_ms = (uint64_t)time(NULL) * 1000;
    filler.application = calloc(1, sizeof *filler.application);
    if (filler.application == NULL)
        bench_fail("out of memory");
    citizen_make(0, network->offices[TIANHE].area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, filler.application);
    arena_init(&filler.arena);
    expect_ok(store_open(network_path(filler.office, "data", path), map_bytes, &filler.store),
              "store_open");
    open_journal(&filler);
    for (uint32_t first = 1; first <= case_count; first += BATCH_CASES) {
        uint32_t left = case_count - first + 1;
        add_batch(&filler, first, left < BATCH_CASES ? left : BATCH_CASES);
    }
    store_close(filler.store);
    arena_fini(&filler.arena);
    free(filler.application);
}

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
    size_t each = case_count / ONE_IN;
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
