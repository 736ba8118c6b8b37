/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_test - a running office gets another policy: by signal, by its file alone, and from
 * another office. What is older or not signed changes nothing, and stops nobody who has adopted one
 * already.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "tests/lib/disaster.h"
#include "tests/lib/network.h"
#include "tests/lib/policy_maker.h"

static struct network network;
static struct made_application application;
static struct arena arena;
static bool failed = true;

static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const centre = &network.offices[YUEXIU];

static int
set_up(void **unused)
{
    (void)unused;
    static const struct network_options options = { .option_lines = "policy = policy\n" };
    struct made_citizen citizen;
    failed = true;
    arena_init(&arena);
    network_open(&network, &options);
    citizen_make(1, network.offices[QINGYANG].area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    arena_fini(&arena);
    return 0;
}

static void
write_file_of(const struct network_office *office, struct bytes content)
{
    char path[NETWORK_PATH_BYTES];
    assert_int_equal(
        file_write(network_path(office, "policy", path), content, 0644, FILE_REPLACE, NULL), OK);
}

static void
write_file(struct bytes content)
{
    write_file_of(window, content);
}

/* A renewal costs a hundred yuan for each version. */
static void
write_policy_of(const struct network_office *office, uint64_t version)
{
    const struct made_rule rule = { .key = "fee.renewal", .value = (uint32_t)version * 10000 };
    write_file_of(office, policy_maker_sign(version, &rule, 1, network.directory_key,
                                            network.directory_certificate, &arena));
}

static void
write_policy(uint64_t version)
{
    write_policy_of(window, version);
}

static uint64_t
version_at(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer);
    return answer.response->status->policy_version;
}

static uint64_t
version_now(void)
{
    return version_at(window);
}

struct version_wish {
    struct network_office *office;
    uint64_t version;
};

static bool
has_version(void *context)
{
    const struct version_wish *wish = context;
    return version_at(wish->office) == wish->version;
}

static void
wait_for_version_at(struct network_office *office, uint64_t version)
{
    struct version_wish wish = { office, version };
    network_wait_until(&network, "the policy is adopted", has_version, &wish);
}

static void
wait_for_version(uint64_t version)
{
    wait_for_version_at(window, version);
}

static bool
log_says(void *context)
{
    char path[NETWORK_PATH_BYTES];
    AUTO(heap) uint8_t *text = NULL;
    size_t size;
    assert_int_equal(file_read(network_path(window, "log", path), 64 << 20, &text, &size, NULL),
                     OK);
    return strstr((const char *)text, context) != NULL;
}

static void
fill_in(uint64_t seed, uint32_t fee_fen)
{
    struct made_citizen citizen;
    citizen_make(seed, network.offices[QINGYANG].area, &citizen);
    application_set_citizen(&application, &citizen);
    application.form.fee_fen = fee_fen;
}

static void
apply_for(uint64_t seed, uint32_t fee_fen, char *ret_number)
{
    fill_in(seed, fee_fen);
    network_apply(window, &application, "", ret_number);
}

static void
apply(uint64_t seed, uint32_t fee_fen)
{
    char number[CASE_NUMBER_CHARS + 1];
    apply_for(seed, fee_fen, number);
}

/* Whoever asks for a policy does not want to work without one. */
static void
an_office_does_not_start_without_the_policy_that_it_shall_follow(void **unused)
{
    (void)unused;
    char conf[NETWORK_PATH_BYTES], said[2000];
    const char *check[] = { "--config", network_path(window, "conf", conf), "--check-config",
                            NULL };
    const char *run[] = { "--config", conf, NULL };
    assert_int_equal(network_run(window, check, said, sizeof said), 1);
    assert_non_null(strstr(said, "FILE_UNREADABLE"));
    assert_int_equal(network_run(window, run, said, sizeof said), 1);
    assert_non_null(strstr(said, "FILE_UNREADABLE"));
    write_file(bytes_of_text("not a policy"));
    assert_int_equal(network_run(window, check, said, sizeof said), 1);
    assert_non_null(strstr(said, "POLICY_INVALID"));
    assert_int_equal(network_run(window, run, said, sizeof said), 1);
    assert_non_null(strstr(said, "POLICY_INVALID"));
    write_policy(1);
    assert_int_equal(network_run(window, check, said, sizeof said), 0);
    failed = false;
}

