/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/production.h"

#include <stdio.h>

#include "common/domain/deadline.h"
#include "common/io/case_trace.h"
#include "common/io/incoming.h"
#include "common/io/message_trace.h"
#include "common/io/package.h"
#include "common/io/redo.h"
#include "common/io/turn.h"
#include "production-node/batch.h"
#include "production-node/core/order.h"
#include "production-node/pages.h"
#include "production-node/stock_book.h"
#include "production-node/stock_keeper.h"
#include "production-node/stock_row.h"
#include "production-node/waiting_orders.h"

/* ---- deadlines ---- */

static uint64_t
earlier(uint64_t a_ms, uint64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

/* The first step of that kind here; NULL when there was none. */
static const Yidi__Hop *
find_step(const Yidi__Case *row, Yidi__Step step)
{
    for (size_t i = 0; i < row->n_trace; i++)
        if (row->trace[i]->step == step &&
            strcmp(row->trace[i]->office, row->production_office) == 0)
            return row->trace[i];
    return NULL;
}

/* Made, verified and sent: one time for all of it, from the order on. A card that was found bad
 * here is made again first of all. */
static uint64_t
making_deadline_ms(const Yidi__Case *row, const struct policy_case *policy, uint64_t now_ms)
{
    const Yidi__Hop *ordered = find_step(row, YIDI__STEP__ORDERED);
    uint64_t made_ms =
        deadline_ms(DEADLINE_PRODUCTION, policy, ordered == NULL ? now_ms : ordered->time_ms);
    bool again = row->state == ORDER_ORDERED && find_step(row, YIDI__STEP__SPOILED) != NULL;
    return again ? earlier(made_ms, deadline_ms(DEADLINE_BAD_CARD, policy, now_ms)) : made_ms;
}

/* A card that was sent once, and is missing or to be made again, has its time from the report on.
 * One that was handed out or destroyed kept the statutory time: that is no measure any more. */
static uint64_t
stage_deadline_ms(const Yidi__Case *row, const struct policy_case *policy, uint64_t now_ms)
{
    bool under_way = row->state == ORDER_MADE || row->state == ORDER_VERIFIED;
    bool was_closed = find_step(row, YIDI__STEP__CLOSED) != NULL;
    uint64_t stage_ms;
    if (row->state == ORDER_DELIVERED) /* the card is there; the citizen may take time */
        return deadline_ms(DEADLINE_COLLECTION, policy, now_ms);
    if (row->state == ORDER_DISPATCHED)
        stage_ms = deadline_ms(was_closed ? DEADLINE_REMAKE : DEADLINE_PRODUCTION, policy, now_ms);
    else if (find_step(row, YIDI__STEP__DISPATCHED) == NULL)
        stage_ms = making_deadline_ms(row, policy, now_ms);
    else
        stage_ms = under_way && row->stage_deadline_ms != 0
                       ? row->stage_deadline_ms
                       : deadline_ms(DEADLINE_REMAKE, policy, now_ms);
    return was_closed ? stage_ms : earlier(stage_ms, row->statutory_deadline_ms);
}

/* ---- outgoing messages ---- */

/* One allocation holds whichever body it is, and its trace. */
struct bodies {
    Yidi__CardMade made;
    Yidi__CardDispatched dispatched;
    Yidi__OrderWithdrawalAnswered answered;
    Yidi__Hop *trace[64];
};

static enum result
fill_dispatched(struct turn *turn, const struct case_file *file, Yidi__CardDispatched *dispatched)
{
    yidi__card_dispatched__init(dispatched);
    dispatched->card_serial = file->row->card_serial;
    dispatched->package = file->row->package;
    return package_count(turn, file->row, &dispatched->package_cards);
}

static enum result
fill_message(struct turn *turn, const struct case_file *file, enum message_kind kind,
             Yidi__Message *message)
{
    struct bodies *bodies = arena_take(turn->arena, sizeof *bodies);
    if (bodies == NULL)
        return ERR_MEMORY;
    size_t count = case_trace_own(file->row, turn->office->journal.office, bodies->trace, 64);
    enum result result = OK;
    message->body_case = (Yidi__Message__BodyCase)kind;
    if (kind == MESSAGE_CARD_MADE) {
        yidi__card_made__init(&bodies->made);
        bodies->made.card_serial = file->row->card_serial;
        bodies->made.attempt = file->row->attempt;
        message->card_made = &bodies->made;
    } else if (kind == MESSAGE_CARD_DISPATCHED) {
        result = fill_dispatched(turn, file, &bodies->dispatched);
        message->card_dispatched = &bodies->dispatched;
    } else {
        REQUIRE(kind == MESSAGE_ORDER_WITHDRAWAL_ANSWERED);
        yidi__order_withdrawal_answered__init(&bodies->answered);
        bodies->answered.withdrawn =
            file->row->state == ORDER_WITHDRAWN || file->row->state == ORDER_ABANDONED;
        message->order_withdrawal_answered = &bodies->answered;
    }
    message_trace_set(message, bodies->trace, count);
    return result;
}

/* ---- steps ---- */

static unsigned
checked_of(const Yidi__Case *row)
{
    return (row->checked_by_eye[0] != '\0' ? ORDER_BY_EYE : 0) |
           (row->checked_by_reader[0] != '\0' ? ORDER_BY_READER : 0);
}

enum result
production_step(const struct case_file *file, const struct order_event *event,
                struct order *ret_order, struct effects *effects, struct refusal *ret_refusal)
{
    *ret_order = (struct order){ .state = (int)file->row->state,
                                 .maker = file->row->maker,
                                 .card_serial = file->row->card_serial,
                                 .checked = checked_of(file->row),
                                 .unwanted = file->row->unwanted };
    return order_step(ret_order, event, effects, ret_refusal);
}

static Yidi__SpoiledWhy
why_of(const Yidi__Case *row, const struct order_event *event)
{
    switch (event->kind) {
    case ORDER_MAKE_BAD:
        return YIDI__SPOILED_WHY__SPOILED_BY_MACHINE;
    case ORDER_CHECK_BAD:
        return event->checked == ORDER_BY_READER ? YIDI__SPOILED_WHY__BAD_BY_READER
                                                 : YIDI__SPOILED_WHY__BAD_BY_EYE;
    case ORDER_LOST:
        return YIDI__SPOILED_WHY__LOST_ON_THE_WAY;
    case ORDER_MAKE_UNWANTED:
        return YIDI__SPOILED_WHY__MADE_TOO_LATE;
    default:
        return row->state == ORDER_CLOSED ? YIDI__SPOILED_WHY__BAD_IN_USE
                                          : YIDI__SPOILED_WHY__BAD_AT_WINDOW;
    }
}

/* The machine goes on with its batch by itself; any other card that is to be made again waits for
 * the next one. */
static enum result
note_spoiled(struct turn *turn, struct case_file *file, const struct order_event *event,
             const char *text)
{
    enum result result = stock_book_spoil(turn, file->row, why_of(file->row, event), text);
    if (event->kind != ORDER_MAKE_BAD && event->kind != ORDER_MAKE_UNWANTED)
        file->row->batch = "";
    file->row->checked_by_eye = file->row->checked_by_reader = "";
    return result;
}

enum result
production_carry_out(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                     int state, const struct effects *effects)
{
    const uint64_t changed_before_ms = file->stored ? file->stored_state.changed_ms : 0;
    enum result result = turn_advance(turn, file, incoming, state, effects);
    return result == OK ? waiting_orders_follow(turn, file->row, changed_before_ms) : result;
}

enum result
production_advance(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                   const struct order_event *event, const char *text, struct refusal *ret_refusal)
{
    struct effects effects = { 0 };
    struct order order;
    enum result result = production_step(file, event, &order, &effects, ret_refusal);
    if (result == OK && effects.list[0].what == STEP_SPOILED)
        result = note_spoiled(turn, file, event, text);
    return result == OK ? production_carry_out(turn, file, incoming, order.state, &effects)
                        : result;
}

/* ---- incoming messages ---- */

static enum result
take_received(struct turn *turn, struct case_file *file, const struct incoming *incoming,
              struct refusal *ret_refusal)
{
    const Yidi__CardReceived *received = incoming->message->card_received;
    const struct order_event event = {
        .kind = received->missing     ? ORDER_ARRIVED_NOT
                : received->defective ? ORDER_ARRIVED_DEFECTIVE
                                      : ORDER_ARRIVED_WELL,
        .operator= "",
        .card_serial = received->card_serial,
    };
    struct effects effects = { 0 };
    struct order order;
    file->row->unwanted |= received->unwanted;
    enum result result = production_step(file, &event, &order, &effects, ret_refusal);
    if (result == OK && order.state == ORDER_ORDERED && file->row->biometrics_erased_ms != 0)
        return refuse(ret_refusal, REFUSAL_DATA_ERASED, "card_received.card_serial",
                      "photo and fingerprints are erased; the citizen applies for another card");
    if (result == OK && order_machine.state_open[order.state] &&
        !order_machine.state_open[file->row->state])
        result = production_warn_of_second(turn, file); /* it opens again */
    if (result == OK)
        result = package_note_opened(turn, file->row);
    return result == OK
               ? production_advance(turn, file, incoming, &event, received->text, ret_refusal)
               : result;
}

static enum result
take_message(struct turn *turn, struct case_file *file, const struct incoming *incoming,
             struct refusal *ret_refusal)
{
    const Yidi__Message *message = incoming->message;
    struct order_event event = { .operator= "" };
    switch (message->body_case) {
    case YIDI__MESSAGE__BODY_CARD_RECEIVED:
        return take_received(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_COLLECTED:
        event.kind = ORDER_COLLECTED;
        event.card_serial = message->card_collected->card_serial;
        break;
    case YIDI__MESSAGE__BODY_CARD_DESTROYED:
        event.kind = ORDER_DESTROYED;
        event.card_serial = message->card_destroyed->card_serial;
        break;
    case YIDI__MESSAGE__BODY_ORDER_WITHDRAWN:
        return production_withdraw(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_MESSAGE_REFUSED:
        return turn_call_attention(turn, file, message->message_refused->code,
                                   message->message_refused->text, incoming->from);
    default:
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "message",
                      "a production office does not take this message");
    }
    return production_advance(turn, file, incoming, &event, "", ret_refusal);
}

/* ---- decisions ---- */

static enum result
dispatch(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
         struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_DISPATCH, .operator= turn->operator, .card_serial = "" };
    struct effects effects = { 0 };
    struct order order;
    enum result result = production_step(file, &event, &order, &effects, ret_refusal);
    if (result == OK)
        result = package_check(turn, file->row, decide->package, ret_refusal);
    if (result != OK)
        return result;
    file->row->package = decide->package;
    result = package_add(turn, file->row, 0);
    return result == OK ? production_advance(turn, file, NULL, &event, "", ret_refusal) : result;
}

/* What became of a card that its package did not hold. */
static enum result
trace_card(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
           struct refusal *ret_refusal)
{
    const struct order_event event = { .kind = decide->found ? ORDER_FOUND : ORDER_LOST,
                                       .operator= turn->operator,
                                       .card_serial = "" };
    struct effects effects = { 0 };
    struct order order;
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "where the card was found, or what was done to find it, must be said");
    enum result result = production_step(file, &event, &order, &effects, ret_refusal);
    if (result != OK)
        return result;
    turn->act_detail = decide->text;
    result = turn_keep_note(turn, file, decide->text);
    return result == OK ? production_advance(turn, file, NULL, &event, decide->text, ret_refusal)
                        : result;
}

