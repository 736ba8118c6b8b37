/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_audit - the part of an audit that asks whether the policies are those that were adopted:
 * part of journal_audit.
 *
 * Compares the journal's entries PolicyAdopted, handed in one by one, with the rows of the table
 * policies, whose signatures it verifies as of the day of adoption.
 */
#ifndef IO_POLICY_AUDIT_H
#define IO_POLICY_AUDIT_H

#include "common/io/stream_audit.h"

/* The next entry of the journal, of any kind. OK, or an error, with the report's trouble set when
 * it is ERR_DAMAGED or ERR_FORGED. */
enum result policy_audit_take(struct audit *audit, uint64_t leaf_index,
                              const Yidi__JournalEntry *entry) MUST_CHECK;

/* The journal has ended: no policy may be left over in the table. */
enum result policy_audit_finish(struct audit *audit) MUST_CHECK;

#endif
