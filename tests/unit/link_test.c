/* SPDX-License-Identifier: Apache-2.0
 *
 * link_test - two offices on loopback, real sockets, ports chosen by the system.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "common/io/link.h"

enum { PATIENCE_MS = 8000, SILENCE_MS = 200, KEYS_MAX = 4 };

#define SERVER_OFFICE "110105000000"
#define OTHER_OFFICE  "310101000000"

/* One office: its keys, and the keys that it lets in. */
struct office {
    uint8_t public_key[TRANSPORT_KEY_BYTES];
    uint8_t secret_key[TRANSPORT_KEY_BYTES];
    size_t allowed_count;
    uint8_t allowed[KEYS_MAX][TRANSPORT_KEY_BYTES];
    struct link *link;
};

struct fixture {
    struct office server, client;
};

/* ---- helpers ---- */

static uint64_t
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool
is_allowed(void *context, const uint8_t key[TRANSPORT_KEY_BYTES])
{
    const struct office *office = context;
    for (size_t i = 0; i < office->allowed_count; i++)
        if (memcmp(office->allowed[i], key, TRANSPORT_KEY_BYTES) == 0)
            return true;
    return false;
}

static void
allow(struct office *office, const struct office *other)
{
    memcpy(office->allowed[office->allowed_count++], other->public_key, TRANSPORT_KEY_BYTES);
}

static void
make_keys(struct office *office)
{
    char public_text[41], secret_text[41];
    assert_int_equal(zmq_curve_keypair(public_text, secret_text), 0);
    zmq_z85_decode(office->public_key, public_text);
    zmq_z85_decode(office->secret_key, secret_text);
}

static void
open_office(struct office *office, const char *endpoint)
{
    struct link_options options = { .endpoint = endpoint, .allow = is_allowed, .context = office };
    struct refusal refusal = { 0 };
    memcpy(options.public_key, office->public_key, TRANSPORT_KEY_BYTES);
    memcpy(options.secret_key, office->secret_key, TRANSPORT_KEY_BYTES);
    if (link_open(&options, &office->link, &refusal) != OK)
        fail_msg("%s", refusal.rule);
}

static void
connect_to(struct office *office, const struct office *server)
{
    assert_int_equal(
        link_connect(office->link, SERVER_OFFICE, link_endpoint(server->link), server->public_key),
        OK);
}

/* Wait for whatever stirs on two links; the other one must be served for its ZAP requests. */
static void
wait_on(struct link *link, struct link *other)
{
    zmq_pollitem_t items[32];
    size_t count = link_poll_items(link, items, 16);
    if (other != NULL)
        count += link_poll_items(other, items + count, 16);
    zmq_poll(items, (int)count, 10);
}

/* The next message on link; none may come on the other one meanwhile. */
static bool
next_message(struct link *link, struct link *other, uint64_t patience_ms,
             struct link_message *ret_message)
{
    uint64_t deadline_ms = now_ms() + patience_ms;
    do {
        struct link_message unwanted;
        if (link_receive(link, ret_message) == OK)
            return true;
        if (other != NULL)
            assert_int_equal(link_receive(other, &unwanted), ERR_ABSENT);
        wait_on(link, other);
    } while (now_ms() < deadline_ms);
    return false;
}

static struct link_message
expect_message(struct link *link, struct link *other, enum link_side side, const char *text)
{
    struct link_message message;
    assert_true(next_message(link, other, PATIENCE_MS, &message));
    assert_int_equal(message.side, side);
    if (text != NULL) {
        assert_int_equal(message.frame_count, 1);
        assert_true(bytes_equal(message.frames[0], bytes_of_text(text)));
    }
    return message;
}

static void
expect_silence(struct link *link, struct link *other)
{
    struct link_message message;
    assert_false(next_message(link, other, SILENCE_MS, &message));
}

