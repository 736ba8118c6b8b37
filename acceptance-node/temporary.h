/* SPDX-License-Identifier: Apache-2.0
 *
 * temporary - the temporary card (临时居民身份证) that an applicant may have while the card is
 * being made.
 *
 * It is given at the window, stands in the case's row, and is handed back when the card is
 * collected, or whenever its holder brings it. Other offices hear of it with the collection only.
 */
#ifndef ACCEPTANCE_TEMPORARY_H
#define ACCEPTANCE_TEMPORARY_H

#include "common/io/turn.h"

/* What a temporary card is, today and here. */
struct temporary_terms {
    unsigned months; /* that it is valid */
    uint32_t fee_fen;
};

/* May this window give a temporary card for that application? The word of the policy that the
 * application was accepted under.
 *
 * ERR_REFUSED  TEMPORARY_NOT_ALLOWED */
enum result temporary_allowed(struct turn *turn, const Yidi__Case *row,
                              struct temporary_terms *ret_terms,
                              struct refusal *ret_refusal) MUST_CHECK;

/* The command IssueTemporary: note the card and take its fee.
 *
 * ERR_REFUSED  CASE_UNKNOWN, ILLEGAL_IN_STATE, TEMPORARY_CARD_GIVEN, TEMPORARY_NOT_ALLOWED,
 *              CARD_SERIAL_TAKEN, FIELD_OUT_OF_BOUNDS */
enum result temporary_issue(struct turn *turn, const Yidi__IssueTemporary *issue,
                            Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* The command ReturnTemporary: it is back, or lost, whatever became of the case. An act of this
 * window alone.
 *
 * ERR_REFUSED  CASE_UNKNOWN, TEMPORARY_CARD_NOT_OUT, FIELD_OUT_OF_BOUNDS */
enum result temporary_return(struct turn *turn, const Yidi__ReturnTemporary *command,
                             Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* It is out no more. The row, which is not saved, may have none; nothing changes then. */
enum result temporary_end(struct turn *turn, Yidi__Case *row,
                          Yidi__TemporaryCardEnd end) MUST_CHECK;

/* The same as the collection proves it, after the past was lost; nothing when the row has it. The
 * card is copied into the row, which is not saved. */
enum result temporary_restore(struct turn *turn, struct case_file *file,
                              const Yidi__TemporaryCard *card) MUST_CHECK;

/* The temporary card of a case; NULL when none was given. */
Yidi__TemporaryCard *temporary_of(const Yidi__Case *row);

#endif
