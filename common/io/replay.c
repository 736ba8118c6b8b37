/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/replay.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/require.h"
#include "common/io/input.h"
#include "common/io/log.h"
#include "common/io/outbox.h"
#include "common/io/recovery.h"
#include "common/io/redo.h"
#include "common/io/replay_rows.h"
#include "common/io/stream_key.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"

enum result
replay_note(struct turn *turn, uint64_t leaf)
{
    const struct input *input = turn->input;
    const struct peer *peer = input->peer;
    return input->mine ? replay_put_own(turn->txn, &input->envelope, peer->office, leaf)
                       : replay_put_received(turn->txn, &input->envelope, peer->office, leaf,
                                             input->sequence <= peer->recovery.acknowledged);
}

/* ---- messages that acts send ---- */

enum result
replay_match(struct turn *turn, const char *to, const Yidi__Message *message, bool *ret_sent)
{
    struct bytes value;
    struct replay_key found;
    const struct replay_key prefix =
        replay_sent_prefix(message->case_number, to, (enum message_kind)message->body_case);
    enum result result = replay_find_first(turn->txn, replay_key_bytes(&prefix), &found, &value);
    *ret_sent = result == OK;
    if (result == ERR_ABSENT)
        return OK;
    return result == OK ? store_delete(turn->txn, TABLE_RECOVERY, replay_key_bytes(&found))
                        : result;
}

