/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/core/stream.h"

enum {
    NOW_MS = 1000000,
    GREETING_MS = 5000,
    SILENCE_MS = 10000,
    IDLE_MS = 30000,
    FIRST_MS = 1000,
    MAX_MS = 60000,
};

static const struct stream_limits limits = {
    .retry = { .first_ms = FIRST_MS, .max_ms = MAX_MS },
    .greeting_ms = GREETING_MS,
    .silence_ms = SILENCE_MS,
    .idle_ms = IDLE_MS,
};

/* ---- getting there ---- */

static unsigned
step_at(struct stream *stream, enum stream_event_kind kind, uint64_t now_ms, uint64_t sequence)
{
    const struct stream_event event = { .kind = kind,
                                        .now_ms = now_ms,
                                        .sequence = sequence,
                                        .window_messages = 100,
                                        .window_bytes = 1000 };
    return stream_step(stream, &limits, &event);
}

static unsigned
step(struct stream *stream, enum stream_event_kind kind, uint64_t sequence)
{
    return step_at(stream, kind, NOW_MS, sequence);
}

static void
send_all(struct stream *stream, uint64_t size_bytes)
{
    while (stream_may_send(stream, size_bytes))
        stream_sent(stream, size_bytes);
}

/* Where a table's case begins: 5 messages assigned, 3 acknowledged as the store says. */
enum place {
    IDLE,
    GREETING,
    OPEN,       /* 4 and 5 sent */
    OPEN_EVEN,  /* everything acknowledged */
    OPEN_ASKED, /* 4 and 5 sent, silence, pinged */
    HALF_ASKED, /* 4 sent, silence, pinged */
    WAITING,
    WAITING_EVEN, /* lost with everything acknowledged */
    STOPPED,
};

static void
go(struct stream *stream, enum place place)
{
    stream_init(stream, 5, 3);
    if (place == IDLE)
        return;
    assert_int_equal(step(stream, STREAM_WORK, 0), STREAM_DO_CONNECT);
    if (place == STOPPED)
        step(stream, STREAM_WELCOME, 7);
    else if (place == WAITING)
        step(stream, STREAM_LOST, 0);
    else if (place == OPEN_EVEN || place == WAITING_EVEN)
        step(stream, STREAM_WELCOME, 6);
    else if (place == OPEN || place == OPEN_ASKED || place == HALF_ASKED)
        step(stream, STREAM_WELCOME, 4);
    if (place == HALF_ASKED)
        stream_sent(stream, 10);
    else
        send_all(stream, 10);
    if (place == WAITING_EVEN)
        step(stream, STREAM_LOST, 0);
    else if (place == OPEN_ASKED || place == HALF_ASKED)
        assert_true(step_at(stream, STREAM_TICK, stream->due_ms, 0) & STREAM_DO_PING);
}

/* ---- every pair ---- */

enum { CONNECT = STREAM_DO_CONNECT, CLOSE = STREAM_DO_CLOSE, TRANSMIT = STREAM_DO_TRANSMIT };
enum { PING = STREAM_DO_PING, ALARM = STREAM_DO_ALARM };
enum when { AT_ONCE, TOO_EARLY, IN_TIME }; /* TICK: of due_ms */

/* NOTHING: the state is the same, no action, and not a byte of the stream has changed. */
#define NOTHING 0, 0

