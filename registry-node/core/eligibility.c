/* SPDX-License-Identifier: Apache-2.0 */
#include "registry-node/core/eligibility.h"

#include <stddef.h>

static const uint32_t TOLD_TO_STRANGERS =
    UINT32_C(1) << FINDING_NOT_ON_FILE | UINT32_C(1) << FINDING_DETAILS_DIFFER;

void
eligibility_judge(const struct form *form, const struct citizen *record,
                  const struct policy_case *policy, struct eligibility *ret_eligibility)
{
    const uint32_t findings = findings_judge(form, record, policy);
    const bool known = !findings_have(findings, FINDING_NOT_ON_FILE) &&
                       !finding_details_differ(&form->person, &record->person);
    *ret_eligibility = (struct eligibility){
        .findings = known ? findings : findings & TOLD_TO_STRANGERS,
        .fingerprints_on_file = known && record->fingerprints_on_file,
        .offices_told = known,
    };
}
