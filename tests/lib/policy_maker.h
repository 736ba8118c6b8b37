/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_maker - signed policies of a few rules, for tests.
 *
 * Keys that no rule names have their standard, which an office puts up with. Anything that fails
 * here ends the test.
 */
#ifndef TESTS_POLICY_MAKER_H
#define TESTS_POLICY_MAKER_H

#include "common/io/policy_file.h"

struct made_rule {
    const char *key;
    uint32_t value;
    const char *province; /* NULL: nationwide */
    uint32_t from;        /* 0: 1 January 2020 */
    uint32_t until;
};

enum { POLICY_MAKER_RULES_MAX = 32 };

/* In the arena. */
struct bytes policy_maker_sign(uint64_t version, const struct made_rule *rules, size_t rule_count,
                               const struct signing_key *key, const struct certificate *certificate,
                               struct arena *arena);

#endif
