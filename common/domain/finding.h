/* SPDX-License-Identifier: Apache-2.0
 *
 * finding - what the registry's record tells against an application, found before a person looks.
 *
 * A finding either fails the application (it cannot be issued) or is a doubt (the examiner
 * decides). Findings are kept as a set of bits in the case's row, so their numbers are stable: add,
 * never renumber. Does not know the clock, and does not refuse: people do.
 */
#ifndef DOMAIN_FINDING_H
#define DOMAIN_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "common/domain/citizen.h"
#include "common/domain/form.h"
#include "common/domain/refusal_reason.h"

enum finding {
    FINDING_NOT_ON_FILE = 0,          /* no record of that citizen number here */
    FINDING_FIRST_APPLICATION = 1,    /* no card was ever issued */
    FINDING_DETAILS_DIFFER = 2,       /* name, sex, ethnic group or birth date */
    FINDING_ADDRESS_DIFFERS = 3,      /* within a province, as far as can be told */
    FINDING_REGISTERED_ELSEWHERE = 4, /* the record names another county of registration */
    FINDING_APPEARANCE_WITHOUT_FINGERPRINTS = 5, /* greatly changed, none on file */
    FINDING_APPEARANCE_CHANGED = 6,              /* greatly changed; fingerprints are on file */
    FINDING_BAD_CREDIT = 7,
    FINDING_DECEASED = 8,            /* the record tells a day of death */
    FINDING_NUMBER_CORRECTED = 9,    /* this number was replaced by another one */
    FINDING_DUPLICATE_NUMBER = 10,   /* another citizen bears it too */
    FINDING_REGISTRATION_MOVED = 11, /* the form still names the county that it moved away from */
    FINDING_NO_PHOTO_ON_FILE = 12,
    FINDING_CARD_REPORTED_LOST = 13,    /* a renewal, of a card that was reported lost */
    FINDING_POLICY_UNKNOWN = 14,        /* accepted under a policy that is not known here yet */
    FINDING_CARD_ON_FILE = 15,          /* a first application, and a card was issued before */
    FINDING_TOO_EARLY = 16,             /* the card on file does not end soon, or never */
    FINDING_SECOND_SCRIPT_DIFFERS = 17, /* the record has another one, or none */
    FINDING_CREDIT_TOLERATED = 18,  /* a bad credit record, which the policy does not refuse for */
    FINDING_DETAILS_TOLERATED = 19, /* details differ, which it does not refuse for */
    FINDING_APPEARANCE_TOLERATED = 20, /* greatly changed, none on file, which it does not refuse */
    FINDING_POLICY_OUTDATED = 21, /* the window named a policy that was no longer the newest here */
    FINDING_CLOCK_AHEAD = 22,     /* accepted in the future, by the window's clock */
    FINDING_ADDRESS_OF_ANOTHER_PROVINCE = 23, /* than the one in the record */
    FINDING_COUNT
};

enum finding_severity {
    FINDING_DOUBT, /* the examiner decides */
    FINDING_FAIL,  /* cannot be issued */
};

/* Compare an application with the record, by the policy of the case: what that does not let anybody
 * be refused for is a doubt, so that the examiner still sees it. Of a policy that is not known here
 * nobody can say what it allows: then nothing is issued until it has come.
 *
 * record  NULL when the registry has none: then that is the only finding.
 * Returns a set: bit 1 << finding for each one. */
uint32_t findings_judge(const struct form *form, const struct citizen *record,
                        const struct policy_case *policy);

/* Do name, sex, ethnic group or birth date differ? Then whoever asks does not know the citizen. */
bool finding_details_differ(const struct person *asked, const struct person *known);

/* Does any of them fail the application? Bits of no known finding do, because a newer version may
 * have set them. */
bool findings_fatal(uint32_t findings);

/* What the registry finds beside the record is added to the set by this. */
uint32_t finding_bit(enum finding finding);

bool findings_have(uint32_t findings, enum finding finding);

/* Stable name, such as "NOT_ON_FILE"; and the finding of a name, FINDING_COUNT when unknown. */
const char *finding_name(enum finding finding);
enum finding finding_find(const char *name);
enum finding_severity finding_severity(enum finding finding);

/* What it says, for a clerk. */
const char *finding_english(enum finding finding);
const char *finding_chinese(enum finding finding);

/* What the examiner does about it. */
const char *finding_advice_english(enum finding finding);
const char *finding_advice_chinese(enum finding finding);

/* What the applicant is told when it leads to a refusal. */
enum refusal_reason finding_reason(enum finding finding);

#endif
