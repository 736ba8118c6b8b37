/* SPDX-License-Identifier: Apache-2.0
 *
 * working_day - the days on which offices work: Monday to Friday in Beijing.
 *
 * Public holidays are not known here. Does not know the clock.
 */
#ifndef DOMAIN_WORKING_DAY_H
#define DOMAIN_WORKING_DAY_H

#include <stdint.h>

/* The working day that a date counts for: itself, or the first one after a weekend. Dates are
 * YYYYMMDD; CIVIL_DATE_MAX counts as a working day. */
uint32_t working_day_of(uint32_t date);

/* The first working day after a date, which itself is not counted. */
uint32_t working_day_after(uint32_t date);

#endif
