/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/production.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/domain/deadline.h"
#include "common/io/incoming.h"
#include "common/io/share.h"
#include "common/io/turn.h"
#include "production-node/core/order.h"

enum { ATTEMPTS_MAX = 1000, CARD_SERIAL_BYTES = 41 };

/* ---- deadlines ---- */

static uint64_t
stage_deadline_ms(const Yidi__Case *row, uint64_t now_ms)
{
    if (row->state == ORDER_DELIVERED) /* the card is there; the citizen may take time */
        return deadline_ms(DEADLINE_COLLECTION, now_ms);
    uint64_t stage_ms = deadline_ms(DEADLINE_PRODUCTION, now_ms);
    return stage_ms < row->statutory_deadline_ms ? stage_ms : row->statutory_deadline_ms;
}

/* ---- outgoing messages ---- */

static enum result
fill_message(struct turn *turn, const struct case_file *file, enum message_kind kind,
             Yidi__Message *message)
{
    struct {
        Yidi__CardMade made;
        Yidi__CardDispatched dispatched;
        Yidi__Hop *trace[64];
    } *bodies = arena_take(turn->arena, sizeof *bodies);
    if (bodies == NULL)
        return ERR_MEMORY;
    size_t count = case_file_own_trace(file, turn->office->journal.office, bodies->trace, 64);
    message->body_case = (Yidi__Message__BodyCase)kind;
    if (kind == MESSAGE_CARD_MADE) {
        yidi__card_made__init(&bodies->made);
        bodies->made.card_serial = file->row->card_serial;
        bodies->made.attempt = file->row->attempt;
        bodies->made.trace = bodies->trace;
        bodies->made.n_trace = count;
        message->card_made = &bodies->made;
    } else {
        REQUIRE(kind == MESSAGE_CARD_DISPATCHED);
        yidi__card_dispatched__init(&bodies->dispatched);
        bodies->dispatched.card_serial = file->row->card_serial;
        bodies->dispatched.package = file->row->package;
        bodies->dispatched.trace = bodies->trace;
        bodies->dispatched.n_trace = count;
        message->card_dispatched = &bodies->dispatched;
    }
    return OK;
}

/* ---- steps ---- */

/* Only decides: what a decision needs besides (a serial, say) is found before anything is written.
 */
enum result
production_step(const struct case_file *file, const struct order_event *event,
                struct order *ret_order, struct effects *effects, struct refusal *ret_refusal)
{
    *ret_order = (struct order){ .state = (int)file->row->state,
                                 .maker = file->row->maker,
                                 .card_serial = file->row->card_serial };
    return order_step(ret_order, event, effects, ret_refusal);
}

/* ---- incoming messages ---- */

static enum result
take_message(struct turn *turn, struct case_file *file, const struct incoming *incoming,
             struct refusal *ret_refusal)
{
    const Yidi__Message *message = incoming->message;
    struct order_event event = { .operator= "" };
    struct effects effects = { 0 };
    switch (message->body_case) {
    case YIDI__MESSAGE__BODY_CARD_RECEIVED:
        event.kind =
            message->card_received->defective ? ORDER_ARRIVED_DEFECTIVE : ORDER_ARRIVED_WELL;
        event.card_serial = message->card_received->card_serial;
        break;
    case YIDI__MESSAGE__BODY_CARD_COLLECTED:
        event.kind = ORDER_COLLECTED;
        event.card_serial = message->card_collected->card_serial;
        break;
    case YIDI__MESSAGE__BODY_MESSAGE_REFUSED:
        return turn_call_attention(turn, file, message->message_refused->code,
                                   message->message_refused->text, incoming->from);
    default:
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "message",
                      "a production office does not take this message");
    }
    struct order order;
    enum result result = production_step(file, &event, &order, &effects, ret_refusal);
    return result == OK ? turn_advance(turn, file, incoming, order.state, &effects) : result;
}

/* ---- decisions ---- */

