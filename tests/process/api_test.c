/* SPDX-License-Identifier: Apache-2.0
 *
 * api_test - the page about the commands tells the truth: each of its examples is posted to the
 * consoles of a real window, registry and card centre, by somebody who holds every role but the
 * auditor's. It is
 * understood wherever the page says that it is for, and answered with the message that it names.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/duty.h"
#include "common/io/file.h"
#include "tests/lib/browser.h"
#include "tests/lib/network.h"
#include "tests/lib/tool.h"

#define PASSWORD "words of somebody"

enum { REQUEST_BYTES = 16384, LINE_BYTES = 8192, TOKEN_CHARS = 64, PLACES = 3 };

static struct network network;
static struct tool tool;
static bool failed;

static struct place {
    enum network_place office;
    enum party party;
    char listen[BROWSER_LISTEN_BYTES];
    char token[TOKEN_CHARS + 1], csrf[TOKEN_CHARS + 1];
} places[PLACES] = { { .office = SHENZHEN, .party = PARTY_ACCEPTANCE },
                     { .office = TIANHE, .party = PARTY_REGISTRY },
                     { .office = YUEXIU, .party = PARTY_PRODUCTION } };

/* ---- offices and their one operator ---- */

static void
add_console(struct place *place)
{
    char lines[100];
    browser_choose_listen(place->listen);
    snprintf(lines, sizeof lines, "console = %s\nstart-hold = 0\n", place->listen);
    network_add_options(&network.offices[place->office], lines);
}

static void
add_operator(const struct place *place)
{
    const struct network_office *office = &network.offices[place->office];
    char socket[NETWORK_PATH_BYTES], secret[NETWORK_PATH_BYTES];
    network_path(office, "control", socket);
    network_path(office, "secret", secret);
    assert_int_equal(file_write(secret, bytes_of_text(PASSWORD "\n"), 0600, FILE_NEW, NULL), OK);
    const char *words[TOOL_ARGUMENTS_MAX] = { "--socket", socket, "--operator", "root",
                                              "operator", "add",  "somebody",   NULL };
    size_t count = 7;
    for (size_t i = 0; i < DUTY_ROLE_COUNT; i++) {
        if (1 << i == DUTY_AUDITOR || 1 << i == DUTY_WALL) /* are that alone */
            continue;
        words[count++] = "--role";
        words[count++] = duty_role_name(i);
    }
    words[count++] = "--password-file";
    words[count++] = secret;
    if (tool_run(&tool, words) != 0)
        fail_msg("%s", tool.text);
}

static void
copy_behind(const char *text, const char *mark, char ret_token[TOKEN_CHARS + 1])
{
    const char *start = strstr(text, mark);
    if (start == NULL)
        fail_msg("no %s in %s", mark, text);
    snprintf(ret_token, TOKEN_CHARS + 1, "%s", start + strlen(mark));
}

static struct browser_reply *
post(const struct place *place, const char *command, const char *body)
{
    char request[REQUEST_BYTES];
    int size = snprintf(request, sizeof request,
                        "POST /api/v1/%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                        "Content-Type: application/json\r\nCookie: yidi=%s\r\nX-Yidi-Token: %s\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        command, place->token, place->csrf, strlen(body), body);
    assert_in_range(size, 1, sizeof request - 1);
    struct browser_reply *reply = browser_ask(place->listen, request);
    assert_non_null(reply);
    return reply;
}

static void
log_in(struct place *place)
{
    struct browser_reply *reply =
        post(place, "session", "{\"operator\":\"somebody\",\"password\":\"" PASSWORD "\"}");
    copy_behind(reply->head, "yidi=", place->token);
    copy_behind(reply->body, "\"csrf\":\"", place->csrf);
    free(reply);
}