static const struct {
    const char *name;
    enum place from;
    enum stream_event_kind on;
    uint64_t sequence;
    enum when when;
    int to;
    unsigned actions;
} pairs[] = {
    { "idle, work", IDLE, STREAM_WORK, 0, AT_ONCE, STREAM_GREETING, CONNECT },
    { "idle, welcome", IDLE, STREAM_WELCOME, 4, AT_ONCE, NOTHING },
    { "idle, ack", IDLE, STREAM_ACK, 5, AT_ONCE, NOTHING },
    { "idle, call", IDLE, STREAM_CALL, 0, AT_ONCE, STREAM_GREETING, CONNECT },
    { "idle, lost", IDLE, STREAM_LOST, 0, AT_ONCE, NOTHING },
    { "idle, tick", IDLE, STREAM_TICK, 0, AT_ONCE, NOTHING },
    { "idle, tick at the end of time", IDLE, STREAM_TICK, 0, IN_TIME, NOTHING },
    { "idle, forked", IDLE, STREAM_FORKED, 0, AT_ONCE, NOTHING },
    { "idle, barred", IDLE, STREAM_BARRED, 0, AT_ONCE, NOTHING },

    { "greeting, work", GREETING, STREAM_WORK, 0, AT_ONCE, NOTHING },
    { "greeting, welcome", GREETING, STREAM_WELCOME, 4, AT_ONCE, STREAM_OPEN, TRANSMIT },
    { "greeting, welcome, has all", GREETING, STREAM_WELCOME, 6, AT_ONCE, STREAM_OPEN, TRANSMIT },
    { "greeting, welcome, forgot", GREETING, STREAM_WELCOME, 1, AT_ONCE, STREAM_OPEN,
      TRANSMIT | ALARM },
    { "greeting, welcome, expects too much", GREETING, STREAM_WELCOME, 7, AT_ONCE, STREAM_STOPPED,
      CLOSE | ALARM },
    { "greeting, welcome, no sequence", GREETING, STREAM_WELCOME, 0, AT_ONCE, STREAM_WAITING,
      CLOSE },
    { "greeting, ack", GREETING, STREAM_ACK, 4, AT_ONCE, NOTHING },
    { "greeting, call", GREETING, STREAM_CALL, 0, AT_ONCE, NOTHING },
    { "greeting, lost", GREETING, STREAM_LOST, 0, AT_ONCE, STREAM_WAITING, CLOSE },
    { "greeting, tick too early", GREETING, STREAM_TICK, 0, TOO_EARLY, NOTHING },
    { "greeting, tick", GREETING, STREAM_TICK, 0, IN_TIME, STREAM_WAITING, CLOSE },
    { "greeting, forked", GREETING, STREAM_FORKED, 0, AT_ONCE, STREAM_STOPPED, CLOSE | ALARM },
    { "greeting, barred", GREETING, STREAM_BARRED, 0, AT_ONCE, STREAM_IDLE, CLOSE },

    { "open, work", OPEN, STREAM_WORK, 0, AT_ONCE, STREAM_OPEN, TRANSMIT },
    { "open, welcome unasked", OPEN, STREAM_WELCOME, 5, AT_ONCE, NOTHING },
    { "open, welcome unasked, forgot", OPEN, STREAM_WELCOME, 3, AT_ONCE, NOTHING },
    { "open, welcome unasked, expects too much", OPEN, STREAM_WELCOME, 7, AT_ONCE, NOTHING },
    { "open, forked", OPEN, STREAM_FORKED, 0, AT_ONCE, STREAM_STOPPED, CLOSE | ALARM },
    { "open, ack", OPEN, STREAM_ACK, 5, AT_ONCE, STREAM_OPEN, TRANSMIT },
    { "open, ack again", OPEN, STREAM_ACK, 3, AT_ONCE, STREAM_OPEN, TRANSMIT },
    { "open, ack of long ago", OPEN, STREAM_ACK, 0, AT_ONCE, STREAM_OPEN, TRANSMIT },
    { "open, ack beyond sent", OPEN, STREAM_ACK, 6, AT_ONCE, STREAM_WAITING, CLOSE },
    { "open, call", OPEN, STREAM_CALL, 0, AT_ONCE, NOTHING },
    { "open, lost", OPEN, STREAM_LOST, 0, AT_ONCE, STREAM_WAITING, CLOSE },
    { "open, tick too early", OPEN, STREAM_TICK, 0, TOO_EARLY, NOTHING },
    { "open, tick", OPEN, STREAM_TICK, 0, IN_TIME, STREAM_OPEN, PING | TRANSMIT },
    { "open, barred", OPEN, STREAM_BARRED, 0, AT_ONCE, STREAM_IDLE, CLOSE },

    { "even, work", OPEN_EVEN, STREAM_WORK, 0, AT_ONCE, STREAM_OPEN, TRANSMIT },
    { "even, welcome unasked", OPEN_EVEN, STREAM_WELCOME, 4, AT_ONCE, NOTHING },
    { "even, forked", OPEN_EVEN, STREAM_FORKED, 0, AT_ONCE, STREAM_STOPPED, CLOSE | ALARM },
    { "even, ack beyond sent", OPEN_EVEN, STREAM_ACK, 6, AT_ONCE, STREAM_WAITING, CLOSE },
    { "even, lost", OPEN_EVEN, STREAM_LOST, 0, AT_ONCE, STREAM_WAITING, CLOSE },
    { "even, tick too early", OPEN_EVEN, STREAM_TICK, 0, TOO_EARLY, NOTHING },
    { "even, tick", OPEN_EVEN, STREAM_TICK, 0, IN_TIME, STREAM_IDLE, CLOSE },
    { "even, barred", OPEN_EVEN, STREAM_BARRED, 0, AT_ONCE, STREAM_IDLE, CLOSE },

    { "asked, tick too early", OPEN_ASKED, STREAM_TICK, 0, TOO_EARLY, NOTHING },
    { "asked, tick", OPEN_ASKED, STREAM_TICK, 0, IN_TIME, STREAM_WAITING, CLOSE },
    { "asked, welcome", OPEN_ASKED, STREAM_WELCOME, 4, AT_ONCE, STREAM_OPEN, TRANSMIT },
    { "asked, welcome, has all", OPEN_ASKED, STREAM_WELCOME, 6, AT_ONCE, STREAM_OPEN, TRANSMIT },
    { "asked, welcome, forgot", OPEN_ASKED, STREAM_WELCOME, 3, AT_ONCE, STREAM_OPEN,
      TRANSMIT | ALARM },
    { "asked, welcome, expects too much", OPEN_ASKED, STREAM_WELCOME, 7, AT_ONCE, STREAM_WAITING,
      CLOSE },
    { "asked, welcome, no sequence", OPEN_ASKED, STREAM_WELCOME, 0, AT_ONCE, STREAM_WAITING,
      CLOSE },
    { "half asked, welcome, has what was sent", HALF_ASKED, STREAM_WELCOME, 5, AT_ONCE, STREAM_OPEN,
      TRANSMIT },
    { "half asked, welcome, has what was not sent", HALF_ASKED, STREAM_WELCOME, 6, AT_ONCE,
      STREAM_WAITING, CLOSE },
    { "asked, ack", OPEN_ASKED, STREAM_ACK, 4, AT_ONCE, STREAM_OPEN, TRANSMIT },

    { "waiting, work", WAITING, STREAM_WORK, 0, AT_ONCE, NOTHING },
    { "waiting, welcome", WAITING, STREAM_WELCOME, 4, AT_ONCE, NOTHING },
    { "waiting, ack", WAITING, STREAM_ACK, 4, AT_ONCE, NOTHING },
    { "waiting, call", WAITING, STREAM_CALL, 0, AT_ONCE, STREAM_GREETING, CONNECT },
    { "waiting, lost", WAITING, STREAM_LOST, 0, AT_ONCE, NOTHING },
    { "waiting, tick too early", WAITING, STREAM_TICK, 0, TOO_EARLY, NOTHING },
    { "waiting, tick", WAITING, STREAM_TICK, 0, IN_TIME, STREAM_GREETING, CONNECT },
    { "waiting even, tick", WAITING_EVEN, STREAM_TICK, 0, IN_TIME, STREAM_IDLE, CLOSE },
    { "waiting, forked", WAITING, STREAM_FORKED, 0, AT_ONCE, NOTHING },
    { "waiting, barred", WAITING, STREAM_BARRED, 0, AT_ONCE, STREAM_IDLE, CLOSE },

    { "stopped, work", STOPPED, STREAM_WORK, 0, AT_ONCE, NOTHING },
    { "stopped, welcome", STOPPED, STREAM_WELCOME, 4, AT_ONCE, NOTHING },
    { "stopped, ack", STOPPED, STREAM_ACK, 4, AT_ONCE, NOTHING },
    { "stopped, call", STOPPED, STREAM_CALL, 0, AT_ONCE, NOTHING },
    { "stopped, lost", STOPPED, STREAM_LOST, 0, AT_ONCE, NOTHING },
    { "stopped, tick", STOPPED, STREAM_TICK, 0, AT_ONCE, NOTHING },
    { "stopped, tick at the end of time", STOPPED, STREAM_TICK, 0, IN_TIME, NOTHING },
    { "stopped, forked", STOPPED, STREAM_FORKED, 0, AT_ONCE, NOTHING },
    { "stopped, barred", STOPPED, STREAM_BARRED, 0, AT_ONCE, NOTHING },
};

