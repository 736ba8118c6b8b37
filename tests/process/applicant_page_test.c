/* SPDX-License-Identifier: Apache-2.0
 *
 * applicant_page_test - what strangers find at the console of a real window: their own case, when
 * they have its receipt, and nothing else. All persons are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/domain/case_number.h"
#include "common/domain/receipt_code.h"
#include "tests/lib/browser.h"
#include "tests/lib/journey.h"
#include "tests/lib/tool.h"

#define ADDRESS "https://id.example.cn"

enum { QUESTIONS_A_MINUTE = 200, FEW_A_MINUTE = 3, REQUEST_BYTES = 8192 };

static struct network network;
static struct network_office *const window = &network.offices[SHENZHEN];
static struct network_office *const slow = &network.offices[FUTIAN]; /* hears few questions */
static struct network_office *const registry = &network.offices[QINGYANG];
static char listen_at[BROWSER_LISTEN_BYTES], slow_at[BROWSER_LISTEN_BYTES],
    registry_at[BROWSER_LISTEN_BYTES];
static struct made_application application;
static struct tool tool;
static char number[CASE_NUMBER_CHARS + 1], code[RECEIPT_CODE_CHARS + 1];
static bool failed;

static void
add_console(struct network_office *office, char at[BROWSER_LISTEN_BYTES], const char *more)
{
    char lines[500];
    browser_choose_listen(at);
    snprintf(lines, sizeof lines, "console = %s\nstart-hold = 0\n%s", at, more);
    network_add_options(office, lines);
}

/* Print the receipt, and read its QR code as a phone would. */
static void
scan_receipt(char ret_scan[RECEIPT_SCAN_CHARS_MAX + 1])
{
    char socket[NETWORK_PATH_BYTES], path[NETWORK_PATH_BYTES];
    char command[3 * NETWORK_PATH_BYTES + 100], read[256] = "";
    network_path(window, "receipt.svg", path);
    network_path(window, "control", socket);
    if (tool_run(&tool, (const char *[]){ "--socket", socket, "--operator", "clerk1", "print",
                                          "receipt", number, "--out", path, NULL }) != 0)
        fail_msg("%s", tool.text);
    snprintf(command, sizeof command,
             "rsvg-convert -d 150 -p 150 '%s' -o '%s.png' && zbarimg --nodbus -q --raw '%s.png'",
             path, path, path);
    FILE *scanner = popen(command, "r");
    assert_non_null(scanner);
    assert_non_null(fgets(read, sizeof read, scanner));
    assert_int_equal(pclose(scanner), 0);
    read[strcspn(read, "\n")] = '\0';
    assert_in_range(strlen(read), RECEIPT_SCAN_CHARS, RECEIPT_SCAN_CHARS_MAX);
    strcpy(ret_scan, read);
}

