/* SPDX-License-Identifier: Apache-2.0
 *
 * redo - what is different in a turn that does the acts of a lost past again (replay.h).
 */
#ifndef IO_REDO_H
#define IO_REDO_H

#include "common/io/case_file.h"
#include "common/io/incoming.h"

struct redo {
    /* The own message that proves an act; NULL while a message of another office is taken again. */
    const struct incoming *own;
    /* While a message of another office is taken again: our own message that wants it; NULL when
     * none does. */
    const Yidi__Message *wanted_by;
    bool evidence; /* an own message proves that this was taken: what forbade it is no reason now */
    bool last_resort; /* nothing else that came back helps */
    bool quiet;       /* the applicant was told then */
};

/* Find the hop that the act left when it was first done: the own message brought it along. */
bool redo_find_hop(const struct redo *redo, const struct case_file *file, enum step step,
                   Yidi__Hop *ret_hop);

/* The operator of that step, as the own message says; empty when it does not. */
const char *redo_operator(const struct redo *redo, enum step step);

#endif
