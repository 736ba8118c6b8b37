/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/rate_limit.h"

#include <string.h>

void
rate_limit_init(struct rate_limit *limit, uint32_t per_minute)
{
    memset(limit, 0, sizeof *limit);
    slot_key_init(&limit->key);
    limit->per_minute = per_minute;
}

uint64_t
rate_limit_take(struct rate_limit *limit, const char *address, uint64_t monotonic_ms)
{
    size_t place = slot_of_address(&limit->key, address, RATE_LIMIT_SLOTS);
    return token_bucket_take(&limit->addresses[place], limit->per_minute, monotonic_ms);
}

uint64_t
rate_limit_guess_ms(const struct rate_limit *limit, const char *case_number, uint64_t monotonic_ms)
{
    size_t place = slot_of(&limit->key, case_number, RATE_LIMIT_SLOTS);
    return lockout_wait_ms(&limit->receipts[place], monotonic_ms);
}

void
rate_limit_guessed(struct rate_limit *limit, const char *case_number, bool right,
                   uint64_t monotonic_ms)
{
    size_t place = slot_of(&limit->key, case_number, RATE_LIMIT_SLOTS);
    if (right)
        limit->receipts[place] = (struct lockout){ 0 };
    else
        lockout_fail(&limit->receipts[place], LOCKOUT_RECEIPT_FREE, monotonic_ms);
}
