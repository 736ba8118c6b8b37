/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/core/base64.h"
#include "common/core/require.h"
#include "common/io/wire.h"
#include "common/io/wire_bounds.h"

#define JSON_ATTACHMENTS "attachments"

DEFINE_AUTO(json, json_t *, json_decref)

/* Where values go, and where the refusal goes. */
struct reader {
    struct arena *arena;
    struct refusal *ret_refusal;
};

static enum result read_message(const struct reader *reader, const json_t *value,
                                const ProtobufCMessageDescriptor *descriptor,
                                const struct wire_place *place, ProtobufCMessage **ret_message);

static enum result
refuse_value(const struct reader *reader, const struct wire_place *place, const char *rule)
{
    return wire_refuse(place, reader->ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, rule);
}

static enum result
read_string(const struct reader *reader, const json_t *value, const struct wire_place *place,
            char **ret_text)
{
    if (!json_is_string(value))
        return refuse_value(reader, place, "a string");
    char *text = arena_copy_text(reader->arena, json_string_value(value));
    if (text == NULL)
        return ERR_MEMORY;
    *ret_text = text;
    return OK;
}

static int
hex_digit(char letter)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = letter == '\0' ? NULL : strchr(digits, letter);
    return found == NULL ? -1 : (int)(found - digits);
}

static enum result
read_bytes(const struct reader *reader, const json_t *value, const struct wire_place *place,
           ProtobufCBinaryData *ret_bytes)
{
    if (!json_is_string(value) || json_string_length(value) % 2 != 0)
        return refuse_value(reader, place, "lower-case hex");
    const char *text = json_string_value(value);
    size_t size = json_string_length(value) / 2;
    uint8_t *data = arena_take(reader->arena, size);
    if (data == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < size; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return refuse_value(reader, place, "lower-case hex");
        data[i] = (uint8_t)(high << 4 | low);
    }
    *ret_bytes = (ProtobufCBinaryData){ .len = size, .data = data };
    return OK;
}

/* Every enum of proto/ has a 0; where it is called so, nobody means it. */
static bool
is_unspecified(const char *name)
{
    static const char ending[] = "_UNSPECIFIED";
    size_t size = strlen(name);
    return size >= strlen(ending) && strcmp(name + size - strlen(ending), ending) == 0;
}

static enum result
read_enum(const struct reader *reader, const json_t *value,
          const ProtobufCEnumDescriptor *descriptor, const struct wire_place *place,
          int *ret_number)
{
    const ProtobufCEnumValue *named = NULL;
    if (json_is_string(value))
        named = protobuf_c_enum_descriptor_get_value_by_name(descriptor, json_string_value(value));
    if (named != NULL) {
        *ret_number = named->value;
        return OK;
    }
    char rule[REFUSAL_RULE_BYTES] = "one of ";
    const char *comma = "";
    size_t used = strlen(rule);
    for (unsigned i = 0; i < descriptor->n_values && used < sizeof rule; i++) {
        if (is_unspecified(descriptor->values[i].name))
            continue;
        used += (size_t)snprintf(rule + used, sizeof rule - used, "%s%s", comma,
                                 descriptor->values[i].name);
        comma = ", ";
    }
    return refuse_value(reader, place, rule);
}

