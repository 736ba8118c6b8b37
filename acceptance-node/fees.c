/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/fees.h"

#include <inttypes.h>
#include <stdio.h>

#include "acceptance-node/core/application.h"
#include "acceptance-node/fee_rows.h"
#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"

/* When it happened. What another office's message brings about, its own clock dates, but neither
 * before the application nor after now: the same message says the same after a recovery. */
static uint64_t
happened_ms(const struct turn *turn, const Yidi__Case *row)
{
    const struct input *input = turn->input;
    uint64_t time_ms = turn->now_ms;
    if (input != NULL && input->kind == INPUT_MESSAGE && input->envelope.entry->time_ms < time_ms)
        time_ms = input->envelope.entry->time_ms;
    return time_ms < row->accepted_ms ? row->accepted_ms : time_ms;
}

static Yidi__FeeEntry
entry_of(const Yidi__Case *row, Yidi__FeeItem item, Yidi__FeeMove move, uint64_t amount_fen)
{
    Yidi__FeeEntry entry = YIDI__FEE_ENTRY__INIT;
    entry.case_number = row->case_number;
    entry.item = item;
    entry.move = move;
    entry.amount_fen = (uint32_t)amount_fen;
    entry.kind = row->form->kind;
    entry.waiver = row->form->fee_waiver;
    return entry;
}

static enum result
enter(struct turn *turn, Yidi__FeeEntry *entry, uint64_t time_ms, const char *clerk)
{
    entry->time_ms = time_ms;
    if (entry->day == 0)
        entry->day = civil_date_of_ms(time_ms);
    entry->clerk = (char *)clerk;
    return fee_rows_put(turn->txn, entry, turn->arena);
}

/* ---- what follows from a state ---- */

/* Whoever had a card once, and found a fault in it, paid for that one. */
static bool
ends_without_card(const Yidi__Case *row)
{
    bool collected_once = row->collection != NULL && row->collection->collected_ms != 0;
    return row->state == APPLICATION_REFUSED || row->state == APPLICATION_WITHDRAWN ||
           (row->state == APPLICATION_ABANDONED && !collected_once);
}

/* The fee of a case, taken when it was accepted; entered once. */
static enum result
enter_taken(struct turn *turn, const Yidi__Case *row, struct fee_sums *sums)
{
    Yidi__FeeEntry entry =
        entry_of(row, YIDI__FEE_ITEM__CARD_FEE, YIDI__FEE_MOVE__FEE_TAKEN, row->form->fee_fen);
    if (sums->taken_count > 0)
        return OK;
    sums->taken_fen = entry.amount_fen;
    return enter(turn, &entry, row->accepted_ms, row->clerk);
}

/* What was taken and is not due back yet, is now. */
static enum result
enter_refund_due(struct turn *turn, const Yidi__Case *row, const struct fee_sums *sums)
{
    Yidi__FeeEntry entry = entry_of(row, YIDI__FEE_ITEM__CARD_FEE, YIDI__FEE_MOVE__FEE_REFUND_DUE,
                                    sums->taken_fen - sums->refund_due_fen);
    return entry.amount_fen == 0 ? OK : enter(turn, &entry, happened_ms(turn, row), row->clerk);
}

enum result
fees_follow(struct turn *turn, const Yidi__Case *row, int state_before)
{
    struct fee_sums sums;
    bool ends = (int)row->state != state_before && ends_without_card(row);
    if (state_before != APPLICATION_ABSENT && !ends)
        return OK;
    enum result result =
        fee_rows_sum(turn->txn, row->case_number, YIDI__FEE_ITEM__CARD_FEE, turn->arena, &sums);
    if (result == OK)
        result = enter_taken(turn, row, &sums);
    return result == OK && ends ? enter_refund_due(turn, row, &sums) : result;
}

enum result
fees_take_temporary(struct turn *turn, const Yidi__Case *row, const Yidi__TemporaryCard *card)
{
    struct fee_sums sums;
    Yidi__FeeEntry entry =
        entry_of(row, YIDI__FEE_ITEM__TEMPORARY_CARD_FEE, YIDI__FEE_MOVE__FEE_TAKEN, card->fee_fen);
    enum result result = fee_rows_sum(turn->txn, row->case_number, entry.item, turn->arena, &sums);
    if (result != OK || sums.taken_count > 0)
        return result;
    entry.waiver = YIDI__FEE_WAIVER__NO_WAIVER;
    return enter(turn, &entry, card->issued_ms, card->clerk);
}

enum result
fees_forget(struct turn *turn, const char *case_number)
{
    struct fee_sums sums;
    char window[OFFICE_CODE_CHARS + 1];
    Yidi__FeeEntry entry = YIDI__FEE_ENTRY__INIT;
    case_number_office(case_number, window);
    if (strcmp(window, turn->office->journal.office) != 0)
        return OK;
    entry.case_number = (char *)case_number;
    entry.item = YIDI__FEE_ITEM__CARD_FEE;
    entry.move = YIDI__FEE_MOVE__FEE_UNKNOWN;
    entry.day = case_number_date(case_number);
    enum result result = fee_rows_sum(turn->txn, case_number, entry.item, turn->arena, &sums);
    if (result != OK || sums.taken_count + sums.unknown_count > 0)
        return result;
    return enter(turn, &entry, civil_date_start_ms(entry.day), "");
}

