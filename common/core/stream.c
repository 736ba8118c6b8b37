/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/stream.h"

#include "common/core/require.h"

void
stream_init(struct stream *stream, uint64_t assigned, uint64_t acknowledged)
{
    REQUIRE(acknowledged <= assigned);
    *stream = (struct stream){ .state = STREAM_IDLE,
                               .assigned = assigned,
                               .acknowledged = acknowledged,
                               .sent = acknowledged,
                               .due_ms = UINT64_MAX };
}

static bool
has_work(const struct stream *stream)
{
    return stream->assigned > stream->acknowledged;
}

static void
set_window(struct stream *stream, const struct stream_event *event)
{
    stream->window_messages =
        event->window_messages < WINDOW_MESSAGES ? event->window_messages : WINDOW_MESSAGES;
    stream->window_bytes = event->window_bytes;
}

/* Heard from the peer: push the silence alarm out, or start counting idle time when all is
 * acknowledged. */
static void
heard(struct stream *stream, const struct stream_limits *limits, uint64_t now_ms)
{
    stream->heard_ms = now_ms;
    stream->pinged = false;
    stream->due_ms = now_ms + (has_work(stream) ? limits->silence_ms : limits->idle_ms);
}

static unsigned
greet(struct stream *stream, const struct stream_limits *limits, const struct stream_event *event)
{
    stream->state = STREAM_GREETING;
    stream->due_ms = event->now_ms + limits->greeting_ms;
    return STREAM_DO_CONNECT;
}

static unsigned
back_off(struct stream *stream, const struct stream_limits *limits,
         const struct stream_event *event)
{
    stream->state = STREAM_WAITING;
    if (stream->failures < UINT32_MAX)
        stream->failures++;
    stream->due_ms =
        event->now_ms + retry_delay_ms(&limits->retry, stream->failures, event->random);
    return STREAM_DO_CLOSE;
}

static unsigned
go_idle(struct stream *stream)
{
    stream->state = STREAM_IDLE;
    stream->due_ms = UINT64_MAX;
    return STREAM_DO_CLOSE;
}

static unsigned
forked(struct stream *stream, const struct stream_limits *limits, const struct stream_event *event)
{
    (void)limits;
    (void)event;
    stream->state = STREAM_STOPPED;
    stream->due_ms = UINT64_MAX;
    return STREAM_DO_CLOSE | STREAM_DO_ALARM;
}

/* The peer tells where it stands; everything beyond is sent (again). */
static unsigned
welcome(struct stream *stream, const struct stream_limits *limits, const struct stream_event *event)
{
    if (event->sequence == 0)
        return back_off(stream, limits, event);
    uint64_t applied = event->sequence - 1;
    if (applied > stream->assigned)
        return forked(stream, limits, event);
    bool peer_forgot = applied < stream->acknowledged;
    stream->state = STREAM_OPEN;
    stream->failures = 0;
    stream->acknowledged = applied;
    stream->sent = applied;
    stream->unacknowledged_bytes = 0;
    set_window(stream, event);
    heard(stream, limits, event->now_ms);
    return STREAM_DO_TRANSMIT | (peer_forgot ? STREAM_DO_ALARM : 0);
}

/* On an open stream only an answer to our question counts: a WELCOME makes us send everything
 * again. */
static unsigned
welcome_again(struct stream *stream, const struct stream_limits *limits,
              const struct stream_event *event)
{
    if (!stream->pinged)
        return 0;
    return event->sequence > stream->sent + 1 ? back_off(stream, limits, event)
                                              : welcome(stream, limits, event);
}

static unsigned
acknowledge(struct stream *stream, const struct stream_limits *limits,
            const struct stream_event *event)
{
    if (event->sequence > stream->sent)
        return back_off(stream, limits, event);
    while (stream->acknowledged < event->sequence) {
        stream->acknowledged++;
        stream->unacknowledged_bytes -= stream->sizes[stream->acknowledged % WINDOW_MESSAGES];
    }
    set_window(stream, event);
    heard(stream, limits, event->now_ms);
    return STREAM_DO_TRANSMIT;
}