static void
stream_step_answers_every_pair_as_the_table_says(void **unused)
{
    (void)unused;
    bool seen[STREAM_STATE_COUNT][STREAM_EVENT_COUNT] = { { false } };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct stream stream, before;
        memset(&stream, 0, sizeof stream);
        go(&stream, pairs[i].from);
        memcpy(&before, &stream, sizeof before);
        seen[stream.state][pairs[i].on] = true;
        uint64_t now_ms = pairs[i].when == AT_ONCE ? NOW_MS : stream.due_ms;
        if (pairs[i].when == TOO_EARLY)
            now_ms--;

        unsigned actions = step_at(&stream, pairs[i].on, now_ms, pairs[i].sequence);
        bool nothing = pairs[i].actions == 0;
        if (actions != pairs[i].actions ||
            (int)stream.state != (nothing ? (int)before.state : pairs[i].to))
            fail_msg("%s: %s, actions %u", pairs[i].name, stream_state_name(stream.state), actions);
        if (nothing && memcmp(&before, &stream, sizeof before) != 0)
            fail_msg("%s: changed something", pairs[i].name);
    }
    for (int state = 0; state < STREAM_STATE_COUNT; state++)
        for (int event = 0; event < STREAM_EVENT_COUNT; event++)
            if (!seen[state][event])
                fail_msg("no case for %s and event %d", stream_state_name((enum stream_state)state),
                         event);
}

