/* SPDX-License-Identifier: Apache-2.0
 *
 * witness_test - real daemons prove their journals to each other all the time; and a window with
 * true keys that shows a registry two journals is found out, named, and heard no more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/io/clock.h"
#include "tests/lib/figures.h"
#include "tests/lib/puppet.h"
#include "tests/lib/tool.h"

enum { CASES = 8, PAUSE_MS = 1100 };

static struct network network;
static struct puppet puppet;
static struct tool tool;
static struct made_application application;
static struct bytes frames[ATTACHMENTS_MAX];
static size_t frame_count;
static uint32_t serial;
static bool failed = true;

static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const centre = &network.offices[YUEXIU];

static int
set_up(void **unused)
{
    (void)unused;
    const struct network_options options = { .option_lines = "witness-interval = 1\n" };
    struct made_citizen citizen;
    failed = true;
    serial = 0;
    network_open(&network, &options);
    network_start(registry);
    network_populate(registry, 1, 2 * CASES, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    frame_count = application_frames(&application, frames);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    puppet_close(&puppet);
    network_close(&network, failed);
    return 0;
}

/* ---- what the offices say ---- */

static Yidi__WitnessRow
witness_of(struct network_office *at, const struct network_office *of,
           struct network_answer *ret_answer)
{
    Yidi__Witnesses witnesses = YIDI__WITNESSES__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__WitnessRow none = YIDI__WITNESS_ROW__INIT;
    witnesses.office = (char *)of->code;
    request.command_case = YIDI__REQUEST__COMMAND_WITNESSES;
    request.witnesses = &witnesses;
    network_ask(at, &request, NULL, 0, ret_answer);
    assert_int_equal(ret_answer->response->body_case, YIDI__RESPONSE__BODY_WITNESSES);
    const Yidi__WitnessList *list = ret_answer->response->witnesses;
    return list->n_rows == 0 ? none : *list->rows[0];
}

static bool
all_is_proved(void *context)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    const Yidi__WitnessRow row = witness_of(registry, context, &answer);
    return row.their_size > 0 && row.proved_size == row.their_size;
}

static uint64_t
proved_size(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    return witness_of(registry, window, &answer).proved_size;
}

/* yidictl with these words, its output in tool.text. */
static void
run_tool(struct network_office *office, const char *command)
{
    char path[NETWORK_PATH_BYTES];
    const char *const arguments[] = { "--socket", network_path(office, "control", path), command,
                                      NULL };
    assert_int_equal(tool_run(&tool, arguments), 0);
}

/* ---- honest ---- */

static void
daemons_prove_their_journals_again_and_again(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    uint64_t proofs = 0, before = 0;
    network_start(window);
    for (uint64_t i = 1; i <= CASES; i++) {
        struct made_citizen citizen;
        citizen_make(i, registry->area, &citizen);
        application_set_citizen(&application, &citizen);
        network_apply(window, &application, "", number);
        network_wait_for_state(registry, number, "received");
        usleep(PAUSE_MS * 1000);
        uint64_t now = proved_size();
        assert_true(now >= before);
        proofs += now > before;
        before = now;
    }
    network_wait_until(&network, "all is proved", all_is_proved, window);
    assert_true(proofs >= CASES / 2);
    figures_add("proofs_checked", proofs);
    run_tool(registry, "journal");
    assert_non_null(strstr(tool.text, "JOURNAL"));
    assert_non_null(strstr(tool.text, window->code));
    assert_null(strstr(tool.text, "REWRITTEN"));
    failed = false;
}

/* ---- a window that shows two journals ---- */

