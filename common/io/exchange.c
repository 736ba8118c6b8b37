/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/exchange.h"

#include <inttypes.h>

#include "common/io/answering.h"
#include "common/io/consistency.h"
#include "common/io/history.h"
#include "common/io/inquiry.h"
#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/outgoing.h"
#include "common/io/policy_exchange.h"
#include "common/io/question.h"
#include "common/io/receiving.h"
#include "common/io/recovery.h"
#include "common/io/start_hold.h"
#include "common/io/wire.h"
#include "common/io/witness.h"

static bool
trusted(const struct office *office, const char *code, const struct office_time *now)
{
    return office_trusts(office, directory_find(office->directory, code), now->wall_ms);
}

void
exchange_drop(struct office *office, const char *from, const char *reason,
              const struct office_time *now)
{
    uint64_t second = now->monotonic_ms / 1000;
    office->dropped++;
    if (second != office->drops_logged_second)
        office->drops_logged = 0;
    office->drops_logged_second = second;
    if (office->drops_logged++ < DROPS_LOGGED_MAX)
        log_line(LOG_WARNING, "frame_dropped", "office=%s reason=%s dropped=%" PRIu64, from, reason,
                 office->dropped);
}

static void
take_directory(struct office *office, const char *from, const Yidi__DirectoryOffer *offer,
               const struct link_message *message, const struct office_time *now)
{
    struct refusal refusal = { 0 };
    AUTO(directory) struct directory *directory = NULL;
    if (message->frame_count != 2) {
        exchange_drop(office, from, "directory_missing", now);
        return;
    }
    if (offer->version <= directory_version(office->directory))
        return;
    struct bytes signed_bytes = message->frames[1];
    enum result result =
        directory_decode(signed_bytes, office->options.root, now->wall_ms, &directory, &refusal);
    if (result == OK && directory_version(directory) <= directory_version(office->directory))
        return;
    if (result == OK)
        result = office_set_directory(office, directory, office->options.root, now, &refusal);
    if (result != OK) {
        exchange_drop(office, from, refusal_name(refusal.code), now);
        return;
    }
    directory = NULL;
    if (office->options.ports.keep_directory(office->options.ports.context, signed_bytes) != OK)
        log_line(LOG_ERROR, "directory_not_kept", "version=%" PRIu64,
                 directory_version(office->directory));
}

/* ---- frames in ---- */

static const Yidi__LinkFrame *
decode_frame(struct office *office, const struct link_message *message, const char *from,
             const struct office_time *now)
{
    ProtobufCMessage *decoded;
    if (message->frame_count == 0 || wire_decode(&yidi__link_frame__descriptor, message->frames[0],
                                                 &office->arena, &decoded, NULL) != OK) {
        exchange_drop(office, from, "malformed", now);
        return NULL;
    }
    return (const Yidi__LinkFrame *)decoded;
}

static void
take_from(struct office *office, const Yidi__Office *entry, struct peer *peer,
          const struct link_message *message, const struct office_time *now)
{
    const Yidi__LinkFrame *frame = decode_frame(office, message, entry->code, now);
    if (frame == NULL || (peer == NULL && (peer = peers_take(&office->peers, entry->code)) == NULL))
        return;
    peer->witness.heard_ms = now->monotonic_ms;
    switch (frame->body_case) {
    case YIDI__LINK_FRAME__BODY_HELLO:
    case YIDI__LINK_FRAME__BODY_DATA:
    case YIDI__LINK_FRAME__BODY_PING:
        receiving_take(office, entry, peer, message, frame, now);
        break;
    case YIDI__LINK_FRAME__BODY_DIRECTORY:
        take_directory(office, peer->office, frame->directory, message, now);
        break;
    case YIDI__LINK_FRAME__BODY_POLICY:
        policy_exchange_take_offer(office, peer, frame->policy, message, now);
        break;
    case YIDI__LINK_FRAME__BODY_POLICY_ASK:
        policy_exchange_take_ask(office, peer, frame->policy_ask, &message->route, now);
        break;
    case YIDI__LINK_FRAME__BODY_ASK:
        history_answer_ask(office, peer, &message->route);
        break;
    case YIDI__LINK_FRAME__BODY_HISTORY_ASK:
        history_take_question(peer, frame->history_ask, &message->route);
        break;
    case YIDI__LINK_FRAME__BODY_QUERY_ELIGIBILITY:
        answering_take(office, entry, peer, message, frame->query_eligibility, now);
        break;
    case YIDI__LINK_FRAME__BODY_PROOF:
        consistency_take(office, peer, frame->proof, now);
        break;
    default:
        exchange_drop(office, peer->office, "not_for_this_side", now);
    }
}

