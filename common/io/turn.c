/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/turn.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/core/require.h"
#include "common/io/exchange.h"
#include "common/io/log.h"
#include "common/io/notifier.h"
#include "common/io/queries.h"
#include "common/io/wire.h"

void
turn_begin_act(struct turn *turn, const char *case_number, const char *verb, const char *detail)
{
    turn->act_case = case_number;
    turn->act_verb = verb;
    turn->act_detail = detail;
    turn->cause_journalled = false;
}

static enum result
append(struct turn *turn, Yidi__JournalEntry *entry, uint64_t *ret_leaf)
{
    entry->operator_ = (char *)turn->operator;
    return journal_append(&turn->office->journal, turn->txn, entry, turn->now_ms, turn->arena,
                          ret_leaf);
}

static enum result
journal_received(struct turn *turn, const char *refusal_code, uint64_t *ret_leaf)
{
    const struct input *input = turn->input;
    Yidi__Received received = YIDI__RECEIVED__INIT;
    received.from = input->peer->office;
    received.sequence = input->sequence;
    received.epoch = input->envelope.head.epoch;
    received.leaf_index = input->envelope.leaf_index;
    received.leaf_hash.data = (uint8_t *)input->envelope.leaf_hash.bytes;
    received.leaf_hash.len = DIGEST_BYTES;
    received.refusal_code = (char *)refusal_code;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_RECEIVED;
    entry.received = &received;
    return append(turn, &entry, ret_leaf);
}

static enum result
journal_act(struct turn *turn, uint64_t *ret_leaf)
{
    Yidi__Act act = YIDI__ACT__INIT;
    act.case_number = (char *)turn->act_case;
    act.verb = (char *)turn->act_verb;
    act.detail = (char *)turn->act_detail;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_ACT;
    entry.act = &act;
    return append(turn, &entry, ret_leaf);
}

enum result
turn_journal_cause(struct turn *turn)
{
    if (turn->cause_journalled)
        return OK;
    bool is_message = turn->input != NULL && turn->input->kind == INPUT_MESSAGE;
    enum result result = is_message ? journal_received(turn, "", &turn->cause_leaf)
                                    : journal_act(turn, &turn->cause_leaf);
    turn->cause_journalled = result == OK;
    return result;
}

struct stream_key {
    uint8_t bytes[OFFICE_CODE_CHARS + 8];
};

static struct bytes
stream_key(const char *office, uint64_t sequence, struct stream_key *storage)
{
    memcpy(storage->bytes, office, OFFICE_CODE_CHARS);
    bytes_put_u64(storage->bytes + OFFICE_CODE_CHARS, sequence);
    return bytes_of(storage->bytes, sizeof storage->bytes);
}

