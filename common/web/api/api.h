/* SPDX-License-Identifier: Apache-2.0
 *
 * api - what the descriptors and comments of proto/ say of the commands, for the page about them.
 */
#ifndef WEB_API_H
#define WEB_API_H

#include <stdbool.h>
#include <stddef.h>

#include "proto/control.pb-c.h"
#include "proto/public.pb-c.h"

/* A line of comments.awk: a message or an enum (name is empty), or what is in one. */
struct api_comment {
    const char *owner; /* Decide */
    const char *name;  /* verb; empty: of the owner itself */
    const char *bound; /* given; empty for enums and bool */
    const char *text;  /* what more is said */
    const char *oneof; /* that the field is one of; empty: of none */
};

/* Never NULL: empty where nothing is said. */
const struct api_comment *api_comment_of(const char *owner, const char *name);

/* The commands that a browser may send, in the order of their numbers; NULL behind the last. */
const ProtobufCFieldDescriptor *api_command(size_t place);

/* The message that a command is answered with; NULL when the comment does not say. */
const ProtobufCMessageDescriptor *api_answer(const ProtobufCFieldDescriptor *command);

/* The command that has such a message; NULL: none. */
const ProtobufCFieldDescriptor *api_command_of(const ProtobufCMessageDescriptor *message);

/* All messages and enums that requests and answers lead to, by name, but those of the commands
 * themselves. */
enum { API_TYPES_MAX = 400 };

struct api_types {
    size_t message_count, enum_count;
    const ProtobufCMessageDescriptor *messages[API_TYPES_MAX];
    const ProtobufCEnumDescriptor *enums[API_TYPES_MAX];
};

void api_find_types(struct api_types *ret_types);

#endif