/* ---- refund ---- */

static enum result
refuse_refund(const struct fee_sums *sums, struct refusal *ret_refusal)
{
    char day[CIVIL_DATE_TEXT_BYTES];
    if (sums->refunded_count == 0)
        return refuse(ret_refusal, REFUSAL_REFUND_NOT_DUE, "case_number",
                      "a fee is paid back when the application was refused or abandoned, or "
                      "withdrawn before the card was made");
    civil_date_format(sums->refunded_day, day);
    return refuse(ret_refusal, REFUSAL_REFUND_PAID, "case_number",
                  "%" PRIu64 ".%02" PRIu64 " yuan were paid back on %s", sums->refunded_fen / 100,
                  sums->refunded_fen % 100, day);
}

static enum result
answer_refund(const Yidi__FeeEntry *entry, struct arena *arena, Yidi__Response *response)
{
    Yidi__Refunded *refunded = arena_take(arena, sizeof *refunded);
    if (refunded == NULL)
        return ERR_MEMORY;
    yidi__refunded__init(refunded);
    refunded->case_number = entry->case_number;
    refunded->amount_fen = entry->amount_fen;
    refunded->day = entry->day;
    response->body_case = YIDI__RESPONSE__BODY_REFUNDED;
    response->refunded = refunded;
    return OK;
}

/* Never before the day on which it became due, whatever the clock did: each day's ledger balances.
 */
static enum result
pay_back(struct turn *turn, const Yidi__Case *row, const struct fee_sums *sums,
         Yidi__Response *response)
{
    Yidi__FeeEntry entry = entry_of(row, YIDI__FEE_ITEM__CARD_FEE, YIDI__FEE_MOVE__FEE_REFUNDED,
                                    sums->refund_due_fen - sums->refunded_fen);
    uint32_t today = civil_date_of_ms(turn->now_ms);
    char detail[40];
    entry.day = today > sums->refund_due_day ? today : sums->refund_due_day;
    snprintf(detail, sizeof detail, "%" PRIu32 " fen", entry.amount_fen);
    turn_begin_act(turn, row->case_number, "refund", detail);
    enum result result = turn_journal_cause(turn);
    if (result == OK)
        result = enter(turn, &entry, turn->now_ms, turn->operator);
    turn->act_detail = "";
    return result == OK ? answer_refund(&entry, turn->arena, response) : result;
}

enum result
fees_refund(struct turn *turn, const Yidi__Refund *refund, Yidi__Response *response,
            struct refusal *ret_refusal)
{
    struct case_file file;
    struct fee_sums sums;
    enum result result =
        case_file_open(turn->txn, &application_machine, refund->case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "no such case at this office");
    if (result == OK)
        result = fee_rows_sum(turn->txn, refund->case_number, YIDI__FEE_ITEM__CARD_FEE, turn->arena,
                              &sums);
    if (result == OK && sums.refund_due_fen == sums.refunded_fen)
        return refuse_refund(&sums, ret_refusal);
    return result == OK ? pay_back(turn, file.row, &sums, response) : result;
}

/* ---- looking at it ---- */

static enum result
check_days(const Yidi__Fees *fees, struct refusal *ret_refusal)
{
    enum result result = civil_date_check(fees->date, "fees.date", ret_refusal);
    if (result == OK)
        result = civil_date_check(fees->until, "fees.until", ret_refusal);
    if (result == OK && fees->until < fees->date)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "fees.until",
                      "not before the first day");
    return result;
}

enum result
fees_list(struct store_txn *txn, const Yidi__Fees *fees, struct arena *arena,
          Yidi__Response *response, struct refusal *ret_refusal)
{
    Yidi__FeeList *list = arena_take(arena, sizeof *list);
    if (list == NULL)
        return ERR_MEMORY;
    yidi__fee_list__init(list);
    enum result result = check_days(fees, ret_refusal);
    if (result == OK)
        result = fee_rows_due_before(txn, fees->date, arena, &list->due_before_fen);
    if (result == OK)
        result = fees->case_number[0] == '\0' ? fee_rows_page(txn, fees, arena, list, ret_refusal)
                                              : fee_rows_of_case(txn, fees, arena, list);
    response->body_case = YIDI__RESPONSE__BODY_FEES;
    response->fees = list;
    return result;
}

enum result
fees_look(struct store_txn *txn, uint64_t now_ms, struct arena *arena, struct role_look *ret_look)
{
    uint32_t today = civil_date_of_ms(now_ms);
    Yidi__FeeDay sum;
    enum result result = fee_rows_day(txn, today, arena, &sum);
    if (result == OK)
        result = fee_rows_still_due(txn, civil_date_add_days(today, -REFUND_LONG_DAYS), arena,
                                    &ret_look->refund_long_due_fen);
    if (result != OK)
        return result;
    ret_look->has_fees = true;
    ret_look->taken_fen = sum.taken_fen;
    ret_look->refunded_fen = sum.refunded_fen;
    return OK;
}
