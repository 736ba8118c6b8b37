/* SPDX-License-Identifier: Apache-2.0
 *
 * withdraw - the registry wants an order back. It gets it unless a card is made, and is told either
 * way.
 *
 * When a lost past is done again, the answer that was given then stands: of a card that was made
 * and not yet verified nothing is left, and the registry was told all the same that it was too
 * late.
 */
#include "common/io/incoming.h"
#include "common/io/redo.h"
#include "common/io/turn.h"
#include "production-node/core/order.h"
#include "production-node/production.h"

/* What was answered in the lost past; NULL when no answer is known. */
static const Yidi__OrderWithdrawalAnswered *
find_answer(const struct redo *redo)
{
    const Yidi__Message *message = redo->own != NULL ? redo->own->message : redo->wanted_by;
    return message != NULL && message->body_case == YIDI__MESSAGE__BODY_ORDER_WITHDRAWAL_ANSWERED
               ? message->order_withdrawal_answered
               : NULL;
}

static enum result
refuse_now(struct refusal *ret_refusal)
{
    return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "order_withdrawn",
                  "other messages about this order come first");
}

/* A card that waited for its check, or was traced, was found to be no good before. */
static enum result
withdraw_as_answered(struct turn *turn, struct case_file *file,
                     const Yidi__OrderWithdrawalAnswered *answer, struct order_event *event,
                     struct refusal *ret_refusal)
{
    enum result result = OK;
    if (!answer->withdrawn && file->row->state == ORDER_ORDERED)
        event->kind = ORDER_WITHDRAW_LATE;
    else if (answer->withdrawn &&
             (file->row->state == ORDER_MADE || file->row->state == ORDER_MISSING))
        result = production_spoil_unseen(turn, file, ret_refusal);
    else if (answer->withdrawn && file->row->state != ORDER_ORDERED &&
             file->row->state != ORDER_ABANDONED)
        result = refuse_now(ret_refusal);
    return result;
}

/* Once a card was good, the registry was told so, or will be: it denies the withdrawal, and so do
 * we, even while another card is made in place of a lost or broken one. */
static bool
was_good_once(const struct turn *turn, const Yidi__Case *row)
{
    for (size_t i = 0; i < row->n_trace; i++)
        if (row->trace[i]->step == YIDI__STEP__VERIFIED &&
            strcmp(row->trace[i]->office, turn->office->journal.office) == 0)
            return true;
    return false;
}

/* Of a case that has ended at the registry, no card is wanted any more. */
static bool
has_ended(const struct incoming *incoming)
{
    return incoming != NULL && incoming->message->order_withdrawn->ended;
}

enum result
production_withdraw(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                    struct refusal *ret_refusal)
{
    struct order_event event = { .kind = ORDER_WITHDRAW, .operator= "", .card_serial = "" };
    const Yidi__OrderWithdrawalAnswered *answer =
        turn->redo == NULL ? NULL : find_answer(turn->redo);
    enum result result = OK;
    if (answer != NULL)
        result = withdraw_as_answered(turn, file, answer, &event, ret_refusal);
    else if (turn->redo != NULL && turn->redo->evidence)
        result = refuse_now(ret_refusal); /* its answer comes later in the journal */
    else if (file->row->state == ORDER_ORDERED && !has_ended(incoming) &&
             was_good_once(turn, file->row))
        event.kind = ORDER_WITHDRAW_LATE;
    if (has_ended(incoming))
        file->row->unwanted = true;
    if (result == OK)
        result = production_advance(turn, file, incoming, &event, "", ret_refusal);
    if (result == OK && has_ended(incoming) && order_machine.state_open[file->row->state])
        result = turn_call_attention(turn, file, "CARD_NOT_VALID",
                                     "the registry has ended the case: make nothing more for it",
                                     incoming->from);
    return result;
}