static enum result
decide(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
       struct refusal *ret_refusal)
{
    switch (decide->verb) {
    case YIDI__VERB__MAKE:
        return production_decide_make(turn, file, decide, ret_refusal);
    case YIDI__VERB__CHECK_CARD:
        return production_decide_check(turn, file, decide, ret_refusal);
    case YIDI__VERB__DISPATCH:
        return dispatch(turn, file, decide, ret_refusal);
    case YIDI__VERB__TRACE_CARD:
        return trace_card(turn, file, decide, ret_refusal);
    case YIDI__VERB__ABANDON:
        return production_abandon(turn, file, decide, ret_refusal);
    default:
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "decide.verb",
                      "a production office makes, verifies, dispatches and traces cards, and "
                      "abandons orders");
    }
}

/* ---- commands ---- */

static enum result
take_command(struct turn *turn, const Yidi__Request *request, const struct bytes *frames,
             size_t frame_count, Yidi__Response *response, struct refusal *ret_refusal)
{
    switch (request->command_case) {
    case YIDI__REQUEST__COMMAND_STOCK_CHANGE:
        return stock_keeper_change(turn, request->stock_change, response, ret_refusal);
    case YIDI__REQUEST__COMMAND_BATCH_MAKE:
        return batch_make(turn, request->batch_make, response, ret_refusal);
    case YIDI__REQUEST__COMMAND_BATCH_EXPORT:
        return batch_export(turn, request->batch_export, response, ret_refusal);
    case YIDI__REQUEST__COMMAND_BATCH_IMPORT:
        return batch_import(turn, request->batch_import,
                            frame_count == 1 ? frames[0] : (struct bytes){ 0 }, response,
                            ret_refusal);
    default:
        return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
                      "a production office does not do that");
    }
}

