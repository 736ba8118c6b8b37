/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/domain/finding.h"
#include "common/io/form_view.h"
#include "common/io/incoming.h"
#include "common/io/photo.h"
#include "common/io/redo.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

static enum result
check_number(struct turn *turn, const struct incoming *incoming, bool again,
             struct refusal *ret_refusal)
{
    const char *case_number = incoming->message->case_number;
    char office[OFFICE_CODE_CHARS + 1];
    enum result result = case_number_check(case_number, "case_number", ret_refusal);
    if (result != OK)
        return result;
    case_number_office(case_number, office);
    if (strcmp(office, incoming->from) != 0)
        return refuse(ret_refusal, REFUSAL_WRONG_OFFICE, "case_number",
                      "a case number begins with the code of the office that gave it");
    result = again ? ERR_ABSENT : case_file_exists(turn->txn, case_number);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_TAKEN, "case_number",
                      "this case was opened already");
    return result == ERR_ABSENT ? OK : result;
}

static enum result
check_jurisdiction(const struct turn *turn, const struct incoming *incoming,
                   struct refusal *ret_refusal)
{
    const struct directory *directory = turn->office->directory;
    const Yidi__ApplicationSubmitted *submitted = incoming->message->application_submitted;
    const char *division = submitted->form->person->registration_division;
    if (!directory_office_covers(office_self(turn->office), division))
        return refuse(ret_refusal, REFUSAL_NOT_IN_JURISDICTION,
                      "application_submitted.form.person.registration_division",
                      "%s is another registry's", division);
    const Yidi__Office *acceptance = directory_find(directory, incoming->from);
    const Yidi__Office *production = directory_find(directory, submitted->production_office);
    if (acceptance == NULL || production == NULL || production->revoked ||
        production->role != YIDI__ROLE__PRODUCTION ||
        !directory_office_covers(production, acceptance->areas[0]))
        return refuse(ret_refusal, REFUSAL_PRODUCTION_UNLISTED,
                      "application_submitted.production_office",
                      "%s does not serve the acceptance office", submitted->production_office);
    return OK;
}

static enum result
check_attachments(const struct incoming *incoming, struct refusal *ret_refusal)
{
    enum result result =
        incoming_check_attachments(incoming, incoming->message->application_submitted->form,
                                   "application_submitted.form.photo_digest", ret_refusal);
    if (result == OK && !incoming_is_erased(incoming, 0))
        result = photo_check(incoming->frames[0], ret_refusal);
    for (size_t i = 1; i < incoming->attachment_count && result == OK; i++)
        if (!incoming_is_erased(incoming, i))
            result = fingerprint_check(incoming->frames[i], ret_refusal);
    return result;
}

/* A clock that runs ahead at the window must not lengthen the time that the law gives, nor make a
 * child an adult. */
static uint64_t
accepted_at_ms(const struct turn *turn, const Yidi__ApplicationSubmitted *submitted)
{
    return submitted->accepted_ms < turn->now_ms ? submitted->accepted_ms : turn->now_ms;
}

static enum result
check_application(struct turn *turn, const struct incoming *incoming, bool again,
                  struct refusal *ret_refusal)
{
    const Yidi__ApplicationSubmitted *submitted = incoming->message->application_submitted;
    const struct form form = form_view(submitted->form);
    const Yidi__Office *acceptance = directory_find(turn->office->directory, incoming->from);
    struct policy_case policy = { .date = civil_date_of_ms(accepted_at_ms(turn, submitted)),
                                  .window = incoming->from,
                                  .registry = turn->office->journal.office,
                                  .production = submitted->production_office };
    if (incoming->envelope_bytes > APPLICATION_ENVELOPE_BYTES_MAX)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "application_submitted",
                      "at most %d bytes with its proof", APPLICATION_ENVELOPE_BYTES_MAX);
    enum result result = check_number(turn, incoming, again, ret_refusal);
    if (result == OK)
        result = check_jurisdiction(turn, incoming, ret_refusal);
    if (result == OK)
        result = policies_find(turn, submitted->policy_version, &policy.policy, &policy.known);
    if (result == OK)
        result = form_check(&form, &policy, acceptance->areas[0], ret_refusal);
    if (result == OK)
        result = check_attachments(incoming, ret_refusal);
    return result;
}

