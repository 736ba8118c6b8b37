/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/urgency.h"

#include "common/domain/civil_date.h"
#include "common/domain/working_day.h"

uint64_t
urgency_soon_until_ms(uint64_t now_ms)
{
    return civil_date_end_ms(working_day_after(civil_date_of_ms(now_ms)));
}

enum urgency
urgency_of(uint64_t deadline_ms, uint64_t now_ms)
{
    if (deadline_ms == 0)
        return URGENCY_NONE;
    if (now_ms > deadline_ms)
        return URGENCY_OVERDUE;
    return deadline_ms <= urgency_soon_until_ms(now_ms) ? URGENCY_SOON : URGENCY_LATER;
}
