/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/replay.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/require.h"
#include "common/io/erased.h"
#include "common/io/erasing.h"
#include "common/io/forgotten.h"
#include "common/io/input.h"
#include "common/io/log.h"
#include "common/io/message_trace.h"
#include "common/io/outbox.h"
#include "common/io/recovery.h"
#include "common/io/redo.h"
#include "common/io/replay_rows.h"
#include "common/io/share.h"
#include "common/io/stray.h"
#include "common/io/stream_key.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"

/* A peer may have sent any number of messages about a case; honest ones are few. */
enum { TAKEN_PER_ACT_MAX = 256, LOOKED_AT_MAX = 512 };

enum result
replay_note(struct turn *turn, uint64_t leaf, uint64_t time_ms)
{
    const struct input *input = turn->input;
    struct peer *peer = input->peer;
    if (input->mine)
        return replay_put_own(turn->txn, &input->envelope, peer->office, leaf);
    const struct replay_received received = {
        .leaf = leaf,
        .time_ms = time_ms,
        .acknowledged = input->sequence <= peer->recovery.acknowledged,
    };
    return replay_put_received(turn->txn, &input->envelope, peer->office, &received);
}

enum result
replay_defer(struct turn *turn)
{
    enum result result = turn_journal_received(turn, "");
    const struct replay_received received = { .leaf = turn->cause_leaf,
                                              .time_ms = turn->recorded_ms };
    return result == OK ? replay_put_received(turn->txn, &turn->input->envelope,
                                              turn->input->peer->office, &received)
                        : result;
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
    peers_find(&turn->office->peers, to)->recovery.held++;
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
    struct peer *peer = peers_find(&turn->office->peers, sent->to);
    if (peer != NULL && peer->recovery.held > 0)
        peer->recovery.held--;
    return result == OK ? store_delete(turn->txn, TABLE_RECOVERY, replay_key_bytes(key)) : result;
}

/* ---- messages to us ---- */

static enum result
load_frames(struct turn *turn, struct input *input)
{
    const Yidi__Sent *sent = input->envelope.entry->sent;
    for (size_t i = 0; !erased_is(input->envelope.entry) && i < sent->n_attachments; i++) {
        struct bytes blob = { 0 };
        enum result result =
            store_get(turn->txn, TABLE_BLOBS,
                      bytes_of(sent->attachments[i].data, sent->attachments[i].len), &blob);
        if (result != OK && result != ERR_ABSENT)
            return result;
        input->frames[input->frame_count] = arena_copy(turn->arena, blob);
        if (blob.size > 0 && input->frames[input->frame_count].data == NULL)
            return ERR_MEMORY;
        input->frame_count++;
    }
    return OK;
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
    if (result == OK && ret_input->packed.data == NULL)
        return ERR_MEMORY;
    if (result == OK)
        result = envelope_unpack(ret_input->packed, turn->arena, &ret_input->envelope);
    return result == OK ? load_frames(turn, ret_input) : result;
}

/* Take one message again.
 *
 * wanted_by    the own message that proves an act which needs it; NULL for none.
 * evidence     our own message proves that it was taken then.
 * answer       a refusal is told to the sender.
 * ERR_REFUSED  the handler does not want it, or not now; ret_refusal tells why. */
static enum result
take_again(struct turn *turn, const struct replay_item *item, const Yidi__Message *wanted_by,
           bool evidence, bool answer, struct refusal *ret_refusal)
{
    struct input input;
    const struct redo redo = { .wanted_by = wanted_by,
                               .evidence = evidence,
                               .quiet = evidence || item->acknowledged };
    enum result result = load_received(turn, item, &input);
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
    result = input_message_redo(turn, answer, ret_refusal);
    turn->now_ms = now_ms;
    turn->input = NULL;
    turn->redo = NULL;
    if (result == OK)
        turn->office->recovery.row.redone++;
    return result;
}

static enum result
drop_row(struct turn *turn, const struct replay_item *item)
{
    enum result result = store_delete(turn->txn, TABLE_RECOVERY, replay_key_bytes(&item->key));
    return result == OK || result == ERR_ABSENT ? stray_note(turn, item->case_number) : result;
}

/* Of the messages to us about a case, take the first one that is wanted now.
 *
 * ERR_ABSENT  none is, or none of the first ones: a peer may have sent any number. */
