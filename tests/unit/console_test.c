/* SPDX-License-Identifier: Apache-2.0
 *
 * console - the console's thread over a real store; the test is its browser and its office.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/console.h"
#include "common/io/json.h"
#include "common/io/wire.h"
#include "tests/lib/browser.h"
#include "tests/lib/scratch_store.h"

#define TOKEN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CSRF  "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static const char *const state_names[] = { "absent", "received" };
static const bool state_open[] = { false, true };
static const struct machine machine = { .state_names = state_names,
                                        .state_open = state_open,
                                        .state_count = 2 };
static const struct role role = {
    .name = "test-node", .unit = "registry", .party = PARTY_REGISTRY, .machine = &machine
};

struct sample {
    struct scratch_store scratch;
    struct control_server *control;
    struct console *console;
    char listen[BROWSER_LISTEN_BYTES];
};

static enum result
find_session(struct store_txn *txn, const char *token, uint64_t now_ms, struct session *ret_session)
{
    (void)txn;
    (void)now_ms;
    if (strcmp(token, TOKEN) != 0)
        return ERR_ABSENT;
    *ret_session = (struct session){ .operator_name = "li" };
    memcpy(ret_session->csrf, CSRF, sizeof CSRF);
    return OK;
}

static int
sample_open(void **state)
{
    struct sample *sample = calloc(1, sizeof *sample);
    struct refusal refusal = { 0 };
    char socket[300];
    assert_non_null(sample);
    scratch_store_open(&sample->scratch, SCRATCH_STORE_MAP_BYTES);
    snprintf(socket, sizeof socket, "%s/control", sample->scratch.folder);
    assert_int_equal(control_server_open(socket, &sample->control, &refusal), OK);
    browser_choose_listen(sample->listen);
    const struct console_options options = { .http = { .listen = sample->listen,
                                                       .patience_ms = 5000 },
                                             .door = { .store = sample->scratch.store,
                                                       .control = sample->control,
                                                       .role = &role,
                                                       .office = "440106480000" },
                                             .find_session = find_session };
    if (console_open(&options, &sample->console, &refusal) != OK)
        fail_msg("%s: %s", refusal.field, refusal.rule);
    *state = sample;
    return 0;
}

static int
sample_close(void **state)
{
    struct sample *sample = *state;
    console_close(sample->console);
    control_server_close(sample->control);
    scratch_store_close(&sample->scratch);
    free(sample);
    return 0;
}

/* ---- the browser ---- */

static int
post(struct sample *sample, const char *path, const char *headers, const char *body)
{
    char head[1000];
    int connection = browser_connect(sample->listen);
    snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n%s\r\n",
             path, strlen(body), headers);
    assert_true(browser_send(connection, head, strlen(head)));
    assert_true(browser_send(connection, body, strlen(body)));
    return connection;
}

#define LOGGED_IN                                                                                  \
    "Content-Type: application/json\r\nCookie: yidi=" TOKEN "\r\n" CONSOLE_CSRF_HEADER ": " CSRF   \
    "\r\n"

static int
command(struct sample *sample, const char *name, const char *body)
{
    char path[100];
    snprintf(path, sizeof path, "/api/v1/%s", name);
    return post(sample, path, LOGGED_IN, body);
}

static struct browser_reply *
receive(int connection)
{
    struct browser_reply *reply = browser_receive(connection, false);
    assert_non_null(reply);
    close(connection);
    return reply;
}

static void
expect_problem(int connection, int status, const char *code, const char *field)
{
    struct browser_reply *reply = receive(connection);
    char wanted[300];
    snprintf(wanted, sizeof wanted, "\"code\":\"%s\",\"field\":\"%s\"", code, field);
    if (reply->status != status || strstr(reply->body, wanted) == NULL)
        fail_msg("%d %s, not %d %s", reply->status, reply->body, status, wanted);
    assert_string_equal(browser_header(reply, "Content-Type"), "application/problem+json");
    assert_string_equal(browser_header(reply, "Cache-Control"), "no-store");
    snprintf(wanted, sizeof wanted, "\"chinese\":\"%s\"}",
             refusal_meaning_chinese(refusal_find(code)));
    assert_non_null(strstr(reply->body, wanted));
    snprintf(wanted, sizeof wanted, "{\"type\":\"urn:yidi:refusal:%s\",\"title\":\"", code);
    assert_int_equal(strncmp(reply->body, wanted, strlen(wanted)), 0);
    free(reply);
}

