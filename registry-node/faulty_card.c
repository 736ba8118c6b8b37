/* SPDX-License-Identifier: Apache-2.0
 *
 * A card that its holder brings back, because it is faulty: another one is made in its place, and
 * until that is handed out the citizen is held by this case.
 *
 * Unless there is nothing left whose place it could take: then the window ends the case, and the
 * card centre, which was told of the fault as well, makes no card, or has made one in vain.
 */
#include <stdio.h>

#include "common/io/incoming.h"
#include "common/io/message_trace.h"
#include "common/io/redo.h"
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

/* ---- beside other cases ---- */

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

/* ---- too late ---- */

bool
registry_answers_late_fault(const Yidi__Message *own)
{
    size_t count;
    if (own == NULL || (own->body_case != YIDI__MESSAGE__BODY_CARD_ABANDONED &&
                        own->body_case != YIDI__MESSAGE__BODY_ORDER_WITHDRAWN))
        return false;
    Yidi__Hop *const *trace = message_trace_find(own, &count);
    return count > 0 && trace[count - 1]->step == YIDI__STEP__RECORDED;
}

/* Why no card can take its place; NULL when one can. The record of a lost past says nothing: what
 * was said then stands. */
static enum result
find_why_late(struct turn *turn, const Yidi__Case *row, const char **ret_why)
{
    static const char erased[] =
        "此案资料已删除，请重新申请 (the case is erased: please apply again)",
                      replaced[] = "此证已由另一张有效证件替代 (this card was replaced by another "
                                   "one, which is valid)";
    Yidi__Citizen *citizen;
    const Yidi__Message *wanted = turn->redo == NULL ? NULL : turn->redo->wanted_by;
    *ret_why = registry_answers_late_fault(wanted) ? replaced
               : row->text_erased_ms != 0          ? erased
                                                   : NULL;
    if (turn->redo != NULL || *ret_why != NULL)
        return OK;
    enum result result = registry_find_citizen(turn, row->form->person->citizen_number, &citizen);
    if (result == OK && strcmp(citizen->former_card_serial, row->card_serial) == 0 &&
        strcmp(citizen->card_serial, row->card_serial) != 0)
        *ret_why = replaced;
    return result == ERR_ABSENT ? OK : result;
}

/* ---- taken ---- */

/* The card that the centre told of too soon is the one that takes its place. */
static enum result
take_made_since(struct turn *turn, struct case_file *file, struct refusal *ret_refusal)
{
    file->row->card_serial = file->row->made_since;
    file->row->made_since = "";
    registry_settle_attention(file->row);
    return advance(turn, file, NULL, REVIEW_CARD_MADE, ret_refusal);
}

static enum result
reopen(struct turn *turn, struct case_file *file, const struct incoming *incoming,
       struct refusal *ret_refusal)
{
    file->row->faulty_serial = file->row->card_serial;
    enum result result = advance(turn, file, incoming, REVIEW_CARD_FAULTY, ret_refusal);
    return result == OK && file->row->made_since[0] != '\0'
               ? take_made_since(turn, file, ret_refusal)
               : result;
}

static enum result
take_of_closed(struct turn *turn, struct case_file *file, const struct incoming *incoming,
               struct refusal *ret_refusal)
{
    const char *why;
    if (strcmp(incoming->message->card_received->card_serial, file->row->card_serial) != 0)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_MISMATCH, "card_received.card_serial",
                      "another card of this case was collected");
    enum result result = find_why_late(turn, file->row, &why);
    if (result != OK)
        return result;
    result =
        why == NULL ? warn_of_other(turn, file->row, incoming) : turn_keep_note(turn, file, why);
    if (result != OK)
        return result;
    return why == NULL ? reopen(turn, file, incoming, ret_refusal)
                       : advance(turn, file, incoming, REVIEW_CARD_FAULTY_LATE, ret_refusal);
}

enum result
registry_take_faulty(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                     struct refusal *ret_refusal)
{
    if (!incoming->message->card_received->defective)
        return refuse(ret_refusal, REFUSAL_ROLE_MISMATCH, "card_received.defective",
                      "a registry is told of cards that came back faulty, and of no others");
    return file->row->state == REVIEW_CLOSED ? take_of_closed(turn, file, incoming, ret_refusal)
                                             : reopen(turn, file, incoming, ret_refusal);
}
