/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/form.h"

#include <string.h>

#include "common/domain/citizen_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/division.h"
#include "common/domain/ethnic_group.h"
#include "common/domain/fee.h"
#include "common/domain/person_name.h"
#include "common/domain/text.h"

/* What the rules look at. */
struct facts {
    const struct form *form;
    const struct policy_case *policy;
    const char *office_division;
};

static enum result
check_kind(const struct facts *facts, struct refusal *ret_refusal)
{
    bool first_refused =
        facts->policy->known && policy_of_case(facts->policy, POLICY_REFUSE_FIRST) != 0;
    switch (facts->form->kind) {
    case KIND_RENEWAL:
    case KIND_REPLACEMENT:
        return OK;
    case KIND_FIRST:
        if (!first_refused)
            return OK;
        return refuse(ret_refusal, REFUSAL_FIRST_APPLICATION_ELSEWHERE, "form.kind",
                      "a first card is applied for at the place of household registration");
    case KIND_UNSPECIFIED:
        break;
    }
    return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "form.kind",
                  "must be RENEWAL, REPLACEMENT or FIRST");
}

static enum result
check_reason(const struct facts *facts, struct refusal *ret_refusal)
{
    enum form_reason reason = facts->form->reason;
    bool fits_replacement = reason == REASON_LOST || reason == REASON_STOLEN;
    bool fits_renewal = reason == REASON_EXPIRED || reason == REASON_EXPIRING ||
                        reason == REASON_DAMAGED || reason == REASON_DETAILS_CHANGED;
    if (facts->form->kind == KIND_RENEWAL && !fits_renewal)
        return refuse(ret_refusal, REFUSAL_REASON_MISMATCH, "form.reason",
                      "a renewal is for EXPIRED, EXPIRING, DAMAGED or DETAILS_CHANGED");
    if (facts->form->kind == KIND_REPLACEMENT && !fits_replacement)
        return refuse(ret_refusal, REFUSAL_REASON_MISMATCH, "form.reason",
                      "a replacement is for LOST or STOLEN");
    if (facts->form->kind == KIND_FIRST && reason != REASON_FIRST_CARD)
        return refuse(ret_refusal, REFUSAL_REASON_MISMATCH, "form.reason",
                      "a first application is for FIRST_CARD");
    return OK;
}

static enum result
check_name(const struct facts *facts, struct refusal *ret_refusal)
{
    return person_name_check(facts->form->person.name, "form.person.name", ret_refusal);
}

static enum result
check_sex(const struct facts *facts, struct refusal *ret_refusal)
{
    enum sex sex = facts->form->person.sex;
    if (sex != SEX_MALE && sex != SEX_FEMALE)
        return refuse(ret_refusal, REFUSAL_SEX_MISMATCH, "form.person.sex",
                      "must be MALE or FEMALE, as the citizen number tells");
    return OK;
}

static enum result
check_ethnic_group(const struct facts *facts, struct refusal *ret_refusal)
{
    return ethnic_group_check(facts->form->person.ethnic_group, "form.person.ethnic_group",
                              ret_refusal);
}

static enum result
check_citizen_number(const struct facts *facts, struct refusal *ret_refusal)
{
    return citizen_number_check(facts->form->person.citizen_number, "form.person.citizen_number",
                                ret_refusal);
}

static enum result
check_birth_date(const struct facts *facts, struct refusal *ret_refusal)
{
    static const char field[] = "form.person.birth_date";
    const struct person *person = &facts->form->person;
    enum result result = civil_date_check(person->birth_date, field, ret_refusal);
    if (result != OK)
        return result;
    if (person->birth_date > facts->policy->date)
        return refuse(ret_refusal, REFUSAL_DATE_INVALID, field, "must not be in the future");
    if (person->birth_date != citizen_number_birth_date(person->citizen_number))
        return refuse(ret_refusal, REFUSAL_BIRTH_DATE_MISMATCH, field,
                      "must be digits 7 to 14 of the citizen number");
    return OK;
}

