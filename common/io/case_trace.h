/* SPDX-License-Identifier: Apache-2.0
 *
 * case_trace - the way of an application across the offices, hop by hop, as this office knows it:
 * its own hops, and what others told of theirs.
 *
 * Stands in the row of the case, and is bounded: the journals keep all.
 */
#ifndef IO_CASE_TRACE_H
#define IO_CASE_TRACE_H

#include "common/core/arena.h"
#include "common/io/incoming.h"
#include "proto/case.pb-c.h"

enum { CASE_TRACE_MAX = 128 }; /* as proto/case.proto bounds it */

/* Append a hop. The first hop stays for ever; when the trace is full, the oldest other one goes
 * that is not the office's own, and when all are, the oldest of them, but never for a hop of
 * another office. Strings are copied. */
enum result case_trace_add(Yidi__Case *row, const char *own_office, const Yidi__Hop *hop,
                           struct arena *arena) MUST_CHECK;

/* Is this hop in it? Its place in its office's journal is not compared: an office that lost its
 * past tells the same hops from other places. */
bool case_trace_has(const Yidi__Case *row, const Yidi__Hop *hop);

/* Merge the hops that a message brought: the sender's own ones that are not here yet. What it says
 * of other offices it has no right to say. */
enum result case_trace_merge(Yidi__Case *row, const char *own_office,
                             const struct incoming *incoming, struct arena *arena) MUST_CHECK;

/* The last of the office's own hops, at most room, to send along. Pointers into the row. */
size_t case_trace_own(const Yidi__Case *row, const char *own_office, Yidi__Hop **ret_hops,
                      size_t room);

#endif