/* What is not exact as a JSON number comes as digits; as a number it could have been rounded. */
static bool
read_digits(const json_t *value, uint64_t *ret_number)
{
    const char *text = json_string_value(value);
    size_t count = json_string_length(value);
    uint64_t number = 0;
    if (text == NULL || count == 0 || text[0] == '0' || strspn(text, "0123456789") != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return number > JSON_EXACT_INTEGER;
}

static enum result
read_integer(const struct reader *reader, const json_t *value, ProtobufCType type,
             const struct wire_place *place, void *member)
{
    json_int_t number = json_integer_value(value);
    if (type == PROTOBUF_C_TYPE_UINT64 && read_digits(value, member))
        return OK;
    if (!json_is_integer(value) || number < 0)
        return refuse_value(reader, place, "a whole number, not negative");
    if (type == PROTOBUF_C_TYPE_UINT64) {
        *(uint64_t *)member = (uint64_t)number;
        return OK;
    }
    if (number > UINT32_MAX)
        return refuse_value(reader, place, "at most 4294967295");
    *(uint32_t *)member = (uint32_t)number;
    return OK;
}

static enum result
read_boolean(const struct reader *reader, const json_t *value, const struct wire_place *place,
             protobuf_c_boolean *ret_boolean)
{
    if (!json_is_boolean(value))
        return refuse_value(reader, place, "true or false");
    *ret_boolean = json_is_true(value);
    return OK;
}

static enum result
read_value(const struct reader *reader, const json_t *value, const ProtobufCFieldDescriptor *field,
           const struct wire_place *place, void *member)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return read_string(reader, value, place, member);
    case PROTOBUF_C_TYPE_BYTES:
        return read_bytes(reader, value, place, member);
    case PROTOBUF_C_TYPE_ENUM:
        return read_enum(reader, value, field->descriptor, place, member);
    case PROTOBUF_C_TYPE_BOOL:
        return read_boolean(reader, value, place, member);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
        return read_integer(reader, value, field->type, place, member);
    case PROTOBUF_C_TYPE_MESSAGE:
        return read_message(reader, value, field->descriptor, place, member);
    default:
        UNREACHABLE("a type that proto/ does not use");
    }
}

static enum result
read_items(const struct reader *reader, const json_t *list, const ProtobufCFieldDescriptor *field,
           struct wire_place *place, uint8_t *message)
{
    if (!json_is_array(list))
        return refuse_value(reader, place, "a list");
    size_t count = json_array_size(list);
    size_t item_size = wire_item_size(field->type);
    uint8_t *items = arena_take(reader->arena, count * item_size);
    if (items == NULL)
        return ERR_MEMORY;
    for (place->index = 0; place->index < count; place->index++) {
        enum result result = read_value(reader, json_array_get(list, place->index), field, place,
                                        items + place->index * item_size);
        if (result != OK)
            return result;
    }
    *(void **)(message + field->offset) = items;
    *(size_t *)(message + field->quantifier_offset) = count;
    return OK;
}

static enum result
read_field(const struct reader *reader, const json_t *value, const ProtobufCFieldDescriptor *field,
           const struct wire_place *outer, uint8_t *message)
{
    struct wire_place place = { outer, field->name, WIRE_NO_INDEX };
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return read_items(reader, value, field, &place, message);
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        uint32_t *chosen = (uint32_t *)(message + field->quantifier_offset);
        if (*chosen != 0)
            return refuse_value(reader, &place, "only one of these kinds");
        *chosen = field->id;
    }
    return read_value(reader, value, field, &place, message + field->offset);
}

/* A key is somebody's text: it is repeated only when it could have been a name of ours. */
static enum result
refuse_key(const struct reader *reader, const char *key, const struct wire_place *outer)
{
    struct wire_place place = { outer, key, WIRE_NO_INDEX };
    bool harmless = *key != '\0' && strlen(key) <= 40 &&
                    key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
    return refuse_value(reader, harmless ? &place : outer, "no such field");
}

static enum result
read_message(const struct reader *reader, const json_t *value,
             const ProtobufCMessageDescriptor *descriptor, const struct wire_place *place,
             ProtobufCMessage **ret_message)
{
    if (!json_is_object(value))
        return refuse_value(reader, place, "an object");
    ProtobufCMessage *message = arena_take(reader->arena, descriptor->sizeof_message);
    if (message == NULL)
        return ERR_MEMORY;
    protobuf_c_message_init(descriptor, message);
    const char *key;
    json_t *inner;
    json_object_foreach((json_t *)value, key, inner)
    {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(descriptor, key);
        enum result result = field == NULL
                                 ? refuse_key(reader, key, place)
                                 : read_field(reader, inner, field, place, (uint8_t *)message);
        if (result != OK)
            return result;
    }
    *ret_message = message;
    return OK;
}

