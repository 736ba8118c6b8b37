/* SPDX-License-Identifier: Apache-2.0
 *
 * form - the registration form of an application in another place (居民身份证异地受理登记表), and
 * every rule that it must keep at acceptance.
 *
 * struct form is message ApplicationForm of proto/message.proto in plain C, without the digests:
 * their bytes belong to the shell. Decides what the form alone can tell; does not know the
 * population record (finding.h), the clock, or which offices exist. What differs by date and
 * province is asked of the policy of the case.
 */
#ifndef DOMAIN_FORM_H
#define DOMAIN_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/core/refusal.h"
#include "common/domain/finger.h"
#include "common/domain/form_terms.h"
#include "common/domain/person.h"
#include "common/domain/policy.h"
#include "common/domain/second_script.h"

enum {
    FORM_FINGERPRINTS_MAX = FINGERS_WANTED,
    FORM_FINGERS_MISSING_MAX = FINGER_COUNT,
    FORM_TEXT_BYTES_MAX = 300, /* addresses */
    FORM_PHONE_BYTES_MAX = 20,
    FORM_PHONE_DIGITS_MIN = 5,
    FORM_DOCUMENT_NUMBER_BYTES_MAX = 32,
    FORM_RELATION_BYTES_MAX = 30,
    FORM_GUARDED_BELOW_YEARS = 16,
    FORM_GUARDIAN_AGE_MIN_YEARS = 18,
};

struct form_guardian {
    const char *name;
    const char *citizen_number;
    const char *relation;
    bool photo_given; /* of guardian and applicant together */
};

/* Texts are borrowed, terminated, and never NULL. */
struct form {
    enum form_kind kind;
    enum form_reason reason;
    struct person person;
    struct second_script second_script;
    const char *phone;
    enum form_basis residence_basis;
    const char *residence_address;
    enum form_document identity_document;
    const char *identity_document_number;
    enum form_document evidence;
    bool guardian_given; /* else guardian is not looked at */
    struct form_guardian guardian;
    bool appearance_changed;
    uint32_t fee_fen; /* paid */
    enum form_waiver fee_waiver;
    size_t fingerprint_count;
    enum form_finger fingerprints[FORM_FINGERPRINTS_MAX];
    size_t missing_count;
    enum form_finger missing[FORM_FINGERS_MISSING_MAX]; /* declared */
    const char *no_fingerprints_reason;                 /* empty when there are any */
};

/* Apply every rule of the form, always in the same order, and tell the first one that is broken.
 *
 * policy           that judges the case; its date is the day of acceptance, and valid. While the
 *                  case's own version is not known here, what it decides is not asked.
 * office_division  county of the acceptance office that asks; whoever is registered there does
 *                  not apply in another place.
 * ret_refusal      field is the path as in proto/, such as form.person.name.
 *
 * In this order:
 *   form.kind                     FIRST_APPLICATION_ELSEWHERE, FIELD_OUT_OF_BOUNDS
 *   form.reason                   REASON_MISMATCH
 *   form.person.name              NAME_INVALID
 *   form.person.sex               SEX_MISMATCH
 *   form.person.ethnic_group      ETHNIC_GROUP_UNKNOWN
 *   form.person.citizen_number    CITIZEN_NUMBER_INVALID
 *   form.person.birth_date        DATE_INVALID, BIRTH_DATE_MISMATCH
 *   form.person.sex               SEX_MISMATCH (with the citizen number)
 *   form.person.registration_division  DIVISION_UNKNOWN, NOT_ELSEWHERE
 *   form.identity_document        IDENTITY_DOCUMENT_INVALID
 *   form.identity_document_number FIELD_OUT_OF_BOUNDS
 *   form.evidence                 EVIDENCE_MISSING
 *   form.guardian...              GUARDIAN_MISSING, NAME_INVALID, CITIZEN_NUMBER_INVALID,
 *                                 FIELD_OUT_OF_BOUNDS
 *   form.guardian.photo_digest    GUARDIAN_PHOTO_MISSING
 *   form.phone                    PHONE_INVALID
 *   form.person.address, form.residence_basis, form.residence_address  FIELD_OUT_OF_BOUNDS
 *   form.second_script_name, form.second_script_address
 *                                 NAME_INVALID, FIELD_OUT_OF_BOUNDS, SECOND_SCRIPT_NOT_MADE
 *   form.fingers_missing, form.no_fingerprints_reason, form.fingerprints
 *                                 FINGERPRINT_INVALID, FIELD_OUT_OF_BOUNDS (the reason's text)
 *   form.fee_waiver, form.fee_fen FEE_MISMATCH */
enum result form_check(const struct form *form, const struct policy_case *policy,
                       const char *office_division, struct refusal *ret_refusal) MUST_CHECK;

/* The first two of these rules alone: may that be applied for, and for that reason? */
enum result form_check_kind(enum form_kind kind, enum form_reason reason,
                            const struct policy_case *policy,
                            struct refusal *ret_refusal) MUST_CHECK;

#endif