static enum result
check_sex_of_number(const struct facts *facts, struct refusal *ret_refusal)
{
    const struct person *person = &facts->form->person;
    if (person->sex != citizen_number_sex(person->citizen_number))
        return refuse(ret_refusal, REFUSAL_SEX_MISMATCH, "form.person.sex",
                      "must agree with digit 17 of the citizen number: odd MALE, even FEMALE");
    return OK;
}

static enum result
check_division(const struct facts *facts, struct refusal *ret_refusal)
{
    static const char field[] = "form.person.registration_division";
    const char *division = facts->form->person.registration_division;
    enum result result = division_check(division, field, ret_refusal);
    if (result != OK)
        return result;
    if (strcmp(division, facts->office_division) == 0)
        return refuse(ret_refusal, REFUSAL_NOT_ELSEWHERE, field,
                      "must not be this office's own county; such applications are not made "
                      "in another place");
    return OK;
}

static enum result
check_identity_document(const struct facts *facts, struct refusal *ret_refusal)
{
    const struct form *form = facts->form;
    switch (form->identity_document) {
    case DOCUMENT_HOUSEHOLD_REGISTER:
    case DOCUMENT_RESIDENCE_PERMIT:
    case DOCUMENT_DRIVING_LICENCE:
    case DOCUMENT_PASSPORT:
        break;
    case DOCUMENT_ORIGINAL_CARD:
        if (form->kind == KIND_RENEWAL)
            break;
        return refuse(ret_refusal, REFUSAL_IDENTITY_DOCUMENT_INVALID, "form.identity_document",
                      "the original card identifies an applicant only on renewal");
    case DOCUMENT_UNSPECIFIED:
    default:
        return refuse(ret_refusal, REFUSAL_IDENTITY_DOCUMENT_INVALID, "form.identity_document",
                      "must be HOUSEHOLD_REGISTER, DRIVING_LICENCE, PASSPORT or "
                      "RESIDENCE_PERMIT, or on renewal ORIGINAL_CARD");
    }
    return text_check(form->identity_document_number, 1, FORM_DOCUMENT_NUMBER_BYTES_MAX,
                      "form.identity_document_number", ret_refusal);
}

static enum result
check_evidence(const struct facts *facts, struct refusal *ret_refusal)
{
    enum form_document evidence = facts->form->evidence;
    if (facts->form->kind == KIND_RENEWAL && evidence != DOCUMENT_ORIGINAL_CARD)
        return refuse(ret_refusal, REFUSAL_EVIDENCE_MISSING, "form.evidence",
                      "a renewal needs ORIGINAL_CARD");
    if (facts->form->kind != KIND_RENEWAL && evidence != DOCUMENT_HOUSEHOLD_REGISTER &&
        evidence != DOCUMENT_RESIDENCE_PERMIT)
        return refuse(ret_refusal, REFUSAL_EVIDENCE_MISSING, "form.evidence",
                      "a %s needs HOUSEHOLD_REGISTER or RESIDENCE_PERMIT",
                      facts->form->kind == KIND_FIRST ? "first application" : "replacement");
    return OK;
}

/* A number that another person could bear, who is of age. */
static enum result
check_guardian_number(const struct facts *facts, struct refusal *ret_refusal)
{
    static const char field[] = "form.guardian.citizen_number";
    const char *number = facts->form->guardian.citizen_number;
    enum result result = citizen_number_check(number, field, ret_refusal);
    if (result != OK)
        return result;
    if (strcmp(number, facts->form->person.citizen_number) == 0)
        return refuse(ret_refusal, REFUSAL_GUARDIAN_MISSING, field,
                      "the guardian must be another person");
    if (civil_date_age(citizen_number_birth_date(number), facts->policy->date) <
        FORM_GUARDIAN_AGE_MIN_YEARS)
        return refuse(ret_refusal, REFUSAL_GUARDIAN_MISSING, field,
                      "the guardian must be %d or older", FORM_GUARDIAN_AGE_MIN_YEARS);
    return OK;
}

