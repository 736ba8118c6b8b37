/* SPDX-License-Identifier: Apache-2.0
 *
 * hostile_browser_test - the console of a real window and somebody who has a session and means ill:
 * requests of which two servers would see different ends, JSON that is none or too much, wrong
 * attachments, streams of events without end. Nothing of it changes the office, ends the session,
 * or keeps others out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/core/limits.h"
#include "common/domain/duty.h"
#include "common/io/json.h"
#include "tests/lib/visitor.h"

enum { REQUEST_BYTES = 8192, DEEP = 20000, MANY = 3000, FORM_BYTES = 256 * 1024 };

static struct network network;
static struct network_office *const window = &network.offices[SHENZHEN];
static char listen_at[BROWSER_LISTEN_BYTES];
static struct visitor visitor;
static struct made_application application;
static bool failed;

static int
set_up(void **unused)
{
    struct made_citizen citizen;
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    visitor_open_console(window, listen_at);
    network_start(window);
    visitor_hire(window, "clerk1", DUTY_CLERK);
    assert_int_equal(visitor_log_in(listen_at, "clerk1", &visitor), 200);
    citizen_make(1, network.offices[QINGYANG].area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
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
journal_size(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(window, &answer);
    return answer.response->status->tree_size;
}

static int
status_of_session(void)
{
    char request[REQUEST_BYTES];
    snprintf(
        request, sizeof request,
        "GET /api/v1/session HTTP/1.1\r\nHost: a\r\nConnection: close\r\nCookie: yidi=%s\r\n\r\n",
        visitor.token);
    struct browser_reply *reply = browser_ask(listen_at, request);
    assert_non_null(reply);
    int status = reply->status;
    free(reply);
    return status;
}

/* ---- where a request ends ---- */

/* Whoever reads these headers otherwise than a proxy in front of us finds another request in the
 * body, which logs out. */
static void
a_request_has_one_end(void **unused)
{
    static const char *const framings[] = {
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: x-chunked\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: chunked, identity\r\nContent-Length: 2\r\n",
        "Transfer-Encoding : chunked\r\nContent-Length: 2\r\n",
        "Transfer-Encoding:\tchunked\r\nContent-Length: 2\r\n",
        "Content-Length: 2\r\nContent-Length: 400\r\n",
        "Content-Length: 400\r\nContent-Length: 2\r\n",
        "Content-Length: 2, 400\r\n",
        "Content-Length: +2\r\n",
        "Content-Length: 0x2\r\n",
        "Content-Length: 2 \r\n\tContent-Length: 400\r\n",
        "Content-Length: -2\r\n",
        "Content-Length : 2\r\n",
        "Content-Length: 18446744073709551618\r\n",
        "Content-Length:\r\n",
    };
    (void)unused;
    const uint64_t before = journal_size();
    failed = true;
    for (size_t i = 0; i < sizeof framings / sizeof *framings; i++) {
        char request[REQUEST_BYTES];
        snprintf(request, sizeof request,
                 "POST /api/v1/list HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                 "Cookie: yidi=%s\r\nX-Yidi-Token: %s\r\n%s\r\n{}"
                 "POST /api/v1/logout HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                 "Cookie: yidi=%s\r\nX-Yidi-Token: %s\r\nContent-Length: 2\r\n\r\n{}",
                 visitor.token, visitor.csrf, framings[i], visitor.token, visitor.csrf);
        int connection = browser_connect(listen_at);
        (void)browser_send(connection, request, strlen(request));
        struct browser_reply *first = browser_receive(connection, false);
        if (first != NULL && first->status == 200)
            fail_msg("%s is understood", framings[i]);
        struct browser_reply *second = first == NULL ? NULL : browser_receive(connection, false);
        if (second != NULL)
            fail_msg("%s leads to two answers, %d and %d", framings[i], first->status,
                     second->status);
        free(first);
        close(connection);
        if (status_of_session() != 200)
            fail_msg("%s logs out", framings[i]);
    }
    assert_int_equal(journal_size(), before);
    failed = false;
}

/* One behind the other, as some browsers do: each is answered, in its turn. */
static void
requests_of_one_connection_are_answered_one_by_one(void **unused)
{
    char request[REQUEST_BYTES];
    (void)unused;
    failed = true;
    snprintf(request, sizeof request,
             "POST /api/v1/list HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
             "Cookie: yidi=%s\r\nX-Yidi-Token: %s\r\nContent-Length: 2\r\n\r\n{}"
             "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
             visitor.token, visitor.csrf);
    int connection = browser_connect(listen_at);
    assert_true(browser_send(connection, request, strlen(request)));
    for (int i = 0; i < 2; i++) {
        struct browser_reply *reply = browser_receive(connection, false);
        assert_non_null(reply);
        assert_int_equal(reply->status, 200);
        assert_int_equal(strstr(reply->body, "alive") != NULL, i == 1);
        free(reply);
    }
    close(connection);
    failed = false;
}

