/* SPDX-License-Identifier: Apache-2.0
 *
 * Abandoning: an office that an application needs is no more, or has erased what a card is made of,
 * so nobody could ever end the case.
 * The window ends it, whether its clerk finds it out or the registry does; a card that has come is
 * handed out or destroyed as ever.
 */
#include <string.h>

#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
#include "common/io/incoming.h"
#include "common/io/lost_news.h"
#include "common/io/turn.h"

/* ---- what it waits for ---- */

/* Ordered by the registry, made by the centre: whoever is no more, no card may come. */
static enum result
check_gone(const struct turn *turn, const Yidi__Case *row, struct refusal *ret_refusal)
{
    const struct office *office = turn->office;
    bool registry_gone = lost_news_is_silent(office, row, row->registry_office);
    switch ((enum application_state)row->state) {
    case APPLICATION_SUBMITTED:
    case APPLICATION_RETURNED:
    case APPLICATION_WITHDRAWING:
        if (registry_gone)
            return OK;
        return refuse(ret_refusal, REFUSAL_COUNTERPART_LISTED, "case_number",
                      "it waits for registry %s", row->registry_office);
    case APPLICATION_IN_PRODUCTION:
        if (registry_gone || row->remake_refused ||
            lost_news_is_silent(office, row, row->production_office))
            return OK;
        return refuse(ret_refusal, REFUSAL_COUNTERPART_LISTED, "case_number",
                      "it waits for card centre %s", row->production_office);
    default:
        return OK; /* the machine refuses */
    }
}

/* ---- it ends ---- */

static bool
has_card(const Yidi__Case *row)
{
    return row->state == APPLICATION_IN_TRANSIT || row->state == APPLICATION_READY;
}

/* A card that was here once and was no good is not the one that is still to be destroyed. */
static void
forget_former_card(Yidi__Case *row)
{
    if (application_machine.state_open[row->state] && !has_card(row))
        row->card_serial = "";
}

enum result
acceptance_abandon(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                   struct refusal *ret_refusal)
{
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "what the applicant is told must be said");
    enum result result = check_gone(turn, file->row, ret_refusal);
    return result == OK ? acceptance_abandon_as(turn, file, decide->text, ret_refusal) : result;
}

enum result
acceptance_abandon_as(struct turn *turn, struct case_file *file, const char *text,
                      struct refusal *ret_refusal)
{
    const struct application_event event = { .kind = APPLICATION_ABANDON };
    forget_former_card(file->row);
    return acceptance_act(turn, file, &event, text, ret_refusal);
}

/* ---- its card ---- */

enum result
acceptance_check_card_came(const Yidi__Case *row, struct refusal *ret_refusal)
{
    return row->state == APPLICATION_ABANDONED && row->card_serial[0] == '\0'
               ? refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "case_number",
                        "no card is on its way for this case")
               : OK;
}

enum result
acceptance_miss(struct turn *turn, struct case_file *file, const char *text,
                struct refusal *ret_refusal)
{
    const struct application_event event = { .kind = APPLICATION_MISS };
    Yidi__CaseNote *why = file->row->note;
    bool ended = file->row->state == APPLICATION_ABANDONED;
    enum result result = acceptance_act(turn, file, &event, text, ret_refusal);
    if (result != OK || !ended)
        return result;
    file->row->note = why;       /* it ended: what the applicant is told */
    file->row->card_serial = ""; /* nothing is left to be destroyed */
    return case_file_save(file, &application_machine, turn->txn, turn->arena);
}

/* The registry will never know the card that is here, or that was handed out. */
static enum result
warn_of_card(struct turn *turn, struct case_file *file, const char *from)
{
    const Yidi__Case *row = file->row;
    if (has_card(row))
        return turn_set_attention(turn, file, APPLICATION_CARD_NOT_VALID,
                                  "the registry has ended the case: the card is to be destroyed",
                                  from);
    if (row->state == APPLICATION_COLLECTED)
        return turn_set_attention(turn, file, APPLICATION_CARD_NOT_VALID,
                                  "the registry has ended the case: ask it about the card that was "
                                  "handed out",
                                  from);
    return OK;
}

enum result
acceptance_end_refused(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                       const char *text)
{
    const struct application_event event = { .kind = APPLICATION_ENDED_THERE };
    const Yidi__MessageRefused *refused = incoming->message->message_refused;
    enum result result = turn_set_attention(turn, file, refused->code, text, incoming->from);
    if (result == OK)
        result = warn_of_card(turn, file, incoming->from);
    if (result == OK && application_machine.state_open[file->row->state])
        result = turn_keep_note(turn, file, refused->text);
    if (result != OK)
        return result;
    forget_former_card(file->row);
    return acceptance_advance(turn, file, incoming, &event, NULL);
}

enum result
acceptance_take_abandoned(struct turn *turn, struct case_file *file,
                          const struct incoming *incoming, struct refusal *ret_refusal)
{
    const Yidi__CardAbandoned *abandoned = incoming->message->card_abandoned;
    const struct application_event event = {
        .kind = abandoned->ended ? APPLICATION_ENDED_THERE : APPLICATION_ABANDON_ASKED,
    };
    enum result result = OK;
    if (abandoned->ended)
        result = warn_of_card(turn, file, incoming->from);
    if (result == OK && application_machine.state_open[file->row->state] &&
        (abandoned->ended || !has_card(file->row)))
        result = turn_keep_note(turn, file, abandoned->text);
    if (result != OK)
        return result;
    forget_former_card(file->row);
    return acceptance_advance(turn, file, incoming, &event, ret_refusal);
}
