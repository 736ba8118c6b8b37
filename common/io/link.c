/* SPDX-License-Identifier: Apache-2.0
 *
 * link - see link.h. Sockets never heartbeat by themselves (ZMTP heartbeats on a connecting socket
 * can abort the process), and a DEALER never reconnects by itself: whoever opened it is told once
 * that it is lost, and decides.
 */
#include "common/io/link.h"

#include <errno.h>
#include <stdio.h>
#include <zmq.h>

#include "common/core/require.h"
#include "common/io/frames.h"
#include "common/io/monitor.h"
#include "common/io/zap.h"

#define TCP "tcp://"

enum {
    SOCKETS_PER_PEER = 6, /* DEALER and both ends of its monitor; as much again for closing ones */
    SOCKETS_OF_OURS = 16,
    BACKLOG = 1024,
    HANDSHAKE_MS = 5000,
    CONNECT_MS = 10000,
    RECONNECT_MS = 24 * 60 * 60 * 1000, /* long after the owner has closed the socket */
    UNANSWERED_MS = 60000,              /* TCP gives up when sent data stays unconfirmed */
    KEEPALIVE_IDLE_S = 60,
    KEEPALIVE_INTERVAL_S = 10,
    KEEPALIVE_PROBES = 6,
    /* A whole window and what goes beside it; twice, because a pipe learns of what was read from
     * it only after half its size. */
    SEND_QUEUE_MESSAGES = 2 * (WINDOW_MESSAGES + 64),
    RECEIVE_QUEUE_MESSAGES = 64, /* per connection; the rest waits at the sender */
    FRAME_BYTES_HARD_MAX = LINK_FRAME_BYTES_MAX + 64 * 1024,
    TURN_MESSAGES = 32, /* taken from one socket before the next one has its turn */
    DROPPED_MAX = 1024, /* in one call */
    EVENTS_LOST = ZMQ_EVENT_CLOSED | ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_DISCONNECTED,
    EVENTS_FAILED = ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH,
};

_Static_assert((int)FRAMES_ROUTE_BYTES <= (int)LINK_ROUTE_BYTES_MAX, "a route holds a routing id");
_Static_assert((int)ZAP_KEY_BYTES == (int)TRANSPORT_KEY_BYTES, "one kind of key");

struct peer {
    char office[OFFICE_CODE_CHARS + 1];
    void *dealer; /* NULL once lost */
    struct monitor *monitor;
};

struct link {
    void *context;
    void *router;
    struct monitor *monitor; /* of the router */
    struct zap *zap;
    uint8_t public_key[TRANSPORT_KEY_BYTES];
    uint8_t secret_key[TRANSPORT_KEY_BYTES];
    char endpoint[LINK_ENDPOINT_BYTES];
    size_t peer_count;
    struct peer *peers[LINK_PEERS_MAX]; /* sorted by office */
    size_t turn;                        /* 0 the router, else 1 + index of a peer */
    unsigned turn_left;                 /* messages until the next one's turn */
    uint64_t monitor_number;
    uint64_t dropped_count;
    uint64_t refused_count;
};

/* ---- sockets ---- */

static void
set_number(void *socket, int option, int value)
{
    REQUIRE(zmq_setsockopt(socket, option, &value, sizeof value) == 0);
}

static void
set_key(void *socket, int option, const uint8_t key[TRANSPORT_KEY_BYTES])
{
    REQUIRE(zmq_setsockopt(socket, option, key, TRANSPORT_KEY_BYTES) == 0);
}

static void
set_options(const struct link *link, void *socket, const char *endpoint)
{
    int64_t frame_bytes_max = FRAME_BYTES_HARD_MAX;
    set_number(socket, ZMQ_LINGER, 0);
    set_number(socket, ZMQ_SNDTIMEO, 0);
    set_number(socket, ZMQ_SNDHWM, SEND_QUEUE_MESSAGES);
    set_number(socket, ZMQ_RCVHWM, RECEIVE_QUEUE_MESSAGES);
    set_number(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
    set_number(socket, ZMQ_TCP_KEEPALIVE, 1);
    set_number(socket, ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_S);
    set_number(socket, ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_INTERVAL_S);
    set_number(socket, ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_PROBES);
    set_number(socket, ZMQ_TCP_MAXRT, UNANSWERED_MS);
    set_number(socket, ZMQ_IPV6, strchr(endpoint, '[') != NULL);
    REQUIRE(zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &frame_bytes_max, sizeof frame_bytes_max) == 0);
    set_key(socket, ZMQ_CURVE_PUBLICKEY, link->public_key);
    set_key(socket, ZMQ_CURVE_SECRETKEY, link->secret_key);
}

