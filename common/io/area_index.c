/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/area_index.h"

#include <stdlib.h>
#include <string.h>

static int
compare_rows(const void *a, const void *b)
{
    const struct area_row *left = a, *right = b;
    int order = strcmp(left->area, right->area);
    return order != 0 ? order : strcmp(left->office->code, right->office->code);
}

enum result
area_index_build(const Yidi__Directory *directory, Yidi__Role role, struct arena *arena,
                 struct area_index *ret_index)
{
    size_t room = 0, count = 0;

    for (size_t i = 0; i < directory->n_offices; i++)
        room += directory->offices[i]->n_areas;
    struct area_row *rows = arena_take(arena, (room + 1) * sizeof *rows);
    if (rows == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < directory->n_offices; i++) {
        const Yidi__Office *office = directory->offices[i];
        if (office->role != role || office->revoked)
            continue;
        for (size_t j = 0; j < office->n_areas; j++)
            rows[count++] = (struct area_row){ office->areas[j], office };
    }
    qsort(rows, count, sizeof *rows, compare_rows);
    *ret_index = (struct area_index){ .rows = rows, .count = count };
    return OK;
}

const Yidi__Office *
area_index_find(const struct area_index *index, const char *area)
{
    size_t low = 0, high = index->count;

    while (low < high) { /* the first row that is not before the area */
        size_t middle = low + (high - low) / 2;
        if (strcmp(index->rows[middle].area, area) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == index->count || strcmp(index->rows[low].area, area) != 0)
        return NULL;
    return index->rows[low].office;
}
