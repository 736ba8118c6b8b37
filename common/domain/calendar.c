/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/calendar.h"

#include <stdlib.h>

#include "common/domain/civil_date.h"

static int
compare_dates(const void *a, const void *b)
{
    const uint32_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static bool
is_listed(const uint32_t *dates, size_t count, uint32_t date)
{
    return count > 0 && bsearch(&date, dates, count, sizeof *dates, compare_dates) != NULL;
}

bool
calendar_is_working_day(const struct calendar *calendar, uint32_t date)
{
    if (civil_date_weekday(date) > FRIDAY)
        return is_listed(calendar->working_weekends, calendar->working_weekend_count, date);
    return !is_listed(calendar->holidays, calendar->holiday_count, date);
}

uint32_t
calendar_working_day_of(const struct calendar *calendar, uint32_t date)
{
    while (date < CIVIL_DATE_MAX && !calendar_is_working_day(calendar, date))
        date = civil_date_add_days(date, 1);
    return date;
}

uint32_t
calendar_add_working_days(const struct calendar *calendar, uint32_t date, unsigned days)
{
    for (; days > 0; days--)
        date = calendar_working_day_of(calendar, civil_date_add_days(date, 1));
    return date;
}

static bool
has_year(const uint32_t *dates, size_t count, unsigned year)
{
    for (size_t i = 0; i < count; i++)
        if (dates[i] / 10000 == year)
            return true;
    return false;
}

bool
calendar_knows_year(const struct calendar *calendar, unsigned year)
{
    return has_year(calendar->holidays, calendar->holiday_count, year) ||
           has_year(calendar->working_weekends, calendar->working_weekend_count, year);
}
