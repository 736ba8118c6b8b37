/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of the card, as window and card centre tell it: made, collected, destroyed, or
 * brought back faulty after it was collected. Their streams cross, so any of it may come first.
 *
 * What a window says alone frees no citizen: a card that it destroyed is one that the centre told
 * of.
 */
#include <stdio.h>

#include "common/io/incoming.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

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

/* What did not fit together does, now that more is known. The caller saves the row. */
static void
settle_attention(Yidi__Case *row)
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
    settle_attention(row);
}

/* ---- which cards the centre has told of ---- */

enum { TOLD_MAX = 8 }; /* as proto/ bounds them */

static enum result
note_told(struct turn *turn, Yidi__Case *row, char *serial)
{
    size_t first = row->n_told_serials < TOLD_MAX ? 0 : 1, count = 0;
    char **told = arena_take(turn->arena, (row->n_told_serials + 1) * sizeof *told);
    if (told == NULL)
        return ERR_MEMORY;
    for (size_t i = first; i < row->n_told_serials; i++)
        told[count++] = row->told_serials[i];
    told[count++] = serial;
    row->told_serials = told;
    row->n_told_serials = count;
    return OK;
}

/* The card that was made after that one, as far as the centre has told; "" none. */
static char *
find_newer(const Yidi__Case *row, const char *serial)
{
    const size_t count = row->n_told_serials;
    char *last = count == 0 ? (char *)"" : row->told_serials[count - 1];
    for (size_t i = 0; i + 1 < count; i++)
        if (strcmp(row->told_serials[i], serial) == 0 && strcmp(last, serial) != 0)
            return last;
    return "";
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
        settle_attention(row);
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
    settle_attention(file->row);
    return advance(turn, file, NULL, REVIEW_CARD_DESTROYED, ret_refusal);
}

/* The one that came back faulty, or one before it: the centre has not told of the next one. */
static bool
comes_before_the_next(const Yidi__Case *row, const char *serial)
{
    bool told = false;
    for (size_t i = 0; i < row->n_told_serials; i++)
        told |= strcmp(row->told_serials[i], row->faulty_serial) == 0;
    return row->faulty_serial[0] != '\0' && (!told || strcmp(row->faulty_serial, serial) == 0);
}

static enum result
take_made(struct turn *turn, struct case_file *file, const struct incoming *incoming,
          struct refusal *ret_refusal)
{
    const Yidi__CardMade *made = incoming->message->card_made;
    Yidi__Case *row = file->row;
    bool former = comes_before_the_next(row, made->card_serial);
    enum result result = note_told(turn, row, made->card_serial);
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
    row->made_since = find_newer(row, collected->card_serial); /* word of its fault is on its way */
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

/* ---- faulty ---- */

/* Both cannot be issued: an operator sees which one is to wait, or to be refused. */
static enum result
warn_other_case(struct turn *turn, const Yidi__Case *row, const char *other,
                const struct incoming *incoming)
{
    struct case_file file;
    char text[120];
    enum result result = case_file_open(turn->txn, &review_machine, other, turn->arena, &file);
    snprintf(text, sizeof text, "the card of case %s is made again", row->case_number);
    return result == OK ? turn_call_attention(turn, &file, refusal_name(REFUSAL_OPEN_APPLICATION),
                                              text, incoming->from)
                        : result;
}

/* A lost past that is done again warned then. */
static enum result
warn_of_other(struct turn *turn, const Yidi__Case *row, const struct incoming *incoming)
{
    char other[CASE_NUMBER_CHARS + 1];
    enum result result = case_file_find_open(turn->txn, row->form->person->citizen_number, other);
    if (result == OK && turn->redo == NULL)
        result = warn_other_case(turn, row, other, incoming);
    return result == ERR_ABSENT ? OK : result;
}

/* The card that the centre told of too soon is the one that takes its place. */
static enum result
take_made_since(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    file->row->card_serial = file->row->made_since;
    file->row->made_since = "";
    settle_attention(file->row);
    return advance(turn, file, NULL, REVIEW_CARD_MADE, ret_refusal);
}

/* Is there something left that a new card could take the place of? Of a lost past that is done
 * again, it was. */
static enum result
check_fault(struct turn *turn, const Yidi__Case *row, const Yidi__CardReceived *received,
            struct refusal *ret_refusal)
{
    Yidi__Citizen *citizen;
    if (row->state != REVIEW_CLOSED)
        return OK;
    if (strcmp(received->card_serial, row->card_serial) != 0)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_MISMATCH, "card_received.card_serial",
                      "another card of this case was collected");
    if (turn->redo != NULL)
        return OK;
    if (row->text_erased_ms != 0)
        return refuse(ret_refusal, REFUSAL_DATA_ERASED, "case_number",
                      "the case is erased; the citizen applies for another card");
    enum result result = registry_find_citizen(turn, row->form->person->citizen_number, &citizen);
    if (result == OK && strcmp(citizen->former_card_serial, row->card_serial) == 0 &&
        strcmp(citizen->card_serial, row->card_serial) != 0)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_MISMATCH, "card_received.card_serial",
                      "this card was replaced by another one, which is valid");
    return result == ERR_ABSENT ? OK : result;
}

static enum result
take_faulty(struct turn *turn, struct case_file *file, const struct incoming *incoming,
            struct refusal *ret_refusal)
{
    const Yidi__CardReceived *received = incoming->message->card_received;
    Yidi__Case *row = file->row;
    if (!received->defective)
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "card_received.defective",
                      "a registry is told of cards that came back faulty, and of no others");
    enum result result = check_fault(turn, row, received, ret_refusal);
    if (result == OK && row->state == REVIEW_CLOSED)
        result = warn_of_other(turn, row, incoming);
    if (result != OK)
        return result;
    row->faulty_serial = row->card_serial;
    result = advance(turn, file, incoming, REVIEW_CARD_FAULTY, ret_refusal);
    return result == OK && row->made_since[0] != '\0' ? take_made_since(turn, file, ret_refusal)
                                                      : result;
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
        return take_faulty(turn, file, incoming, ret_refusal);
    }
}