static int
set_up(void **unused)
{
    (void)unused;
    char scan[RECEIPT_SCAN_CHARS_MAX + 1], scanned[CASE_NUMBER_CHARS + 1], lines[200];
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    snprintf(lines, sizeof lines,
             "applicant-page = yes\napplicant-rate = %d\npublic-address = " ADDRESS "\n",
             QUESTIONS_A_MINUTE);
    add_console(window, listen_at, lines);
    snprintf(lines, sizeof lines, "applicant-page = yes\napplicant-rate = %d\n", FEW_A_MINUTE);
    add_console(slow, slow_at, lines);
    add_console(registry, registry_at, "applicant-page = yes\n");
    network_start(window);
    network_start(slow);
    network_start(registry);
    network_populate(registry, 1, 5, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    network_apply(window, &application, "", number);
    network_wait_for_state(registry, number, "received");
    scan_receipt(scan);
    assert_int_equal(strncmp(scan, ADDRESS "/status#yidi:1:", sizeof ADDRESS "/status#yidi:1:" - 1),
                     0);
    assert_true(receipt_code_read_scan(scan, scanned, code));
    assert_string_equal(scanned, number);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* ---- asking ---- */

static struct browser_reply *
get(const char *at, const char *path)
{
    char request[REQUEST_BYTES];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
             path);
    struct browser_reply *reply = browser_ask(at, request);
    assert_non_null(reply);
    return reply;
}

static struct browser_reply *
post(const char *at, const char *type, const char *body)
{
    char request[REQUEST_BYTES];
    snprintf(request, sizeof request,
             "POST /api/v1/public/status HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\n"
             "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
             type, strlen(body), body);
    struct browser_reply *reply = browser_ask(at, request);
    assert_non_null(reply);
    return reply;
}

static struct browser_reply *
ask(const char *at, const char *of_number, const char *with_code)
{
    char body[1000];
    snprintf(body, sizeof body, "{\"case_number\":\"%s\",\"code\":\"%s\"}", of_number, with_code);
    return post(at, "application/json", body);
}

static void
expect(struct browser_reply *take_reply, int status, const char *wanted)
{
    if (take_reply->status != status || strstr(take_reply->body, wanted) == NULL)
        fail_msg("%d %s, not %d %s", take_reply->status, take_reply->body, status, wanted);
    assert_string_equal(browser_header(take_reply, "Cache-Control"), "no-store");
    free(take_reply);
}

static uint64_t
tree_size(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(window, &answer);
    return answer.response->status->tree_size;
}

static void
make_wrong(char ret_wrong[RECEIPT_CODE_CHARS + 1])
{
    memcpy(ret_wrong, code, RECEIPT_CODE_CHARS + 1);
    ret_wrong[4] = ret_wrong[4] == '7' ? '8' : '7';
}

/* ---- tests ---- */

static void
whoever_has_the_receipt_sees_the_case_and_nobody_in_it(void **unused)
{
    (void)unused;
    char typed[64], grouped[RECEIPT_GROUPED_CHARS + 1];
    uint64_t before = tree_size();
    struct browser_reply *reply = ask(listen_at, number, code);
    assert_int_equal(reply->status, 200);
    assert_non_null(strstr(reply->body, "\"stage\":\"examination\""));
    assert_non_null(strstr(reply->body, window->code));
    assert_null(strstr(reply->body, application.person.name));
    assert_null(strstr(reply->body, application.citizen.number));
    assert_null(strstr(reply->body, application.form.phone));
    assert_null(strstr(reply->body, code));
    assert_null(browser_header(reply, "Set-Cookie"));
    free(reply);
    snprintf(typed, sizeof typed, "%.12s-%.6s-%.7s-%s", number, number + 12, number + 18,
             number + 25);
    receipt_code_group(code, grouped);
    expect(ask(listen_at, typed, grouped), 200, "\"stage\":\"examination\"");
    assert_int_equal(tree_size(), before); /* looking is no act */
    failed = false;
}

/* Word for word. */
static void
wrong_numbers_and_wrong_codes_get_one_answer(void **unused)
{
    (void)unused;
    char wrong[RECEIPT_CODE_CHARS + 1], never[CASE_NUMBER_CHARS + 1], far[CASE_NUMBER_CHARS + 1];
    failed = true;
    make_wrong(wrong);
    assert_int_equal(case_number_format(window->code, 20260101, 77, never), OK);
    assert_int_equal(case_number_format(slow->code, 20260101, 77, far), OK);
    const char *const asked[][2] = { { number, wrong }, { never, code },
                                     { far, code },     { number, "7K3QX" },
                                     { "1234", code },  { "<script>alert(1)</script>", code },
                                     { number, "Ü" } };
    struct browser_reply *first = ask(listen_at, number, wrong);
    assert_int_equal(first->status, 404);
    assert_non_null(strstr(first->body, "\"code\":\"STATUS_UNKNOWN\""));
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct browser_reply *reply = ask(listen_at, asked[i][0], asked[i][1]);
        assert_int_equal(reply->status, 404);
        assert_string_equal(reply->body, first->body);
        free(reply);
    }
    free(first);
    expect(ask(slow_at, number, code), 404, "STATUS_UNKNOWN"); /* another office's receipt */
    failed = false;
}