static int
set_up(void **unused)
{
    (void)unused;
    failed = true;
    network_open(&network, NULL);
    for (size_t i = 0; i < PLACES; i++) {
        add_console(&places[i]);
        network_start(&network.offices[places[i].office]);
        add_operator(&places[i]);
        log_in(&places[i]);
    }
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    network_close(&network, failed);
    return 0;
}

/* ---- what the page says ---- */

struct example {
    char *command, *answer, *body;
};

static bool
next_example(FILE *page, char line[LINE_BYTES], struct example *ret_example)
{
    char *rest = NULL;
    if (fgets(line, LINE_BYTES, page) == NULL)
        return false;
    ret_example->command = strtok_r(line, " ", &rest);
    ret_example->answer = strtok_r(NULL, " ", &rest);
    ret_example->body = strtok_r(NULL, "\n", &rest);
    assert_non_null(ret_example->body);
    return true;
}

static FILE *
open_examples(void)
{
    char line[1000];
    const char *programs = getenv("YIDI_BIN");
    snprintf(line, sizeof line, "%s/../web/make-api requests common/web/api/examples.json",
             programs == NULL ? "build/bin" : programs);
    FILE *page = popen(line, "r");
    assert_non_null(page);
    return page;
}

/* The one act that the example of decide is: it issues. */
static bool
is_for(const struct place *place, const char *command)
{
    return duty_roles(strcmp(command, "decide") == 0 ? "decide.issue" : command, place->party) != 0;
}

static bool
is_message(const char *name, const struct browser_reply *reply)
{
    const ProtobufCMessageDescriptor *response = &yidi__response__descriptor;
    char key[100];
    snprintf(key, sizeof key, "%.*s", (int)strcspn(reply->body + 2, "\""), reply->body + 2);
    for (unsigned i = 0; i < response->n_fields; i++) {
        const ProtobufCMessageDescriptor *message = response->fields[i].descriptor;
        if (response->fields[i].type == PROTOBUF_C_TYPE_MESSAGE &&
            strcmp(message->short_name, name) == 0)
            return protobuf_c_message_descriptor_get_field_by_name(message, key) != NULL;
    }
    return false;
}

static bool
holds(const struct browser_reply *reply, const char *code)
{
    char wanted[100];
    snprintf(wanted, sizeof wanted, "\"code\":\"%s\"", code);
    return strstr(reply->body, wanted) != NULL;
}

/* Refused for what it says of a case or a card that is not there, never for how it says it. */
static bool
is_understood(const struct browser_reply *reply)
{
    return reply->status >= 400 && reply->status < 500 && !holds(reply, "MALFORMED") &&
           !holds(reply, "FIELD_OUT_OF_BOUNDS") && !holds(reply, "COMMAND_UNKNOWN") &&
           !holds(reply, "NOT_PERMITTED");
}

/* ---- the test ---- */

static void
each_example_is_understood_where_it_is_for(void **unused)
{
    (void)unused;
    char line[LINE_BYTES];
    struct example example;
    unsigned answered = 0, refused = 0, elsewhere = 0;
    FILE *page = open_examples();
    while (next_example(page, line, &example))
        for (size_t i = 0; i < PLACES; i++) {
            struct browser_reply *reply = post(&places[i], example.command, example.body);
            bool here = is_for(&places[i], example.command);
            bool right = here ? is_understood(reply) : reply->status == 404;
            if (here && reply->status == 200)
                right = is_message(example.answer, reply);
            if (!right)
                fail_msg("%s at %d: %d %s", example.command, (int)places[i].office, reply->status,
                         reply->body);
            answered += here && reply->status == 200;
            refused += here && reply->status != 200;
            elsewhere += !here;
            free(reply);
        }
    assert_int_equal(pclose(page), 0);
    print_message("examples: %u answered, %u refused, %u not there\n", answered, refused,
                  elsewhere);
    assert_true(answered > 25 && refused > 10 && elsewhere > 30);
    failed = false;
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_example_is_understood_where_it_is_for),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
