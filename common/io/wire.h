/* SPDX-License-Identifier: Apache-2.0
 *
 * wire - packing and unpacking of protobuf messages, with the bounds of proto/ checked.
 *
 * Whatever comes from a peer, a user or a disk is unpacked here and nowhere else. The bounds are
 * the comments beside the fields in proto/ *.proto, turned into a table (wire_bounds.c) by the
 * build.
 */
#ifndef IO_WIRE_H
#define IO_WIRE_H

#include <protobuf-c/protobuf-c.h>

#include "common/core/arena.h"
#include "common/core/bytes.h"
#include "common/core/refusal.h"

/* Unpack into the arena and check every bound (lengths, counts, UTF-8, enum range, required
 * messages, one-ofs).
 *
 * ret_message  out; lives as long as the arena; unknown fields are kept.
 * ERR_REFUSED  MALFORMED, or FIELD_OUT_OF_BOUNDS with the field's path and the bound in words. */
enum result wire_decode(const ProtobufCMessageDescriptor *descriptor, struct bytes packed,
                        struct arena *arena, ProtobufCMessage **ret_message,
                        struct refusal *ret_refusal) MUST_CHECK;

/* Check the bounds of a message built here or from JSON. OK or ERR_REFUSED. */
enum result wire_check(const ProtobufCMessage *message, struct refusal *ret_refusal) MUST_CHECK;

/* Pack into the arena. data is NULL when out of memory. */
struct bytes wire_encode(const ProtobufCMessage *message, struct arena *arena);

#endif
