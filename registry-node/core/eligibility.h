/* SPDX-License-Identifier: Apache-2.0
 *
 * eligibility - what a window is told that asks, before the fee is taken, whether an application
 * would be refused.
 *
 * Judges as the examination does (finding.h), so that the two cannot disagree, and decides what is
 * told: to whoever does not know name, sex, ethnic group and birth date of the citizen, that they
 * differ, and nothing else. So a registry answers about the person who stands at the window, and
 * cannot be asked about a number. Pure: no clock, no disk, no socket.
 */
#ifndef REGISTRY_ELIGIBILITY_H
#define REGISTRY_ELIGIBILITY_H

#include <stdbool.h>

#include "common/domain/finding.h"

struct eligibility {
    uint32_t findings; /* a set, finding.h */
    bool fingerprints_on_file;
    bool offices_told; /* where another application is open, where the registration has moved */
};

/* Judge a form of which kind, reason, person and appearance are known.
 *
 * record  NULL when the registry has none. */
void eligibility_judge(const struct form *form, const struct citizen *record,
                       const struct policy_case *policy, struct eligibility *ret_eligibility);

#endif
