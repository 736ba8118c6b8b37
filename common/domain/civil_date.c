/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/civil_date.h"

#include <stddef.h>
#include <stdio.h>

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 };

static const uint64_t day_ms = UINT64_C(24) * 60 * 60 * 1000;
static const uint64_t beijing_ahead_ms = UINT64_C(8) * 60 * 60 * 1000;

static bool
is_leap_year(uint32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static uint32_t
days_in_month(uint32_t year, uint32_t month)
{
    static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

/* Days since 1 January 1970. Years are counted from March, so that the leap day comes last; an era
 * is 400 years. */
static int64_t
days_of(uint32_t date)
{
    int64_t year = date / 10000;
    int64_t month = date / 100 % 100;
    int64_t day = date % 100;
    if (month <= 2)
        year--;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

static uint32_t
date_of(int64_t days)
{
    if (days < days_of(CIVIL_DATE_MIN))
        return CIVIL_DATE_MIN;
    if (days > days_of(CIVIL_DATE_MAX))
        return CIVIL_DATE_MAX;
    days += DAYS_TO_1970;
    int64_t era = days / DAYS_PER_ERA;
    int64_t day_of_era = days % DAYS_PER_ERA;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    int64_t year = era * 400 + year_of_era + (month <= 2);
    return (uint32_t)(year * 10000 + month * 100 + day);
}

bool
civil_date_valid(uint32_t date)
{
    uint32_t year = date / 10000;
    uint32_t month = date / 100 % 100;
    uint32_t day = date % 100;
    return date >= CIVIL_DATE_MIN && date <= CIVIL_DATE_MAX && month >= 1 && month <= 12 &&
           day >= 1 && day <= days_in_month(year, month);
}

enum result
civil_date_check(uint32_t date, const char *field, struct refusal *ret_refusal)
{
    if (!civil_date_valid(date))
        return refuse(ret_refusal, REFUSAL_DATE_INVALID, field,
                      "must be a day of the calendar, YYYYMMDD, from %d to %d", CIVIL_DATE_MIN,
                      CIVIL_DATE_MAX);
    return OK;
}

enum result
civil_date_decode(const char *text, uint32_t *ret_date)
{
    uint32_t date = 0;
    for (size_t i = 0; i < 8; i++) {
        if (text[i] < '0' || text[i] > '9')
            return ERR_REFUSED;
        date = date * 10 + (uint32_t)(text[i] - '0');
    }
    if (!civil_date_valid(date))
        return ERR_REFUSED;
    *ret_date = date;
    return OK;
}

void
civil_date_format(uint32_t date, char ret_text[CIVIL_DATE_TEXT_BYTES])
{
    snprintf(ret_text, CIVIL_DATE_TEXT_BYTES, "%04u-%02u-%02u", date / 10000 % 10000,
             date / 100 % 100, date % 100);
}

uint32_t
civil_date_add_years(uint32_t date, unsigned years)
{
    uint64_t later = (uint64_t)date + (uint64_t)years * 10000;
    if (later > CIVIL_DATE_MAX)
        return CIVIL_DATE_MAX;
    uint32_t year = (uint32_t)later / 10000;
    if (later % 10000 == 229 && !is_leap_year(year))
        later--;
    return (uint32_t)later;
}

uint32_t
civil_date_add_months(uint32_t date, unsigned months)
{
    uint64_t count = (uint64_t)(date / 100 % 100) + months;
    uint32_t month = date / 100 % 100 == 0 ? 1 : (uint32_t)((count - 1) % 12) + 1;
    uint64_t year = date / 10000 + (count > 0 ? (count - 1) / 12 : 0);
    if (year > CIVIL_DATE_MAX / 10000)
        return CIVIL_DATE_MAX;
    uint32_t last = days_in_month((uint32_t)year, month);
    uint32_t day = date % 100 < last ? date % 100 : last;
    return (uint32_t)year * 10000 + month * 100 + day;
}

uint32_t
civil_date_add_days(uint32_t date, int32_t days)
{
    return date_of(days_of(date) + days);
}

int32_t
civil_date_days_between(uint32_t from, uint32_t to)
{
    return (int32_t)(days_of(to) - days_of(from));
}

unsigned
civil_date_age(uint32_t birth_date, uint32_t on_date)
{
    return on_date < birth_date ? 0 : (on_date - birth_date) / 10000;
}

enum weekday
civil_date_weekday(uint32_t date)
{
    /* 1 January 1970 was a Thursday; a multiple of 7 keeps the sum above zero for every number. */
    return (enum weekday)((days_of(date) + THURSDAY - MONDAY + INT64_C(7000000)) % 7 + MONDAY);
}

uint32_t
civil_date_of_ms(uint64_t unix_ms)
{
    uint64_t days = unix_ms / day_ms + (unix_ms % day_ms + beijing_ahead_ms) / day_ms;
    return date_of((int64_t)days);
}

uint64_t
civil_date_start_ms(uint32_t date)
{
    int64_t start = days_of(date) * (int64_t)day_ms - (int64_t)beijing_ahead_ms;
    return start < 0 ? 0 : (uint64_t)start;
}

uint64_t
civil_date_end_ms(uint32_t date)
{
    int64_t end = (days_of(date) + 1) * (int64_t)day_ms - (int64_t)beijing_ahead_ms - 1;
    return end < 0 ? 0 : (uint64_t)end;
}
