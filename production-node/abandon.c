/* SPDX-License-Identifier: Apache-2.0
 *
 * abandon - an order whose window is no more, so nobody could ever say that its card was handed
 * out; or whose case has ended elsewhere, so nobody wants its card any more.
 *
 * The registry is told when no card is on its way to the window; else its own eyes see that the
 * window is no more, and the window may be back with the card.
 */
#include "common/io/redo.h"
#include "common/io/turn.h"
#include "production-node/core/order.h"
#include "production-node/production.h"

enum result
production_abandon(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                   struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_ABANDON, .operator= turn->operator, .card_serial = "" };
    struct effects effects = { 0 };
    struct order order;
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "why, and what became of the card, must be said");
    enum result result = production_step(file, &event, &order, &effects, ret_refusal);
    if (result != OK)
        return result;
    if (!file->row->unwanted && file->row->n_news_lost_of == 0 &&
        !office_is_gone(turn->office, file->row->acceptance_office))
        return refuse(ret_refusal, REFUSAL_COUNTERPART_LISTED, "case_number",
                      "its card is for window %s", file->row->acceptance_office);
    turn->act_detail = decide->text;
    result = turn_keep_note(turn, file, decide->text);
    return result == OK ? production_advance(turn, file, NULL, &event, "", ret_refusal) : result;
}

bool
production_was_abandoned(const struct incoming *own)
{
    return own->trace_count > 0 && own->trace[own->trace_count - 1]->step == YIDI__STEP__ABANDONED;
}

enum result
production_abandon_again(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    const struct order_event event = {
        .kind = ORDER_ABANDON, .operator= turn->operator, .card_serial = "" };
    return production_advance(turn, file, NULL, &event, "", ret_refusal);
}