static enum result
answer_query(struct store_txn *txn, const Yidi__Request *request, struct arena *arena,
             Yidi__Response *response, struct refusal *ret_refusal)
{
    if (request->command_case == YIDI__REQUEST__COMMAND_STOCK_QUERY)
        return stock_keeper_show(txn, request->stock_query, arena, response);
    if (request->command_case == YIDI__REQUEST__COMMAND_BATCH_QUERY)
        return batch_show(txn, request->batch_query, arena, response, ret_refusal);
    return refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
                  "a production office keeps stock and batches");
}

static const enum party waits_for[ORDER_STATE_COUNT] = {
    [ORDER_DISPATCHED] = PARTY_ACCEPTANCE,
    [ORDER_DELIVERED] = PARTY_ACCEPTANCE,
};

static enum result
look(struct store_txn *txn, uint64_t now_ms, struct arena *arena, struct role_look *ret_look)
{
    Yidi__StockRow *row;
    enum result result = stock_row_load(txn, arena, &row);
    (void)now_ms;
    if (result != OK)
        return result;
    ret_look->has_stock = row->controlled;
    ret_look->count_due = row->count_due;
    ret_look->blanks_left = row->left;
    return OK;
}

const struct role production_role = {
    .name = "production-node",
    .unit = "production",
    .party = PARTY_PRODUCTION,
    .machine = &order_machine,
    .pages = &production_pages,
    .waits_for = waits_for,
    .look = look,
    .opening = MESSAGE_CARD_ORDERED,
    .open_case = production_place_order,
    .take_message = take_message,
    .take_command = take_command,
    .answer_query = answer_query,
    .redo = production_redo,
    .resume = production_resume,
    .decide = decide,
    .fill_message = fill_message,
    .stage_deadline_ms = stage_deadline_ms,
};
