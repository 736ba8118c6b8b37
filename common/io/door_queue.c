/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/door_queue.h"

#include <stdlib.h>
#include <string.h>

static size_t
count(const struct door_queue *queue, enum door_kind kind, bool held)
{
    size_t sum = 0;
    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        const struct door_waiting *waiting = &queue->places[i];
        sum +=
            waiting->ticket != 0 && waiting->kind == kind && (waiting->held.data != NULL) == held;
    }
    return sum;
}

struct door_waiting *
door_queue_add(struct door_queue *queue, enum door_kind kind)
{
    struct door_waiting *place = door_queue_find(queue, 0);
    if (place == NULL || (kind == DOOR_ACT && count(queue, kind, false) >= CONSOLE_COMMANDS_MAX))
        return NULL;
    place->kind = kind;
    return place;
}

struct door_waiting *
door_queue_find(struct door_queue *queue, uint64_t ticket)
{
    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++)
        if (queue->places[i].ticket == ticket)
            return &queue->places[i];
    return NULL;
}

void
door_queue_asked(struct door_waiting *waiting)
{
    free((void *)(uintptr_t)waiting->held.data);
    waiting->held = bytes_of(NULL, 0);
}

void
door_queue_remove(struct door_waiting *waiting)
{
    door_queue_asked(waiting);
    memset(waiting, 0, sizeof *waiting);
}

bool
door_queue_has_turn(const struct door_queue *queue)
{
    return count(queue, DOOR_QUERY, false) < CONSOLE_QUERIES_AT_ONCE;
}

enum result
door_queue_hold(struct door_waiting *waiting, struct bytes frame)
{
    uint8_t *copy = malloc(frame.size);
    if (copy == NULL)
        return ERR_MEMORY;
    memcpy(copy, frame.data, frame.size);
    waiting->held = bytes_of(copy, frame.size);
    return OK;
}

/* Tickets grow: the lowest one came first. */
struct door_waiting *
door_queue_next(struct door_queue *queue)
{
    struct door_waiting *next = NULL;
    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++) {
        struct door_waiting *waiting = &queue->places[i];
        if (waiting->held.data != NULL && (next == NULL || waiting->ticket < next->ticket))
            next = waiting;
    }
    return next != NULL && door_queue_has_turn(queue) ? next : NULL;
}

void
door_queue_fini(struct door_queue *queue)
{
    for (size_t i = 0; i < HTTP_CONNECTIONS_MAX; i++)
        door_queue_remove(&queue->places[i]);
}