static void
stream_connects_for_work_only(void **unused)
{
    (void)unused;
    struct stream stream;
    stream_init(&stream, 3, 3);
    assert_int_equal(step(&stream, STREAM_WORK, 0), 0);
    assert_int_equal(stream.state, STREAM_IDLE);
    stream.assigned++; /* as after a commit */
    assert_int_equal(step(&stream, STREAM_WORK, 0), CONNECT);
    assert_int_equal(stream.due_ms, NOW_MS + GREETING_MS);
}

/* ---- the window ---- */

static const struct {
    uint32_t window_messages;
    uint64_t window_bytes;
    uint64_t size_bytes;
    uint64_t sent; /* of 1000 that wait */
} windows[] = {
    { 3, 1000, 10, 3 },
    { 100, 35, 10, 3 },
    { 100, 30, 10, 3 },
    { 100, 29, 10, 2 },
    { 1, 1000, 10, 1 },
    { 0, 1000, 10, 1 }, /* one always fits */
    { 100, 0, 10, 1 },
    { 100, 5, 10, 1 },
    { 100, UINT64_MAX, 10, 100 },
    { UINT32_MAX, UINT64_MAX, 0, WINDOW_MESSAGES }, /* never more than there is room for */
};

static void
stream_sends_no_more_than_the_window(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        struct stream stream;
        stream_init(&stream, 1000, 0);
        step(&stream, STREAM_WORK, 0);
        const struct stream_event welcome = { .kind = STREAM_WELCOME,
                                              .now_ms = NOW_MS,
                                              .sequence = 1,
                                              .window_messages = windows[i].window_messages,
                                              .window_bytes = windows[i].window_bytes };
        stream_step(&stream, &limits, &welcome);
        send_all(&stream, windows[i].size_bytes);
        assert_int_equal(stream.sent, windows[i].sent);
        assert_int_equal(stream.unacknowledged_bytes, windows[i].sent * windows[i].size_bytes);
    }
}

