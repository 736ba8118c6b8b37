/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/batch.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/domain/office_code.h"
#include "common/io/share.h"
#include "production-node/batch_row.h"
#include "production-node/core/order.h"
#include "production-node/waiting_orders.h"

enum {
    LISTED_MAX = 100,
    NUMBERS_LOOKED_AT_MAX = 20000,
    NUMBERS_SKIPPED = 1000,
    EPOCHS_TOLD_APART = 100
};

/* The orders that are chosen for a batch. */
struct choice {
    char (*numbers)[CASE_NUMBER_CHARS + 1];
    size_t count;
};

/* ---- choosing ---- */

/* No card twice: not while an office is away that may know of one. */
static bool
is_wanted(const struct turn *turn, const Yidi__Case *row)
{
    return !share_is_missing(turn, row->acceptance_office) &&
           !share_is_missing(turn, row->registry_office);
}

static enum result
put_into(struct turn *turn, const Yidi__BatchRow *row, const char *case_number)
{
    struct case_file file;
    enum result result = case_file_open(turn->txn, &order_machine, case_number, turn->arena, &file);
    if (result != OK)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    file.row->batch = row->batch;
    turn_begin_act(turn, file.row->case_number, "batch", row->batch);
    result = turn_journal_cause(turn);
    const uint64_t changed_before_ms = file.stored_state.changed_ms;
    if (result == OK)
        result = case_file_save(&file, &order_machine, turn->txn, turn->arena);
    if (result == OK)
        result = waiting_orders_follow(turn, file.row, changed_before_ms);
    return result == OK ? batch_row_put_case(turn->txn, row->batch, case_number) : result;
}

/* ---- making ---- */

static enum result
begin_row(struct turn *turn, const Yidi__BatchMake *command, size_t cards, Yidi__BatchRow **ret_row)
{
    uint64_t number;
    Yidi__BatchRow *row = arena_take(turn->arena, sizeof *row);
    char *name = arena_take(turn->arena, BATCH_BYTES_MAX + 1);
    if (row == NULL || name == NULL)
        return ERR_MEMORY;
    enum result result = turn_count(turn, "batches", &number);
    if (result != OK)
        return result;
    snprintf(name, BATCH_BYTES_MAX + 1, "B-%07" PRIu64, number);
    yidi__batch_row__init(row);
    row->version = 1;
    row->batch = name;
    row->acceptance_office = command->acceptance_office;
    row->machine = command->machine;
    row->operator_ = (char *)turn->operator;
    row->made_ms = turn->now_ms;
    row->cards = (uint32_t)cards;
    *ret_row = row;
    return OK;
}

