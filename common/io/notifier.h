/* SPDX-License-Identifier: Apache-2.0
 *
 * notifier - tells applicants where their case stands: durable rows, handed to the spool after the
 * commit, then settled.
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

/* Remove the batches that were handed over, and write so into the cases' traces. */
enum result notifier_settle(struct turn *turn) MUST_CHECK;

void notifier_committed(struct office *office);
void notifier_rolled_back(struct office *office);

/* After a commit: hand waiting batches to the spool. What fails stays and is tried again. */
void notifier_hand_over(struct office *office, const struct office_time *now);

#endif