static void
stream_ack_opens_the_window_by_what_it_acknowledges(void **unused)
{
    (void)unused;
    struct stream stream;
    stream_init(&stream, 10, 0);
    step(&stream, STREAM_WORK, 0);
    step(&stream, STREAM_WELCOME, 1); /* 1000 bytes */
    stream_sent(&stream, 300);
    stream_sent(&stream, 400);
    stream_sent(&stream, 200);
    assert_true(stream_may_send(&stream, 100));
    assert_false(stream_may_send(&stream, 101));
    step(&stream, STREAM_ACK, 2);
    assert_int_equal(stream.acknowledged, 2);
    assert_int_equal(stream.unacknowledged_bytes, 200);
    assert_true(stream_may_send(&stream, 800));
    assert_false(stream_may_send(&stream, 801));
}

static void
stream_ack_of_long_ago_takes_nothing_back(void **unused)
{
    (void)unused;
    struct stream stream;
    go(&stream, OPEN);
    step(&stream, STREAM_ACK, 5);
    step(&stream, STREAM_ACK, 4);
    assert_int_equal(stream.acknowledged, 5);
    assert_int_equal(stream.unacknowledged_bytes, 0);
}

static void
stream_may_send_in_no_state_but_open(void **unused)
{
    (void)unused;
    static const enum place shut[] = { IDLE, GREETING, WAITING, STOPPED, OPEN_EVEN };
    for (size_t i = 0; i < sizeof shut / sizeof *shut; i++) {
        struct stream stream;
        go(&stream, shut[i]);
        assert_false(stream_may_send(&stream, 0));
    }
}

/* ---- where the peer stands ---- */

static void
stream_welcome_rewinds_to_what_the_peer_expects(void **unused)
{
    (void)unused;
    struct stream stream;
    go(&stream, OPEN_ASKED); /* 4 and 5 are sent */
    step(&stream, STREAM_WELCOME, 5);
    assert_int_equal(stream.acknowledged, 4);
    assert_int_equal(stream.sent, 4);
    assert_int_equal(stream.unacknowledged_bytes, 0);
    assert_true(stream_may_send(&stream, 10)); /* 5 again */
}

static void
stream_sends_again_what_a_forgetful_peer_had_acknowledged(void **unused)
{
    (void)unused;
    struct stream stream;
    go(&stream, GREETING);
    assert_int_equal(step(&stream, STREAM_WELCOME, 2), TRANSMIT | ALARM);
    assert_int_equal(stream.acknowledged, 1);
    send_all(&stream, 10);
    assert_int_equal(stream.sent, 5);
}

static void
stream_that_lost_its_own_past_is_stopped_for_good(void **unused)
{
    (void)unused;
    struct stream stream;
    go(&stream, STOPPED);
    for (int round = 0; round < 3; round++)
        for (int kind = 0; kind < STREAM_EVENT_COUNT; kind++)
            for (uint64_t sequence = 0; sequence < 9; sequence++) {
                assert_int_equal(step_at(&stream, kind, UINT64_MAX, sequence), 0);
                assert_int_equal(stream.state, STREAM_STOPPED);
                assert_int_equal(stream.due_ms, UINT64_MAX);
                assert_false(stream_may_send(&stream, 1));
            }
    assert_int_equal(stream.assigned, 5); /* no sequence is used again */
}

/* The peer that expected too much on an open stream is greeted again before it is believed. */
static void
stream_greets_again_before_it_believes_in_its_own_amnesia(void **unused)
{
    (void)unused;
    struct stream stream;
    go(&stream, OPEN_ASKED);
    step(&stream, STREAM_WELCOME, 7);
    assert_int_equal(step_at(&stream, STREAM_TICK, stream.due_ms, 0), CONNECT);
    assert_int_equal(step(&stream, STREAM_WELCOME, 7), CLOSE | ALARM);
    assert_int_equal(stream.state, STREAM_STOPPED);
}

static void
stream_welcome_at_the_very_end_is_no_amnesia(void **unused)
{
    (void)unused;
    struct stream stream;
    stream_init(&stream, 0, 0);
    stream.assigned = UINT64_MAX - 1;
    step(&stream, STREAM_WORK, 0);
    assert_int_equal(step(&stream, STREAM_WELCOME, UINT64_MAX), TRANSMIT);
    assert_int_equal(stream.acknowledged, UINT64_MAX - 1);
}

/* ---- time ---- */

