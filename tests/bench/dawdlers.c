/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/dawdlers.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/lib/browser.h"

enum { PAUSE_MS = 1000 };

static void *
dawdle(void *context)
{
    static const char request[] = "POST /api/v1/apply HTTP/1.1\r\nHost: a\r\nX-Slow: ";
    struct dawdlers *dawdlers = context;
    for (size_t at = 0; !atomic_load(&dawdlers->ended); at++) {
        const char byte = at < strlen(request) ? request[at] : 'x';
        for (size_t i = 0; i < dawdlers->slow_count; i++)
            (void)send(dawdlers->connections[i], &byte, 1, MSG_NOSIGNAL);
        bench_sleep_ms(PAUSE_MS);
    }
    return NULL;
}

void
dawdlers_start(struct dawdlers *dawdlers, const char *listen, size_t slow_count,
               size_t silent_count)
{
    dawdlers->slow_count = slow_count;
    dawdlers->count = slow_count + silent_count;
    atomic_init(&dawdlers->ended, false);
    if (dawdlers->count > DAWDLERS_MAX)
        bench_fail("too many dawdlers");
    for (size_t i = 0; i < dawdlers->count; i++)
        dawdlers->connections[i] = browser_connect_from("127.0.0.2", listen);
    if (pthread_create(&dawdlers->thread, NULL, dawdle, dawdlers) != 0)
        bench_fail("no thread");
}

size_t
dawdlers_stop(struct dawdlers *dawdlers)
{
    size_t open_count = 0;
    atomic_store(&dawdlers->ended, true);
    pthread_join(dawdlers->thread, NULL);
    for (size_t i = 0; i < dawdlers->count; i++) {
        char byte;
        ssize_t size = recv(dawdlers->connections[i], &byte, 1, MSG_DONTWAIT);
        open_count += size < 0 && errno == EAGAIN;
        close(dawdlers->connections[i]);
    }
    return open_count;
}