static enum result
take_one_wanted(struct turn *turn, const char *case_number, const Yidi__Message *wanted_by,
                bool evidence)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    const struct replay_key prefix = replay_received_prefix(case_number);
    enum result result =
        store_cursor_open(turn->txn, TABLE_RECOVERY, replay_key_bytes(&prefix), &cursor);
    for (int i = 0; i < LOOKED_AT_MAX && result == OK; i++) {
        struct replay_item item;
        struct refusal refusal = { 0 };
        result = store_cursor_next(cursor, &key, &value);
        if (result == OK)
            result = replay_read_received(key, value, &item);
        if (result != OK)
            return result;
        result = take_again(turn, &item, wanted_by, evidence, false, &refusal);
        if (result == OK)
            return drop_row(turn, &item);
        if (result == ERR_REFUSED)
            result = OK; /* not now */
    }
    return result == OK ? ERR_ABSENT : result;
}

/* Before a citizen's next case opens, news that may close the last one are taken. */
static enum result
close_last_case(struct turn *turn, const struct replay_item *item)
{
    char open_case[CASE_NUMBER_CHARS + 1];
    struct input input;
    enum result result = load_received(turn, item, &input);
    if (result != OK || erased_is(input.envelope.entry))
        return result;
    const Yidi__Message *message = input.envelope.entry->sent->message;
    if (message->body_case != YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED)
        return result;
    const char *citizen = message->application_submitted->form->person->citizen_number;
    result = case_file_find_open(turn->txn, citizen, open_case);
    for (int i = 0; i < TAKEN_PER_ACT_MAX && result == OK; i++) {
        if (strcmp(open_case, item->case_number) == 0)
            return OK;
        result = take_one_wanted(turn, open_case, NULL, true);
        if (result == OK)
            result = case_file_find_open(turn->txn, citizen, open_case);
    }
    return result == ERR_ABSENT ? OK : result;
}

/* It cannot be done: put aside while somebody is away, and told when all have come back. */
static enum result
give_up(struct turn *turn, const struct replay_item *item, const char *rule)
{
    const struct replay_key sent = replay_sent_key(item);
    if (share_any_is_missing(turn))
        return replay_postpone(turn->txn, item);
    enum result result = recovery_note_unplaced(turn, item->peer, item->mine, item->sequence,
                                                item->case_number, rule);
    if (result == OK)
        result = forgotten_tell(turn, item->case_number);
    if (result == OK && item->mine)
        result = store_delete(turn->txn, TABLE_RECOVERY, replay_key_bytes(&sent));
    return result == OK || result == ERR_ABSENT ? drop_row(turn, item) : result;
}

/* A case that our own order opened already (struct redo, last_resort). */
static bool
opened_before(const struct turn *turn, const struct replay_item *item,
              const struct refusal *refusal)
{
    const struct role *role = turn->office->options.role;
    return role->opening != MESSAGE_NONE && refusal->code == REFUSAL_CASE_NUMBER_TAKEN &&
           case_file_exists(turn->txn, item->case_number) == OK;
}

/* What stands for a message is all that came back of it. */
static enum result
take_erased(struct turn *turn, const struct replay_item *item, const struct envelope *envelope)
{
    bool undelivered = envelope->entry->erased->undelivered;
    if (undelivered && !item->mine)
        return drop_row(turn, item); /* it was about no case of this office */
    return give_up(turn, item,
                   undelivered ? "it was erased before it was delivered"
                               : "that office has erased it before its time");
}

/* A message to us that no act asked for: as if it came now. What the peer knew to be taken was
 * taken then, whatever the handler says today. */
static enum result
take_received(struct turn *turn, const struct replay_item *item)
{
    struct refusal refusal = { 0 };
    struct input input;
    bool answer = !item->acknowledged && !share_any_is_missing(turn);
    enum result result = load_received(turn, item, &input);
    if (result == OK)
        result = close_last_case(turn, item);
    if (result == OK)
        result = take_again(turn, item, NULL, false, false, &refusal);
    if (result == ERR_REFUSED && erased_is(input.envelope.entry))
        return take_erased(turn, item, &input.envelope);
    if (result == ERR_REFUSED && opened_before(turn, item, &refusal))
        return drop_row(turn, item);
    if (result == ERR_REFUSED && answer)
        result = take_again(turn, item, NULL, false, true, &refusal);
    if (result == OK)
        return drop_row(turn, item);
    return result == ERR_REFUSED ? give_up(turn, item, refusal.rule) : result;
}

/* ---- acts ---- */

