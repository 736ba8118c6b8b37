/* SPDX-License-Identifier: Apache-2.0
 *
 * A lost card is found after its replacement was collected: it is destroyed (销毁), and the
 * registry is told. Before that it may still be the valid one, and is kept.
 */
#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
#include "common/io/turn.h"

static enum result
check(const Yidi__Case *row, const Yidi__Decide *decide, struct refusal *ret_refusal)
{
    if (decide->card_serial[0] == '\0' || decide->n_case_numbers != 1)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.card_serial",
                      "the serial of the card that was found, with one case only");
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "how the card came here and was destroyed must be said");
    if (row->state != APPLICATION_COLLECTED)
        return refuse(ret_refusal, REFUSAL_CARD_NOT_REPLACED, "case_number",
                      "no new card of this case is in its holder's hands: keep the old one");
    if (strcmp(decide->card_serial, row->card_serial) == 0)
        return refuse(ret_refusal, REFUSAL_CARD_SERIAL_MISMATCH, "decide.card_serial",
                      "this is the new card, which is valid");
    if (row->note != NULL && strcmp(decide->card_serial, row->note->card_serial) == 0)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "decide.card_serial",
                      "this card was found and destroyed already");
    return OK;
}

enum result
acceptance_destroy_old(struct turn *turn, struct case_file *file, const char *serial,
                       const char *text, struct refusal *ret_refusal)
{
    const struct application_event event = { .kind = APPLICATION_DESTROY_OLD };
    enum result result = turn_keep_note(turn, file, text);
    if (result != OK)
        return result;
    file->row->note->card_serial = (char *)serial;
    turn->act_detail = text;
    return acceptance_advance(turn, file, NULL, &event, ret_refusal);
}

enum result
acceptance_find_old(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                    struct refusal *ret_refusal)
{
    enum result result = check(file->row, decide, ret_refusal);
    return result == OK
               ? acceptance_destroy_old(turn, file, decide->card_serial, decide->text, ret_refusal)
               : result;
}
