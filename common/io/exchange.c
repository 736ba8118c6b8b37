/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/exchange.h"

#include <inttypes.h>

#include "common/core/require.h"
#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/outgoing.h"
#include "common/io/signature.h"
#include "common/io/wire.h"
#include "common/io/witness.h"

static bool
trusted(const struct office *office, const char *code, const struct office_time *now)
{
    return office_trusts(office, directory_find(office->directory, code), now->wall_ms);
}

/* ---- the receiving half ---- */

/* Counted always, logged a few times a second: whoever sends rubbish must not fill the disk with
 * our log. */
static void
drop(struct office *office, const char *from, const char *reason, const struct office_time *now)
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

/* Out of service: the peer is told, and backs off. */
static bool
turn_away(struct office *office, const struct link_message *message, const struct office_time *now)
{
    enum refusal_code why = office_out_of_service(office, now->wall_ms);
    if (why != REFUSAL_NONE)
        link_frame_reply_refuse(office, &message->route, why);
    return why != REFUSAL_NONE;
}

static void
take_hello(struct office *office, struct peer *peer, const struct link_message *message,
           const Yidi__Hello *hello, const struct office_time *now)
{
    if (hello->protocol != PROTOCOL_VERSION || strcmp(hello->office, peer->office) != 0) {
        link_frame_reply_refuse(office, &message->route, REFUSAL_PROTOCOL_UNSUPPORTED);
        return;
    }
    if (hello->assigned < peer->applied)
        log_line(LOG_WARNING, "peer_amnesia", "office=%s assigned=%" PRIu64 " applied=%" PRIu64,
                 peer->office, hello->assigned, peer->applied);
    peer->route = message->route;
    link_frame_reply_welcome(office, peer);
    if (hello->directory_version < directory_version(office->directory))
        link_frame_offer_directory(office, peer, &message->route, now);
}

static void
take_ping(struct office *office, struct peer *peer, const struct link_message *message)
{
    peer->route = message->route;
    link_frame_reply_welcome(office, peer);
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
    if (!witness_head_fits(&peer->seen_head, &envelope->head))
        return "journal_rewritten";
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
              const struct link_message *message, const struct office_time *now)
{
    struct envelope envelope;
    struct refusal refusal = { 0 };
    if (message->frames[1].size > ENVELOPE_BYTES_MAX) {
        drop(office, peer->office, "envelope_too_long", now);
        return;
    }
    struct bytes packed = arena_copy(&office->arena, message->frames[1]);
    office->input_bytes += packed.size;
    enum result result = packed.data == NULL ? ERR_MEMORY
                                             : envelope_verify(&office->verifier, packed,
                                                               &office->arena, &envelope, &refusal);
    if (result != OK) {
        drop(office, peer->office, result == ERR_REFUSED ? refusal_name(refusal.code) : "forged",
             now);
        return;
    }
    const char *contradiction = find_contradiction(office, peer, data, message, &envelope);
    if (contradiction != NULL) {
        drop(office, peer->office, contradiction, now);
        return;
    }
    struct input *input = new_message_input(office, peer, message, &envelope);
    if (input == NULL)
        return;
    REQUIRE(office->input_count < TURN_INPUTS_MAX); /* whoever feeds us asked */
    peer->seen_head = envelope.head;
    input->packed = packed;
    office->inputs[office->input_count++] = input;
    peer->queued = data->sequence;
}

static void
take_data(struct office *office, struct peer *peer, const Yidi__Data *data,
          const struct link_message *message, const struct office_time *now)
{
    if (office_out_of_service(office, now->wall_ms) != REFUSAL_NONE)
        return;
    peer->route = message->route;
    if (data->sequence <= peer->queued)
        peer->ack_due = true;
    else if (data->sequence == peer->queued + 1 && message->frame_count >= 2)
        queue_message(office, peer, data, message, now);
    else
        drop(office, peer->office, "out_of_order", now);
}

static void
take_directory(struct office *office, const char *from, const Yidi__DirectoryOffer *offer,
               const struct link_message *message, const struct office_time *now)
{
    struct refusal refusal = { 0 };
    AUTO(directory) struct directory *directory = NULL;
    if (message->frame_count != 2) {
        drop(office, from, "directory_missing", now);
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
        drop(office, from, refusal_name(refusal.code), now);
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
        drop(office, from, "malformed", now);
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
        drop(office, entry == NULL ? "unknown" : entry->code, "not_trusted", now);
        link_frame_reply_refuse(office, &message->route,
                                entry == NULL ? REFUSAL_OFFICE_UNKNOWN : REFUSAL_OFFICE_REVOKED);
        return;
    }
    struct peer *peer = peers_find(&office->peers, entry->code);
    if (peer == NULL && now->wall_ms > directory_expires_ms(office->directory)) {
        link_frame_reply_refuse(office, &message->route, REFUSAL_DIRECTORY_EXPIRED);
        return;
    }
    const Yidi__LinkFrame *frame = decode_frame(office, message, entry->code, now);
    if (frame == NULL || (peer == NULL && (peer = peers_take(&office->peers, entry->code)) == NULL))
        return;
    if (frame->body_case == YIDI__LINK_FRAME__BODY_HELLO) {
        if (!turn_away(office, message, now))
            take_hello(office, peer, message, frame->hello, now);
    } else if (frame->body_case == YIDI__LINK_FRAME__BODY_DATA) {
        take_data(office, peer, frame->data, message, now);
    } else if (frame->body_case == YIDI__LINK_FRAME__BODY_PING) {
        if (!turn_away(office, message, now))
            take_ping(office, peer, message);
    } else if (frame->body_case == YIDI__LINK_FRAME__BODY_DIRECTORY) {
        take_directory(office, peer->office, frame->directory, message, now);
    } else {
        drop(office, peer->office, "not_for_this_side", now);
    }
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
    if (frame->body_case == YIDI__LINK_FRAME__BODY_WELCOME)
        outgoing_take_welcome(office, peer, frame->welcome, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_ACK)
        outgoing_take_ack(office, peer, frame->ack, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_REFUSE)
        outgoing_take_refuse(office, peer, frame->refuse, now);
    else if (frame->body_case == YIDI__LINK_FRAME__BODY_DIRECTORY)
        take_directory(office, peer->office, frame->directory, message, now);
    else
        drop(office, peer->office, "not_for_this_side", now);
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
            outgoing_lost(office, peer, now);
    }
}

/* ---- what commits, time and directories bring ---- */

void
exchange_follow_commit(struct office *office, const struct office_time *now)
{
    for (size_t i = 0; i < office->peers.count; i++) {
        struct peer *peer = office->peers.list[i];
        if (peer->ack_due)
            link_frame_reply_ack(office, peer);
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
        if (peer->ack_due && peer->queued == peer->applied)
            link_frame_reply_ack(office, peer);
        outgoing_tick(office, peer, now);
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
        if (trusted(office, peer->office, now)) {
            outgoing_look_for_work(office, peer, now);
            continue;
        }
        peer->route.size = 0;
        outgoing_bar(office, peer, now);
    }
}
