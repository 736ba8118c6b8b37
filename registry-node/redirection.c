/* SPDX-License-Identifier: Apache-2.0
 *
 * Redirection: the citizen's registration has moved to another county, whose registry decides. The
 * window submits the application there, under the same number.
 */
#include "common/domain/division.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

/* What was given, else what the record says; the successor of a division that was abolished. */
static enum result
find_division(struct turn *turn, const Yidi__Case *row, const char *given,
              const char **ret_division, struct refusal *ret_refusal)
{
    static const char field[] = "decide.registration_division";
    Yidi__Citizen *record = NULL;
    const char *division = given;
    enum result result = OK;
    if (given[0] == '\0')
        result = registry_find_citizen(turn, row->form->person->citizen_number, &record);
    if (result != OK && result != ERR_ABSENT)
        return result;
    if (record != NULL)
        division = record->present_division;
    if (division[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, field,
                      "the county of the present registration, as the record names none");
    const struct division *successor = division_successor(division, 0);
    bool one = successor != NULL && division_successor(division, 1) == NULL;
    if (one && division_find(division) == NULL)
        division = successor->code;
    *ret_division = division;
    return division_check(division, field, ret_refusal);
}

static enum result
find_registry(const struct turn *turn, const char *division, const Yidi__Office **ret_registry,
              struct refusal *ret_refusal)
{
    const Yidi__Office *registry = directory_find_registry(turn->office->directory, division);
    if (registry == NULL)
        return refuse(ret_refusal, REFUSAL_REGISTRY_UNLISTED, "decide.registration_division",
                      "no trusted registry has jurisdiction over %s", division);
    if (strcmp(registry->code, turn->office->journal.office) == 0)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.registration_division",
                      "%s belongs to this registry", division);
    *ret_registry = registry;
    return OK;
}

enum result
registry_redirect_to(struct turn *turn, struct case_file *file, const char *registry,
                     const char *division, const char *text, struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_REDIRECT, .operator= turn->operator};
    enum result result = turn_keep_note(turn, file, text);
    if (result != OK)
        return result;
    file->row->note->division = (char *)division;
    file->row->note->registry_office = (char *)registry;
    return registry_advance(turn, file, NULL, &event, ret_refusal);
}

enum result
registry_redirect(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                  struct refusal *ret_refusal)
{
    const char *division = NULL;
    const Yidi__Office *registry = NULL;
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "decide.text",
                      "the window is told why");
    if (file->row->redirections >= REDIRECTIONS_MAX)
        return refuse(ret_refusal, REFUSAL_REDIRECTED_TOO_OFTEN, "case_number",
                      "it was redirected %u times; this registry examines it, or refuses it",
                      (unsigned)file->row->redirections);
    enum result result =
        find_division(turn, file->row, decide->registration_division, &division, ret_refusal);
    if (result == OK)
        result = find_registry(turn, division, &registry, ret_refusal);
    return result == OK ? registry_redirect_to(turn, file, registry->code, division, decide->text,
                                               ret_refusal)
                        : result;
}