/* ---- the office ---- */

struct asked {
    struct control_message message;
    struct arena arena;
    const Yidi__Request *request;
};

static void
take_request(struct sample *sample, struct asked *asked)
{
    ProtobufCMessage *message;
    unsigned long until_ms = browser_now_ms() + BROWSER_PATIENCE_MS;
    arena_init(&asked->arena);
    while (control_server_receive(sample->control, &asked->message) != OK) {
        assert_true(browser_now_ms() < until_ms);
        usleep(1000);
    }
    assert_int_equal(wire_decode(&yidi__request__descriptor, asked->message.frames[0],
                                 &asked->arena, &message, NULL),
                     OK);
    asked->request = (const Yidi__Request *)message;
}

static bool
is_nothing_asked(struct sample *sample)
{
    struct control_message message;
    return control_server_receive(sample->control, &message) == ERR_ABSENT;
}

static void
give_answer(struct sample *sample, struct asked *asked, Yidi__Response *response,
            const struct bytes *attachment)
{
    struct bytes frames[2];
    response->id = asked->request->id;
    frames[0] = wire_encode(&response->base, &asked->arena);
    if (attachment != NULL)
        frames[1] = *attachment;
    assert_int_equal(control_server_reply(sample->control, &asked->message.route, frames,
                                          attachment == NULL ? 1 : 2),
                     OK);
    control_message_fini(&asked->message);
    arena_fini(&asked->arena);
}

/* ---- pages ---- */

