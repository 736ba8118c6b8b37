/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_rules - the rules of a policy's JSON member by member, so that all that cannot be read is
 * told in one run, and each with the line where it stands.
 *
 * Does not judge what can be read: policy_check.h does.
 */
#ifndef YIDICTL_POLICY_RULES_H
#define YIDICTL_POLICY_RULES_H

#include "common/core/arena.h"
#include "common/core/bytes.h"
#include "common/core/result.h"
#include "common/domain/policy_check.h"
#include "proto/policy.pb-c.h"

struct policy_rules {
    Yidi__PolicyRule **rules;
    unsigned *lines; /* where each begins; 1 is the first line of the file */
    size_t count;
};

/* Read them. In place of what cannot be read stands what nobody objects to, but for a first day.
 *
 * text     JSON that parses.
 * tell     hears what cannot be read: POLICY_FAULT_UNREADABLE.
 * arena    of the rules; texts are borrowed from it.
 * ERR_MEMORY */
enum result policy_rules_read(struct bytes text, policy_fault_fn *tell, void *context,
                              struct arena *arena, struct policy_rules *ret_rules) MUST_CHECK;

#endif