static enum result
open_router(struct link *link, const char *endpoint)
{
    size_t size = sizeof link->endpoint;
    link->router = zmq_socket(link->context, ZMQ_ROUTER);
    if (link->router == NULL)
        return ERR_IO;
    set_options(link, link->router, endpoint);
    set_number(link->router, ZMQ_CURVE_SERVER, 1);
    set_number(link->router, ZMQ_ROUTER_MANDATORY, 1);
    set_number(link->router, ZMQ_BACKLOG, BACKLOG);
    REQUIRE(zmq_setsockopt(link->router, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, strlen(ZAP_DOMAIN)) == 0);
    enum result result = monitor_open(link->context, link->router, EVENTS_FAILED,
                                      link->monitor_number++, &link->monitor);
    if (result != OK)
        return result;
    if (zmq_bind(link->router, endpoint) != 0 ||
        zmq_getsockopt(link->router, ZMQ_LAST_ENDPOINT, link->endpoint, &size) != 0)
        return ERR_IO;
    return OK;
}

static enum result
open_context(struct link *link)
{
    link->context = zmq_ctx_new();
    if (link->context == NULL)
        return ERR_MEMORY;
    REQUIRE(zmq_ctx_set(link->context, ZMQ_IO_THREADS, 1) == 0);
    REQUIRE(zmq_ctx_set(link->context, ZMQ_MAX_SOCKETS,
                        SOCKETS_OF_OURS + SOCKETS_PER_PEER * LINK_PEERS_MAX) == 0);
    return OK;
}

enum result
link_open(const struct link_options *options, struct link **ret_link, struct refusal *ret_refusal)
{
    if (strncmp(options->endpoint, TCP, strlen(TCP)) != 0)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "endpoint",
                      "such as tcp://127.0.0.1:5600; this one is %s", options->endpoint);
    AUTO(link) struct link *link = calloc(1, sizeof *link);
    if (link == NULL)
        return ERR_MEMORY;
    memcpy(link->public_key, options->public_key, TRANSPORT_KEY_BYTES);
    memcpy(link->secret_key, options->secret_key, TRANSPORT_KEY_BYTES);
    link->turn_left = TURN_MESSAGES;
    enum result result = open_context(link);
    if (result == OK && !zmq_has("curve"))
        result = ERR_IO;
    if (result == OK)
        result = zap_open(link->context, options->allow, options->context, &link->zap);
    if (result != OK)
        return result;
    if (open_router(link, options->endpoint) != OK)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "endpoint", "cannot listen on %s: %s",
                      options->endpoint, zmq_strerror(errno));
    *ret_link = MOVE(link);
    return OK;
}

static void
close_dealer(struct peer *peer)
{
    if (peer->monitor != NULL)
        monitor_close(MOVE(peer->monitor));
    if (peer->dealer != NULL)
        zmq_close(MOVE(peer->dealer));
}

static void
peer_destroy(struct peer *peer)
{
    close_dealer(peer);
    free(peer);
}

DEFINE_AUTO(peer, struct peer *, peer_destroy)

void
link_close(struct link *link)
{
    if (link == NULL)
        return;
    for (size_t i = 0; i < link->peer_count; i++)
        peer_destroy(link->peers[i]);
    monitor_close(link->monitor);
    if (link->router != NULL)
        zmq_close(link->router);
    zap_close(link->zap);
    while (link->context != NULL && zmq_ctx_term(link->context) != 0 && errno == EINTR)
        ;
    explicit_bzero(link->secret_key, sizeof link->secret_key);
    free(link);
}