static void
console_serves_pages_that_may_be_asked_for_again(void **state)
{
    struct sample *sample = *state;
    char request[300], tag[100];
    struct browser_reply *reply = browser_ask(sample->listen, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(reply->status, 200);
    assert_string_equal(browser_header(reply, "Content-Type"), "text/html; charset=utf-8");
    assert_non_null(strstr(browser_header(reply, "Content-Security-Policy"), "script-src 'self';"));
    assert_string_equal(browser_header(reply, "Referrer-Policy"), "no-referrer");
    assert_string_equal(browser_header(reply, "X-Content-Type-Options"), "nosniff");
    assert_null(browser_header(reply, "Server"));
    assert_null(strstr(reply->body, "<script>")); /* nothing inline */
    snprintf(tag, sizeof tag, "%s", browser_header(reply, "ETag"));
    assert_true(strlen(tag) > 16 && tag[0] == '"');
    free(reply);
    snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: %s\r\n\r\n",
             tag);
    reply = browser_ask(sample->listen, request);
    assert_int_equal(reply->status, 304);
    free(reply);
    reply = browser_ask(sample->listen, "GET /console.js HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_string_equal(browser_header(reply, "Content-Type"), "text/javascript; charset=utf-8");
    free(reply);
    reply = browser_ask(sample->listen, "GET /docs HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_string_equal(browser_header(reply, "Content-Type"), "text/html; charset=utf-8");
    assert_non_null(strstr(reply->body, "POST /api/v1/decide"));
    free(reply);
}

static void
console_finds_nothing_beside_its_pages(void **state)
{
    struct sample *sample = *state;
    static const char *const paths[] = {
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "//etc/passwd",
        "/console.js/../data.mdb",
        "/console.js%00.html",
        "/common/web/index.html",
        "/index.html/",
        "/embed",
        "/%",
        "/%zz",
        "/..\\..\\etc\\passwd",
        "/api",
        "/api/v2/list",
        "/status",
        "/a-name-that-is-longer-than-the-name-of-any-page-could-ever-be-in-here",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char request[200];
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", paths[i]);
        struct browser_reply *reply = browser_ask(sample->listen, request);
        if (reply->status != 404 && reply->status != 400)
            fail_msg("%s: %d", paths[i], reply->status);
        assert_null(strstr(reply->body, "root:"));
        free(reply);
    }
}

/* ---- who may ask ---- */

static void
console_answers_no_command_without_a_session(void **state)
{
    struct sample *sample = *state;
    static const char json[] = "Content-Type: application/json\r\n";
    char other[300];
    expect_problem(post(sample, "/api/v1/list", json, "{}"), 401, "SESSION_MISSING", "");
    snprintf(other, sizeof other, "%sCookie: yidi=%.*s0\r\n", json, 63, TOKEN);
    expect_problem(post(sample, "/api/v1/list", other, "{}"), 401, "SESSION_MISSING", "");
    snprintf(other, sizeof other, "%sCookie: __Host-yidi=%s\r\n", json, TOKEN);
    expect_problem(post(sample, "/api/v1/list", other, "{}"), 401, "SESSION_MISSING", "");
    expect_problem(post(sample, "/api/v1/sing", json, "{}"), 401, "SESSION_MISSING", "");
    assert_true(is_nothing_asked(sample));
}

static void
console_takes_commands_only_from_its_own_pages(void **state)
{
    struct sample *sample = *state;
    static const char cookie[] = "Content-Type: application/json\r\nCookie: yidi=" TOKEN "\r\n";
    char other[400];
    expect_problem(post(sample, "/api/v1/peers", cookie, "{}"), 403, "FOREIGN_PAGE",
                   CONSOLE_CSRF_HEADER);
    snprintf(other, sizeof other, "%s%s: %s\r\n", cookie, CONSOLE_CSRF_HEADER, TOKEN);
    expect_problem(post(sample, "/api/v1/peers", other, "{}"), 403, "FOREIGN_PAGE",
                   CONSOLE_CSRF_HEADER);
    snprintf(other, sizeof other, "Cookie: yidi=%s\r\n%s: %s\r\nContent-Type: text/plain\r\n",
             TOKEN, CONSOLE_CSRF_HEADER, CSRF);
    expect_problem(post(sample, "/api/v1/peers", other, "{}"), 400, "MALFORMED", "Content-Type");
    assert_true(is_nothing_asked(sample));
}

static void
console_reads_little_from_strangers(void **state)
{
    struct sample *sample = *state;
    char head[300];
    for (int known = 0; known < 2; known++) {
        snprintf(head, sizeof head,
                 "POST /api/v1/apply HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n%s\r\n",
                 known ? HTTP_BODY_BYTES_MAX + 1 : HTTP_STRANGER_BODY_BYTES_MAX + 1,
                 known ? LOGGED_IN : "");
        int connection = browser_connect(sample->listen);
        assert_true(browser_send(connection, head, strlen(head)));
        expect_problem(connection, 413, "BODY_TOO_LARGE", "");
    }
}

/* ---- commands ---- */

static void
console_hands_commands_to_the_office(void **state)
{
    struct sample *sample = *state;
    struct asked asked;
    Yidi__Response response = YIDI__RESPONSE__INIT;
    Yidi__Applied applied = YIDI__APPLIED__INIT;
    int connection = command(sample, "export",
                             "{\"case_number\":\"31011500000020261122000017\",\"reason\":\"查询\","
                             "\"attachments\":[\"Zm9vYmE=\"]}");
    take_request(sample, &asked);
    assert_int_equal(asked.request->command_case, YIDI__REQUEST__COMMAND_EXPORT);
    assert_string_equal(asked.request->operator_, "li");
    assert_string_equal(asked.request->export->reason, "查询");
    assert_int_equal(asked.message.frame_count, 2);
    assert_true(bytes_equal(asked.message.frames[1], bytes_of_text("fooba")));
    applied.case_number = (char *)"31011500000020261122000017";
    applied.registry_office = applied.production_office = (char *)"440106480000";
    applied.registry_name = (char *)"广州";
    response.body_case = YIDI__RESPONSE__BODY_APPLIED;
    response.applied = &applied;
    const struct bytes attachment = bytes_of_text("foob");
    give_answer(sample, &asked, &response, &attachment);
    struct browser_reply *reply = receive(connection);
    assert_int_equal(reply->status, 200);
    assert_string_equal(browser_header(reply, "Content-Type"), "application/json");
    assert_string_equal(browser_header(reply, "Cache-Control"), "no-store");
    assert_int_equal(strncmp(reply->body, "{\"case_number\":\"31011500000020261122000017\"", 42),
                     0);
    assert_non_null(strstr(reply->body, ",\"warnings\":[],\"attachments\":[\"Zm9vYg==\"]}"));
    free(reply);
}

static void
console_tells_what_the_office_refuses(void **state)
{
    struct sample *sample = *state;
    struct asked asked;
    Yidi__Response response = YIDI__RESPONSE__INIT;
    Yidi__Refusal refusal = YIDI__REFUSAL__INIT;
    int connection = command(sample, "status", "{}");
    take_request(sample, &asked);
    refusal.code = (char *)"OFFICE_HALTED";
    refusal.field = (char *)"";
    refusal.rule = (char *)"restored";
    response.body_case = YIDI__RESPONSE__BODY_REFUSAL;
    response.refusal = &refusal;
    give_answer(sample, &asked, &response, NULL);
    struct browser_reply *reply = receive(connection);
    assert_int_equal(reply->status, 503);
    assert_non_null(strstr(reply->body, "\"detail\":\"restored\",\"code\":\"OFFICE_HALTED\""));
    free(reply);
}

static void
console_refuses_what_is_no_command(void **state)
{
    struct sample *sample = *state;
    static const struct {
        const char *name, *body;
        int status;
        const char *code, *field;
    } cases[] = {
        { "sing", "{}", 404, "COMMAND_UNKNOWN", "command" },
        { "operator", "{}", 404, "COMMAND_UNKNOWN", "command" },
        { "", "{}", 404, "COMMAND_UNKNOWN", "command" },
        { "list/x", "{}", 404, "COMMAND_UNKNOWN", "command" },
        { "decide", "", 400, "MALFORMED", "" },
        { "decide", "{\"verb\":", 400, "MALFORMED", "" },
        { "decide", "[]", 422, "FIELD_OUT_OF_BOUNDS", "decide" },
        { "decide", "{\"verb\":\"SING\"}", 422, "FIELD_OUT_OF_BOUNDS", "decide.verb" },
        { "decide", "{\"verb\":\"EXAMINE\",\"case_numbers\":[]}", 422, "FIELD_OUT_OF_BOUNDS",
          "decide.case_numbers" },
        { "show", "{\"case_number\":\"<script>\"}", 422, "FIELD_OUT_OF_BOUNDS",
          "show.case_number" },
        { "show", "{\"operator\":\"wang\"}", 422, "FIELD_OUT_OF_BOUNDS", "show.operator" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_problem(command(sample, cases[i].name, cases[i].body), cases[i].status,
                       cases[i].code, cases[i].field);
    assert_true(is_nothing_asked(sample));
}

static void
console_answers_from_the_store_without_the_office(void **state)
{
    struct sample *sample = *state;
    struct browser_reply *reply = receive(command(sample, "list", "{\"limit\":10}"));
    assert_int_equal(reply->status, 200);
    assert_string_equal(reply->body, "{\"cases\":[],\"next\":\"\"}");
    free(reply);
    expect_problem(command(sample, "list", "{\"state\":\"sung\"}"), 422, "STATE_UNKNOWN",
                   "list.state");
    expect_problem(command(sample, "show", "{\"case_number\":\"31011500000020261122000017\"}"), 404,
                   "CASE_UNKNOWN", "case_number");
    expect_problem(command(sample, "stock_query", "{}"), 404, "COMMAND_UNKNOWN", "command");
    assert_true(is_nothing_asked(sample));
}

#define EXAMINE "{\"verb\":\"EXAMINE\",\"case_numbers\":[\"31011500000020261122000017\"]}"

static void
forget(struct asked *asked)
{
    control_message_fini(&asked->message);
    arena_fini(&asked->arena);
}

static void
console_bounds_the_commands_that_wait(void **state)
{
    struct sample *sample = *state;
    int connections[CONSOLE_COMMANDS_MAX];
    struct asked asked;
    for (size_t i = 0; i < CONSOLE_COMMANDS_MAX; i++)
        connections[i] = command(sample, "decide", EXAMINE);
    for (size_t i = 0; i < CONSOLE_COMMANDS_MAX; i++) {
        take_request(sample, &asked);
        forget(&asked);
    }
    expect_problem(command(sample, "decide", EXAMINE), 503, "CONSOLE_BUSY", "");
    for (size_t i = 0; i < CONSOLE_COMMANDS_MAX; i++)
        close(connections[i]);
}

static void
answer_peers(struct sample *sample, struct asked *asked)
{
    Yidi__Response response = YIDI__RESPONSE__INIT;
    Yidi__PeerList peers = YIDI__PEER_LIST__INIT;
    assert_int_equal(asked->request->command_case, YIDI__REQUEST__COMMAND_PEERS);
    response.body_case = YIDI__RESPONSE__BODY_PEERS;
    response.peers = &peers;
    give_answer(sample, asked, &response, NULL);
}

/* An act waits for nobody's questions. */
static void
console_asks_the_office_a_few_questions_at_once(void **state)
{
    struct sample *sample = *state;
    enum { MANY = 3 * CONSOLE_QUERIES_AT_ONCE };
    int connections[MANY], act;
    struct asked asked[MANY], decided;
    for (size_t i = 0; i < MANY; i++)
        connections[i] = command(sample, "peers", "{}");
    for (size_t i = 0; i < CONSOLE_QUERIES_AT_ONCE; i++)
        take_request(sample, &asked[i]);
    usleep(100000); /* the others are there meanwhile */
    assert_true(is_nothing_asked(sample));
    act = command(sample, "decide", EXAMINE);
    take_request(sample, &decided);
    assert_int_equal(decided.request->command_case, YIDI__REQUEST__COMMAND_DECIDE);
    forget(&decided);
    close(act);
    for (size_t i = 0; i < MANY; i++) {
        answer_peers(sample, &asked[i]);
        if (i + CONSOLE_QUERIES_AT_ONCE < MANY)
            take_request(sample, &asked[i + CONSOLE_QUERIES_AT_ONCE]);
    }
    for (size_t i = 0; i < MANY; i++) {
        struct browser_reply *reply = receive(connections[i]);
        assert_int_equal(reply->status, 200);
        free(reply);
    }
    assert_true(is_nothing_asked(sample));
}

static void
console_turns_away_nobody_who_waits_for_what_all_get(void **state)
{
    struct sample *sample = *state;
    static const char request[] = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n";
    enum { MANY = 200 };
    int connections[MANY];
    struct asked asked;
    Yidi__Response response = YIDI__RESPONSE__INIT;
    Yidi__Probed probed = YIDI__PROBED__INIT;
    for (size_t i = 0; i < MANY; i++) {
        connections[i] = browser_connect(sample->listen);
        assert_true(browser_send(connections[i], request, strlen(request)));
    }
    take_request(sample, &asked);
    usleep(200000); /* all are there meanwhile */
    response.body_case = YIDI__RESPONSE__BODY_PROBED;
    response.probed = &probed;
    give_answer(sample, &asked, &response, NULL);
    for (size_t i = 0; i < MANY; i++) {
        struct browser_reply *reply = receive(connections[i]);
        assert_int_equal(reply->status, 200);
        free(reply);
    }
}

/* ---- health ---- */

static void
console_probes_the_office_once_for_many_that_ask(void **state)
{
    struct sample *sample = *state;
    struct asked asked;
    int connections[3];
    Yidi__Response response = YIDI__RESPONSE__INIT;
    Yidi__Probed probed = YIDI__PROBED__INIT;
    static const char request[] = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n";
    struct browser_reply *reply =
        browser_ask(sample->listen, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_string_equal(reply->body, "{\"alive\":true}");
    free(reply);
    for (size_t i = 0; i < 3; i++) {
        connections[i] = browser_connect(sample->listen);
        assert_true(browser_send(connections[i], request, strlen(request)));
    }
    take_request(sample, &asked);
    assert_int_equal(asked.request->command_case, YIDI__REQUEST__COMMAND_PROBE);
    usleep(100000); /* the others are asked meanwhile */
    response.body_case = YIDI__RESPONSE__BODY_PROBED;
    response.probed = &probed;
    give_answer(sample, &asked, &response, NULL);
    for (size_t i = 0; i < 3; i++) {
        reply = receive(connections[i]);
        assert_int_equal(reply->status, 200);
        free(reply);
    }
    reply = browser_ask(sample->listen, request);
    assert_string_equal(reply->body, "{\"ready\":true}");
    free(reply);
    assert_true(is_nothing_asked(sample));
}

static int
look(struct sample *sample, const char *hours)
{
    char body[40];
    snprintf(body, sizeof body, "{\"hours\":%s}", hours);
    return command(sample, "dashboard", body);
}

static void
give_dashboard(struct sample *sample, uint32_t hours, uint32_t map_percent)
{
    struct asked asked;
    Yidi__Response response = YIDI__RESPONSE__INIT;
    Yidi__DashboardReport report = YIDI__DASHBOARD_REPORT__INIT;
    Yidi__Durations durations = YIDI__DURATIONS__INIT;
    take_request(sample, &asked);
    assert_int_equal(asked.request->command_case, YIDI__REQUEST__COMMAND_DASHBOARD);
    assert_int_equal(asked.request->dashboard->hours, hours);
    report.accept_to_ready = &durations;
    report.map_percent = map_percent;
    response.body_case = YIDI__RESPONSE__BODY_DASHBOARD;
    response.dashboard = &report;
    give_answer(sample, &asked, &response, NULL);
}

static void
expect_map_percent(int connection, unsigned percent)
{
    char wanted[40];
    struct browser_reply *reply = receive(connection);
    assert_int_equal(reply->status, 200);
    snprintf(wanted, sizeof wanted, "\"map_percent\":%u", percent);
    assert_non_null(strstr(reply->body, wanted));
    free(reply);
}

static void
console_asks_for_one_dashboard_for_all_who_look(void **state)
{
    struct sample *sample = *state;
    int first = look(sample, "24"), second = look(sample, "24");
    give_dashboard(sample, 24, 7);
    expect_map_percent(first, 7);
    expect_map_percent(second, 7);
    expect_map_percent(look(sample, "24"), 7);
    assert_true(is_nothing_asked(sample));
    first = look(sample, "1"); /* other charts, another question */
    give_dashboard(sample, 1, 8);
    expect_map_percent(first, 8);
    usleep(1100000);
    expect_map_percent(look(sample, "24"), 7); /* who asks is not kept waiting */
    give_dashboard(sample, 24, 9);
    usleep(100000);
    expect_map_percent(look(sample, "24"), 9);
    expect_problem(post(sample, "/api/v1/dashboard", "Content-Type: application/json\r\n", "{}"),
                   401, "SESSION_MISSING", "");
}

static void
console_says_when_the_office_does_not_work(void **state)
{
    struct sample *sample = *state;
    struct browser_reply *reply =
        browser_ask(sample->listen, "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n"); /* nobody answers */
    assert_int_equal(reply->status, 503);
    assert_non_null(strstr(reply->body, "\"code\":\"TIMED_OUT\""));
    free(reply);
}

/* ---- events ---- */

static void
console_tells_subscribers_what_was_committed(void **state)
{
    struct sample *sample = *state;
    char text[1000] = "";
    size_t size = 0;
    static const char request[] =
        "GET /api/v1/events HTTP/1.1\r\nHost: a\r\nCookie: yidi=" TOKEN "\r\n\r\n";
    struct browser_reply *reply =
        browser_ask(sample->listen, "GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_int_equal(reply->status, 401);
    free(reply);
    int connection = browser_connect(sample->listen);
    assert_true(browser_send(connection, request, strlen(request)));
    reply = browser_receive(connection, true);
    assert_string_equal(browser_header(reply, "Content-Type"), "text/event-stream");
    free(reply);
    scratch_store_put(&sample->scratch, TABLE_META, bytes_of_text("x"), bytes_of_text("y"));
    while (strstr(text, "event: changed\ndata: {\"revision\":") == NULL) {
        assert_true(size + 1 < sizeof text);
        assert_int_equal(read(connection, text + size, 1), 1);
        text[++size] = '\0';
    }
    close(connection);
}

static void
console_ends_while_somebody_waits(void **state)
{
    struct sample *sample = *state;
    struct asked asked;
    int connection = command(sample, "status", "{}");
    take_request(sample, &asked);
    control_message_fini(&asked.message);
    arena_fini(&asked.arena);
    console_close(sample->console);
    sample->console = NULL;
    expect_problem(connection, 503, "CONSOLE_STOPPING", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, sample_open, sample_close)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(console_serves_pages_that_may_be_asked_for_again),
        TEST(console_finds_nothing_beside_its_pages),
        TEST(console_answers_no_command_without_a_session),
        TEST(console_takes_commands_only_from_its_own_pages),
        TEST(console_reads_little_from_strangers),
        TEST(console_hands_commands_to_the_office),
        TEST(console_tells_what_the_office_refuses),
        TEST(console_refuses_what_is_no_command),
        TEST(console_answers_from_the_store_without_the_office),
        TEST(console_bounds_the_commands_that_wait),
        TEST(console_asks_the_office_a_few_questions_at_once),
        TEST(console_turns_away_nobody_who_waits_for_what_all_get),
        TEST(console_probes_the_office_once_for_many_that_ask),
        TEST(console_asks_for_one_dashboard_for_all_who_look),
        TEST(console_says_when_the_office_does_not_work),
        TEST(console_tells_subscribers_what_was_committed),
        TEST(console_ends_while_somebody_waits),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
