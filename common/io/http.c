/* SPDX-License-Identifier: Apache-2.0
 *
 * http - see http.h. A request is judged by its head before anything of its body is kept; one that
 * waits for an answer, or for events, is suspended and costs nothing. The library does not notice
 * that the client of a suspended one is gone: answers come in bounded time, and event streams get a
 * comment every BEAT_MS.
 */
#include "common/io/http_parts.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/core/require.h"

#define STOPPING_RULE "ask again when it is back"

enum {
    SWEEP_MS = 1000,
    BEAT_MS = 15000,
    EVENTS_MS = 30 * 60000, /* then the client subscribes anew, and is judged anew */
};

/* ---- connections ---- */

void
http_line_changed(void *context, struct MHD_Connection *connection, void **place,
                  enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = context;
    struct line *line = *place;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        line = calloc(1, sizeof *line);
        if (line == NULL)
            return; /* its requests are refused for want of it */
        line->descriptor = info->connect_fd;
        line->deadline_ms = server->now_ms + server->options.patience_ms;
        line->next = server->lines;
        server->lines = line;
        *place = line;
        return;
    }
    for (struct line **link = &server->lines; *link != NULL; link = &(*link)->next)
        if (*link == line) {
            *link = line->next;
            free(line);
            return;
        }
}

/* The library notices, and ends what is under way. */
static void
cut(const struct line *line)
{
    (void)shutdown(line->descriptor, SHUT_RDWR);
}

/* A client that sends or reads a byte now and then is not idle to the library, but too slow. */
static void
sweep(struct http_server *server)
{
    for (const struct line *line = server->lines; line != NULL; line = line->next)
        if (server->now_ms >= line->deadline_ms)
            cut(line);
}

/* ---- exchanges ---- */

