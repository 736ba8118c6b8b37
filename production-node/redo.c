/* SPDX-License-Identifier: Apache-2.0
 *
 * The acts of a card centre that lost its past, done again as its own messages prove them
 * (common/io/replay.h): cards made and verified, dispatched, found, and orders given back. A card
 * that was made and not yet verified, nobody else saw: it is made again. Batches and receipts of
 * blanks are lost; packages come back with their cards.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/io/incoming.h"
#include "common/io/log.h"
#include "common/io/package.h"
#include "common/io/redo.h"
#include "common/io/turn.h"
#include "production-node/batch.h"
#include "production-node/core/order.h"
#include "production-node/production.h"
#include "production-node/stock_book.h"

/* Serials that may have been given out and that nobody told. */
enum { SERIALS_SKIPPED = 1000000, EPOCHS_TOLD_APART = 1000 }; /* of ten digits */

/* ---- made and verified ---- */

enum result
production_spoil_unseen(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    const struct order_event event = { .kind = file->row->state == ORDER_MADE ? ORDER_CHECK_BAD
                                                                              : ORDER_LOST,
                                       .operator= "",
                                       .card_serial = "" };
    return production_advance(turn, file, NULL, &event, "", ret_refusal);
}

/* An office that has not noticed yet that its past is lost gives serials out again. The card that
 * is proved is there all the same, and may be in its holder's hands: the later one is to be made
 * anew. */
static enum result
warn_of_twin(struct turn *turn, const char *twin, const Yidi__Case *proved, const char *serial)
{
    struct case_file file;
    char text[200];
    const char *case_number = arena_copy_text(turn->arena, twin);
    if (case_number == NULL)
        return ERR_MEMORY;
    log_line(LOG_ERROR, "card_serial_twice", "serial=%s case=%s proved=%s", serial, twin,
             proved->case_number);
    enum result result = case_file_open(turn->txn, &order_machine, case_number, turn->arena, &file);
    if (result != OK || !order_machine.state_open[file.row->state])
        return result == ERR_ABSENT ? OK : result;
    snprintf(
        text, sizeof text,
        "an earlier card, of case %s, has the serial %s, too: this one is no good, make another",
        proved->case_number, serial);
    return turn_call_attention(turn, &file, refusal_name(REFUSAL_CARD_SERIAL_TAKEN), text,
                               proved->registry_office);
}

/* Attempts of which nobody knows any more spoiled a body each. */
static enum result
use_body(struct turn *turn, struct case_file *file, const char *serial, uint32_t attempt,
         struct refusal *ret_refusal)
{
    char twin[CASE_NUMBER_CHARS + 1];
    uint32_t before = file->row->attempt;
    enum result result =
        stock_book_use_proved(turn, serial, file->row->case_number, twin, ret_refusal);
    if (result == OK && twin[0] != '\0')
        result = warn_of_twin(turn, twin, file->row, serial);
    if (result == OK && attempt > before + 1)
        result = stock_book_write_off_unseen(turn, attempt - before - 1);
    return result;
}

/* The message proves that somebody made the card; its trace says who. Another card of the order
 * that waited then for its check, or was missing, was no good. */
static enum result
make_again(struct turn *turn, struct case_file *file, const char *serial, uint32_t attempt,
           struct refusal *ret_refusal)
{
    const char *actor = turn->operator;
    const char *maker = redo_operator(turn->redo, STEP_MADE);
    const struct order_event event = { .kind = ORDER_MAKE, .operator= maker, .card_serial = "" };
    enum result result = OK;
    if (file->row->state == ORDER_MADE || file->row->state == ORDER_MISSING)
        result = production_spoil_unseen(turn, file, ret_refusal);
    struct effects effects = { 0 };
    struct order order;
    if (result == OK)
        result = production_step(file, &event, &order, &effects, ret_refusal);
    if (result == OK)
        result = use_body(turn, file, serial, attempt, ret_refusal);
    if (result != OK)
        return result;
    file->row->card_serial = (char *)serial;
    file->row->attempt = attempt;
    file->row->maker = (char *)maker;
    file->row->checked_by_eye = file->row->checked_by_reader = "";
    turn->operator= maker;
    result = production_advance(turn, file, NULL, &event, "", ret_refusal);
    turn->operator= actor;
    return result;
}

/* The check of the card that came first, as the trace tells it after the card was made; 0 when it
 * does not. */
static unsigned
find_first_check(const struct redo *redo, const char **ret_checker)
{
    unsigned checked = 0;
    for (size_t i = 0; i < redo->own->trace_count; i++) {
        const Yidi__Hop *hop = redo->own->trace[i];
        if (hop->step == YIDI__STEP__MADE)
            checked = 0;
        if (hop->step != YIDI__STEP__CHECKED_BY_EYE && hop->step != YIDI__STEP__CHECKED_BY_READER)
            continue;
        checked = hop->step == YIDI__STEP__CHECKED_BY_EYE ? ORDER_BY_EYE : ORDER_BY_READER;
        *ret_checker = hop->operator_;
    }
    return checked;
}

static enum result
check_again(struct turn *turn, struct case_file *file, unsigned check, const char *checker,
            struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_CHECK_GOOD, .operator= checker, .card_serial = "", .checked = check
    };
    const char *actor = turn->operator;
    file->row->checker = (char *)checker;
    if ((check & ORDER_BY_EYE) != 0)
        file->row->checked_by_eye = (char *)checker;
    if ((check & ORDER_BY_READER) != 0)
        file->row->checked_by_reader = (char *)checker;
    turn->operator= checker;
    enum result result = production_advance(turn, file, NULL, &event, "", ret_refusal);
    turn->operator= actor;
    return result;
}

