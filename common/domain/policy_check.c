/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/policy_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/domain/civil_date.h"
#include "common/domain/division.h"

enum { PERIOD_BYTES = 48, PLACE_BYTES = 16 };

struct checking {
    const struct policy *policy;
    policy_fault_fn *tell;
    void *context;
    size_t fault_count;
};

__attribute__((format(printf, 4, 5))) static void
tell(struct checking *checking, enum policy_fault_kind kind, const char *field, const char *format,
     ...)
{
    struct policy_fault fault = { .kind = kind };
    va_list arguments;
    snprintf(fault.field, sizeof fault.field, "%s", field);
    va_start(arguments, format);
    vsnprintf(fault.text, sizeof fault.text, format, arguments);
    va_end(arguments);
    checking->tell(checking->context, &fault);
    checking->fault_count++;
}

bool
policy_fault_is_light(enum policy_fault_kind kind)
{
    return kind == POLICY_FAULT_UNKNOWN_KEY || kind == POLICY_FAULT_UNNAMED_KEY;
}

const char *
policy_fault_remedy(enum policy_fault_kind kind)
{
    static const char *const remedies[] = {
        [POLICY_FAULT_UNKNOWN_KEY] = "take one of the keys that yidictl policy explain lists",
        [POLICY_FAULT_UNNAMED_KEY] = "add a rule without a province, from the first day on",
        [POLICY_FAULT_VALUE] = "write a value between these two",
        [POLICY_FAULT_DATES] = "write from and until as YYYYMMDD; without until there is no end",
        [POLICY_FAULT_PROVINCE] = "write two digits, such as 44, or leave it out for nationwide",
        [POLICY_FAULT_CONFLICT] = "let the earlier one end on the day before the later one begins",
        [POLICY_FAULT_GAP] = "add a rule without a province for these days",
        [POLICY_FAULT_CALENDAR] = "correct the calendar's file",
        [POLICY_FAULT_UNREADABLE] =
            "write it as the rules of deploy/policy/default.json are written",
    };
    return remedies[kind];
}

/* ---- words ---- */

static const char *
field_of(size_t rule, const char *name, char ret_field[POLICY_FAULT_FIELD_BYTES])
{
    snprintf(ret_field, POLICY_FAULT_FIELD_BYTES, "rules[%zu].%s", rule, name);
    return ret_field;
}

static const char *
period_text(uint32_t from, uint32_t until, char ret_text[PERIOD_BYTES])
{
    char first[CIVIL_DATE_TEXT_BYTES], last[CIVIL_DATE_TEXT_BYTES];
    civil_date_format(from, first);
    civil_date_format(until, last);
    if (until == 0)
        snprintf(ret_text, PERIOD_BYTES, "%s on", first);
    else
        snprintf(ret_text, PERIOD_BYTES, "%s to %s", first, last);
    return ret_text;
}

static const char *
place_text(const struct policy_rule *rule, char ret_text[PLACE_BYTES])
{
    if (rule->province[0] == '\0')
        snprintf(ret_text, PLACE_BYTES, "nationwide");
    else
        snprintf(ret_text, PLACE_BYTES, "in %.2s", rule->province);
    return ret_text;
}

/* ---- one rule ---- */

static bool
has_dates(const struct policy_rule *rule)
{
    return civil_date_valid(rule->from) &&
           (rule->until == 0 || (civil_date_valid(rule->until) && rule->until >= rule->from));
}

static bool
is_province(const char *province)
{
    return province[0] == '\0' ||
           (strlen(province) == POLICY_PROVINCE_DIGITS && division_area_known(province));
}

static void
check_value(struct checking *checking, size_t index)
{
    const struct policy_rule *rule = &checking->policy->rules[index];
    char field[POLICY_FAULT_FIELD_BYTES];
    if (rule->key == POLICY_KEY_UNKNOWN) {
        tell(checking, POLICY_FAULT_UNKNOWN_KEY, field_of(index, "key", field),
             "%.64s: there is no such key", rule->name);
        return;
    }
    const struct policy_key_info *info = policy_key_info(rule->key);
    char least[POLICY_VALUE_BYTES], most[POLICY_VALUE_BYTES];
    policy_value_format(info->unit, info->minimum, least);
    policy_value_format(info->unit, info->maximum, most);
    if (rule->value < info->minimum || rule->value > info->maximum)
        tell(checking, POLICY_FAULT_VALUE, field_of(index, "value", field),
             "%s: %" PRIu32 " is not within %" PRIu32 " (%s) and %" PRIu32 " (%s)", info->key,
             rule->value, info->minimum, least, info->maximum, most);
}

static void
check_rule(struct checking *checking, size_t index)
{
    const struct policy_rule *rule = &checking->policy->rules[index];
    char field[POLICY_FAULT_FIELD_BYTES];
    check_value(checking, index);
    if (!has_dates(rule))
        tell(checking, POLICY_FAULT_DATES, field_of(index, "from", field),
             "%.64s: from %" PRIu32 " until %" PRIu32 " is no period", rule->name, rule->from,
             rule->until);
    if (!is_province(rule->province))
        tell(checking, POLICY_FAULT_PROVINCE, field_of(index, "province", field),
             "%.64s: %.8s are not the first two digits of a province", rule->name, rule->province);
}

/* ---- rules together ---- */

static bool
overlap(const struct policy_rule *a, const struct policy_rule *b)
{
    return a->key == b->key && a->key != POLICY_KEY_UNKNOWN &&
           strcmp(a->province, b->province) == 0 && (a->until == 0 || b->from <= a->until) &&
           (b->until == 0 || a->from <= b->until);
}

