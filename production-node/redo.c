/* SPDX-License-Identifier: Apache-2.0
 *
 * The acts of a card centre that lost its past, done again as its own messages prove them
 * (common/io/replay.h): cards made and verified, and dispatched. A card that was made and not yet
 * verified, nobody else saw: it is made again.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/io/incoming.h"
#include "common/io/redo.h"
#include "common/io/turn.h"
#include "production-node/core/order.h"
#include "production-node/production.h"

/* Serials that may have been given out and that nobody told. */
enum { SERIALS_SKIPPED = 1000000, EPOCHS_TOLD_APART = 1000 }; /* of ten digits */

static enum result
advance(struct turn *turn, struct case_file *file, const struct order_event *event,
        struct refusal *ret_refusal)
{
    struct effects effects = { 0 };
    struct order order;
    enum result result = production_step(file, event, &order, &effects, ret_refusal);
    return result == OK ? turn_advance(turn, file, NULL, order.state, &effects) : result;
}

static enum result
keep_serial(struct turn *turn, const struct case_file *file, const char *serial,
            struct refusal *ret_refusal)
{
    struct bytes taken;
    enum result result = store_get(turn->txn, TABLE_SERIALS, bytes_of_text(serial), &taken);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_TAKEN, "card_made.card_serial",
                      "another order has a card of this serial by now");
    if (result != ERR_ABSENT)
        return result;
    return store_put(turn->txn, TABLE_SERIALS, bytes_of_text(serial),
                     bytes_of(file->row->case_number, CASE_NUMBER_CHARS));
}

/* The message proves that somebody made the card; its trace says who. */
static enum result
make_again(struct turn *turn, struct case_file *file, const char *serial, uint32_t attempt,
           struct refusal *ret_refusal)
{
    const char *actor = turn->operator;
    const char *maker = redo_operator(turn->redo, STEP_MADE);
    const struct order_event event = { .kind = ORDER_MAKE, .operator= maker, .card_serial = "" };
    struct effects effects = { 0 };
    struct order order;
    enum result result = production_step(file, &event, &order, &effects, ret_refusal);
    if (result == OK)
        result = keep_serial(turn, file, serial, ret_refusal);
    if (result != OK)
        return result;
    file->row->card_serial = (char *)serial;
    file->row->attempt = attempt;
    file->row->maker = (char *)maker;
    turn->operator= maker;
    result = turn_advance(turn, file, NULL, order.state, &effects);
    turn->operator= actor;
    return result;
}

/* By whom, the message that proves it says. */
static enum result
verify_again(struct turn *turn, struct case_file *file, const char *serial, uint32_t attempt,
             const char *checker, struct refusal *ret_refusal)
{
    const struct order_event event = { .kind = ORDER_CHECK_GOOD,
                                       .operator= checker,
                                       .card_serial = "" };
    const char *actor = turn->operator;
    enum result result = OK;
    if (file->row->state != ORDER_MADE || strcmp(file->row->card_serial, serial) != 0)
        result = make_again(turn, file, serial, attempt, ret_refusal);
    if (result != OK)
        return result;
    file->row->checker = (char *)checker;
    turn->operator= checker;
    result = advance(turn, file, &event, ret_refusal);
    turn->operator= actor;
    return result;
}

/* A card that was dispatched was made and verified, even when news of that reached nobody: they are
 * sent now, and no second card is made. */
static enum result
dispatch_again(struct turn *turn, struct case_file *file, const Yidi__CardDispatched *dispatched,
               struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_DISPATCH, .operator= turn->operator, .card_serial = "" };
    enum result result = OK;
    if (file->row->state == ORDER_ORDERED || file->row->state == ORDER_MADE)
        result = verify_again(turn, file, dispatched->card_serial, file->row->attempt + 1,
                              redo_operator(turn->redo, STEP_VERIFIED), ret_refusal);
    else if (strcmp(file->row->card_serial, dispatched->card_serial) != 0)
        result = refuse(ret_refusal, REFUSAL_CARD_SERIAL_MISMATCH, "card_dispatched.card_serial",
                        "another card was made last");
    if (result != OK)
        return result;
    file->row->package = dispatched->package;
    return advance(turn, file, &event, ret_refusal);
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
    return result == OK ? turn_skip_count(turn, "cards", last, SERIALS_SKIPPED, EPOCHS_TOLD_APART)
                        : result;
}
