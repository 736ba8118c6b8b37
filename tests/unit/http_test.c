/* SPDX-License-Identifier: Apache-2.0
 *
 * http - the server alone, run by the test itself, against clients that break every bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/core/limits.h"
#include "common/io/event_stream.h"
#include "common/io/http.h"
#include "tests/lib/browser.h"

enum { PATIENCE_MS = 2000, RUNS = 40 };

struct sample {
    struct http_server *server;
    char listen[BROWSER_LISTEN_BYTES];
    uint64_t now_ms;
    uint64_t ticket; /* of the request that waits */
    size_t handled;
    char body[64]; /* of the last request */
};

static size_t
body_bytes_max(void *context, const struct http_request *request)
{
    (void)context;
    return strcmp(request->path, "/small") == 0 ? 10 : 100000;
}

static enum http_verdict
handle(void *context, const struct http_request *request, struct http_response *ret_response)
{
    struct sample *sample = context;
    sample->handled++;
    snprintf(sample->body, sizeof sample->body, "%.*s", (int)request->body.size,
             (const char *)request->body.data);
    if (strcmp(request->path, "/later") == 0) {
        sample->ticket = request->ticket;
        return HTTP_LATER;
    }
    if (strcmp(request->path, "/events") == 0)
        return HTTP_EVENTS;
    ret_response->status = 200;
    ret_response->type = "text/plain";
    ret_response->body = bytes_of_text("well");
    return HTTP_ANSWERED;
}

static int
sample_open(void **state)
{
    struct sample *sample = calloc(1, sizeof *sample);
    struct refusal refusal = { 0 };
    assert_non_null(sample);
    browser_choose_listen(sample->listen);
    const struct http_options options = { .listen = sample->listen,
                                          .patience_ms = PATIENCE_MS,
                                          .context = sample,
                                          .body_bytes_max = body_bytes_max,
                                          .handle = handle };
    if (http_open(&options, &sample->server, &refusal) != OK)
        fail_msg("%s: %s", refusal.field, refusal.rule);
    sample->now_ms = 1000000;
    *state = sample;
    return 0;
}

static int
sample_close(void **state)
{
    struct sample *sample = *state;
    http_close(sample->server);
    free(sample);
    return 0;
}

static void
run(struct sample *sample)
{
    for (int i = 0; i < RUNS; i++) {
        usleep(500);
        http_run(sample->server, sample->now_ms);
    }
}

static int
ask(struct sample *sample, const char *request)
{
    int connection = browser_connect(sample->listen);
    assert_true(browser_send(connection, request, strlen(request)));
    run(sample);
    return connection;
}

static void
expect(struct sample *sample, const char *request, int status, const char *code)
{
    int connection = ask(sample, request);
    struct browser_reply *reply = browser_receive(connection, strncmp(request, "HEAD", 4) == 0);
    assert_non_null(reply);
    if (reply->status != status)
        fail_msg("%d, not %d: %.60s", reply->status, status, request);
    assert_string_equal(browser_header(reply, "X-Frame-Options"), "DENY");
    assert_string_equal(browser_header(reply, "Cache-Control"), "no-store");
    if (code != NULL) {
        char wanted[80];
        snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", code);
        assert_non_null(strstr(reply->body, wanted));
        assert_string_equal(browser_header(reply, "Content-Type"), "application/problem+json");
    }
    free(reply);
    close(connection);
}

