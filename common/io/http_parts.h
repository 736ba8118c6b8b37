/* SPDX-License-Identifier: Apache-2.0
 *
 * http_parts - what the parts of http share: http_listen.c opens and closes, http.c leads requests
 * and events, http_response.c makes answers.
 */
#ifndef IO_HTTP_PARTS_H
#define IO_HTTP_PARTS_H

#include <microhttpd.h>
#include <netinet/in.h>

#include "common/io/event_stream.h"
#include "common/io/http.h"

enum { HTTP_PEER_BYTES = INET6_ADDRSTRLEN };

/* One connection. */
struct line {
    struct line *next;
    int descriptor;
    uint64_t deadline_ms; /* monotonic; then it is cut; UINT64_MAX: it waits for us */
};

enum exchange_phase { EXCHANGE_READING, EXCHANGE_WAITING, EXCHANGE_ANSWERED, EXCHANGE_EVENTS };

/* One request and its answer. */
struct exchange {
    struct exchange *next;
    struct http_server *server;
    struct MHD_Connection *connection;
    struct line *line;
    enum exchange_phase phase;
    struct http_request request;
    char peer[HTTP_PEER_BYTES];
    uint8_t *body;
    size_t body_bytes; /* as the header told */
    bool started;      /* the head was judged */
    unsigned status;
    struct MHD_Response *response; /* while it is not sent */
    struct event_stream *events;   /* EXCHANGE_EVENTS */
    bool asleep;                   /* suspended: it has sent all events */
    bool ended;                    /* no more events */
    uint64_t events_end_ms;        /* monotonic */
};

struct http_server {
    struct http_options options; /* texts are not kept */
    struct MHD_Daemon *daemon;
    bool encrypted;
    uint64_t now_ms; /* monotonic; of the last run */
    uint64_t swept_ms, beat_ms;
    uint64_t last_ticket;
    struct line *lines;
    struct exchange *exchanges;
    size_t subscriber_count;
    char trouble[200]; /* what the library said while it was started */
    bool started;
    bool stopping;
};

/* The library's calls into http.c. */
enum MHD_Result http_take_part(void *context, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **exchange);
void http_exchange_ended(void *context, struct MHD_Connection *connection, void **exchange,
                         enum MHD_RequestTerminationCode code);
void http_line_changed(void *context, struct MHD_Connection *connection, void **line,
                       enum MHD_ConnectionNotificationCode code);

/* End all that waits, so that the library may be stopped. */
void http_end_exchanges(struct http_server *server);

/* NULL only when out of memory. */
struct MHD_Response *http_make_response(const struct http_server *server,
                                        const struct http_response *response);
struct MHD_Response *http_make_refusal(const struct http_server *server,
                                       const struct refusal *refusal, unsigned *ret_status);
/* The body comes from read(exchange), piece by piece, until it ends. */
struct MHD_Response *http_make_event_response(const struct http_server *server,
                                              MHD_ContentReaderCallback read,
                                              struct exchange *exchange);

#endif