/* ---- what it says ---- */

static void
expect_refused(const char *command, const char *json)
{
    char code[VISITOR_CODE_BYTES];
    struct browser_reply *reply = visitor_post(&visitor, command, json);
    visitor_code(reply, code);
    if (reply->status < 400 || reply->status >= 500)
        fail_msg("%s %.100s: %d %.300s", command, json, reply->status, reply->body);
    free(reply);
}

static void
what_is_no_good_json_is_refused(void **unused)
{
    static const char *const bad[] = {
        "{\"limit\":1e3}",
        "{\"limit\":1.5}",
        "{\"limit\":-1}",
        "{\"limit\":10001}",
        "{\"limit\":4294967297}",
        "{\"limit\":18446744073709551617}",
        "{\"limit\":99999999999999999999999999999999999999999999999999999999999999999999}",
        "{\"limit\":1e999}",
        "{\"limit\":NaN}",
        "{\"limit\":\"5\"}",
        "{\"limit\":true}",
        "{\"limit\":null}",
        "{\"limit\":1,\"limit\":2}",
        "{\"state\":\"ready\",\"state\":\"submitted\"}",
        "{\"__proto__\":{}}",
        "{\"state\":\"\\u0000\"}",
        "{\"state\":\"\\ud800\"}",
        "{\"state\":\"\xff\xfe\"}",
        "{\"state\":[\"ready\"]}",
        "{}{}",
        "{} x",
        "{\"limit\":1,}",
        "{'limit':1}",
        "/* */{}",
        "\xef\xbb\xbf{}",
        "[]",
        "\"\"",
        "0",
        "",
    };
    (void)unused;
    const uint64_t before = journal_size();
    failed = true;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_refused("list", bad[i]);
    assert_int_equal(journal_size(), before);
    failed = false;
}

static void
repeat(char *room, size_t bytes, const char *before, const char *part, unsigned count,
       const char *after)
{
    size_t used = (size_t)snprintf(room, bytes, "%s", before);
    for (unsigned i = 0; i < count; i++)
        used += (size_t)snprintf(room + used, bytes - used, "%s", part);
    assert_true(used + strlen(after) < bytes);
    snprintf(room + used, bytes - used, "%s", after);
}

static void
what_is_deep_or_long_is_refused(void **unused)
{
    AUTO(heap) char *json = malloc(FORM_BYTES);
    (void)unused;
    assert_non_null(json);
    const uint64_t before = journal_size();
    failed = true;
    repeat(json, FORM_BYTES, "{\"state\":", "[", DEEP, "");
    expect_refused("list", json);
    repeat(json, FORM_BYTES, "", "{\"form\":", DEEP, "");
    expect_refused("apply", json);
    repeat(json, FORM_BYTES, "{\"attachments\":[", "\"\",", MANY, "\"\"]}");
    expect_refused("list", json);
    repeat(json, FORM_BYTES, "{\"verb\":\"RECEIVE\",\"case_numbers\":[",
           "\"4403050000012611220000017P\",", MANY, "\"4403050000012611220000017P\"]}");
    expect_refused("decide", json);
    repeat(json, FORM_BYTES, "{\"state\":\"", "x", MANY, "\"}");
    expect_refused("list", json);
    assert_int_equal(journal_size(), before);
    failed = false;
}

static void
what_is_not_said_to_be_json_is_refused(void **unused)
{
    static const char *const types[] = {
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: multipart/form-data; boundary=x\r\n",
        "Content-Type: application/jsonx\r\n",
        "Content-Type: text/plain; application/json\r\n",
        "Content-Type: application/xml\r\n",
    };
    (void)unused;
    failed = true;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        char request[REQUEST_BYTES];
        snprintf(
            request, sizeof request,
            "POST /api/v1/list HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%sCookie: yidi=%s\r\n"
            "X-Yidi-Token: %s\r\nContent-Length: 2\r\n\r\n{}",
            types[i], visitor.token, visitor.csrf);
        struct browser_reply *reply = browser_ask(listen_at, request);
        assert_non_null(reply);
        if (reply->status != 400 || strstr(reply->body, "MALFORMED") == NULL)
            fail_msg("%s: %d %s", types[i], reply->status, reply->body);
        free(reply);
    }
    failed = false;
}

/* ---- what comes with it ---- */