static enum result
check_guardian(const struct facts *facts, struct refusal *ret_refusal)
{
    const struct form *form = facts->form;
    if (!form->guardian_given) {
        if (civil_date_age(form->person.birth_date, facts->policy->date) >=
            FORM_GUARDED_BELOW_YEARS)
            return OK;
        return refuse(ret_refusal, REFUSAL_GUARDIAN_MISSING, "form.guardian",
                      "a guardian must apply for whoever is under %d", FORM_GUARDED_BELOW_YEARS);
    }
    enum result result = person_name_check(form->guardian.name, "form.guardian.name", ret_refusal);
    if (result == OK)
        result = check_guardian_number(facts, ret_refusal);
    if (result == OK)
        result = text_check(form->guardian.relation, 1, FORM_RELATION_BYTES_MAX,
                            "form.guardian.relation", ret_refusal);
    return result;
}

static enum result
check_guardian_photo(const struct facts *facts, struct refusal *ret_refusal)
{
    const struct form *form = facts->form;
    bool child_gets_first =
        form->kind == KIND_FIRST &&
        civil_date_age(form->person.birth_date, facts->policy->date) < FORM_GUARDED_BELOW_YEARS;
    if (!child_gets_first || form->guardian.photo_given || !facts->policy->known ||
        policy_of_case(facts->policy, POLICY_GUARDIAN_PHOTO) == 0)
        return OK;
    return refuse(ret_refusal, REFUSAL_GUARDIAN_PHOTO_MISSING, "form.guardian.photo_digest",
                  "the first card of whoever is under %d needs a photo taken with the guardian",
                  FORM_GUARDED_BELOW_YEARS);
}

static enum result
check_phone(const struct facts *facts, struct refusal *ret_refusal)
{
    static const char field[] = "form.phone";
    const char *phone = facts->form->phone;
    const char *number = *phone == '+' ? phone + 1 : phone;
    size_t digits = 0;
    for (const char *c = number; *c != '\0'; c++) {
        if (*c >= '0' && *c <= '9')
            digits++;
        else if (*c != '-' && *c != ' ')
            return refuse(ret_refusal, REFUSAL_PHONE_INVALID, field,
                          "must hold only digits, hyphens and spaces, after a + or none");
    }
    if (digits < FORM_PHONE_DIGITS_MIN || strlen(phone) > FORM_PHONE_BYTES_MAX)
        return refuse(ret_refusal, REFUSAL_PHONE_INVALID, field,
                      "must have at least %d digits and at most %d characters",
                      FORM_PHONE_DIGITS_MIN, FORM_PHONE_BYTES_MAX);
    return OK;
}

static enum result
check_addresses(const struct facts *facts, struct refusal *ret_refusal)
{
    const struct form *form = facts->form;
    enum result result = text_check(form->person.address, 1, FORM_TEXT_BYTES_MAX,
                                    "form.person.address", ret_refusal);
    if (result != OK)
        return result;
    if (form->residence_basis != BASIS_WORK && form->residence_basis != BASIS_STUDY &&
        form->residence_basis != BASIS_LIVING)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "form.residence_basis",
                      "must be WORK, STUDY or LIVING");
    return text_check(form->residence_address, 1, FORM_TEXT_BYTES_MAX, "form.residence_address",
                      ret_refusal);
}

/* It is asked for where the cards are made, not where the applicant is registered. */
static enum result
check_second_script(const struct facts *facts, struct refusal *ret_refusal)
{
    const struct second_script *script = &facts->form->second_script;
    enum result result = second_script_check(script, "form.", ret_refusal);
    if (result != OK || !second_script_given(script) || !facts->policy->known ||
        policy_of_case(facts->policy, POLICY_BILINGUAL) != 0)
        return result;
    return refuse(ret_refusal, REFUSAL_SECOND_SCRIPT_NOT_MADE, "form.second_script_name",
                  "the card centres of province %.2s print Chinese alone; apply without it, or at "
                  "the place of registration",
                  facts->policy->production);
}

