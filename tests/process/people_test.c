/* SPDX-License-Identifier: Apache-2.0
 *
 * people_test - operators of a real office: added with yidictl, logging in with curl, and what the
 * two doors refuse them. All names and passwords are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/core/lockout.h"
#include "common/io/file.h"
#include "common/io/journal.h"
#include "common/io/password.h"
#include "common/io/wire.h"
#include "tests/lib/browser.h"
#include "tests/lib/network.h"
#include "tests/lib/shell.h"
#include "tests/lib/tool.h"

#define JSON "-H 'Content-Type: application/json'"

enum { TOKEN_CHARS = 64, ATTEMPTS = 6 };

static struct network network;
static struct network_office *const brief = &network.offices[TIANHE];    /* short sessions, http */
static struct network_office *const window = &network.offices[SHENZHEN]; /* long ones, https */
static char brief_listen[BROWSER_LISTEN_BYTES], window_listen[BROWSER_LISTEN_BYTES];
static char token[TOKEN_CHARS + 1], csrf[TOKEN_CHARS + 1];
static char case_number[CASE_NUMBER_CHARS + 1]; /* at both offices; made before anybody is listed */
static bool failed;

static int
set_up(void **unused)
{
    char lines[500];
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    browser_choose_listen(brief_listen);
    do
        browser_choose_listen(window_listen);
    while (strcmp(brief_listen, window_listen) == 0);
    snprintf(lines, sizeof lines,
             "console = %s\nstart-hold = 0\nsession-idle = 3\nsession-max = 8\n", brief_listen);
    network_add_options(brief, lines);
    snprintf(lines, sizeof lines,
             "console = %s\nconsole-certificate = signing.pem\nconsole-key = signing.key\n"
             "start-hold = 0\n",
             window_listen);
    network_add_options(window, lines);
    network_start(brief);
    network_start(window);
    struct made_citizen citizen;
    struct made_application *application = calloc(1, sizeof *application);
    assert_non_null(application);
    citizen_make(1, brief->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, application);
    network_apply(window, application, "", case_number);
    free(application);
    network_wait_for_state(brief, case_number, "received");
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* yidictl at an office in somebody's name; answers its exit status. */
__attribute__((format(printf, 3, 4))) static int
ctl(struct network_office *office, const char *operator_name, const char *format, ...)
{
    char words[1000], socket[NETWORK_PATH_BYTES];
    const char *programs = getenv("YIDI_BIN");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return shell_run("YIDI_OPERATOR=%s %s/yidictl 2>&1 --socket %s %s", operator_name,
                     programs == NULL ? "build/bin" : programs,
                     network_path(office, "control", socket), words);
}

static void
add(struct network_office *office, const char *name, const char *roles)
{
    if (ctl(office, "root", "operator add %s %s --password-file - <<'END'\nwords of %s\nEND\n",
            name, roles, name) != 0)
        fail_msg("%s", shell_output);
}

static uint64_t
journal_size(struct network_office *office)
{
    if (ctl(office, "wang.admin", "--json status") != 0)
        fail_msg("%s", shell_output);
    const char *size = strstr(shell_output, "\"tree_size\":");
    assert_non_null(size);
    return strtoull(size + strlen("\"tree_size\":"), NULL, 10);
}

/* ---- the browser ---- */

static void
log_in_with(const char *listen, const char *name, const char *password, const char *more)
{
    assert_int_equal(
        shell_run("curl -sSi %s " JSON
                  " -d '{\"operator\":\"%s\",\"password\":\"%s\"}' http://%s/api/v1/session",
                  more, name, password, listen),
        0);
}

static void
copy_behind(const char *text, char ret_text[TOKEN_CHARS + 1])
{
    const char *start = strstr(shell_output, text);
    if (start == NULL)
        fail_msg("no %s in: %s", text, shell_output);
    snprintf(ret_text, TOKEN_CHARS + 1, "%s", start + strlen(text));
    assert_int_equal(strspn(ret_text, "0123456789abcdef"), TOKEN_CHARS);
}

static void
log_in(const char *name)
{
    char password[100];
    snprintf(password, sizeof password, "words of %s", name);
    log_in_with(brief_listen, name, password, "");
    shell_expect("HTTP/1.1 200");
    copy_behind("Set-Cookie: yidi=", token);
    copy_behind("\"csrf\":\"", csrf);
}

static void
post(const char *command, const char *body)
{
    assert_int_equal(shell_run("curl -sSi " JSON
                               " -H 'Cookie: yidi=%s' -H 'X-Yidi-Token: %s' -d '%s' "
                               "http://%s/api/v1/%s",
                               token, csrf, body, brief_listen, command),
                     0);
}

static void
get_session(void)
{
    assert_int_equal(
        shell_run("curl -sSi -H 'Cookie: yidi=%s' http://%s/api/v1/session", token, brief_listen),
        0);
}

/* ---- before anybody was added ---- */

static void
an_office_without_operators_works_as_ever(void **unused)
{
    (void)unused;
    assert_int_equal(ctl(brief, "anybody", "list"), 0);
    assert_int_equal(ctl(brief, "root", "operator list"), 0);
    shell_expect("no operators yet");
    log_in_with(brief_listen, "anybody", "words of anybody", "");
    shell_expect("HTTP/1.1 401");
    shell_expect("LOGIN_FAILED");
}

static void
operators_are_added_with_passwords_that_are_no_arguments(void **unused)
{
    (void)unused;
    add(brief, "li.examiner", "--role examiner");
    add(brief, "zhou.issuer", "--role issuer --role examiner");
    add(brief, "wang.admin", "--role administrator");
    add(brief, "sun.auditor", "--role auditor");
    add(window, "zhao.clerk", "--role clerk");
    assert_int_equal(ctl(brief, "root", "operator add li.examiner --role issuer --no-password"), 1);
    shell_expect("OPERATOR_TAKEN");
    assert_int_equal(ctl(brief, "root", "operator add x --role king --no-password"), 1);
    shell_expect("OPERATOR_ROLES_INVALID");
    assert_int_equal(
        ctl(brief, "root", "operator add x --role auditor --role issuer --no-password"), 1);
    shell_expect("OPERATOR_ROLES_INVALID");
    assert_int_equal(ctl(brief, "root", "operator add X --role issuer --no-password"), 1);
    shell_expect("OPERATOR_INVALID");
    assert_int_equal(
        ctl(brief, "root", "operator add x --role issuer --password-file - <<END\nshort\nEND\n"),
        1);
    shell_expect("PASSWORD_INVALID");
    assert_int_equal(ctl(brief, "root", "operator add x --role issuer </dev/null"), 1);
    shell_expect("OPTION_INVALID");
    assert_int_equal(ctl(brief, "root", "operator disable nobody"), 1);
    shell_expect("OPERATOR_UNKNOWN");
    assert_int_equal(ctl(brief, "root", "--json operator list"), 0);
    shell_expect("{\"name\":\"zhou.issuer\",\"roles\":[\"examiner\",\"issuer\"]");
    shell_expect_not("argon2");
}

/* ---- the socket ---- */

static void
the_socket_refuses_whoever_is_not_listed_or_lacks_the_role(void **unused)
{
    (void)unused;
    assert_int_equal(ctl(brief, "anybody", "status"), 1);
    shell_expect("NOT_PERMITTED");
    assert_int_equal(ctl(brief, "li.examiner", "status"), 0);
    assert_int_equal(ctl(brief, "wang.admin", "list"), 1);
    shell_expect("NOT_PERMITTED");
    assert_int_equal(ctl(brief, "sun.auditor", "list"), 0);
    assert_int_equal(ctl(brief, "wang.admin", "recover"), 0);
    assert_int_equal(ctl(brief, "sun.auditor", "recover --start"), 1);
    shell_expect("NOT_PERMITTED");
    assert_int_equal(ctl(brief, "anybody", "operator disable sun.auditor"), 0);
    assert_int_equal(ctl(brief, "sun.auditor", "list"), 1);
    shell_expect("disabled");
    assert_int_equal(ctl(brief, "anybody", "operator enable sun.auditor"), 0);
    assert_int_equal(ctl(brief, "sun.auditor", "list"), 0);
}

/* ---- what the pages ask ---- */

static void
a_search_over_http_leaves_an_entry_and_nothing_in_the_log(void **unused)
{
    char log[NETWORK_PATH_BYTES];
    (void)unused;
    log_in("li.examiner");
    const uint64_t before = journal_size(brief);
    post("search", "{\"text\":\"310115000001-261122-0000017-G\"}");
    shell_expect("HTTP/1.1 200");
    assert_int_equal(journal_size(brief), before);
    post("search", "{\"text\":\"110105 19491231 002x\",\"limit\":50}");
    shell_expect("HTTP/1.1 200");
    post("search", "{\"text\":\"欧阳修远\",\"limit\":50,\"after\":\"\"}");
    shell_expect("HTTP/1.1 200");
    assert_int_equal(journal_size(brief), before + 2);
    post("search", "{\"text\":\"11010519491231002\"}");
    shell_expect("HTTP/1.1 4");
    shell_expect("\"code\":\"CITIZEN_NUMBER_INVALID\"");
    shell_expect("\"field\":\"search.text\"");
    shell_expect_not("1949");
    assert_int_equal(ctl(brief, "sun.auditor", "search 欧阳修远"), 0);
    shell_expect("no cases");
    assert_int_equal(ctl(brief, "wang.admin", "search 欧阳修远"), 1);
    shell_expect("NOT_PERMITTED");
    assert_int_equal(journal_size(brief), before + 3);
    assert_int_equal(shell_run("grep -c '19491231\\|欧阳' %s", network_path(brief, "log", log)), 1);
}

static void
a_case_in_hand_binds_both_doors(void **unused)
{
    char body[200], log[NETWORK_PATH_BYTES];
    (void)unused;
    snprintf(body, sizeof body, "{\"case_number\":\"%s\"}", case_number);
    log_in("li.examiner");
    post("lease", body);
    shell_expect("HTTP/1.1 200");
    shell_expect("\"lease\":{\"operator\":\"li.examiner\",\"until_ms\":");
    post("list", "{}");
    shell_expect("\"lease\":{\"operator\":\"li.examiner\"");
    assert_int_equal(ctl(brief, "zhou.issuer", "examine %s", case_number), 1);
    shell_expect("CASE_LEASED");
    log_in("zhou.issuer");
    post("lease", body);
    shell_expect("\"code\":\"CASE_LEASED\"");
    shell_expect("\"field\":\"case_number\"");
    assert_int_equal(ctl(brief, "zhou.issuer", "lease %s --take-over", case_number), 2);
    assert_int_equal(ctl(brief, "sun.auditor", "lease %s", case_number), 1);
    shell_expect("NOT_PERMITTED");
    network_stop(brief);
    network_start(brief);
    assert_int_equal(ctl(brief, "sun.auditor", "list"), 0);
    shell_expect("in hand: li.examiner");
    assert_int_equal(
        ctl(brief, "zhou.issuer", "lease %s --take-over --reason 'gone home'", case_number), 0);
    shell_expect("zhou.issuer has it in hand until ");
    log_in("li.examiner");
    snprintf(body, sizeof body, "{\"verb\":\"EXAMINE\",\"case_numbers\":[\"%s\"]}", case_number);
    post("decide", body);
    shell_expect("CASE_LEASED");
    assert_int_equal(ctl(brief, "zhou.issuer", "lease %s --release", case_number), 0);
    shell_expect("nobody has it in hand");
    assert_int_equal(ctl(brief, "sun.auditor", "show %s", case_number), 0);
    shell_expect_not("in hand");
    assert_int_equal(shell_run("grep -c 'gone home' %s", network_path(brief, "log", log)), 1);
}

static void
the_window_quotes_a_fee_and_no_other_office_does(void **unused)
{
    char cookie[TOKEN_CHARS + 1], secret[TOKEN_CHARS + 1];
    (void)unused;
    assert_int_equal(shell_run("curl -sSik " JSON
                               " -d '{\"operator\":\"zhao.clerk\",\"password\":\"words "
                               "of zhao.clerk\"}' https://%s/api/v1/session",
                               window_listen),
                     0);
    copy_behind("Set-Cookie: __Host-yidi=", cookie);
    copy_behind("\"csrf\":\"", secret);
    shell_run("curl -sSik " JSON " -H 'Cookie: __Host-yidi=%s' -H 'X-Yidi-Token: %s' -d "
              "'{\"kind\":\"RENEWAL\",\"reason\":\"EXPIRED\",\"fee_waiver\":\"HARDSHIP\","
              "\"birth_date\":19450301,\"registration_division\":\"\"}' https://%s/api/v1/quote",
              cookie, secret, window_listen);
    shell_expect("HTTP/1.1 200");
    shell_expect("\"fee_fen\":1000,");
    shell_expect("\"statutory_deadline_ms\":");
    shell_expect("\"validity\":{");
    log_in("li.examiner");
    post("quote", "{\"kind\":\"RENEWAL\",\"reason\":\"EXPIRED\"}");
    shell_expect("\"code\":\"COMMAND_UNKNOWN\"");
}

/* ---- logging in and out ---- */

static void
logging_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get(void **unused)
{
    (void)unused;
    log_in("li.examiner");
    shell_expect("; Path=/; HttpOnly; SameSite=Strict\r\n");
    shell_expect("{\"operator\":\"li.examiner\",\"roles\":[\"examiner\"],\"csrf\":\"");
    shell_expect("\"language\":\"zh\",\"office\":{\"code\":\"440106");
    shell_expect("\"role\":\"registry\"");
    shell_expect("Cache-Control: no-store");
    get_session();
    shell_expect("HTTP/1.1 200");
    shell_expect(csrf);
    post("list", "{}");
    shell_expect("HTTP/1.1 200");
    assert_int_equal(shell_run("curl -sSik " JSON
                               " -d '{\"operator\":\"zhao.clerk\",\"password\":\"words "
                               "of zhao.clerk\"}' https://%s/api/v1/session",
                               window_listen),
                     0);
    shell_expect("Set-Cookie: __Host-yidi=");
    shell_expect("; Path=/; Secure; HttpOnly; SameSite=Strict\r\n");
}

static void
a_token_counts_in_its_cookie_alone(void **unused)
{
    (void)unused;
    log_in("li.examiner");
    shell_run("curl -sSi 'http://%s/api/v1/session?yidi=%s'", brief_listen, token);
    shell_expect("HTTP/1.1 401");
    shell_run("curl -sSi -H 'Authorization: Bearer %s' http://%s/api/v1/session", token,
              brief_listen);
    shell_expect("HTTP/1.1 401");
}

static void
a_post_without_the_token_of_the_page_is_refused(void **unused)
{
    char former[TOKEN_CHARS + 1];
    (void)unused;
    log_in("zhou.issuer");
    memcpy(former, csrf, sizeof former);
    log_in("li.examiner");
    assert_int_equal(shell_run("curl -sSi " JSON
                               " -H 'Cookie: yidi=%s' -d '{}' http://%s/api/v1/list",
                               token, brief_listen),
                     0);
    shell_expect("HTTP/1.1 403");
    memcpy(csrf, former, sizeof csrf); /* of another session */
    post("list", "{}");
    shell_expect("HTTP/1.1 403");
    shell_expect("FOREIGN_PAGE");
    post("logout", "{}");
    shell_expect("HTTP/1.1 403");
    get_session();
    shell_expect("HTTP/1.1 200");
}

static void
a_foreign_page_logs_nobody_in(void **unused)
{
    (void)unused;
    log_in_with(brief_listen, "li.examiner", "words of li.examiner",
                "-H 'Origin: https://elsewhere.example'");
    shell_expect("HTTP/1.1 403");
    log_in_with(brief_listen, "li.examiner", "words of li.examiner",
                "-H 'Sec-Fetch-Site: cross-site'");
    shell_expect("HTTP/1.1 403");
    shell_expect_not("Set-Cookie");
    shell_run("curl -sSi -d '{\"operator\":\"li.examiner\",\"password\":\"words of li.examiner\"}' "
              "http://%s/api/v1/session",
              brief_listen);
    shell_expect("HTTP/1.1 400");
    char own[100];
    snprintf(own, sizeof own, "-H 'Origin: http://%s' -H 'Sec-Fetch-Site: same-origin'",
             brief_listen);
    log_in_with(brief_listen, "li.examiner", "words of li.examiner", own);
    shell_expect("HTTP/1.1 200");
}

static void
a_cookie_that_was_planted_is_not_made_a_session(void **unused)
{
    static const char planted[] =
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    char more[200];
    (void)unused;
    snprintf(more, sizeof more, "-H 'Cookie: yidi=%s'", planted);
    log_in_with(brief_listen, "li.examiner", "words of li.examiner", more);
    shell_expect("HTTP/1.1 200");
    copy_behind("Set-Cookie: yidi=", token);
    assert_string_not_equal(token, planted);
    shell_run("curl -sSi %s http://%s/api/v1/session", more, brief_listen);
    shell_expect("HTTP/1.1 401");
}

static void
logging_in_again_ends_the_browser_s_former_session(void **unused)
{
    char more[200], former[TOKEN_CHARS + 1];
    (void)unused;
    log_in("li.examiner");
    memcpy(former, token, sizeof former);
    snprintf(more, sizeof more, "-H 'Cookie: yidi=%s'", token);
    log_in_with(brief_listen, "zhou.issuer", "words of zhou.issuer", more);
    shell_expect("HTTP/1.1 200");
    memcpy(token, former, sizeof token);
    get_session();
    shell_expect("HTTP/1.1 401");
}

static void
a_cookie_is_worth_nothing_after_logging_out(void **unused)
{
    (void)unused;
    log_in("li.examiner");
    uint64_t before = journal_size(brief);
    post("logout", "{}");
    shell_expect("HTTP/1.1 200");
    shell_expect("Set-Cookie: yidi=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0\r\n");
    assert_true(journal_size(brief) == before + 1);
    get_session();
    shell_expect("HTTP/1.1 401");
    post("list", "{}");
    shell_expect("HTTP/1.1 401");
}

/* ---- the end of a session ---- */

static void
an_idle_session_ends_and_a_used_one_ends_in_the_end(void **unused)
{
    (void)unused;
    log_in("li.examiner");
    for (int second = 0; second < 4; second++) {
        sleep(1);
        post("list", "{}");
        shell_expect("HTTP/1.1 200"); /* beyond the idle time of 3 s */
    }
    for (int second = 0; second < 5; second++) {
        sleep(1);
        post("list", "{}");
    }
    shell_expect("HTTP/1.1 401"); /* beyond 8 s */
    log_in("li.examiner");
    for (int second = 0; second < 4; second++) {
        sleep(1);
        assert_int_equal(shell_run("curl -sSi " JSON " -H 'Cookie: yidi=%s' -H 'X-Yidi-Token: %s' "
                                   "-H 'X-Yidi-Unattended: 1' -d '{}' http://%s/api/v1/list",
                                   token, csrf, brief_listen),
                         0);
    }
    shell_expect("HTTP/1.1 401"); /* the page was there, but nobody */
}

static void
a_session_ends_at_once_with_a_change_of_its_operator(void **unused)
{
    static const char *const changes[] = { "operator disable li.examiner",
                                           "operator enable li.examiner",
                                           "operator roles li.examiner --role examiner",
                                           "operator password li.examiner --password-file - "
                                           "<<'END'\nwords of li.examiner\nEND\n" };
    (void)unused;
    log_in("li.examiner");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        assert_int_equal(ctl(brief, "root", "%s", changes[i]), 0);
        post("list", "{}");
        shell_expect("HTTP/1.1 401");
        if (i == 0) {
            log_in_with(brief_listen, "li.examiner", "words of li.examiner", "");
            shell_expect("LOGIN_FAILED"); /* in the words of a wrong password */
        } else {
            log_in("li.examiner");
        }
    }
}

