/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "common/core/require.h"
#include "common/io/input.h"
#include "common/io/log.h"
#include "common/io/stream_key.h"
#include "common/io/wire.h"

/* Which role may send which message; MESSAGE_REFUSED may come from any. */
static const enum party sender_of[MESSAGE_KIND_END] = {
    [MESSAGE_APPLICATION_SUBMITTED] = PARTY_ACCEPTANCE,
    [MESSAGE_APPLICATION_REFUSED] = PARTY_REGISTRY,
    [MESSAGE_CARD_ISSUED] = PARTY_REGISTRY,
    [MESSAGE_CARD_ORDERED] = PARTY_REGISTRY,
    [MESSAGE_CARD_MADE] = PARTY_PRODUCTION,
    [MESSAGE_CARD_DISPATCHED] = PARTY_PRODUCTION,
    [MESSAGE_CARD_RECEIVED] = PARTY_ACCEPTANCE,
    [MESSAGE_CARD_COLLECTED] = PARTY_ACCEPTANCE,
};

static void
find_trace(const Yidi__Message *message, struct incoming *incoming)
{
#define TRACE_OF(field)                                                                            \
    incoming->trace = message->field->trace;                                                       \
    incoming->trace_count = message->field->n_trace
    switch (message->body_case) {
    case YIDI__MESSAGE__BODY_APPLICATION_SUBMITTED:
        TRACE_OF(application_submitted);
        break;
    case YIDI__MESSAGE__BODY_APPLICATION_REFUSED:
        TRACE_OF(application_refused);
        break;
    case YIDI__MESSAGE__BODY_CARD_ISSUED:
        TRACE_OF(card_issued);
        break;
    case YIDI__MESSAGE__BODY_CARD_ORDERED:
        TRACE_OF(card_ordered);
        break;
    case YIDI__MESSAGE__BODY_CARD_MADE:
        TRACE_OF(card_made);
        break;
    case YIDI__MESSAGE__BODY_CARD_DISPATCHED:
        TRACE_OF(card_dispatched);
        break;
    case YIDI__MESSAGE__BODY_CARD_COLLECTED:
        TRACE_OF(card_collected);
        break;
    default:
        break;
    }
#undef TRACE_OF
}

static enum result
check_sender(const struct turn *turn, const Yidi__Message *message, struct refusal *ret_refusal)
{
    if (message->body_case == YIDI__MESSAGE__BODY_MESSAGE_REFUSED)
        return OK;
    const char *from = turn->input->peer->office;
    const Yidi__Office *sender = directory_find(turn->office->directory, from);
    if (sender == NULL)
        return refuse(ret_refusal, REFUSAL_OFFICE_UNKNOWN, "from", "%s is not in the directory",
                      from);
    if ((enum party)sender->role != sender_of[message->body_case])
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "from",
                      "an office of this role may not send this message");
    return OK;
}

/* A refusal must be about a message that we did send to that office, about that case. */
static enum result
check_refused_message(struct turn *turn, const struct incoming *incoming)
{
    struct stream_key key;
    struct bytes value;
    ProtobufCMessage *row;
    uint64_t sequence = incoming->message->message_refused->sequence;
    enum result result =
        store_get(turn->txn, TABLE_OUTBOX, stream_key(incoming->from, sequence, &key), &value);
    if (result != OK)
        return result;
    if (wire_decode(&yidi__outbox_row__descriptor, value, turn->arena, &row, NULL) != OK)
        return ERR_DAMAGED;
    const char *about = ((const Yidi__OutboxRow *)row)->case_number;
    return strcmp(about, incoming->message->case_number) == 0 ? OK : ERR_ABSENT;
}

/* Answer a message that is authentic but not acceptable. A refusal is never refused: that could go
 * on for ever. */
static enum result
answer_refusal(struct turn *turn, const Yidi__Message *message, const struct refusal *refusal)
{
    const char *code = refusal_name(refusal->code);
    log_line(LOG_WARNING, "message_refused",
             "office=%s sequence=%" PRIu64 " case=%s code=%s field=%s", turn->input->peer->office,
             turn->input->sequence, message->case_number, code, refusal->field);
    enum result result = turn_journal_received(turn, code);
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

static enum result
keep_attachments(struct turn *turn)
{
    const struct input *input = turn->input;
    enum result result = OK;
    for (size_t i = 0; i < input->frame_count && result == OK; i++) {
        struct digest digest;
        memcpy(digest.bytes, input->envelope.entry->sent->attachments[i].data, DIGEST_BYTES);
        result = turn_keep_blob(turn, &digest, input->frames[i]);
    }
    return result;
}

static enum result
decide_message(struct turn *turn, struct incoming *incoming, struct refusal *ret_refusal)
{
    enum result result = check_sender(turn, incoming->message, ret_refusal);
    if (result == OK && incoming->message->body_case == YIDI__MESSAGE__BODY_MESSAGE_REFUSED) {
        result = check_refused_message(turn, incoming);
        if (result == ERR_ABSENT)
            return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "message_refused.sequence",
                          "no message of that sequence about that case was sent");
    }
    if (result == OK)
        result = turn->office->options.role->take_message(turn, incoming, ret_refusal);
    return result;
}

enum result
input_message_apply(struct turn *turn)
{
    const struct input *input = turn->input;
    struct peer *peer = input->peer;
    const Yidi__Message *message = input->envelope.entry->sent->message;
    struct incoming incoming = {
        .from = peer->office,
        .sequence = input->sequence,
        .message = message,
        .attachments = input->envelope.entry->sent->attachments,
        .frames = input->frames,
        .attachment_count = input->frame_count,
    };
    struct refusal refusal = { 0 };
    find_trace(message, &incoming);
    REQUIRE(input->sequence == peer->pending_applied + 1);

    enum result result = decide_message(turn, &incoming, &refusal);
    if (result == ERR_REFUSED)
        result = answer_refusal(turn, message, &refusal);
    else if (result == OK)
        result = keep_attachments(turn);
    if (result == OK)
        result = turn_journal_cause(turn);
    struct stream_key key;
    if (result == OK)
        result = store_put(turn->txn, TABLE_INBOX, stream_key(peer->office, input->sequence, &key),
                           input->packed);
    if (result == OK)
        result = peer_note_head(peer, input->envelope.head_text);
    if (result == OK) {
        peer->touched = true;
        peer->pending_applied = input->sequence;
    }
    return result;
}
