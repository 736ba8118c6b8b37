/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/noted.h"

/* The case stays where it is, and so does its deadline. */
static enum result
save(struct turn *turn, struct case_file *file)
{
    struct effects effects = { 0 };
    effects_add(&effects, (struct effect){ .kind = EFFECT_SAVE, .what = STEP_NOTED });
    return turn_carry_out(turn, file, &effects);
}

enum result
noted_decide(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
             struct refusal *ret_refusal)
{
    Yidi__Case *row = file->row;
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "what was found, and done, must be said");
    if (row->attention == NULL)
        return refuse(ret_refusal, REFUSAL_NOTHING_TO_NOTE, "case_number",
                      "the case calls for no attention");
    Yidi__CaseNoted *noted = arena_take(turn->arena, sizeof *noted);
    if (noted == NULL)
        return ERR_MEMORY;
    yidi__case_noted__init(noted);
    noted->code = row->attention->code;
    noted->text = decide->text;
    noted->operator_ = (char *)turn->operator;
    noted->time_ms = turn->now_ms;
    row->noted = noted;
    row->attention = NULL;
    turn->act_detail = decide->text;
    return save(turn, file);
}
