/* SPDX-License-Identifier: Apache-2.0
 *
 * control_test - a daemon's end and a tool's end of one socket file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "common/io/control.h"

enum { PATIENCE_MS = 5000, SILENCE_MS = 150 };

struct fixture {
    char folder[256];
    char path[300];
    struct control_server *server;
};

static struct control_server *
open_server(const char *path)
{
    struct control_server *server = NULL;
    struct refusal refusal = { 0 };
    if (control_server_open(path, &server, &refusal) != OK)
        fail_msg("%s", refusal.rule);
    return server;
}

static struct control_client *
open_client(const char *path)
{
    struct control_client *client = NULL;
    struct refusal refusal = { 0 };
    if (control_client_open(path, &client, &refusal) != OK)
        fail_msg("%s", refusal.rule);
    return client;
}

static bool
server_receives(struct control_server *server, long patience_ms,
                struct control_message *ret_message)
{
    zmq_pollitem_t item;
    assert_int_equal(control_server_poll_items(server, &item, 1), 1);
    for (long waited_ms = 0; waited_ms < patience_ms; waited_ms += 10) {
        if (control_server_receive(server, ret_message) == OK)
            return true;
        zmq_poll(&item, 1, 10);
    }
    return false;
}

static void
send_text(struct control_client *client, const char *text)
{
    struct bytes frame = bytes_of_text(text);
    assert_int_equal(control_client_send(client, &frame, 1), OK);
}

static void
assert_server_refused(const char *path, const char *rule_part)
{
    struct control_server *server = NULL;
    struct refusal refusal = { 0 };
    assert_int_equal(control_server_open(path, &server, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_OPTION_INVALID);
    assert_string_equal(refusal.field, "control-socket");
    if (strstr(refusal.rule, rule_part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", rule_part, refusal.rule);
}

static void
assert_client_refused(const char *path, enum refusal_code code, const char *rule_part)
{
    struct control_client *client = NULL;
    struct refusal refusal = { 0 };
    assert_int_equal(control_client_open(path, &client, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, code);
    if (strstr(refusal.rule, rule_part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", rule_part, refusal.rule);
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    const char *temporary = getenv("TMPDIR");
    snprintf(fixture->folder, sizeof fixture->folder, "%s/yidi-control-XXXXXX",
             temporary == NULL ? "/tmp" : temporary);
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/control", fixture->folder);
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;
    control_server_close(fixture->server);
    unlink(fixture->path);
    int failed = rmdir(fixture->folder);
    free(fixture);
    return failed;
}

static void
control_carries_a_request_and_its_answer(void **state)
{
    struct fixture *fixture = *state;
    static struct control_message message;
    fixture->server = open_server(fixture->path);
    AUTO(control_client) struct control_client *first = open_client(fixture->path);
    AUTO(control_client) struct control_client *second = open_client(fixture->path);
    send_text(first, "from the first");
    assert_true(server_receives(fixture->server, PATIENCE_MS, &message));
    assert_int_equal(message.frame_count, 1);
    assert_true(bytes_equal(message.frames[0], bytes_of_text("from the first")));
    struct link_route route = message.route;
    control_message_fini(&message);

    struct bytes answer[] = { bytes_of_text("to the first"), bytes_of_text("") };
    assert_int_equal(control_server_reply(fixture->server, &route, answer, 2), OK);
    assert_int_equal(control_client_receive(first, PATIENCE_MS, &message), OK);
    assert_int_equal(message.frame_count, 2);
    assert_true(bytes_equal(message.frames[0], answer[0]));
    assert_int_equal(message.frames[1].size, 0);
    control_message_fini(&message);
    assert_int_equal(control_client_receive(second, SILENCE_MS, &message), ERR_ABSENT);
}

static void
control_carries_as_many_frames_as_an_export_needs(void **state)
{
    struct fixture *fixture = *state;
    static struct control_message message;
    static uint8_t large[8 * 1024 * 1024];
    struct bytes frames[CONTROL_FRAMES_MAX];
    for (size_t i = 0; i < CONTROL_FRAMES_MAX; i++)
        frames[i] = bytes_of(large, i);
    frames[0] = bytes_of(large, sizeof large);
    fixture->server = open_server(fixture->path);
    AUTO(control_client) struct control_client *client = open_client(fixture->path);
    assert_int_equal(control_client_send(client, frames, CONTROL_FRAMES_MAX), OK);
    assert_true(server_receives(fixture->server, PATIENCE_MS, &message));
    assert_int_equal(message.frame_count, CONTROL_FRAMES_MAX);
    for (size_t i = 0; i < CONTROL_FRAMES_MAX; i++)
        assert_int_equal(message.frames[i].size, frames[i].size);
    control_message_fini(&message);
}

static void
control_refuses_frames_beyond_the_bounds_before_sending(void **state)
{
    struct fixture *fixture = *state;
    struct bytes frames[CONTROL_FRAMES_MAX + 1] = { { NULL, 0 } };
    fixture->server = open_server(fixture->path);
    AUTO(control_client) struct control_client *client = open_client(fixture->path);
    assert_int_equal(control_client_send(client, frames, CONTROL_FRAMES_MAX + 1), ERR_FULL);
    frames[0] = bytes_of(frames, CONTROL_FRAME_BYTES_MAX + 1UL); /* never read */
    assert_int_equal(control_client_send(client, frames, 1), ERR_FULL);
}

