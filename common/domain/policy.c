/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/core/require.h"

/* clang-format off */
static const struct policy_key_info keys[POLICY_KEY_COUNT] = {
#define X(name, text, unit, standard, minimum, maximum, place, term, help)                         \
    [POLICY_##name] = { text, POLICY_##unit, standard, minimum, maximum, POLICY_AT_##place, term, help },
    POLICY_KEYS(X)
#undef X
};
/* clang-format on */

const struct policy *
policy_standard(void)
{
    static const struct policy standard;
    return &standard;
}

static bool
holds(const struct policy_rule *rule, uint32_t date, const char *province)
{
    if (date < rule->from || (rule->until != 0 && date > rule->until))
        return false;
    return rule->province[0] == '\0' ||
           strncmp(rule->province, province, POLICY_PROVINCE_DIGITS) == 0;
}

/* Both hold. */
static bool
goes_before(const struct policy_rule *rule, const struct policy_rule *other)
{
    bool own = rule->province[0] != '\0', other_own = other->province[0] != '\0';
    return own != other_own ? own : rule->from > other->from;
}

const struct policy_rule *
policy_find(const struct policy *policy, enum policy_key key, uint32_t date, const char *province)
{
    const struct policy_rule *found = NULL;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct policy_rule *rule = &policy->rules[i];
        if (rule->key == key && holds(rule, date, province) &&
            (found == NULL || goes_before(rule, found)))
            found = rule;
    }
    return found;
}

uint32_t
policy_value(const struct policy *policy, enum policy_key key, uint32_t date, const char *province)
{
    const struct policy_rule *rule = policy_find(policy, key, date, province);
    return rule != NULL ? rule->value : policy_key_info(key)->standard;
}

uint32_t
policy_of_case(const struct policy_case *about, enum policy_key key)
{
    const char *const provinces[] = {
        [POLICY_AT_WINDOW] = about->window,
        [POLICY_AT_REGISTRY] = about->registry,
        [POLICY_AT_PRODUCTION] = about->production,
    };
    enum policy_place place = policy_key_info(key)->place;
    REQUIRE(place != POLICY_AT_OFFICE);
    return policy_value(about->policy, key, about->date, provinces[place]);
}

const char *
policy_place_name(enum policy_place place)
{
    static const char *const names[] = { [POLICY_AT_WINDOW] = "window",
                                         [POLICY_AT_REGISTRY] = "registry",
                                         [POLICY_AT_PRODUCTION] = "card centre",
                                         [POLICY_AT_OFFICE] = "each office" };
    return names[place];
}

const struct policy_key_info *
policy_key_info(enum policy_key key)
{
    REQUIRE(key < POLICY_KEY_COUNT);
    return &keys[key];
}

enum policy_key
policy_key_find(const char *name)
{
    int key = 0;
    while (key < POLICY_KEY_COUNT && strcmp(keys[key].key, name) != 0)
        key++;
    return (enum policy_key)key;
}

void
policy_value_format(enum policy_unit unit, uint32_t value, char ret_text[POLICY_VALUE_BYTES])
{
    static const char *const words[] = {
        [POLICY_YEARS] = "year",
        [POLICY_MONTHS] = "month",
        [POLICY_DAYS] = "day",
        [POLICY_WORKING_DAYS] = "working day",
    };
    if (unit == POLICY_FEN)
        snprintf(ret_text, POLICY_VALUE_BYTES, "%" PRIu32 ".%02" PRIu32 " yuan", value / 100,
                 value % 100);
    else if (unit == POLICY_PERCENT)
        snprintf(ret_text, POLICY_VALUE_BYTES, "%" PRIu32 " %%", value);
    else if (unit == POLICY_FLAG)
        snprintf(ret_text, POLICY_VALUE_BYTES, "%s", value != 0 ? "yes" : "no");
    else if (unit == POLICY_YEARS && value == 0)
        snprintf(ret_text, POLICY_VALUE_BYTES, "long-term");
    else
        snprintf(ret_text, POLICY_VALUE_BYTES, "%" PRIu32 " %s%s", value, words[unit],
                 value == 1 ? "" : "s");
}
