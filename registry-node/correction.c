/* SPDX-License-Identifier: Apache-2.0
 *
 * Correction (退回补正): an application goes back to the window with what is to be corrected and by
 * when, and comes again as its next revision.
 */
#include "common/domain/civil_date.h"
#include "common/io/incoming.h"
#include "common/io/turn.h"
#include "registry-node/core/review.h"
#include "registry-node/registry.h"

enum { REVISIONS_MAX = 100 }; /* as proto/ bounds them */

/* ---- out ---- */

static enum result
check_return(const struct turn *turn, const Yidi__Case *row, const Yidi__Decide *decide,
             struct refusal *ret_refusal)
{
    uint32_t today = civil_date_of_ms(turn->now_ms);
    if (row->revision >= REVISIONS_MAX)
        return refuse(ret_refusal, REFUSAL_REVISIONS_EXHAUSTED, "case_number",
                      "it cannot be corrected once more: decide on it");
    if (decide->n_fields == 0)
        return refuse(ret_refusal, REFUSAL_RETURN_INCOMPLETE, "decide.fields",
                      "at least one field is to be corrected");
    for (size_t i = 0; i < decide->n_fields; i++)
        if (strncmp(decide->fields[i], "form.", 5) != 0)
            return refuse(ret_refusal, REFUSAL_RETURN_INCOMPLETE, "decide.fields",
                          "a field of the form, such as form.person.address");
    if (decide->text[0] == '\0')
        return refuse(ret_refusal, REFUSAL_RETURN_INCOMPLETE, "decide.text",
                      "the applicant is told what to correct");
    if (!civil_date_valid(decide->answer_by) || decide->answer_by <= today)
        return refuse(ret_refusal, REFUSAL_RETURN_INCOMPLETE, "decide.answer_by",
                      "a date after today");
    return OK;
}

enum result
registry_return(struct turn *turn, struct case_file *file, Yidi__CaseReturn *returned,
                struct refusal *ret_refusal)
{
    const struct review_event event = { .kind = REVIEW_RETURN, .operator= turn->operator};
    file->row->returned = returned;
    return registry_advance(turn, file, NULL, &event, ret_refusal);
}

enum result
registry_return_form(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                     struct refusal *ret_refusal)
{
    Yidi__CaseReturn *returned = arena_take(turn->arena, sizeof *returned);
    if (returned == NULL)
        return ERR_MEMORY;
    enum result result = check_return(turn, file->row, decide, ret_refusal);
    if (result != OK)
        return result;
    yidi__case_return__init(returned);
    returned->fields = decide->fields;
    returned->n_fields = decide->n_fields;
    returned->text = decide->text;
    returned->answer_by = decide->answer_by;
    returned->contact = office_self(turn->office)->contact;
    return registry_return(turn, file, returned, ret_refusal);
}

/* ---- and back ---- */

static enum result
check_amendment(const struct case_file *file, const struct incoming *incoming,
                struct refusal *ret_refusal)
{
    const Yidi__Case *row = file->row;
    const Yidi__ApplicationSubmitted *submitted = incoming->message->application_submitted;
    if (strcmp(row->acceptance_office, incoming->from) != 0)
        return refuse(ret_refusal, REFUSAL_WRONG_OFFICE, "from", "this case belongs to office %s",
                      row->acceptance_office);
    if (submitted->revision <= row->revision)
        return refuse(ret_refusal, REFUSAL_CASE_NUMBER_TAKEN, "case_number",
                      "this case was opened already");
    if (submitted->revision != row->revision + 1)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "application_submitted.revision",
                      "revision %u is the next one", (unsigned)row->revision + 1);
    if (strcmp(submitted->form->person->citizen_number, row->form->person->citizen_number) != 0)
        return refuse(ret_refusal, REFUSAL_AMENDMENT_INVALID,
                      "application_submitted.form.person.citizen_number",
                      "a correction is about the same citizen");
    if (strcmp(submitted->production_office, row->production_office) != 0)
        return refuse(ret_refusal, REFUSAL_AMENDMENT_INVALID,
                      "application_submitted.production_office",
                      "the card centre of a case does not change");
    if (submitted->policy_version != row->policy_version)
        return refuse(ret_refusal, REFUSAL_AMENDMENT_INVALID,
                      "application_submitted.policy_version",
                      "the policy of a case does not change");
    return OK;
}

enum result
registry_take_amendment(struct turn *turn, const struct incoming *incoming,
                        struct refusal *ret_refusal)
{
    const Yidi__ApplicationSubmitted *submitted = incoming->message->application_submitted;
    const struct review_event event = { .kind = REVIEW_AMEND, .operator= "" };
    struct case_file file;
    enum result result = case_file_open(turn->txn, &review_machine, incoming->message->case_number,
                                        turn->arena, &file);
    if (result == OK)
        result = check_amendment(&file, incoming, ret_refusal);
    if (result != OK)
        return result;
    file.row->form = submitted->form;
    file.row->revision = submitted->revision;
    file.row->application_sequence = incoming->sequence;
    file.row->application_envelope = (ProtobufCBinaryData){ 0 };
    file.row->attention = NULL;
    file.row->examiner = "";
    result = registry_judge(turn, file.row, &file.row->findings);
    return result == OK ? registry_advance(turn, &file, incoming, &event, ret_refusal) : result;
}