static enum result
load_own(struct turn *turn, const struct replay_item *item, struct envelope *ret_envelope)
{
    const Yidi__OutboxRow *row;
    enum result result = outbox_find(turn->txn, item->peer, item->sequence, turn->arena, &row);
    if (result == ERR_ABSENT)
        return ERR_DAMAGED;
    return result == OK ? envelope_unpack(bytes_of(row->envelope.data, row->envelope.len),
                                          turn->arena, ret_envelope)
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
          bool last_resort, struct refusal *ret_refusal)
{
    const Yidi__Sent *sent = envelope->entry->sent;
    struct incoming own = { .from = item->peer,
                            .sequence = item->sequence,
                            .message = sent->message,
                            .attachments = sent->attachments,
                            .attachment_count = sent->n_attachments };
    const struct redo redo = {
        .own = &own, .evidence = true, .last_resort = last_resort, .quiet = true
    };
    if (item->kind == MESSAGE_MESSAGE_REFUSED)
        return redo_refusal(turn, item, sent->message->message_refused);
    own.trace = message_trace_find(own.message, &own.trace_count);
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

static enum result
is_sent(struct turn *turn, const struct replay_item *item, bool *ret_sent)
{
    const struct replay_key sent = replay_sent_key(item);
    struct bytes unused;
    enum result result = store_get(turn->txn, TABLE_RECOVERY, replay_key_bytes(&sent), &unused);
    *ret_sent = result == ERR_ABSENT;
    return result == ERR_ABSENT ? OK : result;
}

/* The act may need messages of others first; one of them may have brought it about by itself. A
 * refusal of ours proves nothing but itself. */
static enum result
redo_act(struct turn *turn, const struct replay_item *item, const struct envelope *envelope,
         bool *ret_done, struct refusal *ret_refusal)
{
    bool evidence = item->kind != MESSAGE_APPLICATION_REFUSED;
    enum result taken = OK;
    enum result result = redo_once(turn, item, envelope, false, ret_refusal);
    for (int i = 0; i < TAKEN_PER_ACT_MAX && result == ERR_REFUSED && taken == OK; i++) {
        taken = take_one_wanted(turn, item->case_number, envelope->entry->sent->message, evidence);
        if (taken == OK)
            taken = is_sent(turn, item, ret_done);
        if (taken == OK && *ret_done)
            return OK;
        if (taken == OK)
            result = redo_once(turn, item, envelope, false, ret_refusal);
    }
    if (taken != OK && taken != ERR_ABSENT)
        return taken;
    return result == ERR_REFUSED ? redo_once(turn, item, envelope, true, ret_refusal) : result;
}

/* An act that sent several messages is done with the first of them. */
static enum result
take_own(struct turn *turn, const struct replay_item *item)
{
    const struct replay_key sent = replay_sent_key(item);
    struct refusal refusal = { 0 };
    struct envelope envelope;
    bool done;
    enum result result = is_sent(turn, item, &done);
    if (result == OK && !done)
        result = load_own(turn, item, &envelope);
    if (result == OK && !done && erased_is(envelope.entry))
        return take_erased(turn, item, &envelope);
    if (result == OK && !done)
        result = redo_act(turn, item, &envelope, &done, &refusal);
    if (result == ERR_REFUSED)
        return give_up(turn, item, refusal.rule);
    if (result == OK)
        result = store_delete(turn->txn, TABLE_RECOVERY, replay_key_bytes(&sent));
    return result == OK || result == ERR_ABSENT ? drop_row(turn, item) : result;
}

/* ---- one after the other ---- */

static enum result
find_first(struct store_txn *txn, char kind, struct replay_key *ret_key, struct bytes *ret_value)
{
    return replay_find_first(txn, bytes_of(&kind, 1), ret_key, ret_value);
}

static bool
failed_before(const struct turn *turn, const struct replay_key *key)
{
    const struct replay_key *failed = &turn->office->recovery.failed;
    return failed->size > 0 && bytes_equal(replay_key_bytes(failed), replay_key_bytes(key));
}

/* Its row, or one that it needs, cannot be read. */
static enum result
leave_out(struct turn *turn, const struct replay_key *key, struct bytes value)
{
    struct replay_item item = { .peer = "", .case_number = "" };
    enum result result = OK;
    if (replay_read_own(replay_key_bytes(key), value, &item) == OK ||
        replay_read_received(replay_key_bytes(key), value, &item) == OK)
        result = recovery_note_unplaced(turn, item.peer, item.mine, item.sequence, item.case_number,
                                        "a row that it needs cannot be read");
    else
        log_line(LOG_ERROR, "recovery_row_unreadable", "kind=%c", key->bytes[0]);
    return result == OK ? store_delete(turn->txn, TABLE_RECOVERY, replay_key_bytes(key)) : result;
}

/* Offices erase a case on different days: of one that is gone elsewhere, what a peer still had goes
 * here, too. */
static enum result
forget(struct turn *turn, const struct replay_item *item)
{
    struct dossier_message message = { .mine = item->mine, .sequence = item->sequence };
    const struct replay_key sent = replay_sent_key(item);
    struct erased_count count = { 0 };
    uint64_t unused;
    memcpy(message.peer, item->peer, sizeof message.peer);
    enum result result = erasing_message(turn, item->case_number, &message, &count);
    if (result == OK)
        result = dossier_drop_blobs(turn->txn, item->case_number, &unused);
    if (result == OK)
        result = forgotten_tell(turn, item->case_number);
    if (result == OK && item->mine)
        result = store_delete(turn->txn, TABLE_RECOVERY, replay_key_bytes(&sent));
    return result == OK || result == ERR_ABSENT ? drop_row(turn, item) : result;
}

static enum result
do_item(struct turn *turn, const struct replay_item *item)
{
    bool forgotten = false;
    enum result result = case_file_exists(turn->txn, item->case_number);
    if (result == ERR_ABSENT)
        result = forgotten_judge(turn, item->case_number, &forgotten);
    if (result == OK && forgotten) /* whoever is away may know of later messages */
        return share_any_is_missing(turn) ? replay_postpone(turn->txn, item) : forget(turn, item);
    if (result != OK)
        return result;
    return item->mine ? take_own(turn, item) : take_received(turn, item);
}

static enum result
do_row(struct turn *turn, const struct replay_key *key, struct bytes value)
{
    struct replay_item item;
    struct bytes bytes = replay_key_bytes(key);
    enum result result;
    switch (key->bytes[0]) {
    case 'H':
        return release_held(turn, key, value);
    case 'O':
        result = replay_read_own(bytes, value, &item);
        return result == OK ? do_item(turn, &item) : result;
    default:
        result = replay_read_received(bytes, value, &item);
        return result == OK ? do_item(turn, &item) : result;
    }
}

/* The first row that waits for a peer which has told its sequence by now. */
static enum result
find_held(struct turn *turn, struct replay_key *ret_key, struct bytes *ret_value)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key;
    if (!turn->office->recovery.held)
        return ERR_ABSENT;
    enum result result = store_cursor_open(turn->txn, TABLE_RECOVERY, bytes_of_text("H"), &cursor);
    if (result == OK)
        result = store_cursor_next(cursor, &key, ret_value);
    while (result == OK) {
        char office[OFFICE_CODE_CHARS + 1];
        if (!replay_held_office(key, office))
            return ERR_DAMAGED;
        const struct peer *peer = peers_find(&turn->office->peers, office);
        if (peer != NULL && peer->recovery.complete) {
            memcpy(ret_key->bytes, key.data, key.size);
            ret_key->size = key.size;
            return OK;
        }
        const struct replay_key end = replay_held_end(office);
        result = store_cursor_seek(cursor, replay_key_bytes(&end), &key, ret_value);
    }
    return result;
}

