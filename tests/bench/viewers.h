/* SPDX-License-Identifier: Apache-2.0
 *
 * viewers - browsers that look at a console: a process of its own with many connections that stay
 * open, each asking again at an interval.
 */
#ifndef BENCH_VIEWERS_H
#define BENCH_VIEWERS_H

#include <stddef.h>
#include <sys/types.h>

struct viewers {
    pid_t process;
    int figures; /* pipe */
};

struct viewers_figures {
    double answers_per_s;
    double p99_ms; /* of the last answers */
};

/* Begin to ask. interval_ms 0: as soon as the last answer has come. */
void viewers_start(struct viewers *viewers, const char *listen, const char *path, size_t count,
                   unsigned interval_ms);

/* End the process, and tell what it saw. Fails the bench when an answer was not 200. */
void viewers_stop(struct viewers *viewers, struct viewers_figures *ret_figures);

#endif
