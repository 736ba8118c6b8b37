/* SPDX-License-Identifier: Apache-2.0
 *
 * console_http_test - the console of a real daemon, asked by curl, openssl, and clients that break
 * every bound. Nothing of it changes the office.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/file.h"
#include "tests/lib/browser.h"
#include "tests/lib/network.h"
#include "tests/lib/shell.h"

enum {
    MANY = 200,
    SOON_MS = 8000, /* before a connection counts as idle */
};

#define TOKEN "0123456789abcdef0123456789abcdef"

static struct network network;
static struct network_office *const plain = &network.offices[SHENZHEN];
static struct network_office *const encrypted = &network.offices[TIANHE];
static char plain_listen[BROWSER_LISTEN_BYTES], encrypted_listen[BROWSER_LISTEN_BYTES];
static bool failed;

static int
set_up(void **unused)
{
    char lines[500], path[NETWORK_PATH_BYTES];
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    browser_choose_listen(plain_listen);
    do
        browser_choose_listen(encrypted_listen);
    while (strcmp(plain_listen, encrypted_listen) == 0);
    snprintf(lines, sizeof lines, "console = %s\nconsole-patience = 1\nstart-hold = 0\n",
             plain_listen);
    network_add_options(plain, lines);
    snprintf(lines, sizeof lines,
             "console = %s\nconsole-certificate = signing.pem\nconsole-key = signing.key\n"
             "metrics-token = token\nstart-hold = 0\n",
             encrypted_listen);
    network_add_options(encrypted, lines);
    network_path(encrypted, "token", path);
    assert_int_equal(file_write(path, bytes_of_text(TOKEN "\n"), 0600, FILE_REPLACE, NULL), OK);
    network_start(plain);
    network_start(encrypted);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

static uint64_t
journal_size(struct network_office *office)
{
    AUTO(network_answer) struct network_answer answer;
    network_status(office, &answer);
    return answer.response->status->tree_size;
}

/* ---- at the start ---- */

static void
expect_refused(const char *const *more, const char *field, const char *reason)
{
    struct network_office *idle = &network.offices[FUTIAN];
    char conf[NETWORK_PATH_BYTES];
    network_path(idle, "conf", conf);
    for (int check = 0; check < 2; check++) {
        const char *arguments[10] = { "--config", conf,
                                      check ? "--check-config" : "--log-level=info" };
        for (size_t i = 0; more[i] != NULL; i++)
            arguments[3 + i] = more[i];
        int status = network_run(idle, arguments, shell_output, sizeof shell_output);
        assert_int_equal(status, 1);
        shell_expect(field);
        shell_expect(reason);
    }
}

static void
console_refuses_to_start_in_the_open(void **unused)
{
    (void)unused;
    expect_refused((const char *const[]){ "--console=0.0.0.0:8443", NULL },
                   "OPTION_INVALID console: ", "plain HTTP only on a loopback address");
    expect_refused((const char *const[]){ "--console=[::]:8443", NULL },
                   "OPTION_INVALID console: ", "plain HTTP only on a loopback address");
    expect_refused(
        (const char *const[]){ "--console=0.0.0.0:8443", "--console-certificate=/x.pem", NULL },
        "OPTION_INVALID console-key: ", "a certificate and its key, or neither");
    expect_refused((const char *const[]){ "--console=0.0.0.0:8443", "--console-certificate=/x.pem",
                                          "--console-key=/x.key", NULL },
                   "FILE_UNREADABLE ", "/x.pem");
    expect_refused((const char *const[]){ "--console=nowhere", NULL },
                   "OPTION_INVALID console: ", "an address and a port");
}

static void
console_refuses_a_certificate_of_another_key(void **unused)
{
    struct network_office *idle = &network.offices[FUTIAN];
    char conf[NETWORK_PATH_BYTES], key[NETWORK_PATH_BYTES + 20],
        certificate[NETWORK_PATH_BYTES + 30], path[NETWORK_PATH_BYTES];
    (void)unused;
    snprintf(certificate, sizeof certificate, "--console-certificate=%s",
             network_path(idle, "signing.pem", path));
    snprintf(key, sizeof key, "--console-key=%s", network_path(plain, "signing.key", path));
    const char *const arguments[] = { "--config", network_path(idle, "conf", conf), certificate,
                                      key,        "--console=127.0.0.1:1",          NULL };
    assert_int_equal(network_run(idle, arguments, shell_output, sizeof shell_output), 1);
    shell_expect("OPTION_INVALID console: cannot serve on 127.0.0.1:1: ");
}

/* ---- TLS ---- */

static void
console_speaks_tls_of_today(void **unused)
{
    (void)unused;
    assert_int_equal(shell_run("curl -sSik --tlsv1.3 https://%s/ 2>&1", encrypted_listen), 0);
    shell_expect("HTTP/1.1 200");
    shell_expect("Strict-Transport-Security: max-age=31536000");
    assert_int_equal(
        shell_run("curl -sSik --tls-max 1.2 https://%s/healthz 2>&1", encrypted_listen), 0);
    shell_expect("{\"alive\":true}");
    shell_run("openssl s_client -connect %s -tls1_1 -cipher 'ALL:@SECLEVEL=0' </dev/null 2>&1",
              encrypted_listen);
    shell_expect("Cipher is (NONE)");
    shell_run("openssl s_client -connect %s -tls1_2 -cipher AES128-GCM-SHA256 </dev/null 2>&1",
              encrypted_listen); /* no forward secrecy */
    shell_expect("Cipher is (NONE)");
    shell_run("curl -sSi http://%s/ 2>&1", encrypted_listen);
    assert_null(strstr(shell_output, "200 OK"));
}

static void
console_holds_many_encrypted_connections(void **unused)
{
    (void)unused;
    assert_int_equal(shell_run("curl -skZ --parallel-max 60 -o /dev/null -w '%%{http_code}\\n' "
                               "'https://%s/?[1-120]' | grep -c 200",
                               encrypted_listen),
                     0);
    assert_int_equal(atoi(shell_output), 120);
}

/* ---- bad input ---- */

static void
console_does_not_leave_its_pages(void **unused)
{
    static const char *const paths[] = { "/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd",
                                         "/%2e%2e/data/data.mdb", "/signing.key",
                                         "/console.css/.." };
    (void)unused;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_int_equal(shell_run("curl -sSi --path-as-is 'http://%s%s'", plain_listen, paths[i]),
                         0);
        shell_expect("HTTP/1.1 404");
        shell_expect("application/problem+json");
        assert_null(strstr(shell_output, "<html"));
    }
}

