/* SPDX-License-Identifier: Apache-2.0
 *
 * finger - which fingers an applicant's templates must be of, by GA/T 1012.
 *
 * The right thumb, then the left thumb. Of each hand it is the first finger that is not declared
 * missing; when a hand has none left, the next one of the other hand takes its place. Does not know
 * why a finger is missing, nor what a template holds.
 */
#ifndef DOMAIN_FINGER_H
#define DOMAIN_FINGER_H

#include <stddef.h>

#include "common/domain/form_terms.h"

enum { FINGER_COUNT = 10, FINGERS_OF_HAND = 5, FINGERS_WANTED = 2 };

/* The fingers whose templates are due, in the order of the chip.
 *
 * missing  fingers declared missing; what is no finger is passed over.
 * Returns how many there are: fewer than FINGERS_WANTED only when too few fingers are left. */
size_t fingers_due(const enum form_finger *missing, size_t missing_count,
                   enum form_finger ret_due[FINGERS_WANTED]);

#endif
