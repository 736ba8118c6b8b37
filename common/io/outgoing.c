/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/outgoing.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/format.h"
#include "common/io/case_file.h"
#include "common/io/clock.h"
#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/outbox.h"
#include "common/io/policy_exchange.h"
#include "common/io/question.h"
#include "common/io/recovery.h"
#include "common/io/start_hold.h"
#include "common/io/wire.h"
#include "common/io/witness.h"

enum { ROWS_DELAY_MS = 5000, STALLS_SHOWN = 3 };

static void step(struct office *office, struct peer *peer, struct stream_event *event,
                 const struct office_time *now);

/* ---- how fast the peer answers ---- */

/* One question or message at a time is measured; sequence UINT64_MAX: it is a question. */
static void
time_asked(struct peer *peer, uint64_t sequence)
{
    struct peer_timing *timing = &peer->timing;
    if (timing->asked_us != 0 && sequence != UINT64_MAX)
        return;
    timing->asked_us = clock_monotonic_us();
    timing->asked_sequence = sequence;
}

static void
time_answered(struct peer *peer)
{
    struct peer_timing *timing = &peer->timing;
    if (timing->asked_us != 0)
        timing->round_trip_us = clock_monotonic_us() - timing->asked_us;
    timing->asked_us = 0;
}

static void
time_link(struct peer *peer, const struct office_time *now)
{
    struct peer_timing *timing = &peer->timing;
    enum stream_state state = peer->stream.state;
    bool down = state == STREAM_WAITING || state == STREAM_STOPPED;
    if (down)
        timing->asked_us = 0;
    if (down && timing->down_since_ms == 0)
        timing->down_since_ms = now->wall_ms;
    else if (state == STREAM_OPEN || state == STREAM_IDLE)
        timing->down_since_ms = 0;
}

/* ---- transmission: what the credit allows, read back from the store ---- */

struct outgoing {
    struct bytes frames[LINK_FRAMES_MAX];
    size_t frame_count;
    uint64_t size_bytes;
};

static enum result
load_outgoing(struct office *office, struct store_txn *txn, const struct peer *peer,
              struct outgoing *ret_outgoing)
{
    uint64_t sequence = peer->stream.sent + 1;
    const Yidi__OutboxRow *row;
    struct outgoing outgoing = { .frame_count = 2 };
    enum result result = outbox_find(txn, peer->office, sequence, &office->sending, &row);
    if (result == OK)
        result = outbox_row_envelope(txn, row, &office->sending, &outgoing.frames[1]);
    for (size_t i = 0; result == OK && i < row->n_digests; i++)
        result = store_get(txn, TABLE_BLOBS, bytes_of(row->digests[i].data, row->digests[i].len),
                           &outgoing.frames[outgoing.frame_count++]);
    if (result != OK)
        return result;

    Yidi__Data data = YIDI__DATA__INIT;
    data.sequence = sequence;
    data.attachments = (uint32_t)row->n_digests;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_DATA;
    frame.data = &data;
    outgoing.frames[0] = wire_encode(&frame.base, &office->sending);
    if (outgoing.frames[0].data == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < outgoing.frame_count; i++)
        outgoing.size_bytes += outgoing.frames[i].size;
    *ret_outgoing = outgoing;
    return OK;
}

/* A peer that had confirmed it and asks again has lost its past; recovery brings it what is left.
 */
static bool
is_erased(struct office *office, struct store_txn *txn, const struct peer *peer)
{
    const struct machine *machine = office->options.role->machine;
    const Yidi__OutboxRow *row;
    struct case_file file;
    return outbox_find(txn, peer->office, peer->stream.sent + 1, &office->sending, &row) == OK &&
           case_file_open(txn, machine, row->case_number, &office->sending, &file) == OK &&
           file.row->biometrics_erased_ms != 0;
}

static void
report_erased(struct peer *peer)
{
    peer->trouble =
        (struct trouble){ .code = TROUBLE_MESSAGE_ERASED, .numbers = { peer->stream.sent + 1 } };
}

/* What was assigned must be in the store; when it is not, the stream must not skip it. */
static void
report_missing(struct office *office, struct peer *peer, enum result result)
{
    peer->trouble = (struct trouble){ .code = TROUBLE_MESSAGE_UNREADABLE,
                                      .numbers = { peer->stream.sent + 1 } };
    log_line(LOG_ERROR, "outbox_unreadable", "office=%s sequence=%" PRIu64 " cause=%d",
             peer->office, peer->stream.sent + 1, (int)result);
    office_halt(office, &peer->trouble);
}