static void
a_session_outlives_the_daemon(void **unused)
{
    (void)unused;
    log_in("li.examiner");
    network_kill(brief);
    network_launch(brief);
    for (int i = 0; i < 100 && ctl(brief, "wang.admin", "status") != 0; i++)
        usleep(20000);
    post("list", "{}");
    shell_expect("HTTP/1.1 200");
}

/* ---- roles, and personal data ---- */

static void
the_console_refuses_what_the_role_does_not_do(void **unused)
{
    static const char issue[] =
        "{\"verb\":\"ISSUE\",\"case_numbers\":[\"440305000001261122000001X4\"]}";
    (void)unused;
    log_in("li.examiner");
    post("decide", issue);
    shell_expect("HTTP/1.1 403");
    shell_expect("NOT_PERMITTED");
    shell_expect("that is done by: issuer");
    post("operator_list", "{}");
    shell_expect("HTTP/1.1 403");
    post("operator_change", "{\"verb\":\"OPERATOR_ROLES\",\"name\":\"li.examiner\",\"roles\":"
                            "[\"administrator\"]}");
    shell_expect("HTTP/1.1 403");
    log_in("zhou.issuer");
    post("decide", issue);
    shell_expect("CASE_UNKNOWN");
    log_in("sun.auditor");
    post("decide", issue);
    shell_expect("HTTP/1.1 403");
    post("show", "{\"case_number\":\"440305000001261122000001X4\",\"full\":true,\"reason\":\"r\"}");
    shell_expect("HTTP/1.1 404");
    log_in("wang.admin");
    post("show", "{\"case_number\":\"440305000001261122000001X4\",\"full\":true,\"reason\":\"r\"}");
    shell_expect("HTTP/1.1 403");
    post("list", "{}");
    shell_expect("HTTP/1.1 403");
    post("operator_list", "{}");
    shell_expect("{\"operators\":[{\"name\":\"li.examiner\",\"roles\":[\"examiner\"]");
    shell_expect_not("argon2");
}

