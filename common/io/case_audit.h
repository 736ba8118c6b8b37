/* SPDX-License-Identifier: Apache-2.0
 *
 * case_audit - the part of an audit that asks whether the indexes of the cases hold: part of
 * journal_audit.
 *
 * Compares each row of the table cases with its keys in by_state and by_deadline, and the counters
 * with what was counted. Remembers a few numbers per state and nothing per case. Which states there
 * are is the role's business and not known here.
 */
#ifndef IO_CASE_AUDIT_H
#define IO_CASE_AUDIT_H

#include "common/io/stream_audit.h"

/* OK, or an error, with the report's trouble set when it is ERR_DAMAGED. A store of a format that
 * had no index by deadline is not asked for one. */
enum result case_audit(struct audit *audit) MUST_CHECK;

#endif
