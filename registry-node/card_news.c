/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of the card, as window and card centre tell it: made, collected, destroyed. Their
 * streams cross, so any of it may come first.
 *
 * What a window says alone frees no citizen: a card that it destroyed is one that the centre told
 * of.
 */
#include <stdio.h>

#include "common/io/incoming.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"
#include "registry-node/told_cards.h"

static enum result
advance(struct turn *turn, struct case_file *file, const struct incoming *incoming,
        enum review_event_kind kind, struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = kind, .operator= "" };
    return registry_advance(turn, file, incoming, &event, ret_refusal);
}

/* ---- two cards where one ought to be ---- */

static enum result
call_attention(struct turn *turn, struct case_file *file, const char *text,
               const struct incoming *incoming)
{
    return turn_call_attention(turn, file, refusal_name(REFUSAL_CARD_SERIAL_MISMATCH), text,
                               incoming->from);
}

static enum result
call_attention_to_ended(struct turn *turn, struct case_file *file, const char *text,
                        const struct incoming *incoming)
{
    return turn_call_attention(turn, file, "CARD_NOT_VALID", text, incoming->from);
}

void
registry_settle_attention(Yidi__Case *row)
{
    if (row->attention != NULL &&
        strcmp(row->attention->code, refusal_name(REFUSAL_CARD_SERIAL_MISMATCH)) == 0)
        row->attention = NULL;
}

/* A card was made in vain, and is no more. */
static void
settle_made_since(Yidi__Case *row, const char *destroyed)
{
    if (row->made_since[0] == '\0' || strcmp(row->made_since, destroyed) != 0)
        return;
    row->made_since = "";
    registry_settle_attention(row);
}

/* ---- made ---- */

/* The case has ended: the centre tells of the card that ended it, or of one that is too many,
 * unless a fault explains it. */
static enum result
take_made_late(struct turn *turn, struct case_file *file, const struct incoming *incoming,
               struct refusal *ret_refusal)
{
    char text[120];
    Yidi__Case *row = file->row;
    char *serial = incoming->message->card_made->card_serial;
    bool same = strcmp(serial, row->card_serial) == 0;
    if (same)
        registry_settle_attention(row);
    row->made_since = same ? (char *)"" : serial;
    enum result result = advance(turn, file, incoming, REVIEW_CARD_MADE, ret_refusal);
    snprintf(text, sizeof text, "card %s was made, card %s was %s", serial, row->card_serial,
             row->state == REVIEW_CLOSED ? "collected" : "destroyed");
    return result == OK && !same ? call_attention(turn, file, text, incoming) : result;
}

/* The window had said so before; now the centre has told of that card. */
static enum result
end_destroyed(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    file->row->destroyed_serial = "";
    registry_settle_attention(file->row);
    return advance(turn, file, NULL, REVIEW_CARD_DESTROYED, ret_refusal);
}

static enum result
take_made(struct turn *turn, struct case_file *file, const struct incoming *incoming,
          struct refusal *ret_refusal)
{
    const Yidi__CardMade *made = incoming->message->card_made;
    Yidi__Case *row = file->row;
    bool former = told_cards_next_is_awaited(row, made->card_serial);
    enum result result = told_cards_add(row, made->card_serial, turn->arena);
    if (result != OK)
        return result;
    if (row->state == REVIEW_CLOSED || row->state == REVIEW_UNCLAIMED)
        return take_made_late(turn, file, incoming, ret_refusal);
    if (former)
        return advance(turn, file, incoming, REVIEW_FAULTY_CARD_MADE, ret_refusal);
    row->card_serial = made->card_serial;
    row->attempt = made->attempt;
    bool ended = row->state == REVIEW_ABANDONED;
    result = advance(turn, file, incoming, REVIEW_CARD_MADE, ret_refusal);
    if (result == OK && ended)
        return call_attention_to_ended(turn, file, "a card was made of a case that has ended",
                                       incoming);
    return result == OK && strcmp(row->destroyed_serial, row->card_serial) == 0
               ? end_destroyed(turn, file, ret_refusal)
               : result;
}

/* ---- collected ---- */

/* A card that was made again for a fault found later: it takes the place of the one that this case
 * had brought, and of no other. */
