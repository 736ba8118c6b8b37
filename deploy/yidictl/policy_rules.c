/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/policy_rules.h"

#include <stdio.h>
#include <string.h>

#include "common/core/format.h"
#include "common/io/json.h"

enum { RULES_MAX = 8192, MEMBER_BYTES_MAX = 4096, MEMBER_NAME_BYTES = 32 };

/* ---- places in JSON that parses ---- */

struct scan {
    const char *at;
    const char *end;
    unsigned line;
};

struct member {
    char name[MEMBER_NAME_BYTES]; /* cut */
    struct scan value;
    size_t value_bytes;
};

static void
step(struct scan *scan)
{
    scan->line += *scan->at == '\n';
    scan->at++;
}

static void
skip_any_of(struct scan *scan, const char *characters)
{
    while (scan->at < scan->end && strchr(characters, *scan->at) != NULL)
        step(scan);
}

static void
skip_string(struct scan *scan)
{
    do {
        if (*scan->at == '\\')
            step(scan);
        step(scan);
    } while (scan->at < scan->end && *scan->at != '"');
    if (scan->at < scan->end)
        step(scan);
}

static void
skip_value(struct scan *scan)
{
    size_t depth = 0;
    do {
        char first = *scan->at;
        if (first == '"') {
            skip_string(scan);
        } else {
            depth += first == '{' || first == '[';
            depth -= first == '}' || first == ']';
            step(scan);
        }
    } while (scan->at < scan->end && (depth > 0 || strchr(",]} \t\r\n", *scan->at) == NULL));
}

/* Of an object or a list, before whose next member or element the place is, or behind its first
 * brace; false at its end. */
static bool
enter_next(struct scan *scan)
{
    skip_any_of(scan, ", \t\r\n");
    return scan->at < scan->end && *scan->at != '}' && *scan->at != ']';
}

static bool
take_member(struct scan *scan, struct member *ret_member)
{
    if (!enter_next(scan))
        return false;
    const char *name = scan->at + 1;
    skip_string(scan);
    size_t size = (size_t)(scan->at - name) - 1;
    format_text(ret_member->name, sizeof ret_member->name, "%.*s", (int)size, name);
    skip_any_of(scan, ": \t\r\n");
    ret_member->value = *scan;
    skip_value(scan);
    ret_member->value_bytes = (size_t)(scan->at - ret_member->value.at);
    return true;
}

/* ---- reading ---- */

struct reading {
    policy_fault_fn *tell;
    void *context;
    struct arena *arena;
    struct policy_rules *rules;
};

static void
tell_text(const struct reading *reading, unsigned line, const char *field, const char *text)
{
    struct policy_fault fault = { .kind = POLICY_FAULT_UNREADABLE, .line = line };
    format_text(fault.field, sizeof fault.field, "%s", field);
    format_text(fault.text, sizeof fault.text, "%s", text);
    reading->tell(reading->context, &fault);
}

static void
tell(const struct reading *reading, const struct member *member, const char *key, const char *field,
     const struct refusal *refusal)
{
    char text[POLICY_FAULT_BYTES];
    bool foreign = strcmp(refusal->rule, "no such field") == 0;
    format_text(text, sizeof text, "%s%s%s is %s%s", key, key[0] == '\0' ? "" : ": ", member->name,
                foreign ? "" : "to be ", refusal->rule);
    tell_text(reading, member->value.line, field, text);
}

/* The member alone, beside others that are good. */
static enum result
decode_alone(const struct reading *reading, const ProtobufCMessageDescriptor *descriptor,
             const char *others, const struct member *member, ProtobufCMessage **ret_message,
             struct refusal *ret_refusal)
{
    char text[MEMBER_BYTES_MAX];
    int size = snprintf(text, sizeof text, "{%s\"%s\":%.*s}", others, member->name,
                        (int)member->value_bytes, member->value.at);
    if (size < 0 || (size_t)size >= sizeof text)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, member->name, "is too long");
    return json_decode(descriptor, bytes_of(text, (size_t)size), reading->arena, ret_message,
                       ret_refusal);
}

