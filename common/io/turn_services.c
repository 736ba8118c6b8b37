/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/turn.h"

#include "common/core/require.h"
#include "common/io/case_trace.h"
#include "common/io/dossier.h"
#include "common/io/erased.h"
#include "common/io/form_view.h"
#include "common/io/incoming.h"
#include "common/io/lease.h"
#include "common/io/log.h"
#include "common/io/notifier.h"
#include "common/io/outbox.h"
#include "common/io/recovery.h"
#include "common/io/redo.h"
#include "common/io/replay.h"
#include "common/io/retention.h"
#include "common/io/wire.h"

enum { NEWS_AGE_MAX_MS = 24 * 3600 * 1000 };

void
turn_begin_act(struct turn *turn, const char *case_number, const char *verb, const char *detail)
{
    turn->act_case = case_number;
    turn->act_verb = verb;
    turn->act_detail = detail;
    turn->cause_journalled = false;
}

enum result
turn_append(struct turn *turn, Yidi__JournalEntry *entry, uint64_t *ret_leaf)
{
    entry->operator_ = (char *)turn->operator;
    return journal_append(&turn->office->journal, turn->txn, entry, turn->recorded_ms, turn->arena,
                          ret_leaf);
}

enum result
turn_journal_received(struct turn *turn, const char *refusal_code)
{
    const struct input *input = turn->input;
    Yidi__Received received = YIDI__RECEIVED__INIT;
    received.from = input->peer->office;
    received.sequence = input->sequence;
    received.epoch = input->envelope.entry->epoch;
    received.leaf_index = input->envelope.leaf_index;
    received.leaf_hash.data = (uint8_t *)input->envelope.leaf_hash.bytes;
    received.leaf_hash.len = DIGEST_BYTES;
    received.refusal_code = (char *)refusal_code;
    received.erased = erased_is(input->envelope.entry);
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_RECEIVED;
    entry.received = &received;
    enum result result = turn_append(turn, &entry, &turn->cause_leaf);
    turn->cause_journalled = result == OK;
    return result;
}

static enum result
journal_act(struct turn *turn)
{
    Yidi__Act act = YIDI__ACT__INIT;
    act.case_number = (char *)turn->act_case;
    act.verb = (char *)turn->act_verb;
    act.detail = (char *)turn->act_detail;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_ACT;
    entry.act = &act;
    enum result result = turn_append(turn, &entry, &turn->cause_leaf);
    turn->cause_journalled = result == OK;
    return result;
}

enum result
turn_journal_cause(struct turn *turn)
{
    if (turn->cause_journalled)
        return OK;
    bool is_message = turn->input != NULL && turn->input->kind == INPUT_MESSAGE;
    return is_message ? turn_journal_received(turn, "") : journal_act(turn);
}

static enum result
put_outbox(struct turn *turn, struct peer *peer, uint64_t leaf, const char *case_number,
           const ProtobufCBinaryData *attachments, size_t attachment_count)
{
    Yidi__OutboxRow row = YIDI__OUTBOX_ROW__INIT;
    row.leaf_index = leaf;
    row.case_number = (char *)case_number;
    row.time_ms = turn->recorded_ms;
    row.digests = (ProtobufCBinaryData *)attachments;
    row.n_digests = attachment_count;
    return outbox_put(turn->txn, peer->office, peer->pending_assigned, &row, turn->arena);
}

/* The next message of the stream: its entry and its row. */
static enum result
assign(struct turn *turn, struct peer *peer, Yidi__Message *message,
       const ProtobufCBinaryData *attachments, size_t attachment_count)
{
    peer->touched = true;
    peer->pending_assigned++;

    Yidi__Sent sent = YIDI__SENT__INIT;
    sent.to = peer->office;
    sent.sequence = peer->pending_assigned;
    sent.message = message;
    sent.attachments = (ProtobufCBinaryData *)attachments;
    sent.n_attachments = attachment_count;
    Yidi__JournalEntry entry = YIDI__JOURNAL_ENTRY__INIT;
    entry.body_case = YIDI__JOURNAL_ENTRY__BODY_SENT;
    entry.sent = &sent;
    uint64_t leaf;
    enum result result = turn_append(turn, &entry, &leaf);
    if (result == OK)
        result = put_outbox(turn, peer, leaf, message->case_number, attachments, attachment_count);
    struct dossier_message sent_message = { .mine = true, .sequence = peer->pending_assigned };
    memcpy(sent_message.peer, peer->office, sizeof sent_message.peer);
    return result == OK ? dossier_add_message(turn->txn, message->case_number, &sent_message)
                        : result;
}

