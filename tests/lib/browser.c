/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/browser.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

unsigned long
browser_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (unsigned long)now.tv_sec * 1000 + (unsigned long)now.tv_nsec / 1000000;
}

void
browser_choose_listen(char ret_listen[BROWSER_LISTEN_BYTES])
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(probe >= 0);
    assert_int_equal(bind(probe, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(probe, (struct sockaddr *)&address, &size), 0);
    snprintf(ret_listen, BROWSER_LISTEN_BYTES, "127.0.0.1:%u", ntohs(address.sin_port));
    close(probe);
}

int
browser_connect_from(const char *address, const char *listen)
{
    struct sockaddr_in from = { .sin_family = AF_INET };
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    to.sin_port = htons((uint16_t)strtoul(strrchr(listen, ':') + 1, NULL, 10));
    assert_int_equal(inet_pton(AF_INET, address, &from.sin_addr), 1);
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(connection >= 0);
    assert_int_equal(bind(connection, (struct sockaddr *)&from, sizeof from), 0);
    if (connect(connection, (struct sockaddr *)&to, sizeof to) != 0)
        fail_msg("nobody listens on %s: %s", listen, strerror(errno));
    return connection;
}

int
browser_connect(const char *listen)
{
    return browser_connect_from("127.0.0.1", listen);
}

bool
browser_send(int connection, const void *bytes, size_t size)
{
    const char *next = bytes;
    while (size > 0) {
        ssize_t sent = send(connection, next, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return false;
        next += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* 0 at the end. */
static size_t
receive_some(int connection, char *room, size_t room_bytes)
{
    struct pollfd item = { .fd = connection, .events = POLLIN };
    if (poll(&item, 1, BROWSER_PATIENCE_MS) != 1)
        fail_msg("no answer within %d ms", BROWSER_PATIENCE_MS);
    ssize_t size = recv(connection, room, room_bytes, 0);
    return size < 0 ? 0 : (size_t)size;
}

static bool
receive_head(int connection, struct browser_reply *reply)
{
    size_t used = 0;
    while (used < 4 || memcmp(reply->head + used - 4, "\r\n\r\n", 4) != 0) {
        assert_true(used + 1 < sizeof reply->head);
        size_t size = receive_some(connection, reply->head + used, 1);
        if (size == 0)
            return false;
        used += size;
    }
    reply->head[used] = '\0';
    assert_int_equal(sscanf(reply->head, "HTTP/1.1 %d", &reply->status), 1);
    return true;
}

const char *
browser_header(const struct browser_reply *reply, const char *name)
{
    static char value[1024];
    size_t size = strlen(name);
    for (const char *line = strstr(reply->head, "\r\n"); line != NULL;
         line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, size) == 0 && line[size] == ':') {
            snprintf(value, sizeof value, "%.*s", (int)strcspn(line + size + 2, "\r"),
                     line + size + 2);
            return value;
        }
    }
    return NULL;
}

struct browser_reply *
browser_receive(int connection, bool head_only)
{
    struct browser_reply *reply = calloc(1, sizeof *reply);
    assert_non_null(reply);
    if (!receive_head(connection, reply)) {
        free(reply);
        return NULL;
    }
    const char *length = browser_header(reply, "Content-Length");
    size_t wanted = length == NULL ? sizeof reply->body - 1 : strtoul(length, NULL, 10), size = 1;
    assert_true(wanted < sizeof reply->body);
    while (!head_only && reply->body_bytes < wanted && size > 0) {
        size =
            receive_some(connection, reply->body + reply->body_bytes, wanted - reply->body_bytes);
        reply->body_bytes += size;
    }
    return reply;
}

struct browser_reply *
browser_ask(const char *listen, const char *request)
{
    int connection = browser_connect(listen);
    (void)browser_send(connection, request, strlen(request));
    struct browser_reply *reply = browser_receive(connection, strncmp(request, "HEAD", 4) == 0);
    close(connection);
    return reply;
}