enum result
replay_hold(struct turn *turn, const char *to, const Yidi__Message *message,
            const ProtobufCBinaryData *attachments, size_t attachment_count)
{
    Yidi__Sent sent = YIDI__SENT__INIT;
    uint64_t number;
    sent.to = (char *)to;
    sent.sequence = 1; /* not known yet */
    sent.message = (Yidi__Message *)message;
    sent.attachments = (ProtobufCBinaryData *)attachments;
    sent.n_attachments = attachment_count;
    struct bytes packed = wire_encode(&sent.base, turn->arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    enum result result = turn_count(turn, "held", &number);
    turn->office->recovery.held = true;
    return result == OK ? replay_put_held(turn->txn, to, number, packed) : result;
}

/* The peer told its sequence: what waited for it goes out. */
static enum result
release_held(struct turn *turn, const struct replay_key *key, struct bytes value)
{
    ProtobufCMessage *message;
    if (wire_decode(&yidi__sent__descriptor, value, turn->arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__Sent *sent = (const Yidi__Sent *)message;
    const struct redo redo = { .quiet = true };
    turn->redo = &redo;
    turn_begin_act(turn, sent->message->case_number, "send-held", "");
    enum result result =
        turn_send(turn, sent->to, sent->message, sent->attachments, sent->n_attachments);
    turn->redo = NULL;
    return result == OK ? store_delete(turn->txn, TABLE_RECOVERY, replay_key_bytes(key)) : result;
}

/* ---- messages to us ---- */

static enum result
load_frames(struct turn *turn, struct input *input)
{
    const Yidi__Sent *sent = input->envelope.entry->sent;
    for (size_t i = 0; i < sent->n_attachments; i++) {
        struct bytes blob = { 0 };
        enum result result =
            store_get(turn->txn, TABLE_BLOBS,
                      bytes_of(sent->attachments[i].data, sent->attachments[i].len), &blob);
        if (result != OK && result != ERR_ABSENT)
            return result;
        input->frames[input->frame_count++] = arena_copy(turn->arena, blob);
    }
    return OK;
}

/* It was verified when it came back. */
static enum result
unpack(struct bytes packed, struct arena *arena, struct envelope *ret_envelope)
{
    ProtobufCMessage *message;
    if (wire_decode(&yidi__envelope__descriptor, packed, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    const Yidi__Envelope *wire = (const Yidi__Envelope *)message;
    *ret_envelope = (struct envelope){ .entry_bytes = bytes_of(wire->entry.data, wire->entry.len),
                                       .head_text = wire->head,
                                       .leaf_index = wire->leaf_index };
    if (wire_decode(&yidi__journal_entry__descriptor, ret_envelope->entry_bytes, arena, &message,
                    NULL) != OK)
        return ERR_DAMAGED;
    ret_envelope->entry = (const Yidi__JournalEntry *)message;
    return ret_envelope->entry->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT ? OK : ERR_DAMAGED;
}

static enum result
load_received(struct turn *turn, const struct replay_item *item, struct input *ret_input)
{
    struct stream_key key;
    struct bytes packed;
    *ret_input = (struct input){ .kind = INPUT_MESSAGE,
                                 .peer = peers_find(&turn->office->peers, item->peer),
                                 .sequence = item->sequence };
    enum result result =
        store_get(turn->txn, TABLE_INBOX, stream_key(item->peer, item->sequence, &key), &packed);
    if (result == ERR_ABSENT || ret_input->peer == NULL)
        return ERR_DAMAGED;
    if (result == OK)
        ret_input->packed = arena_copy(turn->arena, packed);
    if (result == OK)
        result = unpack(ret_input->packed, turn->arena, &ret_input->envelope);
    return result == OK ? load_frames(turn, ret_input) : result;
}

static enum result take_opening_after(struct turn *turn, const Yidi__Message *message);

/* Take one message again. ERR_REFUSED: the handler does not want it (now). */
static enum result
take_again(struct turn *turn, const struct replay_item *item, bool evidence, bool answer)
{
    struct input input;
    struct refusal refusal = { 0 };
    const struct redo redo = { .evidence = evidence, .quiet = evidence || item->acknowledged };
    enum result result = load_received(turn, item, &input);
    if (result == OK)
        result = take_opening_after(turn, input.envelope.entry->sent->message);
    if (result != OK)
        return result;
    uint64_t now_ms = turn->now_ms;
    turn->input = &input;
    turn->operator= "";
    turn->redo = &redo;
    turn->cause_journalled = true;
    turn->cause_leaf = item->leaf;
    if (input.envelope.entry->time_ms < turn->recorded_ms)
        turn->now_ms = input.envelope.entry->time_ms;
    result = input_message_redo(turn, answer && !item->acknowledged, &refusal);
    turn->now_ms = now_ms;
    turn->input = NULL;
    turn->redo = NULL;
    if (result == ERR_REFUSED && answer)
        return recovery_note_unplaced(turn, item->peer, false, item->sequence, item->case_number,
                                      refusal.rule);
    if (result == OK)
        turn->office->recovery.row.redone++;
    return result;
}

static enum result
drop_row(struct turn *turn, const struct replay_item *item)
{
    enum result result = store_delete(turn->txn, TABLE_RECOVERY, replay_key_bytes(&item->key));
    return result == ERR_ABSENT ? OK : result;
}

/* Of the messages to us about a case, take the first one that is wanted now.
 *
 * ERR_ABSENT  none is. */
static enum result
take_one_wanted(struct turn *turn, const char *case_number)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    const struct replay_key prefix = replay_received_prefix(case_number);
    enum result result =
        store_cursor_open(turn->txn, TABLE_RECOVERY, replay_key_bytes(&prefix), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        struct replay_item item;
        result = replay_read_received(key, value, &item);
        if (result != OK)
            return result;
        result = take_again(turn, &item, true, false);
        if (result == OK)
            return drop_row(turn, &item);
        if (result == ERR_REFUSED)
            result = OK; /* not now */
    }
    return result;
}

/* Before a citizen's next case opens, news that may close the last one are taken. */
static enum result
take_opening_after(struct turn *turn, const Yidi__Message *message)
{
    char open_case[CASE_NUMBER_CHARS + 1];
    if (message->body_case != YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED)
        return OK;
    const char *citizen = message->application_submitted->form->person->citizen_number;
    enum result result = case_file_find_open(turn->txn, citizen, open_case);
    while (result == OK && strcmp(open_case, message->case_number) != 0)
        result = take_one_wanted(turn, open_case);
    return result == ERR_ABSENT ? OK : result;
}

/* ---- acts ---- */

static enum result
load_own(struct turn *turn, const struct replay_item *item, struct envelope *ret_envelope)
{
    const Yidi__OutboxRow *row;
    enum result result = outbox_find(turn->txn, item->peer, item->sequence, turn->arena, &row);
    if (result == ERR_ABSENT)
        return ERR_DAMAGED;
    return result == OK
               ? unpack(bytes_of(row->envelope.data, row->envelope.len), turn->arena, ret_envelope)
               : result;
}

/* A refusal of ours: the message that it names had no effect here, and has none now. */
static enum result
redo_refusal(struct turn *turn, const struct replay_item *item, const Yidi__MessageRefused *refused)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    const struct replay_key prefix = replay_received_prefix(item->case_number);
    enum result result =
        store_cursor_open(turn->txn, TABLE_RECOVERY, replay_key_bytes(&prefix), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        struct replay_item named;
        result = replay_read_received(key, value, &named);
        if (result == OK && named.sequence == refused->sequence &&
            strcmp(named.peer, item->peer) == 0)
            return drop_row(turn, &named);
    }
    return result == ERR_ABSENT ? OK : result;
}

static enum result
redo_once(struct turn *turn, const struct replay_item *item, const struct envelope *envelope,
          struct refusal *ret_refusal)
{
    const Yidi__Sent *sent = envelope->entry->sent;
    struct incoming own = { .from = item->peer,
                            .sequence = item->sequence,
                            .message = sent->message,
                            .attachments = sent->attachments,
                            .attachment_count = sent->n_attachments };
    const struct redo redo = { .own = &own, .evidence = true, .quiet = true };
    if (item->kind == MESSAGE_MESSAGE_REFUSED)
        return redo_refusal(turn, item, sent->message->message_refused);
    incoming_find_trace(&own);
    uint64_t now_ms = turn->now_ms;
    turn->input = NULL;
    turn->operator= envelope->entry->operator_;
    turn_begin_act(turn, item->case_number, "redo", "");
    turn->cause_journalled = true;
    turn->cause_leaf = item->leaf;
    turn->redo = &redo;
    if (envelope->entry->time_ms < turn->recorded_ms)
        turn->now_ms = envelope->entry->time_ms;
    enum result result = turn->office->options.role->redo(turn, &own, ret_refusal);
    turn->now_ms = now_ms;
    turn->operator= "";
    turn->redo = NULL;
    return result;
}

/* The act may need messages of others first. */
static enum result
redo_act(struct turn *turn, const struct replay_item *item)
{
    struct envelope envelope;
    struct refusal refusal = { 0 };
    enum result taken = OK;
    enum result result = load_own(turn, item, &envelope);
    if (result == OK)
        result = redo_once(turn, item, &envelope, &refusal);
    while (result == ERR_REFUSED && taken == OK) {
        taken = take_one_wanted(turn, item->case_number);
        if (taken != OK && taken != ERR_ABSENT)
            return taken;
        if (taken == OK)
            result = redo_once(turn, item, &envelope, &refusal);
    }
    if (result == ERR_REFUSED)
        return recovery_note_unplaced(turn, item->peer, true, item->sequence, item->case_number,
                                      refusal.rule);
    if (result == OK)
        turn->office->recovery.row.redone++;
    return result;
}

/* An act that sent several messages is done with the first of them. */
static enum result
take_own(struct turn *turn, const struct replay_item *item)
{
    const struct replay_key sent = replay_sent_key(item);
    struct bytes unused;
    enum result result = store_get(turn->txn, TABLE_RECOVERY, replay_key_bytes(&sent), &unused);
    if (result == OK)
        result = redo_act(turn, item);
    if (result == OK)
        result = store_delete(turn->txn, TABLE_RECOVERY, replay_key_bytes(&sent));
    return result == ERR_ABSENT ? OK : result;
}

/* ---- one after the other ---- */

static enum result
find_first(struct store_txn *txn, char kind, struct replay_key *ret_key, struct bytes *ret_value)
{
    return replay_find_first(txn, bytes_of(&kind, 1), ret_key, ret_value);
}

static bool
failed_before(const struct turn *turn, const struct replay_item *item)
{
    const struct replay_key *failed = &turn->office->recovery.failed;
    return failed->size > 0 && bytes_equal(replay_key_bytes(failed), replay_key_bytes(&item->key));
}

static enum result
do_item(struct turn *turn, const struct replay_item *item)
{
    enum result result;
    if (failed_before(turn, item))
        result = recovery_note_unplaced(turn, item->peer, item->mine, item->sequence,
                                        item->case_number, "a row that it needs cannot be read");
    else
        result = item->mine ? take_own(turn, item) : take_again(turn, item, false, true);
    if (result == ERR_DAMAGED)
        turn->office->recovery.failed = item->key;
    return result == OK ? drop_row(turn, item) : result;
}

/* The first row of the peers that have told their sequence. */
static enum result
find_held(struct turn *turn, struct replay_key *ret_key, struct bytes *ret_value)
{
    const struct peers *peers = &turn->office->peers;
    enum result result = ERR_ABSENT;
    if (!turn->office->recovery.held)
        return ERR_ABSENT;
    for (size_t i = 0; i < peers->count && result == ERR_ABSENT; i++) {
        const struct replay_key prefix = replay_held_prefix(peers->list[i]->office);
        if (peers->list[i]->recovery.complete)
            result = replay_find_first(turn->txn, replay_key_bytes(&prefix), ret_key, ret_value);
    }
    return result;
}

static enum result
do_one(struct turn *turn)
{
    struct replay_key key;
    struct bytes value;
    struct replay_item item;
    enum result result = find_held(turn, &key, &value);
    if (result != ERR_ABSENT)
        return result == OK ? release_held(turn, &key, value) : result;
    result = find_first(turn->txn, 'O', &key, &value);
    if (result == OK)
        result = replay_read_own(replay_key_bytes(&key), value, &item);
    if (result == ERR_ABSENT) {
        result = find_first(turn->txn, 'R', &key, &value);
        if (result == OK)
            result = replay_read_received(replay_key_bytes(&key), value, &item);
    }
    return result == OK ? do_item(turn, &item) : result;
}

enum result
replay_some(struct turn *turn, bool *ret_left)
{
    enum result result = OK;
    int batch = turn->office->recovery.failed.size > 0 ? 1 : REPLAY_BATCH; /* come to it slowly */
    for (int i = 0; i < batch && result == OK; i++)
        result = do_one(turn);
    *ret_left = result == OK;
    return result == ERR_ABSENT ? OK : result;
}

enum result
replay_waits(struct store_txn *txn, bool *ret_waits, bool *ret_held)
{
    struct replay_key key;
    struct bytes value;
    enum result result = find_first(txn, 'H', &key, &value);
    *ret_held = result == OK;
    if (result == OK || result == ERR_ABSENT)
        result = find_first(txn, 'O', &key, &value);
    if (result == ERR_ABSENT)
        result = find_first(txn, 'R', &key, &value);
    *ret_waits = result == OK;
    return result == ERR_ABSENT ? OK : result;
}
