/* SPDX-License-Identifier: Apache-2.0
 *
 * desk - an operator at work: a thread with a control client of its own that uses the ordinary
 * commands and nothing else.
 *
 * The window applies, with many requests under way; every other desk lists the cases of one state
 * and decides on the whole page. Each notes when which case was done.
 */
#ifndef BENCH_DESK_H
#define BENCH_DESK_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "common/io/control.h"
#include "proto/control.pb-c.h"
#include "tests/bench/load.h"

enum { DESK_PAGE_CASES = 500, DESK_POLL_MS = 5, DESK_PATIENCE_MS = 60000 };

struct desk {
    const char *name;       /* of the operator */
    const char *socket;     /* of the daemon; borrowed */
    const char *state;      /* of the cases to decide on; NULL at the window */
    Yidi__Verb verb;        /* unused at the window */
    size_t case_count;      /* to be done before the desk closes */
    size_t first_serial;    /* those up to it are cases of others */
    size_t first_load;      /* window; where in the load it begins */
    double *done_ms;        /* out; when the case was done, by serial - 1 - first_serial */
    double *sent_ms;        /* out, window; when it was applied for, in the order of the load; may
                               be NULL */
    struct load *load;      /* window */
    size_t outstanding_max; /* window */
    unsigned pause_ms;      /* window: before each application; 0: none */
    pthread_t thread;
    struct control_client *client;
    uint64_t request_id;
    size_t done_count;
    uint64_t list_count;
    uint64_t empty_list_count;
    uint64_t decide_count;
    double list_ms; /* sum of what listing took */
    double decide_ms;
};

/* Connect, and begin to work. */
void desk_start(struct desk *desk);

/* Wait until all its cases are done, and close it. */
void desk_join(struct desk *desk);

#endif
