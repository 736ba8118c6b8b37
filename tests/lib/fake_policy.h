/* SPDX-License-Identifier: Apache-2.0
 *
 * fake_policy - policies for the offices of a fake_network.
 */
#ifndef TESTS_FAKE_POLICY_H
#define TESTS_FAKE_POLICY_H

#include "tests/lib/fake_network.h"
#include "tests/lib/policy_maker.h"

/* Give a running office a signed policy, which it follows after its next turn; or what
 * office_set_policy says. */
enum result fake_policy_give(struct fake_network *network, size_t at, uint64_t version,
                             const struct made_rule *rules, size_t count) MUST_CHECK;

/* Every office follows it from now on. */
void fake_policy_give_all(struct fake_network *network, uint64_t version,
                          const struct made_rule *rules, size_t count);

#endif
