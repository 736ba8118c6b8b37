/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/policy_exchange.h"

#include <inttypes.h>

#include "common/io/erased.h"
#include "common/io/exchange.h"
#include "common/io/inquiry.h"
#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/start_hold.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"

enum {
    ASK_PAUSE_MS = 60000,    /* between questions to one peer that has not greeted anew */
    FALSE_PAUSE_MS = 600000, /* after what was no policy */
    SENT_MAX = 64,           /* policies to one peer in SENT_PAUSE_MS, asked for or not */
    SENT_PAUSE_MS = 60000,
    ASKED_MAX = 64, /* of one peer that hands back a lost past */
};

static uint64_t
present_version(const struct office *office)
{
    return policies_present(&office->policies)->version;
}

static bool
is_recent(uint64_t then_ms, uint64_t pause_ms, const struct office_time *now)
{
    return then_ms != 0 && now->monotonic_ms - then_ms < pause_ms;
}

/* route is NULL on our own connection. */
static enum result
send_frames(struct office *office, const struct peer *peer, const struct link_route *route,
            Yidi__LinkFrame *frame, struct bytes more)
{
    const struct office_ports *ports = &office->options.ports;
    size_t more_count = more.size > 0 ? 1 : 0;
    if (more.size > LINK_FRAME_BYTES_MAX)
        return ERR_FULL; /* it must be brought as a file */
    if (route != NULL)
        return link_frame_reply(office, route, frame, &more, more_count);
    struct bytes frames[2] = { link_frame_pack(office, frame), more };
    return frames[0].data == NULL
               ? ERR_MEMORY
               : ports->send(ports->context, peer->office, frames, 1 + more_count);
}

/* signed_bytes is empty when the version is not here. */
static enum result
send_offer(struct office *office, const struct peer *peer, const struct link_route *route,
           uint64_t version, struct bytes signed_bytes)
{
    Yidi__PolicyOffer offer = YIDI__POLICY_OFFER__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    offer.version = version;
    frame.body_case = YIDI__LINK_FRAME__BODY_POLICY;
    frame.policy = &offer;
    return send_frames(office, peer, route, &frame, signed_bytes);
}

static enum result
send_ask(struct office *office, const struct peer *peer, const struct link_route *route,
         uint64_t version)
{
    Yidi__PolicyAsk ask = YIDI__POLICY_ASK__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    ask.version = version;
    frame.body_case = YIDI__LINK_FRAME__BODY_POLICY_ASK;
    frame.policy_ask = &ask;
    return send_frames(office, peer, route, &frame, bytes_of(NULL, 0));
}

/* ---- handing over ---- */

/* Whoever makes us send many is not served for a while. */
static bool
may_send(struct peer_policies *known, const struct office_time *now)
{
    if (!is_recent(known->sent_ms, SENT_PAUSE_MS, now)) {
        known->sent_ms = now->monotonic_ms;
        known->sent = 0;
    }
    return known->sent++ < SENT_MAX;
}

static void
hand_over(struct office *office, struct peer *peer, const struct link_route *route,
          const struct office_time *now)
{
    uint64_t version = present_version(office);
    if (peer->policies.version >= version || !may_send(&peer->policies, now))
        return;
    enum result result = send_offer(office, peer, route, version,
                                    policy_file_signed_bytes(office->policies.present));
    log_line(LOG_INFO, "policy_offered", "office=%s version=%" PRIu64 " sent=%d", peer->office,
             version, result == OK);
}

void
policy_exchange_ask(struct office *office, struct peer *peer, const struct link_route *route,
                    const struct office_time *now)
{
    const struct policies *policies = &office->policies;
    bool gone = route != NULL && route->size == 0;
    if (gone || is_recent(peer->policies.asked_ms, ASK_PAUSE_MS, now))
        return;
    for (size_t i = 0; i < POLICIES_WANTED_MAX; i++) {
        if (policies->wanted[i] == 0)
            continue;
        peer->policies.asked_ms = now->monotonic_ms;
        enum result result = send_ask(office, peer, route, policies->wanted[i]);
        log_line(LOG_INFO, "policy_asked", "office=%s version=%" PRIu64 " sent=%d", peer->office,
                 policies->wanted[i], result == OK);
    }
}

void
policy_exchange_greeted(struct office *office, struct peer *peer, const struct link_route *route,
                        uint64_t version, const struct office_time *now)
{
    peer->policies.version = version;
    peer->policies.asked_ms = 0; /* an answer may have been lost with the connection */
    hand_over(office, peer, route, now);
    policy_exchange_ask(office, peer, route, now);
}

void
policy_exchange_adopted(struct office *office, const struct office_time *now)
{
    if (office_halted(office) || start_holds(office))
        return; /* nothing leaves it; it will greet */
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        if (!office_trusts(office, directory_find(office->directory, peer->office), now->wall_ms))
            continue;
        if (peer->stream.state == STREAM_OPEN)
            hand_over(office, peer, NULL, now);
        else if (peer->route.size > 0)
            hand_over(office, peer, &peer->route, now);
    }
}

