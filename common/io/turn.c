/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/turn.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/io/answering.h"
#include "common/io/clock.h"
#include "common/io/due_soon.h"
#include "common/io/exchange.h"
#include "common/io/history.h"
#include "common/io/input.h"
#include "common/io/intake.h"
#include "common/io/log.h"
#include "common/io/notifier.h"
#include "common/io/overdue.h"
#include "common/io/question.h"
#include "common/io/recovery.h"
#include "common/io/retention.h"
#include "common/io/start_hold.h"
#include "common/io/tidy.h"
#include "common/io/wire.h"

enum { RETRY_PAUSE_MS = 5000 };

/* Who reads the store only knows no directory. */
static enum result
note_self(struct turn *turn)
{
    const Yidi__Office *self = office_self(turn->office);
    Yidi__PublicOffice noted = YIDI__PUBLIC_OFFICE__INIT;
    noted.code = self->code;
    noted.name = self->name;
    noted.contact = self->contact;
    struct bytes row = wire_encode(&noted.base, turn->arena);
    return row.data == NULL ? ERR_MEMORY
                            : store_put(turn->txn, TABLE_META, bytes_of_text(OFFICE_SELF_KEY), row);
}

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
    enum result result = turn_append(turn, &entry, &leaf);
    uint8_t row[8 + DIGEST_BYTES];
    bytes_put_u64(row, adopted.version);
    memcpy(row + 8, digest.bytes, DIGEST_BYTES);
    if (result == OK)
        result = store_put(turn->txn, TABLE_META, bytes_of_text(OFFICE_DIRECTORY_KEY),
                           bytes_of(row, sizeof row));
    return result == OK ? note_self(turn) : result;
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
        if (input->kind == INPUT_MESSAGE)
            result = input_message_apply(turn);
        else if (input->kind == INPUT_HISTORY)
            result = history_apply(turn);
        else if (input->kind == INPUT_QUESTION)
            result = answering_apply(turn);
        else
            result = input_command_apply(turn, input);
    }
    if (result != OK)
        return result; /* turn->input is the one that failed */
    turn->input = NULL;
    turn->operator= "";
    return OK;
}

static enum result
fill_transaction(struct turn *turn)
{
    struct office *office = turn->office;
    enum result result = recovery_begin_turn(turn);
    if (result == OK)
        result = policies_journal(turn);
    if (result == OK)
        result = apply_inputs(turn);
    if (result == OK && office->directory_changed)
        result = journal_directory(turn);
    if (result == OK)
        result = overdue_tell(turn);
    if (result == OK)
        result = due_soon_tell(turn);
    if (result == OK)
        result = tidy_run(turn);
    if (result == OK)
        result = retention_erase(turn);
    if (result == OK)
        result = notifier_settle(turn);
    if (result == OK)
        result = figures_save(turn);
    if (result == OK)
        result = recovery_end_turn(turn);
    if (result == OK)
        result = peers_save(&office->peers, turn->txn, turn->arena);
    if (result == OK)
        result = journal_seal(&office->journal, turn->txn, turn->now_ms);
    return result;
}

static void
answer_command(struct office *office, const struct input *input)
{
    const struct office_ports *ports = &office->options.ports;
    size_t count = 1 + input->answer_frame_count;
    struct bytes *frames = arena_take(&office->arena, count * sizeof *frames);
    if (frames == NULL)
        return;
    frames[0] = wire_encode(&input->response.base, &office->arena);
    for (size_t i = 1; i < count; i++)
        frames[i] = input->answer_frames[i - 1];
    if (frames[0].data != NULL &&
        ports->answer(ports->context, &input->client, frames, count) != OK)
        log_line(LOG_INFO, "answer_undelivered", "reason=client_gone_or_slow");
}

static void
refuse_and_answer(struct office *office, struct input *input, const struct refusal *refusal)
{
    if (input_command_refuse(input, refusal, &office->arena) == OK)
        answer_command(office, input);
}

/* The transaction is gone; so is what memory knew of it. */
static void
forget(struct office *office)
{
    journal_rolled_back(&office->journal);
    peers_rolled_back(&office->peers);
    notifier_rolled_back(office);
    recovery_rolled_back(office);
    tidy_rolled_back(office);
    due_soon_rolled_back(office);
    figures_rolled_back(office);
}

/* The office went out of service between taking them and the turn. */
static void
turn_inputs_away(struct office *office)
{
    struct refusal refusal = { 0 };
    (void)!office_turn_away(office, REFUSAL_OFFICE_HALTED, &refusal);
    for (size_t i = 0; i < office->input_count; i++)
        if (office->inputs[i]->kind == INPUT_COMMAND)
            refuse_and_answer(office, office->inputs[i], &refusal);
    forget(office);
}

/* Nothing was committed: commands are told so, messages were not acknowledged and come again. */
static void
give_up(struct office *office, const struct office_time *now, enum result cause)
{
    struct refusal refusal = { 0 };
    (void)refuse(&refusal, REFUSAL_STORE_FULL, "",
                 "nothing was accepted; free space, then try again");
    log_line(LOG_ERROR, "turn_rolled_back", "cause=%d inputs=%zu", (int)cause, office->input_count);
    if (office->rows_due_ms != UINT64_MAX)
        office->rows_due_ms = now->monotonic_ms + RETRY_PAUSE_MS;
    for (size_t i = 0; i < office->input_count; i++)
        if (office->inputs[i]->kind == INPUT_COMMAND)
            refuse_and_answer(office, office->inputs[i], &refusal);
}

/* An input that meets damaged rows must not stop the office for all others: it is left out, and
 * whatever follows it in the same stream. The peer keeps it and sends it again; the trouble shows
 * until somebody has looked. */
