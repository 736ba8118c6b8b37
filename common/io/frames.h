/* SPDX-License-Identifier: Apache-2.0
 *
 * frames - whole messages of several frames over one ZeroMQ socket: all of one, or nothing.
 *
 * Shared by link and control. What arrives stays in ZeroMQ's own memory and is not copied. Knows
 * neither what a frame holds nor who may send it.
 */
#ifndef IO_FRAMES_H
#define IO_FRAMES_H

#include "common/core/bytes.h"
#include "common/core/limits.h"
#include "common/core/result.h"

enum {
    FRAMES_MAX = CONTROL_FRAMES_MAX,
    FRAMES_ROUTE_BYTES = 5
}; /* a routing id that a ROUTER made itself */

struct frames {
    size_t room;            /* of list and storage */
    size_t frame_bytes_max; /* larger ones are refused */
    struct bytes *list;
    void **storage; /* one zmq_msg_t each; list points into them */
    uint8_t *route; /* ROUTER: out, FRAMES_ROUTE_BYTES; else NULL */
    size_t count;   /* out */
};

/* Take one waiting message; does not wait.
 *
 * ERR_ABSENT   nothing is waiting.
 * ERR_REFUSED  one was taken and dropped: too many or too large frames, or a routing id that the
 *              peer chose itself. ERR_MEMORY the same for want of memory. */
enum result frames_receive(void *socket, struct frames *frames) MUST_CHECK;

/* Give the memory of received frames back. */
void frames_release(void **storage, size_t count);

/* Send a copy of the frames; waits no longer than the socket's ZMQ_SNDTIMEO.
 *
 * route       first frame, for a ROUTER; size 0 for others.
 * ERR_FULL    the pipe is full. ERR_ABSENT the peer of that route is gone. */
enum result frames_send(void *socket, struct bytes route, const struct bytes *list,
                        size_t count) MUST_CHECK;

#endif
