/* SPDX-License-Identifier: Apache-2.0
 *
 * console - what an office shows in a browser: pages, commands, live updates; a thread of its own
 * beside the loop.
 *
 *     GET  /, /console.css, …     the pages, embedded in the program; /docs tells of the commands
 *     POST /api/v1/COMMAND        a command of proto/control.proto (door.h); needs a session
 *     GET  /api/v1/session        who sits there: operator, roles, token for CONSOLE_CSRF_HEADER
 *     POST /api/v1/session        log in (login.h)
 *     POST /api/v1/logout         log out; needs a session
 *     GET  /api/v1/events         server-sent events: "changed" after commits; needs a session
 *     GET  /status                the applicant's page, at a window, when it is wanted
 *     POST /api/v1/public/status  what it asks (public_door.h); no session
 *     GET  /healthz               this thread runs
 *     GET  /readyz                the office commits and signs (a probe through the turn)
 *     GET  /metrics               figures for Prometheus: on this machine, or with the token
 *
 * Knows paths; no rule of the domain, and no role beyond handing it on.
 */
#ifndef IO_CONSOLE_H
#define IO_CONSOLE_H

#include "common/io/public_door.h"

#define CONSOLE_CSRF_HEADER "X-Yidi-Token"

/* Of a request that a page makes by itself, to look what is new: it does not keep a session from
 * ending for idleness. */
#define CONSOLE_UNATTENDED_HEADER "X-Yidi-Unattended"

struct console_options {
    struct http_options http; /* without the functions */
    struct door_options door;
    struct public_door_options applicants;
    const char *metrics_token; /* file; who has its token may read /metrics, nobody else; NULL: who
                                  asks from this machine */
    /* Who is it? session_find, or what a test wants. */
    enum result (*find_session)(struct store_txn *txn, const char *token, uint64_t now_ms,
                                struct session *ret_session);
};

struct console;

enum { METRICS_TOKEN_CHARS_MIN = 32, METRICS_TOKEN_CHARS_MAX = 200 };

/* Is that file one that only its owner can read, and does it hold one line of letters, digits and
 * punctuation, METRICS_TOKEN_CHARS_MIN to METRICS_TOKEN_CHARS_MAX long?
 *
 * ERR_REFUSED  FILE_UNREADABLE, OPTION_INVALID, field "metrics-token". */
enum result console_read_token(const char *path, char ret_token[METRICS_TOKEN_CHARS_MAX + 1],
                               struct refusal *ret_refusal) MUST_CHECK;

/* Listen, and begin to serve. ERR_REFUSED as of http_open and console_read_token. */
enum result console_open(const struct console_options *options, struct console **ret_console,
                         struct refusal *ret_refusal) MUST_CHECK;

/* Ends the thread; before the control server and the store are closed. */
void console_close(struct console *console);

DEFINE_AUTO(console, struct console *, console_close)

#endif