enum result
registry_judge(struct turn *turn, const Yidi__Case *row, uint32_t *ret_findings)
{
    Yidi__Citizen *record = NULL;
    struct policy_case policy;
    const struct form form = form_view(row->form);
    enum result result = policies_of_case(turn, row, &policy);
    if (result == OK)
        result = registry_find_citizen(turn, form.person.citizen_number, &record);
    if (result != OK && result != ERR_ABSENT)
        return result;
    if (result == OK) {
        const struct citizen citizen = citizen_view(record);
        *ret_findings = findings_judge(&form, &citizen, &policy);
    } else {
        *ret_findings = findings_judge(&form, NULL, &policy);
    }
    return OK;
}

static enum result
fill_row(struct turn *turn, const struct incoming *incoming, Yidi__Case *row)
{
    const Yidi__ApplicationSubmitted *submitted = incoming->message->application_submitted;
    uint64_t accepted_ms = accepted_at_ms(turn, submitted);
    row->form = submitted->form;
    row->acceptance_office = (char *)incoming->from;
    row->registry_office = (char *)turn->office->journal.office;
    row->production_office = submitted->production_office;
    row->accepted_ms = accepted_ms;
    row->application_sequence = incoming->sequence;
    row->revision = submitted->revision;
    row->policy_version = submitted->policy_version;
    struct policy_case policy;
    enum result result = policies_of_case(turn, row, &policy);
    if (result == OK)
        row->statutory_deadline_ms = deadline_ms(DEADLINE_STATUTORY, &policy, accepted_ms);
    return result;
}

static enum result
explain_second(struct turn *turn, Yidi__Case *row, const char *open_case)
{
    static Yidi__RefusalReason reasons[] = { YIDI__REFUSAL_REASON__OPEN_APPLICATION };
    char office[OFFICE_CODE_CHARS + 1];
    enum { TEXT_BYTES = 600 };
    Yidi__CaseRefusal *refusal = arena_take(turn->arena, sizeof *refusal);
    char *text = arena_take(turn->arena, TEXT_BYTES);
    if (refusal == NULL || text == NULL)
        return ERR_MEMORY;
    case_number_office(open_case, office);
    const Yidi__Office *first = directory_find(turn->office->directory, office);
    snprintf(text, TEXT_BYTES, "another application is open at %s (%s)",
             first != NULL ? first->name : "an office", office);
    yidi__case_refusal__init(refusal);
    refusal->reasons = reasons;
    refusal->n_reasons = 1;
    refusal->text = text;
    refusal->contact = office_self(turn->office)->contact;
    row->refusal = refusal;
    return OK;
}

enum result
registry_open_review(struct turn *turn, const struct incoming *incoming,
                     struct refusal *ret_refusal)
{
    struct case_file file;
    char open_case[CASE_NUMBER_CHARS + 1];
    struct review review = { .state = REVIEW_ABSENT, .examiner = "" };
    struct review_event event = { .kind = REVIEW_OPEN, .operator= "" };
    struct effects effects = { 0 };

    bool again = incoming->message->application_submitted->revision > 0 &&
                 case_file_exists(turn->txn, incoming->message->case_number) == OK;
    enum result result = check_application(turn, incoming, again, ret_refusal);
    if (result == OK && again)
        return registry_take_amendment(turn, incoming, ret_refusal);
    if (result == OK)
        result = case_file_new(incoming->message->case_number, turn->arena, &file);
    if (result != OK)
        return result;
    result = fill_row(turn, incoming, file.row);
    if (result == OK)
        result = registry_judge(turn, file.row, &file.row->findings);
    if (result != OK)
        return result;

    result = case_file_find_open(turn->txn, file.row->form->person->citizen_number, open_case);
    bool proved = turn->redo != NULL && turn->redo->evidence; /* whatever else is open here now */
    if (result == OK && !proved) {
        event.kind = REVIEW_OPEN_SECOND;
        result = explain_second(turn, file.row, open_case);
    } else if (result == ERR_ABSENT) {
        result = OK;
    }
    if (result == OK)
        result = review_step(&review, &event, &effects, ret_refusal);
    return result == OK ? turn_advance(turn, &file, incoming, review.state, &effects) : result;
}
