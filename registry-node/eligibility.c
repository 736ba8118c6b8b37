/* SPDX-License-Identifier: Apache-2.0
 *
 * Eligibility: a window asks about an application before it takes the fee. Answered from the record
 * and the open cases as they are now; the journal keeps who asked, never about whom.
 */
#include <stdio.h>

#include "common/core/hex.h"
#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/io/form_view.h"
#include "common/io/turn.h"
#include "registry-node/core/eligibility.h"
#include "registry-node/registry.h"

enum { REFERENCE_BYTES = 16 };

static const char *
registry_of(const struct turn *turn, const char *division)
{
    const Yidi__Office *registry = directory_find_registry(turn->office->directory, division);
    return registry == NULL ? "" : registry->code;
}

/* The reference stands for the citizen: only the window knows about whom it asked. */
static enum result
journal_answer(struct turn *turn, const char *window, const Yidi__QueryEligibility *query)
{
    char reference[2 * REFERENCE_BYTES + 1];
    enum { DETAIL_BYTES = 160 };
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    hex_encode(bytes_of(query->reference.data, query->reference.len), reference);
    snprintf(detail, DETAIL_BYTES, "question %s of %s at %s, before an application", reference,
             query->operator_, window);
    turn_begin_act(turn, "", "answer-eligibility", detail);
    return turn_journal_cause(turn);
}

static enum result
judge(struct turn *turn, const char *window, const Yidi__QueryEligibility *query,
      Yidi__AnswerEligibility *answer)
{
    Yidi__Citizen *record = NULL;
    struct citizen citizen;
    struct eligibility eligibility;
    const struct form form = question_view(query->question);
    struct policy_case policy = { .date = civil_date_of_ms(turn->now_ms),
                                  .window = window,
                                  .registry = turn->office->journal.office };
    enum result result = policies_find(turn, query->policy_version, &policy.policy, &policy.known);
    if (result == OK)
        result = registry_find_citizen(turn, form.person.citizen_number, &record);
    if (result != OK && result != ERR_ABSENT)
        return result;
    if (record != NULL)
        citizen = citizen_view(record);
    eligibility_judge(&form, record == NULL ? NULL : &citizen, &policy, &eligibility);
    answer->findings = eligibility.findings;
    answer->fingerprints_on_file = eligibility.fingerprints_on_file;
    if (!eligibility.offices_told)
        return OK;
    if (findings_have(eligibility.findings, FINDING_REGISTRATION_MOVED))
        answer->belongs_to = (char *)registry_of(turn, citizen.present_division);

    char open_case[CASE_NUMBER_CHARS + 1];
    result = case_file_find_open(turn->txn, form.person.citizen_number, open_case);
    if (result == OK) {
        answer->open_at = arena_take(turn->arena, OFFICE_CODE_CHARS + 1);
        if (answer->open_at == NULL)
            return ERR_MEMORY;
        case_number_office(open_case, answer->open_at);
    }
    return result == ERR_ABSENT ? OK : result;
}

enum result
registry_answer_eligibility(struct turn *turn, const char *window,
                            const Yidi__QueryEligibility *query, Yidi__AnswerEligibility *answer,
                            struct refusal *ret_refusal)
{
    const char *division = query->question->person->registration_division;
    if (!directory_office_covers(office_self(turn->office), division)) {
        answer->belongs_to = (char *)registry_of(turn, division);
        return refuse(ret_refusal, REFUSAL_NOT_IN_JURISDICTION,
                      "query_eligibility.question.person.registration_division",
                      "%s is another registry's", division);
    }
    enum result result = judge(turn, window, query, answer);
    return result == OK ? journal_answer(turn, window, query) : result;
}
