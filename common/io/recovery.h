/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery - an office whose disk is gone, or was set back to an older copy, gets its past back
 * from its peers.
 *
 *     start ──▶ every listed office that may know us is asked: what do you hold of ours, and we of
 *               yours? (history.h)
 *           ──▶ when all have answered, or the operator goes on without the rest: a new journal
 *               epoch opens that names the last heads which they showed (epoch.h)
 *           ──▶ they hand back what we sent and what they sent, message by message
 *           ──▶ the acts behind it are done again (replay.h), and what nobody holds is sent anew
 *           ──▶ the office goes to work
 *
 * A peer that was away is asked again until it answers; until then both streams with it rest,
 * because its sequences are not known. Everything that came back is stored with the turn that it
 * came in, so a crash at any point resumes. Decides what is asked of whom and when; what comes back
 * is verified by history.
 */
#ifndef IO_RECOVERY_H
#define IO_RECOVERY_H

#include "common/io/turn.h"
#include "proto/control.pb-c.h"
#include "proto/link.pb-c.h"

/* Read where it stands; an office in the middle of it is halted and goes on with it. */
enum result recovery_open(struct office *office, struct store_txn *txn) MUST_CHECK;
void recovery_close(struct office *office);

/* Does the office bring back its past now? Then it takes no other work. */
bool recovery_active(const struct office *office);

/* Does the stream with this peer rest? */
bool recovery_bars(const struct peer *peer);

/* Is its sequence not known yet? */
bool recovery_holds(const struct peer *peer);

/* Recover: start, go on without the missing, or only show. Answered at once.
 *
 * ERR_REFUSED  ILLEGAL_IN_STATE: nothing was lost, or nothing was started. */
enum result recovery_command(struct office *office, const Yidi__Request *request,
                             const struct office_time *now, Yidi__Response *response,
                             struct refusal *ret_refusal) MUST_CHECK;

/* The peer refuses our epoch as unproved: it remembers a head that the epoch does not name. It is
 * asked for that head, in a while, and a further epoch names it. */
void recovery_take_unproved(struct office *office, struct peer *peer,
                            const struct office_time *now);

/* Another directory: ask those that were never asked, and wait no more for those it revokes. */
void recovery_follow_directory(struct office *office, const struct office_time *now);

/* Look again at that (monotonic) time, or sooner. */
void recovery_wake(struct office *office, uint64_t due_ms);

/* The row is written with the next turn. */
void recovery_mark_dirty(struct office *office, const struct office_time *now);

/* Ask whoever is to be asked now. */
void recovery_tick(struct office *office, const struct office_time *now);

/* Its share of a turn: before the inputs are applied, and after. */
enum result recovery_begin_turn(struct turn *turn) MUST_CHECK;
enum result recovery_end_turn(struct turn *turn) MUST_CHECK;
bool recovery_wants_turn(const struct office *office);
void recovery_committed(struct office *office, const struct office_time *now);
void recovery_rolled_back(struct office *office);

/* An act that cannot be done again, for the report. */
enum result recovery_note_unplaced(struct turn *turn, const char *peer, bool mine,
                                   uint64_t sequence, const char *case_number,
                                   const char *rule) MUST_CHECK;

#endif
