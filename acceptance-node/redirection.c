/* SPDX-License-Identifier: Apache-2.0
 *
 * Redirection: the citizen's registration has moved; the application goes to the registry of the
 * other county, under the same number, in the same turn.
 */
#include <stdio.h>

#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
#include "common/domain/deadline.h"
#include "common/io/incoming.h"
#include "common/io/turn.h"

/* Nobody here knows of that registry: the citizen is told, rather than left to wait. */
static enum result
end_undeliverable(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                  struct refusal *ret_refusal)
{
    static Yidi__RefusalReason not_deliverable[] = { YIDI__REFUSAL_REASON__NOT_DELIVERABLE };
    const struct application_event event = { .kind = APPLICATION_REFUSE };
    const Yidi__Office *registry = directory_find(turn->office->directory, incoming->from);
    Yidi__CaseRefusal *refusal = arena_take(turn->arena, sizeof *refusal);
    if (refusal == NULL)
        return ERR_MEMORY;
    yidi__case_refusal__init(refusal);
    refusal->reasons = not_deliverable;
    refusal->n_reasons = 1;
    refusal->text = "the registration has moved to a county whose registry is not listed";
    refusal->contact = registry != NULL ? registry->contact : "";
    file->row->refusal = refusal;
    return acceptance_advance(turn, file, incoming, &event, ret_refusal);
}

enum result
acceptance_take_redirection(struct turn *turn, struct case_file *file,
                            const struct incoming *incoming, struct refusal *ret_refusal)
{
    const Yidi__ApplicationRedirected *redirected = incoming->message->application_redirected;
    const struct application_event event = { .kind = APPLICATION_REDIRECT };
    const Yidi__Office *registry =
        directory_find_registry(turn->office->directory, redirected->registration_division);
    Yidi__Case *row = file->row;
    struct policy_case policy;
    if (row->state != APPLICATION_SUBMITTED)
        return acceptance_advance(turn, file, incoming, &event, ret_refusal);
    if (registry == NULL || strcmp(registry->code, redirected->registry_office) != 0 ||
        strcmp(registry->code, incoming->from) == 0)
        return end_undeliverable(turn, file, incoming, ret_refusal);
    row->registry_office = registry->code;
    row->form->person->registration_division = redirected->registration_division;
    enum result result = policies_of_case(turn, row, &policy);
    if (result != OK)
        return result;
    uint64_t stage_ms = deadline_ms(DEADLINE_REGISTRY, &policy, turn->now_ms);
    row->stage_deadline_ms =
        stage_ms < row->statutory_deadline_ms ? stage_ms : row->statutory_deadline_ms;
    return acceptance_advance(turn, file, incoming, &event, ret_refusal);
}
