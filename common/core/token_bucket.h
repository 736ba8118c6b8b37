/* SPDX-License-Identifier: Apache-2.0
 *
 * token_bucket - so many requests a minute, all of them at once if need be.
 *
 * A bucket is one number, the time at which it is full again: each request moves that on by a
 * minute's share. Empty is all zero, so a table of buckets needs no beginning. Knows neither who
 * asks nor whose clock it is; the clock never goes back.
 */
#ifndef CORE_TOKEN_BUCKET_H
#define CORE_TOKEN_BUCKET_H

#include <stdint.h>

enum { TOKEN_BUCKET_MS = 60000 };

struct token_bucket {
    uint64_t full_ms;
};

/* One request: 0, and it is counted; or the milliseconds until one is heard, and it is not.
 *
 * per_minute  1 to TOKEN_BUCKET_MS. */
uint64_t token_bucket_take(struct token_bucket *bucket, uint32_t per_minute, uint64_t now_ms);

#endif
