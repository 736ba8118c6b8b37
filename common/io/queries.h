/* SPDX-License-Identifier: Apache-2.0
 *
 * queries - what operators ask without changing anything, as the office answers it: peers, status,
 * packages, and all that its store alone can answer (store_queries.h).
 *
 * Reads the last commit. Names and numbers are masked; the full view of a case and the export of
 * its envelopes (case_export.h) are acts and go through the turn.
 */
#ifndef IO_QUERIES_H
#define IO_QUERIES_H

#include "common/io/office.h"
#include "common/io/turn.h"

/* Is this command a query (and not an act)? */
bool queries_handles(const Yidi__Request *request);

/* ERR_REFUSED: the refusal tells; other errors of the store. */
enum result queries_answer(struct office *office, const Yidi__Request *request,
                           const struct office_time *now, Yidi__Response *ret_response,
                           struct refusal *ret_refusal) MUST_CHECK;

/* Show with personal data: journalled as a view, with the reason. Part of a turn. */
enum result queries_show_full(struct turn *turn, const Yidi__Show *show, Yidi__Response *response,
                              struct refusal *ret_refusal) MUST_CHECK;

#endif
