/* SPDX-License-Identifier: Apache-2.0
 *
 * case_export - every envelope of a case that this office holds, sent and received, as proof for
 * third parties.
 *
 * Envelopes hold personal data in full: an export is an act, journalled with its reason before
 * anything is collected. What the running turn itself appends has no signed head yet and belongs
 * to the next export.
 */
#ifndef IO_CASE_EXPORT_H
#define IO_CASE_EXPORT_H

#include "common/io/turn.h"

/* Part of a turn.
 *
 * input        gains the response and its frames, one for each name, in the turn's arena.
 * ERR_REFUSED  CASE_UNKNOWN. (A request without a reason breaks its bound and never gets here.) */
enum result case_export(struct turn *turn, const Yidi__Export *request, struct input *input,
                        struct refusal *ret_refusal) MUST_CHECK;

#endif