/* Every card body has its own serial, whether the office numbers it or the maker names it. */
static enum result
take_serial(struct turn *turn, const struct case_file *file, const char *given,
            struct refusal *ret_refusal)
{
    char *serial = arena_take(turn->arena, CARD_SERIAL_BYTES);
    struct bytes taken;
    uint64_t number;
    if (serial == NULL)
        return ERR_MEMORY;
    snprintf(serial, CARD_SERIAL_BYTES, "%s", given);
    enum result result = OK;
    if (given[0] == '\0') {
        result = turn_count(turn, "cards", &number);
        snprintf(serial, CARD_SERIAL_BYTES, "%s-%010" PRIu64, turn->office->journal.office, number);
    }
    if (result == OK)
        result = store_get(turn->txn, TABLE_SERIALS, bytes_of_text(serial), &taken);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_TAKEN, "decide.card_serial",
                      "each card body is used once");
    if (result != ERR_ABSENT)
        return result;
    file->row->card_serial = serial;
    return store_put(turn->txn, TABLE_SERIALS, bytes_of_text(serial),
                     bytes_of(file->row->case_number, CASE_NUMBER_CHARS));
}

static enum result
make(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
     struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_MAKE, .operator= turn->operator, .card_serial = "" };
    struct effects effects = { 0 };
    if (decide->card_serial[0] != '\0' && decide->n_case_numbers != 1)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.card_serial",
                      "a serial can be given for one case at a time");
    if (share_is_missing(turn, file->row->acceptance_office) ||
        share_is_missing(turn, file->row->registry_office))
        return refuse(ret_refusal, REFUSAL_OFFICE_RECOVERING, "decide.verb",
                      "a card may be made already; wait until the offices of this case are back");
    if (file->row->attempt == ATTEMPTS_MAX)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "attempt",
                      "made %d times; something else is wrong", ATTEMPTS_MAX);
    struct order order;
    enum result result = production_step(file, &event, &order, &effects, ret_refusal);
    if (result == OK)
        result = take_serial(turn, file, decide->card_serial, ret_refusal);
    if (result != OK)
        return result;
    file->row->maker = (char *)turn->operator;
    file->row->checker = "";
    file->row->attempt++;
    return turn_advance(turn, file, NULL, order.state, &effects);
}

static enum result
check_card(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
           struct refusal *ret_refusal)
{
    const struct order_event event = { .kind =
                                           decide->defective ? ORDER_CHECK_BAD : ORDER_CHECK_GOOD,
                                       .operator= turn->operator,
                                       .card_serial = "" };
    if (decide->defective && decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "what is wrong with the card must be said");
    struct effects effects = { 0 };
    struct order order;
    enum result result = production_step(file, &event, &order, &effects, ret_refusal);
    if (result != OK)
        return result;
    file->row->checker = (char *)turn->operator;
    turn->act_detail = decide->text;
    return turn_advance(turn, file, NULL, order.state, &effects);
}

static enum result
dispatch(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
         struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_DISPATCH, .operator= turn->operator, .card_serial = "" };
    struct effects effects = { 0 };
    struct order order;
    enum result result = production_step(file, &event, &order, &effects, ret_refusal);
    if (result != OK)
        return result;
    file->row->package = decide->package;
    return turn_advance(turn, file, NULL, order.state, &effects);
}

static enum result
decide(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
       struct refusal *ret_refusal)
{
    switch (decide->verb) {
    case YIDI__VERB__MAKE:
        return make(turn, file, decide, ret_refusal);
    case YIDI__VERB__CHECK_CARD:
        return check_card(turn, file, decide, ret_refusal);
    case YIDI__VERB__DISPATCH:
        return dispatch(turn, file, decide, ret_refusal);
    default:
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "decide.verb",
                      "a production office makes, verifies and dispatches cards");
    }
}

static enum result
take_command(struct turn *turn, const Yidi__Request *request, const struct bytes *frames,
             size_t frame_count, Yidi__Response *response, struct refusal *ret_refusal)
{
    (void)turn;
    (void)request;
    (void)frames;
    (void)frame_count;
    (void)response;
    return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
                  "a production office does not do that");
}

const struct role production_role = {
    .name = "production-node",
    .unit = "production",
    .party = PARTY_PRODUCTION,
    .machine = &order_machine,
    .opening = MESSAGE_CARD_ORDERED,
    .open_case = production_place_order,
    .take_message = take_message,
    .take_command = take_command,
    .redo = production_redo,
    .resume = production_resume,
    .decide = decide,
    .fill_message = fill_message,
    .stage_deadline_ms = stage_deadline_ms,
};