static void
a_browser_cannot_ask_what_the_console_asks_of_itself(void **unused)
{
    static const char *const commands[] = { "session_open", "session_refuse", "session_touch",
                                            "session_close", "probe" };
    (void)unused;
    log_in("wang.admin");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        post(commands[i], "{}");
        shell_expect("COMMAND_UNKNOWN");
    }
}

/* ---- failing ---- */

/* Who fails, from where, as an address is locked, too, after twenty failures; how often so far, and
 * when an answer said so last. */
struct stranger {
    const char *name, *address;
    unsigned failures;
    unsigned long answered_ms;
};

/* After so many failures nobody is heard under that name for so long. */
static unsigned long
pause_ms(unsigned failures)
{
    return failures <= LOCKOUT_OPERATOR_FREE
               ? 0
               : (unsigned long)LOCKOUT_FIRST_MS << (failures - LOCKOUT_OPERATOR_FREE - 1);
}

/* Once more with wrong words; false when they were not heard any more. A machine that is busy may
 * be slower than the pause: then it was right to hear them, and the pause doubles. */
static bool
fail_to_log_in(struct stranger *stranger)
{
    shell_run("curl -sSi --interface %s " JSON
              " -d \"{\\\"operator\\\":\\\"%s\\\",\\\"password\\\":\\\"wrong words\\\"}\" "
              "http://%s/api/v1/session",
              stranger->address, stranger->name, brief_listen);
    shell_expect_not("Set-Cookie");
    if (strstr(shell_output, "HTTP/1.1 429") != NULL)
        return false;
    shell_expect("HTTP/1.1 401");
    shell_expect("LOGIN_FAILED");
    const unsigned long now_ms = browser_now_ms();
    if (now_ms - stranger->answered_ms < pause_ms(stranger->failures))
        fail_msg("%s is heard after %u failures", stranger->name, stranger->failures);
    stranger->answered_ms = now_ms;
    stranger->failures++;
    return true;
}

