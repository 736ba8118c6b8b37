/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/event_stream.h"

#include <stdio.h>
#include <string.h>

#include "common/core/require.h"

void
event_stream_init(struct event_stream *stream)
{
    stream->start = stream->size = 0;
}

static enum result
put(struct event_stream *stream, const char *text)
{
    size_t size = strlen(text);
    if (size > sizeof stream->waiting - stream->size)
        return ERR_FULL;
    memmove(stream->waiting, stream->waiting + stream->start, stream->size);
    stream->start = 0;
    memcpy(stream->waiting + stream->size, text, size);
    stream->size += size;
    return OK;
}

enum result
event_stream_put(struct event_stream *stream, const char *name, const char *data)
{
    char text[1024];
    REQUIRE(strpbrk(name, "\r\n:") == NULL && strpbrk(data, "\r\n") == NULL);
    int size = snprintf(text, sizeof text, "event: %s\ndata: %s\n\n", name, data);
    REQUIRE(size > 0 && (size_t)size < sizeof text);
    return put(stream, text);
}

enum result
event_stream_put_comment(struct event_stream *stream)
{
    return put(stream, ":\n\n");
}

size_t
event_stream_take(struct event_stream *stream, char *ret_bytes, size_t room)
{
    size_t taken = stream->size < room ? stream->size : room;
    memcpy(ret_bytes, stream->waiting + stream->start, taken);
    stream->start += taken;
    stream->size -= taken;
    return taken;
}