static enum result
do_one(struct turn *turn)
{
    struct replay_key key;
    struct bytes value;
    enum result result = find_held(turn, &key, &value);
    if (result == ERR_ABSENT)
        result = find_first(turn->txn, 'O', &key, &value);
    if (result == ERR_ABSENT)
        result = find_first(turn->txn, 'R', &key, &value);
    if (result != OK)
        return result;
    if (failed_before(turn, &key))
        return leave_out(turn, &key, value);
    result = do_row(turn, &key, value);
    if (result == ERR_DAMAGED)
        turn->office->recovery.failed = key;
    return result;
}

enum result
replay_some(struct turn *turn, bool *ret_left)
{
    struct recovery *recovery = &turn->office->recovery;
    enum result result = OK;
    int batch = recovery->failed.size > 0 ? 1 : REPLAY_BATCH; /* come to it slowly */
    if (recovery->postponed)
        result = replay_resume_postponed(turn->txn, REPLAY_BATCH, &recovery->postponed);
    for (int i = 0; i < batch && result == OK && !recovery->postponed; i++)
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

enum result
replay_count_held(struct store_txn *txn, struct peers *peers)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_RECOVERY, bytes_of_text("H"), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        char office[OFFICE_CODE_CHARS + 1];
        struct peer *peer = replay_held_office(key, office) ? peers_find(peers, office) : NULL;
        if (peer != NULL)
            peer->recovery.held++;
    }
    return result == ERR_ABSENT ? OK : result;
}
