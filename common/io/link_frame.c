/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/link_frame.h"

#include <inttypes.h>

#include "common/core/require.h"
#include "common/io/epoch.h"
#include "common/io/log.h"
#include "common/io/wire.h"

enum { DIRECTORY_OFFER_PAUSE_MS = 60000 };

struct bytes
link_frame_pack(struct office *office, Yidi__LinkFrame *frame)
{
    return wire_encode(&frame->base, &office->arena);
}

static enum result
send_frame(struct office *office, const struct peer *peer, Yidi__LinkFrame *frame)
{
    struct bytes packed = link_frame_pack(office, frame);
    if (packed.data == NULL)
        return ERR_MEMORY;
    return office->options.ports.send(office->options.ports.context, peer->office, &packed, 1);
}

enum result
link_frame_reply(struct office *office, const struct link_route *route, Yidi__LinkFrame *frame,
                 const struct bytes *more, size_t more_count)
{
    struct bytes frames[LINK_FRAMES_MAX] = { link_frame_pack(office, frame) };
    REQUIRE(more_count < LINK_FRAMES_MAX);
    if (frames[0].data == NULL)
        return ERR_MEMORY;
    if (route->size == 0)
        return ERR_ABSENT;
    for (size_t i = 0; i < more_count; i++)
        frames[1 + i] = more[i];
    return office->options.ports.reply(office->options.ports.context, route, frames,
                                       1 + more_count);
}

static void
reply_frame(struct office *office, const struct link_route *route, Yidi__LinkFrame *frame)
{
    if (link_frame_reply(office, route, frame, NULL, 0) != OK)
        log_line(LOG_DEBUG, "reply_undelivered", "reason=connection_gone");
}

void
link_frame_reply_welcome(struct office *office, const struct peer *peer)
{
    Yidi__Welcome welcome = YIDI__WELCOME__INIT;
    welcome.protocol = PROTOCOL_VERSION;
    welcome.office = office->journal.office;
    welcome.next = peer->applied + 1; /* what was committed; what is queued may yet be lost */
    welcome.window_messages = WINDOW_MESSAGES;
    welcome.window_bytes = WINDOW_BYTES;
    welcome.directory_version = directory_version(office->directory);
    welcome.policy_version = policies_present(&office->policies)->version;
    if (peer->applied > 0)
        welcome.last_leaf = (ProtobufCBinaryData){ .data = (uint8_t *)peer->applied_leaf.bytes,
                                                   .len = DIGEST_BYTES };
    if (peer->head != NULL)
        welcome.head = peer->head;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_WELCOME;
    frame.welcome = &welcome;
    reply_frame(office, &peer->route, &frame);
}

void
link_frame_reply_ack(struct office *office, struct peer *peer)
{
    Yidi__Ack ack = YIDI__ACK__INIT;
    ack.sequence = peer->applied;
    ack.window_messages = WINDOW_MESSAGES;
    ack.window_bytes = WINDOW_BYTES;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_ACK;
    frame.ack = &ack;
    reply_frame(office, &peer->route, &frame);
    peer->ack_due = false;
}

void
link_frame_reply_refuse(struct office *office, const struct link_route *route,
                        enum refusal_code code)
{
    Yidi__Refuse refuse = YIDI__REFUSE__INIT;
    refuse.code = (char *)refusal_name(code);
    refuse.text = (char *)refusal_meaning(code);
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_REFUSE;
    frame.refuse = &refuse;
    reply_frame(office, route, &frame);
}

enum result
link_frame_send_hello(struct office *office, const struct peer *peer)
{
    Yidi__Hello hello = YIDI__HELLO__INIT;
    hello.protocol = PROTOCOL_VERSION;
    hello.office = office->journal.office;
    hello.assigned = peer->stream.assigned;
    hello.directory_version = directory_version(office->directory);
    hello.policy_version = policies_present(&office->policies)->version;
    hello.epoch = office->journal.epoch;
    if (peer->head != NULL)
        hello.head = peer->head;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_HELLO;
    frame.hello = &hello;
    if (office->journal.epoch == 1)
        return send_frame(office, peer, &frame);

    AUTO(store_txn) struct store_txn *txn = NULL;
    struct bytes frames[2] = { link_frame_pack(office, &frame) };
    enum result result =
        frames[0].data == NULL ? ERR_MEMORY : store_begin_read(office->options.store, &txn);
    if (result == OK)
        result = epoch_proof(txn, &office->arena, &frames[1]);
    return result == OK
               ? office->options.ports.send(office->options.ports.context, peer->office, frames, 2)
               : result;
}

enum result
link_frame_send_ask(struct office *office, const struct peer *peer)
{
    Yidi__Ask ask = YIDI__ASK__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_ASK;
    frame.ask = &ask;
    return send_frame(office, peer, &frame);
}

enum result
link_frame_send_history_ask(struct office *office, const struct peer *peer, bool mine,
                            uint64_t sequence, uint32_t count)
{
    Yidi__HistoryAsk ask = YIDI__HISTORY_ASK__INIT;
    ask.mine = mine;
    ask.sequence = sequence;
    ask.count = count;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_HISTORY_ASK;
    frame.history_ask = &ask;
    return send_frame(office, peer, &frame);
}

enum result
link_frame_send_ping(struct office *office, const struct peer *peer)
{
    Yidi__Ping ping = YIDI__PING__INIT;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_PING;
    frame.ping = &ping;
    return send_frame(office, peer, &frame);
}

/* The other side has an older directory: hand ours over. route is NULL on our own connection. */
void
link_frame_offer_directory(struct office *office, struct peer *peer, const struct link_route *route,
                           const struct office_time *now)
{
    if (peer->directory_offered_ms != 0 &&
        now->monotonic_ms - peer->directory_offered_ms < DIRECTORY_OFFER_PAUSE_MS)
        return;
    peer->directory_offered_ms = now->monotonic_ms;
    Yidi__DirectoryOffer offer = YIDI__DIRECTORY_OFFER__INIT;
    offer.version = directory_version(office->directory);
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_DIRECTORY;
    frame.directory = &offer;
    struct bytes frames[2] = { link_frame_pack(office, &frame),
                               directory_signed_bytes(office->directory) };
    const struct office_ports *ports = &office->options.ports;
    enum result result = ERR_FULL; /* too big for a frame: it must be brought as a file */
    if (frames[0].data != NULL && frames[1].size <= LINK_FRAME_BYTES_MAX)
        result = route != NULL ? ports->reply(ports->context, route, frames, 2)
                               : ports->send(ports->context, peer->office, frames, 2);
    log_line(LOG_INFO, "directory_offered", "office=%s version=%" PRIu64 " bytes=%zu sent=%d",
             peer->office, offer.version, frames[1].size, result == OK);
}
