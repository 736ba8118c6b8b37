/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *older;
    size_t size;
    size_t used;
    alignas(max_align_t) uint8_t data[];
};

void
arena_init(struct arena *arena)
{
    arena->blocks = NULL;
}

void
arena_fini(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->older;
        free(block);
    }
}

void
arena_reset(struct arena *arena)
{
    while (arena->blocks != NULL && arena->blocks->older != NULL) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->older;
        free(block);
    }
    if (arena->blocks != NULL && arena->blocks->size > ARENA_BLOCK_BYTES)
        arena_fini(arena);
    else if (arena->blocks != NULL)
        arena->blocks->used = 0;
}

static struct arena_block *
add_block(struct arena *arena, size_t size)
{
    size_t room = size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES;
    if (room > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    struct arena_block *block = malloc(sizeof *block + room);
    if (block == NULL)
        return NULL;
    *block = (struct arena_block){ .older = arena->blocks, .size = room };
    arena->blocks = block;
    return block;
}

void *
arena_take_raw(struct arena *arena, size_t size)
{
    size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    struct arena_block *block = arena->blocks;
    if (rounded < size)
        return NULL;
    if (block == NULL || block->size - block->used < rounded)
        block = add_block(arena, rounded);
    if (block == NULL)
        return NULL;
    void *memory = block->data + block->used;
    block->used += rounded;
    return memory;
}

void *
arena_take(struct arena *arena, size_t size)
{
    void *memory = arena_take_raw(arena, size);
    return memory == NULL ? NULL : memset(memory, 0, size);
}

char *
arena_copy_text(struct arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = arena_take_raw(arena, size);
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

struct bytes
arena_copy(struct arena *arena, struct bytes from)
{
    if (from.size == 0)
        return (struct bytes){ 0 };
    uint8_t *copy = arena_take_raw(arena, from.size);
    if (copy == NULL)
        return (struct bytes){ 0 };
    memcpy(copy, from.data, from.size);
    return bytes_of(copy, from.size);
}
