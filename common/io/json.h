/* SPDX-License-Identifier: Apache-2.0
 *
 * json - one generic mapper between protobuf messages and JSON, over jansson. The only file that
 * includes it.
 *
 * Field names as in proto/, enums by name (RENEWAL), bytes as lower-case hex, integers as JSON
 * integers up to JSON_EXACT_INTEGER and beyond it as strings of digits (RFC 7493), absent messages
 * left out, every scalar written. Reading refuses unknown and duplicate keys, wrong types and
 * unknown enum names, with the path of the field.
 */
#ifndef IO_JSON_H
#define IO_JSON_H

#include <protobuf-c/protobuf-c.h>

#include "common/core/arena.h"
#include "common/core/refusal.h"

/* Numbers above it are not exact in JavaScript. */
#define JSON_EXACT_INTEGER ((UINT64_C(1) << 53) - 1)

/* One line of JSON, allocated in the arena; NULL only when out of memory. */
char *json_encode(const ProtobufCMessage *message, struct arena *arena);

/* Parse JSON text into a message of that type, then check its bounds as wire_check does.
 *
 * ERR_REFUSED  MALFORMED (with line and column) or FIELD_OUT_OF_BOUNDS (with path). */
enum result json_decode(const ProtobufCMessageDescriptor *descriptor, struct bytes text,
                        struct arena *arena, ProtobufCMessage **ret_message,
                        struct refusal *ret_refusal) MUST_CHECK;

/* What travels beside a message, in "attachments": a list of base64 (RFC 4648). */
struct json_attachments {
    size_t room; /* how many are taken at most */
    size_t count;
    struct bytes *list; /* decoded, in the arena */
};

/* Parse JSON text into one kind of a message's one-of: the text is that kind's object. Bounds are
 * not checked: the caller fills in the rest of the message, then asks wire_check.
 *
 * member       name of the kind as in proto/, such as "apply".
 * attachments  out; taken from the member "attachments" of the object, which may be left out.
 * ERR_ABSENT   the message has no such kind.
 * ERR_REFUSED  as json_decode; paths begin with the member. */
enum result json_decode_member(const ProtobufCMessageDescriptor *descriptor, const char *member,
                               struct bytes text, struct arena *arena,
                               struct json_attachments *attachments, ProtobufCMessage **ret_message,
                               struct refusal *ret_refusal) MUST_CHECK;

/* json_encode with "attachments" as the last member, when there are any. */
char *json_encode_attached(const ProtobufCMessage *message,
                           const struct json_attachments *attachments, struct arena *arena);

/* A string as a JSON string literal with quotes, in the arena. */
char *json_quote(const char *text, struct arena *arena);

#endif
