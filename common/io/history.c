/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/history.h"

#include "common/core/require.h"
#include "common/domain/case_number.h"
#include "common/io/dossier.h"
#include "common/io/erased.h"
#include "common/io/forgotten.h"
#include "common/io/link_frame.h"
#include "common/io/log.h"
#include "common/io/outbox.h"
#include "common/io/replay.h"
#include "common/io/signature.h"
#include "common/io/stream_key.h"
#include "common/io/wire.h"
#include "common/io/witness.h"
#include "proto/envelope.pb-c.h"

/* ---- handing back ---- */

void
history_answer_ask(struct office *office, const struct peer *peer, const struct link_route *route)
{
    Yidi__Witnessed witnessed = YIDI__WITNESSED__INIT;
    witnessed.office = office->journal.office;
    witnessed.applied = peer->applied;
    if (peer->applied > 0)
        witnessed.last_leaf = (ProtobufCBinaryData){ .data = (uint8_t *)peer->applied_leaf.bytes,
                                                     .len = DIGEST_BYTES };
    if (peer->head != NULL)
        witnessed.head = peer->head;
    witnessed.assigned = peer->stream.assigned;
    witnessed.acknowledged = peer->stream.acknowledged;
    witnessed.own_head = office->journal.head;
    witnessed.recovering = office_halted(office);
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_WITNESSED;
    frame.witnessed = &witnessed;
    if (link_frame_reply(office, route, &frame, NULL, 0) != OK)
        log_line(LOG_DEBUG, "reply_undelivered", "reason=connection_gone");
}

/* The message as it was received here. */
static enum result
load_theirs(struct store_txn *txn, const struct peer *peer, uint64_t sequence,
            struct bytes *ret_packed)
{
    struct stream_key key;
    return store_get(txn, TABLE_INBOX, stream_key(peer->office, sequence, &key), ret_packed);
}