static enum result
replace_faulty(struct turn *turn, struct case_file *file, const char *faulty,
               const struct incoming *incoming)
{
    Yidi__Citizen *citizen;
    enum result result =
        registry_find_citizen(turn, file->row->form->person->citizen_number, &citizen);
    if (result == ERR_ABSENT)
        return OK;
    if (result == OK && strcmp(citizen->card_serial, faulty) == 0)
        return registry_replace_card(turn, file->row, file->row->card_serial);
    return result == OK
               ? call_attention(turn, file, "a card was collected, and another one is valid by now",
                                incoming)
               : result;
}

static enum result
take_collected(struct turn *turn, struct case_file *file, const struct incoming *incoming,
               struct refusal *ret_refusal)
{
    const Yidi__CardCollected *collected = incoming->message->card_collected;
    Yidi__Case *row = file->row;
    const struct review_event event = {
        .kind = REVIEW_CARD_COLLECTED,
        .operator= "",
        .renewal = row->form->kind == YIDI__APPLICATION_KIND__RENEWAL,
        .old_card_surrendered = collected->old_card_surrendered,
    };
    const char *faulty = row->faulty_serial;
    bool ended = row->state == REVIEW_ABANDONED;
    row->card_serial = collected->card_serial;
    row->faulty_serial = "";
    row->made_since =
        told_cards_find_newer(row, collected->card_serial); /* word of its fault is on its way */
    enum result result = registry_advance(turn, file, incoming, &event, ret_refusal);
    if (result != OK)
        return result;
    if (ended)
        return call_attention_to_ended(turn, file,
                                       "a card was handed out of a case that has ended; the record "
                                       "does not have it",
                                       incoming);
    return faulty[0] != '\0' ? replace_faulty(turn, file, faulty, incoming)
                             : registry_replace_card(turn, row, row->card_serial);
}

/* ---- destroyed ---- */

/* The centre's word of that card may be on its way. Until it has come the case stays as it is, and
 * the citizen is held by it. */
static enum result
wait_for_centre(struct turn *turn, struct case_file *file, const struct incoming *incoming)
{
    char text[120];
    file->row->destroyed_serial = incoming->message->card_destroyed->card_serial;
    snprintf(text, sizeof text, "card %s was destroyed, of which the card centre has not told",
             file->row->destroyed_serial);
    return call_attention(turn, file, text, incoming);
}

static enum result
take_destroyed(struct turn *turn, struct case_file *file, const struct incoming *incoming,
               struct refusal *ret_refusal)
{
    char *serial = incoming->message->card_destroyed->card_serial;
    Yidi__Case *row = file->row;
    bool same = strcmp(serial, row->card_serial) == 0;
    switch ((enum review_state)row->state) {
    case REVIEW_CLOSED:
        if (same)
            return refuse(ret_refusal, REFUSAL_CARD_SERIAL_MISMATCH, "card_destroyed.card_serial",
                          "this card was collected");
        settle_made_since(row, serial);
        break;
    case REVIEW_REMAKING:
        if (same)
            return refuse(ret_refusal, REFUSAL_CARD_SERIAL_MISMATCH, "card_destroyed.card_serial",
                          "this card was collected, and came back faulty");
        return wait_for_centre(turn, file, incoming);
    case REVIEW_MADE:
        if (same)
            break;
        return wait_for_centre(turn, file, incoming);
    case REVIEW_ISSUED:
    case REVIEW_WITHDRAWING:
        return wait_for_centre(turn, file, incoming);
    case REVIEW_ABANDONING: /* nobody is left to ask */
    case REVIEW_ABANDONED:
        row->card_serial = serial;
        break;
    default:
        break;
    }
    return advance(turn, file, incoming, REVIEW_CARD_DESTROYED, ret_refusal);
}

enum result
registry_take_card_news(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                        struct refusal *ret_refusal)
{
    switch (incoming->message->body_case) {
    case YIDI__MESSAGE__BODY_CARD_MADE:
        return take_made(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_COLLECTED:
        return take_collected(turn, file, incoming, ret_refusal);
    case YIDI__MESSAGE__BODY_CARD_DESTROYED:
        return take_destroyed(turn, file, incoming, ret_refusal);
    default:
        REQUIRE(incoming->message->body_case == YIDI__MESSAGE__BODY_CARD_RECEIVED);
        return registry_take_faulty(turn, file, incoming, ret_refusal);
    }
}
