/* SPDX-License-Identifier: Apache-2.0
 *
 * calendar - which days are working days: Monday to Friday, but for public holidays, and the
 * weekends that are worked in exchange (调休).
 *
 * A year of which nothing is listed has its weekends only. Does not know the clock, nor who made
 * the lists.
 */
#ifndef DOMAIN_CALENDAR_H
#define DOMAIN_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Dates YYYYMMDD, sorted; borrowed. All zero: no holiday is known. */
struct calendar {
    const uint32_t *holidays;
    size_t holiday_count;
    const uint32_t *working_weekends;
    size_t working_weekend_count;
};

bool calendar_is_working_day(const struct calendar *calendar, uint32_t date);

/* The working day that a date counts for: itself, or the first one after it. CIVIL_DATE_MAX counts
 * as a working day. */
uint32_t calendar_working_day_of(const struct calendar *calendar, uint32_t date);

/* The last of so many working days after the date, which itself is not counted. */
uint32_t calendar_add_working_days(const struct calendar *calendar, uint32_t date, unsigned days);

/* Is anything listed for that year? */
bool calendar_knows_year(const struct calendar *calendar, unsigned year);

#endif
