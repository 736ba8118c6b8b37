/* SPDX-License-Identifier: Apache-2.0
 *
 * slow_disk - stands between a process and the kernel's file calls (LD_PRELOAD) and makes each sync
 * take its time: fsync, fdatasync, and a write through a descriptor with O_DSYNC or O_SYNC.
 *
 * YIDI_SLOW_SYNC_MS  how long, in milliseconds
 * YIDI_SLOW_COUNT    a file of 8 bytes, which is mapped; the number of syncs so far
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/preload/raw_calls.h"

static struct {
    struct timespec pause;
    _Atomic uint64_t *count;
} disk;

__attribute__((constructor)) static void
begin(void)
{
    const char *pause_ms = getenv("YIDI_SLOW_SYNC_MS"), *path = getenv("YIDI_SLOW_COUNT");
    int file = path == NULL ? -1 : raw_openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    if (file < 0 || pause_ms == NULL)
        abort();
    void *mapped = mmap(NULL, sizeof *disk.count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)raw_close(file);
    if (mapped == MAP_FAILED)
        abort();
    long ms = strtol(pause_ms, NULL, 10);
    disk.pause = (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    disk.count = mapped;
}

static void
take_time(void)
{
    struct timespec left = disk.pause;
    int kept = errno;
    if (disk.count != NULL)
        atomic_fetch_add(disk.count, 1);
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
    errno = kept;
}

int
fsync(int descriptor)
{
    take_time();
    return raw_fsync(descriptor);
}

int
fdatasync(int descriptor)
{
    take_time();
    return raw_fdatasync(descriptor);
}

ssize_t
pwrite(int descriptor, const void *data, size_t size, off_t offset)
{
    if ((fcntl(descriptor, F_GETFL) & (O_DSYNC | O_SYNC)) != 0)
        take_time();
    return raw_pwrite(descriptor, data, size, offset);
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset)
    __attribute__((alias("pwrite")));