static enum result
transmit_next(struct office *office, struct store_txn *txn, struct peer *peer)
{
    struct outgoing outgoing;
    enum result result = load_outgoing(office, txn, peer, &outgoing);
    if (result == ERR_ABSENT && is_erased(office, txn, peer))
        report_erased(peer);
    else if (result == ERR_ABSENT || result == ERR_DAMAGED)
        report_missing(office, peer, result);
    if (result != OK)
        return ERR_FULL; /* not now */
    if (!stream_may_send(&peer->stream, outgoing.size_bytes))
        return ERR_FULL;
    result = office->options.ports.send(office->options.ports.context, peer->office,
                                        outgoing.frames, outgoing.frame_count);
    if (result == OK) {
        stream_sent(&peer->stream, outgoing.size_bytes);
        time_asked(peer, peer->stream.sent);
    }
    return result;
}

static void
transmit(struct office *office, struct peer *peer, const struct office_time *now)
{
    if (!stream_may_send(&peer->stream, 0))
        return;
    AUTO(store_txn) struct store_txn *txn = NULL;
    if (store_begin_read(office->options.store, &txn) != OK)
        return;
    enum result result = OK;
    while (result == OK && stream_may_send(&peer->stream, 0)) {
        result = transmit_next(office, txn, peer);
        arena_reset(&office->sending);
    }
    if (result == ERR_ABSENT || result == ERR_IO)
        outgoing_lost(office, peer, now);
}

/* ---- events in, actions out ---- */

static void
raise_alarm(struct peer *peer)
{
    if (peer->stream.state == STREAM_STOPPED) {
        peer->trouble = (struct trouble){ .code = TROUBLE_STREAM_FORKED };
        log_line(LOG_ERROR, "stream_forked", "office=%s assigned=%" PRIu64, peer->office,
                 peer->stream.assigned);
        return;
    }
    peer->trouble = (struct trouble){ .code = TROUBLE_PEER_AMNESIA,
                                      .numbers = { peer->stream.acknowledged + 1 } };
    log_line(LOG_WARNING, "peer_amnesia", "office=%s next=%" PRIu64, peer->office,
             peer->stream.acknowledged + 1);
}

static enum result
connect_peer(struct office *office, const struct peer *peer)
{
    const Yidi__Office *entry = directory_find(office->directory, peer->office);
    if (entry == NULL)
        return ERR_ABSENT;
    enum result result = office->options.ports.connect(office->options.ports.context, entry);
    return result == OK ? link_frame_send_hello(office, peer) : result;
}

static void
perform(struct office *office, struct peer *peer, unsigned actions, const struct office_time *now)
{
    enum result result = OK;
    if (actions & STREAM_DO_CLOSE) {
        office->options.ports.disconnect(office->options.ports.context, peer->office);
        question_lost(office, peer);
    }
    if (actions & STREAM_DO_ALARM)
        raise_alarm(peer);
    if (actions & STREAM_DO_CONNECT)
        result = connect_peer(office, peer);
    if (actions & STREAM_DO_PING)
        result = link_frame_send_ping(office, peer);
    if (actions & (STREAM_DO_CONNECT | STREAM_DO_PING))
        time_asked(peer, UINT64_MAX);
    if (result != OK && result != ERR_FULL) {
        outgoing_lost(office, peer, now);
        return;
    }
    if (actions & STREAM_DO_TRANSMIT)
        transmit(office, peer, now);
}

static void
log_change(const struct peer *peer, enum stream_state before)
{
    if (peer->stream.state != before)
        log_line(LOG_INFO, "stream",
                 "office=%s state=%s assigned=%" PRIu64 " acknowledged=%" PRIu64, peer->office,
                 stream_state_name(peer->stream.state), peer->stream.assigned,
                 peer->stream.acknowledged);
}

static void
step(struct office *office, struct peer *peer, struct stream_event *event,
     const struct office_time *now)
{
    enum stream_state before = peer->stream.state;
    event->now_ms = now->monotonic_ms;
    event->random = office->options.ports.random(office->options.ports.context);
    unsigned actions = stream_step(&peer->stream, &office->options.stream_limits, event);
    log_change(peer, before);
    time_link(peer, now);
    perform(office, peer, actions, now);
    if (peer->stream.due_ms < office->stream_due_ms)
        office->stream_due_ms = peer->stream.due_ms;
}

static bool
may_leave_for(const struct office *office, const struct peer *peer, const struct office_time *now)
{
    return !office_halted(office) && !start_holds(office) && !recovery_bars(peer) &&
           office_trusts(office, directory_find(office->directory, peer->office), now->wall_ms);
}

void
outgoing_look_for_work(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct stream_event work = { .kind = STREAM_WORK };
    if (peer->stream.assigned > peer->stream.sent && may_leave_for(office, peer, now))
        step(office, peer, &work, now);
}

void
outgoing_call(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct stream_event call = { .kind = STREAM_CALL };
    if (may_leave_for(office, peer, now))
        step(office, peer, &call, now);
}

