/* SPDX-License-Identifier: Apache-2.0
 *
 * wire_bounds - the bounds of proto/ as a table, for wire alone.
 *
 * The build writes wire_bounds.c from the comments in proto/ *.proto (common/io/wire-bounds.awk).
 * The grammar of the comments stands on top of proto/message.proto.
 */
#ifndef IO_WIRE_BOUNDS_H
#define IO_WIRE_BOUNDS_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

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

#endif
