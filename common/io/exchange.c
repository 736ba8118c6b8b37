/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/exchange.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/io/log.h"
#include "common/io/signature.h"
#include "common/io/wire.h"
#include "proto/link.pb-c.h"

enum { ROWS_DELAY_MS = 5000 };

static void step(struct office *office, struct peer *peer, struct stream_event *event,
                 const struct office_time *now);

/* ---- frames out ---- */

static struct bytes
pack_frame(struct office *office, Yidi__LinkFrame *frame)
{
    return wire_encode(&frame->base, &office->arena);
}

static enum result
send_frame(struct office *office, const struct peer *peer, Yidi__LinkFrame *frame)
{
    struct bytes packed = pack_frame(office, frame);
    if (packed.data == NULL)
        return ERR_MEMORY;
    return office->options.ports.send(office->options.ports.context, peer->office, &packed, 1);
}

static void
reply_frame(struct office *office, const struct link_route *route, Yidi__LinkFrame *frame)
{
    struct bytes packed = pack_frame(office, frame);
    if (packed.data == NULL || route->size == 0)
        return;
    if (office->options.ports.reply(office->options.ports.context, route, &packed, 1) != OK)
        log_line(LOG_DEBUG, "reply_undelivered", "reason=connection_gone");
}

static void
reply_welcome(struct office *office, const struct peer *peer)
{
    Yidi__Welcome welcome = YIDI__WELCOME__INIT;
    welcome.protocol = PROTOCOL_VERSION;
    welcome.office = office->journal.office;
    welcome.next = peer->queued + 1;
    welcome.window_messages = WINDOW_MESSAGES;
    welcome.window_bytes = WINDOW_BYTES;
    welcome.directory_version = directory_version(office->directory);
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_WELCOME;
    frame.welcome = &welcome;
    reply_frame(office, &peer->route, &frame);
}

static void
reply_ack(struct office *office, struct peer *peer)
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

static void
reply_refuse(struct office *office, const struct link_route *route, enum refusal_code code)
{
    Yidi__Refuse refuse = YIDI__REFUSE__INIT;
    refuse.code = (char *)refusal_name(code);
    refuse.text = (char *)refusal_meaning(code);
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_REFUSE;
    frame.refuse = &refuse;
    reply_frame(office, route, &frame);
}

static enum result
send_hello(struct office *office, const struct peer *peer)
{
    Yidi__Hello hello = YIDI__HELLO__INIT;
    hello.protocol = PROTOCOL_VERSION;
    hello.office = office->journal.office;
    hello.assigned = peer->stream.assigned;
    hello.directory_version = directory_version(office->directory);
    hello.epoch = office->journal.epoch;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_HELLO;
    frame.hello = &hello;
    return send_frame(office, peer, &frame);
}

static enum result
send_ping(struct office *office, const struct peer *peer)
{
    Yidi__Ping ping = YIDI__PING__INIT;
    ping.nonce = peer->stream.sent;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_PING;
    frame.ping = &ping;
    return send_frame(office, peer, &frame);
}

/* The other side has an older directory: hand ours over. route is NULL on our own connection. */
static void
offer_directory(struct office *office, const struct peer *peer, const struct link_route *route)
{
    Yidi__DirectoryOffer offer = YIDI__DIRECTORY_OFFER__INIT;
    offer.version = directory_version(office->directory);
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_DIRECTORY;
    frame.directory = &offer;
    struct bytes frames[2] = { pack_frame(office, &frame),
                               directory_signed_bytes(office->directory) };
    if (frames[0].data == NULL || frames[1].size > LINK_FRAME_BYTES_MAX)
        return;
    const struct office_ports *ports = &office->options.ports;
    enum result result = route != NULL ? ports->reply(ports->context, route, frames, 2)
                                       : ports->send(ports->context, peer->office, frames, 2);
    log_line(LOG_INFO, "directory_offered", "office=%s version=%" PRIu64 " sent=%d", peer->office,
             offer.version, result == OK);
}

/* ---- transmission ---- */

struct outgoing {
    struct bytes frames[LINK_FRAMES_MAX];
    size_t frame_count;
    uint64_t size_bytes;
};