static void
take_inbound(struct office *office, const struct link_message *message,
             const struct office_time *now)
{
    const Yidi__Office *entry = directory_find_key(office->directory, message->key);
    if (!office_trusts(office, entry, now->wall_ms)) {
        exchange_drop(office, entry == NULL ? "unknown" : entry->code, "not_trusted", now);
        link_frame_reply_refuse(office, &message->route,
                                entry == NULL ? REFUSAL_OFFICE_UNKNOWN : REFUSAL_OFFICE_REVOKED);
        return;
    }
    struct peer *peer = peers_find(&office->peers, entry->code);
    if (peer == NULL && now->wall_ms > directory_expires_ms(office->directory)) {
        link_frame_reply_refuse(office, &message->route, REFUSAL_DIRECTORY_EXPIRED);
        return;
    }
    take_from(office, entry, peer, message, now);
}

static void
take_witnessed(struct office *office, struct peer *peer, const Yidi__Witnessed *witnessed,
               const struct office_time *now)
{
    start_hold_take(office, peer, witnessed, now);
    inquiry_take_witnessed(office, peer, witnessed, now);
}

static void
take_lost(struct office *office, struct peer *peer, const struct office_time *now)
{
    start_hold_lost(office, peer, now);
    if (peer->recovery.live)
        inquiry_lost(office, peer, now);
    else
        outgoing_lost(office, peer, now);
}

static void
take_outbound(struct office *office, const struct link_message *message,
              const struct office_time *now)
{
    struct peer *peer = peers_find(&office->peers, message->office);
    if (peer == NULL || !trusted(office, peer->office, now))
        return;
    const Yidi__LinkFrame *frame = decode_frame(office, message, peer->office, now);
    if (frame == NULL)
        return;
    bool greeted = frame->body_case == YIDI__LINK_FRAME__BODY_WELCOME ||
                   frame->body_case == YIDI__LINK_FRAME__BODY_REFUSE;
    if (greeted && recovery_bars(peer)) {
        inquiry_take_greeted(office, peer, now); /* the streams rest */
        return;
    }
    if (frame->body_case == YIDI__LINK_FRAME__BODY_WELCOME)
        outgoing_take_welcome(office, peer, frame->welcome, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_ACK)
        outgoing_take_ack(office, peer, frame->ack, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_REFUSE)
        outgoing_take_refuse(office, peer, frame->refuse, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_DIRECTORY)
        take_directory(office, peer->office, frame->directory, message, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_POLICY)
        policy_exchange_take_offer(office, peer, frame->policy, message, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_POLICY_ASK)
        policy_exchange_take_ask(office, peer, frame->policy_ask, NULL, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_WITNESSED)
        take_witnessed(office, peer, frame->witnessed, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_HISTORY_ITEM)
        inquiry_take_item(office, peer, frame->history_item, message, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_PROOF_ASK)
        consistency_answer(office, peer, frame->proof_ask, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_ANSWER_ELIGIBILITY)
        question_take(office, peer, frame->answer_eligibility, now);
    else
        exchange_drop(office, peer->office, "not_for_this_side", now);
}

void
office_take_link(struct office *office, const struct link_message *message,
                 const struct office_time *now)
{
    if (message->side == LINK_INBOUND) {
        take_inbound(office, message, now);
    } else if (message->side == LINK_OUTBOUND) {
        take_outbound(office, message, now);
    } else {
        struct peer *peer = peers_find(&office->peers, message->office);
        if (peer != NULL)
            take_lost(office, peer, now);
    }
}

/* ---- what commits, time and directories bring ---- */

void
exchange_follow_commit(struct office *office, const struct office_time *now)
{
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        if (peer->ack_due) {
            policy_exchange_ask(office, peer, &peer->route, now);
            link_frame_reply_ack(office, peer);
        }
        outgoing_look_for_work(office, peer, now);
    }
}

void
exchange_start(struct office *office, const struct office_time *now)
{
    for (size_t i = 0; i < office->peers.count; i++)
        outgoing_look_for_work(office, office->peers.list[i], now);
}

void
exchange_tick(struct office *office, const struct office_time *now)
{
    office->stream_due_ms = UINT64_MAX;
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        history_answer(office, peer);
        if (peer->ack_due && peer->queued == peer->applied)
            link_frame_reply_ack(office, peer);
        outgoing_tick(office, peer, now);
        consistency_tick(office, peer, now);
    }
}

/* What was taken under the old directory and waits for the turn: the senders that are trusted still
 * stay. */
static void
drop_untrusted_inputs(struct office *office, const struct office_time *now)
{
    size_t kept = 0;
    for (size_t i = 0; i < office->input_count; i++) {
        struct input *input = office->inputs[i];
        if (input->kind == INPUT_COMMAND || trusted(office, input->peer->office, now)) {
            office->inputs[kept++] = input;
            continue;
        }
        if (input->kind == INPUT_QUESTION)
            continue;
        input->peer->queued = input->peer->applied;
        input->peer->recovery.queued_sent = input->peer->stream.assigned;
    }
    office->input_count = kept;
}

void
exchange_cut_untrusted(struct office *office, const struct office_time *now)
{
    drop_untrusted_inputs(office, now);
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        if (trusted(office, peer->office, now)) {
            outgoing_look_for_work(office, peer, now);
            continue;
        }
        peer->route.size = 0;
        outgoing_bar(office, peer, now);
    }
}