/* By whom, the message that proves it says; and its trace who made the first of the two checks. */
static enum result
verify_again(struct turn *turn, struct case_file *file, const char *serial, uint32_t attempt,
             const char *checker, struct refusal *ret_refusal)
{
    const char *first_checker = "";
    unsigned first = find_first_check(turn->redo, &first_checker);
    enum result result = OK;
    if (file->row->state != ORDER_MADE || strcmp(file->row->card_serial, serial) != 0)
        result = make_again(turn, file, serial, attempt, ret_refusal);
    bool begun = file->row->checked_by_eye[0] != '\0' || file->row->checked_by_reader[0] != '\0';
    if (result == OK && first != 0 && !begun)
        result = check_again(turn, file, first, first_checker, ret_refusal);
    return result == OK ? check_again(turn, file, ORDER_BY_BOTH & ~first, checker, ret_refusal)
                        : result;
}

/* ---- dispatched ---- */

/* A card that was dispatched was made and verified, even when news of that reached nobody: they are
 * sent now, and no second card is made. One that was missing, and is sent again, was found. */
static enum result
be_verified(struct turn *turn, struct case_file *file, const Yidi__CardDispatched *dispatched,
            struct refusal *ret_refusal)
{
    const struct order_event found = { .kind = ORDER_FOUND,
                                       .operator= redo_operator(turn->redo, STEP_FOUND),
                                       .card_serial = "" };
    bool same = strcmp(file->row->card_serial, dispatched->card_serial) == 0;
    switch ((enum order_state)file->row->state) {
    case ORDER_MISSING:
        if (same)
            return production_advance(turn, file, NULL, &found, "", ret_refusal);
        break;
    case ORDER_ORDERED:
    case ORDER_MADE:
        break;
    default:
        return same ? OK
                    : refuse(ret_refusal, REFUSAL_CARD_SERIAL_MISMATCH,
                             "card_dispatched.card_serial", "another card was made last");
    }
    return verify_again(turn, file, dispatched->card_serial, file->row->attempt + 1,
                        redo_operator(turn->redo, STEP_VERIFIED), ret_refusal);
}

static enum result
dispatch_again(struct turn *turn, struct case_file *file, const Yidi__CardDispatched *dispatched,
               struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_DISPATCH, .operator= turn->operator, .card_serial = "" };
    struct effects effects = { 0 };
    struct order order;
    enum result result = be_verified(turn, file, dispatched, ret_refusal);
    if (result == OK)
        result = production_step(file, &event, &order, &effects, ret_refusal);
    if (result != OK)
        return result;
    file->row->package = dispatched->package;
    result = package_add(turn, file->row, 0);
    return result == OK ? production_advance(turn, file, NULL, &event, "", ret_refusal) : result;
}

/* An answer to the registry came about by taking what it asked. Only when that came back from
 * nowhere, the answer itself is all there is. */
static enum result
answer_again(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    if (production_was_abandoned(turn->redo->own))
        return production_abandon_again(turn, file, ret_refusal);
    if (!turn->redo->last_resort)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "order_withdrawal_answered",
                      "the registry's message comes first");
    return production_withdraw(turn, file, NULL, ret_refusal);
}

enum result
production_redo(struct turn *turn, const struct incoming *own, struct refusal *ret_refusal)
{
    struct case_file file;
    enum result result =
        case_file_open(turn->txn, &order_machine, own->message->case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "the order itself did not come back");
    if (result != OK)
        return result;
    switch (own->message->body_case) {
    case YIDI__MESSAGE__BODY_CARD_MADE:
        return verify_again(turn, &file, own->message->card_made->card_serial,
                            own->message->card_made->attempt, turn->operator, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_DISPATCHED:
        return dispatch_again(turn, &file, own->message->card_dispatched, ret_refusal);
    case YIDI__MESSAGE__BODY_ORDER_WITHDRAWAL_ANSWERED:
        return answer_again(turn, &file, ret_refusal);
    default:
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "message",
                      "a production office does not send this message");
    }
}

/* The highest number among the serials that this office gave out. */
static enum result
find_last_serial(struct turn *turn, uint64_t *ret_number)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    char prefix[OFFICE_CODE_CHARS + 2], digits[16] = { 0 };
    struct bytes key, value;
    *ret_number = 0;
    snprintf(prefix, sizeof prefix, "%s-", turn->office->journal.office);
    enum result result =
        store_cursor_open(turn->txn, TABLE_SERIALS, bytes_of_text(prefix), &cursor);
    if (result == OK)
        result = store_cursor_last(cursor, &key, &value);
    if (result == OK && key.size == OFFICE_CODE_CHARS + 1 + 10) {
        memcpy(digits, key.data + OFFICE_CODE_CHARS + 1, 10);
        *ret_number = strtoull(digits, NULL, 10);
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
production_resume(struct turn *turn)
{
    uint64_t last;
    enum result result = find_last_serial(turn, &last);
    if (result == OK)
        result = turn_skip_count(turn, "cards", last, SERIALS_SKIPPED, EPOCHS_TOLD_APART);
    if (result == OK)
        result = batch_past_lost(turn);
    return result == OK ? stock_book_past_lost(turn) : result;
}
