/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/receiving.h"

#include <inttypes.h>

#include "common/core/require.h"
#include "common/io/consistency.h"
#include "common/io/epoch.h"
#include "common/io/erased.h"
#include "common/io/exchange.h"
#include "common/io/inquiry.h"
#include "common/io/intake.h"
#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/policy_exchange.h"
#include "common/io/recovery.h"
#include "common/io/signature.h"
#include "common/io/start_hold.h"
#include "common/io/stream_key.h"
#include "common/io/witness.h"

/* Out of service, or no room for the cases that this peer opens: it is told, and backs off. */
static bool
turn_away(struct office *office, const Yidi__Office *sender, const struct link_message *message,
          const struct office_time *now)
{
    enum refusal_code why = office_out_of_service(office, now->wall_ms);
    if (why == REFUSAL_NONE)
        why = intake_shut_to(office, sender);
    if (why != REFUSAL_NONE)
        link_frame_reply_refuse(office, &message->route, why);
    return why != REFUSAL_NONE;
}

/* What a peer says that rewrote its past is not taken; it is told, and backs off. */
static bool
is_barred(struct office *office, const struct peer *peer, const struct link_message *message)
{
    if (witness_barred(peer))
        link_frame_reply_refuse(office, &message->route, REFUSAL_JOURNAL_REWRITTEN);
    return witness_barred(peer);
}

/* A peer that lost its past, and recovered it, proves that its journal goes on after what we saw.
 */
static bool
take_epoch(struct office *office, struct peer *peer, const struct link_message *message,
           const Yidi__Hello *hello)
{
    struct refusal refusal = { 0 };
    if (hello->epoch <= (peer->seen_head.size > 0 ? peer->seen_head.epoch : 1))
        return true;
    enum result result =
        message->frame_count == 2
            ? epoch_take(office, peer, hello->epoch, message->frames[1], &refusal)
            : refuse(&refusal, REFUSAL_EPOCH_UNPROVED, "epoch", "without its proof");
    if (result != OK)
        link_frame_reply_refuse(office, &message->route, REFUSAL_EPOCH_UNPROVED);
    return result == OK;
}

/* At the start, and while the past that we had with this peer is not back, nothing is taken. */
static bool
is_early(struct office *office, struct peer *peer, const struct link_message *message,
         const Yidi__LinkFrame *frame, const struct office_time *now)
{
    bool is_data = frame->body_case == YIDI__LINK_FRAME__BODY_DATA;
    if (start_holds(office) && !is_data) {
        peer->route = message->route;
        peer->greeted_at_start = true; /* told to greet again when the start is over */
        return true;
    }
    if (start_holds(office) || recovery_bars(peer)) {
        link_frame_reply_refuse(office, &message->route,
                                start_holds(office) ? REFUSAL_OFFICE_STARTING
                                                    : REFUSAL_OFFICE_RECOVERING);
        inquiry_ask_now(office, peer, now);
        return true;
    }
    return false;
}

static void
take_hello(struct office *office, struct peer *peer, const struct link_message *message,
           const Yidi__Hello *hello, const struct office_time *now)
{
    if (hello->protocol != PROTOCOL_VERSION || strcmp(hello->office, peer->office) != 0) {
        link_frame_reply_refuse(office, &message->route, REFUSAL_PROTOCOL_UNSUPPORTED);
        return;
    }
    if (!take_epoch(office, peer, message, hello) || is_barred(office, peer, message))
        return;
    if (hello->assigned < peer->applied)
        log_line(LOG_WARNING, "peer_amnesia", "office=%s assigned=%" PRIu64 " applied=%" PRIu64,
                 peer->office, hello->assigned, peer->applied);
    peer->route = message->route;
    link_frame_reply_welcome(office, peer);
    if (hello->directory_version < directory_version(office->directory))
        link_frame_offer_directory(office, peer, &message->route, now);
    policy_exchange_greeted(office, peer, &message->route, hello->policy_version, now);
    witness_note_shown(office, peer, hello->head, now);
    consistency_tick(office, peer, now);
}

static void
take_ping(struct office *office, struct peer *peer, const struct link_message *message)
{
    if (is_barred(office, peer, message))
        return;
    peer->route = message->route;
    link_frame_reply_welcome(office, peer);
}

/* The peer's last message: in the coming turn, or in the store. */
static enum result
find_last(struct office *office, const struct peer *peer, struct envelope *ret_last)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct stream_key key;
    struct bytes packed;
    for (size_t i = office->input_count; i > 0; i--) {
        const struct input *input = office->inputs[i - 1];
        if (input->kind != INPUT_MESSAGE || input->peer != peer)
            continue;
        *ret_last = input->envelope;
        return OK;
    }
    enum result result = store_begin_read(office->options.store, &txn);
    if (result == OK)
        result =
            store_get(txn, TABLE_INBOX, stream_key(peer->office, peer->applied, &key), &packed);
    return result == OK ? envelope_unpack(packed, &office->arena, ret_last) : result;
}

/* A journal holds the messages of a stream in their order. */
static bool
stands_behind_last(struct office *office, const struct peer *peer, const struct envelope *envelope)
{
    struct envelope last;
    enum result result = find_last(office, peer, &last);
    if (result != OK)
        return result == ERR_ABSENT;
    return envelope->entry->epoch > last.entry->epoch ||
           (envelope->entry->epoch == last.entry->epoch && envelope->leaf_index > last.leaf_index);
}

