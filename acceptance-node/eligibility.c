/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/eligibility.h"

#include <stdio.h>

#include "acceptance-node/acceptance.h"
#include "common/core/hex.h"
#include "common/domain/citizen_number.h"
#include "common/io/form_view.h"
#include "common/io/intake.h"
#include "common/io/question.h"
#include "common/io/signature.h"

enum { JOURNALLED_BYTES = 512 }; /* about: an entry and its head */

/* What a finished form says of what the registry is asked about. */
static Yidi__EligibilityQuestion *
question_of(const Yidi__ApplicationForm *form, struct arena *arena)
{
    Yidi__EligibilityQuestion *question = arena_take(arena, sizeof *question);
    if (question == NULL)
        return NULL;
    yidi__eligibility_question__init(question);
    question->kind = form->kind;
    question->reason = form->reason;
    question->person = form->person;
    question->appearance_changed = form->appearance_changed;
    question->second_script_name = form->second_script_name;
    question->second_script_address = form->second_script_address;
    return question;
}

static enum result
check_form(const struct turn *turn, const Yidi__ApplicationForm *wire, struct refusal *ret_refusal)
{
    struct policy_case policy;
    const struct form form = form_view(wire);
    policies_of_new(turn, form.person.registration_division, &policy);
    enum result result = acceptance_check_directory_date(turn, ret_refusal);
    if (result == OK)
        result = form_check(&form, &policy, office_self(turn->office)->areas[0], ret_refusal);
    return result == OK
               ? acceptance_check_no_open_case(turn, form.person.citizen_number, ret_refusal)
               : result;
}

static enum result
answer_not_asked(struct turn *turn, Yidi__Response *response)
{
    Yidi__Eligibility *told = arena_take(turn->arena, sizeof *told);
    if (told == NULL)
        return ERR_MEMORY;
    yidi__eligibility__init(told);
    told->outcome = YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_NOT_ASKED;
    told->told_ms = turn->now_ms;
    response->body_case = YIDI__RESPONSE__BODY_ELIGIBILITY;
    response->eligibility = told;
    return OK;
}

static enum result
journal_question(struct turn *turn, const Yidi__QueryEligibility *query, const char *registry)
{
    char reference[2 * QUESTION_REFERENCE_BYTES + 1];
    enum { DETAIL_BYTES = 80 };
    char *detail = arena_take(turn->arena, DETAIL_BYTES);
    if (detail == NULL)
        return ERR_MEMORY;
    hex_encode(bytes_of(query->reference.data, query->reference.len), reference);
    snprintf(detail, DETAIL_BYTES, "question %s to %s", reference, registry);
    turn_begin_act(turn, "", "ask-eligibility", detail);
    return turn_journal_cause(turn);
}

static enum result
ask_registry(struct turn *turn, Yidi__EligibilityQuestion *question, struct refusal *ret_refusal)
{
    const char *division = question->person->registration_division;
    const Yidi__Office *registry = directory_find_registry(turn->office->directory, division);
    struct policy_case policy;
    Yidi__QueryEligibility *query = arena_take(turn->arena, sizeof *query);
    uint8_t *reference = arena_take(turn->arena, QUESTION_REFERENCE_BYTES);
    if (query == NULL || reference == NULL)
        return ERR_MEMORY;
    if (!office_trusts(turn->office, registry, turn->now_ms))
        return refuse(ret_refusal, REFUSAL_REGISTRY_UNLISTED, "form.person.registration_division",
                      "no trusted registry has jurisdiction over %s", division);
    enum result result = citizen_number_check(question->person->citizen_number,
                                              "form.person.citizen_number", ret_refusal);
    if (result == OK)
        result = intake_check_room(turn->office, JOURNALLED_BYTES, ret_refusal);
    if (result != OK)
        return result;
    signature_random(reference, QUESTION_REFERENCE_BYTES);
    policies_of_new(turn, division, &policy);
    yidi__query_eligibility__init(query);
    query->reference = (ProtobufCBinaryData){ .data = reference, .len = QUESTION_REFERENCE_BYTES };
    query->operator_ = (char *)turn->operator;
    query->question = question;
    query->policy_version = policy.policy->version;
    result = journal_question(turn, query, registry->code);
    if (result == OK)
        question_prepare(turn, registry->code, query);
    return result;
}

enum result
eligibility_ask(struct turn *turn, const Yidi__AskEligibility *ask, Yidi__Response *response,
                struct refusal *ret_refusal)
{
    struct bytes known;
    if (ask->about_case == YIDI__ASK_ELIGIBILITY__ABOUT_QUESTION)
        return ask_registry(turn, ask->question, ret_refusal);
    const Yidi__Apply *apply = ask->apply;
    enum result result = ERR_ABSENT;
    if (apply->request_key[0] != '\0')
        result = store_get(turn->txn, TABLE_REQUESTS, bytes_of_text(apply->request_key), &known);
    if (result == OK)
        return answer_not_asked(turn, response);
    if (result != ERR_ABSENT)
        return result;
    Yidi__EligibilityQuestion *question = question_of(apply->form, turn->arena);
    if (question == NULL)
        return ERR_MEMORY;
    result = check_form(turn, apply->form, ret_refusal);
    return result == OK ? ask_registry(turn, question, ret_refusal) : result;
}

enum result
eligibility_of_apply(struct turn *turn, const Yidi__Apply *apply,
                     Yidi__Eligibility **ret_eligibility, struct refusal *ret_refusal)
{
    struct bytes reference = bytes_of(apply->eligibility.data, apply->eligibility.len);
    *ret_eligibility = NULL;
    if (reference.size == 0)
        return OK;
    return question_find_told(turn, reference, apply->form->person->citizen_number, ret_eligibility,
                              ret_refusal);
}