/* An open stream whose time has come: nothing to send for long, or no answer. */
static unsigned
open_due(struct stream *stream, const struct stream_limits *limits,
         const struct stream_event *event)
{
    if (!has_work(stream)) {
        if (event->now_ms - stream->heard_ms >= limits->idle_ms)
            return go_idle(stream);
        stream->due_ms = stream->heard_ms + limits->idle_ms;
        return 0;
    }
    if (stream->pinged)
        return back_off(stream, limits, event);
    stream->pinged = true;
    stream->due_ms = event->now_ms + limits->silence_ms;
    return STREAM_DO_PING | STREAM_DO_TRANSMIT;
}

static unsigned
open_work(struct stream *stream, const struct stream_limits *limits,
          const struct stream_event *event)
{
    if (has_work(stream) && stream->sent == stream->acknowledged)
        stream->due_ms = event->now_ms + limits->silence_ms;
    return STREAM_DO_TRANSMIT;
}

static unsigned
tick(struct stream *stream, const struct stream_limits *limits, const struct stream_event *event)
{
    if (event->now_ms < stream->due_ms)
        return 0;
    switch (stream->state) {
    case STREAM_GREETING:
        return back_off(stream, limits, event);
    case STREAM_OPEN:
        return open_due(stream, limits, event);
    case STREAM_WAITING:
        return has_work(stream) ? greet(stream, limits, event) : go_idle(stream);
    default:
        stream->due_ms = UINT64_MAX;
        return 0;
    }
}

typedef unsigned stream_rule(struct stream *stream, const struct stream_limits *limits,
                             const struct stream_event *event);

static unsigned
barred(struct stream *stream, const struct stream_limits *limits, const struct stream_event *event)
{
    (void)limits;
    (void)event;
    return go_idle(stream);
}

static unsigned
idle_work(struct stream *stream, const struct stream_limits *limits,
          const struct stream_event *event)
{
    return has_work(stream) ? greet(stream, limits, event) : 0;
}

/* Every pair that does something; all others change nothing. */
static stream_rule *const rules[STREAM_STATE_COUNT][STREAM_EVENT_COUNT] = {
    [STREAM_IDLE] = { [STREAM_WORK] = idle_work, [STREAM_CALL] = greet, [STREAM_TICK] = tick },
    [STREAM_GREETING] = { [STREAM_WELCOME] = welcome,
                          [STREAM_LOST] = back_off,
                          [STREAM_TICK] = tick,
                          [STREAM_FORKED] = forked,
                          [STREAM_BARRED] = barred },
    [STREAM_OPEN] = { [STREAM_WORK] = open_work,
                      [STREAM_WELCOME] = welcome_again,
                      [STREAM_FORKED] = forked,
                      [STREAM_ACK] = acknowledge,
                      [STREAM_LOST] = back_off,
                      [STREAM_TICK] = tick,
                      [STREAM_BARRED] = barred },
    [STREAM_WAITING] = { [STREAM_CALL] = greet, [STREAM_TICK] = tick, [STREAM_BARRED] = barred },
};

unsigned
stream_step(struct stream *stream, const struct stream_limits *limits,
            const struct stream_event *event)
{
    REQUIRE(stream->state < STREAM_STATE_COUNT && event->kind < STREAM_EVENT_COUNT);
    stream_rule *rule = rules[stream->state][event->kind];
    return rule == NULL ? 0 : rule(stream, limits, event);
}

bool
stream_may_send(const struct stream *stream, uint64_t size_bytes)
{
    if (stream->state != STREAM_OPEN || stream->sent >= stream->assigned)
        return false;
    uint64_t unacknowledged = stream->sent - stream->acknowledged;
    if (unacknowledged == 0)
        return true;
    return unacknowledged < stream->window_messages &&
           stream->unacknowledged_bytes + size_bytes <= stream->window_bytes;
}

void
stream_sent(struct stream *stream, uint64_t size_bytes)
{
    REQUIRE(stream->state == STREAM_OPEN && stream->sent < stream->assigned);
    stream->sent++;
    stream->sizes[stream->sent % WINDOW_MESSAGES] = (uint32_t)size_bytes;
    stream->unacknowledged_bytes += (uint32_t)size_bytes;
}

const char *
stream_state_name(enum stream_state state)
{
    static const char *const names[STREAM_STATE_COUNT] = {
        [STREAM_IDLE] = "idle",       [STREAM_GREETING] = "greeting", [STREAM_OPEN] = "open",
        [STREAM_WAITING] = "waiting", [STREAM_STOPPED] = "stopped",
    };
    REQUIRE(state < STREAM_STATE_COUNT);
    return names[state];
}
