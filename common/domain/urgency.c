/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/urgency.h"

#include "common/domain/civil_date.h"

struct urgency_scale
urgency_scale_of(const struct policy *policy, const char *office, uint64_t now_ms)
{
    uint32_t today = civil_date_of_ms(now_ms);
    uint32_t days = policy_value(policy, POLICY_DUE_SOON, today, office);
    uint32_t last = calendar_add_working_days(&policy->calendar, today, days);
    return (struct urgency_scale){ now_ms, civil_date_end_ms(last) };
}

enum urgency
urgency_of(uint64_t deadline_ms, const struct urgency_scale *scale)
{
    if (deadline_ms == 0)
        return URGENCY_NONE;
    if (scale->now_ms > deadline_ms)
        return URGENCY_OVERDUE;
    return deadline_ms <= scale->soon_until_ms ? URGENCY_SOON : URGENCY_LATER;
}
