/* SPDX-License-Identifier: Apache-2.0
 *
 * json - one generic mapper between protobuf messages and JSON, over jansson. The only file that
 * includes it.
 *
 * Field names as in proto/, enums by name (RENEWAL), bytes as lower-case hex, 64-bit integers as
 * JSON integers, absent messages left out, every scalar written. Reading refuses unknown and
 * duplicate keys, wrong types and unknown enum names, with the path of the field.
 */
#ifndef IO_JSON_H
#define IO_JSON_H

#include <protobuf-c/protobuf-c.h>

#include "common/core/arena.h"
#include "common/core/refusal.h"

/* One line of JSON, allocated in the arena; NULL only when out of memory. */
char *json_encode(const ProtobufCMessage *message, struct arena *arena);

/* Parse JSON text into a message of that type, then check its bounds as wire_check does.
 *
 * ERR_REFUSED  MALFORMED (with line and column) or FIELD_OUT_OF_BOUNDS (with path). */
enum result json_decode(const ProtobufCMessageDescriptor *descriptor, struct bytes text,
                        struct arena *arena, ProtobufCMessage **ret_message,
                        struct refusal *ret_refusal) MUST_CHECK;

/* A string as a JSON string literal with quotes, in the arena. */
char *json_quote(const char *text, struct arena *arena);

#endif
