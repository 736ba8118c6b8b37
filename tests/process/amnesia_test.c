/* SPDX-License-Identifier: Apache-2.0
 *
 * amnesia_test - an office whose store was replaced by an older copy stops, says so, and overwrites
 * nothing that its peers remember.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "tests/lib/journey.h"
#include "tests/lib/puppet.h"

enum { STORE_BYTES_MAX = 64 * 1024 * 1024, CASES = 6 };

static struct network network;
static struct puppet puppet;
static struct made_application application;
static char cases[CASES + 4][CASE_NUMBER_CHARS + 1];
static bool failed = true;

static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG];

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    network_start(window);
    network_start(registry);
    network_populate(registry, 1, 20, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
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

static void
apply(int index)
{
    struct made_citizen citizen;
    citizen_make((uint64_t)index + 1, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(window, &application, "", cases[index]);
}

static void
deliver(int first, int end)
{
    for (int i = first; i < end; i++) {
        apply(i);
        network_wait_for_state(registry, cases[i], "received");
    }
}

/* Of a stopped office: its store as it is now, under another name; and back. */
static void
copy_store(const struct network_office *office, const char *from, const char *to)
{
    char from_path[NETWORK_PATH_BYTES], to_path[NETWORK_PATH_BYTES];
    AUTO(heap) uint8_t *data = NULL;
    size_t size;
    assert_int_equal(office->pid, 0);
    assert_int_equal(
        file_read(network_path(office, from, from_path), STORE_BYTES_MAX, &data, &size, NULL), OK);
    assert_int_equal(file_write(network_path(office, to, to_path), bytes_of(data, size), 0600,
                                FILE_REPLACE, NULL),
                     OK);
}

static bool
nothing_waits(void *context)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(context, registry->code, &answer);
    return answer.response->peers->peers[0]->waiting == 0;
}

/* Deliver some, keep a copy, deliver more, and set the window back to the copy. What was
 * acknowledged is written with the next turn, which the export is; a copy made after that has
 * nothing left to send. */
static void
set_back_after(int kept, int delivered)
{
    AUTO(network_answer) struct network_answer exported = { 0 };
    deliver(0, kept);
    network_wait_until(&network, "all is acknowledged", nothing_waits, window);
    network_export(window, cases[0], &exported);
    network_stop(window);
    copy_store(window, "data/data.mdb", "copy.mdb");
    network_start(window);
    deliver(kept, delivered);
    network_stop(window);
    copy_store(window, "copy.mdb", "data/data.mdb");
    network_start(window);
}

static bool
is_halted(void *context)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(context, &answer);
    return answer.response->status->halted[0] != '\0';
}

static uint64_t
tree_size(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer);
    return answer.response->status->tree_size;
}

static uint64_t
applied_from_window(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_peers(registry, window->code, &answer);
    return answer.response->peers->peers[0]->applied;
}

static void
assert_takes_no_work(void)
{
    const struct network_decision receive = { .verb = YIDI__VERB__RECEIVE, .operator= "clerk1" };
    AUTO(network_answer) struct network_answer decided = { 0 }, listed = { 0 };
    const char *number = cases[0];
    uint64_t before = tree_size(window);
    network_apply_refused(window, &application, "OFFICE_HALTED", "");
    network_decide(window, &receive, &number, 1, &decided);
    assert_non_null(network_refusal(&decided));
    assert_string_equal(network_refusal(&decided)->code, "OFFICE_HALTED");
    network_list(window, "", 100, "", &listed); /* it can still be asked */
    assert_int_equal(tree_size(window), before);
}

static void
assert_log_says(const struct network_office *office, const char *words)
{
    char path[NETWORK_PATH_BYTES];
    AUTO(heap) uint8_t *text = NULL;
    size_t size;
    assert_int_equal(file_read(network_path(office, "log", path), 1 << 20, &text, &size, NULL), OK);
    assert_non_null(strstr((const char *)text, words));
}

static void
an_office_set_back_to_an_older_copy_halts_and_overwrites_nothing(void **unused)
{
    (void)unused;
    set_back_after(CASES / 2, CASES);
    uint64_t before = tree_size(registry);
    struct made_citizen citizen;
    citizen_make(10, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    if (!is_halted(window)) { /* at the latest when it has something to say */
        network_apply(window, &application, "", cases[CASES]);
        network_wait_until(&network, "the office halts", is_halted, window);
    }
    citizen_make(11, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    assert_takes_no_work();
    assert_log_says(window, "level=error event=amnesia");
    assert_log_says(window, "level=error event=office_halted");
    usleep(700 * 1000);
    assert_int_equal(tree_size(registry), before);
    assert_int_equal(applied_from_window(), CASES);
    assert_int_equal(network_count_in_state(registry, "received"), CASES);

    network_stop(window); /* a restart alone mends nothing */
    network_start(window);
    network_wait_until(&network, "the office halts again", is_halted, window);
    assert_takes_no_work();
    assert_int_equal(tree_size(registry), before);
    failed = false;
}

/* The others go on: the registry only waits for that window. */
static void
peers_of_an_office_that_was_set_back_go_on(void **unused)
{
    (void)unused;
    struct network_office *other = &network.offices[FUTIAN];
    char number[CASE_NUMBER_CHARS + 1];
    struct made_citizen citizen;
    set_back_after(1, 3);
    citizen_make(10, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    if (!is_halted(window))
        network_apply(window, &application, "", number);
    network_wait_until(&network, "the office halts", is_halted, window);
    network_start(other);
    citizen_make(12, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(other, &application, "", number);
    network_wait_for_state(registry, number, "received");
    assert_false(is_halted(registry));
    failed = false;
}

/* As many new messages as were lost: sequences agree, and only the journals can tell. */
static void
an_office_set_back_by_as_much_as_it_then_sends_notices(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    set_back_after(3, 4);
    citizen_make(10, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    if (!is_halted(window))
        network_apply(window, &application, "", cases[4]);
    network_wait_until(&network, "the office halts", is_halted, window);
    failed = false;
}

/* Only a signature of our own that we do not know proves that we forgot; a claim does not, not even
 * beside an honest head of ours. */
static void
a_peer_cannot_halt_an_office_by_claiming_to_know_more(void **unused)
{
    (void)unused;
    network_stop(registry);
    puppet_open(&puppet, registry);
    apply(0);
    puppet_wait_for_message(&puppet, YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED, cases[0]);
    network_stop(window);
    network_start(window);
    puppet.welcome_ahead = 7;
    apply(1);
    puppet_pump(&puppet, 1000);
    assert_true(puppet.hello_count >= 2);
    assert_false(is_halted(window));
    puppet.welcome_ahead = 0;
    network_stop(window);
    network_start(window);
    puppet_wait_for_message(&puppet, YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED, cases[1]);
    failed = false;
}

/* Before it gives a second citizen the first one's case number. */
static void
an_office_set_back_notices_before_it_accepts_anything(void **unused)
{
    (void)unused;
    set_back_after(3, 6);
    network_wait_until(&network, "the office halts", is_halted, window);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_office_set_back_to_an_older_copy_halts_and_overwrites_nothing),
        TEST(peers_of_an_office_that_was_set_back_go_on),
        TEST(an_office_set_back_by_as_much_as_it_then_sends_notices),
        TEST(a_peer_cannot_halt_an_office_by_claiming_to_know_more),
        TEST(an_office_set_back_notices_before_it_accepts_anything),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
