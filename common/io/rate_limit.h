/* SPDX-License-Identifier: Apache-2.0
 *
 * rate_limit - how often strangers are heard: by address, and by the receipt whose code they guess.
 *
 * An address may ask so many times a minute (core/token_bucket). Wrong codes for one receipt are
 * free as often as somebody mistypes, then each doubles the pause in which nothing about that
 * receipt is heard (core/lockout), wherever it is asked from. In memory, in tables of fixed size
 * (slot.h): two that share a place wait for each other, and a restart forgets.
 */
#ifndef IO_RATE_LIMIT_H
#define IO_RATE_LIMIT_H

#include <stdbool.h>

#include "common/core/lockout.h"
#include "common/core/token_bucket.h"
#include "common/io/slot.h"

enum { RATE_LIMIT_SLOTS = 16384 };

struct rate_limit {
    struct slot_key key;
    uint32_t per_minute; /* of one address */
    struct token_bucket addresses[RATE_LIMIT_SLOTS];
    struct lockout receipts[RATE_LIMIT_SLOTS];
};

/* per_minute  as of token_bucket_take. */
void rate_limit_init(struct rate_limit *limit, uint32_t per_minute);

/* One request of an address: 0, and it counts; or the milliseconds until one is heard. */
uint64_t rate_limit_take(struct rate_limit *limit, const char *address, uint64_t monotonic_ms);

/* Milliseconds for which no code for that receipt is heard. */
uint64_t rate_limit_guess_ms(const struct rate_limit *limit, const char *case_number,
                             uint64_t monotonic_ms);

/* A code for that receipt, heard whether or not there is such a receipt. A right one ends the
 * pauses. */
void rate_limit_guessed(struct rate_limit *limit, const char *case_number, bool right,
                        uint64_t monotonic_ms);

#endif
