/* SPDX-License-Identifier: Apache-2.0
 *
 * console_bench - what browsers wait for, and what they cost, at a window with a million open
 * cases.
 *
 *     BENCH_CASES    open cases in the store (1000000)
 *     BENCH_SECONDS  how long each request is asked, and each crowd is watched (10)
 *
 * A real daemon, and sessions that were logged in. First each request of the pages, one after the
 * other over one connection: lists by each filter, from the beginning and from deep inside, one
 * case, the dashboard, the offices, files. Then a clerk applies PACE_PER_S times a second, with and
 * without two hundred dashboards that follow the events. Then the desk applies as fast as it can,
 * with and without hasty browsers. At last two hundred ask at once beside two hundred and fifty
 * that dawdle. In turns, so that both sides see the same machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io/password.h"
#include "tests/bench/bench.h"
#include "tests/bench/dawdlers.h"
#include "tests/bench/desk.h"
#include "tests/bench/fill.h"
#include "tests/bench/load.h"
#include "tests/bench/usage.h"
#include "tests/bench/viewers.h"
#include "tests/lib/browser.h"
#include "tests/lib/figures.h"
#include "tests/lib/network.h"

enum {
    REQUIRED_PAGE_MS = 50,
    VIEWERS = 200,
    REQUIRED_CORE_PERCENT = 5,
    PACE_PER_S = 10,
    HASTY = 32,
    REQUIRED_SLOWER_PERCENT = 10,
    ROUNDS = 4, /* with, and as many without */
    ROUND_CASES = 3000,
    SLOW = 200,
    SILENT = 50,
    REQUIRED_MEMORY_MIB = 64,
    FIRST_SEED = 5000000,
    OUTSTANDING_MAX = 256,
    REQUEST_BYTES = 900,
    PAGES_MAX = 16,
    PAGE_CASES = 50, /* as the pages ask */
};

#define OPERATOR "window"
#define PASSWORD "four words of nobody"

struct page {
    const char *name;
    char request[REQUEST_BYTES];
};

struct bench {
    struct network *network;
    struct network_office *office;
    uint32_t case_count;
    unsigned seconds;
    char listen[BROWSER_LISTEN_BYTES];
    char headers[400]; /* of a session */
    struct page pages[PAGES_MAX];
    size_t page_count;
    size_t hasty_count; /* of the pages */
    struct load *load;
    size_t applied; /* of the load */
    struct measures waits, costs;
};

/* ---- the office, and who works there ---- */

static char store_path[NETWORK_PATH_BYTES];

/* Gigabytes that nobody wants to find, whatever ended the bench. */
static void
remove_store(void)
{
    (void)unlink(store_path);
}

static void
start_office(struct bench *bench)
{
    char lines[200];
    network_path(bench->office, "data/data.mdb", store_path);
    atexit(remove_store);
    fill_store(bench->network, bench->case_count);
    browser_choose_listen(bench->listen);
    snprintf(lines, sizeof lines, "console = %s\nstart-hold = 0\n", bench->listen);
    network_add_options(bench->office, lines);
    network_start(bench->office);
}

static void
add_operator(struct bench *bench)
{
    char hash[PASSWORD_HASH_BYTES], *role = "clerk";
    AUTO(network_answer) struct network_answer answer = { 0 };
    Yidi__OperatorChange change = YIDI__OPERATOR_CHANGE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    if (password_hash(PASSWORD, hash) != OK)
        bench_fail("no hash");
    change.verb = YIDI__OPERATOR_VERB__OPERATOR_ADD;
    change.name = OPERATOR;
    change.roles = &role;
    change.n_roles = 1;
    change.password_hash = hash;
    request.command_case = YIDI__REQUEST__COMMAND_OPERATOR_CHANGE;
    request.operator_change = &change;
    network_ask(bench->office, &request, NULL, 0, &answer);
    if (network_refusal(&answer) != NULL)
        bench_fail("no operator: %s", network_refusal(&answer)->code);
}