static void
stream_hears_silence_then_asks_then_gives_up(void **unused)
{
    (void)unused;
    struct stream stream;
    go(&stream, OPEN);
    assert_int_equal(stream.due_ms, NOW_MS + SILENCE_MS);
    assert_int_equal(step_at(&stream, STREAM_TICK, NOW_MS + SILENCE_MS, 0), PING | TRANSMIT);
    assert_int_equal(stream.due_ms, NOW_MS + 2 * SILENCE_MS);
    assert_int_equal(step_at(&stream, STREAM_TICK, NOW_MS + 2 * SILENCE_MS, 0), CLOSE);
    assert_int_equal(stream.state, STREAM_WAITING);
}

static void
stream_that_hears_an_answer_starts_counting_again(void **unused)
{
    (void)unused;
    static const enum stream_event_kind answers[] = { STREAM_WELCOME, STREAM_ACK };
    for (size_t i = 0; i < 2; i++) {
        struct stream stream;
        go(&stream, OPEN_ASKED);
        uint64_t heard_ms = NOW_MS + SILENCE_MS + 7;
        step_at(&stream, answers[i], heard_ms, 4);
        assert_int_equal(stream.due_ms, heard_ms + SILENCE_MS);
        assert_int_equal(step_at(&stream, STREAM_TICK, heard_ms + SILENCE_MS, 0), PING | TRANSMIT);
    }
}

static void
stream_counts_idle_time_from_the_last_acknowledgement(void **unused)
{
    (void)unused;
    struct stream stream;
    go(&stream, OPEN);
    step_at(&stream, STREAM_ACK, NOW_MS + 50, 5);
    assert_int_equal(stream.due_ms, NOW_MS + 50 + IDLE_MS);
    assert_int_equal(step_at(&stream, STREAM_TICK, NOW_MS + 50 + IDLE_MS, 0), CLOSE);
    assert_int_equal(stream.state, STREAM_IDLE);
    assert_int_equal(stream.due_ms, UINT64_MAX);
}

static void
stream_with_new_work_counts_silence_and_not_idle_time(void **unused)
{
    (void)unused;
    struct stream stream;
    go(&stream, OPEN_EVEN);
    stream.assigned++;
    assert_int_equal(step_at(&stream, STREAM_WORK, NOW_MS + 100, 0), TRANSMIT);
    assert_int_equal(stream.due_ms, NOW_MS + 100 + SILENCE_MS);
    send_all(&stream, 10);
    stream.assigned++; /* more work does not put off the question */
    step_at(&stream, STREAM_WORK, NOW_MS + 200, 0);
    assert_int_equal(stream.due_ms, NOW_MS + 100 + SILENCE_MS);
}

static void
stream_backs_off_longer_each_time_up_to_the_cap(void **unused)
{
    (void)unused;
    static const uint64_t backoff_ms[] = {
        1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000
    };
    struct stream stream;
    go(&stream, GREETING);
    for (size_t i = 0; i < sizeof backoff_ms / sizeof *backoff_ms; i++) {
        step(&stream, STREAM_LOST, 0);
        assert_int_equal(stream.due_ms, NOW_MS + backoff_ms[i]);
        assert_int_equal(step_at(&stream, STREAM_TICK, stream.due_ms, 0), CONNECT);
    }
    step(&stream, STREAM_WELCOME, 4); /* a welcome forgives all */
    step(&stream, STREAM_LOST, 0);
    assert_int_equal(stream.due_ms, NOW_MS + FIRST_MS);
}

static void
stream_backs_off_with_jitter(void **unused)
{
    (void)unused;
    struct stream stream;
    go(&stream, GREETING);
    const struct stream_event lost = { .kind = STREAM_LOST, .now_ms = NOW_MS, .random = 123 };
    stream_step(&stream, &limits, &lost);
    assert_int_equal(stream.due_ms, NOW_MS + FIRST_MS - 123);
}

/* ---- whatever happens ---- */

/* splitmix64: small, and the same everywhere. */
static uint64_t
next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* A walk and the sizes of what it sent, by sequence, to check the stream's own sum. */
struct walk {
    uint64_t seed;
    int step;
    uint64_t random;
    struct stream stream;
    uint64_t now_ms;
    uint64_t sizes[4096];
};

