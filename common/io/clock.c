/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/clock.h"

#include <time.h>

static uint64_t
read_ms(clockid_t which)
{
    struct timespec time;
    clock_gettime(which, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

struct office_time
clock_now(void)
{
    return (struct office_time){ .wall_ms = read_ms(CLOCK_REALTIME),
                                 .monotonic_ms = read_ms(CLOCK_MONOTONIC) };
}

uint64_t
clock_monotonic_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}