static void
check_conflicts(struct checking *checking, size_t index)
{
    const struct policy_rule *rule = &checking->policy->rules[index];
    char field[POLICY_FAULT_FIELD_BYTES], place[PLACE_BYTES];
    char period[PERIOD_BYTES], other_period[PERIOD_BYTES];
    for (size_t i = 0; i < index; i++) {
        const struct policy_rule *other = &checking->policy->rules[i];
        if (!overlap(rule, other) || !has_dates(rule) || !has_dates(other))
            continue;
        tell(checking, POLICY_FAULT_CONFLICT, field_of(index, "from", field),
             "%s %s: the rule for %s meets that for %s", rule->name, place_text(rule, place),
             period_text(rule->from, rule->until, period),
             period_text(other->from, other->until, other_period));
    }
}

static uint32_t
first_day(const struct policy *policy)
{
    uint32_t first = CIVIL_DATE_MAX;
    for (size_t i = 0; i < policy->rule_count; i++)
        if (policy->rules[i].from < first && has_dates(&policy->rules[i]))
            first = policy->rules[i].from;
    return first;
}

/* First beginning of a nationwide rule of the key that is not before the date; 0 for none. */
static uint32_t
next_beginning(const struct policy *policy, enum policy_key key, uint32_t date)
{
    uint32_t next = 0;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct policy_rule *rule = &policy->rules[i];
        if (rule->key == key && rule->province[0] == '\0' && rule->from >= date &&
            (next == 0 || rule->from < next))
            next = rule->from;
    }
    return next;
}

static void
check_gaps(struct checking *checking, enum policy_key key)
{
    const struct policy *policy = checking->policy;
    const char *name = policy_key_info(key)->key;
    char standard[POLICY_VALUE_BYTES], period[PERIOD_BYTES];
    uint32_t date = first_day(policy);
    if (next_beginning(policy, key, 0) == 0) {
        policy_value_format(policy_key_info(key)->unit, policy_key_info(key)->standard, standard);
        tell(checking, POLICY_FAULT_UNNAMED_KEY, "rules",
             "%s: no nationwide rule; its standard would hold: %" PRIu32 " (%s)", name,
             policy_key_info(key)->standard, standard);
        return;
    }
    for (;;) {
        const struct policy_rule *rule = policy_find(policy, key, date, "");
        if (rule != NULL && rule->until == 0)
            return;
        if (rule != NULL) {
            if (rule->until >= CIVIL_DATE_MAX)
                return;
            date = civil_date_add_days(rule->until, 1);
            continue;
        }
        uint32_t next = next_beginning(policy, key, date);
        uint32_t until = next == 0 ? 0 : civil_date_add_days(next, -1);
        tell(checking, POLICY_FAULT_GAP, "rules", "%s: no nationwide rule for %s", name,
             period_text(date, until, period));
        if (next == 0)
            return;
        date = next;
    }
}

/* ---- the calendar ---- */

static void
check_days(struct checking *checking, const char *name, const uint32_t *dates, size_t count)
{
    char field[POLICY_FAULT_FIELD_BYTES];
    for (size_t i = 0; i < count; i++) {
        snprintf(field, sizeof field, "calendar.%s[%zu]", name, i);
        if (!civil_date_valid(dates[i]))
            tell(checking, POLICY_FAULT_CALENDAR, field, "%" PRIu32 " is no date", dates[i]);
        else if (i > 0 && dates[i] <= dates[i - 1])
            tell(checking, POLICY_FAULT_CALENDAR, field,
                 "%" PRIu32 " is there twice, or after a later date", dates[i]);
    }
}

static void
check_weekends(struct checking *checking)
{
    const struct calendar *calendar = &checking->policy->calendar;
    char field[POLICY_FAULT_FIELD_BYTES], date[CIVIL_DATE_TEXT_BYTES];
    for (size_t i = 0; i < calendar->working_weekend_count; i++) {
        uint32_t day = calendar->working_weekends[i];
        civil_date_format(day, date);
        snprintf(field, sizeof field, "calendar.working_weekends[%zu]", i);
        if (civil_date_weekday(day) <= FRIDAY)
            tell(checking, POLICY_FAULT_CALENDAR, field,
                 "%s is no Saturday and no Sunday, but is to be worked as one", date);
        for (size_t j = 0; j < calendar->holiday_count; j++)
            if (calendar->holidays[j] == day)
                tell(checking, POLICY_FAULT_CALENDAR, field, "%s is a holiday and a working day",
                     date);
    }
}

size_t
policy_check(const struct policy *policy, policy_fault_fn *tell_fault, void *context)
{
    struct checking checking = { policy, tell_fault, context, 0 };
    for (size_t i = 0; i < policy->rule_count; i++) {
        check_rule(&checking, i);
        check_conflicts(&checking, i);
    }
    bool periods_good = true;
    for (size_t i = 0; i < policy->rule_count; i++)
        periods_good &= has_dates(&policy->rules[i]);
    for (int key = 0; periods_good && key < POLICY_KEY_COUNT; key++)
        check_gaps(&checking, (enum policy_key)key);
    check_days(&checking, "holidays", policy->calendar.holidays, policy->calendar.holiday_count);
    check_days(&checking, "working_weekends", policy->calendar.working_weekends,
               policy->calendar.working_weekend_count);
    check_weekends(&checking);
    return checking.fault_count;
}
