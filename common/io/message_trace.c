/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/message_trace.h"

#include <stdint.h>
#include <string.h>

/* Any member stands for all: a body begins with its base. */
static ProtobufCMessage *
body_of(const Yidi__Message *message)
{
    return message->card_made == NULL ? NULL : &message->card_made->base;
}

static const ProtobufCFieldDescriptor *
trace_field(const ProtobufCMessage *body)
{
    return body == NULL
               ? NULL
               : protobuf_c_message_descriptor_get_field_by_name(body->descriptor, "trace");
}

Yidi__Hop *const *
message_trace_find(const Yidi__Message *message, size_t *ret_count)
{
    Yidi__Hop *const *trace = NULL;
    const ProtobufCMessage *body = body_of(message);
    const ProtobufCFieldDescriptor *field = trace_field(body);
    *ret_count = 0;
    if (field == NULL)
        return NULL;
    memcpy(&trace, (const uint8_t *)body + field->offset, sizeof trace);
    memcpy(ret_count, (const uint8_t *)body + field->quantifier_offset, sizeof *ret_count);
    return trace;
}

void
message_trace_set(Yidi__Message *message, Yidi__Hop **trace, size_t count)
{
    ProtobufCMessage *body = body_of(message);
    const ProtobufCFieldDescriptor *field = trace_field(body);
    if (field == NULL)
        return;
    memcpy((uint8_t *)body + field->offset, &trace, sizeof trace);
    memcpy((uint8_t *)body + field->quantifier_offset, &count, sizeof count);
}
