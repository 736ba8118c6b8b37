/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/case_trace.h"

#include <string.h>

static Yidi__Hop *
copy_hop(const Yidi__Hop *hop, struct arena *arena)
{
    Yidi__Hop *copy = arena_take(arena, sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = *hop;
    copy->office = arena_copy_text(arena, hop->office);
    copy->operator_ = arena_copy_text(arena, hop->operator_);
    copy->peer = arena_copy_text(arena, hop->peer);
    copy->base.n_unknown_fields = 0;
    copy->base.unknown_fields = NULL;
    return copy->office == NULL || copy->operator_ == NULL || copy->peer == NULL ? NULL : copy;
}

static bool
is_own(const Yidi__Hop *hop, const char *own_office)
{
    return strcmp(hop->office, own_office) == 0;
}

/* Place of the hop that a new one displaces; n_trace when it displaces none. */
static size_t
find_displaced(const Yidi__Case *row, const char *own_office)
{
    if (row->n_trace < CASE_TRACE_MAX)
        return row->n_trace;
    for (size_t i = 1; i < row->n_trace; i++)
        if (!is_own(row->trace[i], own_office))
            return i;
    return 1;
}

enum result
case_trace_add(Yidi__Case *row, const char *own_office, const Yidi__Hop *hop, struct arena *arena)
{
    size_t displaced = find_displaced(row, own_office);
    if (displaced < row->n_trace && is_own(row->trace[displaced], own_office) &&
        !is_own(hop, own_office))
        return OK;
    Yidi__Hop *copy = copy_hop(hop, arena);
    Yidi__Hop **trace = arena_take(arena, (row->n_trace + 1) * sizeof *trace);
    if (copy == NULL || trace == NULL)
        return ERR_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < row->n_trace; i++)
        if (i != displaced)
            trace[count++] = row->trace[i];
    trace[count++] = copy;
    row->trace = trace;
    row->n_trace = count;
    return OK;
}

bool
case_trace_has(const Yidi__Case *row, const Yidi__Hop *hop)
{
    for (size_t i = 0; i < row->n_trace; i++) {
        const Yidi__Hop *known = row->trace[i];
        if (known->step == hop->step && known->time_ms == hop->time_ms &&
            known->sequence == hop->sequence && strcmp(known->peer, hop->peer) == 0 &&
            strcmp(known->office, hop->office) == 0)
            return true;
    }
    return false;
}

enum result
case_trace_merge(Yidi__Case *row, const char *own_office, const struct incoming *incoming,
                 struct arena *arena)
{
    enum result result = OK;
    for (size_t i = 0; i < incoming->trace_count && result == OK; i++) {
        const Yidi__Hop *hop = incoming->trace[i];
        if (strcmp(hop->office, incoming->from) == 0 && !case_trace_has(row, hop))
            result = case_trace_add(row, own_office, hop, arena);
    }
    return result;
}

size_t
case_trace_own(const Yidi__Case *row, const char *own_office, Yidi__Hop **ret_hops, size_t room)
{
    size_t first = row->n_trace, own = 0, count = 0;
    while (first > 0 && own < room)
        own += strcmp(row->trace[--first]->office, own_office) == 0;
    for (size_t i = first; i < row->n_trace; i++)
        if (strcmp(row->trace[i]->office, own_office) == 0)
            ret_hops[count++] = row->trace[i];
    return count;
}
