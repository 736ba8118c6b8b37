/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_bounds - the bounds of proto/ as a table, and what walks over any message share; for wire
 * and json alone.
 *
 * The build writes wire_bounds.c from the comments in proto/ *.proto (common/io/wire-bounds.awk).
 * The grammar of the comments stands on top of proto/message.proto.
 */
#ifndef IO_WIRE_BOUNDS_H
#define IO_WIRE_BOUNDS_H

#include <protobuf-c/protobuf-c.h>

#include "common/core/bytes.h"
#include "common/core/refusal.h"

enum bound_rule {
    BOUND_NONE,     /* bool */
    BOUND_STRING,   /* minimum and maximum are bytes; UTF-8 without control characters */
    BOUND_TEXT,     /* the same, and may hold newlines */
    BOUND_BYTES,    /* minimum and maximum are bytes */
    BOUND_INTEGER,  /* minimum and maximum are values */
    BOUND_KNOWN,    /* enum: a defined value */
    BOUND_GIVEN,    /* enum: a defined value, and not 0 */
    BOUND_REQUIRED, /* message */
    BOUND_OPTIONAL, /* message */
};

enum { BOUND_FIELDS_MAX = 64 }; /* of one message; the generator refuses more */

struct bound_message;

struct bound_field {
    enum bound_rule rule; /* of the value, or of each item when repeated */
    uint64_t minimum;
    uint64_t maximum;
    uint64_t count_minimum; /* items, when repeated */
    uint64_t count_maximum;
    const struct bound_message *message; /* bounds of the message inside, else NULL */
    const char *required_oneof;          /* its name, at the first member of a required oneof */
};

struct bound_message {
    const ProtobufCMessageDescriptor *descriptor;
    const struct bound_field *fields; /* in the order of descriptor->fields */
};

extern const struct bound_message *const bound_messages[];
extern const size_t bound_message_count;

/* Where in a message a walk stands. Lives on the stack; becomes text only in a refusal. */
struct wire_place {
    const struct wire_place *outer; /* NULL at the top */
    const char *name;
    size_t index; /* of a repeated field's item, else WIRE_NO_INDEX */
};

#define WIRE_NO_INDEX SIZE_MAX

/* Refuse what stands at that place; NULL is the message as a whole. */
enum result wire_refuse(const struct wire_place *place, struct refusal *ret_refusal,
                        enum refusal_code code, const char *rule);

/* Refuse a size, value or count: "1..150 bytes of UTF-8", or "26 items" when both ends are one. */
enum result wire_refuse_range(const struct wire_place *place, struct refusal *ret_refusal,
                              uint64_t minimum, uint64_t maximum, const char *what);

/* Size of one item in the array of a repeated field. */
size_t wire_item_size(ProtobufCType type);

/* Look at packed bytes before they are unpacked, and refuse what unpacking would hide or blow up:
 * a NUL inside a string, a single field given twice, more items than the bound, unknown fields
 * without end. MALFORMED or FIELD_OUT_OF_BOUNDS. */
enum result wire_scan(struct bytes packed, const struct bound_message *bounds,
                      const struct wire_place *outer, struct refusal *ret_refusal) MUST_CHECK;

#endif
