/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_wires - what carries frames between offices that live in one process: connections, packets
 * on their way, and the faults of a bad network.
 *
 * Offices are numbers here. Without faults a connection keeps the order and loses nothing, as TCP
 * does; faults do what no TCP does, because the protocol promises to stand it. The same seed makes
 * the same faults. Knows no stores; the time is whatever its owner says it is.
 */
#ifndef TESTS_FAKE_WIRES_H
#define TESTS_FAKE_WIRES_H

#include "common/io/link.h"

enum { FAKE_WIRES_OFFICES_MAX = 16, FAKE_WIRES_TRACE_BYTES = 64 * 1024 };

struct fake_faults {
    unsigned lose_percent;   /* of packets that never arrive */
    unsigned repeat_percent; /* that arrive twice */
    unsigned swap_percent;   /* that arrive before the one in front of them */
    unsigned full_percent;   /* of frames that the transport does not take: its pipe is full */
    uint64_t delay_ms_max;   /* that a packet travels */
};

struct fake_packet {
    struct fake_packet *next;
    size_t from, to;
    enum link_side side; /* as the recipient sees it */
    uint64_t connection; /* its number */
    uint64_t due_ms;     /* when it arrives */
    size_t frame_count;
    struct bytes frames[LINK_FRAMES_MAX]; /* heap */
};

struct fake_wires {
    const char *names[FAKE_WIRES_OFFICES_MAX]; /* for the trace */
    bool up[FAKE_WIRES_OFFICES_MAX];
    bool cut[FAKE_WIRES_OFFICES_MAX][FAKE_WIRES_OFFICES_MAX]; /* swallows packets, both ends live */
    uint64_t connections[FAKE_WIRES_OFFICES_MAX][FAKE_WIRES_OFFICES_MAX]; /* number; 0 is none */
    uint64_t connection_count;
    struct fake_faults faults;
    uint64_t random;
    uint64_t now_ms; /* set by the owner; monotonic */
    /* Sees each packet that an office sends, before any fault; may be NULL. */
    void (*watch)(void *context, const struct fake_packet *packet);
    void *watch_context;
    bool untraced;
    struct fake_packet *first;          /* on their way, in order */
    uint64_t packet_count;              /* ever sent */
    char trace[FAKE_WIRES_TRACE_BYTES]; /* a line per packet: "window > registry: data 1" */
    size_t trace_size;
};

void fake_wires_init(struct fake_wires *wires, uint64_t seed);
void fake_wires_fini(struct fake_wires *wires);

/* What the ports of an office do; results as those of link. */
enum result fake_wires_connect(struct fake_wires *wires, size_t from, size_t to);
void fake_wires_disconnect(struct fake_wires *wires, size_t from, size_t to);
enum result fake_wires_send(struct fake_wires *wires, size_t from, size_t to,
                            const struct bytes *frames, size_t frame_count);
enum result fake_wires_reply(struct fake_wires *wires, size_t from, const struct link_route *route,
                             const struct bytes *frames, size_t frame_count);

/* An office comes up; or goes down with all its connections, of which the others get word. */
void fake_wires_raise(struct fake_wires *wires, size_t office);
void fake_wires_drop(struct fake_wires *wires, size_t office);

/* splitmix64: small, and the same everywhere. */
uint64_t fake_wires_random(uint64_t *state);

/* Take the first packet that has arrived for this office; NULL when none has. The caller frees it.
 */
struct fake_packet *fake_wires_take(struct fake_wires *wires, size_t office);
void fake_packet_free(struct fake_packet *packet);

/* The link_message that the packet is, for its recipient. from_key: of the sender; code: its
 * office's. Borrows from the packet. */
void fake_packet_show(const struct fake_packet *packet, const uint8_t *from_key, const char *code,
                      struct link_message *ret_message);

#endif
