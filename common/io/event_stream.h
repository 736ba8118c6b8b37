/* SPDX-License-Identifier: Apache-2.0
 *
 * event_stream - what waits to be sent to one subscriber: server-sent events (WHATWG HTML 9.2).
 *
 * Bounded: a subscriber that reads too slowly to keep within HTTP_EVENT_STREAM_BYTES is full, and
 * whoever holds the stream drops it. Knows no connection.
 */
#ifndef IO_EVENT_STREAM_H
#define IO_EVENT_STREAM_H

#include <stddef.h>

#include "common/core/limits.h"
#include "common/core/result.h"

struct event_stream {
    size_t start, size; /* of what waits */
    char waiting[HTTP_EVENT_STREAM_BYTES];
};

void event_stream_init(struct event_stream *stream);

/* One event: name is letters and hyphens, data one line. ERR_FULL: not all of it fits, and nothing
 * was put. */
enum result event_stream_put(struct event_stream *stream, const char *name,
                             const char *data) MUST_CHECK;

/* A comment, which readers skip: finds out whether somebody is still there. ERR_FULL as above. */
enum result event_stream_put_comment(struct event_stream *stream) MUST_CHECK;

/* Take at most room bytes of what waits; answers how many. */
size_t event_stream_take(struct event_stream *stream, char *ret_bytes, size_t room);

#endif