static void
describe_peer(struct exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info == NULL ? NULL : info->client_addr;
    const void *number = NULL;
    if (address != NULL)
        number = address->sa_family == AF_INET
                     ? (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr
                     : &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (number == NULL ||
        inet_ntop(address->sa_family, number, exchange->peer, sizeof exchange->peer) == NULL)
        exchange->peer[0] = '\0';
    exchange->request.peer = exchange->peer;
}

static struct exchange *
exchange_new(struct http_server *server, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct exchange *exchange = info->socket_context == NULL ? NULL : calloc(1, sizeof *exchange);
    if (exchange == NULL)
        return NULL;
    exchange->server = server;
    exchange->connection = connection;
    exchange->line = info->socket_context;
    exchange->request.exchange = exchange;
    exchange->request.ticket = ++server->last_ticket;
    exchange->next = server->exchanges;
    server->exchanges = exchange;
    describe_peer(exchange);
    return exchange;
}

void
http_exchange_ended(void *context, struct MHD_Connection *connection, void **place,
                    enum MHD_RequestTerminationCode code)
{
    struct http_server *server = context;
    struct exchange *exchange = *place;
    (void)connection;
    (void)code;
    if (exchange == NULL)
        return;
    struct exchange **link = &server->exchanges;
    while (*link != exchange)
        link = &(*link)->next;
    *link = exchange->next;
    exchange->line->deadline_ms = server->now_ms + server->options.patience_ms;
    if (exchange->response != NULL)
        MHD_destroy_response(exchange->response);
    server->subscriber_count -= exchange->phase == EXCHANGE_EVENTS;
    free(exchange->events);
    free(exchange->body);
    free(exchange);
    *place = NULL;
}

static enum MHD_Result
send_response(struct exchange *exchange)
{
    if (exchange->response == NULL)
        return MHD_NO; /* out of memory: the connection is closed */
    exchange->line->deadline_ms = exchange->server->now_ms + exchange->server->options.patience_ms;
    enum MHD_Result queued =
        MHD_queue_response(exchange->connection, exchange->status, exchange->response);
    MHD_destroy_response(exchange->response);
    exchange->response = NULL;
    return queued;
}

static enum MHD_Result
refuse_now(struct exchange *exchange, enum refusal_code code, const char *field, const char *rule)
{
    struct refusal refusal = { 0 };
    (void)refuse(&refusal, code, field, "%s", rule);
    exchange->phase = EXCHANGE_ANSWERED;
    exchange->response = http_make_refusal(exchange->server, &refusal, &exchange->status);
    return send_response(exchange);
}

/* ---- the head of a request ---- */

struct head {
    size_t bytes;
    unsigned lengths; /* how often Content-Length stands there */
    bool foul;        /* a name is none, as with a blank before its colon */
};

/* A token (RFC 9110 section 5.6.2). */
static bool
is_name(const char *name)
{
    static const char token[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "!#$%&'*+-.^_`|~";
    return name[0] != '\0' && name[strspn(name, token)] == '\0';
}

static enum MHD_Result
add_value(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct head *head = context;
    head->bytes += strlen(name) + (value == NULL ? 0 : strlen(value)) + 4;
    if (kind == MHD_HEADER_KIND) {
        head->lengths += strcasecmp(name, "Content-Length") == 0;
        head->foul |= !is_name(name);
    }
    return MHD_YES;
}

static struct head
read_head(struct MHD_Connection *connection)
{
    struct head head = { 0 };
    MHD_get_connection_values(connection, MHD_HEADER_KIND, add_value, &head);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_value, &head);
    return head;
}

/* Judge the head; with any refusal the body is not read, and the connection is closed. */
static enum MHD_Result
begin(struct exchange *exchange, const char *url, const char *method)
{
    const struct http_options *options = &exchange->server->options;
    const char *length = http_header(&exchange->request, "Content-Length");
    const struct head head = read_head(exchange->connection);
    bool post = strcmp(method, "POST") == 0;
    exchange->started = true;
    exchange->request.path = url;
    exchange->request.method = post ? HTTP_POST : HTTP_GET;
    if (!post && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse_now(exchange, REFUSAL_METHOD_NOT_ALLOWED, "", "GET, HEAD or POST");
    if (strlen(url) > HTTP_PATH_BYTES_MAX)
        return refuse_now(exchange, REFUSAL_PATH_UNKNOWN, "", "no path is so long");
    if (head.bytes > HTTP_HEADER_BYTES_MAX)
        return refuse_now(exchange, REFUSAL_HEADER_TOO_LARGE, "", "at most 16 KiB");
    if (head.foul || head.lengths > 1) /* others might see another end of this request */
        return refuse_now(exchange, REFUSAL_MALFORMED, "", "these are no headers of HTTP");
    if (http_header(&exchange->request, "Transfer-Encoding") != NULL || (post && length == NULL))
        return refuse_now(exchange, REFUSAL_LENGTH_MISSING, "", "Content-Length, and no chunks");
    size_t count = length == NULL ? 0 : strspn(length, "0123456789");
    if (length != NULL && (count == 0 || count > 9 || length[count] != '\0'))
        return refuse_now(exchange, REFUSAL_BODY_TOO_LARGE, "", "no such length is taken");
    exchange->body_bytes = length == NULL ? 0 : strtoul(length, NULL, 10);
    if (exchange->body_bytes >
        (post ? options->body_bytes_max(options->context, &exchange->request) : 0))
        return refuse_now(exchange, REFUSAL_BODY_TOO_LARGE, "", "more than this path takes");
    return MHD_YES;
}

static enum MHD_Result
take_body(struct exchange *exchange, const char *upload, size_t *upload_size)
{
    size_t used = exchange->request.body.size;
    REQUIRE(*upload_size <= exchange->body_bytes - used); /* the library counts, too */
    if (exchange->body == NULL)
        exchange->body = malloc(exchange->body_bytes);
    if (exchange->body == NULL)
        return MHD_NO;
    memcpy(exchange->body + used, upload, *upload_size);
    exchange->request.body = bytes_of(exchange->body, used + *upload_size);
    *upload_size = 0;
    return MHD_YES;
}

/* ---- events ---- */

static ssize_t
read_events(void *context, uint64_t position, char *room, size_t room_bytes)
{
    struct exchange *exchange = context;
    (void)position;
    size_t taken = event_stream_take(exchange->events, room, room_bytes);
    if (taken > 0) {
        exchange->line->deadline_ms =
            exchange->server->now_ms + exchange->server->options.patience_ms;
        return (ssize_t)taken;
    }
    if (exchange->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    exchange->asleep = true;
    exchange->line->deadline_ms = UINT64_MAX;
    MHD_suspend_connection(exchange->connection);
    return 0;
}

static void
wake_up(struct exchange *exchange)
{
    if (!exchange->asleep)
        return;
    exchange->asleep = false;
    exchange->line->deadline_ms = exchange->server->now_ms + exchange->server->options.patience_ms;
    MHD_resume_connection(exchange->connection);
}

static enum MHD_Result
subscribe(struct exchange *exchange)
{
    struct http_server *server = exchange->server;
    if (server->subscriber_count == HTTP_EVENT_STREAMS_MAX)
        return refuse_now(exchange, REFUSAL_CONSOLE_BUSY, "", "too many pages are open");
    exchange->events = malloc(sizeof *exchange->events);
    if (exchange->events == NULL)
        return MHD_NO;
    event_stream_init(exchange->events);
    REQUIRE(event_stream_put_comment(exchange->events) == OK);
    exchange->events_end_ms = server->now_ms + EVENTS_MS;
    exchange->phase = EXCHANGE_EVENTS;
    server->subscriber_count++;
    exchange->status = MHD_HTTP_OK;
    exchange->response = http_make_event_response(server, read_events, exchange);
    return send_response(exchange);
}

static void
drop_or_wake(struct exchange *exchange, enum result put)
{
    if (put != OK)
        cut(exchange->line); /* it cannot be asleep: all that it was sent, it has not read */
    wake_up(exchange);
}

void
http_publish(struct http_server *server, const char *name, const char *data)
{
    for (struct exchange *exchange = server->exchanges; exchange != NULL; exchange = exchange->next)
        if (exchange->phase == EXCHANGE_EVENTS)
            drop_or_wake(exchange, event_stream_put(exchange->events, name, data));
}

size_t
http_subscriber_count(const struct http_server *server)
{
    return server->subscriber_count;
}

static void
beat(struct http_server *server)
{
    for (struct exchange *exchange = server->exchanges; exchange != NULL;
         exchange = exchange->next) {
        if (exchange->phase != EXCHANGE_EVENTS)
            continue;
        exchange->ended |= server->now_ms >= exchange->events_end_ms;
        drop_or_wake(exchange, event_stream_put_comment(exchange->events));
    }
}

/* ---- a request, whole ---- */

static enum MHD_Result
answer(struct exchange *exchange)
{
    const struct http_options *options = &exchange->server->options;
    struct http_response response = { 0 };
    if (exchange->server->stopping)
        return refuse_now(exchange, REFUSAL_CONSOLE_STOPPING, "", STOPPING_RULE);
    switch (options->handle(options->context, &exchange->request, &response)) {
    case HTTP_EVENTS:
        return subscribe(exchange);
    case HTTP_LATER:
        exchange->phase = EXCHANGE_WAITING;
        exchange->line->deadline_ms = UINT64_MAX;
        MHD_suspend_connection(exchange->connection);
        return MHD_YES;
    default:
        exchange->phase = EXCHANGE_ANSWERED;
        exchange->status = response.status;
        exchange->response = http_make_response(exchange->server, &response);
        return send_response(exchange);
    }
}

enum MHD_Result
http_take_part(void *context, struct MHD_Connection *connection, const char *url,
               const char *method, const char *version, const char *upload, size_t *upload_size,
               void **place)
{
    struct exchange *exchange = *place;
    (void)version;
    if (exchange == NULL) {
        *place = exchange = exchange_new(context, connection);
        return exchange == NULL ? MHD_NO : begin(exchange, url, method);
    }
    if (*upload_size > 0)
        return take_body(exchange, upload, upload_size);
    if (exchange->phase == EXCHANGE_READING)
        return answer(exchange);
    return exchange->phase == EXCHANGE_ANSWERED ? send_response(exchange) : MHD_YES;
}

void
http_answer(struct http_server *server, uint64_t ticket, const struct http_response *response)
{
    struct exchange *exchange = server->exchanges;
    while (exchange != NULL && exchange->request.ticket != ticket)
        exchange = exchange->next;
    if (exchange == NULL || exchange->phase != EXCHANGE_WAITING)
        return;
    exchange->phase = EXCHANGE_ANSWERED;
    exchange->status = response->status;
    exchange->response = http_make_response(server, response);
    MHD_resume_connection(exchange->connection);
}

void
http_end_exchanges(struct http_server *server)
{
    struct refusal refusal = { 0 };
    (void)refuse(&refusal, REFUSAL_CONSOLE_STOPPING, "", STOPPING_RULE);
    server->stopping = true; /* nothing is suspended any more */
    for (struct exchange *exchange = server->exchanges; exchange != NULL;
         exchange = exchange->next) {
        exchange->ended = true;
        wake_up(exchange);
        if (exchange->phase != EXCHANGE_WAITING)
            continue;
        exchange->phase = EXCHANGE_ANSWERED;
        exchange->response = http_make_refusal(server, &refusal, &exchange->status);
        MHD_resume_connection(exchange->connection);
    }
}

const char *
http_header(const struct http_request *request, const char *name)
{
    const struct exchange *exchange = request->exchange;
    return MHD_lookup_connection_value(exchange->connection, MHD_HEADER_KIND, name);
}

const char *
http_cookie(const struct http_request *request, const char *name)
{
    const struct exchange *exchange = request->exchange;
    return MHD_lookup_connection_value(exchange->connection, MHD_COOKIE_KIND, name);
}

/* ---- run ---- */

int
http_descriptor(const struct http_server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

unsigned
http_wait_ms(const struct http_server *server)
{
    MHD_UNSIGNED_LONG_LONG due_ms;
    if (MHD_get_timeout(server->daemon, &due_ms) != MHD_YES || due_ms > SWEEP_MS)
        return SWEEP_MS;
    return (unsigned)due_ms;
}

void
http_run(struct http_server *server, uint64_t monotonic_ms)
{
    server->now_ms = monotonic_ms;
    (void)MHD_run(server->daemon);
    if (monotonic_ms - server->swept_ms >= SWEEP_MS) {
        server->swept_ms = monotonic_ms;
        sweep(server);
    }
    if (monotonic_ms - server->beat_ms >= BEAT_MS) {
        server->beat_ms = monotonic_ms;
        beat(server);
    }
}