static void
log_in(struct bench *bench)
{
    static const char body[] = "{\"operator\":\"" OPERATOR "\",\"password\":\"" PASSWORD "\"}";
    char request[REQUEST_BYTES], csrf[100] = "", cookie[200] = "";
    snprintf(request, sizeof request,
             "POST /api/v1/session HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    struct browser_reply *reply = browser_ask(bench->listen, request);
    const char *token = reply == NULL ? NULL : strstr(reply->body, "\"csrf\":\"");
    const char *set = reply == NULL ? NULL : browser_header(reply, "Set-Cookie");
    if (token == NULL || set == NULL || sscanf(token, "\"csrf\":\"%64[0-9a-f]", csrf) != 1 ||
        sscanf(set, "%199[^;]", cookie) != 1)
        bench_fail("no session");
    snprintf(bench->headers, sizeof bench->headers,
             "Host: bench\r\nCookie: %s\r\nX-Yidi-Token: %s\r\nX-Yidi-Unattended: 1\r\n", cookie,
             csrf);
    free(reply);
}

/* ---- what the pages ask ---- */

static void
add_command(struct bench *bench, const char *name, const char *command, const char *body)
{
    struct page *page = &bench->pages[bench->page_count++];
    page->name = name;
    snprintf(page->request, sizeof page->request,
             "POST /api/v1/%s HTTP/1.1\r\n%sContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             command, bench->headers, strlen(body), body);
}

static void
add_file(struct bench *bench, const char *name, const char *path)
{
    struct page *page = &bench->pages[bench->page_count++];
    page->name = name;
    snprintf(page->request, sizeof page->request, "GET %s HTTP/1.1\r\n%s\r\n", path,
             bench->headers);
}

/* A cursor in the middle of a list, by reading the half before it. */
static void
find_middle(struct bench *bench, const char *filter, size_t case_count, char ret_cursor[200])
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.operator_ = OPERATOR;
    request.list = &list;
    list.overdue_only = strstr(filter, "overdue") != NULL;
    list.due_soon_only = strstr(filter, "due_soon") != NULL;
    list.attention_only = strstr(filter, "attention") != NULL;
    ret_cursor[0] = '\0';
    for (size_t seen = 0; seen < case_count / 2; seen += list.limit) {
        network_answer_fini(&answer);
        size_t left = case_count / 2 - seen;
        list.limit = left < LIST_ROWS_MAX ? (uint32_t)left : LIST_ROWS_MAX;
        list.after = ret_cursor;
        network_ask(bench->office, &request, NULL, 0, &answer);
        if (answer.response->body_case != YIDI__RESPONSE__BODY_LISTED ||
            answer.response->listed->n_cases != list.limit)
            bench_fail("no page of the list");
        snprintf(ret_cursor, 200, "%s", answer.response->listed->next);
    }
}

static void
add_list(struct bench *bench, const char *const names[2], const char *filter, size_t case_count)
{
    char cursor[200] = "", body[400];
    for (int deep = 0; deep < 2; deep++) {
        if (deep)
            find_middle(bench, filter, case_count, cursor);
        snprintf(body, sizeof body, "{\"limit\":%d,%s\"after\":\"%s\"}", PAGE_CASES, filter,
                 cursor);
        add_command(bench, names[deep], "list", body);
    }
}

static void
add_pages(struct bench *bench)
{
    static const char *const all[] = { "list", "list_deep" },
                             *const state[] = { "state", "state_deep" },
                             *const overdue[] = { "overdue", "overdue_deep" },
                             *const soon[] = { "due_soon", "due_soon_deep" },
                             *const attention[] = { "attention", "attention_deep" };
    char body[200], case_number[CASE_NUMBER_CHARS + 1];
    struct made_citizen citizen;
    const size_t count = bench->case_count;
    add_list(bench, all, "", count);
    add_list(bench, state, "\"state\":\"submitted\",", count);
    add_list(bench, overdue, "\"overdue_only\":true,", count / FILL_ONE_IN);
    add_list(bench, soon, "\"due_soon_only\":true,", count / FILL_ONE_IN);
    add_list(bench, attention, "\"attention_only\":true,", count / FILL_ATTENTION_ONE_IN);
    fill_case_number(bench->network, bench->case_count / 2, case_number);
    citizen_make(bench->case_count / 2, bench->network->offices[TIANHE].area, &citizen);
    snprintf(body, sizeof body, "{\"case_number\":\"%s\"}", case_number);
    add_command(bench, "show", "show", body);
    add_command(bench, "dashboard", "dashboard", "{\"hours\":24}");
    add_command(bench, "offices", "peers", "{}");
    add_file(bench, "page", "/");
    add_file(bench, "chart_library", "/chart.js");
    bench->hasty_count = bench->page_count; /* a search is an act: it waits for the disk */
    snprintf(body, sizeof body, "{\"text\":\"%s\",\"limit\":%d}", citizen.number, PAGE_CASES);
    add_command(bench, "search", "search", body);
}

static void
measure_pages(struct bench *bench)
{
    double slowest_ms = 0;
    for (size_t i = 0; i < bench->page_count; i++) {
        struct page *page = &bench->pages[i];
        const char *const request = page->request;
        const struct viewers_plan plan = { .listen = bench->listen,
                                           .requests = &request,
                                           .request_count = 1,
                                           .count = 1,
                                           .alone = true };
        struct viewers viewers;
        struct viewers_figures seen;
        viewers_start(&viewers, &plan);
        bench_sleep_ms(bench->seconds * 100);
        viewers_stop(&viewers, &seen);
        measures_add_row(&bench->waits, page->name, "ms", seen.percentiles_ms);
        if (i < bench->hasty_count && seen.percentiles_ms[2] > slowest_ms)
            slowest_ms = seen.percentiles_ms[2];
    }
    measures_add(&bench->waits, "slowest_p99", "ms", slowest_ms);
    measures_require_at_most(&bench->waits, REQUIRED_PAGE_MS);
    figures_add("console_open_cases", bench->case_count);
    figures_add("console_slowest_page_us", (uint64_t)(1e3 * slowest_ms));
}

/* ---- beside somebody who reads lists that are as long as may be ---- */

static void
measure_beside_a_script(struct bench *bench)
{
    static const char body[] = "{\"limit\":500}";
    char long_list[REQUEST_BYTES];
    const char *const script_request = long_list, *requests[PAGES_MAX];
    struct viewers script, clerk;
    struct viewers_figures unused, seen;
    snprintf(long_list, sizeof long_list,
             "POST /api/v1/list HTTP/1.1\r\n%sContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             bench->headers, strlen(body), body);
    for (size_t i = 0; i < bench->hasty_count; i++)
        requests[i] = bench->pages[i].request;
    const struct viewers_plan script_plan = {
        .listen = bench->listen, .requests = &script_request, .request_count = 1, .count = 1
    };
    const struct viewers_plan clerk_plan = { .listen = bench->listen,
                                             .requests = requests,
                                             .request_count = bench->hasty_count,
                                             .count = 1,
                                             .alone = true };
    viewers_start(&script, &script_plan);
    viewers_start(&clerk, &clerk_plan);
    bench_sleep_ms(bench->seconds * 1000);
    viewers_stop(&clerk, &seen);
    viewers_stop(&script, &unused);
    measures_add(&bench->costs, "script_p50", "ms", unused.percentiles_ms[0]);
    measures_add(&bench->costs, "beside_a_script_p99", "ms", seen.percentiles_ms[2]);
    measures_require_at_most(&bench->costs, REQUIRED_PAGE_MS);
}

/* ---- two hundred dashboards ---- */

static double
apply(struct bench *bench, size_t case_count, size_t outstanding_max, unsigned pause_ms)
{
    char socket[NETWORK_PATH_BYTES];
    double *done_ms = calloc(case_count, sizeof *done_ms);
    struct desk desk = { .name = OPERATOR,
                         .socket = network_path(bench->office, "control", socket),
                         .case_count = case_count,
                         .first_serial = bench->applied,
                         .first_load = bench->applied,
                         .done_ms = done_ms,
                         .load = bench->load,
                         .outstanding_max = outstanding_max,
                         .pause_ms = pause_ms };
    if (done_ms == NULL)
        bench_fail("out of memory");
    double before_ms = bench_now_ms();
    desk_start(&desk);
    desk_join(&desk);
    free(done_ms);
    bench->applied += case_count;
    return (bench_now_ms() - before_ms) / 1e3;
}

/* Nanoseconds of a core that a round at a clerk's pace costs. */
static double
pace(struct bench *bench, double *total_s)
{
    struct usage before, after;
    usage_read(bench->office->pid, &before);
    *total_s += apply(bench, bench->seconds * PACE_PER_S, 1, 1000 / PACE_PER_S);
    usage_read(bench->office->pid, &after);
    return (double)(after.cpu_ns - before.cpu_ns);
}

static void
measure_dashboards(struct bench *bench)
{
    static const char body[] = "{\"hours\":24}";
    char events[REQUEST_BYTES], look[REQUEST_BYTES];
    const char *const request = look;
    double alone_ns = 0, alone_s = 0, watched_ns = 0, watched_s = 0;
    struct viewers_figures seen;
    snprintf(events, sizeof events, "GET /api/v1/events HTTP/1.1\r\n%s\r\n", bench->headers);
    snprintf(look, sizeof look,
             "POST /api/v1/dashboard HTTP/1.1\r\n%sContent-Type: application/json\r\n"
             "Content-Length: %zu\r\n\r\n%s",
             bench->headers, strlen(body), body);
    const struct viewers_plan plan = { .listen = bench->listen,
                                       .requests = &request,
                                       .request_count = 1,
                                       .count = VIEWERS,
                                       .events = events };
    for (size_t round = 0; round < 2; round++) {
        struct viewers viewers;
        alone_ns += pace(bench, &alone_s);
        viewers_start(&viewers, &plan);
        bench_sleep_ms(1000);
        watched_ns += pace(bench, &watched_s);
        viewers_stop(&viewers, &seen);
    }
    double percent = (watched_ns / watched_s - alone_ns / alone_s) / 1e7;
    measures_add(&bench->costs, "dashboards", "", VIEWERS);
    measures_add(&bench->costs, "dashboards_ask", "requests/s", seen.answers_per_s);
    measures_add(&bench->costs, "dashboards_told", "events/s", seen.events_per_s);
    measures_add(&bench->costs, "dashboards_wait_p99", "ms", seen.percentiles_ms[2]);
    measures_add(&bench->costs, "office_cpu_alone", "% of a core", alone_ns / alone_s / 1e7);
    measures_add(&bench->costs, "dashboards_cpu", "% of a core", percent);
    measures_require_at_most(&bench->costs, REQUIRED_CORE_PERCENT);
    figures_add("console_dashboards_permille", percent < 0 ? 0 : (uint64_t)(percent * 10));
}

/* ---- the loop, beside hasty browsers ---- */

static void
measure_loop(struct bench *bench)
{
    const char *requests[PAGES_MAX];
    double quiet_s = 0, loaded_s = 0;
    struct viewers_figures seen = { 0 };
    for (size_t i = 0; i < bench->hasty_count; i++)
        requests[i] = bench->pages[i].request;
    const struct viewers_plan plan = { .listen = bench->listen,
                                       .requests = requests,
                                       .request_count = bench->hasty_count,
                                       .count = HASTY };
    for (size_t round = 0; round < 2 * ROUNDS; round++) {
        struct viewers viewers;
        if (round % 2 == 0) {
            quiet_s += apply(bench, ROUND_CASES, OUTSTANDING_MAX, 0);
            continue;
        }
        viewers_start(&viewers, &plan);
        bench_sleep_ms(300);
        loaded_s += apply(bench, ROUND_CASES, OUTSTANDING_MAX, 0);
        viewers_stop(&viewers, &seen);
    }
    double slower = 100 * (loaded_s - quiet_s) / loaded_s;
    measures_add(&bench->costs, "applications", "/s", ROUNDS * ROUND_CASES / quiet_s);
    measures_add(&bench->costs, "applications_beside_http", "/s", ROUNDS * ROUND_CASES / loaded_s);
    measures_add(&bench->costs, "http_load", "requests/s", seen.answers_per_s);
    measures_add(&bench->costs, "loop_slower", "%", slower);
    measures_require_at_most(&bench->costs, REQUIRED_SLOWER_PERCENT);
    figures_add("console_loop_kept_percent", (uint64_t)(100 - slower + 0.5));
}

/* ---- many at once, and slow ones ---- */

static void
measure_siege(struct bench *bench)
{
    const char *requests[PAGES_MAX];
    static struct dawdlers dawdlers;
    struct viewers viewers;
    struct viewers_figures seen;
    struct usage before, after;
    for (size_t i = 0; i < bench->hasty_count; i++)
        requests[i] = bench->pages[i].request;
    const struct viewers_plan plan = { .listen = bench->listen,
                                       .requests = requests,
                                       .request_count = bench->hasty_count,
                                       .count = VIEWERS };
    usage_read(bench->office->pid, &before);
    dawdlers_start(&dawdlers, bench->listen, SLOW, SILENT);
    viewers_start(&viewers, &plan);
    bench_sleep_ms(bench->seconds * 1000);
    usage_read(bench->office->pid, &after);
    viewers_stop(&viewers, &seen);
    size_t open_count = dawdlers_stop(&dawdlers);
    measures_add(&bench->costs, "at_once", "browsers", VIEWERS);
    measures_add(&bench->costs, "dawdlers", "", SLOW + SILENT);
    measures_add(&bench->costs, "dawdlers_still_there", "", (double)open_count);
    measures_add(&bench->costs, "at_once_answers", "/s, none refused", seen.answers_per_s);
    measures_add(&bench->costs, "at_once_wait_p99", "ms", seen.percentiles_ms[2]);
    measures_add(&bench->costs, "at_once_memory", "MiB more",
                 ((double)after.resident_anonymous_kib - (double)before.resident_anonymous_kib) /
                     1024);
    measures_require_at_most(&bench->costs, REQUIRED_MEMORY_MIB);
}

int
main(void)
{
    static const struct network_options options = { .option_lines = "map-size = 64G\n" };
    static struct bench bench = {
        .waits = { .title = "console", .column_count = 3, .columns = { "p50", "p95", "p99" } },
        .costs = { .title = "console" }
    };
    bench.case_count = (uint32_t)bench_setting("BENCH_CASES", 1000000);
    bench.seconds = (unsigned)bench_setting("BENCH_SECONDS", 10);
    bench.network = calloc(1, sizeof *bench.network);
    if (bench.network == NULL)
        bench_fail("out of memory");
    network_open(bench.network, &options);
    bench.office = &bench.network->offices[SHENZHEN];
    bench.load = load_new(bench.network->offices[TIANHE].area, OPERATOR, FIRST_SEED,
                          2 * ROUNDS * ROUND_CASES + 4 * bench.seconds * PACE_PER_S);
    start_office(&bench);
    add_operator(&bench);
    log_in(&bench);
    add_pages(&bench);
    measure_pages(&bench);
    measures_print(&bench.waits);
    measure_beside_a_script(&bench);
    measure_dashboards(&bench);
    measure_loop(&bench);
    measure_siege(&bench);
    measures_print(&bench.costs);
    load_destroy(bench.load);
    network_close(bench.network, false);
    free(bench.network);
    return bench.waits.missed + bench.costs.missed > 0;
}