static enum result
load_outbox_row(struct office *office, struct store_txn *txn, const struct peer *peer,
                uint64_t sequence, const Yidi__OutboxRow **ret_row)
{
    uint8_t key[OFFICE_CODE_CHARS + 8];
    memcpy(key, peer->office, OFFICE_CODE_CHARS);
    bytes_put_u64(key + OFFICE_CODE_CHARS, sequence);
    struct bytes value;
    ProtobufCMessage *message;
    enum result result = store_get(txn, TABLE_OUTBOX, bytes_of(key, sizeof key), &value);
    if (result != OK)
        return result;
    if (wire_decode(&yidi__outbox_row__descriptor, value, &office->arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    *ret_row = (const Yidi__OutboxRow *)message;
    return OK;
}

static enum result
load_outgoing(struct office *office, struct store_txn *txn, const struct peer *peer,
              struct outgoing *ret_outgoing)
{
    uint64_t sequence = peer->stream.sent + 1;
    const Yidi__OutboxRow *row;
    struct outgoing outgoing = { .frame_count = 2 };
    enum result result = load_outbox_row(office, txn, peer, sequence, &row);
    if (result == OK)
        result = journal_envelope(txn, row->leaf_index, &office->arena, &outgoing.frames[1]);
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
    outgoing.frames[0] = pack_frame(office, &frame);
    if (outgoing.frames[0].data == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < outgoing.frame_count; i++)
        outgoing.size_bytes += outgoing.frames[i].size;
    *ret_outgoing = outgoing;
    return OK;
}

/* What was assigned must be in the store; when it is not, the stream must not skip it. */
static void
report_missing(struct office *office, struct peer *peer, enum result result)
{
    snprintf(peer->trouble, sizeof peer->trouble,
             "message %" PRIu64 " cannot be read from the store", peer->stream.sent + 1);
    log_line(LOG_ERROR, "outbox_unreadable", "office=%s sequence=%" PRIu64 " cause=%d",
             peer->office, peer->stream.sent + 1, (int)result);
    office_halt(office, peer->trouble);
}

static enum result
transmit_next(struct office *office, struct store_txn *txn, struct peer *peer)
{
    struct outgoing outgoing;
    enum result result = load_outgoing(office, txn, peer, &outgoing);
    if (result != OK) {
        report_missing(office, peer, result);
        return result;
    }
    if (!stream_may_send(&peer->stream, outgoing.size_bytes))
        return ERR_FULL;
    result = office->options.ports.send(office->options.ports.context, peer->office,
                                        outgoing.frames, outgoing.frame_count);
    if (result == OK)
        stream_sent(&peer->stream, outgoing.size_bytes);
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
    while (result == OK && stream_may_send(&peer->stream, 0))
        result = transmit_next(office, txn, peer);
    if (result == ERR_ABSENT || result == ERR_IO) {
        struct stream_event lost = { .kind = STREAM_LOST };
        step(office, peer, &lost, now);
    }
}

/* ---- the sending half ---- */

static void
raise_alarm(struct office *office, struct peer *peer)
{
    if (peer->stream.state == STREAM_STOPPED) {
        snprintf(peer->trouble, sizeof peer->trouble,
                 "%s expects messages that were never assigned here: this office lost its past",
                 peer->office);
        log_line(LOG_ERROR, "amnesia", "office=%s assigned=%" PRIu64, peer->office,
                 peer->stream.assigned);
        office_halt(office, peer->trouble);
        return;
    }
    snprintf(peer->trouble, sizeof peer->trouble,
             "the peer lost messages that it had acknowledged; they are sent again from %" PRIu64,
             peer->stream.acknowledged + 1);
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
    return result == OK ? send_hello(office, peer) : result;
}

static void
perform(struct office *office, struct peer *peer, unsigned actions, const struct office_time *now)
{
    enum result result = OK;
    if (actions & STREAM_DO_CLOSE)
        office->options.ports.disconnect(office->options.ports.context, peer->office);
    if (actions & STREAM_DO_ALARM)
        raise_alarm(office, peer);
    if (actions & STREAM_DO_CONNECT)
        result = connect_peer(office, peer);
    if (actions & STREAM_DO_PING)
        result = send_ping(office, peer);
    if (result != OK && result != ERR_FULL) {
        struct stream_event lost = { .kind = STREAM_LOST };
        step(office, peer, &lost, now);
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
    signature_random(&event->random, sizeof event->random);
    unsigned actions = stream_step(&peer->stream, &office->options.stream_limits, event);
    log_change(peer, before);
    perform(office, peer, actions, now);
    if (peer->stream.due_ms < office->stream_due_ms)
        office->stream_due_ms = peer->stream.due_ms;
}

static bool
trusted(const struct office *office, const char *code, const struct office_time *now)
{
    return office_trusts(office, directory_find(office->directory, code), now->wall_ms);
}

static void
look_for_work(struct office *office, struct peer *peer, const struct office_time *now)
{
    struct stream_event work = { .kind = STREAM_WORK };
    if (peer->stream.assigned > peer->stream.sent && office->halted[0] == '\0' &&
        trusted(office, peer->office, now))
        step(office, peer, &work, now);
}

void
exchange_follow_commit(struct office *office, const struct office_time *now)
{
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        if (peer->ack_due)
            reply_ack(office, peer);
        look_for_work(office, peer, now);
    }
}

void
exchange_start(struct office *office, const struct office_time *now)
{
    for (size_t i = 0; i < office->peers.count; i++)
        look_for_work(office, office->peers.list[i], now);
}

void
exchange_tick(struct office *office, const struct office_time *now)
{
    office->stream_due_ms = UINT64_MAX;
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        struct stream_event tick = { .kind = STREAM_TICK };
        if (peer->ack_due && peer->queued == peer->applied)
            reply_ack(office, peer);
        if (now->monotonic_ms >= peer->stream.due_ms)
            step(office, peer, &tick, now);
        if (peer->stream.due_ms < office->stream_due_ms)
            office->stream_due_ms = peer->stream.due_ms;
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
        if (input->kind == INPUT_MESSAGE && !trusted(office, input->peer->office, now))
            input->peer->queued = input->peer->applied;
        else
            office->inputs[kept++] = input;
    }
    office->input_count = kept;
}

void
exchange_cut_untrusted(struct office *office, const struct office_time *now)
{
    drop_untrusted_inputs(office, now);
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        struct stream_event barred = { .kind = STREAM_BARRED };
        if (trusted(office, peer->office, now)) {
            look_for_work(office, peer, now);
            continue;
        }
        snprintf(peer->trouble, sizeof peer->trouble, "no longer trusted by the directory");
        peer->route.size = 0;
        step(office, peer, &barred, now);
    }
}

