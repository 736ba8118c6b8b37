/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/visitor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/domain/duty.h"
#include "common/io/json.h"
#include "common/io/password.h"

/* ---- the office ---- */

void
visitor_open_console(struct network_office *office, char ret_listen[BROWSER_LISTEN_BYTES])
{
    char lines[100];
    browser_choose_listen(ret_listen);
    snprintf(lines, sizeof lines, "console = %s\nstart-hold = 0\n", ret_listen);
    network_add_options(office, lines);
}

void
visitor_hire(struct network_office *office, const char *name, uint32_t roles)
{
    static char hash[PASSWORD_HASH_BYTES]; /* it takes long to make one */
    AUTO(network_answer) struct network_answer answer = { 0 };
    char *names[DUTY_ROLE_COUNT];
    Yidi__OperatorChange change = YIDI__OPERATOR_CHANGE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    if (hash[0] == '\0')
        assert_int_equal(password_hash(VISITOR_PASSWORD, hash), OK);
    for (size_t i = 0; i < DUTY_ROLE_COUNT; i++)
        if ((roles >> i & 1) != 0)
            names[change.n_roles++] = (char *)(uintptr_t)duty_role_name(i);
    change.verb = YIDI__OPERATOR_VERB__OPERATOR_ADD;
    change.name = (char *)(uintptr_t)name;
    change.roles = names;
    change.password_hash = hash;
    request.operator_ = "root";
    request.command_case = YIDI__REQUEST__COMMAND_OPERATOR_CHANGE;
    request.operator_change = &change;
    network_ask(office, &request, NULL, 0, &answer);
    if (network_refusal(&answer) != NULL)
        fail_msg("%s is not hired: %s", name, network_refusal(&answer)->rule);
}

/* ---- over HTTP ---- */

static bool
copy_behind(const char *text, const char *mark, char ret_token[VISITOR_TOKEN_CHARS + 1])
{
    const char *start = strstr(text, mark);
    if (start != NULL)
        snprintf(ret_token, VISITOR_TOKEN_CHARS + 1, "%s", start + strlen(mark));
    return start != NULL;
}

int
visitor_send(const struct visitor *visitor, const char *command, const char *json)
{
    AUTO(heap) char *request = NULL;
    int connection = browser_connect(visitor->listen);
    int size = asprintf(&request,
                        "POST /api/v1/%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                        "Content-Type: application/json\r\nCookie: yidi=%s\r\nX-Yidi-Token: %s\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        command, visitor->token, visitor->csrf, strlen(json), json);
    assert_true(size > 0);
    assert_true(browser_send(connection, request, (size_t)size));
    return connection;
}

struct browser_reply *
visitor_post(const struct visitor *visitor, const char *command, const char *json)
{
    int connection = visitor_send(visitor, command, json);
    struct browser_reply *reply = browser_receive(connection, false);
    close(connection);
    assert_non_null(reply);
    return reply;
}

int
visitor_log_in(const char *listen, const char *name, struct visitor *ret_visitor)
{
    char json[200];
    *ret_visitor = (struct visitor){ .listen = listen };
    snprintf(json, sizeof json, "{\"operator\":\"%s\",\"password\":\"" VISITOR_PASSWORD "\"}",
             name);
    struct browser_reply *reply = visitor_post(ret_visitor, "session", json);
    int status = reply->status;
    if (status == 200)
        assert_true(copy_behind(reply->head, "yidi=", ret_visitor->token) &&
                    copy_behind(reply->body, "\"csrf\":\"", ret_visitor->csrf));
    free(reply);
    return status;
}

/* Of a list of results, that is the first refusal. */
void
visitor_code(const struct browser_reply *reply, char ret_code[VISITOR_CODE_BYTES])
{
    static const char problem[] = "\"code\":\"", result[] = "\"refusal\":{\"code\":\"";
    const char *start = strstr(reply->body, reply->status == 200 ? result : problem);
    ret_code[0] = '\0';
    if (start != NULL) {
        start += reply->status == 200 ? strlen(result) : strlen(problem);
        snprintf(ret_code, VISITOR_CODE_BYTES, "%.*s", (int)strcspn(start, "\""), start);
    } else if (reply->status != 200) {
        fail_msg("%d without a code: %s", reply->status, reply->body);
    }
}

/* ---- over the control socket ---- */

void
visitor_send_inside(struct network_office *office, const char *name, const char *command,
                    const char *json)
{
    AUTO(arena) struct arena arena;
    struct json_attachments attachments = { .room = ATTACHMENTS_MAX };
    struct refusal refusal = { 0 };
    ProtobufCMessage *message = NULL;
    arena_init(&arena);
    if (json_decode_member(&yidi__request__descriptor, command, bytes_of_text(json), &arena,
                           &attachments, &message, &refusal) != OK)
        fail_msg("%s %s: %s %s", command, json, refusal.field, refusal.rule);
    Yidi__Request *request = (Yidi__Request *)message;
    request->operator_ = (char *)(uintptr_t)name;
    assert_true(network_send(office, request, attachments.list, attachments.count));
}

void
visitor_receive_inside(struct network_office *office, char ret_code[VISITOR_CODE_BYTES])
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    assert_true(network_receive(office, NETWORK_PATIENCE_MS, &answer));
    const Yidi__Refusal *refusal = network_refusal(&answer);
    if (answer.response->body_case == YIDI__RESPONSE__BODY_DECIDED)
        refusal = answer.response->decided->results[0]->refusal;
    snprintf(ret_code, VISITOR_CODE_BYTES, "%s", refusal == NULL ? "" : refusal->code);
}

/* ---- examples ---- */

bool
visitor_next_example(FILE **examples, struct visitor_example *ret_example)
{
    char program[1000], *rest = NULL;
    const char *programs = getenv("YIDI_BIN");
    snprintf(program, sizeof program, "%s/../web/make-api requests common/web/api/examples.json",
             programs == NULL ? "build/bin" : programs);
    if (*examples == NULL)
        *examples = popen(program, "r");
    assert_non_null(*examples);
    if (fgets(ret_example->line, sizeof ret_example->line, *examples) == NULL) {
        assert_int_equal(pclose(*examples), 0);
        return false;
    }
    ret_example->command = strtok_r(ret_example->line, " ", &rest);
    ret_example->answer = strtok_r(NULL, " ", &rest);
    ret_example->json = strtok_r(NULL, "\n", &rest);
    assert_non_null(ret_example->json);
    return true;
}