/* Answers for how many seconds nobody is heard under that name now. */
static unsigned
lock_out(struct stranger *stranger)
{
    while (fail_to_log_in(stranger))
        ;
    assert_true(stranger->failures > LOCKOUT_OPERATOR_FREE);
    shell_expect("LOGIN_LOCKED");
    const char *seconds = strstr(shell_output, "Retry-After: ");
    assert_non_null(seconds);
    unsigned long wait_s = strtoul(seconds + strlen("Retry-After: "), NULL, 10);
    assert_in_range(wait_s, 1, pause_ms(stranger->failures) / 1000);
    return (unsigned)wait_s;
}

static void
names_that_exist_and_others_are_refused_alike_and_locked_alike(void **unused)
{
    struct stranger strangers[] = { { "zhou.issuer", "127.0.0.2", 0, 0 },
                                    { "no.such", "127.0.0.3", 0, 0 },
                                    { "' OR 1=1", "127.0.0.4", 0, 0 } };
    (void)unused;
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        uint64_t before = journal_size(brief);
        (void)lock_out(&strangers[i]);
        assert_true(journal_size(brief) == before + strangers[i].failures);
    }
}

/* A right password ends the count, so a machine that was too slow for it begins anew. */
static void
the_right_password_comes_too_early_too(void **unused)
{
    unsigned wait_s;
    (void)unused;
    for (int attempt = 0;; attempt++) {
        struct stranger stranger = { .name = "zhou.issuer", .address = "127.0.0.5" };
        assert_int_equal(ctl(brief, "root", "operator enable zhou.issuer"), 0);
        wait_s = lock_out(&stranger);
        log_in_with(brief_listen, "zhou.issuer", "words of zhou.issuer", "");
        if (strstr(shell_output, "HTTP/1.1 429") != NULL)
            break;
        shell_expect("HTTP/1.1 200");
        assert_true(browser_now_ms() - stranger.answered_ms >= pause_ms(stranger.failures));
        assert_true(attempt < ATTEMPTS);
    }
    assert_int_equal(ctl(brief, "root", "operator list"), 0);
    shell_expect("locked out until");
    sleep(wait_s + 1);
    log_in("zhou.issuer");
    struct stranger stranger = { .name = "zhou.issuer", .address = "127.0.0.6" };
    (void)lock_out(&stranger);
    assert_int_equal(ctl(brief, "root", "operator enable zhou.issuer"), 0);
    log_in("zhou.issuer"); /* at once */
}

