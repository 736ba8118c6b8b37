/* SPDX-License-Identifier: Apache-2.0
 *
 * browser - what a test says to a console over plain HTTP, byte by byte if it wants, and what comes
 * back. Whatever fails fails the test.
 */
#ifndef TESTS_BROWSER_H
#define TESTS_BROWSER_H

#include <stdbool.h>
#include <stddef.h>

enum {
    BROWSER_LISTEN_BYTES = 32,
    BROWSER_HEAD_BYTES = 8192,
    BROWSER_BODY_BYTES = 1024 * 1024,
    BROWSER_PATIENCE_MS = 20000
};

struct browser_reply {
    int status; /* 0: the connection was closed without one */
    char head[BROWSER_HEAD_BYTES];
    char body[BROWSER_BODY_BYTES]; /* terminated */
    size_t body_bytes;
};

/* A loopback address and a port that was free a moment ago, such as 127.0.0.1:43210. */
void browser_choose_listen(char ret_listen[BROWSER_LISTEN_BYTES]);

/* A connection; the caller closes it. */
int browser_connect(const char *listen);

/* The same from another loopback address, as if on another machine. */
int browser_connect_from(const char *address, const char *listen);

/* As much as the other side takes; false when it has closed. */
bool browser_send(int connection, const void *bytes, size_t size);

/* One whole answer, by its Content-Length or until the end. NULL when there was none, and the
 * connection was closed. The caller frees it. */
struct browser_reply *browser_receive(int connection, bool head_only);

/* Connect, send that text, receive. */
struct browser_reply *browser_ask(const char *listen, const char *request);

/* A header's value up to the end of its line in a static buffer; NULL when there is none. */
const char *browser_header(const struct browser_reply *reply, const char *name);

/* Milliseconds of a clock that never steps. */
unsigned long browser_now_ms(void);

#endif
