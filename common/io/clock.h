/* SPDX-License-Identifier: Apache-2.0
 *
 * clock - the two times of an office: the wall's, which may step, and one that never does.
 */
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include "common/io/office.h"

struct office_time clock_now(void);

/* For measuring how long something took. */
uint64_t clock_monotonic_us(void);

#endif
