/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/lockout.h"

uint64_t
lockout_wait_ms(const struct lockout *lockout, uint64_t now_ms)
{
    uint64_t wait_ms = lockout->next_ms > now_ms ? lockout->next_ms - now_ms : 0;
    return wait_ms > LOCKOUT_MAX_MS ? 0 : wait_ms;
}

static uint64_t
pause_ms(uint32_t failures, uint32_t free_count)
{
    uint64_t pause_ms = LOCKOUT_FIRST_MS;
    if (failures <= free_count)
        return 0;
    for (uint32_t i = free_count + 1; i < failures && pause_ms < LOCKOUT_MAX_MS; i++)
        pause_ms *= 2;
    return pause_ms < LOCKOUT_MAX_MS ? pause_ms : LOCKOUT_MAX_MS;
}

void
lockout_fail(struct lockout *lockout, uint32_t free_count, uint64_t now_ms)
{
    if (now_ms > lockout->next_ms && now_ms - lockout->next_ms > LOCKOUT_FORGET_MS)
        lockout->failures = 0;
    if (lockout->failures < UINT32_MAX)
        lockout->failures++;
    lockout->next_ms = now_ms + pause_ms(lockout->failures, free_count);
}
