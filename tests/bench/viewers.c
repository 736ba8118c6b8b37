/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/viewers.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/lib/browser.h"

enum { VIEWERS_MAX = 250, LATENCIES_MAX = 100000, ANSWER_BYTES = 64 * 1024 };

struct viewer {
    int connection;
    double due_ms; /* when to ask; 0: an answer is awaited */
    double asked_ms;
    char head[4096];
    size_t head_size;
    long body_left; /* -1: the head is not complete */
};

struct crowd {
    struct viewer list[VIEWERS_MAX];
    size_t count;
    unsigned interval_ms;
    char request[300];
    double latencies_ms[LATENCIES_MAX];
    size_t answers;
};

static volatile sig_atomic_t ended;

static void
end(int signal)
{
    (void)signal;
    ended = 1;
}

static void
ask(struct crowd *crowd, struct viewer *viewer)
{
    if (!browser_send(viewer->connection, crowd->request, strlen(crowd->request)))
        bench_fail("a viewer was turned away");
    viewer->asked_ms = bench_now_ms();
    viewer->due_ms = 0;
    viewer->head_size = 0;
    viewer->body_left = -1;
}

static void
finish(struct crowd *crowd, struct viewer *viewer)
{
    double now_ms = bench_now_ms();
    crowd->latencies_ms[crowd->answers++ % LATENCIES_MAX] = now_ms - viewer->asked_ms;
    viewer->due_ms = now_ms + crowd->interval_ms;
}

static void
take_bytes(struct viewer *viewer, const char *bytes, size_t size)
{
    if (viewer->body_left >= 0) {
        viewer->body_left -= (long)size;
        return;
    }
    size_t room = sizeof viewer->head - 1 - viewer->head_size;
    size_t part = size < room ? size : room;
    memcpy(viewer->head + viewer->head_size, bytes, part);
    viewer->head_size += part;
    viewer->head[viewer->head_size] = '\0';
    const char *body = strstr(viewer->head, "\r\n\r\n");
    const char *length = strstr(viewer->head, "Content-Length: ");
    if (body == NULL)
        return;
    if (strncmp(viewer->head, "HTTP/1.1 200", 12) != 0 || length == NULL)
        bench_fail("not 200: %.60s", viewer->head);
    size_t before = viewer->head_size - part;
    size_t head = (size_t)(body + 4 - viewer->head);
    viewer->body_left = atol(length + 16) - (long)(size - (head - before));
}

static void
receive(struct crowd *crowd, struct viewer *viewer)
{
    static char bytes[ANSWER_BYTES];
    ssize_t size = recv(viewer->connection, bytes, sizeof bytes, 0);
    if (size <= 0)
        bench_fail("a viewer lost its connection");
    take_bytes(viewer, bytes, (size_t)size);
    if (viewer->body_left == 0)
        finish(crowd, viewer);
}

static void
look(struct crowd *crowd)
{
    struct pollfd items[VIEWERS_MAX];
    double now_ms = bench_now_ms(), next_ms = now_ms + 100;
    for (size_t i = 0; i < crowd->count; i++) {
        struct viewer *viewer = &crowd->list[i];
        if (viewer->due_ms != 0 && viewer->due_ms <= now_ms)
            ask(crowd, viewer);
        if (viewer->due_ms != 0 && viewer->due_ms < next_ms)
            next_ms = viewer->due_ms;
        items[i] = (struct pollfd){ .fd = viewer->connection, .events = POLLIN };
    }
    (void)poll(items, crowd->count, (int)(next_ms - now_ms) + 1);
    for (size_t i = 0; i < crowd->count && !ended; i++)
        if (items[i].revents != 0)
            receive(crowd, &crowd->list[i]);
}

_Noreturn static void
run(struct crowd *crowd, const char *listen, int figures)
{
    double start_ms = bench_now_ms();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGTERM, end);
    for (size_t i = 0; i < crowd->count; i++) {
        crowd->list[i].connection = browser_connect(listen);
        crowd->list[i].due_ms =
            start_ms + (double)crowd->interval_ms * (double)i / (double)crowd->count + 0.001;
    }
    while (!ended)
        look(crowd);
    size_t kept = crowd->answers < LATENCIES_MAX ? crowd->answers : LATENCIES_MAX;
    bench_sort(crowd->latencies_ms, kept);
    const struct viewers_figures seen = {
        .answers_per_s = (double)crowd->answers * 1e3 / (bench_now_ms() - start_ms),
        .p99_ms = bench_percentile(crowd->latencies_ms, kept, 99),
    };
    _exit(write(figures, &seen, sizeof seen) == (ssize_t)sizeof seen ? 0 : 1);
}

void
viewers_start(struct viewers *viewers, const char *listen, const char *path, size_t count,
              unsigned interval_ms)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    int ends[2];
    if (crowd == NULL || count > VIEWERS_MAX || pipe(ends) != 0)
        bench_fail("no viewers");
    crowd->count = count;
    crowd->interval_ms = interval_ms;
    snprintf(crowd->request, sizeof crowd->request, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", path);
    fflush(NULL);
    viewers->process = fork();
    if (viewers->process < 0)
        bench_fail("no viewers");
    if (viewers->process == 0)
        run(crowd, listen, ends[1]);
    close(ends[1]);
    free(crowd);
    viewers->figures = ends[0];
}

void
viewers_stop(struct viewers *viewers, struct viewers_figures *ret_figures)
{
    int status;
    kill(viewers->process, SIGTERM);
    if (read(viewers->figures, ret_figures, sizeof *ret_figures) != (ssize_t)sizeof *ret_figures ||
        waitpid(viewers->process, &status, 0) < 0 || status != 0)
        bench_fail("the viewers failed");
    close(viewers->figures);
}
