/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/core/require.h"
#include "common/domain/text.h"
#include "common/io/wire_bounds.h"

/* --- refusals --- */

static size_t
write_path(const struct wire_place *place, char *out, size_t room)
{
    if (place == NULL)
        return 0;
    size_t used = write_path(place->outer, out, room);
    const char *dot = used > 0 ? "." : "";
    int more;
    if (used >= room)
        return used;
    if (place->index == WIRE_NO_INDEX)
        more = snprintf(out + used, room - used, "%s%s", dot, place->name);
    else
        more = snprintf(out + used, room - used, "%s%s[%zu]", dot, place->name, place->index);
    return used + (size_t)more;
}

enum result
wire_refuse(const struct wire_place *place, struct refusal *ret_refusal, enum refusal_code code,
            const char *rule)
{
    char path[REFUSAL_FIELD_BYTES] = "";
    write_path(place, path, sizeof path);
    return refuse(ret_refusal, code, path, "%s", rule);
}

enum result
wire_refuse_range(const struct wire_place *place, struct refusal *ret_refusal, uint64_t minimum,
                  uint64_t maximum, const char *what)
{
    char rule[REFUSAL_RULE_BYTES];
    const char *space = *what == '\0' ? "" : " ";
    if (minimum == maximum)
        snprintf(rule, sizeof rule, "%" PRIu64 "%s%s", minimum, space, what);
    else
        snprintf(rule, sizeof rule, "%" PRIu64 "..%" PRIu64 "%s%s", minimum, maximum, space, what);
    return wire_refuse(place, ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, rule);
}

/* --- values --- */

/* Category Cc of Unicode. */
static bool
is_control(uint32_t code_point)
{
    return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f);
}

static enum result
check_string(const char *text, const struct bound_field *bound, const struct wire_place *place,
             struct refusal *ret_refusal)
{
    size_t size = text == NULL ? 0 : strlen(text);
    if (size < bound->minimum || size > bound->maximum)
        return wire_refuse_range(place, ret_refusal, bound->minimum, bound->maximum,
                                 "bytes of UTF-8");
    const char *cursor = size == 0 ? "" : text;
    for (uint32_t code_point; text_next(&cursor, &code_point);)
        if (is_control(code_point) && !(code_point == '\n' && bound->rule == BOUND_TEXT))
            return wire_refuse(place, ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS,
                               "no control characters");
    if (*cursor != '\0')
        return wire_refuse(place, ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "valid UTF-8");
    return OK;
}

static enum result
check_bytes(const ProtobufCBinaryData *value, const struct bound_field *bound,
            const struct wire_place *place, struct refusal *ret_refusal)
{
    if (value->len >= bound->minimum && value->len <= bound->maximum)
        return OK;
    return wire_refuse_range(place, ret_refusal, bound->minimum, bound->maximum, "bytes");
}

static enum result
check_integer(const void *member, ProtobufCType type, const struct bound_field *bound,
              const struct wire_place *place, struct refusal *ret_refusal)
{
    uint64_t value =
        type == PROTOBUF_C_TYPE_UINT64 ? *(const uint64_t *)member : *(const uint32_t *)member;
    if (value >= bound->minimum && value <= bound->maximum)
        return OK;
    return wire_refuse_range(place, ret_refusal, bound->minimum, bound->maximum, "");
}

static enum result
check_enum(int value, const ProtobufCEnumDescriptor *descriptor, const struct bound_field *bound,
           const struct wire_place *place, struct refusal *ret_refusal)
{
    if (bound->rule == BOUND_GIVEN && value == 0)
        return wire_refuse(place, ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "must be given");
    if (protobuf_c_enum_descriptor_get_value(descriptor, value) != NULL)
        return OK;
    return wire_refuse(place, ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "a known value");
}

/* --- the walk --- */

static enum result check_message(const ProtobufCMessage *message,
                                 const struct bound_message *bounds, const struct wire_place *outer,
                                 struct refusal *ret_refusal);

static enum result
check_inner(const ProtobufCMessage *inner, const struct bound_field *bound,
            const struct wire_place *place, struct refusal *ret_refusal)
{
    if (inner != NULL)
        return check_message(inner, bound->message, place, ret_refusal);
    if (bound->rule == BOUND_OPTIONAL)
        return OK;
    return wire_refuse(place, ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "must be given");
}

static enum result
check_value(const void *member, const ProtobufCFieldDescriptor *field,
            const struct bound_field *bound, const struct wire_place *place,
            struct refusal *ret_refusal)
{
    switch (bound->rule) {
    case BOUND_NONE:
        return OK;
    case BOUND_STRING:
    case BOUND_TEXT:
        return check_string(*(const char *const *)member, bound, place, ret_refusal);
    case BOUND_BYTES:
        return check_bytes(member, bound, place, ret_refusal);
    case BOUND_INTEGER:
        return check_integer(member, field->type, bound, place, ret_refusal);
    case BOUND_KNOWN:
    case BOUND_GIVEN:
        return check_enum(*(const int *)member, field->descriptor, bound, place, ret_refusal);
    case BOUND_REQUIRED:
    case BOUND_OPTIONAL:
    default:
        return check_inner(*(const ProtobufCMessage *const *)member, bound, place, ret_refusal);
    }
}

