/* SPDX-License-Identifier: Apache-2.0
 *
 * sample_policy - what judges a case at offices without a policy, for tests of the domain.
 */
#ifndef TESTS_SAMPLE_POLICY_H
#define TESTS_SAMPLE_POLICY_H

#include "common/domain/policy.h"

/* Accepted on that day at a window in Shanghai, for a registry in Guangdong; cards are
 * made in Shanghai. */
static inline struct policy_case
sample_policy_standard(uint32_t date)
{
    return (struct policy_case){ policy_standard(), true, date, "310101", "440105", "310000" };
}

#endif
