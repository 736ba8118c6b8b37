/* SPDX-License-Identifier: Apache-2.0
 *
 * notifier - tells applicants where their case stands, and the operators what is overdue: durable
 * rows, handed to the spool after the commit, then settled.
 *
 * The notifications of one turn form one batch and one file of JSON lines, named after the journal
 * size at the turn's beginning: handed over again after a crash it is the same file. Owns the table
 * notifications.
 */
#ifndef IO_NOTIFIER_H
#define IO_NOTIFIER_H

#include "common/io/turn.h"

/* Add the notification of a case to this turn's batch. */
enum result notifier_add(struct turn *turn, const struct case_file *file) MUST_CHECK;

/* What the operators of the office are told of a case: at most one of each kind in a turn. */
enum notice { NOTICE_OVERDUE, NOTICE_REMINDED, NOTICE_DUE_SOON };

/* Add a notice for the operators to this turn's batch, in which something was journalled: batches
 * are told apart by the journal's size.
 *
 * text  without personal data; NULL when memory ran out. */
enum result notifier_add_notice(struct turn *turn, const struct case_file *file, enum notice notice,
                                const char *text) MUST_CHECK;

/* The same about many cases at once, which the text counts.
 *
 * deadline_ms  Unix; by which they are due. */
enum result notifier_add_summary(struct turn *turn, enum notice notice, uint64_t deadline_ms,
                                 const char *text) MUST_CHECK;

/* Remove the batches that were handed over, and write into the cases' traces that the applicants
 * were told. */
enum result notifier_settle(struct turn *turn) MUST_CHECK;

void notifier_committed(struct office *office);
void notifier_rolled_back(struct office *office);

/* After a commit: hand waiting batches to the spool. What fails stays and is tried again. */
void notifier_hand_over(struct office *office, const struct office_time *now);

#endif
