/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/fake_policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum result
fake_policy_give(struct fake_network *network, size_t at, uint64_t version,
                 const struct made_rule *rules, size_t count)
{
    AUTO(arena) struct arena arena;
    AUTO(policy_file) struct policy_file *file = NULL;
    struct refusal refusal = { 0 };
    arena_init(&arena);
    struct bytes bytes = policy_maker_sign(version, rules, count, network->roster.directory_key,
                                           network->roster.directory_certificate, &arena);
    if (policy_file_decode(bytes, network->roster.root, network->now.wall_ms, &file, &refusal) !=
        OK)
        fail_msg("%s: %s", refusal.field, refusal.rule);
    enum result result =
        office_set_policy(network->offices[at].office, file, &network->now, &refusal);
    if (result == OK)
        file = NULL;
    return result;
}

void
fake_policy_give_all(struct fake_network *network, uint64_t version, const struct made_rule *rules,
                     size_t count)
{
    for (size_t at = 0; at < network->count; at++) {
        assert_int_equal(fake_policy_give(network, at, version, rules, count), OK);
        fake_network_turn(network, at);
    }
}