static enum result
check_message(const Yidi__Message *message, const char *to)
{
    struct refusal broken;
    if (wire_check(&message->base, &broken) == OK)
        return OK;
    log_line(LOG_ERROR, "message_out_of_bounds", "case=%s office=%s field=%s", message->case_number,
             to, broken.field);
    return ERR_DAMAGED; /* what no peer can take would hold up the stream for ever */
}

static enum result
find_blobs(struct turn *turn, const ProtobufCBinaryData *digests, size_t count)
{
    struct bytes unused;
    enum result result = OK;
    for (size_t i = 0; i < count && result == OK; i++)
        result =
            store_get(turn->txn, TABLE_BLOBS, bytes_of(digests[i].data, digests[i].len), &unused);
    return result;
}

enum result
turn_send(struct turn *turn, const char *to, Yidi__Message *message,
          const ProtobufCBinaryData *attachments, size_t attachment_count)
{
    REQUIRE(attachment_count <= ATTACHMENTS_MAX && strlen(to) == OFFICE_CODE_CHARS);
    bool sent = false;
    enum result result = check_message(message, to);
    if (result == OK && turn->redo != NULL)
        result = replay_match(turn, to, message, &sent);
    if (result == OK && !sent)
        result = find_blobs(turn, attachments, attachment_count);
    if (result == OK && !sent)
        result = turn_journal_cause(turn);
    if (result != OK || sent)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    struct peer *peer = peers_take(&turn->office->peers, to);
    if (peer == NULL)
        return ERR_MEMORY;
    if (recovery_holds(peer) || (recovery_bars(peer) && turn->redo == NULL))
        return replay_hold(turn, to, message, attachments, attachment_count);
    if (turn->redo != NULL)
        turn->office->recovery.row.sent_again++;
    return assign(turn, peer, message, attachments, attachment_count);
}

enum result
turn_keep_blob(struct turn *turn, const char *case_number, const struct digest *digest,
               struct bytes data)
{
    struct bytes key = bytes_of(digest->bytes, DIGEST_BYTES), existing;
    enum result result = dossier_add_blob(turn->txn, case_number, key);
    if (result == OK)
        result = store_get(turn->txn, TABLE_BLOBS, key, &existing);
    return result == ERR_ABSENT ? store_put(turn->txn, TABLE_BLOBS, key, data) : result;
}

