/* SPDX-License-Identifier: Apache-2.0
 *
 * Redirection: the citizen's registration has moved; the application goes to the registry of the
 * other county, under the same number, in the same turn.
 */
#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
#include "common/domain/deadline.h"
#include "common/io/incoming.h"
#include "common/io/redo.h"
#include "common/io/share.h"
#include "common/io/turn.h"

/* Nobody can decide it: the citizen is told, rather than left to wait. */
static enum result
end_undeliverable(struct turn *turn, struct case_file *file, const struct incoming *incoming,
                  const char *text, struct refusal *ret_refusal)
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
    refusal->text = (char *)text;
    refusal->contact = registry != NULL ? registry->contact : "";
    file->row->refusal = refusal;
    return acceptance_advance(turn, file, incoming, &event, ret_refusal);
}

/* Does the directory say the same of that county? In a lost past that is done again, what this
 * window did next proves that it did then. */
static bool
is_known(const struct turn *turn, const Yidi__ApplicationRedirected *redirected, const char *from)
{
    const Yidi__Office *registry =
        directory_find_registry(turn->office->directory, redirected->registration_division);
    if (turn->redo != NULL && turn->redo->evidence)
        return directory_find(turn->office->directory, redirected->registry_office) != NULL;
    return registry != NULL && strcmp(registry->code, redirected->registry_office) == 0 &&
           strcmp(registry->code, from) != 0;
}

/* The state stays as it is; the new registry has its own time for it, and was asked nothing yet. */
static enum result
go_to(struct turn *turn, Yidi__Case *row, const Yidi__ApplicationRedirected *redirected)
{
    struct policy_case policy;
    row->registry_office = redirected->registry_office;
    row->form->person->registration_division = redirected->registration_division;
    row->redirections++;
    enum result result = policies_of_case(turn, row, &policy);
    if (result != OK)
        return result;
    uint64_t stage_ms = deadline_ms(DEADLINE_REGISTRY, &policy, turn->now_ms);
    row->stage_deadline_ms =
        stage_ms < row->statutory_deadline_ms ? stage_ms : row->statutory_deadline_ms;
    row->changed_ms = turn->now_ms;
    row->reminded_ms = 0;
    return OK;
}

/* A lost past comes back out of order: what the application was handed in with since shows that it
 * went on from there. */
static bool
was_followed(const struct turn *turn, const Yidi__Case *row,
             const Yidi__ApplicationRedirected *redirected)
{
    return turn->redo != NULL && redirected->redirections < row->redirections;
}

/* The registry that sends it on may have erased the photo, and the one that it was sent to, which
 * has it, be away. */
static enum result
check_attachments(struct turn *turn, const Yidi__Case *row, struct refusal *ret_refusal)
{
    if (!share_any_is_missing(turn))
        return OK;
    enum result result = turn_find_attachments(turn, row->form);
    return result == ERR_ABSENT ? refuse(ret_refusal, REFUSAL_OFFICE_RECOVERING,
                                         "form.photo_digest", "no other office has handed it back")
                                : result;
}

enum result
acceptance_take_redirection(struct turn *turn, struct case_file *file,
                            const struct incoming *incoming, struct refusal *ret_refusal)
{
    const Yidi__ApplicationRedirected *redirected = incoming->message->application_redirected;
    const struct application_event event = { .kind = APPLICATION_REDIRECT };
    if (file->row->state != APPLICATION_SUBMITTED)
        return acceptance_advance(turn, file, incoming, &event, ret_refusal);
    if (was_followed(turn, file->row, redirected))
        return OK;
    if (!is_known(turn, redirected, incoming->from))
        return end_undeliverable(
            turn, file, incoming,
            "the registration has moved to a county whose registry is not listed", ret_refusal);
    if (file->row->redirections >= REDIRECTIONS_MAX)
        return end_undeliverable(turn, file, incoming,
                                 "the registries do not agree which of them decides", ret_refusal);
    enum result result = check_attachments(turn, file->row, ret_refusal);
    if (result == OK)
        result = go_to(turn, file->row, redirected);
    return result == OK ? acceptance_advance(turn, file, incoming, &event, ret_refusal) : result;
}
