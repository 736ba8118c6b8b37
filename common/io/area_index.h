/* SPDX-License-Identifier: Apache-2.0
 *
 * area_index - which trusted offices of a role claim an area; part of directory.
 *
 * Knows no prefixes: it finds the area that is asked for, or nothing.
 */
#ifndef IO_AREA_INDEX_H
#define IO_AREA_INDEX_H

#include "common/core/arena.h"
#include "common/core/result.h"
#include "proto/directory.pb-c.h"

struct area_row {
    const char *area;
    const Yidi__Office *office;
};

struct area_index {
    struct area_row *rows; /* sorted by area, then by the office's code; in the arena */
    size_t count;
};

/* All areas of the offices of that role that are not revoked. OK or ERR_MEMORY. */
enum result area_index_build(const Yidi__Directory *directory, Yidi__Role role, struct arena *arena,
                             struct area_index *ret_index) MUST_CHECK;

/* The office with the lowest code that claims exactly this area; NULL when none does. */
const Yidi__Office *area_index_find(const struct area_index *index, const char *area);

#endif
