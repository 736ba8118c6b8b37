/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/validity.h"

#include <stddef.h>

#include "common/domain/civil_date.h"

unsigned
validity_years(const struct policy_case *policy, unsigned age_years)
{
    static const struct {
        unsigned below_age_years;
        enum policy_key years;
    } bands[] = {
        { 16, POLICY_VALIDITY_UNDER_16 },
        { 26, POLICY_VALIDITY_16_TO_25 },
        { 46, POLICY_VALIDITY_26_TO_45 },
    };
    for (size_t i = 0; i < sizeof bands / sizeof *bands; i++)
        if (age_years < bands[i].below_age_years)
            return policy_of_case(policy, bands[i].years);
    return policy_of_case(policy, POLICY_VALIDITY_FROM_46);
}

uint32_t
validity_until(const struct policy_case *policy, uint32_t birth_date, uint32_t issue_date)
{
    unsigned years = validity_years(policy, civil_date_age(birth_date, issue_date));
    return years == VALIDITY_LONG_TERM ? VALIDITY_LONG_TERM
                                       : civil_date_add_years(issue_date, years);
}