#define HOLDS(walk, condition)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("seed %llu, step %d: %s", (unsigned long long)(walk)->seed, (walk)->step,     \
                     #condition);                                                                  \
    } while (0)

static uint64_t
below(struct walk *walk, uint64_t bound)
{
    return next_random(&walk->random) % bound;
}

static struct stream_event
draw_event(struct walk *walk)
{
    const struct stream *stream = &walk->stream;
    struct stream_event event = { .kind = (enum stream_event_kind)below(walk, STREAM_EVENT_COUNT),
                                  .random = next_random(&walk->random),
                                  .window_messages = (uint32_t)below(walk, 20),
                                  .window_bytes = below(walk, 500) };
    if (event.kind == STREAM_BARRED && below(walk, 8) != 0)
        event.kind = STREAM_TICK;
    if (event.kind == STREAM_FORKED && below(walk, 100) != 0)
        event.kind = STREAM_WORK;
    if (event.kind == STREAM_TICK && stream->due_ms != UINT64_MAX && below(walk, 2) == 0 &&
        stream->due_ms > walk->now_ms)
        walk->now_ms = stream->due_ms; /* long silence */
    walk->now_ms += below(walk, 50);
    event.now_ms = walk->now_ms;
    if (event.kind == STREAM_WELCOME) /* mostly sane, sometimes forgetful, hardly ever too much */
        event.sequence = below(walk, 10) != 0 ? stream->acknowledged + 1 + below(walk, 2)
                                              : below(walk, stream->assigned + 3);
    if (event.kind == STREAM_ACK)
        event.sequence =
            below(walk, 20) != 0
                ? stream->acknowledged + below(walk, stream->sent - stream->acknowledged + 1)
                : below(walk, stream->assigned + 3);
    return event;
}

static void
check_actions(const struct walk *walk, enum stream_state before, unsigned actions)
{
    const struct stream *stream = &walk->stream;
    enum stream_state state = stream->state;
    bool left = before != state && (before == STREAM_GREETING || before == STREAM_OPEN);
    HOLDS(walk, ((actions & CONNECT) != 0) == (state == STREAM_GREETING && before != state));
    if (left && state != STREAM_OPEN)
        HOLDS(walk, actions & CLOSE);
    if (actions & (TRANSMIT | PING))
        HOLDS(walk, state == STREAM_OPEN);
    if (before == STREAM_STOPPED)
        HOLDS(walk, state == STREAM_STOPPED && actions == 0);
    else if (state == STREAM_STOPPED)
        HOLDS(walk, actions == (CLOSE | ALARM));
}

static void
check_stream(const struct walk *walk)
{
    const struct stream *stream = &walk->stream;
    uint64_t bytes = 0;
    HOLDS(walk, stream->acknowledged <= stream->sent && stream->sent <= stream->assigned);
    HOLDS(walk, stream->sent - stream->acknowledged <= WINDOW_MESSAGES);
    if (stream->state != STREAM_OPEN)
        return;
    for (uint64_t sequence = stream->acknowledged + 1; sequence <= stream->sent; sequence++)
        bytes += walk->sizes[sequence % 4096];
    HOLDS(walk, stream->unacknowledged_bytes == bytes);
}

/* A stream that waits for something wakes up for it, and in time. */
static void
check_due(const struct walk *walk)
{
    const struct stream *stream = &walk->stream;
    if (stream->state == STREAM_IDLE || stream->state == STREAM_STOPPED) {
        HOLDS(walk, stream->due_ms == UINT64_MAX);
        return;
    }
    uint64_t longest_ms = IDLE_MS > MAX_MS ? IDLE_MS : MAX_MS;
    HOLDS(walk, stream->due_ms <= walk->now_ms + longest_ms);
}

static void
transmit_some(struct walk *walk)
{
    struct stream *stream = &walk->stream;
    for (;;) {
        uint64_t size_bytes = below(walk, 200);
        if (!stream_may_send(stream, size_bytes) || below(walk, 20) == 0)
            return;
        bool alone = stream->sent == stream->acknowledged;
        stream_sent(stream, size_bytes);
        walk->sizes[stream->sent % 4096] = size_bytes;
        HOLDS(walk, alone || stream->unacknowledged_bytes <= stream->window_bytes);
        HOLDS(walk, alone || stream->sent - stream->acknowledged <= stream->window_messages);
    }
}

