/* SPDX-License-Identifier: Apache-2.0
 *
 * urgency - how near a deadline is: what lists, counters and notices say of a case.
 *
 * Deadlines are the last millisecond of a day in Beijing, so a case is due soon on the day of its
 * deadline and on the working days before that the office's policy gives, and what lies between
 * them. Does not know the clock, nor what is due.
 */
#ifndef DOMAIN_URGENCY_H
#define DOMAIN_URGENCY_H

#include <stdint.h>

#include "common/domain/policy.h"

enum urgency {
    URGENCY_NONE, /* there is no deadline */
    URGENCY_LATER,
    URGENCY_SOON,    /* by the end of those working days; the standard is the next one */
    URGENCY_OVERDUE, /* it has passed */
};

/* What deadlines are held against; Unix milliseconds. */
struct urgency_scale {
    uint64_t now_ms;
    uint64_t soon_until_ms; /* the last deadline that is due soon */
};

/* The scale of an office (a code that begins with its province) by the policy that it follows. */
struct urgency_scale urgency_scale_of(const struct policy *policy, const char *office,
                                      uint64_t now_ms);

/* A deadline of 0 is none. */
enum urgency urgency_of(uint64_t deadline_ms, const struct urgency_scale *scale);

#endif
