/* SPDX-License-Identifier: Apache-2.0
 *
 * result - what a call that can meet the world answers.
 *
 * OK or a negative code. Our own bugs are REQUIREd, a peer's or user's faults are refusals
 * (refusal.h).
 */
#ifndef CORE_RESULT_H
#define CORE_RESULT_H

enum result {
    OK = 0,
    ERR_REFUSED = -1, /* a rule said no; a struct refusal tells which */
    ERR_FULL = -2,    /* a bound is reached; nothing changed */
    ERR_ABSENT = -3,  /* no such row, file or frame */
    ERR_MEMORY = -4,
    ERR_IO = -5,      /* disk, socket or library failed */
    ERR_DAMAGED = -6, /* stored data contradicts itself */
    ERR_FORGED = -7,  /* a signature, digest or proof does not hold */
};

#define MUST_CHECK __attribute__((warn_unused_result))

#endif