/* Whoever was heard again because the start took longer than the pause waits longer next time. */
static void
a_lock_outlives_the_daemon(void **unused)
{
    struct stranger stranger = { .name = "zhou.issuer", .address = "127.0.0.7" };
    (void)unused;
    (void)lock_out(&stranger);
    for (int attempt = 0;; attempt++) {
        network_kill(brief);
        network_launch(brief);
        for (int i = 0; i < 100 && ctl(brief, "wang.admin", "status") != 0; i++)
            usleep(20000);
        if (!fail_to_log_in(&stranger))
            break;
        assert_true(attempt < ATTEMPTS);
    }
    shell_expect("LOGIN_LOCKED");
    assert_int_equal(ctl(brief, "root", "operator enable zhou.issuer"), 0);
    log_in("zhou.issuer");
}

static void
many_at_once_are_verified_one_after_the_other(void **unused)
{
    (void)unused;
    assert_int_equal(
        shell_run("for i in $(seq 40); do curl -s -o /dev/null -w '%%{http_code}\\n' " JSON
                  " -d '{\"operator\":\"li.examiner\",\"password\":\"words of "
                  "li.examiner\"}' http://%s/api/v1/session & done; wait",
                  brief_listen),
        0);
    shell_expect("200");
    shell_expect("503"); /* more than wait at most */
    get_session();
    shell_expect("HTTP/1.1 "); /* it still answers */
    assert_int_equal(ctl(brief, "wang.admin", "status"), 0);
}