static enum result
put_outbox(struct turn *turn, struct peer *peer, uint64_t leaf, const char *case_number,
           const ProtobufCBinaryData *attachments, size_t attachment_count)
{
    Yidi__OutboxRow row = YIDI__OUTBOX_ROW__INIT;
    row.leaf_index = leaf;
    row.case_number = (char *)case_number;
    row.time_ms = turn->now_ms;
    row.digests = (ProtobufCBinaryData *)attachments;
    row.n_digests = attachment_count;
    struct bytes packed = wire_encode(&row.base, turn->arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    struct stream_key key;
    return store_put(turn->txn, TABLE_OUTBOX,
                     stream_key(peer->office, peer->pending_assigned, &key), packed);
}

enum result
turn_send(struct turn *turn, const char *to, Yidi__Message *message,
          const ProtobufCBinaryData *attachments, size_t attachment_count)
{
    REQUIRE(attachment_count <= ATTACHMENTS_MAX && strlen(to) == OFFICE_CODE_CHARS);
    enum result result = turn_journal_cause(turn);
    if (result != OK)
        return result;
    struct peer *peer = peers_take(&turn->office->peers, to);
    if (peer == NULL)
        return ERR_MEMORY;
    peer->touched = true;
    peer->pending_assigned++;

    Yidi__Sent sent = YIDI__SENT__INIT;
    sent.to = (char *)to;
    sent.sequence = peer->pending_assigned;
    sent.message = message;
    sent.attachments = (ProtobufCBinaryData *)attachments;
    sent.n_attachments = attachment_count;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_SENT;
    entry.sent = &sent;
    uint64_t leaf;
    result = append(turn, &entry, &leaf);
    if (result != OK)
        return result;
    return put_outbox(turn, peer, leaf, message->case_number, attachments, attachment_count);
}

enum result
turn_keep_blob(struct turn *turn, const struct digest *digest, struct bytes data)
{
    struct bytes key = bytes_of(digest->bytes, DIGEST_BYTES), existing;
    enum result result = store_get(turn->txn, TABLE_BLOBS, key, &existing);
    return result == ERR_ABSENT ? store_put(turn->txn, TABLE_BLOBS, key, data) : result;
}

enum result
turn_count(struct turn *turn, const char *name, uint64_t *ret_value)
{
    struct bytes stored;
    uint64_t value = 1;
    uint8_t packed[8];
    enum result result = store_get(turn->txn, TABLE_COUNTERS, bytes_of_text(name), &stored);
    if (result == OK && stored.size == 8)
        value = bytes_get_u64(stored.data) + 1;
    else if (result != ERR_ABSENT)
        return result == OK ? ERR_DAMAGED : result;
    bytes_put_u64(packed, value);
    *ret_value = value;
    return store_put(turn->txn, TABLE_COUNTERS, bytes_of_text(name), bytes_of(packed, 8));
}

/* ---- carrying out what a core decided ---- */

static enum result
save_with_hop(struct turn *turn, struct case_file *file, enum step step)
{
    const struct role *role = turn->office->options.role;
    Yidi__Case *row = file->row;
    bool is_message = turn->input != NULL && turn->input->kind == INPUT_MESSAGE;

    Yidi__Hop hop = YIDI__HOP__INIT;
    hop.office = turn->office->journal.office;
    hop.step = (Yidi__Step)step;
    hop.time_ms = turn->now_ms;
    hop.leaf_index = turn->cause_leaf;
    hop.operator_ = (char *)turn->operator;
    if (is_message) {
        hop.peer = turn->input->peer->office;
        hop.sequence = turn->input->sequence;
    }
    enum result result = case_file_trace(file, &hop, turn->arena);
    if (result != OK)
        return result;
    if (!file->stored || (int)row->state != file->stored_state) {
        row->changed_ms = turn->now_ms;
        bool open = role->machine->state_open[row->state];
        row->stage_deadline_ms = open ? role->stage_deadline_ms(row, turn->now_ms) : 0;
    }
    return case_file_save(file, role->machine, turn->txn, turn->arena);
}

static const char *
party_office(const Yidi__Case *row, enum party party)
{
    switch (party) {
    case PARTY_ACCEPTANCE:
        return row->acceptance_office;
    case PARTY_REGISTRY:
        return row->registry_office;
    default:
        REQUIRE(party == PARTY_PRODUCTION);
        return row->production_office;
    }
}

static enum result
send_about_case(struct turn *turn, const struct case_file *file, const struct effect *effect)
{
    const Yidi__Case *row = file->row;
    Yidi__Message message = YIDI__MESSAGE__INIT;
    message.case_number = row->case_number;
    enum message_kind kind = (enum message_kind)effect->what;
    enum result result = turn->office->options.role->fill_message(turn, file, kind, &message);
    if (result != OK)
        return result;
    REQUIRE(message.body_case == (Yidi__Message__BodyCase)kind);

    ProtobufCBinaryData attachments[ATTACHMENTS_MAX];
    size_t count = 0;
    if (kind == MESSAGE_APPLICATION_SUBMITTED || kind == MESSAGE_CARD_ORDERED) {
        attachments[count++] = row->form->photo_digest;
        for (size_t i = 0; i < row->form->n_fingerprints; i++)
            attachments[count++] = row->form->fingerprints[i]->digest;
    }
    return turn_send(turn, party_office(row, effect->to), &message, attachments, count);
}

enum result
turn_carry_out(struct turn *turn, struct case_file *file, const struct effects *effects)
{
    enum result result = turn_journal_cause(turn);
    for (size_t i = 0; i < effects->count && result == OK; i++) {
        const struct effect *effect = &effects->list[i];
        if (effect->kind == EFFECT_SAVE)
            result = save_with_hop(turn, file, (enum step)effect->what);
        else if (effect->kind == EFFECT_SEND)
            result = send_about_case(turn, file, effect);
        else if (effect->kind == EFFECT_NOTIFY)
            result = notifier_add(turn, file);
    }
    return result;
}

enum result
turn_call_attention(struct turn *turn, struct case_file *file, const char *code, const char *text,
                    const char *peer)
{
    Yidi__CaseAttention *attention = arena_take(turn->arena, sizeof *attention);
    if (attention == NULL)
        return ERR_MEMORY;
    yidi__case_attention__init(attention);
    attention->code = arena_copy_text(turn->arena, code);
    attention->text = arena_copy_text(turn->arena, text);
    attention->peer = arena_copy_text(turn->arena, peer);
    if (attention->code == NULL || attention->text == NULL || attention->peer == NULL)
        return ERR_MEMORY;
    file->row->attention = attention;
    enum result result = turn_journal_cause(turn);
    return result != OK
               ? result
               : case_file_save(file, turn->office->options.role->machine, turn->txn, turn->arena);
}

/* ---- inputs: messages ---- */

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
    enum result result = journal_received(turn, code, &turn->cause_leaf);
    turn->cause_journalled = true;
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

static enum result
apply_message(struct turn *turn)
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

/* ---- inputs: commands ---- */

static enum result
set_refusal(Yidi__Refusal **field, const struct refusal *refusal, struct arena *arena)
{
    Yidi__Refusal *wire = arena_take(arena, sizeof *wire);
    if (wire == NULL)
        return ERR_MEMORY;
    yidi__refusal__init(wire);
    wire->code = (char *)refusal_name(refusal->code);
    wire->field = arena_copy_text(arena, refusal->field);
    wire->rule = arena_copy_text(arena, refusal->rule);
    *field = wire;
    return wire->field == NULL || wire->rule == NULL ? ERR_MEMORY : OK;
}

enum result
office_refuse_command(struct input *input, const struct refusal *refusal, struct arena *arena)
{
    input->response.body_case = YIDI__RESPONSE__BODY_REFUSAL;
    return set_refusal(&input->response.refusal, refusal, arena);
}

static const char *
verb_name(Yidi__Verb verb)
{
    static const char *const names[] = {
        [YIDI__VERB__EXAMINE] = "examine",       [YIDI__VERB__ISSUE] = "issue",
        [YIDI__VERB__REFUSE] = "refuse",         [YIDI__VERB__MAKE] = "make",
        [YIDI__VERB__CHECK_CARD] = "check-card", [YIDI__VERB__DISPATCH] = "dispatch",
        [YIDI__VERB__RECEIVE] = "receive",       [YIDI__VERB__COLLECT] = "collect",
    };
    return names[verb];
}

static enum result
decide_case(struct turn *turn, const Yidi__Decide *decide, const char *case_number,
            Yidi__CaseResult *ret_result)
{
    const struct role *role = turn->office->options.role;
    struct refusal refusal = { 0 };
    struct case_file file;
    turn_begin_act(turn, case_number, verb_name(decide->verb), "");

    enum result result = case_file_open(turn->txn, case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        result =
            refuse(&refusal, REFUSAL_CASE_UNKNOWN, "case_number", "no such case at this office");
    if (result == OK)
        result = role->decide(turn, &file, decide, &refusal);
    ret_result->case_number = (char *)case_number;
    if (result == ERR_REFUSED)
        return set_refusal(&ret_result->refusal, &refusal, turn->arena);
    if (result == OK) {
        ret_result->state = (char *)role->machine->state_names[file.row->state];
        ret_result->card_serial = file.row->card_serial;
    }
    return result;
}

static enum result
decide_cases(struct turn *turn, const Yidi__Decide *decide, Yidi__Response *response)
{
    size_t count = decide->n_case_numbers;
    Yidi__Decided *decided = arena_take(turn->arena, sizeof *decided);
    Yidi__CaseResult **list = arena_take(turn->arena, count * sizeof *list);
    Yidi__CaseResult *results = arena_take(turn->arena, count * sizeof *results);
    if (decided == NULL || list == NULL || results == NULL)
        return ERR_MEMORY;
    yidi__decided__init(decided);
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++) {
        yidi__case_result__init(&results[i]);
        list[i] = &results[i];
        result = decide_case(turn, decide, decide->case_numbers[i], &results[i]);
    }
    decided->results = list;
    decided->n_results = count;
    response->body_case = YIDI__RESPONSE__BODY_DECIDED;
    response->decided = decided;
    return result;
}

static enum result
apply_command(struct turn *turn, struct input *input)
{
    const Yidi__Request *request = input->request;
    struct refusal refusal = { 0 };
    turn->operator= request->operator_;

    enum result result;
    if (request->command_case == YIDI__REQUEST__COMMAND_DECIDE)
        result = decide_cases(turn, request->decide, &input->response);
    else if (request->command_case == YIDI__REQUEST__COMMAND_SHOW)
        result = queries_show_full(turn, request->show, &input->response, &refusal);
    else
        result = turn->office->options.role->take_command(
            turn, request, input->frames, input->frame_count, &input->response, &refusal);
    if (result == ERR_REFUSED)
        result = office_refuse_command(input, &refusal, turn->arena);
    return result;
}

/* ---- the transaction ---- */

static enum result
journal_directory(struct turn *turn)
{
    struct digest digest;
    directory_digest(turn->office->directory, &digest);
    Yidi__DirectoryAdopted adopted = YIDI__DIRECTORY_ADOPTED__INIT;
    adopted.version = directory_version(turn->office->directory);
    adopted.digest = (ProtobufCBinaryData){ .data = digest.bytes, .len = DIGEST_BYTES };
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_DIRECTORY_ADOPTED;
    entry.directory_adopted = &adopted;
    uint64_t leaf;
    return append(turn, &entry, &leaf);
}

static enum result
apply_inputs(struct turn *turn)
{
    struct office *office = turn->office;
    enum result result = OK;
    for (size_t i = 0; i < office->input_count && result == OK; i++) {
        struct input *input = office->inputs[i];
        turn->input = input;
        turn->operator= "";
        turn_begin_act(turn, "", "", "");
        result = input->kind == INPUT_MESSAGE ? apply_message(turn) : apply_command(turn, input);
    }
    turn->input = NULL;
    turn->operator= "";
    return result;
}

static enum result
fill_transaction(struct turn *turn)
{
    struct office *office = turn->office;
    enum result result = apply_inputs(turn);
    if (result == OK && office->directory_changed)
        result = journal_directory(turn);
    if (result == OK)
        result = notifier_settle(turn);
    if (result == OK)
        result = peers_save(&office->peers, turn->txn, turn->arena);
    if (result == OK)
        result = journal_seal(&office->journal, turn->txn, turn->now_ms);
    return result;
}

static void
answer_commands(struct office *office)
{
    for (size_t i = 0; i < office->input_count; i++) {
        struct input *input = office->inputs[i];
        if (input->kind != INPUT_COMMAND)
            continue;
        struct bytes packed = wire_encode(&input->response.base, &office->arena);
        if (packed.data != NULL && office->options.ports.answer(office->options.ports.context,
                                                                &input->client, &packed, 1) != OK)
            log_line(LOG_INFO, "answer_undelivered", "reason=client_gone");
    }
}

/* Nothing was committed: commands are told so, messages were not acknowledged and come again. */
static void
roll_back(struct office *office, enum result cause)
{
    struct refusal refusal = { 0 };
    (void)refuse(&refusal, REFUSAL_STORE_FULL, "",
                 "nothing was accepted; free space, then try again");
    log_line(LOG_ERROR, "turn_rolled_back", "cause=%d inputs=%zu", (int)cause, office->input_count);
    journal_rolled_back(&office->journal);
    peers_rolled_back(&office->peers);
    notifier_rolled_back(office);
    for (size_t i = 0; i < office->input_count; i++)
        if (office->inputs[i]->kind == INPUT_COMMAND &&
            office_refuse_command(office->inputs[i], &refusal, &office->arena) != OK)
            return;
    answer_commands(office);
}

static void
follow_commit(struct office *office, const struct office_time *now)
{
    journal_committed(&office->journal);
    peers_committed(&office->peers);
    notifier_committed(office);
    office->directory_changed = false;
    office->rows_due_ms = UINT64_MAX;
    office->commits++;
    office->inputs_done += office->input_count;
    answer_commands(office);
    exchange_follow_commit(office, now);
    notifier_hand_over(office, now);
}

static enum result
run_transaction(struct office *office, const struct office_time *now)
{
    struct turn turn = {
        .office = office, .arena = &office->arena, .now_ms = now->wall_ms, .operator= "" };
    enum result result = store_begin_write(office->options.store, &turn.txn);
    if (result != OK)
        return ERR_IO;
    result = fill_transaction(&turn);
    if (result == OK)
        result = store_commit(turn.txn);
    else
        store_abort(turn.txn);
    if (result == OK) {
        follow_commit(office, now);
        return OK;
    }
    roll_back(office, result);
    return result == ERR_FULL || result == ERR_MEMORY ? OK : ERR_IO;
}

enum result
office_turn(struct office *office, const struct office_time *now)
{
    enum result result = OK;
    bool rows_due = now->monotonic_ms >= office->rows_due_ms;
    if (office->input_count > 0 || office->directory_changed || rows_due)
        result = run_transaction(office, now);
    if (result == OK)
        exchange_tick(office, now);
    office->input_count = 0;
    office->input_bytes = 0;
    arena_reset(&office->arena);
    return result;
}