static void
send_text(struct office *office, const char *text)
{
    struct bytes frame = bytes_of_text(text);
    assert_int_equal(link_send(office->link, SERVER_OFFICE, &frame, 1), OK);
}

/* Send and see it arrive; answers where it came from. */
static struct link_route
introduce(struct fixture *fixture)
{
    send_text(&fixture->client, "hello");
    struct link_message message =
        expect_message(fixture->server.link, fixture->client.link, LINK_INBOUND, "hello");
    struct link_route route = message.route;
    link_message_fini(&message);
    return route;
}

/* A DEALER that does not keep the rules; its context ends with it. */
static void *
open_stranger(const struct office *server, const struct office *keys, void **ret_context)
{
    int zero = 0;
    *ret_context = zmq_ctx_new();
    void *dealer = zmq_socket(*ret_context, ZMQ_DEALER);
    zmq_setsockopt(dealer, ZMQ_LINGER, &zero, sizeof zero);
    if (keys != NULL) {
        zmq_setsockopt(dealer, ZMQ_CURVE_PUBLICKEY, keys->public_key, TRANSPORT_KEY_BYTES);
        zmq_setsockopt(dealer, ZMQ_CURVE_SECRETKEY, keys->secret_key, TRANSPORT_KEY_BYTES);
        zmq_setsockopt(dealer, ZMQ_CURVE_SERVERKEY, server->public_key, TRANSPORT_KEY_BYTES);
    }
    assert_int_equal(zmq_connect(dealer, link_endpoint(server->link)), 0);
    return dealer;
}

static void
close_stranger(void *dealer, void *context)
{
    zmq_close(dealer);
    zmq_ctx_term(context);
}

static void
send_frames(void *dealer, size_t count, size_t frame_bytes)
{
    uint8_t *frame = calloc(1, frame_bytes);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(zmq_send(dealer, frame, frame_bytes, i + 1 < count ? ZMQ_SNDMORE : 0),
                         frame_bytes);
    free(frame);
}

static int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    make_keys(&fixture->server);
    make_keys(&fixture->client);
    allow(&fixture->server, &fixture->client);
    allow(&fixture->client, &fixture->server);
    open_office(&fixture->server, "tcp://127.0.0.1:*");
    open_office(&fixture->client, "tcp://127.0.0.1:*");
    *state = fixture;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *fixture = *state;
    link_close(fixture->client.link);
    link_close(fixture->server.link);
    free(fixture);
    return 0;
}

/* ---- who is let in ---- */

static void
link_carries_frames_both_ways_with_the_senders_key(void **state)
{
    struct fixture *fixture = *state;
    struct bytes frames[LINK_FRAMES_MAX] = { bytes_of_text("data"), bytes_of_text("envelope"),
                                             bytes_of_text(""), bytes_of_text("left"),
                                             bytes_of_text("right") };
    connect_to(&fixture->client, &fixture->server);
    assert_int_equal(link_send(fixture->client.link, SERVER_OFFICE, frames, LINK_FRAMES_MAX), OK);
    struct link_message message =
        expect_message(fixture->server.link, fixture->client.link, LINK_INBOUND, NULL);
    assert_memory_equal(message.key, fixture->client.public_key, TRANSPORT_KEY_BYTES);
    assert_int_equal(message.frame_count, LINK_FRAMES_MAX);
    for (size_t i = 0; i < LINK_FRAMES_MAX; i++)
        assert_true(bytes_equal(message.frames[i], frames[i]));
    struct bytes answer = bytes_of_text("ack");
    assert_int_equal(link_reply(fixture->server.link, &message.route, &answer, 1), OK);
    link_message_fini(&message);
    message = expect_message(fixture->client.link, fixture->server.link, LINK_OUTBOUND, "ack");
    assert_string_equal(message.office, SERVER_OFFICE);
    link_message_fini(&message);
}