static enum result
fill_report(Yidi__BatchRow **rows, size_t count, struct arena *arena, Yidi__Response *response,
            Yidi__BatchReport **ret_report)
{
    Yidi__BatchReport *report = arena_take(arena, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    yidi__batch_report__init(report);
    report->batches = rows;
    report->n_batches = count;
    response->body_case = YIDI__RESPONSE__BODY_BATCH;
    response->batch = report;
    *ret_report = report;
    return OK;
}

static enum result
write_batch(struct turn *turn, const Yidi__BatchMake *command, const struct choice *choice,
            Yidi__Response *response)
{
    Yidi__BatchReport *report;
    Yidi__BatchRow **rows = arena_take(turn->arena, sizeof *rows);
    if (rows == NULL)
        return ERR_MEMORY;
    enum result result = begin_row(turn, command, choice->count, &rows[0]);
    if (result == OK)
        result = batch_row_put(turn->txn, rows[0], turn->arena);
    for (size_t i = 0; i < choice->count && result == OK; i++)
        result = put_into(turn, rows[0], choice->numbers[i]);
    return result == OK ? fill_report(rows, 1, turn->arena, response, &report) : result;
}

enum result
batch_make(struct turn *turn, const Yidi__BatchMake *command, Yidi__Response *response,
           struct refusal *ret_refusal)
{
    const size_t room = command->limit == 0 ? BATCH_CARDS_MAX : command->limit;
    struct choice choice = { 0 };
    enum result result = OK;
    if (command->acceptance_office[0] != '\0')
        result = office_code_check(command->acceptance_office, "batch_make.acceptance_office",
                                   ret_refusal);
    choice.numbers = arena_take(turn->arena, room * sizeof *choice.numbers);
    if (choice.numbers == NULL)
        return ERR_MEMORY;
    if (result == OK)
        result = waiting_orders_find(turn, command->acceptance_office, is_wanted, room,
                                     choice.numbers, &choice.count);
    if (result == OK && choice.count == 0)
        return refuse(ret_refusal, REFUSAL_BATCH_EMPTY, "batch_make",
                      "no such order waits that is in no batch yet");
    return result == OK ? write_batch(turn, command, &choice, response) : result;
}

enum result
batch_past_lost(struct turn *turn)
{
    return turn_skip_count(turn, "batches", 0, NUMBERS_SKIPPED, EPOCHS_TOLD_APART);
}

/* ---- looking ---- */

static enum result
list_batches(struct store_txn *txn, struct arena *arena, Yidi__Response *response)
{
    Yidi__BatchRow **rows = arena_take(arena, LISTED_MAX * sizeof *rows);
    Yidi__BatchReport *report;
    struct bytes stored;
    uint64_t number = 0;
    size_t count = 0;
    if (rows == NULL)
        return ERR_MEMORY;
    enum result result = store_get(txn, TABLE_COUNTERS, bytes_of_text("batches"), &stored);
    if (result == OK && stored.size == 8)
        number = bytes_get_u64(stored.data);
    result = result == ERR_ABSENT ? OK : result;
    for (int i = 0; i < NUMBERS_LOOKED_AT_MAX && number > 0 && result == OK && count < LISTED_MAX;
         i++, number--) {
        char name[BATCH_BYTES_MAX + 8];
        snprintf(name, sizeof name, "B-%07" PRIu64, number);
        result = batch_row_find(txn, name, arena, &rows[count], NULL);
        count += result == OK;
        result = result == ERR_REFUSED ? OK : result; /* a number that was skipped */
    }
    return result == OK ? fill_report(rows, count, arena, response, &report) : result;
}

static enum result
read_member(struct store_txn *txn, const char *batch, const char *case_number, struct arena *arena,
            Yidi__BatchMember **ret_member)
{
    struct case_file file;
    Yidi__BatchMember *member = arena_take(arena, sizeof *member);
    if (member == NULL)
        return ERR_MEMORY;
    enum result result = case_file_open(txn, &order_machine, case_number, arena, &file);
    if (result != OK)
        return result == ERR_ABSENT ? ERR_DAMAGED : result;
    yidi__batch_member__init(member);
    member->case_number = file.row->case_number;
    member->state = (char *)order_machine.state_names[file.row->state];
    member->card_serial = file.row->card_serial;
    member->left = strcmp(file.row->batch, batch) != 0;
    *ret_member = member;
    return OK;
}

enum result
batch_show(struct store_txn *txn, const Yidi__BatchQuery *query, struct arena *arena,
           Yidi__Response *response, struct refusal *ret_refusal)
{
    Yidi__BatchReport *report;
    Yidi__BatchRow **rows = arena_take(arena, sizeof *rows);
    char(*numbers)[CASE_NUMBER_CHARS + 1] = arena_take(arena, BATCH_CARDS_MAX * sizeof *numbers);
    size_t count = 0;
    bool last;
    if (rows == NULL || numbers == NULL)
        return ERR_MEMORY;
    if (query->batch[0] == '\0')
        return list_batches(txn, arena, response);
    enum result result = batch_row_find(txn, query->batch, arena, &rows[0], ret_refusal);
    if (result == OK)
        result = fill_report(rows, 1, arena, response, &report);
    if (result == OK)
        result = batch_row_cases(txn, query->batch, "", BATCH_CARDS_MAX, numbers, &count, &last);
    if (result != OK)
        return result;
    report->cards = arena_take(arena, (count + 1) * sizeof *report->cards);
    if (report->cards == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count && result == OK; i++, report->n_cards++)
        result = read_member(txn, query->batch, numbers[i], arena, &report->cards[i]);
    return result;
}
