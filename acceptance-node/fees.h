/* SPDX-License-Identifier: Apache-2.0
 *
 * fees - the window's ledger: what was taken from applicants and given back.
 *
 * Owns the table fees. Entries are only ever added, in the transaction of the act that brings them
 * about, and what is entered follows from what the case's entries say already: so an act that is
 * done again enters nothing twice. An entry stands under the day of its act; a refund is due from
 * the day on which the other office said so, that a recovered ledger equals the lost one. Does not
 * know what a fee should be (common/domain/fee.h).
 *
 * Rows:  D day, case, item, move, number -> FeeEntry    the ledger, day by day
 *        C case, item, move, number -> day              what a case has
 *        T day -> FeeDay                                sums of the day
 */
#ifndef ACCEPTANCE_FEES_H
#define ACCEPTANCE_FEES_H

#include "common/io/turn.h"

/* A case went from one state (application.h) to that of its row: enter what follows. The fee is
 * taken at acceptance, and due back when the application ends refused, withdrawn, or abandoned
 * before a card was ever handed out. */
enum result fees_follow(struct turn *turn, const Yidi__Case *row, int state_before) MUST_CHECK;

/* The fee of a temporary card was taken; once for a case. */
enum result fees_take_temporary(struct turn *turn, const Yidi__Case *row,
                                const Yidi__TemporaryCard *card) MUST_CHECK;

/* The past was lost, and of the case no more came back than its number (role.h): its fee is missing
 * in the ledger of the day that the number names, which says so. */
enum result fees_forget(struct turn *turn, const char *case_number) MUST_CHECK;

/* The command Refund: what is due was given back to the applicant. An act of this window alone: no
 * other office hears of it.
 *
 * ERR_REFUSED  CASE_UNKNOWN, REFUND_NOT_DUE, REFUND_PAID */
enum result fees_refund(struct turn *turn, const Yidi__Refund *refund, Yidi__Response *response,
                        struct refusal *ret_refusal) MUST_CHECK;

/* What was taken and given back today, and what is due for long (role.h). */
enum result fees_look(struct store_txn *txn, uint64_t now_ms, struct arena *arena,
                      struct role_look *ret_look) MUST_CHECK;

/* The query Fees: a page of the ledger.
 *
 * ERR_REFUSED  DATE_INVALID, FIELD_OUT_OF_BOUNDS */
enum result fees_list(struct store_txn *txn, const Yidi__Fees *fees, struct arena *arena,
                      Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

#endif
