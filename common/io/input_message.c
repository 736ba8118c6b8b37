/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "common/core/require.h"
#include "common/io/dossier.h"
#include "common/io/erased.h"
#include "common/io/incoming.h"
#include "common/io/input.h"
#include "common/io/log.h"
#include "common/io/lost_news.h"
#include "common/io/message_trace.h"
#include "common/io/outbox.h"
#include "common/io/replay.h"
#include "common/io/retention.h"
#include "common/io/share.h"
#include "common/io/stray.h"
#include "common/io/stream_key.h"
#include "common/io/wire.h"
#include "proto/envelope.pb-c.h"
#include "proto/journal.pb-c.h"

static enum result
check_sender(const struct turn *turn, const Yidi__Message *message, struct refusal *ret_refusal)
{
    enum party party = incoming_sender((enum message_kind)message->body_case);
    if (party == PARTY_NONE)
        return OK;
    const char *from = turn->input->peer->office;
    const Yidi__Office *sender = directory_find(turn->office->directory, from);
    if (sender == NULL)
        return refuse(ret_refusal, REFUSAL_OFFICE_UNKNOWN, "from", "%s is not in the directory",
                      from);
    if ((enum party)sender->role != party)
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "from",
                      "an office of this role may not send this message");
    return OK;
}

/* Which message of ours does that envelope hold? */
static enum message_kind
kind_inside(struct turn *turn, struct bytes packed)
{
    ProtobufCMessage *message;
    if (wire_decode(&yidi__envelope__descriptor, packed, turn->arena, &message, NULL) != OK)
        return MESSAGE_NONE;
    ProtobufCBinaryData entry = ((const Yidi__Envelope *)message)->entry;
    if (wire_decode(&yidi__journal_entry__descriptor, bytes_of(entry.data, entry.len), turn->arena,
                    &message, NULL) != OK)
        return MESSAGE_NONE;
    const Yidi__JournalEntry *decoded = (const Yidi__JournalEntry *)message;
    if (erased_is(decoded))
        return (enum message_kind)decoded->erased->kind;
    return decoded->body_case == YIDI__JOURNAL_ENTRY__BODY_SENT
               ? (enum message_kind)decoded->sent->message->body_case
               : MESSAGE_NONE;
}

/* A refusal must be about a message that we did send to that office, about that case. */
static enum result
check_refused_message(struct turn *turn, struct incoming *incoming)
{
    const Yidi__OutboxRow *row;
    struct bytes packed;
    uint64_t sequence = incoming->message->message_refused->sequence;
    enum result result = outbox_find(turn->txn, incoming->from, sequence, turn->arena, &row);
    if (result == OK && strcmp(row->case_number, incoming->message->case_number) != 0)
        return ERR_ABSENT;
    if (result == OK)
        result = outbox_row_envelope(turn->txn, row, turn->arena, &packed);
    if (result != OK)
        return result;
    incoming->refused_kind = kind_inside(turn, packed);
    return incoming->refused_kind == MESSAGE_NONE ? ERR_DAMAGED : OK;
}

/* Answer a message that is authentic but not acceptable. A refusal is never refused: that could go
 * on for ever. */
static enum result
answer_refusal(struct turn *turn, const Yidi__Message *message, const struct refusal *refusal)
{
    const char *code = refusal_name(refusal->code);
    char room[LOG_TEXT_BYTES];
    log_line(LOG_WARNING, "message_refused",
             "office=%s sequence=%" PRIu64 " case=%s code=%s field=%s", turn->input->peer->office,
             turn->input->sequence, log_text(room, message->case_number), code, refusal->field);
    enum result result = turn->redo != NULL ? OK : turn_journal_received(turn, code);
    if (result != OK || message->body_case == YIDI__MESSAGE__BODY_MESSAGE_REFUSED)
        return result;

    Yidi__MessageRefused body = YIDI__MESSAGE_REFUSED__INIT;
    body.sequence = turn->input->sequence;
    body.code = (char *)code;
    body.field = (char *)refusal->field;
    body.text = (char *)refusal->rule;
    body.contact = office_self(turn->office)->contact;
    Yidi__Message answer = YIDI__MESSAGE__INIT;
    answer.case_number = message->case_number;
    answer.body_case = YIDI__MESSAGE__BODY_MESSAGE_REFUSED;
    answer.message_refused = &body;
    return turn_send(turn, turn->input->peer->office, &answer, NULL, 0);
}

/* What was refused is erased one day all the same. */
static enum result
note_refused(struct turn *turn, const char *case_number)
{
    struct case_file file;
    enum result result = case_file_open(turn->txn, turn->office->options.role->machine, case_number,
                                        turn->arena, &file);
    if (result == OK)
        return retention_note_late(turn, &file);
    return result == ERR_ABSENT ? stray_note(turn, case_number) : result;
}

static enum result
keep_attachments(struct turn *turn)
{
    const struct input *input = turn->input;
    enum result result = OK;
    for (size_t i = 0; i < input->frame_count && result == OK; i++) {
        struct digest digest;
        memcpy(digest.bytes, input->envelope.entry->sent->attachments[i].data, DIGEST_BYTES);
        result = turn_keep_blob(turn, input->envelope.entry->sent->message->case_number, &digest,
                                input->frames[i]);
    }
    return result;
}