/* An acknowledgement is worth keeping, but not a disk sync of its own. */
static void
note_acknowledged(struct office *office, struct peer *peer, const struct office_time *now)
{
    peer->row_dirty = true;
    if (office->rows_due_ms == UINT64_MAX)
        office->rows_due_ms = now->monotonic_ms + ROWS_DELAY_MS;
}

static void
take_welcome(struct office *office, struct peer *peer, const Yidi__Welcome *welcome,
             const struct office_time *now)
{
    struct stream_event event = { .kind = STREAM_WELCOME,
                                  .sequence = welcome->next,
                                  .window_messages = welcome->window_messages,
                                  .window_bytes = welcome->window_bytes };
    if (welcome->protocol != PROTOCOL_VERSION || strcmp(welcome->office, peer->office) != 0)
        event.kind = STREAM_LOST;
    else
        peer->trouble[0] = '\0';
    step(office, peer, &event, now);
    note_acknowledged(office, peer, now);
    if (event.kind == STREAM_WELCOME &&
        welcome->directory_version < directory_version(office->directory))
        offer_directory(office, peer, NULL);
}

static void
take_ack(struct office *office, struct peer *peer, const Yidi__Ack *ack,
         const struct office_time *now)
{
    struct stream_event event = { .kind = STREAM_ACK,
                                  .sequence = ack->sequence,
                                  .window_messages = ack->window_messages,
                                  .window_bytes = ack->window_bytes };
    step(office, peer, &event, now);
    note_acknowledged(office, peer, now);
}

static void
take_refuse(struct office *office, struct peer *peer, const Yidi__Refuse *refuse,
            const struct office_time *now)
{
    struct stream_event event = { .kind = STREAM_LOST };
    snprintf(peer->trouble, sizeof peer->trouble, "refused by the peer: %s", refuse->code);
    log_line(LOG_WARNING, "stream_refused", "office=%s code=%s", peer->office, refuse->code);
    step(office, peer, &event, now);
}

