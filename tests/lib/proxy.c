/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    READ_BYTES = 16 * 1024,
    SLICE_BYTES = 2 * 1024, /* written at once to a throttled line */
    POLL_ITEMS_MAX = 2 + 2 * PROXY_CONNECTIONS_MAX,
    WAIT_MS_MAX = 1000,
};

static uint64_t
monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ---- connections ---- */

static void
close_end(int *end, bool reset)
{
    const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    if (*end < 0)
        return;
    if (reset)
        (void)setsockopt(*end, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(*end);
    *end = -1;
}

static void
drop_connection(struct proxy *proxy, size_t index, bool reset)
{
    struct proxy_connection *connection = proxy->connections[index];
    close_end(&connection->ends[PROXY_FORTH], reset);
    close_end(&connection->ends[PROXY_BACK], reset);
    proxy->resets += reset ? 1 : 0;
    free(connection);
    proxy->connections[index] = NULL;
}

static void
reset_all(struct proxy *proxy)
{
    for (size_t i = 0; i < PROXY_CONNECTIONS_MAX; i++)
        if (proxy->connections[i] != NULL)
            drop_connection(proxy, i, true);
}

static int
open_target(const struct proxy *proxy)
{
    int end = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (end >= 0 &&
        connect(end, (const struct sockaddr *)&proxy->target, sizeof proxy->target) != 0 &&
        errno != EINPROGRESS)
        close_end(&end, false);
    return end;
}

static void
accept_one(struct proxy *proxy)
{
    size_t index = 0;
    int end = accept4(proxy->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (end < 0)
        return;
    while (index < PROXY_CONNECTIONS_MAX && proxy->connections[index] != NULL)
        index++;
    struct proxy_connection *connection =
        index == PROXY_CONNECTIONS_MAX ? NULL : calloc(1, sizeof *connection);
    int target = connection == NULL ? -1 : open_target(proxy);
    if (target < 0) {
        close_end(&end, true);
        free(connection);
        return;
    }
    connection->ends[PROXY_FORTH] = end;
    connection->ends[PROXY_BACK] = target;
    connection->connecting = true;
    for (int i = 0; i < PROXY_DIRECTIONS; i++)
        connection->flows[i].lost = proxy->lines[i].silent;
    proxy->connections[index] = connection;
    proxy->accepted++;
}

/* ---- flows ---- */

static void
push(struct proxy_flow *flow, const uint8_t *bytes, size_t size, uint64_t due_us)
{
    size_t last = (flow->first_chunk + flow->chunk_count) % PROXY_CHUNKS_MAX;
    for (size_t i = 0; i < size; i++)
        flow->bytes[(flow->start + flow->size + i) % PROXY_BUFFER_BYTES] = bytes[i];
    flow->size += size;
    flow->chunks[last].size = size;
    flow->chunks[last].due_us = due_us;
    flow->chunk_count++;
}

static bool
has_room(const struct proxy_flow *flow)
{
    return flow->size + READ_BYTES <= PROXY_BUFFER_BYTES && flow->chunk_count < PROXY_CHUNKS_MAX;
}

static void
pop(struct proxy_flow *flow, size_t size)
{
    flow->start = (flow->start + size) % PROXY_BUFFER_BYTES;
    flow->size -= size;
    flow->chunks[flow->first_chunk].size -= size;
    if (flow->chunks[flow->first_chunk].size == 0) {
        flow->first_chunk = (flow->first_chunk + 1) % PROXY_CHUNKS_MAX;
        flow->chunk_count--;
    }
}

/* False: the connection is broken. */
static bool
read_flow(struct proxy *proxy, struct proxy_connection *connection, enum proxy_direction direction)
{
    uint8_t bytes[READ_BYTES];
    struct proxy_flow *flow = &connection->flows[direction];
    ssize_t got = read(connection->ends[direction], bytes, sizeof bytes);
    if (got < 0)
        return errno == EAGAIN || errno == EINTR;
    if (got == 0)
        flow->ended = true;
    else if (!flow->lost)
        push(flow, bytes, (size_t)got,
             monotonic_us() + (uint64_t)proxy->lines[direction].delay_ms * 1000);
    return true;
}

/* How many bytes may go now; and when more may, if that is known. */
static size_t
sendable(const struct proxy *proxy, const struct proxy_flow *flow, enum proxy_direction direction,
         uint64_t now_us, uint64_t *due_us)
{
    if (flow->lost || flow->chunk_count == 0)
        return 0;
    uint64_t ready_us = flow->chunks[flow->first_chunk].due_us;
    bool throttled = proxy->lines[direction].bytes_per_s > 0;
    if (throttled && proxy->free_us[direction] > ready_us)
        ready_us = proxy->free_us[direction];
    if (ready_us > now_us) {
        *due_us = ready_us < *due_us ? ready_us : *due_us;
        return 0;
    }
    size_t size = flow->chunks[flow->first_chunk].size;
    if (size > PROXY_BUFFER_BYTES - flow->start)
        size = PROXY_BUFFER_BYTES - flow->start;
    return throttled && size > SLICE_BYTES ? SLICE_BYTES : size;
}

static bool
write_flow(struct proxy *proxy, struct proxy_connection *connection, enum proxy_direction direction,
           size_t size)
{
    struct proxy_flow *flow = &connection->flows[direction];
    ssize_t put = send(connection->ends[1 - direction], flow->bytes + flow->start, size,
                       MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0)
        return errno == EAGAIN || errno == EINTR;
    pop(flow, (size_t)put);
    proxy->forwarded[direction] += (uint64_t)put;
    if (proxy->lines[direction].bytes_per_s > 0)
        proxy->free_us[direction] =
            monotonic_us() + (uint64_t)put * 1000000 / proxy->lines[direction].bytes_per_s;
    return true;
}

/* Hand on that one side has closed; a silent line does not. */
static void
pass_end(struct proxy_connection *connection, enum proxy_direction direction)
{
    struct proxy_flow *flow = &connection->flows[direction];
    if (!flow->ended || flow->lost || flow->shut || flow->chunk_count > 0)
        return;
    (void)shutdown(connection->ends[1 - direction], SHUT_WR);
    flow->shut = true;
}

static bool
is_over(const struct proxy_connection *connection)
{
    return connection->flows[PROXY_FORTH].ended && connection->flows[PROXY_BACK].ended &&
           (connection->flows[PROXY_FORTH].shut || connection->flows[PROXY_FORTH].lost) &&
           (connection->flows[PROXY_BACK].shut || connection->flows[PROXY_BACK].lost);
}

/* ---- the loop ---- */

struct watch {
    struct pollfd items[POLL_ITEMS_MAX];
    size_t count;
    uint64_t due_us;
};

static void
watch_connection(struct proxy *proxy, const struct proxy_connection *connection,
                 struct watch *watch)
{
    uint64_t now_us = monotonic_us();
    for (int i = 0; i < PROXY_DIRECTIONS; i++) {
        const struct proxy_flow *in = &connection->flows[i], *out = &connection->flows[1 - i];
        short events = 0;
        if (!in->ended && has_room(in) && !(i == PROXY_BACK && connection->connecting))
            events |= POLLIN;
        if (i == PROXY_BACK && connection->connecting)
            events |= POLLOUT;
        else if (sendable(proxy, out, (enum proxy_direction)(1 - i), now_us, &watch->due_us) > 0)
            events |= POLLOUT;
        /* An end that has closed and owes nothing would report that for ever. */
        watch->items[watch->count++] =
            (struct pollfd){ .fd = events == 0 ? -1 : connection->ends[i], .events = events };
    }
}

/* An end is broken. On a good line so is the other one; a silent line tells it nothing. False: all
 * of the connection is to go. */
static bool
break_end(struct proxy_connection *connection, enum proxy_direction end)
{
    if (!connection->flows[PROXY_FORTH].lost && !connection->flows[PROXY_BACK].lost)
        return false;
    close_end(&connection->ends[end], false);
    connection->flows[end].ended = true;
    connection->flows[PROXY_FORTH].lost = connection->flows[PROXY_BACK].lost = true;
    return true;
}

static bool
serve_connection(struct proxy *proxy, struct proxy_connection *connection,
                 const struct pollfd *items)
{
    uint64_t unused = 0;
    for (int i = 0; i < PROXY_DIRECTIONS; i++) {
        enum proxy_direction in = (enum proxy_direction)i, out = (enum proxy_direction)(1 - i);
        bool good = !(items[i].revents & (POLLERR | POLLNVAL));
        if (i == PROXY_BACK && items[i].revents & POLLOUT)
            connection->connecting = false;
        if (good && items[i].events & POLLIN && items[i].revents & (POLLIN | POLLHUP))
            good = read_flow(proxy, connection, in);
        size_t size = sendable(proxy, &connection->flows[out], out, monotonic_us(), &unused);
        if (good && items[i].revents & POLLOUT && size > 0)
            good = write_flow(proxy, connection, out, size);
        if (!good && !break_end(connection, in))
            return false;
    }
    pass_end(connection, PROXY_FORTH);
    pass_end(connection, PROXY_BACK);
    return true;
}

static void
serve(struct proxy *proxy, const struct pollfd *items)
{
    size_t at = 2;
    struct proxy_connection *watched[PROXY_CONNECTIONS_MAX];
    memcpy(watched, proxy->connections, sizeof watched);
    for (size_t i = 0; i < PROXY_CONNECTIONS_MAX; i++) {
        if (watched[i] == NULL)
            continue;
        if (!serve_connection(proxy, watched[i], &items[at]))
            drop_connection(proxy, i, true);
        else if (is_over(watched[i]))
            drop_connection(proxy, i, false);
        at += 2;
    }
    if (items[1].revents & POLLIN && proxy->listener >= 0)
        accept_one(proxy);
}

/* Nothing is served that was not watched in the same state: a change empties the round. */
static void *
run(void *context)
{
    struct proxy *proxy = context;
    uint64_t unused;
    pthread_mutex_lock(&proxy->lock);
    while (!proxy->stopping) {
        struct watch watch = { .count = 2, .due_us = UINT64_MAX };
        watch.items[0] = (struct pollfd){ .fd = proxy->wake, .events = POLLIN };
        watch.items[1] = (struct pollfd){ .fd = proxy->listener, .events = POLLIN };
        for (size_t i = 0; i < PROXY_CONNECTIONS_MAX; i++)
            if (proxy->connections[i] != NULL)
                watch_connection(proxy, proxy->connections[i], &watch);
        uint64_t now_us = monotonic_us(), wait_ms = WAIT_MS_MAX;
        if (watch.due_us != UINT64_MAX)
            wait_ms = watch.due_us > now_us ? (watch.due_us - now_us) / 1000 + 1 : 0;
        pthread_mutex_unlock(&proxy->lock);
        int ready =
            poll(watch.items, watch.count, (int)(wait_ms < WAIT_MS_MAX ? wait_ms : WAIT_MS_MAX));
        pthread_mutex_lock(&proxy->lock);
        bool changed = read(proxy->wake, &unused, sizeof unused) > 0;
        if (ready > 0 && !changed)
            serve(proxy, watch.items);
    }
    pthread_mutex_unlock(&proxy->lock);
    return NULL;
}

/* ---- from outside ---- */

static void
change(struct proxy *proxy)
{
    const uint64_t one = 1;
    (void)!write(proxy->wake, &one, sizeof one);
    pthread_mutex_unlock(&proxy->lock);
}

static int
listen_at(struct sockaddr_in *address)
{
    const int yes = 1;
    socklen_t size = sizeof *address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    assert_int_equal(bind(listener, (const struct sockaddr *)address, size), 0);
    assert_int_equal(listen(listener, PROXY_CONNECTIONS_MAX), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)address, &size), 0);
    return listener;
}

