/* SPDX-License-Identifier: Apache-2.0
 *
 * retention - when the time for keeping a closed case has passed, its photo and fingerprints are
 * erased, and later all else that names the applicant.
 *
 *     closed ──retention.biometrics──▶ photo, fingerprints ──retention.text──▶ texts and messages
 *
 * Both periods count from the day on which the case closed here, by the policy that judges the
 * case. What is next is the first key of a list (deadline_index.h), so the loop sleeps until then;
 * a turn erases of a few cases, in the same transaction as the entry that says so. A photo is held
 * by a message that is still to bring it to somebody, texts by any that is not delivered; but not
 * for ever, as its recipient may never come back: the operators are warned, and
 * ERASE_WARNING_DAYS later it goes, too. Nothing at all is erased while the office is out of
 * service, or a share of a lost past is missing. What is erased is erasing.h's to know.
 */
#ifndef IO_RETENTION_H
#define IO_RETENTION_H

#include "common/io/turn.h"

/* When something of a closed case is to be erased next, by its row; UINT64_MAX never. */
uint64_t retention_due_ms(const Yidi__Case *row, const struct policy_case *policy);

/* When to look at it: no later than in a week while the case's own policy is not known here, as
 * another one stands in for it. */
uint64_t retention_look_ms(const Yidi__Case *row, const struct policy_case *policy,
                           uint64_t now_ms);

/* Something is said about a case, whose texts may be erased: then that goes, too, when it is as old
 * as texts may become. Saves the row. */
enum result retention_note_late(struct turn *turn, struct case_file *file) MUST_CHECK;

enum result retention_open(struct office *office, struct store_txn *txn,
                           const struct office_time *now) MUST_CHECK;

/* Is a turn wanted now, without any input? Only such a turn erases anything. */
bool retention_wants_turn(struct office *office, const struct office_time *now);

/* Erase what is due, a batch of it.
 *
 * ERR_DAMAGED  a case contradicts an index; retention_failed tells, once, and the turn can be taken
 *              again without it. */
enum result retention_erase(struct turn *turn) MUST_CHECK;
bool retention_failed(struct office *office);
void retention_committed(struct office *office);

/* Say when to look again, after each turn. */
void retention_schedule(struct office *office, const struct office_time *now);

/* The command EraseNow: an act of its own, for one closed case, before its time. */
enum result retention_erase_now(struct turn *turn, const Yidi__EraseNow *request,
                                Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* What stage of erasing a closed case is to go through next, and why nothing at all is erased at
 * present. For the report. */
Yidi__EraseStage retention_stage(const Yidi__Case *row);
enum trouble_code retention_resting(const struct office *office, uint64_t now_ms);

/* What holds the next stage of a case back, and until when. */
enum result retention_held(const struct office *office, struct store_txn *txn,
                           const Yidi__Case *row, struct trouble *ret_held) MUST_CHECK;

/* Key of a counter of what was erased on a day: which is 0 cases, 1 attachments, 2 texts,
 * 3 messages, 4 those of them that were not delivered. */
#define RETENTION_COUNTER_PREFIX "erased/"
enum { RETENTION_COUNTERS = 5, RETENTION_COUNTER_BYTES = 24 };
/* An entry of what was erased, and its counters, by which. */
enum result retention_tell(struct turn *turn, const char *case_number, const char *detail,
                           const uint64_t counts[RETENTION_COUNTERS]) MUST_CHECK;
void retention_counter(uint32_t date, unsigned which, char ret_name[RETENTION_COUNTER_BYTES]);

#endif