/* An acknowledgement is worth keeping, but not a disk sync of its own. */
static void
note_acknowledged(struct office *office, struct peer *peer, const struct office_time *now)
{
    peer->row_dirty = true;
    if (office->rows_due_ms == UINT64_MAX)
        office->rows_due_ms = now->monotonic_ms + ROWS_DELAY_MS;
}

/* Asked again and again, and never further: the peer drops what we send. */
static void
note_progress(struct peer *peer, enum stream_state before, uint64_t acknowledged_before)
{
    bool stalled = before == STREAM_OPEN && peer->stream.acknowledged == acknowledged_before &&
                   peer->stream.assigned > acknowledged_before;
    peer->stalls = stalled ? peer->stalls + 1 : 0;
    if (peer->stalls >= STALLS_SHOWN)
        peer->trouble = (struct trouble){ .code = TROUBLE_PEER_STALLED,
                                          .numbers = { acknowledged_before + 1 } };
}

void
outgoing_take_welcome(struct office *office, struct peer *peer, const Yidi__Welcome *welcome,
                      const struct office_time *now)
{
    struct stream_event event = { .kind = STREAM_WELCOME,
                                  .sequence = welcome->next,
                                  .window_messages = welcome->window_messages,
                                  .window_bytes = welcome->window_bytes };
    enum stream_state before = peer->stream.state;
    uint64_t acknowledged_before = peer->stream.acknowledged;
    if (before == STREAM_OPEN && !peer->stream.pinged)
        return; /* nobody asked */
    enum witness_verdict verdict = WITNESS_AGREES;
    if (welcome->protocol != PROTOCOL_VERSION || strcmp(welcome->office, peer->office) != 0)
        event.kind = STREAM_LOST;
    else if ((verdict = witness_judge(office, peer, welcome)) != WITNESS_AGREES)
        event.kind = STREAM_FORKED;
    peer->trouble = (struct trouble){ 0 };
    if (event.kind == STREAM_WELCOME) /* what is sent next may be about cases under our policy */
        policy_exchange_greeted(office, peer, NULL, welcome->policy_version, now);
    time_answered(peer);
    step(office, peer, &event, now);
    if (verdict == WITNESS_PROVES)
        witness_halt(office, peer);
    if (event.kind != STREAM_WELCOME)
        return;
    note_progress(peer, before, acknowledged_before);
    note_acknowledged(office, peer, now);
    witness_note_shown(office, peer, welcome->head, now);
    question_welcomed(office, peer);
    if (welcome->directory_version < directory_version(office->directory))
        link_frame_offer_directory(office, peer, NULL, now);
}

void
outgoing_take_ack(struct office *office, struct peer *peer, const Yidi__Ack *ack,
                  const struct office_time *now)
{
    struct stream_event event = { .kind = STREAM_ACK,
                                  .sequence = ack->sequence,
                                  .window_messages = ack->window_messages,
                                  .window_bytes = ack->window_bytes };
    if (ack->sequence >= peer->timing.asked_sequence)
        time_answered(peer);
    step(office, peer, &event, now);
    note_acknowledged(office, peer, now);
}

void
outgoing_take_refuse(struct office *office, struct peer *peer, const Yidi__Refuse *refuse,
                     const struct office_time *now)
{
    struct stream_event event = { .kind = STREAM_LOST };
    char room[LOG_TEXT_BYTES];
    if (strcmp(refuse->code, refusal_name(REFUSAL_OFFICE_STARTING)) != 0) { /* soon over */
        peer->trouble = (struct trouble){ .code = TROUBLE_PEER_REFUSES };
        format_text(peer->trouble.texts[0], TROUBLE_TEXT_BYTES, "%s", refuse->code);
    }
    log_line(LOG_WARNING, "stream_refused", "office=%s code=%s", peer->office,
             log_text(room, refuse->code));
    question_refused(office, peer, refuse->code);
    step(office, peer, &event, now);
    if (strcmp(refuse->code, refusal_name(REFUSAL_EPOCH_UNPROVED)) == 0)
        recovery_take_unproved(office, peer, now);
}

void
outgoing_lost(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct stream_event lost = { .kind = STREAM_LOST };
    step(office, peer, &lost, now);
}

void
outgoing_bar(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct stream_event barred = { .kind = STREAM_BARRED };
    peer->trouble = (struct trouble){ .code = TROUBLE_PEER_UNTRUSTED };
    step(office, peer, &barred, now);
}

void
outgoing_tick(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct stream_event tick = { .kind = STREAM_TICK };
    if (office_halted(office))
        tick.kind = STREAM_BARRED; /* nothing leaves a halted office */
    if (now->monotonic_ms >= peer->stream.due_ms || tick.kind == STREAM_BARRED)
        step(office, peer, &tick, now);
    if (peer->stream.due_ms < office->stream_due_ms)
        office->stream_due_ms = peer->stream.due_ms;
}
