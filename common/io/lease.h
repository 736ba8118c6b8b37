/* SPDX-License-Identifier: Apache-2.0
 *
 * lease - an operator has an open case in hand: for ten minutes, unless it is renewed, nobody else
 * decides on it.
 *
 * Owns the table leases:
 *
 *     'C' case number           CaseLease
 *     'T' end, case number      the same by time, so that what is past is found
 *
 * A lease keeps two people from doing the same work; it is no right: whoever may hold a case may
 * take it over, and says why. It ends with its time, when the holder lets go, and when the case
 * leaves its state, whoever or whatever moved it. No other office hears of it.
 */
#ifndef IO_LEASE_H
#define IO_LEASE_H

#include "common/io/turn.h"

enum { LEASE_MS = 10 * 60 * 1000 };

/* Who has the case in hand now. OK or ERR_ABSENT. */
enum result lease_find(struct store_txn *txn, const char *case_number, uint64_t now_ms,
                       struct arena *arena, Yidi__CaseLease **ret_lease) MUST_CHECK;

/* May the operator of the turn decide on the case?
 *
 * ERR_REFUSED  CASE_LEASED: another one has it in hand. */
enum result lease_check(struct turn *turn, const char *case_number,
                        struct refusal *ret_refusal) MUST_CHECK;

/* The case leaves its state: nobody has it in hand any more, if anybody had. */
enum result lease_end(struct store_txn *txn, const char *case_number) MUST_CHECK;

/* Take a case in hand, go on holding it, let go of it, or take it over.
 *
 * response     out; body set to Leased.
 * ERR_REFUSED  CASE_UNKNOWN; CASE_LEASED: another one has it, and it is not taken over;
 *              ILLEGAL_IN_STATE: it has ended; FIELD_OUT_OF_BOUNDS: no reason to take it over. */
enum result lease_take(struct turn *turn, const Yidi__Lease *request, Yidi__Response *response,
                       struct refusal *ret_refusal) MUST_CHECK;

#endif