const char *
link_endpoint(const struct link *link)
{
    return link->endpoint;
}

/* ---- peers ---- */

/* Where the office is in the sorted list, or where it belongs. */
static size_t
find_index(const struct link *link, const char *office, bool *ret_found)
{
    size_t low = 0, high = link->peer_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(link->peers[middle]->office, office) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_found = low < link->peer_count && strcmp(link->peers[low]->office, office) == 0;
    return low;
}

static enum result
open_dealer(struct link *link, struct peer *peer, const char *endpoint,
            const uint8_t server_key[TRANSPORT_KEY_BYTES])
{
    peer->dealer = zmq_socket(link->context, ZMQ_DEALER);
    if (peer->dealer == NULL)
        return errno == EMFILE || errno == ENFILE ? ERR_FULL : ERR_IO;
    set_options(link, peer->dealer, endpoint);
    set_key(peer->dealer, ZMQ_CURVE_SERVERKEY, server_key);
    set_number(peer->dealer, ZMQ_CONNECT_TIMEOUT, CONNECT_MS);
    set_number(peer->dealer, ZMQ_RECONNECT_IVL, RECONNECT_MS);
    enum result result = monitor_open(link->context, peer->dealer, EVENTS_LOST | EVENTS_FAILED,
                                      link->monitor_number++, &peer->monitor);
    if (result == OK && zmq_connect(peer->dealer, endpoint) != 0)
        result = ERR_IO;
    return result;
}

enum result
link_connect(struct link *link, const char *office, const char *endpoint,
             const uint8_t server_key[TRANSPORT_KEY_BYTES])
{
    bool found;
    REQUIRE(strlen(office) <= OFFICE_CODE_CHARS);
    size_t index = find_index(link, office, &found);
    if (found || link->peer_count == LINK_PEERS_MAX)
        return ERR_FULL;
    if (strncmp(endpoint, TCP, strlen(TCP)) != 0)
        return ERR_IO;
    AUTO(peer) struct peer *peer = calloc(1, sizeof *peer);
    if (peer == NULL)
        return ERR_MEMORY;
    snprintf(peer->office, sizeof peer->office, "%s", office);
    enum result result = open_dealer(link, peer, endpoint, server_key);
    if (result != OK)
        return result;
    memmove(&link->peers[index + 1], &link->peers[index],
            (link->peer_count - index) * sizeof *link->peers);
    link->peers[index] = MOVE(peer);
    link->peer_count++;
    return OK;
}

void
link_disconnect(struct link *link, const char *office)
{
    bool found;
    size_t index = find_index(link, office, &found);
    if (!found)
        return;
    peer_destroy(link->peers[index]);
    link->peer_count--;
    memmove(&link->peers[index], &link->peers[index + 1],
            (link->peer_count - index) * sizeof *link->peers);
}

/* ---- receiving ---- */

static enum result
receive_inbound(struct link *link, struct link_message *ret_message)
{
    struct frames frames = {
        .room = LINK_FRAMES_MAX,
        .frame_bytes_max = LINK_FRAME_BYTES_MAX,
        .list = ret_message->frames,
        .storage = ret_message->storage,
        .route = ret_message->route.bytes,
    };
    enum result result = frames_receive(link->router, &frames);
    if (result != OK)
        return result;
    ret_message->side = LINK_INBOUND;
    ret_message->route.size = FRAMES_ROUTE_BYTES;
    ret_message->frame_count = frames.count;
    if (zap_key_of_user(zmq_msg_gets(frames.storage[0], "User-Id"), ret_message->key) == OK)
        return OK;
    link_message_fini(ret_message);
    return ERR_REFUSED;
}

/* A frame of the peer's, or the news that the connection is gone: once, then the socket is closed
 * so that it cannot come back unnoticed. */