static void
link_tells_two_peers_apart_by_their_keys(void **state)
{
    struct fixture *fixture = *state;
    struct office other = { 0 };
    make_keys(&other);
    allow(&fixture->server, &other);
    open_office(&other, "tcp://127.0.0.1:*");
    connect_to(&fixture->client, &fixture->server);
    connect_to(&other, &fixture->server);
    introduce(fixture);
    send_text(&other, "hello");
    struct link_message message =
        expect_message(fixture->server.link, other.link, LINK_INBOUND, "hello");
    assert_memory_equal(message.key, other.public_key, TRANSPORT_KEY_BYTES);
    link_message_fini(&message);
    link_close(other.link);
}

static void
link_refuses_a_key_that_is_not_allowed(void **state)
{
    struct fixture *fixture = *state;
    fixture->server.allowed_count = 0;
    connect_to(&fixture->client, &fixture->server);
    send_text(&fixture->client, "let me in");
    struct link_message message =
        expect_message(fixture->client.link, fixture->server.link, LINK_LOST, NULL);
    assert_string_equal(message.office, SERVER_OFFICE);
    assert_int_equal(message.frame_count, 0);
    expect_silence(fixture->server.link, fixture->client.link); /* and told only once */
    assert_int_equal(link_refused_count(fixture->server.link), 1);
    assert_int_equal(link_dropped_count(fixture->server.link), 0);
}

static void
link_does_not_talk_to_a_server_with_another_key(void **state)
{
    struct fixture *fixture = *state;
    struct office impostor = fixture->server;
    make_keys(&impostor); /* the directory names a key that the server does not have */
    connect_to(&fixture->client, &impostor);
    send_text(&fixture->client, "for the real office only");
    struct link_message message =
        expect_message(fixture->client.link, fixture->server.link, LINK_LOST, NULL);
    link_message_fini(&message);
    expect_silence(fixture->server.link, fixture->client.link);
}

static void
link_lets_no_plain_client_in(void **state)
{
    struct fixture *fixture = *state;
    void *context, *dealer = open_stranger(&fixture->server, NULL, &context);
    send_frames(dealer, 1, 5);
    expect_silence(fixture->server.link, NULL);
    assert_true(link_refused_count(fixture->server.link) > 0);
    close_stranger(dealer, context);
    connect_to(&fixture->client, &fixture->server);
    introduce(fixture);
}

/* ---- what is dropped ---- */

static void
link_drops_and_counts_what_is_too_large_or_too_many(void **state)
{
    struct fixture *fixture = *state;
    void *context, *dealer = open_stranger(&fixture->server, &fixture->client, &context);
    send_frames(dealer, 1, LINK_FRAME_BYTES_MAX + 1);
    send_frames(dealer, LINK_FRAMES_MAX + 1, 3);
    send_frames(dealer, 1000, 3);
    send_frames(dealer, LINK_FRAMES_MAX, 7);
    struct link_message message;
    assert_true(next_message(fixture->server.link, NULL, PATIENCE_MS, &message));
    assert_int_equal(message.frame_count, LINK_FRAMES_MAX); /* the only good one */
    assert_int_equal(message.frames[0].size, 7);
    link_message_fini(&message);
    assert_int_equal(link_dropped_count(fixture->server.link), 3);
    close_stranger(dealer, context);
}

static void
link_cuts_off_who_sends_far_too_much(void **state)
{
    struct fixture *fixture = *state;
    void *context, *dealer = open_stranger(&fixture->server, &fixture->client, &context);
    send_frames(dealer, 1, 2 * LINK_FRAME_BYTES_MAX);
    expect_silence(fixture->server.link, NULL);
    close_stranger(dealer, context);
    connect_to(&fixture->client, &fixture->server);
    introduce(fixture);
}

