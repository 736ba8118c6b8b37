/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/finding.h"

#include <string.h>

#include "common/core/require.h"

_Static_assert(FINDING_COUNT <= 16, "as many names as a message may list");

static const struct meaning {
    const char *name;
    enum finding_severity severity;
    enum refusal_reason reason;
} meanings[FINDING_COUNT] = {
    [FINDING_NOT_ON_FILE] = { "NOT_ON_FILE", FINDING_FAIL, REFUSED_IDENTITY_DOUBTFUL },
    [FINDING_FIRST_APPLICATION] = { "FIRST_APPLICATION", FINDING_FAIL, REFUSED_FIRST_APPLICATION },
    [FINDING_DETAILS_DIFFER] = { "DETAILS_DIFFER", FINDING_FAIL, REFUSED_IDENTITY_DOUBTFUL },
    [FINDING_ADDRESS_DIFFERS] = { "ADDRESS_DIFFERS", FINDING_DOUBT, REFUSED_IDENTITY_DOUBTFUL },
    [FINDING_REGISTERED_ELSEWHERE] = { "REGISTERED_ELSEWHERE", FINDING_FAIL,
                                       REFUSED_IDENTITY_DOUBTFUL },
    [FINDING_APPEARANCE_WITHOUT_FINGERPRINTS] = { "APPEARANCE_WITHOUT_FINGERPRINTS", FINDING_FAIL,
                                                  REFUSED_APPEARANCE_WITHOUT_FINGERPRINTS },
    [FINDING_APPEARANCE_CHANGED] = { "APPEARANCE_CHANGED", FINDING_DOUBT,
                                     REFUSED_IDENTITY_DOUBTFUL },
    [FINDING_BAD_CREDIT] = { "BAD_CREDIT", FINDING_FAIL, REFUSED_BAD_CREDIT_RECORD },
};

static uint32_t
bit(enum finding finding)
{
    return UINT32_C(1) << finding;
}

static bool
details_differ(const struct person *asked, const struct person *known)
{
    return strcmp(asked->name, known->name) != 0 || asked->sex != known->sex ||
           strcmp(asked->ethnic_group, known->ethnic_group) != 0 ||
           asked->birth_date != known->birth_date;
}

static uint32_t
judge_appearance(const struct form *form, const struct citizen *record)
{
    if (!form->appearance_changed)
        return 0;
    return bit(record->fingerprints_on_file ? FINDING_APPEARANCE_CHANGED
                                            : FINDING_APPEARANCE_WITHOUT_FINGERPRINTS);
}

uint32_t
findings_judge(const struct form *form, const struct citizen *record)
{
    const struct person *asked = &form->person;
    if (record == NULL || strcmp(asked->citizen_number, record->person.citizen_number) != 0)
        return bit(FINDING_NOT_ON_FILE);

    const struct person *known = &record->person;
    uint32_t findings = judge_appearance(form, record);
    if (form->kind == KIND_FIRST ||
        (record->card_serial[0] == '\0' && record->former_card_serial[0] == '\0'))
        findings |= bit(FINDING_FIRST_APPLICATION);
    if (details_differ(asked, known))
        findings |= bit(FINDING_DETAILS_DIFFER);
    if (strcmp(asked->address, known->address) != 0)
        findings |= bit(FINDING_ADDRESS_DIFFERS);
    if (strcmp(asked->registration_division, known->registration_division) != 0)
        findings |= bit(FINDING_REGISTERED_ELSEWHERE);
    if (record->bad_credit)
        findings |= bit(FINDING_BAD_CREDIT);
    return findings;
}

bool
findings_fatal(uint32_t findings)
{
    for (unsigned i = 0; i < FINDING_COUNT; i++)
        if ((findings & bit((enum finding)i)) != 0 && meanings[i].severity == FINDING_FAIL)
            return true;
    return findings >> FINDING_COUNT != 0;
}

bool
findings_have(uint32_t findings, enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return (findings & bit(finding)) != 0;
}

const char *
finding_name(enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return meanings[finding].name;
}

enum finding_severity
finding_severity(enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return meanings[finding].severity;
}

enum refusal_reason
finding_reason(enum finding finding)
{
    REQUIRE(finding < FINDING_COUNT);
    return meanings[finding].reason;
}