static void
what_is_no_question_is_refused(void **unused)
{
    (void)unused;
    char big[6000];
    failed = true;
    expect(post(listen_at, "text/plain", "{}"), 400, "MALFORMED");
    expect(post(listen_at, "application/json", "{}"), 400, "MALFORMED");
    expect(post(listen_at, "application/json", "not JSON"), 400, "MALFORMED");
    expect(post(listen_at, "application/json", "{\"case_number\":1,\"code\":2}"), 400, "MALFORMED");
    memset(big, ' ', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    expect(post(listen_at, "application/json", big), 413, "BODY_TOO_LARGE");
    expect(get(listen_at, "/api/v1/public/status"), 405, "METHOD_NOT_ALLOWED");
    expect(get(listen_at, "/api/v1/public/case"), 401, "SESSION_MISSING");
    failed = false;
}

static void
one_address_is_not_heard_all_the_time(void **unused)
{
    (void)unused;
    int heard = 0;
    failed = true;
    for (int i = 0; i < 4 * FEW_A_MINUTE; i++) {
        struct browser_reply *reply = ask(slow_at, number, code);
        heard += reply->status == 404;
        if (reply->status != 404) {
            assert_int_equal(reply->status, 429);
            assert_non_null(strstr(reply->body, "ASKED_TOO_OFTEN"));
            assert_in_range(atoi(browser_header(reply, "Retry-After")), 1, 60 / FEW_A_MINUTE);
        }
        free(reply);
    }
    assert_in_range(heard, 1, FEW_A_MINUTE);
    failed = false;
}

/* What a request says of where it comes from is said by whoever asks. */
static void
no_header_makes_another_address_of_it(void **unused)
{
    static const char *const headers[] = { "X-Forwarded-For",  "X-Real-IP",      "Forwarded",
                                           "Client-IP",        "True-Client-IP", "Via",
                                           "CF-Connecting-IP", "User-Agent" };
    char request[REQUEST_BYTES], body[200];
    int heard = 0;
    (void)unused;
    failed = true;
    snprintf(body, sizeof body, "{\"case_number\":\"%s\",\"code\":\"%s\"}", number, code);
    for (size_t i = 0; i < 4 * sizeof headers / sizeof *headers; i++) {
        int connection = browser_connect_from("127.0.0.9", slow_at);
        snprintf(request, sizeof request,
                 "POST /api/v1/public/status HTTP/1.1\r\nHost: a\r\n%s: 192.0.2.%zu\r\n"
                 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                 headers[i % (sizeof headers / sizeof *headers)], i, strlen(body), body);
        assert_true(browser_send(connection, request, strlen(request)));
        struct browser_reply *reply = browser_receive(connection, false);
        assert_non_null(reply);
        heard += reply->status == 404;
        assert_true(reply->status == 404 || reply->status == 429);
        free(reply);
        close(connection);
    }
    assert_in_range(heard, 1, FEW_A_MINUTE + 1); /* a machine that is busy takes its time */
    failed = false;
}

/* From then on the right code is not heard either: whoever guesses does not learn it. */
static void
a_code_cannot_be_guessed(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    struct browser_reply *reply;
    static struct made_application another;
    char guess[RECEIPT_CODE_CHARS + 1] = "0000000000", other[CASE_NUMBER_CHARS + 1];
    int heard = 0;
    failed = true;
    citizen_make(2, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &another);
    network_apply(window, &another, "another", other);
    for (int i = 0; i < 20; i++) {
        guess[8] = (char)('0' + i / 10);
        guess[9] = (char)('0' + i % 10);
        reply = ask(listen_at, other, guess);
        heard += reply->status == 404;
        assert_true(reply->status == 404 || reply->status == 429);
        free(reply);
    }
    assert_in_range(heard, 10, 12);
    expect(ask(listen_at, other, guess), 429, "ASKED_TOO_OFTEN");
    expect(ask(listen_at, number, code), 200, "\"stage\""); /* others are heard */
    failed = false;
}

static void
a_withdrawn_application_says_so(void **unused)
{
    (void)unused;
    const struct network_decision withdraw = { .verb = YIDI__VERB__WITHDRAW,
                                               .operator= "clerk1",
                                               .text = "<b>Zhang San</b> came himself" };
    failed = true;
    network_decide_one(window, &withdraw, number, "withdrawing");
    network_wait_for_state(window, number, "withdrawn");
    struct browser_reply *reply = ask(listen_at, number, code);
    assert_non_null(strstr(reply->body, "\"stage\":\"withdrawn\""));
    assert_null(strstr(reply->body, "Zhang"));
    free(reply);
    failed = false;
}

static void
the_page_is_there_where_it_is_wanted(void **unused)
{
    (void)unused;
    static const char *const parts[] = { "/status", "/status.js", "/status.css", "/words.zh.json" };
    failed = true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct browser_reply *reply = get(listen_at, parts[i]);
        assert_int_equal(reply->status, 200);
        assert_non_null(strstr(browser_header(reply, "Content-Security-Policy"), "default-src"));
        free(reply);
    }
    /* no office but a window gives out receipts */
    expect(get(registry_at, "/status"), 404, "PATH_UNKNOWN");
    expect(ask(registry_at, number, code), 401, "SESSION_MISSING");
    failed = false;
}

static void
no_receipt_leads_to_a_page_that_is_not_there(void **unused)
{
    (void)unused;
    char conf[NETWORK_PATH_BYTES], output[4096];
    failed = true;
    network_path(slow, "conf", conf);
    const char *const arguments[][6] = {
        { "--config", conf, "--check-config", "--applicant-page=no", "--public-address=" ADDRESS },
        { "--config", conf, "--check-config", "--public-address=http://id.example.cn" },
        { "--config", conf, "--check-config", "--public-address=https://id.example.cn/" },
    };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(network_run(slow, arguments[i], output, sizeof output), 1);
        if (strstr(output, "OPTION_INVALID public-address: ") == NULL)
            fail_msg("%s", output);
    }
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_has_the_receipt_sees_the_case_and_nobody_in_it),
        cmocka_unit_test(wrong_numbers_and_wrong_codes_get_one_answer),
        cmocka_unit_test(what_is_no_question_is_refused),
        cmocka_unit_test(one_address_is_not_heard_all_the_time),
        cmocka_unit_test(no_header_makes_another_address_of_it),
        cmocka_unit_test(a_code_cannot_be_guessed),
        cmocka_unit_test(the_page_is_there_where_it_is_wanted),
        cmocka_unit_test(no_receipt_leads_to_a_page_that_is_not_there),
        cmocka_unit_test(a_withdrawn_application_says_so),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