void
policy_exchange_take_ask(struct office *office, struct peer *peer, const Yidi__PolicyAsk *ask,
                         const struct link_route *route, const struct office_time *now)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct bytes signed_bytes = { 0 };
    uint64_t unused_ms;
    if (!may_send(&peer->policies, now)) {
        exchange_drop(office, peer->office, "policy_asked_too_often", now);
        return;
    }
    enum result result = store_begin_read(office->options.store, &txn);
    if (result == OK)
        result = policies_signed(txn, ask->version, &unused_ms, &signed_bytes);
    if (result == OK || result == ERR_ABSENT)
        result = send_offer(office, peer, route, ask->version, signed_bytes);
    if (result != OK)
        log_line(LOG_INFO, "policy_not_answered", "office=%s version=%" PRIu64 " cause=%d",
                 peer->office, ask->version, (int)result);
}

/* ---- taking ---- */

static enum result
open_offer(struct office *office, const Yidi__PolicyOffer *offer, struct bytes signed_bytes,
           bool former, const struct office_time *now, struct policy_file **ret_file,
           struct refusal *ret_refusal)
{
    AUTO(policy_file) struct policy_file *file = NULL;
    const struct trust_root *root = office->options.root;
    enum result result =
        former ? policy_file_decode_former(signed_bytes, root, now->wall_ms, &file, ret_refusal)
               : policy_file_decode(signed_bytes, root, now->wall_ms, &file, ret_refusal);
    if (result != OK)
        return result;
    if (policy_file_policy(file)->version != offer->version)
        return refuse(ret_refusal, REFUSAL_POLICY_INVALID, "version", "is another one");
    *ret_file = MOVE(file);
    return OK;
}

static enum result
take_policy(struct office *office, struct peer *peer, const Yidi__PolicyOffer *offer,
            struct bytes signed_bytes, const struct office_time *now, struct refusal *ret_refusal)
{
    AUTO(policy_file) struct policy_file *file = NULL;
    bool former = offer->version < present_version(office);
    enum result result = open_offer(office, offer, signed_bytes, former, now, &file, ret_refusal);
    if (result == OK && peer->policies.version < offer->version)
        peer->policies.version = offer->version; /* it is not handed back */
    if (result == OK && former)
        result = policies_take_former(&office->policies, file, ret_refusal);
    else if (result == OK)
        result = office_set_policy(office, file, now, ret_refusal);
    if (result != OK)
        return result;
    file = NULL;
    office->rows_due_ms = now->monotonic_ms; /* it is written down soon */
    return OK;
}

void
policy_exchange_take_offer(struct office *office, struct peer *peer, const Yidi__PolicyOffer *offer,
                           const struct link_message *message, const struct office_time *now)
{
    struct refusal refusal = { 0 };
    bool needed = offer->version > present_version(office) ||
                  policies_wants(&office->policies, offer->version);
    if (message->frame_count == 2 && needed &&
        !is_recent(peer->policies.false_ms, FALSE_PAUSE_MS, now)) {
        enum result result = take_policy(office, peer, offer, message->frames[1], now, &refusal);
        log_line(result == OK ? LOG_INFO : LOG_WARNING, "policy_handed_over",
                 "office=%s version=%" PRIu64 " taken=%d", peer->office, offer->version,
                 result == OK);
        if (result == ERR_REFUSED) {
            peer->policies.false_ms = now->monotonic_ms;
            exchange_drop(office, peer->office, refusal_name(refusal.code), now);
        }
    }
    inquiry_take_policy(office, peer, now);
}

/* ---- with a lost past ---- */

/* The version by which the case of a message was accepted; 0 when it does not say. */
static uint64_t
named_version(const Yidi__JournalEntry *returned, struct arena *arena)
{
    ProtobufCMessage *outer, *inner;
    if (erased_is(returned))
        return returned->erased->policy_version;
    const Yidi__Message *message = returned->sent->message;
    if (message->body_case == YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED)
        return message->application_submitted->policy_version;
    if (message->body_case != YIDI__MESSAGE__BODY_CARD_ORDERED)
        return 0;
    ProtobufCBinaryData packed = message->card_ordered->application_envelope;
    if (wire_decode(&yidi__envelope__descriptor, bytes_of(packed.data, packed.len), arena, &outer,
                    NULL) != OK)
        return 0;
    packed = ((const Yidi__Envelope *)outer)->entry;
    if (wire_decode(&yidi__journal_entry__descriptor, bytes_of(packed.data, packed.len), arena,
                    &inner, NULL) != OK)
        return 0;
    const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)inner;
    if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_SENT ||
        entry->sent->message->body_case != YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED)
        return 0;
    return entry->sent->message->application_submitted->policy_version;
}

bool
policy_exchange_recover(struct office *office, struct peer *peer,
                        const Yidi__JournalEntry *returned)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    uint64_t version = named_version(returned, &office->arena);
    bool known = true, asked = policies_wants(&office->policies, version);
    if (version == 0 || peer->recovery.policies_asked >= ASKED_MAX ||
        store_begin_read(office->options.store, &txn) != OK ||
        policies_want(&office->policies, txn, version, &known) != OK || known)
        return false;
    if (asked && peer->recovery.policies_waited > 0)
        return false; /* on its way */
    return send_ask(office, peer, NULL, version) == OK;
}
