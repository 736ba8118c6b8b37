/* SPDX-License-Identifier: Apache-2.0
 *
 * deadline - by when each stage of an application must be done, by the policy of the case.
 *
 * Days in Beijing; the day on which the time begins to run is not counted, and the deadline is the
 * last millisecond of the last day. Working days are those of the policy's calendar.
 */
#ifndef DOMAIN_DEADLINE_H
#define DOMAIN_DEADLINE_H

#include <stdint.h>

#include "common/domain/policy.h"

/* The days are the standards of policy_keys.h. */
enum deadline {
    DEADLINE_STATUTORY,    /* 60 days from acceptance, more in remote areas: the card */
    DEADLINE_REGISTRY,     /* 5 days from arrival: examined and issued, or refused */
    DEADLINE_PRODUCTION,   /* 30 days from the order: made, verified and sent */
    DEADLINE_NOTIFICATION, /* 2 working days from the card's arrival: the applicant is told */
    DEADLINE_COLLECTION,   /* 90 days from the card's arrival: then it counts as unclaimed */
    DEADLINE_REMAKE,       /* 5 days from the report of a defect: made again */
    DEADLINE_BAD_CARD,     /* 1 working day from the check that finds it bad: made again */
    DEADLINE_COUNT
};

/* End of the time that begins at from_ms; both Unix milliseconds. */
uint64_t deadline_ms(enum deadline deadline, const struct policy_case *policy, uint64_t from_ms);

/* Stable name, such as "STATUTORY". */
const char *deadline_name(enum deadline deadline);

#endif
