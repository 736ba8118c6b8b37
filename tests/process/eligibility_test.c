/* SPDX-License-Identifier: Apache-2.0
 *
 * eligibility_test - clerks ask the registry before the fee is taken, with yidictl and over real
 * daemons: one that stands still, one that is killed, and many clerks at once. All persons are made
 * up.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "tests/lib/tool.h"

enum { CITIZENS = 40, CLERKS = 6, ROUNDS = 6 };

static struct network network;
static struct made_application application;
static struct tool tools[CLERKS];
static bool failed = true;

static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG];

static void
write_file(const char *name, const void *data, size_t size)
{
    char path[NETWORK_PATH_BYTES];
    struct refusal refusal = { 0 };
    if (file_write(network_path(window, name, path), bytes_of(data, size), 0600, FILE_REPLACE,
                   &refusal) != OK)
        fail_msg("%s: %s", path, refusal.rule);
}

static void
write_form(const char *name, uint64_t seed)
{
    struct made_citizen citizen;
    char text[2048];
    citizen_make(seed, registry->area, &citizen);
    int size = snprintf(
        text, sizeof text,
        "{\"kind\":\"RENEWAL\",\"reason\":\"EXPIRING\",\"person\":{\"citizen_number\":\"%s\","
        "\"name\":\"%s\",\"sex\":\"%s\",\"ethnic_group\":\"01\",\"birth_date\":%u,"
        "\"address\":\"%s\",\"registration_division\":\"%s\"},\"phone\":\"13800138000\","
        "\"residence_basis\":\"WORK\",\"residence_address\":\"科技路8号\","
        "\"identity_document\":\"ORIGINAL_CARD\",\"identity_document_number\":\"%s\","
        "\"evidence\":\"ORIGINAL_CARD\",\"fee_fen\":2000}\n",
        citizen.number, citizen.name, citizen.male ? "MALE" : "FEMALE",
        (unsigned)citizen.birth_date, citizen.address, citizen.division, citizen.number);
    assert_in_range(size, 1, (int)sizeof text - 1);
    write_file(name, text, (size_t)size);
}

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, &(struct network_options){ .option_lines = "question-timeout = 1500\n"
                                                                      "start-hold = 0\n" });
    network_start(window);
    network_start(registry);
    network_populate(registry, 1, CITIZENS, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    write_file("photo.jpg", application.photo, application.photo_size);
    write_file("right.bin", application.templates[0], sizeof application.templates[0]);
    write_file("left.bin", application.templates[1], sizeof application.templates[1]);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* yidictl COMMAND --form FORM at the window; apply gets the photo and the templates, too. */
static void
start_clerk(struct tool *tool, const char *command, const char *form)
{
    char socket[NETWORK_PATH_BYTES], path[NETWORK_PATH_BYTES], photo[NETWORK_PATH_BYTES];
    char right[NETWORK_PATH_BYTES + 16], left[NETWORK_PATH_BYTES + 16], file[NETWORK_PATH_BYTES];
    snprintf(right, sizeof right, "RIGHT_THUMB:%s", network_path(window, "right.bin", file));
    snprintf(left, sizeof left, "LEFT_THUMB:%s", network_path(window, "left.bin", file));
    const char *words[] = { "--socket",
                            network_path(window, "control", socket),
                            "--operator",
                            "clerk7",
                            "--language",
                            "en",
                            command,
                            "--form",
                            network_path(window, form, path),
                            strcmp(command, "apply") == 0 ? "--photo" : NULL,
                            network_path(window, "photo.jpg", photo),
                            "--fingerprint",
                            right,
                            "--fingerprint",
                            left,
                            NULL };
    tool_start(tool, words, 0);
}

static int
run_clerk(const char *command, const char *form)
{
    start_clerk(&tools[0], command, form);
    return tool_wait(&tools[0]);
}

static bool
says(const char *text)
{
    return strstr(tools[0].text, text) != NULL;
}

static double
now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* yidictl with these words, at the window. */
static int
run_words(const char *const tail[])
{
    char socket[NETWORK_PATH_BYTES];
    const char *words[24] = { "--socket",   network_path(window, "control", socket),
                              "--operator", "clerk7",
                              "--language", "en" };
    size_t count = 6;
    for (size_t i = 0; tail[i] != NULL; i++)
        words[count++] = tail[i];
    tool_start(&tools[0], words, 0);
    return tool_wait(&tools[0]);
}

static void
the_fee_is_known_before_anything_is_taken(void **unused)
{
    (void)unused;
    failed = true;
    assert_int_equal(run_words((const char *[]){ "quote", "--kind", "renewal", "--reason",
                                                 "expiring", "--born", "1990-01-31", NULL }),
                     0);
    assert_true(says("20.00 yuan") && says("20 years, until "));
    assert_int_equal(run_words((const char *[]){ "quote", "--kind", "replacement", "--reason",
                                                 "lost", "--waiver", "hardship", NULL }),
                     1); /* as apply would refuse it */
    assert_int_equal(
        run_words((const char *[]){ "quote", "--kind", "renewal", "--reason", "tired", NULL }), 2);
    assert_true(says("details-changed"));
    failed = false;
}

