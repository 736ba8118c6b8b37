/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/token_bucket.h"

#include "common/core/require.h"

uint64_t
token_bucket_take(struct token_bucket *bucket, uint32_t per_minute, uint64_t now_ms)
{
    REQUIRE(per_minute >= 1 && per_minute <= TOKEN_BUCKET_MS);
    const uint64_t share_ms = TOKEN_BUCKET_MS / per_minute;
    const uint64_t full_ms = bucket->full_ms > now_ms ? bucket->full_ms : now_ms;
    const uint64_t used_ms = full_ms - now_ms;
    if (used_ms + share_ms > TOKEN_BUCKET_MS)
        return used_ms + share_ms - TOKEN_BUCKET_MS;
    bucket->full_ms = full_ms + share_ms;
    return 0;
}
