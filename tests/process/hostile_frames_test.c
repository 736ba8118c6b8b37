/* SPDX-License-Identifier: Apache-2.0
 *
 * hostile_frames_test - what reaches a daemon's port without being a message: garbage, frames too
 * large, too many or cut off, strangers, plain TCP.
 *
 * The registry lives, tells that it dropped what came from a listed office, lets nobody else in,
 * and serves the good peers meanwhile.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "common/io/wire.h"
#include "tests/lib/journey.h"
#include "tests/lib/puppet.h"

enum { QUIET_MS = 60, HUGE_BYTES = 40 * 1024 * 1024 };

static struct network network;
static struct puppet puppet;
static struct made_application application;
static bool failed = true;

static struct network_office *const registry = &network.offices[QINGYANG];
static struct network_office *const window = &network.offices[SHENZHEN]; /* the puppet */
static struct network_office *const good_window = &network.offices[FUTIAN];

static int
set_up(void **unused)
{
    (void)unused;
    struct made_citizen citizen;
    failed = true;
    network_open(&network, NULL);
    network_start(registry);
    network_start(good_window);
    network_populate(registry, 1, 10, NULL);
    citizen_make(1, registry->area, &citizen);
    application_make(&citizen, YIDI__APPLICATION_KIND__RENEWAL, &application);
    puppet_open(&puppet, window);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    puppet_close(&puppet);
    network_close(&network, failed);
    return 0;
}

static uint64_t
dropped(void)
{
    AUTO(network_answer) struct network_answer answer = { 0 };
    network_status(registry, &answer);
    return answer.response->status->dropped;
}

static bool
has_dropped(void *count)
{
    return dropped() >= *(uint64_t *)count;
}

static void
assert_dropped_since(uint64_t before, uint64_t count)
{
    uint64_t awaited = before + count;
    network_wait_until(&network, "the frames are dropped", has_dropped, &awaited);
    puppet_pump(&puppet, QUIET_MS);
    assert_int_equal(dropped(), awaited);
}

/* A good office is served as ever. */
static void
assert_others_are_served(uint64_t seed)
{
    char number[CASE_NUMBER_CHARS + 1];
    struct made_citizen citizen;
    citizen_make(seed, registry->area, &citizen);
    application_set_citizen(&application, &citizen);
    network_apply(good_window, &application, "", number);
    network_wait_for_state(registry, number, "received");
}

/* ---- a listed office ---- */

static void
garbage_of_a_listed_office_is_dropped_and_counted(void **unused)
{
    (void)unused;
    uint8_t noise[5000];
    uint64_t random = 12345, count = 0;
    puppet_greet(&puppet, registry, 1);
    uint64_t before = dropped();
    for (size_t size = 1; size <= sizeof noise; size = size * 2 + 1) {
        for (size_t i = 0; i < size; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            noise[i] = (uint8_t)(random >> 33);
        }
        struct bytes frames[LINK_FRAMES_MAX];
        for (size_t i = 0; i < LINK_FRAMES_MAX; i++)
            frames[i] = bytes_of(noise, size);
        puppet_send_raw(&puppet, registry, frames, 1 + size % LINK_FRAMES_MAX);
        count++;
    }
    assert_dropped_since(before, count);
    assert_others_are_served(1);
    failed = false;
}