void
proxy_open(struct proxy *proxy, const char *target)
{
    char address[INET_ADDRSTRLEN];
    unsigned port;
    *proxy = (struct proxy){ .wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
    assert_int_equal(sscanf(target, "tcp://%15[0-9.]:%u", address, &port), 2);
    proxy->target =
        (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    assert_int_equal(inet_pton(AF_INET, address, &proxy->target.sin_addr), 1);
    proxy->own = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = proxy->target.sin_addr };
    proxy->listener = listen_at(&proxy->own);
    snprintf(proxy->endpoint, sizeof proxy->endpoint, "tcp://%s:%u", address,
             ntohs(proxy->own.sin_port));
    assert_int_equal(pthread_mutex_init(&proxy->lock, NULL), 0);
    assert_int_equal(pthread_create(&proxy->thread, NULL, run, proxy), 0);
    proxy->running = true;
}

void
proxy_close(struct proxy *proxy)
{
    if (!proxy->running)
        return;
    pthread_mutex_lock(&proxy->lock);
    proxy->stopping = true;
    change(proxy);
    pthread_join(proxy->thread, NULL);
    reset_all(proxy);
    close_end(&proxy->listener, false);
    close(proxy->wake);
    pthread_mutex_destroy(&proxy->lock);
    proxy->running = false;
}

void
proxy_set(struct proxy *proxy, enum proxy_direction direction, struct proxy_line line)
{
    pthread_mutex_lock(&proxy->lock);
    proxy->lines[direction] = line;
    for (size_t i = 0; line.silent && i < PROXY_CONNECTIONS_MAX; i++)
        if (proxy->connections[i] != NULL)
            proxy->connections[i]->flows[direction].lost = true;
    change(proxy);
}

void
proxy_reset(struct proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    reset_all(proxy);
    change(proxy);
}

void
proxy_cut(struct proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    close_end(&proxy->listener, false);
    reset_all(proxy);
    change(proxy);
}

void
proxy_restore(struct proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
    if (proxy->listener < 0)
        proxy->listener = listen_at(&proxy->own);
    change(proxy);
}

static uint64_t
look(struct proxy *proxy, const uint64_t *number)
{
    pthread_mutex_lock(&proxy->lock);
    uint64_t value = *number;
    pthread_mutex_unlock(&proxy->lock);
    return value;
}

uint64_t
proxy_accepted(struct proxy *proxy)
{
    return look(proxy, &proxy->accepted);
}

uint64_t
proxy_resets(struct proxy *proxy)
{
    return look(proxy, &proxy->resets);
}

uint64_t
proxy_forwarded(struct proxy *proxy, enum proxy_direction direction)
{
    return look(proxy, &proxy->forwarded[direction]);
}