/* The digests of what travelled beside it; NULL when the message was erased. */
static enum result
find_attachments(struct bytes packed, struct arena *arena, const Yidi__Sent **ret_sent)
{
    ProtobufCMessage *message;
    if (wire_decode(&yidi__envelope__descriptor, packed, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    ProtobufCBinaryData entry = ((const Yidi__Envelope *)message)->entry;
    if (wire_decode(&yidi__journal_entry__descriptor, bytes_of(entry.data, entry.len), arena,
                    &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__JournalEntry *decoded = (const Yidi__JournalEntry *)message;
    *ret_sent = decoded->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT ? decoded->sent : NULL;
    return *ret_sent != NULL || erased_is(decoded) ? OK : ERR_DAMAGED;
}

struct handed {
    struct bytes frames[LINK_FRAMES_MAX - 1]; /* envelope, attachments; an erased one is empty */
    size_t frame_count;
};

static enum result
load_item(struct office *office, struct store_txn *txn, const struct peer *peer, uint64_t sequence,
          struct handed *ret_handed)
{
    struct arena *arena = &office->sending;
    const Yidi__Sent *sent;
    *ret_handed = (struct handed){ .frame_count = 1 };
    enum result result =
        peer->question.mine
            ? load_theirs(txn, peer, sequence, &ret_handed->frames[0])
            : outbox_envelope(txn, peer->office, sequence, arena, &ret_handed->frames[0]);
    if (result == OK)
        result = find_attachments(ret_handed->frames[0], arena, &sent);
    for (size_t i = 0; result == OK && sent != NULL && i < sent->n_attachments; i++) {
        struct bytes digest = bytes_of(sent->attachments[i].data, sent->attachments[i].len);
        struct bytes *blob = &ret_handed->frames[ret_handed->frame_count++];
        result = store_get(txn, TABLE_BLOBS, digest, blob);
        if (result == ERR_ABSENT) {
            *blob = (struct bytes){ 0 };
            result = OK;
        }
    }
    return result;
}

static enum result
hand_back(struct office *office, struct store_txn *txn, const struct peer *peer, uint64_t sequence)
{
    const struct peer_question *ask = &peer->question;
    struct handed handed = { .frame_count = 0 };
    Yidi__HistoryItem item = YIDI__HISTORY_ITEM__INIT;
    uint64_t last = ask->mine ? peer->applied : peer->stream.assigned;
    enum result result =
        sequence > last ? ERR_ABSENT : load_item(office, txn, peer, sequence, &handed);
    if (result != OK && result != ERR_ABSENT && result != ERR_DAMAGED)
        return result;
    item.mine = ask->mine;
    item.sequence = sequence;
    item.present = result == OK;
    item.attachments = item.present ? (uint32_t)handed.frame_count - 1 : 0;
    Yidi__LinkFrame frame = YIDI__LINK_FRAME__INIT;
    frame.body_case = YIDI__LINK_FRAME__BODY_HISTORY_ITEM;
    frame.history_item = &item;
    enum result sent = link_frame_reply(office, &ask->route, &frame, handed.frames,
                                        item.present ? handed.frame_count : 0);
    return sent == OK && item.present ? OK : ERR_ABSENT;
}

void
history_take_question(struct peer *peer, const Yidi__HistoryAsk *ask,
                      const struct link_route *route)
{
    peer->question = (struct peer_question){ .waits = true,
                                             .mine = ask->mine,
                                             .sequence = ask->sequence,
                                             .count = ask->count,
                                             .route = *route };
}

void
history_answer(struct office *office, struct peer *peer)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    const struct peer_question question = peer->question;
    if (!question.waits)
        return;
    peer->question.waits = false;
    enum result result = store_begin_read(office->options.store, &txn);
    for (uint32_t i = 0; result == OK && i < question.count && i < HISTORY_BATCH; i++) {
        result = hand_back(office, txn, peer, question.sequence + i);
        arena_reset(&office->sending);
    }
}

/* ---- taking back ---- */

/* It stood there, and was erased since; of what it held nothing comes back. */
static enum trouble_code
find_fault_of_erased(const Yidi__HistoryItem *item, const struct link_message *message,
                     const Yidi__Erased *erased, const char *to)
{
    struct refusal refusal;
    if (strcmp(erased->to, to) != 0)
        return TROUBLE_MESSAGE_MISDIRECTED;
    if (erased->sequence != item->sequence)
        return TROUBLE_MESSAGE_MISPLACED;
    if (case_number_check(erased->case_number, "case_number", &refusal) != OK)
        return TROUBLE_MESSAGE_ASTRAY;
    return item->attachments == 0 && message->frame_count == 2 ? TROUBLE_NONE
                                                               : TROUBLE_MESSAGE_OVERFULL;
}

static enum trouble_code
find_fault(const struct office *office, const struct peer *peer, const Yidi__HistoryItem *item,
           const struct link_message *message, const struct envelope *envelope)
{
    const Yidi__JournalEntry *entry = envelope->entry;
    const char *from = item->mine ? office->journal.office : peer->office;
    const char *to = item->mine ? peer->office : office->journal.office;
    if (strcmp(entry->office, from) != 0)
        return TROUBLE_MESSAGE_FOREIGN;
    if (erased_is(entry))
        return find_fault_of_erased(item, message, entry->erased, to);
    if (entry->body_case != YIDI__JOURNAL_ENTRY__BODY_SENT || strcmp(entry->sent->to, to) != 0)
        return TROUBLE_MESSAGE_MISDIRECTED;
    if (entry->sent->sequence != item->sequence)
        return TROUBLE_MESSAGE_MISPLACED;
    if (entry->sent->n_attachments != item->attachments ||
        message->frame_count != 2 + entry->sent->n_attachments)
        return TROUBLE_MESSAGE_INCOMPLETE;
    for (size_t i = 0; i < entry->sent->n_attachments; i++) {
        struct digest digest;
        signature_digest_one(message->frames[2 + i], &digest);
        if (message->frames[2 + i].size > 0 &&
            memcmp(digest.bytes, entry->sent->attachments[i].data, DIGEST_BYTES) != 0)
            return TROUBLE_ATTACHMENT_FORGED;
    }
    return TROUBLE_NONE;
}

static enum trouble_code
queue(struct office *office, struct peer *peer, const Yidi__HistoryItem *item,
      const struct link_message *message, const struct envelope *envelope, struct bytes packed)
{
    struct input *input = arena_take(&office->arena, sizeof *input);
    if (input == NULL)
        return TROUBLE_MEMORY_SHORT;
    input->kind = INPUT_HISTORY;
    input->mine = item->mine;
    input->peer = peer;
    input->sequence = item->sequence;
    input->envelope = *envelope;
    input->packed = packed;
    for (size_t i = 2; i < message->frame_count; i++) {
        input->frames[input->frame_count] = arena_copy(&office->arena, message->frames[i]);
        office->input_bytes += message->frames[i].size;
        if (message->frames[i].size > 0 && input->frames[input->frame_count].data == NULL)
            return TROUBLE_MEMORY_SHORT;
        input->frame_count++;
    }
    REQUIRE(office->input_count < TURN_INPUTS_MAX); /* whoever feeds us asked */
    office->inputs[office->input_count++] = input;
    if (item->mine)
        peer->recovery.queued_sent = item->sequence;
    else
        peer->queued = item->sequence;
    return TROUBLE_NONE;
}

static enum trouble_code
open_item(struct office *office, struct peer *peer, const Yidi__HistoryItem *item,
          const struct link_message *message, struct envelope *ret_envelope,
          struct bytes *ret_packed)
{
    struct refusal refusal = { 0 };
    if (!item->present || message->frame_count < 2 || message->frames[1].size > ENVELOPE_BYTES_MAX)
        return TROUBLE_MESSAGE_MISSING;
    *ret_packed = arena_copy(&office->arena, message->frames[1]);
    office->input_bytes += ret_packed->size;
    enum result result = ret_packed->data == NULL
                             ? ERR_MEMORY
                             : envelope_verify(&office->verifier, *ret_packed, &office->arena,
                                               ret_envelope, &refusal);
    if (result != OK)
        return result == ERR_MEMORY ? TROUBLE_MEMORY_SHORT : TROUBLE_MESSAGE_FORGED;
    return find_fault(office, peer, item, message, ret_envelope);
}

enum trouble_code
history_take(struct office *office, struct peer *peer, const Yidi__HistoryItem *item,
             const struct link_message *message)
{
    struct envelope envelope;
    struct bytes packed;
    enum trouble_code fault = open_item(office, peer, item, message, &envelope, &packed);
    return fault != TROUBLE_NONE ? fault : queue(office, peer, item, message, &envelope, packed);
}

enum trouble_code
history_compare(struct office *office, struct peer *peer, const Yidi__HistoryItem *item,
                const struct link_message *message)
{
    struct envelope envelope;
    struct bytes packed;
    struct digest leaf;
    AUTO(store_txn) struct store_txn *txn = NULL;
    enum trouble_code fault = open_item(office, peer, item, message, &envelope, &packed);
    if (fault != TROUBLE_NONE)
        return fault;
    if (store_begin_read(office->options.store, &txn) != OK ||
        outbox_leaf(txn, peer->office, item->sequence, &office->arena, &leaf) != OK)
        return TROUBLE_OUTBOX_UNREADABLE;
    return digest_equal(&leaf, &envelope.leaf_hash) ? TROUBLE_NONE : TROUBLE_OFFICE_SET_BACK;
}

/* ---- in the turn ---- */

static enum result
journal_recovered(struct turn *turn, uint64_t *ret_leaf)
{
    const struct input *input = turn->input;
    Yidi__Recovered recovered = YIDI__RECOVERED__INIT;
    recovered.peer = input->peer->office;
    recovered.mine = input->mine;
    recovered.sequence = input->sequence;
    recovered.epoch = input->envelope.entry->epoch;
    recovered.leaf_index = input->envelope.leaf_index;
    recovered.leaf_hash.data = (uint8_t *)input->envelope.leaf_hash.bytes;
    recovered.leaf_hash.len = DIGEST_BYTES;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_RECOVERED;
    entry.recovered = &recovered;
    return turn_append(turn, &entry, ret_leaf);
}

static enum result
keep_blobs(struct turn *turn)
{
    const struct input *input = turn->input;
    enum result result = OK;
    for (size_t i = 0; i < input->frame_count && result == OK; i++) {
        struct digest digest;
        memcpy(digest.bytes, input->envelope.entry->sent->attachments[i].data, DIGEST_BYTES);
        if (input->frames[i].size > 0)
            result = turn_keep_blob(turn, input->envelope.entry->sent->message->case_number,
                                    &digest, input->frames[i]);
    }
    return result;
}

static enum result
note_message(struct turn *turn)
{
    const struct input *input = turn->input;
    struct dossier_message message = { .mine = input->mine, .sequence = input->sequence };
    memcpy(message.peer, input->peer->office, sizeof message.peer);
    return dossier_add_message(turn->txn, message_place_of(input->envelope.entry).case_number,
                               &message);
}

static enum result
put_mine(struct turn *turn)
{
    const struct input *input = turn->input;
    const Yidi__JournalEntry *entry = input->envelope.entry;
    Yidi__OutboxRow row = YIDI__OUTBOX_ROW__INIT;
    row.leaf_index = input->envelope.leaf_index;
    row.case_number = (char *)message_place_of(entry).case_number;
    row.time_ms = entry->time_ms;
    if (!erased_is(entry)) {
        row.digests = entry->sent->attachments;
        row.n_digests = entry->sent->n_attachments;
    }
    row.envelope =
        (ProtobufCBinaryData){ .data = (uint8_t *)input->packed.data, .len = input->packed.size };
    input->peer->pending_assigned = input->sequence;
    return outbox_put(turn->txn, input->peer->office, input->sequence, &row, turn->arena);
}

static enum result
put_theirs(struct turn *turn)
{
    const struct input *input = turn->input;
    struct stream_key key;
    enum result result =
        store_put(turn->txn, TABLE_INBOX, stream_key(input->peer->office, input->sequence, &key),
                  input->packed);
    if (result == OK && tree_head_is_later(&input->envelope.head, &input->peer->seen_head)) {
        bool another_epoch = input->envelope.head.epoch != input->peer->seen_head.epoch;
        result = peer_note_head(input->peer, input->envelope.head_text);
        if (result == OK)
            result = peer_note_seen(input->peer, &input->envelope.head, input->envelope.head_text);
        if (result == OK && another_epoch)
            result = witness_forgive(input->peer);
    }
    input->peer->pending_applied = input->sequence;
    input->peer->pending_leaf = input->envelope.leaf_hash;
    return result;
}

/* Times of one stream never go back, whatever an erased message says of its own. */
static uint64_t
time_in_stream(const struct input *input)
{
    struct peer_recovery *recovery = &input->peer->recovery;
    uint64_t *last_ms = input->mine ? &recovery->last_sent_ms : &recovery->last_time_ms;
    if (input->envelope.entry->time_ms > *last_ms)
        *last_ms = input->envelope.entry->time_ms;
    return *last_ms;
}

enum result
history_apply(struct turn *turn)
{
    const struct input *input = turn->input;
    struct peer *peer = input->peer;
    uint64_t leaf, time_ms = time_in_stream(input);
    REQUIRE(input->sequence == (input->mine ? peer->pending_assigned : peer->pending_applied) + 1);
    peer->touched = true;
    enum result result = journal_recovered(turn, &leaf);
    if (result == OK)
        result = keep_blobs(turn);
    if (result == OK)
        result = input->mine ? put_mine(turn) : put_theirs(turn);
    if (result == OK)
        result =
            erased_is(input->envelope.entry) ? forgotten_note(turn, time_ms) : note_message(turn);
    if (result == OK)
        result = replay_note(turn, leaf, time_ms);
    turn->office->recovery.dirty = true;
    if (result == OK && input->mine)
        turn->office->recovery.row.sent++;
    else if (result == OK)
        turn->office->recovery.row.received++;
    return result;
}
