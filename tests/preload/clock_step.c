/* SPDX-License-Identifier: Apache-2.0
 *
 * clock_step - stands between a process and the kernel's clock (LD_PRELOAD) and shifts the time of
 * day, while it runs, by what a file says.
 *
 * YIDI_CLOCK_FILE  a file of 8 bytes: milliseconds to add, a signed number in this machine's order.
 *                  It is mapped, so that who writes it steps the clock at once.
 *
 * Monotonic clocks are left alone, as a step leaves them alone.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "tests/preload/raw_calls.h"

enum { SECOND_MS = 1000, MS_NS = 1000000, US_NS = 1000 };

static _Atomic int64_t *offset_ms;

__attribute__((constructor)) static void
begin(void)
{
    const char *path = getenv("YIDI_CLOCK_FILE");
    int file = path == NULL ? -1 : raw_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (file < 0)
        abort();
    void *mapped = mmap(NULL, sizeof *offset_ms, PROT_READ, MAP_SHARED, file, 0);
    (void)raw_close(file);
    if (mapped == MAP_FAILED)
        abort();
    offset_ms = mapped;
}

static void
shift(struct timespec *time)
{
    int64_t offset = offset_ms == NULL ? 0 : atomic_load(offset_ms);
    int64_t sum_ms = (int64_t)time->tv_sec * SECOND_MS + time->tv_nsec / MS_NS + offset;
    time->tv_sec = sum_ms / SECOND_MS;
    time->tv_nsec = sum_ms % SECOND_MS * MS_NS + time->tv_nsec % MS_NS;
}

int
clock_gettime(clockid_t which, struct timespec *ret_time)
{
    int result = raw_clock_gettime(which, ret_time);
    if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
        shift(ret_time);
    return result;
}

int
gettimeofday(struct timeval *restrict ret_time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return -1;
    *ret_time = (struct timeval){ .tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / US_NS };
    return 0;
}

time_t
time(time_t *ret_time)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0)
        return (time_t)-1;
    if (ret_time != NULL)
        *ret_time = now.tv_sec;
    return now.tv_sec;
}
