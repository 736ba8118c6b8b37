/* SPDX-License-Identifier: Apache-2.0
 *
 * noted - what called for attention in a case was looked into, and is settled: the act of an
 * operator of any office, with words.
 *
 * Who acted, when, and what it was about stay in the case's row until the next time. Does not know
 * what the attention was for.
 */
#ifndef IO_NOTED_H
#define IO_NOTED_H

#include "common/io/turn.h"

/* The verb NOTE on one case.
 *
 * ERR_REFUSED  FIELD_OUT_OF_BOUNDS (no words), NOTHING_TO_NOTE */
enum result noted_decide(struct turn *turn, struct case_file *file, const Yidi__Decide *decide,
                         struct refusal *ret_refusal) MUST_CHECK;

#endif
