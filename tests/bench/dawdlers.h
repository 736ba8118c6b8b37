/* SPDX-License-Identifier: Apache-2.0
 *
 * dawdlers - clients that hold connections to a console and never finish a request: some send a
 * byte a second, the others nothing. They come from an address of their own (127.0.0.2).
 */
#ifndef BENCH_DAWDLERS_H
#define BENCH_DAWDLERS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

enum { DAWDLERS_MAX = 250 };

struct dawdlers {
    int connections[DAWDLERS_MAX];
    size_t count;
    size_t slow_count; /* of these; the others are silent */
    pthread_t thread;
    atomic_bool ended;
};

/* Connect, and begin to dawdle. */
void dawdlers_start(struct dawdlers *dawdlers, const char *listen, size_t slow_count,
                    size_t silent_count);

/* Close what is still open; answers how many connections were. */
size_t dawdlers_stop(struct dawdlers *dawdlers);

#endif