/* ---- what is left of it ---- */

static void
the_journal_holds_names_of_operators_and_no_password(void **unused)
{
    char path[NETWORK_PATH_BYTES];
    (void)unused;
    network_stop(brief);
    network_stop(window);
    assert_true(network_audit(brief) > 0);
    network_path(brief, "data/data.mdb", path);
    assert_int_equal(shell_run("grep -ac 'words of ' %s", path), 1);
    assert_int_equal(shell_run("grep -ac 'wrong words' %s", path), 1);
    assert_int_equal(shell_run("grep -ac 'no\\.such' %s", path), 1);
    assert_int_equal(shell_run("grep -ac '%s' %s", token, path), 1);
    assert_int_equal(shell_run("grep -ac 'log-in-refused' %s", path), 0);
    network_path(brief, "log", path);
    assert_int_equal(shell_run("grep -ac 'words of \\|%s' %s", token, path), 1);
    failed = false;
}

static int
ask_for_session_at_window(const char *cookie)
{
    return shell_run("curl -sSik -H 'Cookie: __Host-yidi=%s' https://%s/api/v1/session", cookie,
                     window_listen);
}

/* What was set back is not what the people in front of browsers have seen. */
static void
a_restore_ends_every_session_and_a_restart_none(void **unused)
{
    static struct tool tool;
    char path[NETWORK_PATH_BYTES], cookie[TOKEN_CHARS + 1];
    (void)unused;
    failed = true;
    network_start(window);
    assert_int_equal(shell_run("curl -sSik " JSON
                               " -d '{\"operator\":\"zhao.clerk\",\"password\":\"words "
                               "of zhao.clerk\"}' https://%s/api/v1/session",
                               window_listen),
                     0);
    copy_behind("Set-Cookie: __Host-yidi=", cookie);
    tool_backup(&tool, window, "backups", NULL, 0);
    assert_int_equal(tool_wait(&tool), 0);
    network_stop(window);
    network_start(window);
    assert_int_equal(ask_for_session_at_window(cookie), 0);
    shell_expect("HTTP/1.1 200");
    network_stop(window);
    network_path(window, "", path);
    assert_int_equal(shell_run("cd %s && mv data lost && mv backups/* backup", path), 0);
    tool_restore(&tool, window, network_path(window, "backup", path), "data", 0);
    if (tool_wait(&tool) != 0)
        fail_msg("%s", tool.text);
    network_launch(window);
    for (int i = 0; i < 100 && ctl(window, "zhao.clerk", "status") != 0; i++)
        usleep(20000);
    shell_expect("restored from a backup");
    assert_int_equal(ask_for_session_at_window(cookie), 0);
    shell_expect("HTTP/1.1 401");
    assert_int_equal(ctl(window, "root", "operator list"), 0);
    shell_expect("zhao.clerk");
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_office_without_operators_works_as_ever),
        cmocka_unit_test(operators_are_added_with_passwords_that_are_no_arguments),
        cmocka_unit_test(the_socket_refuses_whoever_is_not_listed_or_lacks_the_role),
        cmocka_unit_test(a_search_over_http_leaves_an_entry_and_nothing_in_the_log),
        cmocka_unit_test(a_case_in_hand_binds_both_doors),
        cmocka_unit_test(the_window_quotes_a_fee_and_no_other_office_does),
        cmocka_unit_test(logging_in_gives_a_cookie_that_scripts_and_other_sites_do_not_get),
        cmocka_unit_test(a_token_counts_in_its_cookie_alone),
        cmocka_unit_test(a_post_without_the_token_of_the_page_is_refused),
        cmocka_unit_test(a_foreign_page_logs_nobody_in),
        cmocka_unit_test(a_cookie_that_was_planted_is_not_made_a_session),
        cmocka_unit_test(logging_in_again_ends_the_browser_s_former_session),
        cmocka_unit_test(a_cookie_is_worth_nothing_after_logging_out),
        cmocka_unit_test(an_idle_session_ends_and_a_used_one_ends_in_the_end),
        cmocka_unit_test(a_session_ends_at_once_with_a_change_of_its_operator),
        cmocka_unit_test(a_session_outlives_the_daemon),
        cmocka_unit_test(the_console_refuses_what_the_role_does_not_do),
        cmocka_unit_test(a_browser_cannot_ask_what_the_console_asks_of_itself),
        cmocka_unit_test(names_that_exist_and_others_are_refused_alike_and_locked_alike),
        cmocka_unit_test(the_right_password_comes_too_early_too),
        cmocka_unit_test(a_lock_outlives_the_daemon),
        cmocka_unit_test(many_at_once_are_verified_one_after_the_other),
        cmocka_unit_test(the_journal_holds_names_of_operators_and_no_password),
        cmocka_unit_test(a_restore_ends_every_session_and_a_restart_none),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