static void
console_takes_no_oversize_upload(void **unused)
{
    char path[NETWORK_PATH_BYTES];
    uint64_t before = journal_size(plain);
    (void)unused;
    network_path(plain, "large", path);
    assert_int_equal(shell_run("head -c 5000000 /dev/zero >%s", path), 0);
    shell_run("curl -sSi -H 'Content-Type: application/json' --data-binary @%s "
              "http://%s/api/v1/apply 2>&1",
              path, plain_listen);
    shell_expect("HTTP/1.1 413");
    shell_expect("\"code\":\"BODY_TOO_LARGE\"");
    shell_run("curl -sSi -H 'Expect:' -H 'Transfer-Encoding: chunked' --data-binary @%s "
              "http://%s/api/v1/apply 2>&1",
              path, plain_listen);
    assert_null(strstr(shell_output, "200 OK"));
    assert_true(journal_size(plain) == before);
}

static void
console_answers_strangers_with_a_problem(void **unused)
{
    uint64_t before = journal_size(plain);
    (void)unused;
    shell_run("curl -sSi -H 'Content-Type: application/json' -d '{}' http://%s/api/v1/apply 2>&1",
              plain_listen);
    shell_expect("HTTP/1.1 401");
    shell_expect("Content-Type: application/problem+json");
    shell_expect("Cache-Control: no-store");
    shell_expect("\"english\":\"log in first\",\"chinese\":\"请先登录\"");
    shell_run("curl -sSi -X PUT -d '{}' http://%s/api/v1/apply 2>&1", plain_listen);
    shell_expect("HTTP/1.1 405");
    assert_true(journal_size(plain) == before);
}

/* ---- many, and slow ones ---- */

static void
console_serves_two_hundred_at_once(void **unused)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    int connections[MANY];
    (void)unused;
    for (size_t i = 0; i < MANY; i++)
        connections[i] = browser_connect(plain_listen);
    for (size_t i = 0; i < MANY; i++)
        assert_true(browser_send(connections[i], request, strlen(request)));
    for (size_t i = 0; i < MANY; i++) {
        struct browser_reply *reply = browser_receive(connections[i], false);
        assert_non_null(reply);
        assert_int_equal(reply->status, 200);
        free(reply);
        close(connections[i]);
    }
}

