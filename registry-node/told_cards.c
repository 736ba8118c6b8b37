/* SPDX-License-Identifier: Apache-2.0 */
#include "registry-node/told_cards.h"

#include <string.h>

enum { TOLD_MAX = 8 }; /* as proto/ bounds them */

enum result
told_cards_add(Yidi__Case *row, char *serial, struct arena *arena)
{
    size_t first = row->n_told_serials < TOLD_MAX ? 0 : 1, count = 0;
    char **told = arena_take(arena, (row->n_told_serials + 1) * sizeof *told);
    if (told == NULL)
        return ERR_MEMORY;
    for (size_t i = first; i < row->n_told_serials; i++)
        told[count++] = row->told_serials[i];
    told[count++] = serial;
    row->told_serials = told;
    row->n_told_serials = count;
    return OK;
}

char *
told_cards_find_newer(const Yidi__Case *row, const char *serial)
{
    const size_t count = row->n_told_serials;
    char *last = count == 0 ? (char *)"" : row->told_serials[count - 1];
    for (size_t i = 0; i + 1 < count; i++)
        if (strcmp(row->told_serials[i], serial) == 0 && strcmp(last, serial) != 0)
            return last;
    return "";
}

bool
told_cards_next_is_awaited(const Yidi__Case *row, const char *serial)
{
    bool told = false;
    for (size_t i = 0; i < row->n_told_serials; i++)
        told |= strcmp(row->told_serials[i], row->faulty_serial) == 0;
    return row->faulty_serial[0] != '\0' && (!told || strcmp(row->faulty_serial, serial) == 0);
}
