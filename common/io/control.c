/* SPDX-License-Identifier: Apache-2.0
 *
 * control - see control.h. Who may open the socket file may command the office: its mode and its
 * folder are the only door.
 */
#include "common/io/control.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "common/core/require.h"
#include "common/io/frames.h"

#define SOCKET_FIELD "control-socket"
#define INSIDE       "inproc://commands"

enum {
    PATH_CHARS_MAX = sizeof((struct sockaddr_un *)NULL)->sun_path - 1,
    ENDPOINT_BYTES = PATH_CHARS_MAX + sizeof "ipc://",
    HANDSHAKE_MS = 5000,
    SEND_MS = 5000,
    RECEIVE_QUEUE_MESSAGES = 64, /* per client; the rest waits there */
    /* All answers of a turn may be one client's; twice, because a pipe learns of what was read
     * from it only after half its size. */
    SEND_QUEUE_MESSAGES = 2 * TURN_INPUTS_MAX,
    DROPPED_MAX = 64, /* in one call */
    WAITED_FOR_MAX = 4,
};

struct control_server {
    void *context;
    void *router;
    char path[PATH_CHARS_MAX + 1]; /* of our socket file; empty while there is none */
};

struct control_client {
    void *context; /* NULL: the server's */
    void *dealer;
};

/* ---- the socket file ---- */

static bool
is_usable_path(const char *path)
{
    /* ZeroMQ reads "@" as an abstract socket, open to every user, and "*" as any name. */
    return path[0] != '\0' && path[0] != '@' && path[0] != '*' && strlen(path) <= PATH_CHARS_MAX;
}

/* 0 when something listens, else the errno of the attempt. */
static int
try_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0)
        return errno;
    int failed = connect(probe, (const struct sockaddr *)&address, sizeof address);
    int error = failed ? errno : 0;
    close(probe);
    return error == EAGAIN ? 0 : error; /* a full backlog is somebody's too */
}

/* ZeroMQ would unlink whatever stands at the path; only a dead daemon's socket may go. */
static enum result
clear_path(const char *path, struct refusal *ret_refusal)
{
    struct stat status;
    if (!is_usable_path(path))
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, SOCKET_FIELD,
                      "a path of 1 to %d bytes; this one has %zu: %s", PATH_CHARS_MAX, strlen(path),
                      path);
    if (lstat(path, &status) != 0)
        return errno == ENOENT ? OK
                               : refuse(ret_refusal, REFUSAL_OPTION_INVALID, SOCKET_FIELD,
                                        "cannot use %s: %s", path, strerror(errno));
    if (!S_ISSOCK(status.st_mode))
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, SOCKET_FIELD,
                      "%s is there and is no socket", path);
    int error = try_connect(path);
    if (error == 0)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, SOCKET_FIELD,
                      "another daemon answers on %s", path);
    if (error != ECONNREFUSED || unlink(path) != 0)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, SOCKET_FIELD, "cannot replace %s: %s",
                      path, strerror(errno));
    return OK;
}

/* ---- sockets ---- */

static void
set_number(void *socket, int option, int value)
{
    REQUIRE(zmq_setsockopt(socket, option, &value, sizeof value) == 0);
}

