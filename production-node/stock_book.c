/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/stock_book.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/io/wire.h"
#include "production-node/core/stock.h"
#include "production-node/serial_range.h"

/* Keys of table stock: the totals; movements and spoiled cards, by number; what serials came. */
enum { KEY_TOTALS = 'T', KEY_MOVEMENT = 'M', KEY_SPOILED = 'S', NUMBERED_KEY_BYTES = 9 };

static const char no_case[CASE_NUMBER_CHARS + 1] = "--------------------------";

/* ---- rows ---- */

static enum result
load(struct store_txn *txn, struct arena *arena, Yidi__StockRow **ret_row)
{
    const uint8_t key = KEY_TOTALS;
    struct bytes value;
    ProtobufCMessage *message;
    enum result result = store_get(txn, TABLE_STOCK, bytes_of(&key, 1), &value);
    if (result == OK) {
        result = wire_decode(&yidi__stock_row__descriptor, value, arena, &message, NULL);
        if (result == OK)
            *ret_row = (Yidi__StockRow *)message;
        return result == OK || result == ERR_MEMORY ? result : ERR_DAMAGED;
    }
    if (result != ERR_ABSENT)
        return result;
    *ret_row = arena_take(arena, sizeof **ret_row);
    if (*ret_row == NULL)
        return ERR_MEMORY;
    yidi__stock_row__init(*ret_row);
    (*ret_row)->version = 1;
    return OK;
}

static struct stock
stock_of(const Yidi__StockRow *row)
{
    return (struct stock){ .controlled = row->controlled,
                           .received = row->received,
                           .used = row->used,
                           .spoiled = row->spoiled,
                           .left = row->left,
                           .written_off = row->written_off,
                           .proved = row->proved };
}

static enum result
put(struct turn *turn, struct bytes key, const ProtobufCMessage *message)
{
    struct bytes packed;
    if (wire_check(message, NULL) != OK)
        return ERR_DAMAGED; /* such a row could never be read again */
    packed = wire_encode(message, turn->arena);
    return packed.data == NULL ? ERR_MEMORY : store_put(turn->txn, TABLE_STOCK, key, packed);
}

/* What does not balance is never written. */
static enum result
save(struct turn *turn, Yidi__StockRow *row, const struct stock *stock)
{
    const uint8_t key = KEY_TOTALS;
    if (!stock_balances(stock))
        return ERR_DAMAGED;
    row->controlled = stock->controlled;
    row->received = stock->received;
    row->used = stock->used;
    row->spoiled = stock->spoiled;
    row->left = stock->left;
    row->written_off = stock->written_off;
    row->proved = stock->proved;
    return put(turn, bytes_of(&key, 1), &row->base);
}

static enum result
put_numbered(struct turn *turn, uint8_t kind, uint64_t number, const ProtobufCMessage *message)
{
    uint8_t key[NUMBERED_KEY_BYTES] = { kind };
    bytes_put_u64(key + 1, number);
    return put(turn, bytes_of(key, sizeof key), message);
}

/* ---- card bodies ---- */

static enum result
put_serial(struct turn *turn, const char *serial, const char *case_number, uint8_t flags)
{
    uint8_t value[SERIAL_ROW_BYTES];
    memcpy(value, case_number, CASE_NUMBER_CHARS);
    value[CASE_NUMBER_CHARS] = flags;
    return store_put(turn->txn, TABLE_SERIALS, bytes_of_text(serial),
                     bytes_of(value, sizeof value));
}

/* Rows of an older program have no flags. */
static uint8_t
flags_of(struct bytes row)
{
    return row.size == SERIAL_ROW_BYTES ? row.data[CASE_NUMBER_CHARS] : 0;
}

enum result
stock_book_find(struct store_txn *txn, const char *serial,
                char ret_case_number[CASE_NUMBER_CHARS + 1], bool *ret_spoiled)
{
    struct bytes value;
    enum result result = store_get(txn, TABLE_SERIALS, bytes_of_text(serial), &value);
    if (result != OK)
        return result;
    if (value.size < CASE_NUMBER_CHARS)
        return ERR_DAMAGED;
    memcpy(ret_case_number, value.data, CASE_NUMBER_CHARS);
    ret_case_number[CASE_NUMBER_CHARS] = '\0';
    *ret_spoiled = (flags_of(value) & SERIAL_SPOILED) != 0;
    return OK;
}

