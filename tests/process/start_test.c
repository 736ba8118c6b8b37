/* SPDX-License-Identifier: Apache-2.0
 *
 * start_test - a daemon whose options, keys or directory are not right says so with a code, and
 * does not start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "tests/lib/network.h"

enum { OUTPUT_BYTES = 16384 };

static struct network network;
static struct network_office *const office = &network.offices[SHENZHEN];
static struct network_office *const other = &network.offices[FUTIAN];
static char output[OUTPUT_BYTES];
static bool failed;

static int
set_up(void **unused)
{
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* Start with one more option; both with --check-config, which must judge alike, and to run. */
static void
expect_refused(const char *option, const char *value, const char *code, const char *field)
{
    char conf[NETWORK_PATH_BYTES], wanted[256];
    const char *const arguments[2][7] = {
        { "--config", network_path(office, "conf", conf), "--check-config", option, value, NULL },
        { "--config", conf, option, value, NULL },
    };
    snprintf(wanted, sizeof wanted, "acceptance-node: %s %s: ", code, field);
    for (int i = 0; i < 2; i++) {
        int status = network_run(office, arguments[i], output, sizeof output);
        if (status != 1 || strstr(output, wanted) == NULL)
            fail_msg("status %d, not \"%s\" but: %s", status, wanted, output);
    }
}

static const char *
file_of(const struct network_office *owner, const char *name)
{
    static char path[NETWORK_PATH_BYTES];
    return network_path(owner, name, path);
}

static void
a_good_configuration_is_called_good_and_nothing_is_started(void **unused)
{
    (void)unused;
    char conf[NETWORK_PATH_BYTES];
    const char *const arguments[] = { "--config", network_path(office, "conf", conf),
                                      "--check-config", NULL };
    assert_int_equal(network_run(office, arguments, output, sizeof output), 0);
    assert_non_null(strstr(output, office->code));
    assert_int_equal(access(file_of(office, "data"), F_OK), -1);
    assert_int_equal(access(file_of(office, "control"), F_OK), -1);
    failed = false;
}

static void
help_and_version_need_no_configuration(void **unused)
{
    (void)unused;
    const char *const help[] = { "--help", NULL }, *const version[] = { "--version", NULL };
    assert_int_equal(network_run(office, help, output, sizeof output), 0);
    assert_non_null(strstr(output, "--signing-key"));
    assert_int_equal(network_run(office, version, output, sizeof output), 0);
    assert_non_null(strstr(output, "acceptance-node"));
    failed = false;
}

static void
wrong_options_are_refused(void **unused)
{
    (void)unused;
    expect_refused("--no-such-option", "1", "OPTION_UNKNOWN", "--no-such-option");
    expect_refused("--retry-max", "soon", "OPTION_INVALID", "retry-max");
    expect_refused("--silence", "1", "OPTION_INVALID", "silence");
    expect_refused("--log-level", "loud!", "OPTION_INVALID", "log-level");
    expect_refused("--retry-first", "40000", "OPTION_INVALID", "retry-first");
    const char *const no_file[] = { "--config", "/nonexistent/conf", NULL };
    assert_int_equal(network_run(office, no_file, output, sizeof output), 1);
    assert_non_null(strstr(output, "FILE_UNREADABLE"));
    const char *const nothing[] = { NULL };
    assert_int_equal(network_run(office, nothing, output, sizeof output), 1);
    assert_non_null(strstr(output, "OPTION_INVALID"));
    failed = false;
}

static void
missing_or_wrong_keys_are_refused(void **unused)
{
    (void)unused;
    char path[NETWORK_PATH_BYTES];
    network_path(office, "no-such-file", path);
    expect_refused("--signing-key", path, "FILE_UNREADABLE", path);
    expect_refused("--signing-certificate", path, "FILE_UNREADABLE", path);
    expect_refused("--transport-key", path, "FILE_UNREADABLE", path);
    expect_refused("--root-certificate", path, "FILE_UNREADABLE", path);
    expect_refused("--crl", path, "FILE_UNREADABLE", path);
    expect_refused("--directory", path, "FILE_UNREADABLE", path);

    expect_refused("--signing-key", file_of(other, "signing.key"), "KEY_INVALID",
                   "signing-certificate");
    expect_refused("--signing-certificate", file_of(other, "signing.pem"), "KEY_INVALID",
                   "signing-certificate");
    expect_refused("--transport-key", file_of(other, "transport.key"), "KEY_INVALID",
                   "transport-key");
    network_path(office, "signing.key", path);
    expect_refused("--transport-key", path, "KEY_INVALID", path);
    assert_int_equal(chmod(path, 0644), 0);
    expect_refused("--signing-key", path, "KEY_INVALID", path);
    failed = false;
}

static void
another_offices_keys_do_not_start_this_office(void **unused)
{
    (void)unused;
    char conf[NETWORK_PATH_BYTES], key[NETWORK_PATH_BYTES], certificate[NETWORK_PATH_BYTES];
    const char *const arguments[] = { "--config",
                                      network_path(office, "conf", conf),
                                      "--signing-key",
                                      network_path(other, "signing.key", key),
                                      "--signing-certificate",
                                      network_path(other, "signing.pem", certificate),
                                      NULL };
    assert_int_equal(network_run(office, arguments, output, sizeof output), 1);
    assert_non_null(strstr(output, "CERTIFICATE_INVALID signing-certificate"));
    failed = false;
}

