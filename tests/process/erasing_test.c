/* SPDX-License-Identifier: Apache-2.0
 *
 * erasing_test - real offices under a policy of a few days, whose clocks are set ahead: what is
 * erased, what yidictl says of it, and that the journals still verify.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "common/io/store.h"
#include "tests/lib/journey.h"
#include "tests/lib/policy_maker.h"
#include "tests/lib/preload.h"
#include "tests/lib/tool.h"

#define DAY_MS INT64_C(86400000)

enum { OFFICES = 3, OPTIONS = 6 /* of a command, at most */ };

static struct network network;
static struct made_application application;
static struct network_office *const offices[OFFICES] = { &network.offices[SHENZHEN],
                                                         &network.offices[QINGYANG],
                                                         &network.offices[YUEXIU] };
static const struct journey journey = { .window = &network.offices[SHENZHEN],
                                        .registry = &network.offices[QINGYANG],
                                        .centre = &network.offices[YUEXIU] };
static struct preload preloads[OFFICES];
static _Atomic int64_t *offset_ms; /* of all clocks */
static struct tool tool;
static char number[CASE_NUMBER_CHARS + 1];
static bool failed = true;

/* ---- set up ---- */

static void
install_clocks(void)
{
    char path[NETWORK_PATH_BYTES];
    assert_true(snprintf(path, sizeof path, "%s.clock", offices[0]->folder) < (int)sizeof path);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, sizeof *offset_ms), 0);
    void *mapped = mmap(NULL, sizeof *offset_ms, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    assert_true(mapped != MAP_FAILED);
    close(file);
    offset_ms = mapped;
    for (size_t i = 0; i < OFFICES; i++) {
        preload_install(&preloads[i], "clock_step", offices[i]);
        preload_set(&preloads[i], "YIDI_CLOCK_FILE", "%s", path);
    }
}

static void
write_policies(void)
{
    static const struct made_rule rules[] = {
        { .key = "retention.biometrics", .value = 2 },
        { .key = "retention.text", .value = 6 },
    };
    AUTO(arena) struct arena arena;
    char path[NETWORK_PATH_BYTES];
    arena_init(&arena);
    struct bytes policy =
        policy_maker_sign(1, rules, sizeof rules / sizeof *rules, network.directory_key,
                          network.directory_certificate, &arena);
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        assert_int_equal(file_write(network_path(&network.offices[i], "policy", path), policy, 0644,
                                    FILE_REPLACE, NULL),
                         OK);
}