static void
console_serves_others_while_slow_clients_hang(void **unused)
{
    int slow[MANY];
    char byte;
    (void)unused;
    for (size_t i = 0; i < MANY; i++) {
        slow[i] = browser_connect(plain_listen);
        assert_true(browser_send(slow[i], "POST /api/v1/apply HTTP/1.1\r\nHost: a\r\n", 38));
    }
    struct browser_reply *reply =
        browser_ask(plain_listen, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_non_null(reply);
    assert_int_equal(reply->status, 200);
    free(reply);
    (void)journal_size(plain); /* the loop answers */
    unsigned long until_ms = browser_now_ms() + SOON_MS;
    for (size_t i = 0; i < MANY; i++) {
        while (recv(slow[i], &byte, 1, 0) > 0)
            ;
        assert_true(browser_now_ms() < until_ms);
        close(slow[i]);
    }
}

/* ---- figures ---- */

static void
metrics_are_for_this_machine_or_for_who_has_the_token(void **unused)
{
    (void)unused;
    assert_int_equal(shell_run("curl -sSi http://%s/metrics", plain_listen), 0);
    shell_expect("HTTP/1.1 200");
    shell_expect("Content-Type: text/plain; version=0.0.4; charset=utf-8");
    shell_expect("\nyidi_office_info{office=\"440305510100\",role=\"acceptance\",province=\"44\",");
    shell_expect("\nyidi_cases{state=\"submitted\"} 0\n");
    shell_run("curl -sSi -H 'X-Forwarded-For: 192.0.2.1' http://%s/metrics", plain_listen);
    shell_expect("HTTP/1.1 401");
    shell_run("curl -sSik https://%s/metrics", encrypted_listen);
    shell_expect("HTTP/1.1 401");
    shell_run("curl -sSik -H 'Authorization: Bearer " TOKEN "x' https://%s/metrics",
              encrypted_listen);
    shell_expect("HTTP/1.1 401");
    shell_run("curl -sSik -H 'Authorization: Bearer " TOKEN "' https://%s/metrics",
              encrypted_listen);
    shell_expect("HTTP/1.1 200");
    shell_expect("role=\"registry\"");
    shell_run("curl -sSi -X POST -d x http://%s/metrics", plain_listen);
    shell_expect("HTTP/1.1 405");
}

static void
metrics_tokens_are_secret_and_long(void **unused)
{
    char path[NETWORK_PATH_BYTES], option[NETWORK_PATH_BYTES + 30];
    (void)unused;
    network_path(&network.offices[FUTIAN], "token", path);
    snprintf(option, sizeof option, "--metrics-token=%s", path);
    expect_refused((const char *const[]){ option, NULL }, "FILE_UNREADABLE ", path);
    assert_int_equal(file_write(path, bytes_of_text(TOKEN), 0644, FILE_REPLACE, NULL), OK);
    expect_refused((const char *const[]){ option, NULL }, "KEY_INVALID ", path);
    assert_int_equal(file_write(path, bytes_of_text("short\n"), 0600, FILE_REPLACE, NULL), OK);
    expect_refused((const char *const[]){ option, NULL },
                   "OPTION_INVALID metrics-token: ", "holds no token");
}

static void
metrics_are_as_prometheus_wants_them(void **unused)
{
    (void)unused;
    if (shell_run("command -v promtool") != 0)
        skip();
    assert_int_equal(
        shell_run("curl -sS http://%s/metrics | promtool check metrics 2>&1", plain_listen), 0);
    assert_string_equal(shell_output, "");
}

static void
metrics_are_asked_of_the_office_once_a_second_at_the_most(void **unused)
{
    (void)unused;
    assert_int_equal(shell_run("for i in 1 2 3 4 5 6 7 8; do curl -sS http://%s/metrics; done | "
                               "grep ^yidi_inputs_total | sort -u | wc -l",
                               plain_listen),
                     0);
    assert_int_equal(atoi(shell_output), 1);
}

/* ---- health, and the end ---- */

static void
console_knows_whether_the_office_works(void **unused)
{
    uint64_t before = journal_size(plain);
    (void)unused;
    assert_int_equal(shell_run("curl -sS http://%s/readyz", plain_listen), 0);
    assert_string_equal(shell_output, "{\"ready\":true}");
    assert_int_equal(shell_run("curl -sSk https://%s/readyz", encrypted_listen), 0);
    assert_string_equal(shell_output, "{\"ready\":true}");
    assert_true(journal_size(plain) == before); /* a probe is no act */
}

static void
console_ends_with_its_daemon_whoever_is_connected(void **unused)
{
    static const char half[] =
        "POST /api/v1/apply HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhal";
    int idle = browser_connect(plain_listen), busy = browser_connect(plain_listen);
    int handshake = browser_connect(encrypted_listen);
    (void)unused;
    assert_true(browser_send(busy, half, strlen(half)));
    network_stop(plain);
    network_stop(encrypted);
    close(idle);
    close(busy);
    close(handshake);
    (void)network_audit(plain); /* the row of the probe is no damage */
    network_start(plain);
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(console_refuses_to_start_in_the_open),
        cmocka_unit_test(console_refuses_a_certificate_of_another_key),
        cmocka_unit_test(console_speaks_tls_of_today),
        cmocka_unit_test(console_holds_many_encrypted_connections),
        cmocka_unit_test(console_does_not_leave_its_pages),
        cmocka_unit_test(console_takes_no_oversize_upload),
        cmocka_unit_test(console_answers_strangers_with_a_problem),
        cmocka_unit_test(console_serves_two_hundred_at_once),
        cmocka_unit_test(console_serves_others_while_slow_clients_hang),
        cmocka_unit_test(metrics_are_for_this_machine_or_for_who_has_the_token),
        cmocka_unit_test(metrics_tokens_are_secret_and_long),
        cmocka_unit_test(metrics_are_as_prometheus_wants_them),
        cmocka_unit_test(metrics_are_asked_of_the_office_once_a_second_at_the_most),
        cmocka_unit_test(console_knows_whether_the_office_works),
        cmocka_unit_test(console_ends_with_its_daemon_whoever_is_connected),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
