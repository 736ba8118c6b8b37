/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/deadline.h"

#include <stdbool.h>

#include "common/core/require.h"
#include "common/domain/civil_date.h"

static const struct {
    const char *name;
    int days;
    bool working_days;
} periods[DEADLINE_COUNT] = {
    [DEADLINE_STATUTORY] = { "STATUTORY", 60, false },
    [DEADLINE_REGISTRY] = { "REGISTRY", 5, false },
    [DEADLINE_PRODUCTION] = { "PRODUCTION", 30, false },
    [DEADLINE_NOTIFICATION] = { "NOTIFICATION", 2, true },
    [DEADLINE_COLLECTION] = { "COLLECTION", 90, false },
};

static uint32_t
add_working_days(uint32_t date, int days)
{
    for (int left = days; left > 0;) {
        date = civil_date_add_days(date, 1);
        /* The last day of the range ends the count too: a clock may say anything. */
        if (civil_date_weekday(date) <= FRIDAY || date == CIVIL_DATE_MAX)
            left--;
    }
    return date;
}

uint64_t
deadline_ms(enum deadline deadline, uint64_t from_ms)
{
    REQUIRE(deadline < DEADLINE_COUNT);
    uint32_t date = civil_date_of_ms(from_ms);
    if (periods[deadline].working_days)
        date = add_working_days(date, periods[deadline].days);
    else
        date = civil_date_add_days(date, periods[deadline].days);
    return civil_date_end_ms(date);
}

const char *
deadline_name(enum deadline deadline)
{
    REQUIRE(deadline < DEADLINE_COUNT);
    return periods[deadline].name;
}