/* A message that was erased before it could come (erased.h) is the next one of the stream, or none.
 * That it stands behind the last one in its journal is proved, the rest is the peer's word. */
static const char *
find_contradiction_of_erased(struct office *office, const struct peer *peer, const Yidi__Data *data,
                             const struct link_message *message, const struct envelope *envelope)
{
    const Yidi__Erased *erased = envelope->entry->erased;
    if (!erased->undelivered)
        return "not_a_message";
    if (strcmp(erased->to, office->journal.office) != 0)
        return "for_another_office";
    if (erased->sequence != data->sequence)
        return "another_sequence";
    if (data->attachments != 0 || message->frame_count != 2)
        return "attachments_missing";
    return stands_behind_last(office, peer, envelope) ? NULL : "another_place";
}

/* Does the entry say what the frame claims: from this peer, to us, this sequence, these
 * attachments? */
static const char *
find_contradiction(struct office *office, const struct peer *peer, const Yidi__Data *data,
                   const struct link_message *message, const struct envelope *envelope)
{
    const Yidi__JournalEntry *entry = envelope->entry;
    if (strcmp(entry->office, peer->office) != 0)
        return "another_office_signed";
    if (erased_is(entry))
        return find_contradiction_of_erased(office, peer, data, message, envelope);
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

/* Does the head fit the journal as it was seen before? Whether a larger one does is asked later. */
static const char *
check_head(struct office *office, struct peer *peer, const struct envelope *envelope,
           const struct office_time *now)
{
    const struct kept_head seen = { .text = peer->seen_text, .head = peer->seen_head };
    const struct kept_head came = { .text = (char *)envelope->head_text, .head = envelope->head };
    switch (witness_fit(&peer->seen_head, &envelope->head)) {
    case WITNESS_FITS:
        return NULL;
    case WITNESS_OTHER_EPOCH:
        return "another_epoch";
    case WITNESS_OLDER:
        consistency_doubt(office, peer, &came, now);
        return "older_head";
    case WITNESS_FORKS:
        break;
    }
    witness_alarm(office, peer, &seen, &came, now);
    return "journal_rewritten";
}

static struct input *
new_message_input(struct office *office, struct peer *peer, uint64_t sequence,
                  const struct link_message *message, const struct envelope *envelope)
{
    struct input *input = arena_take(&office->arena, sizeof *input);
    if (input == NULL)
        return NULL;
    input->kind = INPUT_MESSAGE;
    input->peer = peer;
    input->sequence = sequence;
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
        exchange_drop(office, peer->office, "envelope_too_long", now);
        return;
    }
    struct bytes packed = arena_copy(&office->arena, message->frames[1]);
    office->input_bytes += packed.size;
    enum result result = packed.data == NULL ? ERR_MEMORY
                                             : envelope_verify(&office->verifier, packed,
                                                               &office->arena, &envelope, &refusal);
    if (result != OK) {
        exchange_drop(office, peer->office,
                      result == ERR_REFUSED ? refusal_name(refusal.code) : "forged", now);
        return;
    }
    const char *contradiction = find_contradiction(office, peer, data, message, &envelope);
    if (contradiction == NULL)
        contradiction = check_head(office, peer, &envelope, now);
    if (contradiction != NULL) {
        exchange_drop(office, peer->office, contradiction, now);
        return;
    }
    struct input *input = new_message_input(office, peer, data->sequence, message, &envelope);
    if (input == NULL || peer_note_seen(peer, &envelope.head, envelope.head_text) != OK)
        return;
    REQUIRE(office->input_count < TURN_INPUTS_MAX); /* whoever feeds us asked */
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
    if (is_barred(office, peer, message))
        return;
    peer->route = message->route;
    if (data->sequence <= peer->queued)
        peer->ack_due = true;
    else if (data->sequence == peer->queued + 1 && message->frame_count >= 2)
        queue_message(office, peer, data, message, now);
    else
        exchange_drop(office, peer->office, "out_of_order", now);
}

void
receiving_take(struct office *office, const Yidi__Office *entry, struct peer *peer,
               const struct link_message *message, const Yidi__LinkFrame *frame,
               const struct office_time *now)
{
    if (frame->body_case == YIDI__LINK_FRAME__BODY_HELLO && !office_halted(office) &&
        witness_proves_loss(office, frame->hello->head))
        witness_halt(office, peer);
    if (frame->body_case == YIDI__LINK_FRAME__BODY_HELLO && !office_halted(office) &&
        witness_shows_unnamed(office, frame->hello->head))
        recovery_take_unproved(office, peer, now);
    if (!office_halted(office) && is_early(office, peer, message, frame, now))
        return;
    if (frame->body_case == YIDI__LINK_FRAME__BODY_DATA) {
        if (intake_shut_to(office, entry) == REFUSAL_NONE)
            take_data(office, peer, frame->data, message, now);
    } else if (turn_away(office, entry, message, now)) {
        return;
    } else if (frame->body_case == YIDI__LINK_FRAME__BODY_HELLO) {
        take_hello(office, peer, message, frame->hello, now);
    } else {
        take_ping(office, peer, message);
    }
}
