/* SPDX-License-Identifier: Apache-2.0
 *
 * validity - how long a card is valid, by the holder's age on the day of issue and the policy of
 * the case.
 *
 * As the law has it: under 16 5 years; 16 to 25 10; 26 to 45 20; 46 and over long-term (长期).
 */
#ifndef DOMAIN_VALIDITY_H
#define DOMAIN_VALIDITY_H

#include <stdint.h>

#include "common/domain/policy.h"

enum { VALIDITY_LONG_TERM = 0 };

/* Years of validity at an age in whole years; VALIDITY_LONG_TERM for ever. */
unsigned validity_years(const struct policy_case *policy, unsigned age_years);

/* The last day of validity printed on the card: the day of issue so many years later (29 February
 * becomes 28 February); VALIDITY_LONG_TERM when it does not end. Dates are YYYYMMDD and valid. */
uint32_t validity_until(const struct policy_case *policy, uint32_t birth_date, uint32_t issue_date);

#endif
