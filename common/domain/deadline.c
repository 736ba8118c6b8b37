/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/deadline.h"

#include "common/core/require.h"
#include "common/domain/civil_date.h"

static const struct {
    const char *name;
    enum policy_key days;
} periods[DEADLINE_COUNT] = {
    [DEADLINE_STATUTORY] = { "STATUTORY", POLICY_DEADLINE_STATUTORY },
    [DEADLINE_REGISTRY] = { "REGISTRY", POLICY_DEADLINE_REGISTRY },
    [DEADLINE_PRODUCTION] = { "PRODUCTION", POLICY_DEADLINE_PRODUCTION },
    [DEADLINE_NOTIFICATION] = { "NOTIFICATION", POLICY_DEADLINE_NOTIFICATION },
    [DEADLINE_COLLECTION] = { "COLLECTION", POLICY_DEADLINE_COLLECTION },
    [DEADLINE_REMAKE] = { "REMAKE", POLICY_DEADLINE_REMAKE },
    [DEADLINE_BAD_CARD] = { "BAD_CARD", POLICY_DEADLINE_BAD_CARD },
};

static bool
in_working_days(enum deadline deadline, const struct policy_case *policy)
{
    if (deadline == DEADLINE_PRODUCTION)
        return policy_of_case(policy, POLICY_PRODUCTION_WORKING_DAYS) != 0;
    return policy_key_info(periods[deadline].days)->unit == POLICY_WORKING_DAYS;
}

uint64_t
deadline_ms(enum deadline deadline, const struct policy_case *policy, uint64_t from_ms)
{
    REQUIRE(deadline < DEADLINE_COUNT);
    uint32_t date = civil_date_of_ms(from_ms);
    uint32_t days = policy_of_case(policy, periods[deadline].days);
    if (deadline == DEADLINE_STATUTORY)
        days += policy_of_case(policy, POLICY_DEADLINE_REMOTE);
    if (in_working_days(deadline, policy))
        date = calendar_add_working_days(&policy->policy->calendar, date, days);
    else
        date = civil_date_add_days(date, (int32_t)days);
    return civil_date_end_ms(date);
}

const char *
deadline_name(enum deadline deadline)
{
    REQUIRE(deadline < DEADLINE_COUNT);
    return periods[deadline].name;
}
