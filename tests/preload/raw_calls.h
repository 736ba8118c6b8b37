/* SPDX-License-Identifier: Apache-2.0
 *
 * raw_calls - the kernel's calls, past every library that stands before them.
 *
 * A preloaded library that used the C library's names would call itself. Each answers as the call
 * of the same name does, errno included.
 */
#ifndef TESTS_PRELOAD_RAW_CALLS_H
#define TESTS_PRELOAD_RAW_CALLS_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static inline int
raw_openat(int folder, const char *path, int flags, mode_t mode)
{
    return (int)syscall(SYS_openat, folder, path, flags, mode);
}

static inline int
raw_close(int descriptor)
{
    return (int)syscall(SYS_close, descriptor);
}

static inline ssize_t
raw_write(int descriptor, const void *data, size_t size)
{
    return syscall(SYS_write, descriptor, data, size);
}

static inline ssize_t
raw_pwrite(int descriptor, const void *data, size_t size, off_t offset)
{
    return syscall(SYS_pwrite64, descriptor, data, size, offset);
}

static inline ssize_t
raw_writev(int descriptor, const struct iovec *parts, int count)
{
    return syscall(SYS_writev, descriptor, parts, count);
}

/* The kernel takes the offset in two halves; a 64-bit one fits the first. */
static inline ssize_t
raw_pwritev(int descriptor, const struct iovec *parts, int count, off_t offset)
{
    return syscall(SYS_pwritev, descriptor, parts, count, offset, 0);
}

static inline int
raw_ftruncate(int descriptor, off_t size)
{
    return (int)syscall(SYS_ftruncate, descriptor, size);
}

static inline int
raw_fallocate(int descriptor, int mode, off_t offset, off_t size)
{
    return (int)syscall(SYS_fallocate, descriptor, mode, offset, size);
}

static inline int
raw_fsync(int descriptor)
{
    return (int)syscall(SYS_fsync, descriptor);
}

static inline int
raw_fdatasync(int descriptor)
{
    return (int)syscall(SYS_fdatasync, descriptor);
}

static inline int
raw_renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, 0);
}

static inline int
raw_linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    return (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
}

static inline int
raw_unlinkat(int folder, const char *path, int flags)
{
    return (int)syscall(SYS_unlinkat, folder, path, flags);
}

static inline int
raw_mkdirat(int folder, const char *path, mode_t mode)
{
    return (int)syscall(SYS_mkdirat, folder, path, mode);
}

static inline int
raw_clock_gettime(clockid_t which, struct timespec *ret_time)
{
    return (int)syscall(SYS_clock_gettime, which, ret_time);
}

#endif