/* ---- directories ---- */

static void
expect_directory_refused(struct bytes directory, const char *code, const char *field)
{
    network_write_directory(office, directory);
    expect_refused("--directory-grace", "0", code, field);
}

static void
a_directory_that_the_authority_did_not_sign_is_refused(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    struct bytes good = network_make_directory(&network, NULL, &arena);
    network_write_directory(office, good);
    uint8_t *bad = arena_take(&arena, good.size);
    static const size_t places[] = { 10, 300, 1000 };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        memcpy(bad, good.data, good.size);
        bad[places[i]] ^= 1;
        network_write_directory(office, bytes_of(bad, good.size));
        char conf[NETWORK_PATH_BYTES];
        const char *const arguments[] = { "--config", network_path(office, "conf", conf), NULL };
        assert_int_equal(network_run(office, arguments, output, sizeof output), 1);
        assert_non_null(strstr(output, "DIRECTORY_INVALID"));
    }
    const struct network_directory by_an_office = { .key = office->key,
                                                    .certificate = office->certificate };
    expect_directory_refused(network_make_directory(&network, &by_an_office, &arena),
                             "CERTIFICATE_INVALID", "certificate");
    failed = false;
}

static void
a_directory_that_expired_or_knows_us_not_is_refused(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    uint64_t now_ms = (uint64_t)time(NULL) * 1000;
    const struct network_directory old = { .issued_ms = now_ms - 5000, .expires_ms = now_ms - 1 };
    expect_directory_refused(network_make_directory(&network, &old, &arena), "DIRECTORY_EXPIRED",
                             "expires_ms");
    const struct network_directory without_us = { .without = office };
    expect_directory_refused(network_make_directory(&network, &without_us, &arena),
                             "OFFICE_UNKNOWN", "offices");
    office->revoked = true;
    expect_directory_refused(network_make_directory(&network, NULL, &arena), "OFFICE_REVOKED",
                             "offices");
    failed = false;
}

static void
a_certificate_in_the_revocation_list_does_not_start(void **unused)
{
    (void)unused;
    char conf[NETWORK_PATH_BYTES];
    const char *const arguments[] = { "--config", network_path(office, "conf", conf), NULL };
    network_revoke_certificate(office);
    assert_int_equal(network_run(office, arguments, output, sizeof output), 1);
    assert_non_null(strstr(output, "CERTIFICATE_INVALID"));
    failed = false;
}

/* ---- places taken ---- */

static void
a_second_daemon_on_the_same_store_socket_or_endpoint_does_not_start(void **unused)
{
    (void)unused;
    char conf[NETWORK_PATH_BYTES], data[NETWORK_PATH_BYTES], socket[NETWORK_PATH_BYTES];
    network_start(office);
    const char *const same[] = { "--config", network_path(office, "conf", conf), NULL };
    assert_int_equal(network_run(office, same, output, sizeof output), 1);
    assert_non_null(strstr(output, "FILE_UNREADABLE data"));

    const char *const same_socket[] = { "--config", conf,
                                        "--data",   network_path(office, "data2", data),
                                        "--bind",   other->endpoint,
                                        NULL };
    assert_int_equal(network_run(office, same_socket, output, sizeof output), 1);
    assert_non_null(strstr(output, "OPTION_INVALID control-socket"));

    const char *const same_endpoint[] = { "--config",
                                          conf,
                                          "--data",
                                          data,
                                          "--control-socket",
                                          network_path(office, "control2", socket),
                                          NULL };
    assert_int_equal(network_run(office, same_endpoint, output, sizeof output), 1);
    assert_non_null(strstr(output, "OPTION_INVALID endpoint"));

    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(office, &answer); /* and the first one is as it was */
    failed = false;
}

static void
another_offices_store_is_refused(void **unused)
{
    (void)unused;
    char conf[NETWORK_PATH_BYTES], data[NETWORK_PATH_BYTES];
    struct made_application application;
    struct made_citizen citizen;
    char number[CASE_NUMBER_CHARS + 1];
    citizen_make(1, network.offices[QINGYANG].area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    network_start(other);
    network_apply(other, &application, "", number);
    network_stop(other);
    const char *const arguments[] = { "--config", network_path(office, "conf", conf), "--data",
                                      network_path(other, "data", data), NULL };
    assert_int_equal(network_run(office, arguments, output, sizeof output), 1);
    assert_non_null(strstr(output, "STORE_FOREIGN data"));
    assert_non_null(strstr(output, other->code));
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_good_configuration_is_called_good_and_nothing_is_started),
        TEST(help_and_version_need_no_configuration),
        TEST(wrong_options_are_refused),
        TEST(missing_or_wrong_keys_are_refused),
        TEST(another_offices_keys_do_not_start_this_office),
        TEST(a_directory_that_the_authority_did_not_sign_is_refused),
        TEST(a_directory_that_expired_or_knows_us_not_is_refused),
        TEST(a_certificate_in_the_revocation_list_does_not_start),
        TEST(a_second_daemon_on_the_same_store_socket_or_endpoint_does_not_start),
        TEST(another_offices_store_is_refused),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
