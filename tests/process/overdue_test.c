/* SPDX-License-Identifier: Apache-2.0
 *
 * overdue_test - real offices whose clocks are set to the days around a deadline: what yidictl says
 * of it, what the hook gets, and that a restart tells nobody anew.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/domain/civil_date.h"
#include "tests/lib/preload.h"
#include "tests/lib/tool.h"

#define DAY_MS INT64_C(86400000)

static struct network network;
static struct made_application application;
static struct network_office *window, *registry;
static struct preload preloads[2];
static _Atomic int64_t *offset_ms; /* of both clocks */
static struct tool tool;
static char number[CASE_NUMBER_CHARS + 1];
static bool failed = true;

/* ---- clocks ---- */

static void
install_clock(struct network_office *office, struct preload *preload, const char *path)
{
    preload_install(preload, "clock_step", office);
    preload_set(preload, "YIDI_CLOCK_FILE", "%s", path);
}

static void
install_clocks(void)
{
    char path[NETWORK_PATH_BYTES];
    assert_true(snprintf(path, sizeof path, "%s.clock", window->folder) < (int)sizeof path);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, sizeof *offset_ms), 0);
    void *mapped = mmap(NULL, sizeof *offset_ms, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    assert_true(mapped != MAP_FAILED);
    close(file);
    offset_ms = mapped;
    install_clock(window, &preloads[0], path);
    install_clock(registry, &preloads[1], path);
}

/* To so many days after the day of the application, at the same time of the day. */
static void
go_to_day(int day)
{
    atomic_store(offset_ms, day * DAY_MS);
}

/* ---- what is said ---- */

/* yidictl under the clock of the offices; what it says is in tool.text. */
static void
run_tool(struct network_office *office, const char *command, const char *option)
{
    char path[NETWORK_PATH_BYTES];
    const char *const arguments[] = { "--socket", network_path(office, "control", path), command,
                                      option, NULL };
    for (size_t i = 0; i < preloads[0].count; i++)
        assert_int_equal(putenv(preloads[0].settings[i]), 0);
    int status = tool_run(&tool, arguments);
    unsetenv("LD_PRELOAD");
    unsetenv("YIDI_CLOCK_FILE");
    if (status != 0)
        fail_msg("status %d: %s", status, tool.text);
}

static void
assert_said(const char *words)
{
    if (strstr(tool.text, words) == NULL)
        fail_msg("\"%s\" is not in:\n%s", words, tool.text);
}

/* In groups, as people read it. */
static void
assert_number_said(void)
{
    char groups[CASE_NUMBER_CHARS + 4];
    snprintf(groups, sizeof groups, "%.12s-%.6s-%.7s-%s", number, number + 12, number + 18,
             number + 25);
    assert_said(groups);
}

static unsigned
times_in_file(const struct network_office *office, const char *name, const char *words)
{
    char path[NETWORK_PATH_BYTES], line[4096];
    unsigned times = 0;
    FILE *file = fopen(network_path(office, name, path), "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        times += strstr(line, words) != NULL && strstr(line, number) != NULL;
    if (file != NULL)
        (void)fclose(file);
    return times;
}

static bool
was_told(void *office)
{
    return times_in_file(office, "hooked", "\"event\":\"overdue\"") > 0;
}

static bool
was_asked_again(void *unused)
{
    (void)unused;
    return times_in_file(window, "hooked", "\"event\":\"reminded\"") > 0;
}

/* ---- set up ---- */

static int
set_up(void **unused)
{
    (void)unused;
    const struct network_options options = { .with_hook = true };
    struct made_citizen citizen;
    failed = true;
    network_open(&network, &options);
    window = &network.offices[SHENZHEN];
    registry = &network.offices[QINGYANG];
    install_clocks();
    network_start(window);
    network_start(registry);
    network_populate(registry, 1, 1, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__REPLACEMENT, &application);
    network_apply(window, &application, "", number);
    network_wait_for_state(registry, number, "received");
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    if (offset_ms != NULL)
        munmap((void *)offset_ms, sizeof *offset_ms);
    offset_ms = NULL;
    network_close(&network, failed);
    return 0;
}

/* ---- tests ---- */

/* The registry has five days, of which the last one ends in Beijing. */
static void
lists_and_status_say_it_in_words(void **unused)
{
    (void)unused;
    run_tool(registry, "list", NULL);
    assert_said("in 5 days");
    run_tool(registry, "list", "--overdue");
    assert_said("no cases");
    run_tool(registry, "status", NULL);
    assert_said("STAGE");
    assert_said("DUE SOON");

    go_to_day(4);
    run_tool(registry, "list", "--due-soon");
    assert_number_said();
    assert_said("tomorrow");
    run_tool(registry, "list", "--overdue");
    assert_said("no cases");
    go_to_day(5);
    run_tool(registry, "list", "--due-soon");
    assert_said("today");

    go_to_day(6);
    network_wait_until(&network, "the operators are told", was_told, registry);
    run_tool(registry, "list", "--overdue");
    assert_number_said();
    assert_said("OVERDUE 1 day");
    run_tool(registry, "list", "--due-soon");
    assert_said("no cases");
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(registry, &answer);
    const Yidi__StateCount *received = answer.response->status->states[0];
    assert_string_equal(received->state, "received");
    assert_int_equal(received->overdue, 1);
    assert_int_equal(received->due_soon, 0);
    assert_true(received->oldest_ms > 5 * (uint64_t)DAY_MS);
    run_tool(registry, "status", NULL);
    assert_said("received         1      6d         -        1");
    failed = false;
}

static void
the_hook_is_told_once_and_the_registry_is_asked_again(void **unused)
{
    (void)unused;
    go_to_day(6);
    network_wait_until(&network, "the operators are told", was_told, window);
    network_wait_until(&network, "the registry is asked again", was_asked_again, NULL);
    network_wait_until(&network, "the operators there are told", was_told, registry);
    assert_int_equal(times_in_file(window, "log", "event=case_overdue"), 1);
    for (int day = 6; day >= 5; day--) { /* the clock is set back, too */
        network_stop(window);
        go_to_day(day);
        network_start(window);
        run_tool(window, "list", NULL);
    }
    go_to_day(7);
    run_tool(window, "list", "--overdue");
    assert_said("OVERDUE 2 days");
    usleep(2500000); /* a daemon looks at its clock every two seconds */
    assert_int_equal(times_in_file(window, "hooked", "\"event\":\"overdue\""), 1);
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_show(registry, number, &answer);
    assert_non_null(answer.response->shown->case_row->attention);
    assert_string_equal(answer.response->shown->case_row->attention->code, "OVERDUE");
    network_stop(window);
    network_stop(registry);
    (void)network_audit(window);
    (void)network_audit(registry);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(lists_and_status_say_it_in_words),
        TEST(the_hook_is_told_once_and_the_registry_is_asked_again),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