/* The case must be here, and the sender must be the office that it names for that part. */
static enum result
open_case_of(struct turn *turn, const struct incoming *incoming, struct case_file *ret_file,
             struct refusal *ret_refusal)
{
    enum party party = incoming_sender((enum message_kind)incoming->message->body_case);
    enum result result = case_file_open(turn->txn, turn->office->options.role->machine,
                                        incoming->message->case_number, turn->arena, ret_file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number", "no such case here");
    if (result == OK)
        result = retention_note_late(turn, ret_file);
    if (result != OK || party == PARTY_NONE)
        return result;
    const char *expected = case_file_office(ret_file->row, party);
    if (strcmp(incoming->from, expected) != 0)
        return refuse(ret_refusal, REFUSAL_WRONG_OFFICE, "from", "this case belongs to office %s",
                      expected);
    return OK;
}

static enum result
decide_message(struct turn *turn, struct incoming *incoming, struct refusal *ret_refusal)
{
    const struct role *role = turn->office->options.role;
    enum message_kind kind = (enum message_kind)incoming->message->body_case;
    struct case_file file;
    enum result result = check_sender(turn, incoming->message, ret_refusal);
    if (result == OK && incoming->attachment_count > 0 && !incoming_may_have_attachments(kind))
        result = refuse(ret_refusal, REFUSAL_MALFORMED, "attachments",
                        "this message carries no attachments");
    if (result == OK && kind == MESSAGE_MESSAGE_REFUSED) {
        result = check_refused_message(turn, incoming);
        if (result == ERR_ABSENT)
            return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "message_refused.sequence",
                          "no message of that sequence about that case was sent");
    }
    if (result == OK && role->opening != MESSAGE_NONE && kind == role->opening)
        return role->open_case(turn, incoming, ret_refusal);
    if (result == OK)
        result = open_case_of(turn, incoming, &file, ret_refusal);
    if (result == OK)
        result = role->take_message(turn, &file, incoming, ret_refusal);
    return result;
}

static struct incoming
incoming_of(const struct input *input)
{
    struct incoming incoming = {
        .from = input->peer->office,
        .sequence = input->sequence,
        .message = input->envelope.entry->sent->message,
        .envelope_bytes = input->packed.size,
        .attachments = input->envelope.entry->sent->attachments,
        .frames = input->frames,
        .attachment_count = input->frame_count,
    };
    incoming.trace = message_trace_find(incoming.message, &incoming.trace_count);
    return incoming;
}

enum result
input_message_redo(struct turn *turn, bool answer, struct refusal *ret_refusal)
{
    if (erased_is(turn->input->envelope.entry)) {
        enum result lost = lost_news_take(turn);
        return lost == ERR_ABSENT
                   ? refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number", "no such case here")
                   : lost;
    }
    struct incoming incoming = incoming_of(turn->input);
    enum result result = decide_message(turn, &incoming, ret_refusal);
    return result == ERR_REFUSED && answer ? answer_refusal(turn, incoming.message, ret_refusal)
                                           : result;
}

static enum result
note_message(struct turn *turn)
{
    const Yidi__JournalEntry *entry = turn->input->envelope.entry;
    struct dossier_message message = { .sequence = turn->input->sequence };
    memcpy(message.peer, turn->input->peer->office, sizeof message.peer);
    if (erased_is(entry))
        return OK; /* nothing is left to be erased */
    return dossier_add_message(turn->txn, entry->sent->message->case_number, &message);
}

/* Nobody knows yet whether the case is here, or what the message answers. */
static bool
waits_for_share(const struct turn *turn, const struct refusal *refusal)
{
    return (refusal->code == REFUSAL_CASE_UNKNOWN || refusal->code == REFUSAL_OFFICE_RECOVERING) &&
           share_any_is_missing(turn);
}

static enum result
take_whole(struct turn *turn)
{
    struct incoming incoming = incoming_of(turn->input);
    struct refusal refusal = { 0 };
    enum result result = decide_message(turn, &incoming, &refusal);
    if (result == ERR_REFUSED && waits_for_share(turn, &refusal))
        result = replay_defer(turn);
    else if (result == ERR_REFUSED)
        result = answer_refusal(turn, incoming.message, &refusal);
    else if (result == OK)
        result = keep_attachments(turn);
    if (result == OK && refusal.code != REFUSAL_NONE)
        result = note_refused(turn, incoming.message->case_number);
    return result;
}

enum result
input_message_apply(struct turn *turn)
{
    const struct input *input = turn->input;
    struct peer *peer = input->peer;
    struct stream_key key;
    REQUIRE(input->sequence == peer->pending_applied + 1);

    bool erased = erased_is(input->envelope.entry);
    enum result result = erased ? lost_news_take(turn) : take_whole(turn);
    if (result == ERR_ABSENT && erased)
        result = OK; /* it was about no case of this office */
    if (result == OK)
        result = turn_journal_cause(turn);
    if (result == OK)
        result = store_put(turn->txn, TABLE_INBOX, stream_key(peer->office, input->sequence, &key),
                           input->packed);
    if (result == OK)
        result = note_message(turn);
    if (result == OK)
        result = peer_note_head(peer, input->envelope.head_text);
    if (result == OK) {
        peer->touched = true;
        peer->pending_applied = input->sequence;
        peer->pending_leaf = input->envelope.leaf_hash;
    }
    return result;
}