size_t
wire_item_size(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_UINT64:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    default:
        return sizeof(uint32_t); /* uint32, enum, bool */
    }
}

static enum result
check_items(const uint8_t *items, size_t count, const ProtobufCFieldDescriptor *field,
            const struct bound_field *bound, struct wire_place *place, struct refusal *ret_refusal)
{
    if (count < bound->count_minimum || count > bound->count_maximum)
        return wire_refuse_range(place, ret_refusal, bound->count_minimum, bound->count_maximum,
                                 "items");
    for (place->index = 0; place->index < count; place->index++) {
        const uint8_t *item = items + place->index * wire_item_size(field->type);
        enum result result = check_value(item, field, bound, place, ret_refusal);
        if (result != OK)
            return result;
    }
    return OK;
}

static enum result
check_field(const uint8_t *message, const ProtobufCFieldDescriptor *field,
            const struct bound_field *bound, const struct wire_place *outer,
            struct refusal *ret_refusal)
{
    struct wire_place place = { outer, field->name, WIRE_NO_INDEX };
    const uint8_t *member = message + field->offset;
    const uint8_t *quantifier = message + field->quantifier_offset;
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        uint32_t chosen = *(const uint32_t *)quantifier;
        if (bound->required_oneof != NULL && chosen == 0) {
            place.name = bound->required_oneof;
            return wire_refuse(&place, ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS,
                               "one of its kinds must be given");
        }
        if (chosen != field->id)
            return OK;
    }
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return check_items(*(const uint8_t *const *)member, *(const size_t *)quantifier, field,
                           bound, &place, ret_refusal);
    return check_value(member, field, bound, &place, ret_refusal);
}

static enum result
check_message(const ProtobufCMessage *message, const struct bound_message *bounds,
              const struct wire_place *outer, struct refusal *ret_refusal)
{
    const ProtobufCMessageDescriptor *descriptor = bounds->descriptor;
    REQUIRE(message->descriptor == descriptor);
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        enum result result = check_field((const uint8_t *)message, &descriptor->fields[i],
                                         &bounds->fields[i], outer, ret_refusal);
        if (result != OK)
            return result;
    }
    return OK;
}

/* Once per message from outside; inner messages are reached through the table. */
static const struct bound_message *
find_bounds(const ProtobufCMessageDescriptor *descriptor)
{
    size_t i = 0;
    while (i < bound_message_count && bound_messages[i]->descriptor != descriptor)
        i++;
    REQUIRE(i < bound_message_count);
    return bound_messages[i];
}

enum result
wire_check(const ProtobufCMessage *message, struct refusal *ret_refusal)
{
    return check_message(message, find_bounds(message->descriptor), NULL, ret_refusal);
}

/* --- unpacking and packing --- */

struct arena_allocator {
    struct arena *arena;
    bool exhausted;
};

static void *
take_for_protobuf(void *context, size_t size)
{
    struct arena_allocator *allocator = context;
    void *memory = arena_take_raw(allocator->arena, size);
    if (memory == NULL)
        allocator->exhausted = true;
    return memory;
}

/* The arena gives everything back at once. */
static void
keep_for_arena(void *context, void *memory)
{
    (void)context;
    (void)memory;
}

enum result
wire_decode(const ProtobufCMessageDescriptor *descriptor, struct bytes packed, struct arena *arena,
            ProtobufCMessage **ret_message, struct refusal *ret_refusal)
{
    const struct bound_message *bounds = find_bounds(descriptor);
    enum result result = wire_scan(packed, bounds, NULL, ret_refusal);
    if (result != OK)
        return result;

    struct arena_allocator memory = { .arena = arena };
    ProtobufCAllocator allocator = { take_for_protobuf, keep_for_arena, &memory };
    ProtobufCMessage *message =
        protobuf_c_message_unpack(descriptor, &allocator, packed.size, packed.data);
    if (message == NULL && memory.exhausted)
        return ERR_MEMORY;
    if (message == NULL)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "", "a message of type %s",
                      descriptor->short_name);
    result = check_message(message, bounds, NULL, ret_refusal);
    if (result != OK)
        return result;
    *ret_message = message;
    return OK;
}

struct bytes
wire_encode(const ProtobufCMessage *message, struct arena *arena)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    uint8_t *packed = arena_take_raw(arena, size);
    if (packed == NULL)
        return (struct bytes){ 0 };
    protobuf_c_message_pack(message, packed);
    return bytes_of(packed, size);
}
