/* SPDX-License-Identifier: Apache-2.0
 *
 * stream_key - key of a row in the tables outbox and inbox: the other office's code, then the
 * sequence.
 */
#ifndef IO_STREAM_KEY_H
#define IO_STREAM_KEY_H

#include "common/core/bytes.h"
#include "common/core/limits.h"

struct stream_key {
    uint8_t bytes[OFFICE_CODE_CHARS + 8];
};

/* The key lives in the storage. office has OFFICE_CODE_CHARS characters. */
static inline struct bytes
stream_key(const char *office, uint64_t sequence, struct stream_key *storage)
{
    memcpy(storage->bytes, office, OFFICE_CODE_CHARS);
    bytes_put_u64(storage->bytes + OFFICE_CODE_CHARS, sequence);
    return bytes_of(storage->bytes, sizeof storage->bytes);
}

#endif
