/* SPDX-License-Identifier: Apache-2.0
 *
 * trace - what happened, in lines that a person can read; silent unless one seed is looked at.
 *
 *     day 3 14:02:11  window-a    accepts 310115000001260304000001X
 */
#ifndef SIMULATION_TRACE_H
#define SIMULATION_TRACE_H

#include <stddef.h>

struct world;

enum { TRACE_NOBODY = -1 };

/* office  its number, or TRACE_NOBODY. */
void trace(const struct world *world, int office, const char *words, ...)
    __attribute__((format(printf, 3, 4)));

/* "card-ordered" and so on, by number of enum message_kind. */
const char *trace_message_name(int kind);

#endif