enum result
turn_answer_blob(struct turn *turn, const ProtobufCBinaryData *digest)
{
    struct bytes blob;
    struct input *input = turn->input;
    if (input->answer_frames == NULL)
        input->answer_frames =
            arena_take(turn->arena, ATTACHMENTS_MAX * sizeof *input->answer_frames);
    if (input->answer_frames == NULL)
        return ERR_MEMORY;
    if (digest->len == 0)
        return ERR_ABSENT;
    REQUIRE(input->answer_frame_count < ATTACHMENTS_MAX);
    enum result result =
        store_get(turn->txn, TABLE_BLOBS, bytes_of(digest->data, digest->len), &blob);
    if (result != OK)
        return result;
    struct bytes copy = arena_copy(turn->arena, blob);
    input->answer_frames[input->answer_frame_count++] = copy;
    return copy.data == NULL ? ERR_MEMORY : OK;
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

enum result
turn_skip_count(struct turn *turn, const char *name, uint64_t value, uint64_t step, uint32_t epochs)
{
    struct bytes stored;
    uint8_t packed[8];
    enum result result = store_get(turn->txn, TABLE_COUNTERS, bytes_of_text(name), &stored);
    if (result == OK && stored.size != 8)
        return ERR_DAMAGED;
    if (result != OK && result != ERR_ABSENT)
        return result;
    if (result == OK && bytes_get_u64(stored.data) > value)
        value = bytes_get_u64(stored.data);
    uint32_t epoch = turn->office->journal.pending_epoch % epochs;
    bytes_put_u64(packed, (value / step + 1 + epoch) * step);
    return store_put(turn->txn, TABLE_COUNTERS, bytes_of_text(name), bytes_of(packed, 8));
}

/* ---- carrying out what a core decided ---- */

static void
fill_hop(const struct turn *turn, enum step step, Yidi__Hop *hop)
{
    bool is_message = turn->input != NULL && turn->input->kind == INPUT_MESSAGE;
    hop->office = (char *)turn->office->journal.office;
    hop->step = (Yidi__Step)step;
    hop->time_ms = turn->now_ms;
    hop->operator_ = (char *)turn->operator;
    if (is_message) {
        hop->peer = turn->input->peer->office;
        hop->sequence = turn->input->sequence;
    }
}

static enum result
save_with_hop(struct turn *turn, struct case_file *file, enum step step)
{
    const struct role *role = turn->office->options.role;
    Yidi__Case *row = file->row;
    Yidi__Hop hop = YIDI__HOP__INIT;
    if (turn->redo == NULL || !redo_find_hop(turn->redo, file, step, &hop))
        fill_hop(turn, step, &hop);
    hop.leaf_index = turn->cause_leaf;
    enum result result = case_trace_add(file->row, hop.office, &hop, turn->arena);
    if (result != OK)
        return result;
    if (!file->stored || (int)row->state != file->stored_state.state) {
        struct policy_case policy;
        result = policies_of_case(turn, row, &policy);
        if (result != OK)
            return result;
        row->changed_ms = turn->now_ms;
        bool open = role->machine->state_open[row->state];
        row->stage_deadline_ms = open ? role->stage_deadline_ms(row, &policy, turn->now_ms) : 0;
        if (open && row->stage_deadline_ms == 0)
            row->stage_deadline_ms = 1; /* whatever a peer wrote: no open case is without a clock */
        row->erase_due_ms = open ? 0 : retention_look_ms(row, &policy, turn->recorded_ms);
        row->erase_warned_ms = 0;
        result = lease_end(turn->txn, row->case_number);
    }
    figures_note_move(turn, file);
    if (result == OK)
        result = case_file_save(file, role->machine, turn->txn, turn->arena);
    return result == OK ? retention_note_late(turn, file) : result;
}

enum result
turn_find_attachments(struct turn *turn, const Yidi__ApplicationForm *form)
{
    ProtobufCBinaryData attachments[ATTACHMENTS_MAX];
    return find_blobs(turn, attachments, form_attachments(form, attachments));
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
    if (incoming_may_have_attachments(kind))
        count = form_attachments(row->form, attachments);
    return turn_send(turn, case_file_office(row, effect->to), &message, attachments, count);
}

/* Of what was lost with the past, the applicant may not have heard yet; of what is old, he has. */
static bool
is_news(const struct turn *turn)
{
    return turn->redo == NULL || !turn->redo->quiet ||
           turn->recorded_ms - turn->now_ms < NEWS_AGE_MAX_MS;
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
        else if (effect->kind == EFFECT_NOTIFY && is_news(turn))
            result = notifier_add(turn, file);
    }
    return result;
}

enum result
turn_advance(struct turn *turn, struct case_file *file, const struct incoming *incoming, int state,
             const struct effects *effects)
{
    enum result result = OK;
    if (incoming != NULL)
        result = case_trace_merge(file->row, turn->office->journal.office, incoming, turn->arena);
    if (result != OK)
        return result;
    file->row->state = (uint32_t)state;
    return turn_carry_out(turn, file, effects);
}

enum result
turn_keep_note(struct turn *turn, struct case_file *file, const char *text)
{
    Yidi__CaseNote *note = arena_take(turn->arena, sizeof *note);
    if (note == NULL)
        return ERR_MEMORY;
    yidi__case_note__init(note);
    note->text = (char *)text;
    file->row->note = note;
    return OK;
}

enum result
turn_set_attention(struct turn *turn, struct case_file *file, const char *code, const char *text,
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
    return OK;
}

enum result
turn_call_attention(struct turn *turn, struct case_file *file, const char *code, const char *text,
                    const char *peer)
{
    enum result result = turn_set_attention(turn, file, code, text, peer);
    if (result == OK)
        result = turn_journal_cause(turn);
    return result == OK
               ? case_file_save(file, turn->office->options.role->machine, turn->txn, turn->arena)
               : result;
}
