/* SPDX-License-Identifier: Apache-2.0
 *
 * bytes - a borrowed run of bytes, and a digest.
 *
 * A struct bytes never owns; whoever made it says how long it lives.
 */
#ifndef CORE_BYTES_H
#define CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *data;
    size_t size;
};

enum { DIGEST_BYTES = 32 };

struct digest {
    uint8_t bytes[DIGEST_BYTES];
};

static inline struct bytes
bytes_of(const void *data, size_t size)
{
    return (struct bytes){ .data = data, .size = size };
}

static inline struct bytes
bytes_of_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

static inline bool
bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool
digest_equal(const struct digest *a, const struct digest *b)
{
    return memcmp(a->bytes, b->bytes, DIGEST_BYTES) == 0;
}

/* Big-endian integers in keys, so that byte order is number order. */
static inline void
bytes_put_u64(uint8_t out[8], uint64_t value)
{
    for (int i = 7; i >= 0; i--, value >>= 8)
        out[i] = (uint8_t)value;
}

static inline uint64_t
bytes_get_u64(const uint8_t in[8])
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | in[i];
    return value;
}

#endif
