/* SPDX-License-Identifier: Apache-2.0
 *
 * case_search - cases by their number, by the citizen's number, or by the beginning of a name.
 *
 * Who looks for a person is journalled, with the cases that were found; what was typed stands
 * nowhere. So a search is a command of a turn, though it changes nothing else.
 */
#ifndef IO_CASE_SEARCH_H
#define IO_CASE_SEARCH_H

#include "common/io/turn.h"

enum { SEARCH_CASES_MAX = 50 }; /* on a page; as proto/control.proto bounds it */

/* One page of summaries.
 *
 * response     out; body set to Listed; its cursor names a case, never a person.
 * ERR_REFUSED  CASE_NUMBER_INVALID, CITIZEN_NUMBER_INVALID, NAME_INVALID, field search.text;
 *              FIELD_OUT_OF_BOUNDS for a cursor that is none. */
enum result case_search(struct turn *turn, const Yidi__Search *search, Yidi__Response *response,
                        struct refusal *ret_refusal) MUST_CHECK;

#endif