/* ---- the receiving half ---- */

static void
drop(struct office *office, const char *from, const char *reason)
{
    office->dropped++;
    log_line(LOG_WARNING, "frame_dropped", "office=%s reason=%s", from, reason);
}

static void
take_hello(struct office *office, struct peer *peer, const struct link_message *message,
           const Yidi__Hello *hello)
{
    if (hello->protocol != PROTOCOL_VERSION || strcmp(hello->office, peer->office) != 0) {
        reply_refuse(office, &message->route, REFUSAL_PROTOCOL_UNSUPPORTED);
        return;
    }
    if (office->halted[0] != '\0') {
        reply_refuse(office, &message->route, REFUSAL_OFFICE_HALTED);
        return;
    }
    if (hello->assigned < peer->applied)
        log_line(LOG_WARNING, "peer_amnesia", "office=%s assigned=%" PRIu64 " applied=%" PRIu64,
                 peer->office, hello->assigned, peer->applied);
    peer->route = message->route;
    reply_welcome(office, peer);
    if (hello->directory_version < directory_version(office->directory))
        offer_directory(office, peer, &message->route);
}

/* Does the entry say what the frame claims: from this peer, to us, this sequence, these
 * attachments? */
static const char *
find_contradiction(const struct office *office, const struct peer *peer, const Yidi__Data *data,
                   const struct link_message *message, const struct envelope *envelope)
{
    const Yidi__JournalEntry *entry = envelope->entry;
    if (strcmp(entry->office, peer->office) != 0)
        return "another_office_signed";
    if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_SENT)
        return "not_a_message";
    if (strcmp(entry->sent->to, office->journal.office) != 0)
        return "for_another_office";
    if (entry->sent->sequence != data->sequence)
        return "another_sequence";
    if (entry->sent->n_attachments != data->attachments ||
        message->frame_count != 2 + entry->sent->n_attachments)
        return "attachments_missing";
    for (size_t i = 0; i < entry->sent->n_attachments; i++) {
        struct digest digest;
        signature_digest_one(message->frames[2 + i], &digest);
        if (memcmp(digest.bytes, entry->sent->attachments[i].data, DIGEST_BYTES) != 0)
            return "attachment_digest";
    }
    return NULL;
}

static struct input *
new_message_input(struct office *office, struct peer *peer, const struct link_message *message,
                  const struct envelope *envelope)
{
    struct input *input = arena_take(&office->arena, sizeof *input);
    if (input == NULL)
        return NULL;
    input->kind = INPUT_MESSAGE;
    input->peer = peer;
    input->sequence = envelope->entry->sent->sequence;
    input->envelope = *envelope;
    for (size_t i = 2; i < message->frame_count; i++) {
        input->frames[input->frame_count] = arena_copy(&office->arena, message->frames[i]);
        office->input_bytes += message->frames[i].size;
        if (input->frames[input->frame_count++].data == NULL)
            return NULL;
    }
    return input;
}

static void
queue_message(struct office *office, struct peer *peer, const Yidi__Data *data,
              const struct link_message *message)
{
    struct envelope envelope;
    struct refusal refusal = { 0 };
    struct bytes packed = arena_copy(&office->arena, message->frames[1]);
    enum result result = packed.data == NULL ? ERR_MEMORY
                                             : envelope_verify(&office->verifier, packed,
                                                               &office->arena, &envelope, &refusal);
    if (result != OK) {
        drop(office, peer->office, result == ERR_REFUSED ? refusal_name(refusal.code) : "forged");
        return;
    }
    const char *contradiction = find_contradiction(office, peer, data, message, &envelope);
    if (contradiction != NULL) {
        drop(office, peer->office, contradiction);
        return;
    }
    struct input *input = new_message_input(office, peer, message, &envelope);
    if (input == NULL)
        return;
    input->packed = packed;
    office->input_bytes += packed.size;
    office->inputs[office->input_count++] = input;
    peer->queued = data->sequence;
}