static void
a_newer_policy_is_adopted_by_signal_and_by_its_file(void **unused)
{
    (void)unused;
    write_policy(1);
    network_start(window);
    assert_int_equal(version_now(), 1);
    apply(1, 10000);

    write_policy(2);
    network_hang_up(window);
    wait_for_version(2);
    fill_in(2, 10000);
    network_apply_refused(window, &application, "FEE_MISMATCH", "form.fee_fen");
    apply(2, 20000);

    write_policy(3); /* it looks every two seconds */
    wait_for_version(3);
    apply(3, 30000);
    network_stop(window);
    assert_true(network_audit(window) > 0);
    failed = false;
}

static void
an_older_or_broken_policy_changes_nothing(void **unused)
{
    (void)unused;
    write_policy(5);
    network_start(window);
    write_policy(4);
    network_hang_up(window);
    network_wait_until(&network, "the older policy is rejected", log_says, "policy_rejected");
    assert_int_equal(version_now(), 5);
    apply(1, 50000);

    network_stop(window);
    network_start(window); /* on the older file, with what was adopted */
    assert_int_equal(version_now(), 5);
    apply(2, 50000);
    network_kill(window);
    write_file(bytes_of_text("not a policy"));
    network_start(window);
    assert_int_equal(version_now(), 5);
    apply(3, 50000);
    write_policy(6);
    network_hang_up(window);
    wait_for_version(6);
    failed = false;
}

/* ---- handed on ---- */

static const struct network_decision examine = { .verb = YIDI__VERB__EXAMINE, .operator= "zhang" };
static const struct network_decision issue = { .verb = YIDI__VERB__ISSUE, .operator= "li" };

static void
start_all(uint64_t version)
{
    for (size_t i = 0; i < NETWORK_OFFICE_COUNT; i++)
        write_policy_of(&network.offices[i], version);
    network_start_all(&network);
    network_populate(registry, 1, 5, NULL);
}

/* One office gets the file. Nobody is restarted, and each case goes on under its own version. */
static void
a_newer_policy_is_handed_on_by_the_office_that_has_it(void **unused)
{
    (void)unused;
    char before[CASE_NUMBER_CHARS + 1], after[CASE_NUMBER_CHARS + 1];
    start_all(1);
    apply_for(1, 10000, before);
    network_wait_for_state(registry, before, "received");
    write_policy(2);
    network_hang_up(window);
    wait_for_version(2);
    wait_for_version_at(registry, 2); /* through the open connection, without a message */
    apply_for(2, 20000, after);
    network_wait_for_state(registry, after, "received");
    const char *const numbers[] = { before, after };
    for (size_t i = 0; i < 2; i++) {
        network_decide_one(registry, &examine, numbers[i], "examined");
        network_decide_one(registry, &issue, numbers[i], "issued");
        network_wait_for_state(centre, numbers[i], "ordered");
    }
    assert_int_equal(version_at(centre), 2); /* with the first order, or before it */
    network_stop(registry);
    network_start(registry); /* on its own file, which is older, with what it adopted */
    assert_int_equal(version_at(registry), 2);
    network_stop_all(&network);
    assert_true(network_audit(window) > 0);
    assert_true(network_audit(registry) > 0);
    assert_true(network_audit(centre) > 0);
    failed = false;
}

/* The registry's disk is gone; its file knows the newest policy alone. */
static void
former_policies_come_back_from_the_others(void **unused)
{
    (void)unused;
    char first[CASE_NUMBER_CHARS + 1], second[CASE_NUMBER_CHARS + 1];
    start_all(1);
    apply_for(1, 10000, first);
    network_wait_for_state(registry, first, "received");
    write_policy(2);
    network_hang_up(window);
    wait_for_version(2);
    apply_for(2, 20000, second);
    network_wait_for_state(registry, second, "received");
    network_kill(registry);
    disaster_lose_disk(registry);
    write_policy_of(registry, 3);
    network_start(registry);
    disaster_recover_fully(registry);
    network_populate(registry, 1, 5, NULL);
    network_decide_one(registry, &examine, first, "examined"); /* POLICY_UNKNOWN otherwise */
    network_decide_one(registry, &examine, second, "examined");
    assert_int_equal(version_at(registry), 3);
    network_decide_one(registry, &issue, first, "issued");
    wait_for_version(3); /* with the message */
    network_stop_all(&network);
    assert_true(network_audit(registry) > 0);
    failed = false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(an_office_does_not_start_without_the_policy_that_it_shall_follow),
        TEST(a_newer_policy_is_adopted_by_signal_and_by_its_file),
        TEST(an_older_or_broken_policy_changes_nothing),
        TEST(a_newer_policy_is_handed_on_by_the_office_that_has_it),
        TEST(former_policies_come_back_from_the_others),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