static enum result
open_socket(int type, void *context, void **ret_socket)
{
    int64_t frame_bytes_max = CONTROL_FRAME_BYTES_MAX;
    *ret_socket = context == NULL ? NULL : zmq_socket(context, type);
    if (*ret_socket == NULL)
        return ERR_IO;
    set_number(*ret_socket, ZMQ_LINGER, 0);
    set_number(*ret_socket, ZMQ_SNDHWM, SEND_QUEUE_MESSAGES);
    set_number(*ret_socket, ZMQ_RCVHWM, RECEIVE_QUEUE_MESSAGES);
    set_number(*ret_socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
    REQUIRE(zmq_setsockopt(*ret_socket, ZMQ_MAXMSGSIZE, &frame_bytes_max, sizeof frame_bytes_max) ==
            0);
    return OK;
}

static void
close_socket(void *context, void *socket)
{
    if (socket != NULL)
        zmq_close(socket);
    while (context != NULL && zmq_ctx_term(context) != 0 && errno == EINTR)
        ;
}

static enum result
receive(void *socket, uint8_t *route, struct control_message *message)
{
    struct frames frames = {
        .room = CONTROL_FRAMES_MAX,
        .frame_bytes_max = CONTROL_FRAME_BYTES_MAX,
        .list = message->frames,
        .storage = message->storage,
        .route = route,
    };
    enum result result = frames_receive(socket, &frames);
    message->frame_count = frames.count;
    return result;
}

static enum result
send_checked(void *socket, struct bytes route, const struct bytes *frames, size_t frame_count)
{
    REQUIRE(frame_count > 0);
    if (frame_count > CONTROL_FRAMES_MAX)
        return ERR_FULL;
    for (size_t i = 0; i < frame_count; i++)
        if (frames[i].size > CONTROL_FRAME_BYTES_MAX)
            return ERR_FULL;
    return frames_send(socket, route, frames, frame_count);
}

void
control_message_fini(struct control_message *message)
{
    frames_release(message->storage, message->frame_count);
    message->frame_count = 0;
}

/* ---- server ---- */

/* The file must never be open to others, not even between bind and chmod. */
static bool
bind_for_owner(void *router, const char *path)
{
    char endpoint[ENDPOINT_BYTES];
    snprintf(endpoint, sizeof endpoint, "ipc://%s", path);
    mode_t before = umask(0177);
    bool bound = zmq_bind(router, endpoint) == 0;
    int error = errno;
    umask(before);
    errno = error;
    return bound && chmod(path, 0600) == 0;
}

enum result
control_server_open(const char *socket_path, struct control_server **ret_server,
                    struct refusal *ret_refusal)
{
    enum result result = clear_path(socket_path, ret_refusal);
    if (result != OK)
        return result;
    AUTO(control_server) struct control_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return ERR_MEMORY;
    server->context = zmq_ctx_new();
    result = open_socket(ZMQ_ROUTER, server->context, &server->router);
    if (result != OK)
        return result;
    set_number(server->router, ZMQ_SNDTIMEO, 0);
    set_number(server->router, ZMQ_ROUTER_MANDATORY, 1);
    if (zmq_bind(server->router, INSIDE) != 0)
        return ERR_IO;
    if (!bind_for_owner(server->router, socket_path))
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, SOCKET_FIELD, "cannot listen on %s: %s",
                      socket_path, zmq_strerror(errno));
    snprintf(server->path, sizeof server->path, "%s", socket_path);
    *ret_server = MOVE(server);
    return OK;
}

void
control_server_close(struct control_server *server)
{
    if (server == NULL)
        return;
    if (server->path[0] != '\0')
        (void)unlink(server->path); /* before a successor can bind, while we still listen */
    close_socket(server->context, server->router);
    free(server);
}

enum result
control_server_receive(struct control_server *server, struct control_message *ret_message)
{
    enum result result = ERR_REFUSED;
    for (int dropped = 0; result != OK && result != ERR_ABSENT && dropped < DROPPED_MAX; dropped++)
        result = receive(server->router, ret_message->route.bytes, ret_message);
    ret_message->route.size = FRAMES_ROUTE_BYTES;
    return result == OK ? OK : ERR_ABSENT;
}

enum result
control_server_reply(struct control_server *server, const struct link_route *route,
                     const struct bytes *frames, size_t frame_count)
{
    REQUIRE(route->size == FRAMES_ROUTE_BYTES); /* as it was handed out */
    return send_checked(server->router, bytes_of(route->bytes, route->size), frames, frame_count);
}