static void
link_drops_a_peer_that_chose_its_own_routing_id(void **state)
{
    struct fixture *fixture = *state;
    void *context = zmq_ctx_new(), *dealer = zmq_socket(context, ZMQ_DEALER);
    const struct office *client = &fixture->client, *server = &fixture->server;
    int zero = 0;
    zmq_setsockopt(dealer, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(dealer, ZMQ_ROUTING_ID, "squat", 5);
    zmq_setsockopt(dealer, ZMQ_CURVE_PUBLICKEY, client->public_key, TRANSPORT_KEY_BYTES);
    zmq_setsockopt(dealer, ZMQ_CURVE_SECRETKEY, client->secret_key, TRANSPORT_KEY_BYTES);
    zmq_setsockopt(dealer, ZMQ_CURVE_SERVERKEY, server->public_key, TRANSPORT_KEY_BYTES);
    assert_int_equal(zmq_connect(dealer, link_endpoint(server->link)), 0);
    send_frames(dealer, 1, 5);
    expect_silence(server->link, NULL);
    assert_int_equal(link_dropped_count(server->link), 1);
    close_stranger(dealer, context);
}

static void
link_send_refuses_what_the_other_side_would_drop(void **state)
{
    struct fixture *fixture = *state;
    struct bytes frames[LINK_FRAMES_MAX + 1] = { { NULL, 0 } };
    connect_to(&fixture->client, &fixture->server);
    assert_int_equal(link_send(fixture->client.link, SERVER_OFFICE, frames, LINK_FRAMES_MAX + 1),
                     ERR_REFUSED);
    uint8_t *large = calloc(1, LINK_FRAME_BYTES_MAX + 1);
    frames[1] = bytes_of(large, LINK_FRAME_BYTES_MAX + 1);
    assert_int_equal(link_send(fixture->client.link, SERVER_OFFICE, frames, 2), ERR_REFUSED);
    frames[1].size--;
    assert_int_equal(link_send(fixture->client.link, SERVER_OFFICE, frames, 2), OK);
    free(large);
    struct link_message message =
        expect_message(fixture->server.link, fixture->client.link, LINK_INBOUND, NULL);
    assert_int_equal(message.frame_count, 2);
    assert_int_equal(message.frames[1].size, LINK_FRAME_BYTES_MAX);
    link_message_fini(&message);
}

/* ---- connections that end ---- */

static void
link_reply_to_a_peer_that_is_gone_is_absent(void **state)
{
    struct fixture *fixture = *state;
    struct bytes answer = bytes_of_text("ack");
    connect_to(&fixture->client, &fixture->server);
    struct link_route route = introduce(fixture);
    link_disconnect(fixture->client.link, SERVER_OFFICE);
    enum result result = OK;
    for (uint64_t deadline_ms = now_ms() + PATIENCE_MS; result == OK && now_ms() < deadline_ms;) {
        result = link_reply(fixture->server.link, &route, &answer, 1);
        expect_silence(fixture->server.link, NULL);
    }
    assert_int_equal(result, ERR_ABSENT);
    assert_int_equal(link_send(fixture->client.link, SERVER_OFFICE, &answer, 1), ERR_ABSENT);
    link_disconnect(fixture->client.link, SERVER_OFFICE); /* does nothing */
}

static void
link_tells_once_that_the_server_died_and_connects_again(void **state)
{
    struct fixture *fixture = *state;
    struct bytes frame = bytes_of_text("anybody?");
    char endpoint[LINK_ENDPOINT_BYTES];
    connect_to(&fixture->client, &fixture->server);
    introduce(fixture);
    snprintf(endpoint, sizeof endpoint, "%s", link_endpoint(fixture->server.link));
    link_close(MOVE(fixture->server.link));
    struct link_message message = expect_message(fixture->client.link, NULL, LINK_LOST, NULL);
    assert_string_equal(message.office, SERVER_OFFICE);
    expect_silence(fixture->client.link, NULL);
    assert_int_equal(link_send(fixture->client.link, SERVER_OFFICE, &frame, 1), ERR_ABSENT);

    link_disconnect(fixture->client.link, SERVER_OFFICE);
    assert_int_equal(
        link_connect(fixture->client.link, SERVER_OFFICE, endpoint, fixture->server.public_key),
        OK);
    message = expect_message(fixture->client.link, NULL, LINK_LOST, NULL); /* nobody listens */
    link_disconnect(fixture->client.link, SERVER_OFFICE);
    open_office(&fixture->server, endpoint);
    connect_to(&fixture->client, &fixture->server);
    introduce(fixture);
}

static void
link_tells_that_an_endpoint_leads_nowhere(void **state)
{
    struct fixture *fixture = *state;
    static const char *const nowhere[] = { "tcp://no-such.invalid:5600", "tcp://127.0.0.1:99999",
                                           "tcp://127.0.0.1:0", "tcp://:1",
                                           "tcp://192.0.2.1:5;127.0.0.1:1" };
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        assert_int_equal(link_connect(fixture->client.link, OTHER_OFFICE, nowhere[i],
                                      fixture->server.public_key),
                         OK);
        struct link_message message = expect_message(fixture->client.link, NULL, LINK_LOST, NULL);
        assert_string_equal(message.office, OTHER_OFFICE);
        link_disconnect(fixture->client.link, OTHER_OFFICE);
    }
}