static void
frames_of_the_wrong_side_or_with_parts_missing_are_dropped(void **unused)
{
    (void)unused;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    Yidi__Ack ack = YIDI__ACK__INIT;
    Yidi__Data data = YIDI__DATA__INIT;
    Yidi__DirectoryOffer offer = YIDI__DIRECTORY_OFFER__INIT;
    Yidi__Refuse refuse = YIDI__REFUSE__INIT;
    const struct bytes none = { 0 };
    puppet_greet(&puppet, registry, 1);
    uint64_t before = dropped();
    ack.sequence = ack.window_messages = 1;
    ack.window_bytes = 1;
    frame.body_case = YIDI__LINK_FRAME__BODY_ACK;
    frame.ack = &ack;
    puppet_send_frame(&puppet, registry, &frame, none);
    ack.window_messages = 0; /* out of its bounds */
    puppet_send_frame(&puppet, registry, &frame, none);
    refuse.code = "STORE_FULL";
    frame.body_case = YIDI__LINK_FRAME__BODY_REFUSE;
    frame.refuse = &refuse;
    puppet_send_frame(&puppet, registry, &frame, none);
    data.sequence = 1;
    frame.body_case = YIDI__LINK_FRAME__BODY_DATA;
    frame.data = &data;
    puppet_send_frame(&puppet, registry, &frame, none);
    puppet_send_frame(&puppet, registry, &frame, bytes_of("", 0));
    offer.version = 99;
    frame.body_case = YIDI__LINK_FRAME__BODY_DIRECTORY;
    frame.directory = &offer;
    puppet_send_frame(&puppet, registry, &frame, none);
    puppet_send_frame(&puppet, registry, &frame, bytes_of("x", 1));
    assert_dropped_since(before, 7);
    assert_others_are_served(1);
    failed = false;
}

static void
a_true_envelope_cut_off_anywhere_is_dropped(void **unused)
{
    (void)unused;
    struct bytes frames[ATTACHMENTS_MAX];
    size_t frame_count = application_frames(&application, frames);
    const struct puppet_envelope request = {
        .to = registry,
        .sequence = 1,
        .message = puppet_submit(&puppet, &application, "44030551010026110100000017",
                                 &network.offices[YUEXIU]),
        .attachments = frames,
        .attachment_count = frame_count,
    };
    struct bytes envelope = puppet_seal(&puppet, &request);
    puppet_greet(&puppet, registry, 1);
    uint64_t before = dropped(), count = 0;
    for (size_t size = 0; size < envelope.size; size += 37) {
        puppet_send(&puppet, registry, 1, bytes_of(envelope.data, size), frames, frame_count);
        count++;
    }
    assert_dropped_since(before, count);
    assert_int_equal(network_count_in_state(registry, "received"), 0);
    failed = false;
}

/* ---- sockets of any kind ---- */

struct raw_keys {
    uint8_t public_key[TRANSPORT_KEY_BYTES];
    uint8_t secret_key[TRANSPORT_KEY_BYTES];
};

static struct raw_keys
keys_of(const struct network_office *office)
{
    char path[NETWORK_PATH_BYTES];
    struct raw_keys keys;
    assert_int_equal(transport_key_load(network_path(office, "transport.key", path),
                                        keys.public_key, keys.secret_key, NULL),
                     OK);
    return keys;
}

static void *
open_dealer(void *context, const struct raw_keys *keys)
{
    int zero = 0, two_seconds = 2000;
    void *dealer = zmq_socket(context, ZMQ_DEALER);
    assert_non_null(dealer);
    zmq_setsockopt(dealer, ZMQ_LINGER, &zero, sizeof zero);
    zmq_setsockopt(dealer, ZMQ_SNDTIMEO, &two_seconds, sizeof two_seconds);
    if (keys != NULL) {
        zmq_setsockopt(dealer, ZMQ_CURVE_SERVERKEY, registry->transport_key, TRANSPORT_KEY_BYTES);
        zmq_setsockopt(dealer, ZMQ_CURVE_PUBLICKEY, keys->public_key, TRANSPORT_KEY_BYTES);
        zmq_setsockopt(dealer, ZMQ_CURVE_SECRETKEY, keys->secret_key, TRANSPORT_KEY_BYTES);
    }
    assert_int_equal(zmq_connect(dealer, registry->endpoint), 0);
    return dealer;
}

static bool
answers(void *dealer, uint64_t timeout_ms)
{
    zmq_pollitem_t item = { .socket = dealer, .events = ZMQ_POLLIN };
    return zmq_poll(&item, 1, (long)timeout_ms) > 0;
}