static void
apply_with(const struct bytes *list, size_t count, const char *code)
{
    AUTO(arena) struct arena arena;
    struct json_attachments attachments = { .count = count,
                                            .list = (struct bytes *)(uintptr_t)list };
    char found[VISITOR_CODE_BYTES];
    Yidi__Apply apply = YIDI__APPLY__INIT;
    apply.form = &application.form;
    arena_init(&arena);
    struct browser_reply *reply =
        visitor_post(&visitor, "apply", json_encode_attached(&apply.base, &attachments, &arena));
    visitor_code(reply, found);
    if (strstr(code, found) == NULL || found[0] == '\0')
        fail_msg("%zu attachments: \"%s\", not %s", count, found, code);
    free(reply);
}

/* One too few, one too many, in another order, of another size, of another kind. */
static void
attachments_are_those_of_the_form(void **unused)
{
    struct bytes frames[ATTACHMENTS_MAX], wrong[ATTACHMENTS_MAX + 1];
    (void)unused;
    const uint64_t before = journal_size();
    failed = true;
    assert_int_equal(application_frames(&application, frames), 3);
    for (size_t count = 0; count < 3; count++)
        apply_with(frames, count, "PHOTO_INVALID");
    memcpy(wrong, frames, 3 * sizeof *frames);
    wrong[3] = wrong[4] = frames[2];
    apply_with(wrong, 4, "PHOTO_INVALID");
    apply_with(wrong, 5, "MALFORMED FIELD_OUT_OF_BOUNDS");
    wrong[0] = frames[1];
    wrong[1] = frames[0];
    apply_with(wrong, 3, "PHOTO_INVALID");
    wrong[0] = bytes_of(frames[0].data, frames[0].size / 2);
    wrong[1] = frames[1];
    apply_with(wrong, 3, "PHOTO_INVALID");
    wrong[0] = frames[0];
    wrong[2] = bytes_of(frames[2].data, frames[2].size - 1);
    apply_with(wrong, 3, "FINGERPRINT_INVALID");
    wrong[2] = bytes_of(NULL, 0);
    apply_with(wrong, 3, "FINGERPRINT_INVALID");
    wrong[2] = bytes_of_text("<svg onload='alert(1)'/>");
    apply_with(wrong, 3, "FINGERPRINT_INVALID");
    expect_refused("lease", "{\"case_number\":\"4403050000012611220000017P\","
                            "\"attachments\":[\"AAAA\"]}");
    assert_int_equal(journal_size(), before);
    failed = false;
}

/* ---- streams without end ---- */

static int
subscribe_from(unsigned host)
{
    char address[32], request[REQUEST_BYTES];
    snprintf(address, sizeof address, "127.0.1.%u", host);
    snprintf(request, sizeof request,
             "GET /api/v1/events HTTP/1.1\r\nHost: a\r\nCookie: yidi=%s\r\n\r\n", visitor.token);
    int connection = browser_connect_from(address, listen_at);
    assert_true(browser_send(connection, request, strlen(request)));
    return connection;
}

static int
status_of(int connection)
{
    struct browser_reply *reply = browser_receive(connection, true);
    int status = reply == NULL ? 0 : reply->status;
    free(reply);
    return status;
}

/* Of one address or of many: there are only so many streams, and others are served all the same. */
static void
streams_without_end_keep_nobody_out(void **unused)
{
    int connections[HTTP_EVENT_STREAMS_MAX + 20];
    const unsigned count = sizeof connections / sizeof *connections;
    unsigned open = 0;
    (void)unused;
    failed = true;
    for (unsigned i = 0; i < count; i++)
        connections[i] = subscribe_from(2 + i % 2);
    for (unsigned i = 0; i < count; i++) {
        int status = status_of(connections[i]);
        assert_true(status == 200 || status == 503);
        open += status == 200;
    }
    assert_int_equal(open, HTTP_EVENT_STREAMS_MAX);
    assert_int_equal(status_of_session(), 200);
    struct browser_reply *reply = visitor_post(&visitor, "list", "{}");
    assert_int_equal(reply->status, 200);
    free(reply);
    (void)journal_size();
    for (unsigned i = 0; i < count; i++)
        close(connections[i]);
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_has_one_end),
        cmocka_unit_test(requests_of_one_connection_are_answered_one_by_one),
        cmocka_unit_test(what_is_no_good_json_is_refused),
        cmocka_unit_test(what_is_deep_or_long_is_refused),
        cmocka_unit_test(what_is_not_said_to_be_json_is_refused),
        cmocka_unit_test(attachments_are_those_of_the_form),
        cmocka_unit_test(streams_without_end_keep_nobody_out),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