static void
link_connect_refuses_endpoints_that_are_none_and_a_second_one(void **state)
{
    struct fixture *fixture = *state;
    static const char *const wrong[] = { "",           "127.0.0.1:5600",  "ipc:///tmp/socket",
                                         "inproc://x", "tcp://127.0.0.1", "tcp://" };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(
            link_connect(fixture->client.link, OTHER_OFFICE, wrong[i], fixture->server.public_key),
            ERR_IO);
    connect_to(&fixture->client, &fixture->server);
    assert_int_equal(link_connect(fixture->client.link, SERVER_OFFICE,
                                  link_endpoint(fixture->server.link), fixture->server.public_key),
                     ERR_FULL);
    introduce(fixture);
}

static void
link_open_refuses_an_endpoint_that_is_taken_or_none(void **state)
{
    struct fixture *fixture = *state;
    struct link_options options = { .allow = is_allowed, .context = &fixture->client };
    const char *endpoints[] = { link_endpoint(fixture->server.link), "ipc:///tmp/x", "tcp://*" };
    for (size_t i = 0; i < 3; i++) {
        struct refusal refusal = { 0 };
        struct link *second = NULL;
        options.endpoint = endpoints[i];
        assert_int_equal(link_open(&options, &second, &refusal), ERR_REFUSED);
        assert_int_equal(refusal.code, REFUSAL_OPTION_INVALID);
        assert_non_null(strstr(refusal.rule, endpoints[i]));
    }
}

/* ---- many ---- */

static void
link_pipe_that_is_full_says_so_and_loses_nothing(void **state)
{
    struct fixture *fixture = *state;
    static uint8_t body[64 * 1024];
    struct bytes frame = bytes_of(body, sizeof body);
    uint64_t sent = 0, received = 0;
    connect_to(&fixture->client, &fixture->server);
    introduce(fixture);
    enum result result = OK;
    while (sent < 10000) {
        bytes_put_u64(body, sent);
        result = link_send(fixture->client.link, SERVER_OFFICE, &frame, 1);
        if (result != OK)
            break;
        sent++;
    }
    assert_int_equal(result, ERR_FULL);
    assert_true(sent >= WINDOW_MESSAGES);
    struct link_message message;
    while (received < sent &&
           next_message(fixture->server.link, fixture->client.link, PATIENCE_MS, &message)) {
        assert_int_equal(bytes_get_u64(message.frames[0].data), received++);
        link_message_fini(&message);
    }
    assert_int_equal(received, sent);
}

