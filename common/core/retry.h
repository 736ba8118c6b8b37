/* SPDX-License-Identifier: Apache-2.0
 *
 * retry - how long to wait before trying a peer again: capped exponential backoff with jitter.
 */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H

#include <stdint.h>

struct retry_limits {
    uint64_t first_ms;
    uint64_t max_ms; /* at least first_ms */
};

/* Delay before the next attempt.
 *
 * failures  attempts that failed in a row, at least 1.
 * random    any number; spreads the delay over the upper half of its range, so that peers do not
 * come back in step. Answers   a value from half the backoff to the backoff, which doubles from
 * first_ms up to max_ms. */
uint64_t retry_delay_ms(const struct retry_limits *limits, uint32_t failures, uint64_t random);

#endif
