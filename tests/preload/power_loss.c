/* SPDX-License-Identifier: Apache-2.0
 *
 * power_loss - stands between a process and the kernel's file calls (LD_PRELOAD) and takes the
 * power away at a chosen moment: what is not synced by then is lost, in part and in no order
 * (unsynced.h), and the process ends by SIGKILL.
 *
 * YIDI_POWER_FOLDER       only what is below this folder is watched (and in it); required
 * YIDI_POWER_CUT          number of the sync point at which to cut, from 1; 0 or none: never
 * YIDI_POWER_SIDE         before (the sync does not take place) or after (nobody hears of it)
 * YIDI_POWER_SEED         what is lost
 * YIDI_POWER_REPORT       file, not below the folder: written at the cut, or at a normal end, one
 *                         "name value" per line: cut, syncs, sectors, sizes, names
 * YIDI_POWER_IGNORE_SYNC  a disk that lies: "all" syncs are answered but not done; "data" those of
 *                         content (not synchronous writes); "folder" those of folders
 * YIDI_POWER_IGNORE_FROM  number of the sync point from which on it lies; none: always
 *
 * A sync point is an fsync or fdatasync of a watched file or folder, or a write through a
 * descriptor with O_DSYNC or O_SYNC. LMDB writes pages by pwrite and pwritev, syncs by fdatasync,
 * and writes its meta page through a second descriptor with O_DSYNC: two sync points per commit.
 * What a program could do beside this (msync, sync_file_range) ends it with a word, so that no test
 * passes blindly.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "tests/preload/power_watch.h"
#include "tests/preload/raw_calls.h"
#include "tests/preload/unsynced.h"

enum { REPORT_BYTES = 256 };

static struct {
    bool begun;
    char report[POWER_PATH_BYTES];
    uint64_t cut;
    uint64_t seed;
    uint64_t sync_count;
    bool after;
    uint64_t ignore_from;
    bool ignore_content;
    bool ignore_direct;
    bool ignore_folders;
} layer;

/* ---- start and end ---- */

static const char *
option(const char *name)
{
    const char *value = getenv(name);
    return value == NULL ? "" : value;
}

__attribute__((constructor)) static void
begin(void)
{
    const char *ignore = option("YIDI_POWER_IGNORE_SYNC");
    snprintf(layer.report, sizeof layer.report, "%s", option("YIDI_POWER_REPORT"));
    layer.cut = strtoull(option("YIDI_POWER_CUT"), NULL, 10);
    layer.seed = strtoull(option("YIDI_POWER_SEED"), NULL, 10);
    layer.ignore_from = strtoull(option("YIDI_POWER_IGNORE_FROM"), NULL, 10);
    layer.after = strcmp(option("YIDI_POWER_SIDE"), "after") == 0;
    layer.ignore_direct = strcmp(ignore, "all") == 0;
    layer.ignore_content = layer.ignore_direct || strcmp(ignore, "data") == 0;
    layer.ignore_folders = layer.ignore_direct || strcmp(ignore, "folder") == 0;
    power_watch(option("YIDI_POWER_FOLDER"));
    layer.begun = true;
}

