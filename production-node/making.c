/* SPDX-License-Identifier: Apache-2.0
 *
 * making - cards are made, one body for each attempt, and checked by somebody else.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/core/format.h"
#include "common/io/share.h"
#include "common/io/turn.h"
#include "production-node/card_body.h"
#include "production-node/core/order.h"
#include "production-node/production.h"
#include "production-node/stock_book.h"

enum { ATTEMPTS_MAX = 1000 };

/* ---- making ---- */

enum result
production_check_shares(const struct turn *turn, const Yidi__Case *row, struct refusal *ret_refusal)
{
    if (share_is_missing(turn, row->acceptance_office) ||
        share_is_missing(turn, row->registry_office))
        return refuse(ret_refusal, REFUSAL_OFFICE_RECOVERING, "decide.verb",
                      "a card may be made already; wait until the offices of this case are back");
    return OK;
}

static enum result
check_making(struct turn *turn, const struct case_file *file, const struct order_event *event,
             const char *serial, struct refusal *ret_refusal)
{
    struct effects effects = { 0 };
    struct order order;
    enum result result = production_check_shares(turn, file->row, ret_refusal);
    if (result == OK && file->row->attempt >= ATTEMPTS_MAX)
        result = refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "attempt",
                        "made %d times; something else is wrong", ATTEMPTS_MAX);
    if (result == OK)
        result = production_step(file, event, &order, &effects, ret_refusal);
    return result == OK ? stock_book_check(turn, serial, "decide.card_serial", ret_refusal)
                        : result;
}

/* Every card body has its own serial, whether the office numbers it or the maker names it. */
static enum result
choose_serial(struct turn *turn, const char *given, char **ret_serial)
{
    char *serial = arena_take(turn->arena, CARD_SERIAL_BYTES);
    uint64_t number;
    enum result result = OK;
    if (serial == NULL)
        return ERR_MEMORY;
    snprintf(serial, CARD_SERIAL_BYTES, "%s", given);
    if (given[0] == '\0') {
        result = turn_count(turn, "cards", &number);
        snprintf(serial, CARD_SERIAL_BYTES, "%s-%010" PRIu64, turn->office->journal.office, number);
    }
    *ret_serial = serial;
    return result;
}

static enum result
use_body(struct turn *turn, struct case_file *file, const char *given, struct refusal *ret_refusal)
{
    char *serial = "";
    enum result result = choose_serial(turn, given, &serial);
    if (result == OK)
        result = stock_book_use(turn, serial, file->row->case_number, ret_refusal);
    if (result != OK)
        return result;
    file->row->card_serial = serial;
    file->row->maker = (char *)turn->operator;
    file->row->checker = file->row->checked_by_eye = file->row->checked_by_reader = "";
    file->row->attempt++;
    return OK;
}

/* The machine spoiled the body. */
static enum result
make_bad(struct turn *turn, struct case_file *file, const char *serial, const char *text,
         struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_MAKE_BAD, .operator= turn->operator, .card_serial = "" };
    enum result result = check_making(turn, file, &event, serial, ret_refusal);
    if (result == OK)
        result = use_body(turn, file, serial, ret_refusal);
    return result == OK ? production_advance(turn, file, NULL, &event, text, ret_refusal) : result;
}

/* The machine had the order in work when it ended: whatever became of the body, it is no card. */
static enum result
book_unwanted(struct turn *turn, struct case_file *file, const char *serial, const char *text,
              struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_MAKE_UNWANTED, .operator= turn->operator, .card_serial = "" };
    enum result result = check_making(turn, file, &event, serial, ret_refusal);
    if (result == OK)
        result = use_body(turn, file, serial, ret_refusal);
    return result == OK ? production_advance(turn, file, NULL, &event, text, ret_refusal) : result;
}

enum result
production_make(struct turn *turn, struct case_file *file, const char *serial,
                struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_MAKE, .operator= turn->operator, .card_serial = "" };
    enum result result = check_making(turn, file, &event, serial, ret_refusal);
    if (result == OK)
        result = use_body(turn, file, serial, ret_refusal);
    return result == OK ? production_advance(turn, file, NULL, &event, "", ret_refusal) : result;
}

enum result
production_take_made(struct turn *turn, struct case_file *file, const struct machine_result *made,
                     struct refusal *ret_refusal)
{
    const bool ended = file->row->state == ORDER_WITHDRAWN || file->row->state == ORDER_ABANDONED;
    if (ended)
        return book_unwanted(turn, file, made->serial,
                             made->defective ? made->text
                                             : "a good card, made when the order had ended",
                             ret_refusal);
    return made->defective ? make_bad(turn, file, made->serial, made->text, ret_refusal)
                           : production_make(turn, file, made->serial, ret_refusal);
}

enum result
production_decide_make(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                       struct refusal *ret_refusal)
{
    if (decide->card_serial[0] != '\0' && decide->n_case_numbers != 1)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.card_serial",
                      "a serial can be given for one case at a time");
    return production_make(turn, file, decide->card_serial, ret_refusal);
}

/* ---- checking ---- */

/* One of the two checks, an act of its own. */
static enum result
check_once(struct turn *turn, struct case_file *file, const struct order_event *event,
           const char *text, struct refusal *ret_refusal)
{
    enum { DETAIL_BYTES = 601 };
    const char *by = event->checked == ORDER_BY_READER ? "by reader" : "by eye";
    struct effects effects = { 0 };
    struct order order;
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    enum result result = production_step(file, event, &order, &effects, ret_refusal);
    if (result != OK)
        return result;
    format_text(detail, DETAIL_BYTES, "%s: %s%s", by,
                event->kind == ORDER_CHECK_BAD ? "defective, " : "good", text);
    turn_begin_act(turn, file->row->case_number, turn->act_verb, detail);
    file->row->checker = (char *)turn->operator;
    if (event->kind == ORDER_CHECK_GOOD && (event->checked & ORDER_BY_EYE) != 0)
        file->row->checked_by_eye = (char *)turn->operator;
    else if (event->kind == ORDER_CHECK_GOOD)
        file->row->checked_by_reader = (char *)turn->operator;
    return production_advance(turn, file, NULL, event, text, ret_refusal);
}

/* A good card without a method was found so by eye, then by reader. */
enum result
production_decide_check(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                        struct refusal *ret_refusal)
{
    struct order_event event = { .kind = decide->defective ? ORDER_CHECK_BAD : ORDER_CHECK_GOOD,
                                 .operator= turn->operator,
                                 .card_serial = "",
                                 .checked = decide->by == YIDI__CHECK_METHOD__BY_READER
                                                ? ORDER_BY_READER
                                                : ORDER_BY_EYE };
    const char *text = decide->defective ? decide->text : "";
    if (decide->defective && decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "what is wrong with the card must be said");
    enum result result = check_once(turn, file, &event, text, ret_refusal);
    if (result != OK || decide->defective || decide->by != YIDI__CHECK_METHOD__CHECK_BOTH ||
        file->row->state != ORDER_MADE)
        return result;
    event.checked = ORDER_BY_READER;
    return check_once(turn, file, &event, text, ret_refusal);
}
