/* SPDX-License-Identifier: Apache-2.0
 *
 * message_trace - the hops that a message brings along, whatever its kind: every body that has a
 * field "trace" has it for them (proto/message.proto). Owns nothing.
 */
#ifndef IO_MESSAGE_TRACE_H
#define IO_MESSAGE_TRACE_H

#include <stddef.h>

#include "proto/message.pb-c.h"

/* The trace, borrowed from the message; NULL, and no hops, when its kind brings none. */
Yidi__Hop *const *message_trace_find(const Yidi__Message *message, size_t *ret_count);

/* Let the body, which is there already, bring these hops; they are borrowed. Nothing is done to a
 * kind that brings none. */
void message_trace_set(Yidi__Message *message, Yidi__Hop **trace, size_t count);

#endif