static void
take_data(struct office *office, struct peer *peer, const Yidi__Data *data,
          const struct link_message *message)
{
    if (office->halted[0] != '\0')
        return;
    peer->route = message->route;
    if (data->sequence <= peer->queued)
        peer->ack_due = true;
    else if (data->sequence == peer->queued + 1 && message->frame_count >= 2)
        queue_message(office, peer, data, message);
    else
        drop(office, peer->office, "out_of_order");
}

static void
take_directory(struct office *office, const char *from, const struct link_message *message,
               const struct office_time *now)
{
    struct refusal refusal = { 0 };
    AUTO(directory) struct directory *directory = NULL;
    if (message->frame_count != 2) {
        drop(office, from, "directory_missing");
        return;
    }
    struct bytes signed_bytes = message->frames[1];
    enum result result =
        directory_decode(signed_bytes, office->options.root, now->wall_ms, &directory, &refusal);
    if (result == OK && directory_version(directory) <= directory_version(office->directory))
        return;
    if (result == OK)
        result = office_set_directory(office, directory, office->options.root, now, &refusal);
    if (result != OK) {
        drop(office, from, refusal_name(refusal.code));
        return;
    }
    directory = NULL;
    if (office->options.ports.keep_directory(office->options.ports.context, signed_bytes) != OK)
        log_line(LOG_ERROR, "directory_not_kept", "version=%" PRIu64,
                 directory_version(office->directory));
}

/* ---- frames in ---- */

static const Yidi__LinkFrame *
decode_frame(struct office *office, const struct link_message *message, const char *from)
{
    ProtobufCMessage *decoded;
    if (message->frame_count == 0 || wire_decode(&yidi__link_frame__descriptor, message->frames[0],
                                                 &office->arena, &decoded, NULL) != OK) {
        drop(office, from, "malformed");
        return NULL;
    }
    return (const Yidi__LinkFrame *)decoded;
}

static void
take_inbound(struct office *office, const struct link_message *message,
             const struct office_time *now)
{
    const Yidi__Office *entry = directory_find_key(office->directory, message->key);
    if (!office_trusts(office, entry, now->wall_ms)) {
        drop(office, entry == NULL ? "unknown" : entry->code, "not_trusted");
        reply_refuse(office, &message->route,
                     entry == NULL ? REFUSAL_OFFICE_UNKNOWN : REFUSAL_OFFICE_REVOKED);
        return;
    }
    struct peer *peer = peers_find(&office->peers, entry->code);
    if (peer == NULL && now->wall_ms > directory_expires_ms(office->directory)) {
        reply_refuse(office, &message->route, REFUSAL_DIRECTORY_EXPIRED);
        return;
    }
    const Yidi__LinkFrame *frame = decode_frame(office, message, entry->code);
    if (frame == NULL || (peer == NULL && (peer = peers_take(&office->peers, entry->code)) == NULL))
        return;
    if (frame->body_case == YIDI__LINK_FRAME__BODY_HELLO) {
        take_hello(office, peer, message, frame->hello);
    } else if (frame->body_case == YIDI__LINK_FRAME__BODY_DATA) {
        take_data(office, peer, frame->data, message);
    } else if (frame->body_case == YIDI__LINK_FRAME__BODY_PING) {
        peer->route = message->route;
        reply_welcome(office, peer);
    } else if (frame->body_case == YIDI__LINK_FRAME__BODY_DIRECTORY) {
        take_directory(office, peer->office, message, now);
    } else {
        drop(office, peer->office, "not_for_this_side");
    }
}

static void
take_outbound(struct office *office, const struct link_message *message,
              const struct office_time *now)
{
    struct peer *peer = peers_find(&office->peers, message->office);
    if (peer == NULL || !trusted(office, peer->office, now))
        return;
    const Yidi__LinkFrame *frame = decode_frame(office, message, peer->office);
    if (frame == NULL)
        return;
    if (frame->body_case == YIDI__LINK_FRAME__BODY_WELCOME)
        take_welcome(office, peer, frame->welcome, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_ACK)
        take_ack(office, peer, frame->ack, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_REFUSE)
        take_refuse(office, peer, frame->refuse, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_DIRECTORY)
        take_directory(office, peer->office, message, now);
    else
        drop(office, peer->office, "not_for_this_side");
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
        struct stream_event lost = { .kind = STREAM_LOST };
        if (peer != NULL)
            step(office, peer, &lost, now);
    }
}
