/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/retry.h"

#include "common/core/require.h"

uint64_t
retry_delay_ms(const struct retry_limits *limits, uint32_t failures, uint64_t random)
{
    REQUIRE(failures > 0);
    REQUIRE(limits->first_ms > 0 && limits->first_ms <= limits->max_ms);

    uint64_t delay_ms = limits->first_ms;
    while (--failures > 0 && delay_ms < limits->max_ms)
        delay_ms = delay_ms > limits->max_ms / 2 ? limits->max_ms : 2 * delay_ms;
    uint64_t half_ms = delay_ms / 2;
    return delay_ms - random % (half_ms + 1);
}