static enum result
receive_outbound(struct peer *peer, struct link_message *ret_message)
{
    struct frames frames = {
        .room = LINK_FRAMES_MAX,
        .frame_bytes_max = LINK_FRAME_BYTES_MAX,
        .list = ret_message->frames,
        .storage = ret_message->storage,
    };
    if (peer->dealer == NULL)
        return ERR_ABSENT;
    enum result result = frames_receive(peer->dealer, &frames);
    if (result == ERR_ABSENT && monitor_next(peer->monitor) == 0)
        return ERR_ABSENT;
    if (result == ERR_ABSENT)
        close_dealer(peer);
    else if (result != OK)
        return result;
    ret_message->side = result == OK ? LINK_OUTBOUND : LINK_LOST;
    ret_message->frame_count = frames.count;
    snprintf(ret_message->office, sizeof ret_message->office, "%s", peer->office);
    return OK;
}

static void
pass_turn(struct link *link)
{
    link->turn = link->turn >= link->peer_count ? 0 : link->turn + 1;
    link->turn_left = TURN_MESSAGES;
}

enum result
link_receive(struct link *link, struct link_message *ret_message)
{
    struct link_message message = { 0 };
    unsigned dropped = 0;
    zap_serve(link->zap);
    while (monitor_next(link->monitor) != 0)
        link->refused_count++;
    for (size_t idle = 0; idle <= link->peer_count && dropped < DROPPED_MAX;) {
        if (link->turn > link->peer_count)
            link->turn = 0; /* peers have left */
        enum result result = link->turn == 0
                                 ? receive_inbound(link, &message)
                                 : receive_outbound(link->peers[link->turn - 1], &message);
        if (result == ERR_ABSENT) {
            idle++;
            pass_turn(link);
            continue;
        }
        if (--link->turn_left == 0)
            pass_turn(link);
        if (result == OK) {
            *ret_message = message;
            return OK;
        }
        idle = 0;
        dropped++;
        link->dropped_count++;
    }
    return ERR_ABSENT;
}

void
link_message_fini(struct link_message *message)
{
    frames_release(message->storage, message->frame_count);
    message->frame_count = 0;
}

/* ---- sending ---- */

static enum result
send_checked(void *socket, struct bytes route, const struct bytes *frames, size_t frame_count)
{
    REQUIRE(frame_count > 0);
    if (frame_count > LINK_FRAMES_MAX)
        return ERR_REFUSED;
    for (size_t i = 0; i < frame_count; i++)
        if (frames[i].size > LINK_FRAME_BYTES_MAX)
            return ERR_REFUSED;
    return frames_send(socket, route, frames, frame_count);
}

enum result
link_send(struct link *link, const char *office, const struct bytes *frames, size_t frame_count)
{
    bool found;
    size_t index = find_index(link, office, &found);
    if (!found || link->peers[index]->dealer == NULL)
        return ERR_ABSENT;
    return send_checked(link->peers[index]->dealer, bytes_of(NULL, 0), frames, frame_count);
}

enum result
link_reply(struct link *link, const struct link_route *route, const struct bytes *frames,
           size_t frame_count)
{
    REQUIRE(route->size == FRAMES_ROUTE_BYTES); /* as it was handed out */
    return send_checked(link->router, bytes_of(route->bytes, route->size), frames, frame_count);
}

/* ---- polling and counting ---- */

static size_t
add_poll_item(zmq_pollitem_t *items, size_t count, size_t room, void *socket)
{
    if (count < room)
        items[count++] = (zmq_pollitem_t){ .socket = socket, .events = ZMQ_POLLIN };
    return count;
}

size_t
link_poll_items(struct link *link, void *zmq_poll_items, size_t room)
{
    size_t count = add_poll_item(zmq_poll_items, 0, room, link->router);
    count = add_poll_item(zmq_poll_items, count, room, zap_socket(link->zap));
    count = add_poll_item(zmq_poll_items, count, room, monitor_socket(link->monitor));
    for (size_t i = 0; i < link->peer_count; i++) {
        const struct peer *peer = link->peers[i];
        if (peer->dealer == NULL)
            continue;
        count = add_poll_item(zmq_poll_items, count, room, peer->dealer);
        count = add_poll_item(zmq_poll_items, count, room, monitor_socket(peer->monitor));
    }
    return count;
}

uint64_t
link_dropped_count(const struct link *link)
{
    return link->dropped_count;
}

uint64_t
link_refused_count(const struct link *link)
{
    return link->refused_count;
}
