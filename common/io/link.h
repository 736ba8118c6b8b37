/* SPDX-License-Identifier: Apache-2.0
 *
 * link - the office's sockets towards other offices: frames in, frames out, over ZeroMQ with CURVE.
 *
 * One ROUTER takes connections; one DEALER is opened per office that we have something for. Both
 * sides prove their CURVE keys; our own ZAP handler asks the owner whether a key is allowed, and
 * every inbound message carries the key that sent it (the user id that ZAP gave the connection).
 * Knows no streams and no directory; never blocks.
 */
#ifndef IO_LINK_H
#define IO_LINK_H

#include "common/core/auto.h"
#include "common/core/bytes.h"
#include "common/core/limits.h"
#include "common/core/refusal.h"
#include "common/core/result.h"

enum { TRANSPORT_KEY_BYTES = 32 };

struct link;

struct link_options {
    const char *endpoint; /* to bind, such as tcp://127.0.0.1:5600 */
    uint8_t public_key[TRANSPORT_KEY_BYTES];
    uint8_t secret_key[TRANSPORT_KEY_BYTES];
    /* May this key connect? Asked by ZAP for each handshake, from within link_receive. */
    bool (*allow)(void *context, const uint8_t key[TRANSPORT_KEY_BYTES]);
    void *context;
};

enum link_side {
    LINK_INBOUND,  /* from a peer's DEALER through our ROUTER */
    LINK_OUTBOUND, /* an answer on our DEALER */
    LINK_LOST, /* our DEALER's connection failed or was refused: no frames; link_disconnect it, back
                  off, connect again */
};

enum {
    LINK_ROUTE_BYTES_MAX = 16,
    LINK_ENDPOINT_BYTES = 256,
    LINK_PEERS_MAX = 1024, /* connected to at once; known ones cost nothing here */
    LINK_POLL_ITEMS_MAX = 3 + 2 * LINK_PEERS_MAX,
};

struct link_route { /* where an inbound message came from, to answer it */
    uint8_t bytes[LINK_ROUTE_BYTES_MAX];
    size_t size;
};

struct link_message {
    enum link_side side;
    struct link_route route;            /* inbound */
    uint8_t key[TRANSPORT_KEY_BYTES];   /* inbound: the sender's proven key */
    char office[OFFICE_CODE_CHARS + 1]; /* outbound and lost: as given to link_connect */
    size_t frame_count;
    struct bytes frames[LINK_FRAMES_MAX]; /* live until link_message_fini */
    void *storage[LINK_FRAMES_MAX];       /* link's own */
};

/* Bind and wait for nobody. ERR_REFUSED: OPTION_INVALID, field "endpoint". The options are copied.
 */
enum result link_open(const struct link_options *options, struct link **ret_link,
                      struct refusal *ret_refusal) MUST_CHECK;
void link_close(struct link *link);

/* Where the link listens, with the port that a "*" in the option became. */
const char *link_endpoint(const struct link *link);

/* Next message if one is waiting. OK or ERR_ABSENT. Messages with too many or too large frames are
 * dropped and counted; a frame far beyond LINK_FRAME_BYTES_MAX costs its sender the connection.
 * Takes turns between the sockets so that no peer starves another. */
enum result link_receive(struct link *link, struct link_message *ret_message) MUST_CHECK;
void link_message_fini(struct link_message *message);

/* Open a DEALER to an office; one per office, until link_disconnect even when it is lost. What is
 * sent before the connection stands waits for it. ERR_IO when the endpoint is no tcp:// one;
 * ERR_FULL when it is open already, or too many are. */
enum result link_connect(struct link *link, const char *office, const char *endpoint,
                         const uint8_t server_key[TRANSPORT_KEY_BYTES]) MUST_CHECK;
/* Close it at once, dropping what was not sent. Does nothing when it is not open. */
void link_disconnect(struct link *link, const char *office);

/* Send on the DEALER, or answer through the ROUTER; all frames or none, copied. ERR_FULL when the
 * pipe is full, ERR_ABSENT when there is no such connection (any more), ERR_REFUSED when there are
 * more than LINK_FRAMES_MAX frames or one is larger than LINK_FRAME_BYTES_MAX. */
enum result link_send(struct link *link, const char *office, const struct bytes *frames,
                      size_t frame_count) MUST_CHECK;
enum result link_reply(struct link *link, const struct link_route *route,
                       const struct bytes *frames, size_t frame_count) MUST_CHECK;

/* Sockets for the daemon's poll: fills at most room zmq_pollitem_t and answers how many it filled;
 * there are at most LINK_POLL_ITEMS_MAX. Ask again after each connect, disconnect or receive. */
size_t link_poll_items(struct link *link, void *zmq_poll_items, size_t room);

/* Messages dropped since the start because their frames were oversized or too many, and handshakes
 * that failed on our ROUTER. */
uint64_t link_dropped_count(const struct link *link);
uint64_t link_refused_count(const struct link *link);

/* CURVE key files, mode 0600, in the form of zcert (czmq). ERR_REFUSED: KEY_INVALID or
 * FILE_UNREADABLE. */
enum result transport_key_create(const char *path, uint8_t ret_public[TRANSPORT_KEY_BYTES],
                                 struct refusal *ret_refusal) MUST_CHECK;
enum result transport_key_load(const char *path, uint8_t ret_public[TRANSPORT_KEY_BYTES],
                               uint8_t ret_secret[TRANSPORT_KEY_BYTES],
                               struct refusal *ret_refusal) MUST_CHECK;

DEFINE_AUTO(link, struct link *, link_close)

#endif
