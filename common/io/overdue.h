/* SPDX-License-Identifier: Apache-2.0
 *
 * overdue - the office's eye on its deadlines: when one passes, the operators are told, once, and
 * the role may do something about it.
 *
 * The loop sleeps until the next deadline passes; nothing is polled. What was told stands in the
 * case's row and in the index by deadline, written by the same transaction as the notification: so
 * each deadline is told of once, whatever crashes, and however the clock is set. Which cases are
 * due the index says (deadline_index.h), what is to be done about them the role (role.h: overdue).
 */
#ifndef IO_OVERDUE_H
#define IO_OVERDUE_H

#include "common/io/turn.h"

/* Read when the next deadline passes. */
enum result overdue_open(struct office *office, struct store_txn *txn,
                         const struct office_time *now) MUST_CHECK;

/* May the office tell of deadlines now? Not while it is halted, recovers its past, or asks at its
 * start whether it has lost it. */
bool overdue_may_tell(const struct office *office, uint64_t now_ms);

/* Has a deadline passed of which nobody was told, and may the office do so now? */
bool overdue_wants_turn(const struct office *office, const struct office_time *now);

/* Its share of a turn, after the inputs: tell of what is overdue by now.
 *
 * ERR_DAMAGED  a case cannot be read; overdue_failed tells, and the turn can be taken again without
 *              it. */
enum result overdue_tell(struct turn *turn) MUST_CHECK;
bool overdue_failed(const struct office *office);
void overdue_committed(struct office *office);

/* At a turn's end: when does the next deadline pass? The wall's clock may have been set. */
void overdue_schedule(struct office *office, const struct office_time *now);

#endif