static enum result
check_free(struct store_txn *txn, const char *serial, const char *field,
           struct refusal *ret_refusal)
{
    struct bytes unused;
    enum result result = store_get(txn, TABLE_SERIALS, bytes_of_text(serial), &unused);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_TAKEN, field, "each card body is used once");
    return result == ERR_ABSENT ? OK : result;
}

/* Only when all blanks came with their serials can it be told that one never came. */
static enum result
check_received(struct turn *turn, const Yidi__StockRow *row, const char *serial, const char *field,
               struct refusal *ret_refusal)
{
    if (!row->controlled || row->unnamed)
        return OK;
    enum result result = serial_range_find(turn->txn, serial);
    return result == ERR_ABSENT ? refuse(ret_refusal, REFUSAL_CARD_SERIAL_UNKNOWN, field,
                                         "none of the blanks that were received has it")
                                : result;
}

enum result
stock_book_check(struct turn *turn, const char *serial, const char *field,
                 struct refusal *ret_refusal)
{
    Yidi__StockRow *row;
    enum result result = load(turn->txn, turn->arena, &row);
    if (result != OK)
        return result;
    struct stock stock = stock_of(row);
    result = stock_use(&stock, ret_refusal);
    if (result != OK || serial[0] == '\0')
        return result;
    result = check_free(turn->txn, serial, field, ret_refusal);
    return result == OK ? check_received(turn, row, serial, field, ret_refusal) : result;
}

enum result
stock_book_use(struct turn *turn, const char *serial, const char *case_number,
               struct refusal *ret_refusal)
{
    Yidi__StockRow *row;
    enum result result = load(turn->txn, turn->arena, &row);
    if (result == OK)
        result = check_free(turn->txn, serial, "card_serial", ret_refusal);
    if (result != OK)
        return result;
    struct stock stock = stock_of(row);
    if (turn->redo != NULL)
        stock_use_proved(&stock);
    else
        result = stock_use(&stock, ret_refusal);
    if (result == OK && stock.controlled)
        result = save(turn, row, &stock);
    if (result == OK)
        result = put_serial(turn, serial, case_number, stock.controlled ? SERIAL_COUNTED : 0);
    return result;
}

/* ---- spoiled cards ---- */

static enum result
read_flags(struct store_txn *txn, const char *serial, uint8_t *ret_flags)
{
    struct bytes value;
    enum result result = store_get(txn, TABLE_SERIALS, bytes_of_text(serial), &value);
    *ret_flags = result == OK ? flags_of(value) : 0;
    return result == ERR_ABSENT ? OK : result;
}

static enum result
put_spoiled(struct turn *turn, const Yidi__StockRow *row, const Yidi__Case *order,
            Yidi__SpoiledWhy why, const char *text, bool counted)
{
    Yidi__SpoiledCard card = YIDI__SPOILED_CARD__INIT;
    card.card_serial = order->card_serial;
    card.case_number = order->case_number;
    card.attempt = order->attempt;
    card.why = why;
    card.text = (char *)text;
    card.operator_ = (char *)turn->operator;
    card.time_ms = turn->now_ms;
    card.counted = counted;
    return put_numbered(turn, KEY_SPOILED, row->spoiled_cards, &card.base);
}

enum result
stock_book_spoil(struct turn *turn, const Yidi__Case *order, Yidi__SpoiledWhy why, const char *text)
{
    Yidi__StockRow *row;
    uint8_t flags;
    enum result result = load(turn->txn, turn->arena, &row);
    if (result == OK)
        result = read_flags(turn->txn, order->card_serial, &flags);
    if (result != OK || (flags & SERIAL_SPOILED) != 0)
        return result;
    struct stock stock = stock_of(row);
    bool counted = (flags & SERIAL_COUNTED) != 0;
    if (counted && stock.used == 0)
        return ERR_DAMAGED;
    if (counted)
        stock_spoil(&stock);
    row->spoiled_cards++;
    result = put_spoiled(turn, row, order, why, text, counted);
    if (result == OK)
        result = put_serial(turn, order->card_serial, order->case_number, flags | SERIAL_SPOILED);
    return result == OK ? save(turn, row, &stock) : result;
}

