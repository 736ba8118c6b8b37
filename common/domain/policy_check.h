/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_check - what is wrong with a policy, each fault in a sentence.
 *
 * Two rules of one key and province must not overlap in time, and from the policy's first day on
 * each key must have a nationwide rule on every day: what holds on a day is written down, and in
 * one place. Whoever signs a policy puts up with no fault; whoever adopts a signed one puts up with
 * keys that only another version of the program knows.
 */
#ifndef DOMAIN_POLICY_CHECK_H
#define DOMAIN_POLICY_CHECK_H

#include "common/domain/policy.h"

enum policy_fault_kind {
    POLICY_FAULT_UNKNOWN_KEY, /* light: a key of a newer program */
    POLICY_FAULT_UNNAMED_KEY, /* light: a key without any nationwide rule; its standard holds */
    POLICY_FAULT_VALUE,       /* out of the key's range */
    POLICY_FAULT_DATES,       /* no dates, or the end is before the beginning */
    POLICY_FAULT_PROVINCE,    /* not a province of GB/T 2260 */
    POLICY_FAULT_CONFLICT,    /* two rules of one key and province on one day */
    POLICY_FAULT_GAP,         /* days without a nationwide rule */
    POLICY_FAULT_CALENDAR,    /* not a date, not in order, or no weekend */
    POLICY_FAULT_UNREADABLE,  /* told by whoever reads the policy: not what its field holds */
};

enum { POLICY_FAULT_BYTES = 220, POLICY_FAULT_FIELD_BYTES = 48 };

struct policy_fault {
    enum policy_fault_kind kind;
    unsigned line;                        /* of the file; 0 when only its reader knows */
    char field[POLICY_FAULT_FIELD_BYTES]; /* as in proto/, such as rules[12].value */
    char text[POLICY_FAULT_BYTES];        /* a sentence, without its full stop */
};

/* May an office adopt a policy all the same? */
bool policy_fault_is_light(enum policy_fault_kind kind);

/* What to do about such a fault: a sentence, without its full stop. */
const char *policy_fault_remedy(enum policy_fault_kind kind);

typedef void policy_fault_fn(void *context, const struct policy_fault *fault);

/* Tell every fault, in the order of the rules, then of the keys, then of the calendar.
 *
 * Answers how many there are. */
size_t policy_check(const struct policy *policy, policy_fault_fn *tell, void *context);

#endif
