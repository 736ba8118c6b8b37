/* SPDX-License-Identifier: Apache-2.0
 *
 * monitor - what happens to the connections of one ZeroMQ socket.
 */
#ifndef IO_MONITOR_H
#define IO_MONITOR_H

#include <stdint.h>

#include "common/core/auto.h"
#include "common/core/result.h"

struct monitor;

/* Watch a socket, from before its bind or connect.
 *
 * context, socket  borrowed ZeroMQ handles; close the monitor before the socket.
 * events           ZMQ_EVENT_... or'ed.
 * number           never used before in this context. */
enum result monitor_open(void *context, void *socket, int events, uint64_t number,
                         struct monitor **ret_monitor) MUST_CHECK;
void monitor_close(struct monitor *monitor);

/* The next event that is waiting, one ZMQ_EVENT_..., or 0. */
int monitor_next(struct monitor *monitor);

/* To poll for ZMQ_POLLIN. */
void *monitor_socket(const struct monitor *monitor);

DEFINE_AUTO(monitor, struct monitor *, monitor_close)

#endif
