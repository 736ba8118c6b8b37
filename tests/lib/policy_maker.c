/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/policy_maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/io/wire.h"

enum { FIRST_DAY = 20200101 };

struct bytes
policy_maker_sign(uint64_t version, const struct made_rule *rules, size_t rule_count,
                  const struct signing_key *key, const struct certificate *certificate,
                  struct arena *arena)
{
    Yidi__PolicyRule rows[POLICY_MAKER_RULES_MAX];
    Yidi__PolicyRule *list[POLICY_MAKER_RULES_MAX];
    Yidi__Policy policy = YIDI__POLICY__INIT;
    struct bytes signed_bytes = { 0 };
    assert_in_range(rule_count, 0, POLICY_MAKER_RULES_MAX);
    for (size_t i = 0; i < rule_count; i++) {
        yidi__policy_rule__init(&rows[i]);
        rows[i].key = (char *)(uintptr_t)rules[i].key;
        rows[i].value = rules[i].value;
        rows[i].from = rules[i].from == 0 ? FIRST_DAY : rules[i].from;
        rows[i].until = rules[i].until;
        if (rules[i].province != NULL)
            rows[i].province = (char *)(uintptr_t)rules[i].province;
        list[i] = &rows[i];
    }
    policy.format = 1;
    policy.version = version;
    policy.issued_ms = certificate_begins_ms(certificate) + 1;
    policy.rules = list;
    policy.n_rules = rule_count;
    const struct bytes packed = wire_encode(&policy.base, arena);
    assert_non_null(packed.data);
    assert_int_equal(policy_file_sign(packed, key, certificate, arena, &signed_bytes), OK);
    return signed_bytes;
}