static void
copy_field(Yidi__PolicyRule *rule, const char *name, const ProtobufCMessage *from)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(from->descriptor, name);
    size_t size = field->type == PROTOBUF_C_TYPE_STRING ? sizeof(char *) : sizeof(uint32_t);
    memcpy((uint8_t *)rule + field->offset, (const uint8_t *)from + field->offset, size);
}

static enum result
read_member(const struct reading *reading, size_t index, const struct member *member,
            Yidi__PolicyRule *rule)
{
    static const char key[] = "\"key\":\"a\",", from[] = "\"from\":20000101,";
    char others[sizeof key + sizeof from], field[POLICY_FAULT_FIELD_BYTES];
    ProtobufCMessage *message;
    struct refusal refusal = { 0 };
    snprintf(others, sizeof others, "%s%s", strcmp(member->name, "key") == 0 ? "" : key,
             strcmp(member->name, "from") == 0 ? "" : from);
    enum result result =
        decode_alone(reading, &yidi__policy_rule__descriptor, others, member, &message, &refusal);
    if (result == OK)
        copy_field(rule, member->name, message);
    if (result != ERR_REFUSED)
        return result;
    snprintf(field, sizeof field, "rules[%zu].%s", index, member->name);
    tell(reading, member, rule->key, field, &refusal);
    return OK;
}

static enum result
read_rule(const struct reading *reading, struct scan *scan)
{
    struct policy_rules *rules = reading->rules;
    Yidi__PolicyRule *rule = arena_take(reading->arena, sizeof *rule);
    if (rule == NULL)
        return ERR_MEMORY;
    yidi__policy_rule__init(rule);
    size_t index = rules->count++;
    rules->rules[index] = rule;
    rules->lines[index] = scan->line;
    if (*scan->at != '{') {
        tell_text(reading, scan->line, "rules", "a rule is an object, such as {\"key\": ...}");
        skip_value(scan);
        return OK;
    }
    step(scan);
    struct member member;
    enum result result = OK;
    while (result == OK && take_member(scan, &member))
        result = read_member(reading, index, &member, rule);
    step(scan);
    return result;
}

static enum result
read_rules(const struct reading *reading, struct scan scan)
{
    enum result result = OK;
    if (*scan.at != '[') {
        tell_text(reading, scan.line, "rules", "rules are a list, such as [{\"key\": ...}]");
        return OK;
    }
    step(&scan);
    while (result == OK && reading->rules->count < RULES_MAX && enter_next(&scan))
        result = read_rule(reading, &scan);
    if (result == OK && enter_next(&scan))
        tell_text(reading, scan.line, "rules", "there are at most 8192 rules");
    return result;
}

static enum result
read_other(const struct reading *reading, const struct member *member)
{
    ProtobufCMessage *message;
    struct refusal refusal = { 0 };
    enum result result =
        decode_alone(reading, &yidi__policy_source__descriptor, "", member, &message, &refusal);
    if (result == ERR_REFUSED)
        tell(reading, member, "", member->name, &refusal);
    return result == ERR_REFUSED ? OK : result;
}

enum result
policy_rules_read(struct bytes text, policy_fault_fn *tell_fault, void *context,
                  struct arena *arena, struct policy_rules *ret_rules)
{
    const struct reading reading = { tell_fault, context, arena, ret_rules };
    struct scan scan = { (const char *)text.data, (const char *)text.data + text.size, 1 };
    struct member member;
    *ret_rules = (struct policy_rules){
        .rules = arena_take(arena, RULES_MAX * sizeof *ret_rules->rules),
        .lines = arena_take(arena, RULES_MAX * sizeof *ret_rules->lines),
    };
    enum result result = ret_rules->rules == NULL || ret_rules->lines == NULL ? ERR_MEMORY : OK;
    skip_any_of(&scan, " \t\r\n");
    step(&scan);
    while (result == OK && take_member(&scan, &member))
        result = strcmp(member.name, "rules") == 0 ? read_rules(&reading, member.value)
                                                   : read_other(&reading, &member);
    return result;
}