static void
control_server_drops_too_many_frames_and_serves_on(void **state)
{
    struct fixture *fixture = *state;
    static struct control_message message;
    char endpoint[320];
    int zero = 0;
    fixture->server = open_server(fixture->path);
    void *context = zmq_ctx_new(), *dealer = zmq_socket(context, ZMQ_DEALER);
    zmq_setsockopt(dealer, ZMQ_LINGER, &zero, sizeof zero);
    snprintf(endpoint, sizeof endpoint, "ipc://%s", fixture->path);
    assert_int_equal(zmq_connect(dealer, endpoint), 0);
    for (int i = 0; i <= CONTROL_FRAMES_MAX; i++)
        assert_int_equal(zmq_send(dealer, "x", 1, i < CONTROL_FRAMES_MAX ? ZMQ_SNDMORE : 0), 1);
    assert_int_equal(zmq_send(dealer, "good", 4, 0), 4);
    assert_true(server_receives(fixture->server, PATIENCE_MS, &message));
    assert_int_equal(message.frame_count, 1);
    assert_true(bytes_equal(message.frames[0], bytes_of_text("good")));
    control_message_fini(&message);
    zmq_close(dealer);
    zmq_ctx_term(context);
}

static void
control_reply_to_a_client_that_left_is_absent(void **state)
{
    struct fixture *fixture = *state;
    static struct control_message message, none;
    struct bytes answer = bytes_of_text("too late");
    fixture->server = open_server(fixture->path);
    struct control_client *client = open_client(fixture->path);
    send_text(client, "hello");
    assert_true(server_receives(fixture->server, PATIENCE_MS, &message));
    control_client_close(client);
    enum result result = OK;
    for (int i = 0; result == OK && i < PATIENCE_MS / SILENCE_MS; i++) {
        assert_false(server_receives(fixture->server, SILENCE_MS, &none));
        result = control_server_reply(fixture->server, &message.route, &answer, 1);
    }
    assert_int_equal(result, ERR_ABSENT);
    control_message_fini(&message);
}

static void
control_socket_is_for_the_owner_alone_and_goes_with_the_server(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;
    mode_t before = umask(0);
    fixture->server = open_server(fixture->path);
    assert_int_equal(umask(before), 0); /* put back as it was */
    assert_int_equal(lstat(fixture->path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 07777, 0600);
    control_server_close(MOVE(fixture->server));
    assert_int_equal(lstat(fixture->path, &status), -1);
}

static void
control_server_replaces_what_a_dead_daemon_left(void **state)
{
    struct fixture *fixture = *state;
    static struct control_message message;
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    assert_true(strlen(fixture->path) < sizeof address.sun_path);
    memcpy(address.sun_path, fixture->path, strlen(fixture->path));
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
    close(dead); /* its file stays */
    assert_client_refused(fixture->path, REFUSAL_NOT_RUNNING, "no daemon listens");
    fixture->server = open_server(fixture->path);
    AUTO(control_client) struct control_client *client = open_client(fixture->path);
    send_text(client, "hello");
    assert_true(server_receives(fixture->server, PATIENCE_MS, &message));
    control_message_fini(&message);
}

static void
control_server_leaves_a_living_daemon_and_other_files_alone(void **state)
{
    struct fixture *fixture = *state;
    static struct control_message message;
    int file = open(fixture->path, O_CREAT | O_WRONLY, 0600);
    assert_true(file >= 0);
    close(file);
    assert_server_refused(fixture->path, "is no socket");
    assert_int_equal(unlink(fixture->path), 0);
    fixture->server = open_server(fixture->path);
    assert_server_refused(fixture->path, "another daemon");
    AUTO(control_client) struct control_client *client = open_client(fixture->path);
    send_text(client, "hello");
    assert_true(server_receives(fixture->server, PATIENCE_MS, &message));
    control_message_fini(&message);
}

static void
control_refuses_paths_that_no_socket_can_have(void **state)
{
    struct fixture *fixture = *state;
    char path[200], missing[300];
    memset(path, 'p', sizeof path);
    path[0] = '/';
    path[108] = '\0';
    assert_server_refused(path, "1 to 107 bytes; this one has 108");
    assert_client_refused(path, REFUSAL_FILE_UNREADABLE, "cannot use");
    assert_server_refused("", "this one has 0");
    assert_server_refused("@abstract", "a path");
    assert_server_refused("*", "a path");
    snprintf(missing, sizeof missing, "%.200s/none/control", fixture->folder);
    assert_server_refused(missing, "cannot listen");
    assert_client_refused(missing, REFUSAL_NOT_RUNNING, "no daemon listens");
}

static void
control_client_waits_no_longer_than_it_was_told(void **state)
{
    struct fixture *fixture = *state;
    static struct control_message message;
    fixture->server = open_server(fixture->path);
    AUTO(control_client) struct control_client *client = open_client(fixture->path);
    send_text(client, "a question that nobody answers");
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    assert_int_equal(control_client_receive(client, 100, &message), ERR_ABSENT);
    clock_gettime(CLOCK_MONOTONIC, &end);
    long waited_ms = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;
    assert_in_range(waited_ms, 99, 2000);
    assert_int_equal(control_client_receive(client, 0, &message), ERR_ABSENT);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(control_carries_a_request_and_its_answer),
        TEST(control_carries_as_many_frames_as_an_export_needs),
        TEST(control_refuses_frames_beyond_the_bounds_before_sending),
        TEST(control_server_drops_too_many_frames_and_serves_on),
        TEST(control_reply_to_a_client_that_left_is_absent),
        TEST(control_socket_is_for_the_owner_alone_and_goes_with_the_server),
        TEST(control_server_replaces_what_a_dead_daemon_left),
        TEST(control_server_leaves_a_living_daemon_and_other_files_alone),
        TEST(control_refuses_paths_that_no_socket_can_have),
        TEST(control_client_waits_no_longer_than_it_was_told),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
