/* SPDX-License-Identifier: Apache-2.0
 *
 * operator_name - the short name under which somebody acts at an office, such as li.wei or clerk-7.
 *
 * 1 to 32 of a-z, 0-9, dot, hyphen and underscore, so that two names that look alike are the same
 * name: four eyes rests on comparing them. Does not know who there is.
 */
#ifndef DOMAIN_OPERATOR_NAME_H
#define DOMAIN_OPERATOR_NAME_H

#include "common/core/refusal.h"

/* OK, or ERR_REFUSED with OPERATOR_INVALID. */
enum result operator_name_check(const char *name, const char *field,
                                struct refusal *ret_refusal) MUST_CHECK;

#endif
