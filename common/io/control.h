/* SPDX-License-Identifier: Apache-2.0
 *
 * control - the local socket on which operators' tools talk to their own daemon.
 *
 * The server is a ROUTER on ipc:// (the socket file gets mode 0600; its folder keeps others out)
 * and, for another thread of the same process, on inproc://; the client is a blocking DEALER with a
 * timeout. Carries frames; knows no command.
 */
#ifndef IO_CONTROL_H
#define IO_CONTROL_H

#include "common/core/auto.h"
#include "common/core/bytes.h"
#include "common/core/limits.h"
#include "common/core/refusal.h"
#include "common/core/result.h"
#include "common/io/link.h"

struct control_message {
    struct link_route route; /* server: who asked */
    size_t frame_count;
    struct bytes frames[CONTROL_FRAMES_MAX]; /* live until control_message_fini */
    void *storage[CONTROL_FRAMES_MAX];
};

struct control_server;
/* Listen on a socket file. One that a dead daemon left is replaced; one that answers is not.
 *
 * ERR_REFUSED  OPTION_INVALID, field "control-socket": the path is too long, taken by another
 *              daemon or by a file that is no socket, or its folder cannot be written. */
enum result control_server_open(const char *socket_path, struct control_server **ret_server,
                                struct refusal *ret_refusal) MUST_CHECK;
void control_server_close(struct control_server *server);
/* OK or ERR_ABSENT. Messages with too many or too large frames are dropped. */
enum result control_server_receive(struct control_server *server,
                                   struct control_message *ret_message) MUST_CHECK;
/* ERR_FULL when the client reads too slowly or the frames are too many or too large; ERR_ABSENT
 * when it is gone. */
enum result control_server_reply(struct control_server *server, const struct link_route *route,
                                 const struct bytes *frames, size_t frame_count) MUST_CHECK;
/* Fills at most room zmq_pollitem_t and answers how many it filled: one. */
size_t control_server_poll_items(struct control_server *server, void *zmq_poll_items, size_t room);
void control_message_fini(struct control_message *message);

struct control_client;
/* ERR_REFUSED: NOT_RUNNING when nobody listens there, FILE_UNREADABLE when it is not ours to
 * use. */
enum result control_client_open(const char *socket_path, struct control_client **ret_client,
                                struct refusal *ret_refusal) MUST_CHECK;
/* A client for another thread of the server's own process; close it before the server. Sending
 * never waits. */
enum result control_client_open_inside(struct control_server *server,
                                       struct control_client **ret_client) MUST_CHECK;
void control_client_close(struct control_client *client);
/* ERR_FULL when the frames are too many or too large, or the daemon takes none. */
enum result control_client_send(struct control_client *client, const struct bytes *frames,
                                size_t frame_count) MUST_CHECK;
/* OK, or ERR_ABSENT when nothing came within timeout_ms. */
enum result control_client_receive(struct control_client *client, uint64_t timeout_ms,
                                   struct control_message *ret_message) MUST_CHECK;

/* Wait until an answer is there, or one of some descriptors can be read, or the time is over. */
void control_client_wait(struct control_client *client, const int *descriptors,
                         size_t descriptor_count, uint64_t timeout_ms);

DEFINE_AUTO(control_server, struct control_server *, control_server_close)
DEFINE_AUTO(control_client, struct control_client *, control_client_close)

#endif
