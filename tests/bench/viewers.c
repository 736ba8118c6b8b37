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

enum {
    VIEWERS_MAX = 250,
    LATENCIES_MAX = 100000,
    ANSWER_BYTES = 64 * 1024,
    TICK_MS = 5000,
    CHANGE_MS = 1000,
    REST_MS = 2000,
    WAIT_MS = 100, /* at most, between looks whether it is over */
    NICENESS = 19,
};

struct viewer {
    int connection;
    int events;       /* -1: none */
    double tick_ms;   /* when to ask by the clock */
    double change_ms; /* when to ask for a change; 0: not */
    bool awaits;
    double asked_ms;
    size_t next_request;
    char head[4096];
    size_t head_size;
    long body_left; /* -1: the head is not complete */
};

struct crowd {
    struct viewers_plan plan;
    struct viewer list[VIEWERS_MAX];
    double latencies_ms[LATENCIES_MAX];
    size_t answers;
    size_t events;
};

static volatile sig_atomic_t ended;

static void
end(int signal)
{
    (void)signal;
    ended = 1;
}

/* ---- one request ---- */

static void
ask(const struct crowd *crowd, struct viewer *viewer, double now_ms)
{
    const char *request = crowd->plan.requests[viewer->next_request];
    viewer->next_request = (viewer->next_request + 1) % crowd->plan.request_count;
    if (!browser_send(viewer->connection, request, strlen(request)))
        bench_fail("a viewer was turned away");
    viewer->asked_ms = now_ms;
    viewer->awaits = true;
    viewer->head_size = 0;
    viewer->body_left = -1;
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
        bench_fail("not 200: %.60s %.300s", viewer->head, body);
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
    if (viewer->body_left != 0)
        return;
    double now_ms = bench_now_ms();
    crowd->latencies_ms[crowd->answers++ % LATENCIES_MAX] = now_ms - viewer->asked_ms;
    viewer->awaits = false;
    if (crowd->plan.events == NULL)
        ask(crowd, viewer, now_ms);
}

/* ---- dashboards ---- */

static void
take_events(struct crowd *crowd, struct viewer *viewer)
{
    char bytes[4096];
    ssize_t size = recv(viewer->events, bytes, sizeof bytes - 1, 0);
    if (size <= 0)
        bench_fail("a viewer lost its events");
    bytes[size] = '\0';
    for (const char *at = bytes; (at = strstr(at, "event: changed")) != NULL; at++) {
        crowd->events++;
        if (viewer->change_ms == 0)
            viewer->change_ms = bench_now_ms() + CHANGE_MS;
    }
}

static void
ask_when_due(struct crowd *crowd, struct viewer *viewer, double now_ms)
{
    bool due = now_ms >= viewer->tick_ms;
    if (due)
        viewer->tick_ms += TICK_MS;
    if (viewer->change_ms != 0 && now_ms >= viewer->change_ms) {
        viewer->change_ms = 0;
        due |= now_ms - viewer->asked_ms >= REST_MS;
    }
    if (due && !viewer->awaits)
        ask(crowd, viewer, now_ms);
}

/* ---- the process ---- */

static double
next_ms(const struct crowd *crowd, double now_ms)
{
    double next = now_ms + WAIT_MS;
    for (size_t i = 0; i < crowd->plan.count; i++) {
        const struct viewer *viewer = &crowd->list[i];
        if (viewer->tick_ms < next)
            next = viewer->tick_ms;
        if (viewer->change_ms != 0 && viewer->change_ms < next)
            next = viewer->change_ms;
    }
    return next;
}

static void
look(struct crowd *crowd)
{
    struct pollfd items[2 * VIEWERS_MAX];
    const size_t count = crowd->plan.count;
    double now_ms = bench_now_ms();
    for (size_t i = 0; i < count; i++) {
        struct viewer *viewer = &crowd->list[i];
        ask_when_due(crowd, viewer, now_ms);
        items[2 * i] = (struct pollfd){ .fd = viewer->connection, .events = POLLIN };
        items[2 * i + 1] = (struct pollfd){ .fd = viewer->events, .events = POLLIN };
    }
    (void)poll(items, 2 * count, (int)(next_ms(crowd, now_ms) - now_ms) + 1);
    for (size_t i = 0; i < count && !ended; i++) {
        if (items[2 * i].revents != 0)
            receive(crowd, &crowd->list[i]);
        if (items[2 * i + 1].revents != 0)
            take_events(crowd, &crowd->list[i]);
    }
}

static void
arrive(struct crowd *crowd)
{
    const struct viewers_plan *plan = &crowd->plan;
    double start_ms = bench_now_ms();
    for (size_t i = 0; i < plan->count; i++) {
        struct viewer *viewer = &crowd->list[i];
        bool dashboard = plan->events != NULL;
        char address[20];
        snprintf(address, sizeof address, "127.0.1.%zu", i + 1);
        viewer->connection = browser_connect_from(address, plan->listen);
        viewer->events = dashboard ? browser_connect_from(address, plan->listen) : -1;
        viewer->next_request = i % plan->request_count;
        viewer->tick_ms = dashboard ? start_ms + (double)TICK_MS * (double)i / (double)plan->count
                                    : start_ms + 1e12;
        if (dashboard && !browser_send(viewer->events, plan->events, strlen(plan->events)))
            bench_fail("a viewer was turned away");
        if (!dashboard)
            ask(crowd, viewer, bench_now_ms());
    }
}

_Noreturn static void
run(struct crowd *crowd, int figures)
{
    static const double percents[] = { 50, 95, 99 };
    struct viewers_figures seen;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGTERM, end);
    if (!crowd->plan.alone && nice(NICENESS) < 0)
        bench_fail("viewers cannot yield");
    arrive(crowd);
    double start_ms = bench_now_ms();
    while (!ended)
        look(crowd);
    double took_ms = bench_now_ms() - start_ms;
    size_t kept = crowd->answers < LATENCIES_MAX ? crowd->answers : LATENCIES_MAX;
    bench_sort(crowd->latencies_ms, kept);
    seen.answers_per_s = (double)crowd->answers * 1e3 / took_ms;
    seen.events_per_s = (double)crowd->events * 1e3 / took_ms;
    for (size_t i = 0; i < 3; i++)
        seen.percentiles_ms[i] = bench_percentile(crowd->latencies_ms, kept, percents[i]);
    _exit(write(figures, &seen, sizeof seen) == (ssize_t)sizeof seen ? 0 : 1);
}

void
viewers_start(struct viewers *viewers, const struct viewers_plan *plan)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    int ends[2];
    if (crowd == NULL || plan->count > VIEWERS_MAX || pipe(ends) != 0)
        bench_fail("no viewers");
    crowd->plan = *plan;
    fflush(NULL);
    viewers->process = fork();
    if (viewers->process < 0)
        bench_fail("no viewers");
    if (viewers->process == 0)
        run(crowd, ends[1]);
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