static void
link_carries_ten_thousand_applications_in_order(void **state)
{
    struct fixture *fixture = *state;
    enum { MESSAGES = 10000, BODY_BYTES = 30 * 1024 };
    static uint8_t body[BODY_BYTES];
    struct bytes frames[] = { bytes_of_text("data"), bytes_of(body, sizeof body) };
    uint64_t sent = 0, received = 0;
    connect_to(&fixture->client, &fixture->server);
    while (received < MESSAGES) {
        struct link_message message;
        bytes_put_u64(body, sent);
        if (sent < MESSAGES && sent - received < WINDOW_MESSAGES) {
            assert_int_equal(link_send(fixture->client.link, SERVER_OFFICE, frames, 2), OK);
            sent++;
            continue;
        }
        assert_true(
            next_message(fixture->server.link, fixture->client.link, PATIENCE_MS, &message));
        for (enum result result = OK; result == OK;) {
            assert_int_equal(message.frame_count, 2);
            assert_int_equal(message.frames[1].size, BODY_BYTES);
            assert_int_equal(bytes_get_u64(message.frames[1].data), received++);
            link_message_fini(&message);
            result = link_receive(fixture->server.link, &message);
        }
    }
    assert_int_equal(link_dropped_count(fixture->server.link), 0);
}

static void
link_serves_a_quiet_peer_beside_a_flood(void **state)
{
    struct fixture *fixture = *state;
    struct bytes frame = bytes_of_text("flood");
    connect_to(&fixture->client, &fixture->server);
    introduce(fixture);
    /* The server also has a DEALER of its own, to the client, on which one answer waits. */
    assert_int_equal(link_connect(fixture->server.link, OTHER_OFFICE,
                                  link_endpoint(fixture->client.link), fixture->client.public_key),
                     OK);
    assert_int_equal(link_send(fixture->server.link, OTHER_OFFICE, &frame, 1), OK);
    struct link_message message =
        expect_message(fixture->client.link, fixture->server.link, LINK_INBOUND, "flood");
    struct bytes quiet = bytes_of_text("quiet");
    assert_int_equal(link_reply(fixture->client.link, &message.route, &quiet, 1), OK);
    link_message_fini(&message);
    for (int i = 0; i < 400; i++)
        assert_int_equal(link_send(fixture->client.link, SERVER_OFFICE, &frame, 1), OK);
    usleep(100 * 1000); /* both are there before the first is read */
    unsigned before = 0;
    for (;; before++) {
        assert_int_equal(link_receive(fixture->server.link, &message), OK);
        enum link_side side = message.side;
        link_message_fini(&message);
        if (side == LINK_OUTBOUND)
            break;
    }
    assert_true(before <= 32); /* 64 were waiting */
}

#define PAIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        PAIR(link_carries_frames_both_ways_with_the_senders_key),
        PAIR(link_tells_two_peers_apart_by_their_keys),
        PAIR(link_refuses_a_key_that_is_not_allowed),
        PAIR(link_does_not_talk_to_a_server_with_another_key),
        PAIR(link_lets_no_plain_client_in),
        PAIR(link_drops_and_counts_what_is_too_large_or_too_many),
        PAIR(link_cuts_off_who_sends_far_too_much),
        PAIR(link_drops_a_peer_that_chose_its_own_routing_id),
        PAIR(link_send_refuses_what_the_other_side_would_drop),
        PAIR(link_reply_to_a_peer_that_is_gone_is_absent),
        PAIR(link_tells_once_that_the_server_died_and_connects_again),
        PAIR(link_tells_that_an_endpoint_leads_nowhere),
        PAIR(link_connect_refuses_endpoints_that_are_none_and_a_second_one),
        PAIR(link_open_refuses_an_endpoint_that_is_taken_or_none),
        PAIR(link_pipe_that_is_full_says_so_and_loses_nothing),
        PAIR(link_carries_ten_thousand_applications_in_order),
        PAIR(link_serves_a_quiet_peer_beside_a_flood),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