static int
set_up(void **unused)
{
    (void)unused;
    static const struct network_options options = { .option_lines = "policy = policy\n" };
    struct made_citizen citizen;
    failed = true;
    network_open(&network, &options);
    install_clocks();
    write_policies();
    for (size_t i = 0; i < OFFICES; i++)
        network_start(offices[i]);
    network_populate(journey.registry, 1, 1, NULL);
    citizen_make(1, journey.registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__REPLACEMENT, &application);
    network_apply(journey.window, &application, "", number);
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

/* ---- what is said ---- */

static int
run_erase(const struct network_office *office, const char *const options[OPTIONS])
{
    char path[NETWORK_PATH_BYTES];
    const char *arguments[] = { "--socket",   network_path(office, "control", path),
                                "--operator", "chief",
                                "erase",      options[0],
                                options[1],   options[2],
                                options[3],   options[4],
                                options[5],   NULL };
    return tool_run(&tool, arguments);
}

/* The report has those words. */
struct wanted {
    const struct network_office *office;
    const char *words;
};

static bool
report_says(void *context)
{
    const struct wanted *wanted = context;
    const char *const options[OPTIONS] = { "--report" };
    assert_int_equal(run_erase(wanted->office, options), 0);
    return strstr(tool.text, wanted->words) != NULL;
}

static void
wait_for_report(const struct network_office *office, const char *words)
{
    struct wanted wanted = { office, words };
    network_wait_until(&network, words, report_says, &wanted);
}

struct copy {
    uint8_t *data;
    size_t size;
};

static enum result
take_piece(void *context, struct bytes piece)
{
    struct copy *copy = context;
    copy->data = realloc(copy->data, copy->size + piece.size);
    assert_non_null(copy->data);
    memcpy(copy->data + copy->size, piece.data, piece.size);
    copy->size += piece.size;
    return OK;
}

/* Is that text in a copy of the office's store, such as a backup is? */
static bool
store_holds(const struct network_office *office, const char *text)
{
    char path[NETWORK_PATH_BYTES];
    struct store *store = NULL;
    struct copy copy = { 0 };
    assert_int_equal(store_open_readonly(network_path(office, "data", path), &store), OK);
    assert_int_equal(store_copy(store, take_piece, &copy), OK);
    store_close(store);
    bool found = memmem(copy.data, copy.size, text, strlen(text)) != NULL;
    free(copy.data);
    return found;
}

/* ---- tests ---- */

static void
closed_cases_are_erased_in_two_stages_and_the_journals_verify(void **unused)
{
    (void)unused;
    const char *const list[] = { number };
    const char *const citizen = application.form.person->citizen_number;
    journey_take(&journey, list, 1, JOURNEY_CLOSED);
    for (size_t i = 0; i < OFFICES; i++) {
        wait_for_report(offices[i], "nothing was erased in that time");
        wait_for_report(offices[i], "1 closed case still holds something to be erased");
    }
    atomic_store(offset_ms, 4 * DAY_MS);
    for (size_t i = 0; i < OFFICES; i++)
        wait_for_report(offices[i], "texts");
    assert_true(store_holds(journey.window, citizen));
    for (size_t i = 0; i < OFFICES; i++) {
        network_kill(offices[i]);
        network_start(offices[i]);
    }
    atomic_store(offset_ms, 8 * DAY_MS);
    for (size_t i = 0; i < OFFICES; i++)
        wait_for_report(offices[i], "0 closed cases still hold something to be erased");
    assert_false(store_holds(journey.window, citizen));
    assert_false(store_holds(journey.centre, citizen));
    for (size_t i = 0; i < OFFICES; i++) {
        network_stop(offices[i]);
        if (tool_verify(&tool, offices[i], "data") != 0)
            fail_msg("%s: %s", offices[i]->code, tool.text);
    }
    failed = false;
}

static void
an_administrator_erases_a_closed_case_with_a_reason(void **unused)
{
    (void)unused;
    const char *const list[] = { number };
    const char *const no_reason[OPTIONS] = { "--now", number };
    const char *const photo[OPTIONS] = { "--now", number, "--reason", "order 12 of the court" };
    const char *const both[OPTIONS] = { "--report", "--now", number };
    assert_int_equal(run_erase(journey.window, photo), 1);
    assert_non_null(strstr(tool.text, "ILLEGAL_IN_STATE"));
    assert_int_equal(run_erase(journey.window, no_reason), 2);
    assert_int_equal(run_erase(journey.window, both), 2);
    journey_take(&journey, list, 1, JOURNEY_CLOSED);
    assert_int_equal(run_erase(journey.window, photo), 0);
    assert_non_null(strstr(tool.text, "files erased"));
    assert_int_equal(run_erase(journey.window, photo), 1);
    assert_non_null(strstr(tool.text, "DATA_ERASED"));
    failed = false;
}

static bool
registry_misses_news(void *context)
{
    (void)context;
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_show(journey.registry, number, &answer);
    const Yidi__CaseAttention *attention = answer.response->shown->case_row->attention;
    return attention != NULL && strcmp(attention->code, "MESSAGE_ERASED") == 0;
}

/* The registry is away while the card is collected, and comes back when that is erased. */
static void
whoever_comes_too_late_is_told_so_and_the_journals_verify(void **unused)
{
    (void)unused;
    const struct network_decision collect = { .verb = YIDI__VERB__COLLECT,
                                              .operator= "clerk1",
                                              .old_card_surrendered = true };
    const struct network_decision abandon = { .verb = YIDI__VERB__ABANDON,
                                              .operator= "issuer1",
                                              .text = "the window told how it ended" };
    const char *const list[] = { number };
    const char *const held[OPTIONS] = { "--now", number, "--reason", "a court's order", "--texts" };
    const char *const all[OPTIONS] = { "--now",           number,    "--reason",
                                       "a court's order", "--texts", "--undelivered" };
    journey_take(&journey, list, 1, JOURNEY_READY);
    network_kill(journey.registry);
    network_decide_one(journey.window, &collect, number, "collected");
    network_wait_for_state(journey.centre, number, "closed");
    assert_int_equal(run_erase(journey.window, held), 1);
    assert_non_null(strstr(tool.text, "ERASURE_HELD"));
    assert_int_equal(run_erase(journey.window, all), 0);
    assert_non_null(strstr(tool.text, "not delivered"));
    network_kill(journey.window);
    network_start(journey.window);
    network_start(journey.registry);
    network_wait_until(&network, "lost news", registry_misses_news, NULL);
    network_decide_one(journey.registry, &abandon, number, "abandoned");
    for (size_t i = 0; i < OFFICES; i++) {
        network_stop(offices[i]);
        if (tool_verify(&tool, offices[i], "data") != 0)
            fail_msg("%s: %s", offices[i]->code, tool.text);
    }
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(closed_cases_are_erased_in_two_stages_and_the_journals_verify),
        TEST(an_administrator_erases_a_closed_case_with_a_reason),
        TEST(whoever_comes_too_late_is_told_so_and_the_journals_verify),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
