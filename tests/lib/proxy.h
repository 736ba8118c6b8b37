/* SPDX-License-Identifier: Apache-2.0
 *
 * proxy - a bad line: forwards TCP connections to one endpoint, late, slowly, one way only, or not
 * at all.
 *
 * Runs in a thread of its own. Knows bytes, not what they mean. Everything is on loopback; the
 * address is this process' own. What fails here ends the test with cmocka's fail.
 */
#ifndef TESTS_PROXY_H
#define TESTS_PROXY_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    PROXY_ENDPOINT_BYTES = 64,
    PROXY_CONNECTIONS_MAX = 64, /* more are reset at once */
    PROXY_BUFFER_BYTES = 256 * 1024,
    PROXY_CHUNKS_MAX = 256,
};

enum proxy_direction {
    PROXY_FORTH, /* from who connected to who listens */
    PROXY_BACK,
    PROXY_DIRECTIONS,
};

/* How one direction behaves; all zero is a good line. */
struct proxy_line {
    uint32_t delay_ms;
    uint32_t bytes_per_s; /* of all connections together; 0 unlimited */
    bool silent; /* what comes is lost, and nobody is told; connections that were ever silent in a
                    direction stay so */
};

/* Bytes on their way in one direction of one connection. */
struct proxy_flow {
    uint8_t bytes[PROXY_BUFFER_BYTES]; /* a ring */
    size_t start, size;
    struct {
        size_t size;
        uint64_t due_us;
    } chunks[PROXY_CHUNKS_MAX]; /* a ring */
    size_t first_chunk, chunk_count;
    bool ended; /* its source has closed */
    bool shut;  /* and its sink was told */
    bool lost;  /* silent for ever */
};

struct proxy_connection {
    int ends[PROXY_DIRECTIONS]; /* where each direction comes from; -1 closed */
    bool connecting;            /* to who listens */
    struct proxy_flow flows[PROXY_DIRECTIONS];
};

struct proxy {
    char endpoint[PROXY_ENDPOINT_BYTES]; /* tcp:// where the proxy listens */
    struct sockaddr_in own, target;
    pthread_t thread;
    bool running;
    int wake;             /* an eventfd: something was changed */
    pthread_mutex_t lock; /* of all that follows */
    bool stopping, cut;
    int listener; /* -1 while cut */
    struct proxy_line lines[PROXY_DIRECTIONS];
    uint64_t free_us[PROXY_DIRECTIONS]; /* when a throttled direction may send again */
    struct proxy_connection *connections[PROXY_CONNECTIONS_MAX];
    uint64_t accepted, resets;
    uint64_t forwarded[PROXY_DIRECTIONS]; /* bytes */
};

/* Forward to an endpoint tcp://address:port; nothing needs to listen there yet. The proxy is
 * pointed to: leave it where it is. Safe to close when it was never opened. */
void proxy_open(struct proxy *proxy, const char *target);
void proxy_close(struct proxy *proxy);

/* From now on, for what is not under way yet. */
void proxy_set(struct proxy *proxy, enum proxy_direction direction, struct proxy_line line);

/* Reset all present connections (RST to both ends). */
void proxy_reset(struct proxy *proxy);

/* Reset all, and refuse new ones; take new ones again. */
void proxy_cut(struct proxy *proxy);
void proxy_restore(struct proxy *proxy);

/* Connections taken, connections reset, bytes handed on, since the start. */
uint64_t proxy_accepted(struct proxy *proxy);
uint64_t proxy_resets(struct proxy *proxy);
uint64_t proxy_forwarded(struct proxy *proxy, enum proxy_direction direction);

#endif
