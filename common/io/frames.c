/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/frames.h"

#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

#include "common/core/require.h"

_Static_assert((int)LINK_FRAMES_MAX <= (int)FRAMES_MAX, "the larger of two bounds");

static int
receive_part(zmq_msg_t *part, void *socket)
{
    int size;
    do
        size = zmq_msg_recv(part, socket, ZMQ_DONTWAIT);
    while (size < 0 && errno == EINTR);
    return size;
}

/* Only ids that our ROUTER made up itself are let through: they cannot be squatted. */
static enum result
keep_route(struct frames *frames, zmq_msg_t *part)
{
    const uint8_t *id = zmq_msg_data(part);
    if (zmq_msg_size(part) != FRAMES_ROUTE_BYTES || id[0] != 0)
        return ERR_REFUSED;
    memcpy(frames->route, id, FRAMES_ROUTE_BYTES);
    return OK;
}

static enum result
keep_frame(struct frames *frames, zmq_msg_t *part)
{
    if (frames->count == frames->room || zmq_msg_size(part) > frames->frame_bytes_max)
        return ERR_REFUSED;
    zmq_msg_t *kept = malloc(sizeof *kept);
    if (kept == NULL)
        return ERR_MEMORY;
    zmq_msg_init(kept);
    zmq_msg_move(kept, part);
    frames->storage[frames->count] = kept;
    frames->list[frames->count] = bytes_of(zmq_msg_data(kept), zmq_msg_size(kept));
    frames->count++;
    return OK;
}

/* Once the first part is there, ZeroMQ has all of them: the rest is read even when it is dropped,
 * so that the next message begins at its beginning. */
enum result
frames_receive(void *socket, struct frames *frames)
{
    zmq_msg_t part;
    enum result result = OK;
    bool is_route = frames->route != NULL, more = true;
    frames->count = 0;
    zmq_msg_init(&part);
    if (receive_part(&part, socket) < 0) {
        zmq_msg_close(&part);
        return ERR_ABSENT;
    }
    while (result != ERR_ABSENT) {
        more = zmq_msg_more(&part);
        if (result == OK)
            result = is_route ? keep_route(frames, &part) : keep_frame(frames, &part);
        is_route = false;
        if (!more)
            break;
        if (receive_part(&part, socket) < 0)
            result = ERR_ABSENT; /* the socket was closed under us */
    }
    zmq_msg_close(&part);
    if (result != OK) {
        frames_release(frames->storage, frames->count);
        frames->count = 0;
    }
    return result;
}

void
frames_release(void **storage, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        zmq_msg_close(storage[i]);
        free(storage[i]);
    }
}

static bool
copy_part(zmq_msg_t *ret_part, struct bytes from)
{
    if (zmq_msg_init_size(ret_part, from.size) != 0)
        return false;
    if (from.size > 0)
        memcpy(zmq_msg_data(ret_part), from.data, from.size);
    return true;
}

/* Only the first part can be refused; a pipe that closes later swallows the rest. */
static enum result
send_parts(void *socket, zmq_msg_t *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int sent;
        do
            sent = zmq_msg_send(&parts[i], socket, i + 1 < count ? ZMQ_SNDMORE : 0);
        while (sent < 0 && errno == EINTR);
        if (sent < 0)
            return errno == EAGAIN ? ERR_FULL : errno == EHOSTUNREACH ? ERR_ABSENT : ERR_IO;
    }
    return OK;
}

enum result
frames_send(void *socket, struct bytes route, const struct bytes *list, size_t count)
{
    zmq_msg_t parts[1 + FRAMES_MAX];
    size_t made = 0;
    bool copied = true;
    REQUIRE(count > 0 && count <= FRAMES_MAX);
    /* All memory first: half a message cannot be taken back. */
    if (route.size > 0 && (copied = copy_part(&parts[0], route)))
        made++;
    for (size_t i = 0; copied && i < count; i++)
        if ((copied = copy_part(&parts[made], list[i])))
            made++;
    enum result result = copied ? send_parts(socket, parts, made) : ERR_MEMORY;
    for (size_t i = 0; i < made; i++)
        zmq_msg_close(&parts[i]); /* sent ones are empty by now */
    return result;
}