/* Each finger that is declared missing is one, and is declared once. */
static enum result
check_missing_fingers(const struct facts *facts, struct refusal *ret_refusal)
{
    static const char field[] = "form.fingers_missing";
    const struct form *form = facts->form;
    if (form->missing_count > FORM_FINGERS_MISSING_MAX)
        return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, field, "must be at most %d",
                      FORM_FINGERS_MISSING_MAX);
    for (size_t i = 0; i < form->missing_count; i++) {
        if (form->missing[i] < FINGER_RIGHT_THUMB || form->missing[i] > FINGER_LEFT_LITTLE)
            return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, field, "must name fingers");
        for (size_t earlier = 0; earlier < i; earlier++)
            if (form->missing[earlier] == form->missing[i])
                return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, field,
                              "must name each finger once");
    }
    return OK;
}

/* None at all needs a reason, and some need none. */
static enum result
check_fingerprints_reason(const struct facts *facts, struct refusal *ret_refusal)
{
    static const char field[] = "form.no_fingerprints_reason";
    const struct form *form = facts->form;
    bool given = form->no_fingerprints_reason[0] != '\0';
    if (form->fingerprint_count > 0)
        return !given ? OK
                      : refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, field,
                               "must be empty when there are fingerprints");
    if (!given)
        return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, field,
                      "must say why no fingerprints are taken");
    return text_check(form->no_fingerprints_reason, 1, FORM_TEXT_BYTES_MAX, field, ret_refusal);
}

static enum result
refuse_count(const enum form_finger due[FINGERS_WANTED], size_t due_count,
             struct refusal *ret_refusal)
{
    static const char field[] = "form.fingerprints";
    if (due_count == 0)
        return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, field,
                      "must be none, as all fingers are declared missing");
    if (due_count == 1)
        return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, field,
                      "must be of %s alone; declare the fingers that are missing",
                      form_finger_name(due[0]));
    return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, field,
                  "must be of %s and %s; declare the fingers that are missing",
                  form_finger_name(due[0]), form_finger_name(due[1]));
}

static enum result
check_fingerprints(const struct facts *facts, struct refusal *ret_refusal)
{
    static const char field[] = "form.fingerprints";
    const struct form *form = facts->form;
    enum form_finger due[FINGERS_WANTED];
    size_t due_count = fingers_due(form->missing, form->missing_count, due);
    if (form->fingerprint_count == 0)
        return OK;
    if (form->fingerprint_count != due_count)
        return refuse_count(due, due_count, ret_refusal);
    for (size_t i = 0; i < due_count; i++)
        if (form->fingerprints[i] != due[i])
            return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, field,
                          "template %zu must be of %s, the next finger that is not declared "
                          "missing",
                          i + 1, form_finger_name(due[i]));
    return OK;
}

static enum result
check_fee(const struct facts *facts, struct refusal *ret_refusal)
{
    const struct form *form = facts->form;
    const struct fee_claim claim = { form->kind, form->reason, form->fee_waiver, form->fee_fen };
    return facts->policy->known ? fee_check(facts->policy, &claim, ret_refusal) : OK;
}

enum result
form_check_kind(enum form_kind kind, enum form_reason reason, const struct policy_case *policy,
                struct refusal *ret_refusal)
{
    const struct form form = { .kind = kind, .reason = reason };
    const struct facts facts = { .form = &form, .policy = policy };
    enum result result = check_kind(&facts, ret_refusal);
    return result == OK ? check_reason(&facts, ret_refusal) : result;
}

enum result
form_check(const struct form *form, const struct policy_case *policy, const char *office_division,
           struct refusal *ret_refusal)
{
    typedef enum result rule_fn(const struct facts *facts, struct refusal *ret_refusal);
    static rule_fn *const rules[] = {
        check_kind,
        check_reason,
        check_name,
        check_sex,
        check_ethnic_group,
        check_citizen_number,
        check_birth_date,
        check_sex_of_number,
        check_division,
        check_identity_document,
        check_evidence,
        check_guardian,
        check_guardian_photo,
        check_phone,
        check_addresses,
        check_second_script,
        check_missing_fingers,
        check_fingerprints_reason,
        check_fingerprints,
        check_fee,
    };
    const struct facts facts = { form, policy, office_division };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        enum result result = rules[i](&facts, ret_refusal);
        if (result != OK)
            return result;
    }
    return OK;
}
