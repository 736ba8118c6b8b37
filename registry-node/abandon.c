/* SPDX-License-Identifier: Apache-2.0
 *
 * Abandoning: the card centre or the window of a case is no more, so no card of it can ever be
 * collected.
 *
 * Never two cards: while the window is there, it alone knows whether a card has come, and the case
 * stays open until it has said so. A card counts from the day on which this registry is told of its
 * collection; one of a case that has ended never does.
 */
#include "common/io/incoming.h"
#include "common/io/lost_news.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

static enum result
refuse_listed(const char *what, const char *office, struct refusal *ret_refusal)
{
    return refuse(ret_refusal, REFUSAL_COUNTERPART_LISTED, "case_number", "it waits for %s %s",
                  what, office);
}

/* Who is no more, and can the window still be asked? */
static enum result
find_event(const struct turn *turn, const Yidi__Case *row, enum review_event_kind *ret_kind,
           struct refusal *ret_refusal)
{
    bool window_gone = lost_news_is_silent(turn->office, row, row->acceptance_office);
    bool centre_gone = lost_news_is_silent(turn->office, row, row->production_office);
    bool window_told = row->destroyed_serial[0] != '\0'; /* that the card is no more */
    *ret_kind = window_gone || window_told ? REVIEW_ABANDON_FINALLY : REVIEW_ABANDON;
    switch ((enum review_state)row->state) {
    case REVIEW_ISSUED:
    case REVIEW_REMAKING:
        return window_gone || centre_gone
                   ? OK
                   : refuse_listed("card centre", row->production_office, ret_refusal);
    case REVIEW_WITHDRAWING:
        return centre_gone ? OK : refuse_listed("card centre", row->production_office, ret_refusal);
    case REVIEW_MADE: /* of another card than the one that the window destroyed */
    case REVIEW_ABANDONING:
        return window_gone || (window_told && centre_gone)
                   ? OK
                   : refuse_listed("window", row->acceptance_office, ret_refusal);
    default:
        return OK; /* the machine refuses */
    }
}

enum result
registry_abandon(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                 struct refusal *ret_refusal)
{
    struct review_event event = { .operator= turn->operator};
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "why the case is abandoned must be said");
    enum result result = find_event(turn, file->row, &event.kind, ret_refusal);
    if (result == OK)
        result = turn_keep_note(turn, file, decide->text);
    turn->act_detail = decide->text;
    return result == OK ? registry_advance(turn, file, NULL, &event, ret_refusal) : result;
}

enum result
registry_abandon_again(struct turn *turn, struct case_file *file,
                       const Yidi__CardAbandoned *abandoned, struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = abandoned->ended ? REVIEW_ABANDON_FINALLY
                                                                 : REVIEW_ABANDON,
                                        .operator= turn->operator, };
    enum result result = turn_keep_note(turn, file, abandoned->text);
    return result == OK ? registry_advance(turn, file, NULL, &event, ret_refusal) : result;
}

enum result
registry_take_abandoned(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                        struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_ABANDONED_THERE, .operator= "" };
    enum result result = OK;
    if (review_machine.state_open[file->row->state])
        result = turn_keep_note(turn, file, incoming->message->application_abandoned->text);
    return result == OK ? registry_advance(turn, file, incoming, &event, ret_refusal) : result;
}

enum result
registry_take_order_end(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                        struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_ORDER_WITHDRAWN, .operator= "" };
    enum result result = OK;
    if (file->row->state == REVIEW_ISSUED || file->row->state == REVIEW_MADE ||
        file->row->state == REVIEW_REMAKING)
        result =
            turn_keep_note(turn, file, "制证单位已终止制证 (the card centre has ended the order)");
    return result == OK ? registry_advance(turn, file, incoming, &event, ret_refusal) : result;
}