static void
http_hands_over_requests_and_their_bodies(void **state)
{
    struct sample *sample = *state;
    expect(sample, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    assert_string_equal(sample->body, "");
    expect(sample, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 200, NULL);
    assert_string_equal(sample->body, "hello");
    expect(sample, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", 200, NULL);
    expect(sample, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
    assert_int_equal(sample->handled, 4);
}

static void
http_refuses_what_breaks_a_bound_before_it_is_handled(void **state)
{
    struct sample *sample = *state;
    char large[HTTP_HEADER_BYTES_MAX + 1000], path[HTTP_PATH_BYTES_MAX + 100];
    int size = snprintf(large, sizeof large, "GET / HTTP/1.1\r\nHost: a\r\nX-Large: ");
    memset(large + size, 'x', HTTP_HEADER_BYTES_MAX);
    strcpy(large + size + HTTP_HEADER_BYTES_MAX, "\r\n\r\n");
    size = snprintf(path, sizeof path, "GET /");
    memset(path + size, 'x', HTTP_PATH_BYTES_MAX);
    strcpy(path + size + HTTP_PATH_BYTES_MAX, " HTTP/1.1\r\nHost: a\r\n\r\n");
    const struct {
        const char *request;
        int status;
        const char *code;
    } cases[] = {
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n", 413, "BODY_TOO_LARGE" },
        { "POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello hello", 413,
          "BODY_TOO_LARGE" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n", 413,
          "BODY_TOO_LARGE" },
        { "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 413, "BODY_TOO_LARGE" },
        { "POST / HTTP/1.1\r\nHost: a\r\n\r\n", 411, "LENGTH_MISSING" },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
          411, "LENGTH_MISSING" },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\nContent-Length: "
          "5\r\n\r\nhello",
          400, "MALFORMED" },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: "
          "5\r\n\r\nhello",
          400, "MALFORMED" },
        { "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "METHOD_NOT_ALLOWED" },
        { "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "METHOD_NOT_ALLOWED" },
        { large, 431, "HEADER_TOO_LARGE" },
        { path, 404, "PATH_UNKNOWN" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(sample, cases[i].request, cases[i].status, cases[i].code);
    assert_int_equal(sample->handled, 0);
}

static bool
is_closed(int connection)
{
    char byte;
    return recv(connection, &byte, 1, MSG_DONTWAIT) == 0;
}

static void
http_cuts_a_client_that_sends_too_slowly(void **state)
{
    struct sample *sample = *state;
    const char *const slow[] = { "", "GET / HT", "GET / HTTP/1.1\r\nHost: a\r\n",
                                 "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel" };
    int connections[4];
    for (size_t i = 0; i < 4; i++)
        connections[i] = ask(sample, slow[i]);
    for (int step = 0; step < 2; step++) { /* a byte now and then does not help */
        sample->now_ms += PATIENCE_MS / 2 - 100;
        assert_true(browser_send(connections[2], "X", 1));
        run(sample);
        for (size_t i = 0; i < 4; i++)
            assert_false(is_closed(connections[i]));
    }
    sample->now_ms += PATIENCE_MS;
    run(sample);
    for (size_t i = 0; i < 4; i++) {
        assert_true(is_closed(connections[i]));
        close(connections[i]);
    }
    assert_int_equal(sample->handled, 0);
    expect(sample, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
}

static void
http_answers_later_and_tells_who_waits_at_the_end(void **state)
{
    struct sample *sample = *state;
    int answered = ask(sample, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    const struct http_response response = { .status = 200,
                                            .type = "text/plain",
                                            .body = bytes_of_text("at last") };
    sample->now_ms += 10 * PATIENCE_MS; /* it is we who are slow */
    run(sample);
    http_answer(sample->server, sample->ticket + 1, &response);
    http_answer(sample->server, sample->ticket, &response);
    http_answer(sample->server, sample->ticket, &response);
    run(sample);
    struct browser_reply *reply = browser_receive(answered, false);
    assert_string_equal(reply->body, "at last");
    free(reply);

    int waiting = ask(sample, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    int gone = ask(sample, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
    int subscribed = ask(sample, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    close(gone);
    run(sample);
    http_close(sample->server); /* must not end the process */
    sample->server = NULL;
    reply = browser_receive(waiting, false);
    assert_int_equal(reply->status, 503);
    assert_non_null(strstr(reply->body, "\"code\":\"CONSOLE_STOPPING\""));
    free(reply);
    close(answered);
    close(waiting);
    close(subscribed);
}

static void
http_tells_subscribers_and_drops_slow_ones(void **state)
{
    struct sample *sample = *state;
    char room[65536], data[600];
    int quick = ask(sample, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    int slow = ask(sample, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(http_subscriber_count(sample->server), 2);
    memset(data, 'd', sizeof data);
    data[sizeof data - 1] = '\0';
    for (int i = 0; i < 200000 && http_subscriber_count(sample->server) == 2; i++) {
        http_publish(sample->server, "changed", data);
        http_run(sample->server, sample->now_ms);
        while (recv(quick, room, sizeof room, MSG_DONTWAIT) > 0)
            ;
    }
    assert_int_equal(http_subscriber_count(sample->server), 1);
    http_publish(sample->server, "changed", "{\"last\":1}");
    run(sample);
    ssize_t size = recv(quick, room, sizeof room - 1, MSG_DONTWAIT);
    assert_true(size > 0);
    room[size] = '\0';
    assert_non_null(strstr(room, "event: changed\ndata: {\"last\":1}\n\n"));
    close(quick);
    close(slow);
}

static void
http_notices_that_a_subscriber_is_gone(void **state)
{
    struct sample *sample = *state;
    int connection = ask(sample, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
    close(connection);
    run(sample);
    for (int i = 0; i < 3 && http_subscriber_count(sample->server) > 0; i++) {
        sample->now_ms += 15000;
        run(sample);
    }
    assert_int_equal(http_subscriber_count(sample->server), 0);
}

static void
http_bounds_the_number_of_subscribers(void **state)
{
    struct sample *sample = *state;
    int connections[HTTP_EVENT_STREAMS_MAX];
    for (size_t i = 0; i < HTTP_EVENT_STREAMS_MAX; i++) {
        connections[i] = browser_connect(sample->listen);
        assert_true(browser_send(connections[i], "GET /events HTTP/1.1\r\nHost: a\r\n\r\n", 34));
        http_run(sample->server, sample->now_ms);
    }
    run(sample);
    assert_int_equal(http_subscriber_count(sample->server), HTTP_EVENT_STREAMS_MAX);
    expect(sample, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n", 503, "CONSOLE_BUSY");
    for (size_t i = 0; i < HTTP_EVENT_STREAMS_MAX; i++)
        close(connections[i]);
}

static void
http_bounds_the_connections_of_one_address(void **state)
{
    struct sample *sample = *state;
    int connections[HTTP_CONNECTIONS_PER_ADDRESS_MAX];
    for (size_t i = 0; i < HTTP_CONNECTIONS_PER_ADDRESS_MAX; i++) {
        connections[i] = browser_connect(sample->listen);
        http_run(sample->server, sample->now_ms);
    }
    int further = ask(sample, "");
    assert_true(is_closed(further));
    assert_false(is_closed(connections[0]));
    close(further);
    for (size_t i = 0; i < HTTP_CONNECTIONS_PER_ADDRESS_MAX; i++)
        close(connections[i]);
    run(sample);
    expect(sample, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, NULL);
}

static void
http_refuses_addresses_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *listen, *certificate, *key, *field, *reason;
    } cases[] = {
        { "0.0.0.0:8443", NULL, NULL, "console", "plain HTTP only on a loopback address" },
        { "192.0.2.1:8443", NULL, NULL, "console", "plain HTTP only on a loopback address" },
        { "[::]:8443", NULL, NULL, "console", "plain HTTP only on a loopback address" },
        { "[::ffff:127.0.0.1]:8443", NULL, NULL, "console", "plain HTTP only" },
        { "127.0.0.1", NULL, NULL, "console", "an address and a port" },
        { "127.0.0.1:0", NULL, NULL, "console", "an address and a port" },
        { "127.0.0.1:65536", NULL, NULL, "console", "an address and a port" },
        { "127.0.0.1:80x", NULL, NULL, "console", "an address and a port" },
        { "localhost:8443", NULL, NULL, "console", "an address and a port" },
        { "::1:8443", NULL, NULL, "console", "an address and a port" },
        { "127.0.0.1:8443", "a.pem", NULL, "console-key", "a certificate and its key" },
        { "127.0.0.1:8443", NULL, "a.key", "console-certificate", "a certificate and its key" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct http_options options = { .listen = cases[i].listen,
                                              .certificate = cases[i].certificate,
                                              .key = cases[i].key };
        struct http_server *server = NULL;
        struct refusal refusal = { 0 };
        assert_int_equal(http_open(&options, &server, &refusal), ERR_REFUSED);
        assert_string_equal(refusal.field, cases[i].field);
        if (strstr(refusal.rule, cases[i].reason) == NULL)
            fail_msg("%s: %s", cases[i].listen, refusal.rule);
    }
}

static void
http_refuses_an_address_that_is_taken(void **state)
{
    struct sample *sample = *state;
    const struct http_options options = { .listen = sample->listen };
    struct http_server *server = NULL;
    struct refusal refusal = { 0 };
    assert_int_equal(http_open(&options, &server, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.field, "console");
    assert_non_null(strstr(refusal.rule, sample->listen));
}

static void
event_stream_is_full_before_it_overflows(void **state)
{
    (void)state;
    static struct event_stream stream;
    char room[HTTP_EVENT_STREAM_BYTES + 1];
    size_t count = 0;
    event_stream_init(&stream);
    while (event_stream_put(&stream, "changed", "{}") == OK)
        count++;
    assert_int_equal(count, HTTP_EVENT_STREAM_BYTES / strlen("event: changed\ndata: {}\n\n"));
    assert_int_equal(event_stream_take(&stream, room, 7), 7);
    assert_memory_equal(room, "event: ", 7);
    assert_int_equal(event_stream_take(&stream, room, sizeof room), count * 25 - 7);
    assert_int_equal(event_stream_take(&stream, room, sizeof room), 0);
    assert_int_equal(event_stream_put_comment(&stream), OK);
    assert_int_equal(event_stream_take(&stream, room, sizeof room), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sample_open, sample_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(http_hands_over_requests_and_their_bodies),
        TEST(http_refuses_what_breaks_a_bound_before_it_is_handled),
        TEST(http_cuts_a_client_that_sends_too_slowly),
        TEST(http_answers_later_and_tells_who_waits_at_the_end),
        TEST(http_tells_subscribers_and_drops_slow_ones),
        TEST(http_notices_that_a_subscriber_is_gone),
        TEST(http_bounds_the_number_of_subscribers),
        TEST(http_bounds_the_connections_of_one_address),
        cmocka_unit_test(http_refuses_addresses_with_a_reason),
        TEST(http_refuses_an_address_that_is_taken),
        cmocka_unit_test(event_stream_is_full_before_it_overflows),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
