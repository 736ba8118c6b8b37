/* SPDX-License-Identifier: Apache-2.0
 *
 * viewers - browsers that look at a console: a process of its own with many connections that stay
 * open.
 *
 * Hasty ones ask again as soon as an answer has come. Dashboards do what the page does: subscribe
 * to events, ask every five seconds, and a second after "changed" unless they asked two seconds ago
 * (common/web/api.js, pages/dashboard.js). Each comes from an address of its own. The
 * process yields the machine to everybody else, as browsers run on other machines.
 */
#ifndef BENCH_VIEWERS_H
#define BENCH_VIEWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct viewers_plan {
    const char *listen;
    const char *const *requests; /* whole; each viewer asks them in turn */
    size_t request_count;
    size_t count;
    const char *events; /* dashboards: the request that subscribes; NULL: hasty ones */
    bool alone;         /* nothing else runs: do not yield */
};

struct viewers {
    pid_t process;
    int figures; /* pipe */
};

struct viewers_figures {
    double answers_per_s;
    double events_per_s;
    double percentiles_ms[3]; /* 50, 95, 99; of the last answers */
};

/* Begin to ask. */
void viewers_start(struct viewers *viewers, const struct viewers_plan *plan);

/* End the process, and tell what it saw. Fails the bench when an answer was not 200. */
void viewers_stop(struct viewers *viewers, struct viewers_figures *ret_figures);

#endif
