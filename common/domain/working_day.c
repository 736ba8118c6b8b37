/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/working_day.h"

#include "common/domain/civil_date.h"

uint32_t
working_day_of(uint32_t date)
{
    while (date < CIVIL_DATE_MAX && civil_date_weekday(date) > FRIDAY)
        date = civil_date_add_days(date, 1);
    return date;
}

uint32_t
working_day_after(uint32_t date)
{
    return working_day_of(civil_date_add_days(date, 1));
}
