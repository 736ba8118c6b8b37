/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/temporary.h"

#include "acceptance-node/collection.h"
#include "acceptance-node/core/application.h"
#include "acceptance-node/core/handover.h"
#include "acceptance-node/fees.h"
#include "acceptance-node/temporary_out.h"
#include "common/core/format.h"
#include "common/domain/civil_date.h"
#include "common/io/policies.h"

Yidi__TemporaryCard *
temporary_of(const Yidi__Case *row)
{
    return row->collection != NULL ? row->collection->temporary_card : NULL;
}

enum result
temporary_allowed(struct turn *turn, const Yidi__Case *row, struct temporary_terms *ret_terms,
                  struct refusal *ret_refusal)
{
    struct policy_case policy;
    enum result result = policies_of_case(turn, row, &policy);
    if (result == OK && policy_of_case(&policy, POLICY_TEMPORARY_ALLOWED) == 0)
        return refuse(ret_refusal, REFUSAL_TEMPORARY_NOT_ALLOWED, "case_number",
                      "the policy of this province gives none");
    if (result != OK)
        return result;
    ret_terms->months = policy_of_case(&policy, POLICY_TEMPORARY_VALIDITY);
    ret_terms->fee_fen = policy_of_case(&policy, POLICY_FEE_TEMPORARY);
    return OK;
}

/* No two cases have the same card. */
static enum result
keep_serial(struct turn *turn, const char *serial, const char *case_number,
            struct refusal *ret_refusal)
{
    struct bytes taken;
    enum result result = store_get(turn->txn, TABLE_SERIALS, bytes_of_text(serial), &taken);
    if (result == OK && bytes_equal(taken, bytes_of_text(case_number)))
        return OK;
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_TAKEN, "card_serial",
                      "a temporary card of this serial was given for another application");
    return result == ERR_ABSENT ? store_put(turn->txn, TABLE_SERIALS, bytes_of_text(serial),
                                            bytes_of_text(case_number))
                                : result;
}

/* Put a copy into the row, enter its fee. */
static enum result
attach(struct turn *turn, struct case_file *file, const Yidi__TemporaryCard *card)
{
    Yidi__TemporaryCard *copy = arena_take(turn->arena, sizeof *copy);
    enum result result = collection_open(file, turn->arena);
    if (result != OK || copy == NULL)
        return result == OK ? ERR_MEMORY : result;
    *copy = *card;
    file->row->collection->temporary_card = copy;
    if (copy->end == YIDI__TEMPORARY_CARD_END__STILL_OUT)
        result = temporary_out_put(turn->txn, file->row);
    return result == OK ? fees_take_temporary(turn, file->row, copy) : result;
}

static enum result
check(struct turn *turn, const Yidi__IssueTemporary *issue, const Yidi__Case *row,
      struct temporary_terms *ret_terms, struct refusal *ret_refusal)
{
    enum result result =
        handover_check_temporary((int)row->state, temporary_of(row) != NULL, ret_refusal);
    if (result == OK)
        result = temporary_allowed(turn, row, ret_terms, ret_refusal);
    return result == OK ? keep_serial(turn, issue->card_serial, row->case_number, ret_refusal)
                        : result;
}

static enum result
give(struct turn *turn, struct case_file *file, const Yidi__IssueTemporary *issue,
     const struct temporary_terms *terms)
{
    Yidi__TemporaryCard card = YIDI__TEMPORARY_CARD__INIT;
    card.card_serial = issue->card_serial;
    card.issued_ms = turn->now_ms;
    card.valid_from = civil_date_of_ms(turn->now_ms);
    card.valid_until = handover_temporary_until(card.valid_from, terms->months);
    card.fee_fen = terms->fee_fen;
    card.clerk = (char *)turn->operator;
    turn_begin_act(turn, issue->case_number, "temporary-card", issue->card_serial);
    enum result result = turn_journal_cause(turn);
    if (result == OK)
        result = attach(turn, file, &card);
    return result == OK ? case_file_save(file, &application_machine, turn->txn, turn->arena)
                        : result;
}

enum result
temporary_issue(struct turn *turn, const Yidi__IssueTemporary *issue, Yidi__Response *response,
                struct refusal *ret_refusal)
{
    struct case_file file;
    struct temporary_terms terms;
    enum result result =
        case_file_open(turn->txn, &application_machine, issue->case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "no such case at this office");
    if (result == OK)
        result = check(turn, issue, file.row, &terms, ret_refusal);
    if (result == OK)
        result = give(turn, &file, issue, &terms);
    if (result != OK)
        return result;
    response->body_case = YIDI__RESPONSE__BODY_TEMPORARY_CARD;
    response->temporary_card = temporary_of(file.row);
    return OK;
}

enum result
temporary_end(struct turn *turn, Yidi__Case *row, Yidi__TemporaryCardEnd end)
{
    Yidi__TemporaryCard *card = temporary_of(row);
    if (card == NULL || card->end != YIDI__TEMPORARY_CARD_END__STILL_OUT ||
        end == YIDI__TEMPORARY_CARD_END__STILL_OUT)
        return OK;
    card->end = end;
    return temporary_out_delete(turn->txn, row);
}

static enum result
take_back(struct turn *turn, struct case_file *file, const Yidi__ReturnTemporary *command)
{
    enum { DETAIL_BYTES = 400 };
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    format_text(detail, DETAIL_BYTES, "%s %s: %s", temporary_of(file->row)->card_serial,
                command->lost ? "lost" : "handed back", command->text);
    turn_begin_act(turn, command->case_number, "temporary-return", detail);
    enum result result = turn_journal_cause(turn);
    if (result == OK)
        result = temporary_end(turn, file->row,
                               command->lost ? YIDI__TEMPORARY_CARD_END__REPORTED_LOST
                                             : YIDI__TEMPORARY_CARD_END__HANDED_BACK);
    return result == OK ? case_file_save(file, &application_machine, turn->txn, turn->arena)
                        : result;
}

enum result
temporary_return(struct turn *turn, const Yidi__ReturnTemporary *command, Yidi__Response *response,
                 struct refusal *ret_refusal)
{
    struct case_file file;
    enum result result =
        case_file_open(turn->txn, &application_machine, command->case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "no such case at this office");
    if (result != OK)
        return result;
    const Yidi__TemporaryCard *card = temporary_of(file.row);
    if (card == NULL || card->end != YIDI__TEMPORARY_CARD_END__STILL_OUT)
        return refuse(ret_refusal, REFUSAL_TEMPORARY_CARD_NOT_OUT, "case_number",
                      card == NULL ? "none was given" : "it is back, or lost, already");
    result = take_back(turn, &file, command);
    if (result != OK)
        return result;
    response->body_case = YIDI__RESPONSE__BODY_TEMPORARY_CARD;
    response->temporary_card = temporary_of(file.row);
    return OK;
}

enum result
temporary_restore(struct turn *turn, struct case_file *file, const Yidi__TemporaryCard *card)
{
    if (temporary_of(file->row) != NULL)
        return OK;
    enum result result = keep_serial(turn, card->card_serial, file->row->case_number, NULL);
    if (result == OK || result == ERR_REFUSED) /* what was given twice was given */
        result = attach(turn, file, card);
    return result;
}
