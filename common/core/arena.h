/* SPDX-License-Identifier: Apache-2.0
 *
 * arena - memory that is given back all at once, at the end of a turn or a command.
 *
 * Grows by blocks of at least ARENA_BLOCK_BYTES; reset keeps the first block, so that an idle
 * daemon stays small.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stddef.h>

#include "common/core/auto.h"
#include "common/core/bytes.h"

enum { ARENA_BLOCK_BYTES = 64 * 1024 };

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
};

void arena_init(struct arena *arena);
void arena_fini(struct arena *arena);

/* Give back everything that was allocated; pointers into the arena end here. */
void arena_reset(struct arena *arena);

/* Zeroed memory, aligned for any type; NULL only when the machine is out of memory. */
void *arena_take(struct arena *arena, size_t size);

/* The same, not zeroed: for what is overwritten at once. */
void *arena_take_raw(struct arena *arena, size_t size);

/* A terminated copy; NULL only when out of memory. */
char *arena_copy_text(struct arena *arena, const char *text);

/* A copy of bytes; data is NULL when out of memory or empty. */
struct bytes arena_copy(struct arena *arena, struct bytes from);

static inline void
arena_auto(struct arena *arena)
{
    arena_fini(arena);
}

#endif
