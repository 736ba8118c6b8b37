/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

struct monitor {
    void *watched;
    void *pair; /* each event is two frames: 16-bit event and 32-bit value; endpoint */
};

enum result
monitor_open(void *context, void *socket, int events, uint64_t number, struct monitor **ret_monitor)
{
    AUTO(monitor) struct monitor *monitor = calloc(1, sizeof *monitor);
    char name[48];
    int none = 0;
    if (monitor == NULL)
        return ERR_MEMORY;
    snprintf(name, sizeof name, "inproc://monitor-%" PRIu64, number);
    if (zmq_socket_monitor(socket, name, events) != 0)
        return errno == EMFILE ? ERR_FULL : ERR_IO;
    monitor->watched = socket;
    monitor->pair = zmq_socket(context, ZMQ_PAIR);
    if (monitor->pair == NULL)
        return errno == EMFILE ? ERR_FULL : ERR_IO;
    /* No high-water mark: at one the sender, ZeroMQ's I/O thread, would stand still. */
    if (zmq_setsockopt(monitor->pair, ZMQ_RCVHWM, &none, sizeof none) != 0 ||
        zmq_setsockopt(monitor->pair, ZMQ_LINGER, &none, sizeof none) != 0 ||
        zmq_connect(monitor->pair, name) != 0)
        return ERR_IO;
    *ret_monitor = MOVE(monitor);
    return OK;
}

/* The sending end goes first; without a receiver it would block ZeroMQ's I/O thread. */
void
monitor_close(struct monitor *monitor)
{
    if (monitor == NULL)
        return;
    if (monitor->watched != NULL)
        zmq_socket_monitor(monitor->watched, NULL, 0);
    if (monitor->pair != NULL)
        zmq_close(monitor->pair);
    free(monitor);
}

int
monitor_next(struct monitor *monitor)
{
    uint8_t head[6], endpoint[1];
    uint16_t event = 0;
    int size;
    do
        size = zmq_recv(monitor->pair, head, sizeof head, ZMQ_DONTWAIT);
    while (size < 0 && errno == EINTR);
    if (size != sizeof head)
        return 0;
    do
        size = zmq_recv(monitor->pair, endpoint, sizeof endpoint, ZMQ_DONTWAIT);
    while (size < 0 && errno == EINTR);
    memcpy(&event, head, sizeof event);
    return event;
}

void *
monitor_socket(const struct monitor *monitor)
{
    return monitor->pair;
}