static void
walk_from(uint64_t seed)
{
    static struct walk walk;
    walk = (struct walk){ .seed = seed, .random = seed, .now_ms = NOW_MS };
    stream_init(&walk.stream, below(&walk, 5), 0);
    for (; walk.step < 2000; walk.step++) {
        enum stream_state before = walk.stream.state;
        struct stream_event event = draw_event(&walk);
        if (event.kind == STREAM_WORK)
            walk.stream.assigned += below(&walk, 4);
        unsigned actions = stream_step(&walk.stream, &limits, &event);
        check_actions(&walk, before, actions);
        check_stream(&walk);
        check_due(&walk);
        if (actions & TRANSMIT)
            transmit_some(&walk);
        check_stream(&walk);
    }
}

static void
stream_keeps_its_promises_on_random_walks(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 200; seed++)
        walk_from(seed);
}

/* From wherever a walk ended, an honest peer gets everything. */
static void
stream_delivers_all_once_the_world_is_well_again(void **unused)
{
    (void)unused;
    static const enum place places[] = { IDLE,       GREETING, OPEN,        OPEN_EVEN,
                                         OPEN_ASKED, WAITING,  WAITING_EVEN };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct stream stream;
        go(&stream, places[i]);
        stream.assigned += 3;
        uint64_t now_ms = NOW_MS;
        for (int round = 0; stream.acknowledged < stream.assigned; round++) {
            assert_in_range(round, 0, 20);
            step_at(&stream, STREAM_WORK, now_ms, 0);
            if (stream.state == STREAM_GREETING)
                step_at(&stream, STREAM_WELCOME, now_ms, stream.acknowledged + 1);
            send_all(&stream, 10);
            if (stream.state == STREAM_OPEN)
                step_at(&stream, STREAM_ACK, now_ms, stream.sent);
            else
                step_at(&stream, STREAM_TICK, now_ms = stream.due_ms, 0);
        }
        assert_int_equal(stream.acknowledged, 8);
    }
}

static void
stream_states_have_names_of_their_own(void **unused)
{
    (void)unused;
    for (int a = 0; a < STREAM_STATE_COUNT; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(stream_state_name((enum stream_state)a),
                                    stream_state_name((enum stream_state)b));
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_step_answers_every_pair_as_the_table_says),
        cmocka_unit_test(stream_connects_for_work_only),
        cmocka_unit_test(stream_sends_no_more_than_the_window),
        cmocka_unit_test(stream_ack_opens_the_window_by_what_it_acknowledges),
        cmocka_unit_test(stream_ack_of_long_ago_takes_nothing_back),
        cmocka_unit_test(stream_may_send_in_no_state_but_open),
        cmocka_unit_test(stream_welcome_rewinds_to_what_the_peer_expects),
        cmocka_unit_test(stream_sends_again_what_a_forgetful_peer_had_acknowledged),
        cmocka_unit_test(stream_that_lost_its_own_past_is_stopped_for_good),
        cmocka_unit_test(stream_greets_again_before_it_believes_in_its_own_amnesia),
        cmocka_unit_test(stream_welcome_at_the_very_end_is_no_amnesia),
        cmocka_unit_test(stream_hears_silence_then_asks_then_gives_up),
        cmocka_unit_test(stream_that_hears_an_answer_starts_counting_again),
        cmocka_unit_test(stream_counts_idle_time_from_the_last_acknowledgement),
        cmocka_unit_test(stream_with_new_work_counts_silence_and_not_idle_time),
        cmocka_unit_test(stream_backs_off_longer_each_time_up_to_the_cap),
        cmocka_unit_test(stream_backs_off_with_jitter),
        cmocka_unit_test(stream_keeps_its_promises_on_random_walks),
        cmocka_unit_test(stream_delivers_all_once_the_world_is_well_again),
        cmocka_unit_test(stream_states_have_names_of_their_own),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
