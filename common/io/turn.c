/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/turn.h"

#include "common/io/exchange.h"
#include "common/io/input.h"
#include "common/io/log.h"
#include "common/io/notifier.h"
#include "common/io/wire.h"

enum { ROLLBACK_PAUSE_MS = 5000 };

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
    return turn_append(turn, &entry, &leaf);
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
        result = input->kind == INPUT_MESSAGE ? input_message_apply(turn)
                                              : input_command_apply(turn, input);
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
roll_back(struct office *office, const struct office_time *now, enum result cause)
{
    struct refusal refusal = { 0 };
    (void)refuse(&refusal, REFUSAL_STORE_FULL, "",
                 "nothing was accepted; free space, then try again");
    log_line(LOG_ERROR, "turn_rolled_back", "cause=%d inputs=%zu", (int)cause, office->input_count);
    journal_rolled_back(&office->journal);
    peers_rolled_back(&office->peers);
    notifier_rolled_back(office);
    if (office->rows_due_ms != UINT64_MAX)
        office->rows_due_ms = now->monotonic_ms + ROLLBACK_PAUSE_MS;
    for (size_t i = 0; i < office->input_count; i++)
        if (office->inputs[i]->kind == INPUT_COMMAND &&
            input_command_refuse(office->inputs[i], &refusal, &office->arena) != OK)
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
    roll_back(office, now, result);
    return result == ERR_FULL || result == ERR_MEMORY ? OK : ERR_IO;
}

enum result
office_turn(struct office *office, const struct office_time *now)
{
    enum result result = OK;
    bool rows_due = now->monotonic_ms >= office->rows_due_ms;
    if (office->input_count > 0 || rows_due)
        result = run_transaction(office, now);
    if (result == OK)
        exchange_tick(office, now);
    office->input_count = 0;
    office->input_bytes = 0;
    arena_reset(&office->arena);
    return result;
}