static void
write_report(const struct unsynced_loss *loss)
{
    char text[REPORT_BYTES];
    int size =
        snprintf(text, sizeof text, "cut %d\nsyncs %llu\nsectors %llu\nsizes %llu\nnames %llu\n",
                 loss != NULL, (unsigned long long)layer.sync_count,
                 (unsigned long long)(loss == NULL ? 0 : loss->sectors),
                 (unsigned long long)(loss == NULL ? 0 : loss->sizes),
                 (unsigned long long)(loss == NULL ? 0 : loss->names));
    int file = raw_openat(AT_FDCWD, layer.report, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return;
    (void)raw_write(file, text, (size_t)size);
    (void)raw_close(file);
}

__attribute__((destructor)) static void
end(void)
{
    if (layer.begun)
        write_report(NULL);
}

static void
cut_power(void)
{
    const struct unsynced_loss loss = unsynced_lose(layer.seed);
    write_report(&loss);
    for (;;)
        (void)kill(getpid(), SIGKILL);
}

/* ---- what is watched ---- */

static bool
is_watched_file(int descriptor)
{
    struct stat status;
    char path[POWER_PATH_BYTES];
    int kept = errno;
    bool watched = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
                   power_find_path(descriptor, path);
    errno = kept;
    return watched;
}

/* ---- sync points ---- */

static bool
cut_is_here(bool after)
{
    return layer.sync_count == layer.cut && layer.after == after;
}

/* Does the disk only say that it has synced? */
static bool
is_ignored(bool kind)
{
    return kind && layer.sync_count >= layer.ignore_from;
}

static int
sync_file(int descriptor, int (*sync)(int))
{
    char path[POWER_PATH_BYTES];
    struct stat status;
    bool watched = fstat(descriptor, &status) == 0 && power_find_path(descriptor, path);
    if (!watched)
        return sync(descriptor);
    power_lock();
    layer.sync_count++;
    if (cut_is_here(false))
        cut_power();
    int result = sync(descriptor);
    if (result == 0 && S_ISDIR(status.st_mode) && !is_ignored(layer.ignore_folders))
        unsynced_folder_synced(path);
    if (result == 0 && S_ISREG(status.st_mode) && !is_ignored(layer.ignore_content))
        unsynced_file_synced(descriptor);
    if (cut_is_here(true))
        cut_power();
    power_unlock();
    return result;
}

int
fsync(int descriptor)
{
    return sync_file(descriptor, raw_fsync);
}

int
fdatasync(int descriptor)
{
    return sync_file(descriptor, raw_fdatasync);
}

int
msync(void *address, size_t size, int flags)
{
    (void)address;
    (void)size;
    (void)flags;
    power_give_up("msync is not modelled");
    return -1;
}

int
sync_file_range(int descriptor, off_t offset, off_t size, unsigned flags)
{
    (void)descriptor;
    (void)offset;
    (void)size;
    (void)flags;
    power_give_up("sync_file_range is not modelled");
    return -1;
}

/* ---- content ---- */

struct change {
    int descriptor;
    off_t offset;
    size_t size;
    bool synchronous;
};

/* Before a write. What it replaces is kept, and of a synchronous one the near side is here: it may
 * have reached the disk or not. */
static void
begin_write(struct change *change)
{
    int flags = fcntl(change->descriptor, F_GETFL);
    struct stat status;
    power_lock();
    if (change->offset < 0)
        change->offset = lseek(change->descriptor, 0, SEEK_CUR);
    if ((flags & O_APPEND) != 0 && fstat(change->descriptor, &status) == 0)
        change->offset = status.st_size;
    change->synchronous = (flags & (O_DSYNC | O_SYNC)) != 0;
    if (!unsynced_write(change->descriptor, change->offset, change->size))
        power_give_up("what is replaced cannot be kept");
}

static void
end_write(const struct change *change, ssize_t written)
{
    if (change->synchronous && written > 0) {
        layer.sync_count++;
        if (cut_is_here(false))
            cut_power();
        if (!is_ignored(layer.ignore_direct))
            unsynced_range_synced(change->descriptor, change->offset, (size_t)written);
        if (cut_is_here(true))
            cut_power();
    }
    power_unlock();
}

static size_t
sum_parts(const struct iovec *parts, int count)
{
    size_t size = 0;
    for (int i = 0; i < count; i++)
        size += parts[i].iov_len;
    return size;
}

ssize_t
write(int descriptor, const void *data, size_t size)
{
    if (!is_watched_file(descriptor))
        return raw_write(descriptor, data, size);
    struct change change = { .descriptor = descriptor, .offset = -1, .size = size };
    begin_write(&change);
    ssize_t written = raw_write(descriptor, data, size);
    end_write(&change, written);
    return written;
}

ssize_t
pwrite(int descriptor, const void *data, size_t size, off_t offset)
{
    if (!is_watched_file(descriptor))
        return raw_pwrite(descriptor, data, size, offset);
    struct change change = { .descriptor = descriptor, .offset = offset, .size = size };
    begin_write(&change);
    ssize_t written = raw_pwrite(descriptor, data, size, offset);
    end_write(&change, written);
    return written;
}

ssize_t
writev(int descriptor, const struct iovec *parts, int count)
{
    if (!is_watched_file(descriptor))
        return raw_writev(descriptor, parts, count);
    struct change change = { .descriptor = descriptor,
                             .offset = -1,
                             .size = sum_parts(parts, count) };
    begin_write(&change);
    ssize_t written = raw_writev(descriptor, parts, count);
    end_write(&change, written);
    return written;
}

ssize_t
pwritev(int descriptor, const struct iovec *parts, int count, off_t offset)
{
    if (!is_watched_file(descriptor))
        return raw_pwritev(descriptor, parts, count, offset);
    struct change change = { .descriptor = descriptor,
                             .offset = offset,
                             .size = sum_parts(parts, count) };
    begin_write(&change);
    ssize_t written = raw_pwritev(descriptor, parts, count, offset);
    end_write(&change, written);
    return written;
}

/* What is cut off is kept; a longer file has only another size. */
int
ftruncate(int descriptor, off_t size)
{
    struct stat status;
    if (!is_watched_file(descriptor) || fstat(descriptor, &status) != 0)
        return raw_ftruncate(descriptor, size);
    size_t cut_off = status.st_size > size ? (size_t)(status.st_size - size) : 0;
    power_lock();
    if (!unsynced_write(descriptor, cut_off > 0 ? size : status.st_size, cut_off))
        power_give_up("what is cut off cannot be kept");
    int result = raw_ftruncate(descriptor, size);
    power_unlock();
    return result;
}

int
fallocate(int descriptor, int mode, off_t offset, off_t size)
{
    if (!is_watched_file(descriptor))
        return raw_fallocate(descriptor, mode, offset, size);
    if (mode != 0)
        power_give_up("this mode of fallocate is not modelled");
    power_lock();
    if (!unsynced_write(descriptor, offset, 0))
        power_give_up("the size cannot be kept");
    int result = raw_fallocate(descriptor, mode, offset, size);
    power_unlock();
    return result;
}

/* ---- other names of the same ---- */

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset)
    __attribute__((alias("pwrite")));
ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off64_t offset)
    __attribute__((alias("pwritev")));
int ftruncate64(int descriptor, off64_t size) __attribute__((alias("ftruncate")));
int fallocate64(int descriptor, int mode, off64_t offset, off64_t size)
    __attribute__((alias("fallocate")));
