/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/validity.h"

#include <stddef.h>

#include "common/domain/civil_date.h"

unsigned
validity_years(unsigned age_years)
{
    static const struct {
        unsigned below_age_years;
        unsigned years;
    } periods[] = { { 16, 5 }, { 26, 10 }, { 46, 20 } };
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
        if (age_years < periods[i].below_age_years)
            return periods[i].years;
    return VALIDITY_LONG_TERM;
}

uint32_t
validity_until(uint32_t birth_date, uint32_t issue_date)
{
    unsigned years = validity_years(civil_date_age(birth_date, issue_date));
    return years == VALIDITY_LONG_TERM ? VALIDITY_LONG_TERM
                                       : civil_date_add_years(issue_date, years);
}
