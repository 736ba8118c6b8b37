/* SPDX-License-Identifier: Apache-2.0
 *
 * urgency - how near a deadline is: what lists, counters and notices say of a case.
 *
 * Deadlines are the last millisecond of a day in Beijing, so a case is due soon on the day of its
 * deadline and on the working day before, and what lies between them. Does not know the clock, nor
 * what is due.
 */
#ifndef DOMAIN_URGENCY_H
#define DOMAIN_URGENCY_H

#include <stdint.h>

enum urgency {
    URGENCY_NONE, /* there is no deadline */
    URGENCY_LATER,
    URGENCY_SOON,    /* by the end of the next working day */
    URGENCY_OVERDUE, /* it has passed */
};

/* Both in Unix milliseconds; a deadline of 0 is none. */
enum urgency urgency_of(uint64_t deadline_ms, uint64_t now_ms);

/* The last deadline that is due soon: the end of the next working day. */
uint64_t urgency_soon_until_ms(uint64_t now_ms);

#endif
