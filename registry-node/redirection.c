/* SPDX-License-Identifier: Apache-2.0
 *
 * Redirection: the citizen's registration has moved to another county, whose registry decides. The
 * window submits the application there, under the same number.
 */
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

static enum result
check_division(const struct turn *turn, const char *division, struct refusal *ret_refusal)
{
    const Yidi__Office *registry = directory_find_registry(turn->office->directory, division);
    if (division[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.registration_division",
                      "the county of the present registration");
    if (registry == NULL)
        return refuse(ret_refusal, REFUSAL_REGISTRY_UNLISTED, "decide.registration_division",
                      "no trusted registry has jurisdiction over %s", division);
    if (strcmp(registry->code, turn->office->journal.office) == 0)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.registration_division",
                      "%s belongs to this registry", division);
    return OK;
}

enum result
registry_redirect_to(struct turn *turn, struct case_file *file, const char *division,
                     const char *text, struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_REDIRECT, .operator= turn->operator};
    Yidi__CaseNote *note = arena_take(turn->arena, sizeof *note);
    if (note == NULL)
        return ERR_MEMORY;
    enum result result = check_division(turn, division, ret_refusal);
    if (result != OK)
        return result;
    yidi__case_note__init(note);
    note->text = (char *)text;
    note->division = (char *)division;
    file->row->note = note;
    return registry_advance(turn, file, NULL, &event, ret_refusal);
}

enum result
registry_redirect(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                  struct refusal *ret_refusal)
{
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "the window is told why");
    return registry_redirect_to(turn, file, decide->registration_division, decide->text,
                                ret_refusal);
}