/* Whoever was not answered says the same once more: the draft is gone by then. */
static void
an_application_from_a_draft_is_retried_by_its_key(void **unused)
{
    (void)unused;
    failed = true;
    char path[NETWORK_PATH_BYTES], photo[NETWORK_PATH_BYTES];
    char right[NETWORK_PATH_BYTES + 16], left[NETWORK_PATH_BYTES + 16], file[NETWORK_PATH_BYTES];
    snprintf(right, sizeof right, "RIGHT_THUMB:%s", network_path(window, "right.bin", file));
    snprintf(left, sizeof left, "LEFT_THUMB:%s", network_path(window, "left.bin", file));
    write_form("draft.json", 21);
    assert_int_equal(run_words((const char *[]){ "draft", "save", "--form",
                                                 network_path(window, "draft.json", path), NULL }),
                     0);
    assert_true(says("D-1"));
    const char *const apply[] = { "apply",
                                  "--draft",
                                  "D-1",
                                  "--key",
                                  "tuesday",
                                  "--photo",
                                  network_path(window, "photo.jpg", photo),
                                  "--fingerprint",
                                  right,
                                  "--fingerprint",
                                  left,
                                  NULL };
    assert_int_equal(run_words(apply), 0);
    assert_false(says("nothing was done again"));
    assert_int_equal(run_words(apply), 0);
    assert_true(says("nothing was done again"));
    failed = false;
}

static void
a_registry_that_stands_still_holds_up_nobody_for_longer_than_the_timeout(void **unused)
{
    (void)unused;
    failed = true;
    write_form("form.json", 1);
    assert_int_equal(run_clerk("eligible", "form.json"), 0);
    assert_true(says("nothing is known against it"));

    assert_int_equal(kill(registry->pid, SIGSTOP), 0);
    double begun = now_s();
    start_clerk(&tools[0], "apply", "form.json");
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(window, &answer); /* the loop waits for nobody */
    assert_true(now_s() - begun < 1.4);
    assert_int_equal(tool_wait(&tools[0]), 0);
    double waited = now_s() - begun;
    assert_int_equal(kill(registry->pid, SIGCONT), 0);
    assert_true(says("registry unreachable, it will be examined later"));
    assert_true(says("case number"));
    if (waited < 1.4 || waited > 10)
        fail_msg("it took %.1f s", waited);
    failed = false;
}

static void
a_registry_that_is_killed_is_unreachable_and_then_answers_again(void **unused)
{
    (void)unused;
    failed = true;
    for (unsigned i = 0; i < ROUNDS; i++) {
        char form[32];
        snprintf(form, sizeof form, "form-%u.json", i);
        write_form(form, 2 + i);
        start_clerk(&tools[0], "eligible", form);
        network_kill(registry); /* before, while or after it answers */
        int status = tool_wait(&tools[0]);
        assert_int_equal(status, 0);
        assert_true(says("registry unreachable") || says("nothing is known against it"));
        assert_int_equal(run_clerk("eligible", form), 0);
        assert_true(says("registry unreachable, it will be examined later"));
        network_start(registry);
        assert_int_equal(run_clerk("eligible", form), 0);
        assert_true(says("nothing is known against it"));
    }
    failed = false;
}

static void
a_window_that_is_killed_while_it_asks_takes_the_application_afterwards(void **unused)
{
    (void)unused;
    failed = true;
    write_form("form.json", 20);
    assert_int_equal(kill(registry->pid, SIGSTOP), 0);
    start_clerk(&tools[0], "eligible", "form.json");
    nanosleep(&(struct timespec){ .tv_nsec = 300000000 }, NULL);
    network_kill(window);
    assert_int_equal(kill(registry->pid, SIGCONT), 0);
    network_start(window);
    assert_int_not_equal(tool_wait(&tools[0]), 1);
    assert_int_equal(run_clerk("apply", "form.json"), 0);
    assert_true(says("nothing is known against it"));
    failed = false;
}

static void
clerks_who_ask_at_once_are_each_answered_about_their_own_applicant(void **unused)
{
    (void)unused;
    failed = true;
    char form[32];
    for (unsigned i = 0; i < CLERKS; i++) {
        snprintf(form, sizeof form, "clerk-%u.json", i);
        write_form(form, i == 3 ? CITIZENS + 7 : 30 + i); /* one of them nobody knows */
        start_clerk(&tools[i], "eligible", form);
    }
    for (unsigned i = 0; i < CLERKS; i++) {
        assert_int_equal(tool_wait(&tools[i]), i == 3 ? 1 : 0);
        assert_non_null(
            strstr(tools[i].text, i == 3 ? "NOT_ON_FILE" : "nothing is known against it"));
    }
    network_stop(window);
    network_stop(registry);
    assert_true(network_audit(window) > 0);
    assert_true(network_audit(registry) > 0);
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fee_is_known_before_anything_is_taken),
        cmocka_unit_test(an_application_from_a_draft_is_retried_by_its_key),
        cmocka_unit_test(a_registry_that_stands_still_holds_up_nobody_for_longer_than_the_timeout),
        cmocka_unit_test(a_registry_that_is_killed_is_unreachable_and_then_answers_again),
        cmocka_unit_test(a_window_that_is_killed_while_it_asks_takes_the_application_afterwards),
        cmocka_unit_test(clerks_who_ask_at_once_are_each_answered_about_their_own_applicant),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