enum result
stock_book_write_off_unseen(struct turn *turn, uint64_t count)
{
    Yidi__StockRow *row;
    enum result result = load(turn->txn, turn->arena, &row);
    if (result != OK || !row->controlled || count == 0)
        return result;
    struct stock stock = stock_of(row);
    stock_write_off_proved(&stock, count);
    return save(turn, row, &stock);
}

enum result
stock_book_past_lost(struct turn *turn)
{
    Yidi__StockRow *row;
    enum result result = load(turn->txn, turn->arena, &row);
    if (result != OK)
        return result;
    const struct stock stock = stock_of(row);
    row->count_due = true;
    row->unnamed = true; /* a receipt may have been lost */
    return save(turn, row, &stock);
}

/* ---- commands ---- */

static enum result
put_movement(struct turn *turn, Yidi__StockRow *row, const Yidi__StockChange *change,
             Yidi__StockMovementKind kind, uint64_t count)
{
    Yidi__StockMovement movement = YIDI__STOCK_MOVEMENT__INIT;
    movement.kind = kind;
    movement.count = count;
    movement.first_serial = change->first_serial;
    movement.last_serial = change->last_serial;
    movement.note = change->text;
    movement.operator_ = (char *)turn->operator;
    movement.time_ms = turn->now_ms;
    movement.left = row->left;
    row->movements++;
    return put_numbered(turn, KEY_MOVEMENT, row->movements, &movement.base);
}

static enum result
begin_act(struct turn *turn, const Yidi__StockChange *change, const char *verb)
{
    enum { DETAIL_BYTES = 601 };
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    bool named = change->first_serial[0] != '\0';
    snprintf(detail, DETAIL_BYTES, "%" PRIu64 " blanks%s%s%s%s: %s", change->count,
             named ? ", " : "", change->first_serial, change->last_serial[0] != '\0' ? " to " : "",
             change->last_serial, change->text);
    turn_begin_act(turn, "", verb, detail);
    return turn_journal_cause(turn);
}

static enum result
receive(struct turn *turn, const Yidi__StockChange *change, Yidi__StockRow *row,
        struct refusal *ret_refusal)
{
    struct stock stock = stock_of(row);
    bool named = change->first_serial[0] != '\0' || change->last_serial[0] != '\0';
    enum result result = stock_receive(&stock, change->count, ret_refusal);
    if (result == OK && named)
        result = serial_range_check(turn->txn, change->first_serial, change->last_serial,
                                    change->count, ret_refusal);
    if (result == OK)
        result = begin_act(turn, change, "stock-receive");
    if (result == OK && named)
        result = serial_range_put(turn->txn, change->first_serial, change->last_serial);
    if (result != OK)
        return result;
    row->unnamed |= !named;
    row->left = stock.left;
    result =
        put_movement(turn, row, change, YIDI__STOCK_MOVEMENT_KIND__STOCK_RECEIVED, change->count);
    return result == OK ? save(turn, row, &stock) : result;
}

static enum result
count(struct turn *turn, const Yidi__StockChange *change, Yidi__StockRow *row,
      struct refusal *ret_refusal)
{
    struct stock stock = stock_of(row);
    int64_t found;
    if (change->first_serial[0] != '\0' || change->last_serial[0] != '\0')
        return refuse(ret_refusal, REFUSAL_STOCK_INVALID, "stock_change.first_serial",
                      "a count says how many, not which");
    enum result result = stock_count(&stock, change->count, &found, ret_refusal);
    if (result == OK)
        result = begin_act(turn, change, "stock-count");
    if (result != OK)
        return result;
    row->unnamed |= found > 0;
    row->count_due = false;
    row->left = stock.left;
    result = put_movement(turn, row, change,
                          found >= 0 ? YIDI__STOCK_MOVEMENT_KIND__STOCK_FOUND
                                     : YIDI__STOCK_MOVEMENT_KIND__STOCK_WRITTEN_OFF,
                          (uint64_t)(found >= 0 ? found : -found));
    return result == OK ? save(turn, row, &stock) : result;
}