size_t
control_server_poll_items(struct control_server *server, void *zmq_poll_items, size_t room)
{
    zmq_pollitem_t *items = zmq_poll_items;
    if (room == 0)
        return 0;
    items[0] = (zmq_pollitem_t){ .socket = server->router, .events = ZMQ_POLLIN };
    return 1;
}

/* ---- client ---- */

static enum result
refuse_unless_answered(const char *path, struct refusal *ret_refusal)
{
    int error = is_usable_path(path) ? try_connect(path) : ENAMETOOLONG;
    switch (error) {
    case 0:
        return OK;
    case ENOENT:
    case ECONNREFUSED:
        return refuse(ret_refusal, REFUSAL_NOT_RUNNING, SOCKET_FIELD, "no daemon listens on %s",
                      path);
    case EACCES:
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, SOCKET_FIELD,
                      "%s belongs to another user", path);
    default:
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, SOCKET_FIELD, "cannot use %s: %s", path,
                      strerror(error));
    }
}

enum result
control_client_open(const char *socket_path, struct control_client **ret_client,
                    struct refusal *ret_refusal)
{
    char endpoint[ENDPOINT_BYTES];
    enum result result = refuse_unless_answered(socket_path, ret_refusal);
    if (result != OK)
        return result;
    AUTO(control_client) struct control_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return ERR_MEMORY;
    client->context = zmq_ctx_new();
    result = open_socket(ZMQ_DEALER, client->context, &client->dealer);
    if (result != OK)
        return result;
    set_number(client->dealer, ZMQ_SNDTIMEO, SEND_MS);
    snprintf(endpoint, sizeof endpoint, "ipc://%s", socket_path);
    if (zmq_connect(client->dealer, endpoint) != 0)
        return ERR_IO;
    *ret_client = MOVE(client);
    return OK;
}

enum result
control_client_open_inside(struct control_server *server, struct control_client **ret_client)
{
    AUTO(control_client) struct control_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return ERR_MEMORY;
    enum result result = open_socket(ZMQ_DEALER, server->context, &client->dealer);
    if (result != OK)
        return result;
    set_number(client->dealer, ZMQ_SNDTIMEO, 0);
    if (zmq_connect(client->dealer, INSIDE) != 0)
        return ERR_IO;
    *ret_client = MOVE(client);
    return OK;
}

void
control_client_close(struct control_client *client)
{
    if (client == NULL)
        return;
    close_socket(client->context, client->dealer);
    free(client);
}

enum result
control_client_send(struct control_client *client, const struct bytes *frames, size_t frame_count)
{
    return send_checked(client->dealer, bytes_of(NULL, 0), frames, frame_count);
}

static uint64_t
monotonic_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

enum result
control_client_receive(struct control_client *client, uint64_t timeout_ms,
                       struct control_message *ret_message)
{
    zmq_pollitem_t item = { .socket = client->dealer, .events = ZMQ_POLLIN };
    uint64_t start_ms = monotonic_ms(), waited_ms = 0;
    for (;;) {
        enum result result = receive(client->dealer, NULL, ret_message);
        if (result != ERR_ABSENT || waited_ms >= timeout_ms) {
            ret_message->route.size = 0;
            return result;
        }
        (void)zmq_poll(&item, 1, (long)(timeout_ms - waited_ms)); /* a signal: look again */
        waited_ms = monotonic_ms() - start_ms;
    }
}

void
control_client_wait(struct control_client *client, const int *descriptors, size_t descriptor_count,
                    uint64_t timeout_ms)
{
    zmq_pollitem_t items[1 + WAITED_FOR_MAX] = { { .socket = client->dealer,
                                                   .events = ZMQ_POLLIN } };
    REQUIRE(descriptor_count <= WAITED_FOR_MAX);
    for (size_t i = 0; i < descriptor_count; i++)
        items[1 + i] = (zmq_pollitem_t){ .fd = descriptors[i], .events = ZMQ_POLLIN };
    (void)zmq_poll(items, (int)(1 + descriptor_count), (long)timeout_ms);
}
