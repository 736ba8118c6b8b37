/* SPDX-License-Identifier: Apache-2.0
 *
 * stream - the sending half of the durable stream from this office to one peer.
 *
 * Decides when to connect, what may be sent within the peer's credit, when to ask after a silent
 * peer, how long to back off, and when to stop because one side has lost its past. Pure: sequences,
 * sizes and the (monotonic) time arrive in calls; what must be done leaves as actions. What is sent
 * lies in the outbox, which it does not know.
 *
 *     IDLE ──work──▶ GREETING ──welcome──▶ OPEN ──quiet──▶ IDLE
 *                       │  ▲                │
 *                  lost │  │ time           │ lost
 *                       ▼  │                ▼
 *                      WAITING ◀────────────┘        any ──amnesia──▶ STOPPED
 */
#ifndef CORE_STREAM_H
#define CORE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/limits.h"
#include "common/core/retry.h"

enum stream_state {
    STREAM_IDLE,     /* no connection; nothing to send, or not yet looked */
    STREAM_GREETING, /* connecting; HELLO said */
    STREAM_OPEN,     /* welcomed; sends within the credit */
    STREAM_WAITING,  /* backing off */
    STREAM_STOPPED,  /* the peer holds what was never assigned here: nothing more is sent */
    STREAM_STATE_COUNT
};

enum stream_event_kind {
    STREAM_WORK,    /* there may be something to send */
    STREAM_WELCOME, /* next, window_*: the peer told where it stands */
    STREAM_ACK,     /* sequence, window_*: cumulative */
    STREAM_LOST,    /* the connection failed, was refused, or broke the protocol */
    STREAM_TICK,    /* time passed */
    STREAM_BARRED,  /* the peer is no longer trusted */
    STREAM_CALL,    /* somebody waits for a connection: greet now, whether or not there is work */
    STREAM_FORKED,  /* what the peer holds of us is not what we sent: one side lost its past */
    STREAM_EVENT_COUNT
};

enum stream_action {
    STREAM_DO_CONNECT = 1,  /* open the connection and say HELLO */
    STREAM_DO_CLOSE = 2,    /* close the connection (before a CONNECT in the same set) */
    STREAM_DO_TRANSMIT = 4, /* send what stream_may_send allows */
    STREAM_DO_PING = 8,     /* ask where the peer stands; it answers with WELCOME */
    STREAM_DO_ALARM = 16,   /* amnesia: ours when STOPPED, else the peer's */
};

struct stream_limits {
    struct retry_limits retry;
    uint64_t greeting_ms; /* HELLO to WELCOME at most */
    uint64_t
        silence_ms; /* no answer for so long while something is unacknowledged: ping; twice: lost */
    uint64_t idle_ms; /* nothing to send for so long: close */
};

struct stream {
    enum stream_state state;
    uint64_t assigned;     /* last sequence ever assigned */
    uint64_t acknowledged; /* last one the peer has applied, as far as we know */
    uint64_t sent;         /* last one transmitted on this connection */
    uint32_t window_messages;
    uint64_t window_bytes;
    uint64_t unacknowledged_bytes;
    uint32_t sizes[WINDOW_MESSAGES]; /* of what is unacknowledged, by sequence modulo the window */
    uint64_t due_ms; /* when STREAM_TICK has something to do; UINT64_MAX for never */
    uint64_t heard_ms;
    bool pinged;
    uint32_t failures; /* in a row */
};

struct stream_event {
    enum stream_event_kind kind;
    uint64_t now_ms;   /* monotonic */
    uint64_t random;   /* for jitter */
    uint64_t sequence; /* ACK: last applied; WELCOME: next expected */
    uint32_t window_messages;
    uint64_t window_bytes;
};

/* Begin from what the store says; assigned >= acknowledged. */
void stream_init(struct stream *stream, uint64_t assigned, uint64_t acknowledged);

/* Apply one event; answers the actions to do, a set of enum stream_action. */
unsigned stream_step(struct stream *stream, const struct stream_limits *limits,
                     const struct stream_event *event);

/* May the message stream->sent + 1 of so many bytes be sent now? One message always fits into an
 * empty window. */
bool stream_may_send(const struct stream *stream, uint64_t size_bytes);

/* The message stream->sent + 1 was handed to the transport. */
void stream_sent(struct stream *stream, uint64_t size_bytes);

const char *stream_state_name(enum stream_state state);

#endif