static struct bytes
seal(uint64_t sequence)
{
    char number[CASE_NUMBER_CHARS + 1];
    struct made_citizen citizen;
    assert_int_equal(
        case_number_format(window->code, civil_date_of_ms(clock_now().wall_ms), ++serial, number),
        OK);
    citizen_make(serial, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    const struct puppet_envelope request = {
        .to = registry,
        .sequence = sequence,
        .message = puppet_submit(&puppet, &application, number, centre),
        .attachments = frames,
        .attachment_count = frame_count,
    };
    return puppet_seal(&puppet, &request);
}

static void
deliver(uint64_t sequence)
{
    puppet_deliver(&puppet, registry, sequence, seal(sequence), frames, frame_count);
}

static bool
puppet_is_proved(struct puppet *unused, const void *context)
{
    (void)unused;
    (void)context;
    return all_is_proved(window);
}

static bool
puppet_is_found_out(struct puppet *unused, const void *context)
{
    (void)unused;
    (void)context;
    AUTO(network_answer) struct network_answer answer = { 0 };
    return witness_of(registry, window, &answer).contrary_head[0] != '\0';
}

static bool
is_refused(struct puppet *unused, const void *context)
{
    (void)unused;
    (void)context;
    return strcmp(puppet.refused[QINGYANG], "JOURNAL_REWRITTEN") == 0;
}

static void
greet_and_be_refused(void)
{
    Yidi__Hello hello = YIDI__HELLO__INIT;
    hello.protocol = 1;
    hello.office = (char *)window->code;
    hello.assigned = 3;
    hello.directory_version = puppet.directory_version;
    hello.epoch = 1;
    puppet.refused[QINGYANG][0] = '\0';
    puppet_disconnect(&puppet, registry);
    puppet_connect(&puppet, registry);
    puppet_send_hello(&puppet, registry, &hello);
    puppet_pump_until(&puppet, "the puppet is refused", is_refused, NULL);
}

static uint64_t
applied(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(registry, window->code, &answer);
    return answer.response->peers->peers[0]->applied;
}

static void
assert_tool_names(uint64_t larger, uint64_t smaller)
{
    static const char *const commands[] = { "journal", "peers" };
    char larger_words[64], smaller_words[64];
    snprintf(larger_words, sizeof larger_words, "journal rewritten: head of size %llu, root ",
             (unsigned long long)larger);
    snprintf(smaller_words, sizeof smaller_words, "does not contain head of size %llu, root ",
             (unsigned long long)smaller);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        run_tool(registry, commands[i]);
        assert_non_null(strstr(tool.text, larger_words));
        assert_non_null(strstr(tool.text, smaller_words));
    }
    run_tool(registry, "status");
    assert_non_null(strstr(tool.text, "REWRITTEN"));
}

static void
assert_found_out(uint64_t larger, uint64_t smaller)
{
    puppet_pump_until(&puppet, "the puppet is found out", puppet_is_found_out, NULL);
    uint64_t before = applied();
    puppet_send(&puppet, registry, before + 1, seal(before + 1), frames, frame_count);
    puppet_pump_until(&puppet, "the puppet is refused", is_refused, NULL);
    assert_tool_names(larger, smaller);
    greet_and_be_refused();
    network_stop(registry);
    network_start(registry);
    greet_and_be_refused();
    assert_tool_names(larger, smaller);
    assert_int_equal(applied(), before);
    figures_add("forks_found", 1);
}

static struct puppet_past
begin(void)
{
    puppet_open(&puppet, window);
    assert_int_equal(puppet_greet(&puppet, registry, 3), 1);
    deliver(1);
    struct puppet_past past = puppet_remember(&puppet);
    deliver(2);
    puppet_pump_until(&puppet, "the puppet's journal is proved", puppet_is_proved, NULL);
    assert_true(puppet.proof_count >= 1);
    return past;
}

static void
a_longer_journal_that_forgot_something_is_found(void **unused)
{
    (void)unused;
    struct puppet_past past = begin();
    puppet_go_back(&puppet, &past);
    (void)seal(2); /* another one than the registry has */
    (void)seal(9);
    deliver(3); /* larger than before: nothing is wrong with it by itself */
    assert_found_out(4, 2);
    failed = false;
}

static void
a_shorter_journal_is_found(void **unused)
{
    (void)unused;
    struct puppet_past past = begin();
    (void)seal(9);
    deliver(3);
    puppet_pump_until(&puppet, "the puppet's journal is proved", puppet_is_proved, NULL);
    puppet_go_back(&puppet, &past);
    (void)seal(2);
    puppet_send(&puppet, registry, 4, seal(4), frames, frame_count);
    assert_found_out(4, 3);
    failed = false;
}

static void
another_journal_of_the_same_length_is_found(void **unused)
{
    (void)unused;
    struct puppet_past past = begin();
    puppet_go_back(&puppet, &past);
    puppet_send(&puppet, registry, 3, seal(3), frames, frame_count);
    assert_found_out(2, 2);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(daemons_prove_their_journals_again_and_again),
        TEST(a_longer_journal_that_forgot_something_is_found),
        TEST(a_shorter_journal_is_found),
        TEST(another_journal_of_the_same_length_is_found),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
