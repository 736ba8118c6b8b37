/* SPDX-License-Identifier: Apache-2.0
 *
 * http - a small HTTP/1.1 server over libmicrohttpd. Only http*.c includes that library.
 *
 * One thread runs it: http_run does what is due and never waits; whoever runs it polls
 * http_descriptor. Everything is bounded (limits.h): connections, also those of one address,
 * header, path and body, the time that a request may take to arrive and an answer to be read, event
 * streams and what waits in each. What breaks a bound gets a Problem (problem.h) and a closed
 * connection. Every answer carries the security headers. Without a certificate it listens on
 * loopback addresses only. Knows no path and no command.
 */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include "common/core/auto.h"
#include "common/core/bytes.h"
#include "common/core/refusal.h"

enum http_method { HTTP_GET, HTTP_POST }; /* HEAD is a GET whose body is not sent */

struct http_request {
    enum http_method method;
    const char *path; /* decoded; begins with a slash, holds no NUL */
    struct bytes body;
    const char *peer;     /* address of the client */
    uint64_t ticket;      /* for http_answer */
    const void *exchange; /* for the functions below */
};

/* Everything is copied. */
struct http_response {
    unsigned status;
    const char *type; /* of the body, or NULL: there is none */
    struct bytes body;
    const char *entity_tag; /* with quotes: may be kept and asked for again; NULL: no-store */
    const char *cookie;     /* of Set-Cookie, or NULL */
    const char *allow;      /* of a 405, or NULL */
    unsigned retry_after_s; /* 0: not said */
};

enum http_verdict {
    HTTP_ANSWERED, /* the response is filled in */
    HTTP_LATER,    /* http_answer will come, in any case and in bounded time */
    HTTP_EVENTS,   /* subscribe the client to what http_publish tells */
};

struct http_options {
    const char *listen;      /* such as 127.0.0.1:8443 or [::1]:8443 */
    const char *certificate; /* PEM file, or NULL */
    const char *key;         /* PEM file that only its owner can read, or NULL */
    unsigned patience_ms;    /* how long a request may take to arrive, and an answer to be read */
    void *context;
    /* How large a body may be, judged by the head of the request. */
    size_t (*body_bytes_max)(void *context, const struct http_request *request);
    enum http_verdict (*handle)(void *context, const struct http_request *request,
                                struct http_response *ret_response);
};

struct http_server;

/* Are address, certificate and key as http_open wants them? The same refusals, but those of the
 * library and of a taken address. */
enum result http_check(const struct http_options *options, struct refusal *ret_refusal) MUST_CHECK;

/* ERR_REFUSED  OPTION_INVALID, field "console", "console-certificate" or "console-key": not an
 *              address, not loopback and no certificate, the address is taken, or the library does
 *              not take key and certificate; FILE_UNREADABLE, KEY_INVALID. */
enum result http_open(const struct http_options *options, struct http_server **ret_server,
                      struct refusal *ret_refusal) MUST_CHECK;

/* Ends every exchange; whoever still waits is told CONSOLE_STOPPING. */
void http_close(struct http_server *server);

/* Becomes readable when http_run has something to do. */
int http_descriptor(const struct http_server *server);

/* Milliseconds until http_run has something to do all the same; at most 1000. */
unsigned http_wait_ms(const struct http_server *server);

void http_run(struct http_server *server, uint64_t monotonic_ms);

/* Answer a request for which handle said HTTP_LATER; nothing when it waits no more. */
void http_answer(struct http_server *server, uint64_t ticket, const struct http_response *response);

/* Tell all subscribers; who reads too slowly is dropped. No personal data. */
void http_publish(struct http_server *server, const char *name, const char *data);
size_t http_subscriber_count(const struct http_server *server);

/* Fill in the answer that a refusal is; in the arena. */
struct arena;
void http_refuse(const struct refusal *refusal, struct arena *arena,
                 struct http_response *ret_response);

/* A header or a cookie of the request; NULL when there is none. */
const char *http_header(const struct http_request *request, const char *name);
const char *http_cookie(const struct http_request *request, const char *name);

DEFINE_AUTO(http_server, struct http_server *, http_close)

#endif