static void
send_ping(void *dealer)
{
    AUTO(arena) struct arena arena;
    Yidi__Ping ping = YIDI__PING__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    arena_init(&arena);
    frame.body_case = YIDI__LINK_FRAME__BODY_PING;
    frame.ping = &ping;
    struct bytes packed = wire_encode(&frame.base, &arena);
    (void)!zmq_send(dealer, packed.data, packed.size, ZMQ_DONTWAIT);
}

static void
frames_too_large_or_too_many_cost_only_their_sender(void **unused)
{
    (void)unused;
    AUTO(heap) uint8_t *huge = calloc(1, HUGE_BYTES);
    assert_non_null(huge);
    void *context = zmq_ctx_new();
    const struct raw_keys keys = keys_of(window);
    void *dealer = open_dealer(context, &keys);
    send_ping(dealer);
    assert_true(answers(dealer, NETWORK_PATIENCE_MS));
    for (int i = 0; i < 300; i++)
        assert_int_equal(zmq_send(dealer, "x", 1, i < 299 ? ZMQ_SNDMORE : 0), 1);
    (void)!zmq_send(dealer, huge, LINK_FRAME_BYTES_MAX + 1, 0);
    (void)!zmq_send(dealer, huge, HUGE_BYTES, 0);
    assert_others_are_served(1);
    zmq_close(dealer);
    dealer = open_dealer(context, &keys); /* and the sender may come back */
    send_ping(dealer);
    assert_true(answers(dealer, NETWORK_PATIENCE_MS));
    zmq_close(dealer);
    zmq_ctx_term(context);
    assert_others_are_served(2);
    failed = false;
}

static void
a_key_in_no_directory_or_none_at_all_gets_no_answer(void **unused)
{
    (void)unused;
    struct raw_keys stranger;
    char path[NETWORK_PATH_BYTES];
    void *context = zmq_ctx_new();
    assert_int_equal(
        transport_key_create(network_path(window, "stranger.key", path), stranger.public_key, NULL),
        OK);
    assert_int_equal(transport_key_load(path, stranger.public_key, stranger.secret_key, NULL), OK);
    void *dealers[] = { open_dealer(context, &stranger), open_dealer(context, NULL) };
    for (int i = 0; i < 2; i++) {
        send_ping(dealers[i]);
        assert_false(answers(dealers[i], 500));
        zmq_close(dealers[i]);
    }
    zmq_ctx_term(context);
    assert_int_equal(dropped(), 0); /* nothing got as far as the office */
    assert_others_are_served(1);
    failed = false;
}

static int
connect_plainly(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    char host[64];
    unsigned port;
    assert_int_equal(sscanf(registry->endpoint, "tcp://%63[^:]:%u", host, &port), 2);
    address.sin_port = htons((uint16_t)port);
    assert_int_equal(inet_pton(AF_INET, host, &address.sin_addr), 1);
    int stream = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(stream, (struct sockaddr *)&address, sizeof address), 0);
    return stream;
}

static void
plain_tcp_disturbs_nobody(void **unused)
{
    (void)unused;
    enum { STREAMS = 100 };
    int streams[STREAMS];
    static const char *const texts[] = { "GET / HTTP/1.0\r\n\r\n",
                                         "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x03", "\xff",
                                         "" };
    for (int i = 0; i < STREAMS; i++) {
        streams[i] = connect_plainly();
        const char *text = texts[i % 4];
        (void)!write(streams[i], text, strlen(text));
    }
    assert_others_are_served(1);
    for (int i = 0; i < STREAMS; i++)
        close(streams[i]);
    assert_others_are_served(2);
    failed = false;
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(garbage_of_a_listed_office_is_dropped_and_counted),
        TEST(frames_of_the_wrong_side_or_with_parts_missing_are_dropped),
        TEST(a_true_envelope_cut_off_anywhere_is_dropped),
        TEST(frames_too_large_or_too_many_cost_only_their_sender),
        TEST(a_key_in_no_directory_or_none_at_all_gets_no_answer),
        TEST(plain_tcp_disturbs_nobody),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
