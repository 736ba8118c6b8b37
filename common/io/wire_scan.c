/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_scan - what must be seen in the packed bytes, because unpacking loses it.
 */
#include <string.h>

#include "common/core/require.h"
#include "common/io/wire_bounds.h"

/* Of one message; a later version will not add more. */
enum { WIRE_UNKNOWN_FIELDS_MAX = 64, WIRE_UNKNOWN_BYTES_MAX = 4096 };

enum wire_type { WIRE_VARINT, WIRE_FIXED64, WIRE_LENGTH, WIRE_GROUP, WIRE_GROUP_END, WIRE_FIXED32 };

/* One field as it stands in the bytes. */
struct wire_field {
    uint64_t id;
    enum wire_type type;
    struct bytes content; /* of a field with a length */
};

static bool
take_bytes(struct bytes *rest, uint64_t size, struct bytes *ret_taken)
{
    if (size > rest->size)
        return false;
    *ret_taken = bytes_of(rest->data, (size_t)size);
    rest->data += size;
    rest->size -= (size_t)size;
    return true;
}

static bool
take_varint(struct bytes *rest, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < rest->size && i < 10; i++) {
        value |= (uint64_t)(rest->data[i] & 0x7f) << (7 * i);
        if (rest->data[i] < 0x80) {
            struct bytes taken;
            *ret_value = value;
            return take_bytes(rest, i + 1, &taken);
        }
    }
    return false;
}

static bool
take_field(struct bytes *rest, struct wire_field *ret_field)
{
    uint64_t key, value;
    if (!take_varint(rest, &key) || key >> 3 == 0 || key > UINT32_MAX)
        return false;
    *ret_field = (struct wire_field){ .id = key >> 3, .type = (enum wire_type)(key & 7) };
    switch (ret_field->type) {
    case WIRE_VARINT:
        return take_varint(rest, &value);
    case WIRE_FIXED64:
        return take_bytes(rest, 8, &ret_field->content);
    case WIRE_FIXED32:
        return take_bytes(rest, 4, &ret_field->content);
    case WIRE_LENGTH:
        return take_varint(rest, &value) && take_bytes(rest, value, &ret_field->content);
    case WIRE_GROUP:
    case WIRE_GROUP_END:
    default:
        return false;
    }
}

/* Items that one field on the wire adds: a packed run of integers holds many. */
static uint64_t
items_in(const struct wire_field *field, const ProtobufCFieldDescriptor *descriptor)
{
    bool length_is_packing = descriptor->type != PROTOBUF_C_TYPE_STRING &&
                             descriptor->type != PROTOBUF_C_TYPE_BYTES &&
                             descriptor->type != PROTOBUF_C_TYPE_MESSAGE;
    if (field->type != WIRE_LENGTH || !length_is_packing)
        return 1;
    uint64_t items = 0;
    for (size_t i = 0; i < field->content.size; i++)
        items += field->content.data[i] < 0x80;
    return items;
}

static enum result
scan_content(const struct wire_field *field, const ProtobufCFieldDescriptor *descriptor,
             const struct bound_field *bound, const struct wire_place *place,
             struct refusal *ret_refusal)
{
    if (field->type != WIRE_LENGTH)
        return OK;
    if (bound->message != NULL)
        return wire_scan(field->content, bound->message, place, ret_refusal);
    if (descriptor->type == PROTOBUF_C_TYPE_STRING && field->content.size > 0 &&
        memchr(field->content.data, 0, field->content.size) != NULL)
        return wire_refuse(place, ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS,
                           "no control characters");
    return OK;
}

static enum result
scan_field(const struct wire_field *field, const ProtobufCFieldDescriptor *descriptor,
           const struct bound_field *bound, uint64_t *count, const struct wire_place *outer,
           struct refusal *ret_refusal)
{
    bool repeated = descriptor->label == PROTOBUF_C_LABEL_REPEATED;
    struct wire_place whole = { outer, descriptor->name, WIRE_NO_INDEX };
    struct wire_place item = { outer, descriptor->name, repeated ? *count : WIRE_NO_INDEX };
    *count += repeated ? items_in(field, descriptor) : 1;
    if (!repeated && *count > 1)
        return wire_refuse(&whole, ret_refusal, REFUSAL_MALFORMED, "given once");
    if (repeated && *count > bound->count_maximum)
        return wire_refuse_range(&whole, ret_refusal, bound->count_minimum, bound->count_maximum,
                                 "items");
    return scan_content(field, descriptor, bound, &item, ret_refusal);
}

enum result
wire_scan(struct bytes packed, const struct bound_message *bounds, const struct wire_place *outer,
          struct refusal *ret_refusal)
{
    uint64_t counts[BOUND_FIELDS_MAX] = { 0 };
    unsigned unknown_count = 0;
    size_t unknown_bytes = 0;
    while (packed.size > 0) {
        struct wire_field field;
        if (!take_field(&packed, &field))
            return wire_refuse(outer, ret_refusal, REFUSAL_MALFORMED, "whole protobuf fields");
        const ProtobufCFieldDescriptor *descriptor =
            protobuf_c_message_descriptor_get_field(bounds->descriptor, (unsigned)field.id);
        if (descriptor == NULL) {
            unknown_bytes += field.content.size;
            if (++unknown_count > WIRE_UNKNOWN_FIELDS_MAX || unknown_bytes > WIRE_UNKNOWN_BYTES_MAX)
                return wire_refuse(outer, ret_refusal, REFUSAL_MALFORMED,
                                   "at most 64 unknown fields of 4096 bytes together");
            continue;
        }
        size_t index = (size_t)(descriptor - bounds->descriptor->fields);
        REQUIRE(index < BOUND_FIELDS_MAX);
        enum result result = scan_field(&field, descriptor, &bounds->fields[index], &counts[index],
                                        outer, ret_refusal);
        if (result != OK)
            return result;
    }
    return OK;
}