static enum result
spoil_blanks(struct turn *turn, const Yidi__StockChange *change, Yidi__StockRow *row,
             struct refusal *ret_refusal)
{
    static const char field[] = "stock_change.first_serial";
    struct stock stock = stock_of(row);
    bool named = change->first_serial[0] != '\0';
    if (change->last_serial[0] != '\0' || (named && change->count != 1))
        return refuse(ret_refusal, REFUSAL_STOCK_INVALID, field, "one serial, for one blank");
    enum result result = stock_write_off(&stock, change->count, ret_refusal);
    if (result == OK && named)
        result = check_free(turn->txn, change->first_serial, field, ret_refusal);
    if (result == OK && named)
        result = check_received(turn, row, change->first_serial, field, ret_refusal);
    if (result == OK)
        result = begin_act(turn, change, "stock-spoil");
    if (result == OK && named)
        result = put_serial(turn, change->first_serial, no_case, SERIAL_SPOILED);
    if (result != OK)
        return result;
    row->left = stock.left;
    result = put_movement(turn, row, change, YIDI__STOCK_MOVEMENT_KIND__STOCK_WRITTEN_OFF,
                          change->count);
    return result == OK ? save(turn, row, &stock) : result;
}

static enum result
fill_report(Yidi__StockRow *row, struct arena *arena, Yidi__Response *response,
            Yidi__StockReport **ret_report)
{
    Yidi__StockReport *report = arena_take(arena, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    yidi__stock_report__init(report);
    report->row = row;
    response->body_case = YIDI__RESPONSE__BODY_STOCK;
    response->stock = report;
    *ret_report = report;
    return OK;
}

enum result
stock_book_change(struct turn *turn, const Yidi__StockChange *change, Yidi__Response *response,
                  struct refusal *ret_refusal)
{
    Yidi__StockRow *row;
    Yidi__StockReport *report;
    enum result result = load(turn->txn, turn->arena, &row);
    if (result != OK)
        return result;
    if (change->verb == YIDI__STOCK_VERB__STOCK_RECEIVE)
        result = receive(turn, change, row, ret_refusal);
    else if (change->verb == YIDI__STOCK_VERB__STOCK_COUNT)
        result = count(turn, change, row, ret_refusal);
    else
        result = spoil_blanks(turn, change, row, ret_refusal);
    return result == OK ? fill_report(row, turn->arena, response, &report) : result;
}

/* The newest rows of a kind: those that stand under the last numbers. */
static enum result
read_newest(struct store_txn *txn, uint8_t kind, uint64_t last, uint32_t rows,
            const ProtobufCMessageDescriptor *descriptor, struct arena *arena,
            ProtobufCMessage ***ret_list, size_t *ret_count)
{
    size_t room = last < rows ? (size_t)last : rows;
    *ret_count = 0;
    *ret_list = arena_take(arena, (room + 1) * sizeof **ret_list);
    if (*ret_list == NULL)
        return ERR_MEMORY;
    enum result result = OK;
    for (size_t i = 0; i < room && result == OK; i++) {
        uint8_t key[NUMBERED_KEY_BYTES] = { kind };
        struct bytes value;
        bytes_put_u64(key + 1, last - i);
        result = store_get(txn, TABLE_STOCK, bytes_of(key, sizeof key), &value);
        if (result == OK)
            result = wire_decode(descriptor, value, arena, &(*ret_list)[i], NULL);
        *ret_count += result == OK;
    }
    return result == ERR_ABSENT || result == ERR_REFUSED ? ERR_DAMAGED : result;
}

enum result
stock_book_show(struct store_txn *txn, const Yidi__StockQuery *query, struct arena *arena,
                Yidi__Response *response)
{
    Yidi__StockRow *row;
    Yidi__StockReport *report;
    ProtobufCMessage **movements, **spoiled;
    enum result result = load(txn, arena, &row);
    if (result == OK)
        result = fill_report(row, arena, response, &report);
    if (result == OK)
        result =
            read_newest(txn, KEY_MOVEMENT, row->movements, query->rows,
                        &yidi__stock_movement__descriptor, arena, &movements, &report->n_movements);
    if (result == OK)
        result = read_newest(txn, KEY_SPOILED, row->spoiled_cards, query->rows,
                             &yidi__spoiled_card__descriptor, arena, &spoiled, &report->n_spoiled);
    if (result != OK)
        return result;
    report->movements = (Yidi__StockMovement **)movements;
    report->spoiled = (Yidi__SpoiledCard **)spoiled;
    return OK;
}