/* jansson's own text quotes the input, which may be personal data. */
static const char *
syntax_rule(enum json_error_code code)
{
    switch (code) {
    case json_error_premature_end_of_input:
        return "it ends too early";
    case json_error_duplicate_key:
        return "a key is given twice";
    case json_error_invalid_utf8:
        return "not UTF-8";
    case json_error_stack_overflow:
        return "nested too deeply";
    case json_error_numeric_overflow:
        return "a number is too large";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "a NUL character";
    default:
        return "not JSON";
    }
}

static enum result
parse(struct bytes text, json_t **ret_root, struct refusal *ret_refusal)
{
    json_error_t error;
    json_t *root = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL && json_error_code(&error) == json_error_out_of_memory)
        return ERR_MEMORY;
    if (root == NULL)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "", "line %d, column %d: %s", error.line,
                      error.column, syntax_rule(json_error_code(&error)));
    *ret_root = root;
    return OK;
}

enum result
json_decode(const ProtobufCMessageDescriptor *descriptor, struct bytes text, struct arena *arena,
            ProtobufCMessage **ret_message, struct refusal *ret_refusal)
{
    AUTO(json) json_t *root = NULL;
    struct reader reader = { arena, ret_refusal };
    ProtobufCMessage *message = NULL;
    enum result result = parse(text, &root, ret_refusal);
    if (result == OK)
        result = read_message(&reader, root, descriptor, NULL, &message);
    if (result == OK)
        result = wire_check(message, ret_refusal);
    if (result != OK)
        return result;
    *ret_message = message;
    return OK;
}

/* ---- attachments ---- */

static enum result
read_attachment(const struct reader *reader, const json_t *value, const struct wire_place *place,
                struct bytes *ret_bytes)
{
    size_t size = 0, room = json_string_length(value) / 4 * 3;
    uint8_t *data = arena_take_raw(reader->arena, room + 1);
    if (data == NULL)
        return ERR_MEMORY;
    if (!json_is_string(value) ||
        base64_decode(json_string_value(value), json_string_length(value), data, room, &size) != OK)
        return refuse_value(reader, place, "base64");
    *ret_bytes = bytes_of(data, size);
    return OK;
}

/* Takes them out of the object. */
static enum result
read_attachments(const struct reader *reader, json_t *object, const struct wire_place *outer,
                 struct json_attachments *attachments)
{
    struct wire_place place = { outer, JSON_ATTACHMENTS, WIRE_NO_INDEX };
    json_t *list = json_object_get(object, JSON_ATTACHMENTS);
    attachments->count = 0;
    if (list == NULL)
        return OK;
    if (!json_is_array(list))
        return refuse_value(reader, &place, "a list");
    if (json_array_size(list) > attachments->room)
        return refuse_value(reader, &place, "too many");
    attachments->list =
        arena_take(reader->arena, json_array_size(list) * sizeof *attachments->list);
    if (attachments->list == NULL)
        return ERR_MEMORY;
    for (place.index = 0; place.index < json_array_size(list); place.index++) {
        enum result result = read_attachment(reader, json_array_get(list, place.index), &place,
                                             &attachments->list[place.index]);
        if (result != OK)
            return result;
    }
    attachments->count = json_array_size(list);
    return json_object_del(object, JSON_ATTACHMENTS) == 0 ? OK : ERR_MEMORY;
}

enum result
json_decode_member(const ProtobufCMessageDescriptor *descriptor, const char *member,
                   struct bytes text, struct arena *arena, struct json_attachments *attachments,
                   ProtobufCMessage **ret_message, struct refusal *ret_refusal)
{
    AUTO(json) json_t *root = NULL;
    struct reader reader = { arena, ret_refusal };
    struct wire_place place = { NULL, member, WIRE_NO_INDEX };
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(descriptor, member);
    if (field == NULL || (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
        return ERR_ABSENT;
    ProtobufCMessage *message = arena_take(arena, descriptor->sizeof_message);
    if (message == NULL)
        return ERR_MEMORY;
    protobuf_c_message_init(descriptor, message);
    enum result result = parse(text, &root, ret_refusal);
    if (result == OK && json_is_object(root))
        result = read_attachments(&reader, root, &place, attachments);
    if (result == OK)
        result = read_field(&reader, root, field, NULL, (uint8_t *)message);
    if (result != OK)
        return result;
    *ret_message = message;
    return OK;
}