static void
set_aside(struct office *office, struct input *culprit)
{
    struct refusal refusal = { 0 };
    size_t kept = 0;
    (void)refuse(&refusal, REFUSAL_STORE_DAMAGED, "",
                 "a stored row that this needs cannot be read");
    if (culprit->kind == INPUT_COMMAND)
        refuse_and_answer(office, culprit, &refusal);
    else if (culprit->kind == INPUT_QUESTION)
        answering_decline(office, culprit, REFUSAL_STORE_DAMAGED);
    else
        culprit->peer->trouble =
            (struct trouble){ .code = TROUBLE_MESSAGE_SET_ASIDE, .numbers = { culprit->sequence } };
    log_line(LOG_ERROR, "input_set_aside", "office=%s sequence=%" PRIu64,
             culprit->peer != NULL ? culprit->peer->office : "", culprit->sequence);
    for (size_t i = 0; i < office->input_count; i++) {
        struct input *input = office->inputs[i];
        bool same_stream = culprit->kind != INPUT_COMMAND && culprit->kind != INPUT_QUESTION &&
                           input->kind == culprit->kind && input->peer == culprit->peer &&
                           input->mine == culprit->mine && input->sequence >= culprit->sequence;
        if (input != culprit && !same_stream)
            office->inputs[kept++] = input;
    }
    office->input_count = kept;
}

/* A command that asks another office is answered when that has. */
static void
answer_input(struct office *office, const struct input *input, const struct office_time *now)
{
    if (input->kind == INPUT_QUESTION)
        answering_reply(office, input);
    else if (input->kind == INPUT_COMMAND && input->question != NULL)
        question_ask(office, input, now);
    else if (input->kind == INPUT_COMMAND)
        answer_command(office, input);
}

static void
follow_commit(struct office *office, const struct office_time *now)
{
    journal_committed(&office->journal);
    peers_committed(&office->peers);
    notifier_committed(office);
    overdue_committed(office);
    retention_committed(office);
    figures_committed(office, now);
    office->directory_changed = false;
    policies_committed(&office->policies);
    office->rows_due_ms = UINT64_MAX;
    office->commits++;
    office->inputs_done += office->input_count;
    for (size_t i = 0; i < office->input_count; i++)
        answer_input(office, office->inputs[i], now);
    exchange_follow_commit(office, now);
    recovery_committed(office, now);
    notifier_hand_over(office, now);
}

static enum result
commit(struct office *office, struct store_txn *take_txn)
{
    uint64_t before_us = clock_monotonic_us();
    enum result result = store_commit(take_txn);
    figures_note_commit(&office->figures, clock_monotonic_us() - before_us);
    return result;
}

/* One transaction, committed or forgotten.
 *
 * ret_culprit  out; the input that failed, NULL when none did. */
static enum result
attempt(struct office *office, const struct office_time *now, struct input **ret_culprit)
{
    struct turn turn = { .office = office,
                         .arena = &office->arena,
                         .now_ms = now->wall_ms,
                         .recorded_ms = now->wall_ms,
                         .operator= "" };
    *ret_culprit = NULL;
    enum result result = store_begin_write(office->options.store, &turn.txn);
    if (result != OK)
        return ERR_IO;
    result = fill_transaction(&turn);
    if (result == OK) {
        result = commit(office, turn.txn);
    } else {
        store_abort(turn.txn);
        *ret_culprit = turn.input;
    }
    if (result != OK)
        forget(office);
    return result;
}

static enum result
run_transaction(struct office *office, const struct office_time *now)
{
    struct input *culprit;
    enum result result = attempt(office, now, &culprit);
    while (result == ERR_DAMAGED && (culprit != NULL || office->recovery.failed.size > 0 ||
                                     overdue_failed(office) || retention_failed(office))) {
        if (culprit != NULL)
            set_aside(office, culprit);
        result = attempt(office, now, &culprit);
    }
    if (result == OK) {
        follow_commit(office, now);
        return OK;
    }
    give_up(office, now, result);
    return result == ERR_FULL || result == ERR_MEMORY ? OK : ERR_IO;
}

enum result
office_turn(struct office *office, const struct office_time *now)
{
    enum result result = OK;
    bool rows_due = now->monotonic_ms >= office->rows_due_ms;
    intake_look(office, now);
    bool in_service = office_out_of_service(office, now->wall_ms) == REFUSAL_NONE;
    bool erases = retention_wants_turn(office, now);
    bool tells = overdue_wants_turn(office, now) || due_soon_wants_turn(office, now);
    bool timed = in_service && (tells || tidy_wants_turn(office, now) || erases);
    in_service |= recovery_wants_turn(office);
    figures_begin_turn(office, now);
    if (in_service && (office->input_count > 0 || rows_due || timed || office->figures.due))
        result = run_transaction(office, now);
    else if (rows_due)
        office->rows_due_ms = now->monotonic_ms + RETRY_PAUSE_MS;
    if (!in_service && office->input_count > 0)
        turn_inputs_away(office);
    if (result == OK) {
        exchange_tick(office, now);
        start_hold_tick(office, now);
        recovery_tick(office, now);
        overdue_schedule(office, now);
        due_soon_schedule(office, now);
        question_tick(office, now);
        tidy_schedule(office, now);
        retention_schedule(office, now);
        figures_end_turn(office, now);
    }
    office->input_count = 0;
    office->input_bytes = 0;
    arena_reset(&office->arena);
    return result;
}

enum result
office_settle(struct office *office, const struct office_time *now)
{
    if (office->rows_due_ms != UINT64_MAX)
        office->rows_due_ms = now->monotonic_ms;
    figures_hurry(office, now);
    return office_turn(office, now);
}
