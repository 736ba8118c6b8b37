/* SPDX-License-Identifier: Apache-2.0
 *
 * case_list - pages of cases with names and numbers masked: by state, oldest change first; of those
 * that call for attention, oldest change first; of those that are overdue or due soon, by deadline.
 */
#ifndef IO_CASE_LIST_H
#define IO_CASE_LIST_H

#include "common/io/case_summary.h"

enum {
    LIST_LIMIT_STANDARD = 100,
    LIST_EXAMINED_MAX = 20000, /* keys of an index that one page may look at, ... */
    LIST_OPENED_MAX = 1000,    /* ... and rows that it may open: no list holds up others */
};

/* One page: of one state, or of all open ones; of every state when attention is asked for, which
 * the end of a case does not settle. What calls for attention, and what is overdue or due soon,
 * comes from an index of its own, whose cursors are of another kind. A page may be short of its
 * limit, or empty, and still have a next one: then it has looked at as many as it may.
 *
 * response     out; body set to Listed, in the arena.
 * ERR_REFUSED  STATE_UNKNOWN, or FIELD_OUT_OF_BOUNDS for a cursor that is none. */
enum result case_list(const struct summary_source *source, const Yidi__List *list,
                      Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

#endif
