/* SPDX-License-Identifier: Apache-2.0
 *
 * power_names - the part of power_loss that sees files and folders made, renamed and removed.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "tests/preload/power_watch.h"
#include "tests/preload/raw_calls.h"
#include "tests/preload/unsynced.h"

enum { NAME_TRIES = 100 };

static bool
is_there(const char *path)
{
    struct stat status;
    int kept = errno;
    bool there = lstat(path, &status) == 0;
    errno = kept;
    return there;
}

/* ---- keeping ---- */

static void
keep_name(enum name_change_kind kind, const char *path, const char *from, char *take_sheltered)
{
    if (!unsynced_name(kind, path, from, take_sheltered))
        power_give_up("a change of names cannot be kept");
}

static char *
shelter(const char *path)
{
    char *sheltered;
    int kept = errno;
    if (!unsynced_shelter(path, &sheltered))
        power_give_up("a file cannot be sheltered");
    errno = kept;
    return sheltered;
}

static void
forget_shelter(char *take_sheltered)
{
    int kept = errno;
    if (take_sheltered != NULL)
        (void)raw_unlinkat(AT_FDCWD, take_sheltered, 0);
    free(take_sheltered);
    errno = kept;
}

/* ---- files ---- */

static int
open_file(int folder, const char *path, int flags, mode_t mode)
{
    char resolved[POWER_PATH_BYTES];
    if ((flags & (O_CREAT | O_TRUNC)) == 0 || (flags & O_TMPFILE) == O_TMPFILE ||
        !power_resolve(folder, path, resolved))
        return raw_openat(folder, path, flags, mode);
    power_lock();
    bool there = is_there(resolved);
    int descriptor = raw_openat(folder, path, flags & ~O_TRUNC, mode);
    if (descriptor >= 0 && !there)
        keep_name(NAME_MADE, resolved, NULL, NULL);
    power_unlock();
    if (descriptor >= 0 && (flags & O_TRUNC) != 0 && ftruncate(descriptor, 0) != 0)
        power_give_up("a file cannot be emptied");
    return descriptor;
}

static mode_t
mode_of(int flags, va_list arguments)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE
               ? (mode_t)va_arg(arguments, unsigned)
               : 0;
}

#define OPEN_LIKE(name)                                                                            \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = mode_of(flags, arguments);                                                   \
        va_end(arguments);                                                                         \
        return open_file(AT_FDCWD, path, flags, mode);                                             \
    }
#define OPENAT_LIKE(name)                                                                          \
    int name(int folder, const char *path, int flags, ...)                                         \
    {                                                                                              \
        va_list arguments;                                                                         \
        va_start(arguments, flags);                                                                \
        mode_t mode = mode_of(flags, arguments);                                                   \
        va_end(arguments);                                                                         \
        return open_file(folder, path, flags, mode);                                               \
    }
OPEN_LIKE(open)
OPEN_LIKE(open64)
OPENAT_LIKE(openat)
OPENAT_LIKE(openat64)

int
creat(const char *path, mode_t mode)
{
    return open_file(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* The C library's own would open the file behind our back. */
int
mkostemp(char *path, int flags)
{
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    size_t size = strlen(path);
    uint8_t chance[6];
    for (int i = 0; size >= sizeof chance && i < NAME_TRIES; i++) {
        if (getrandom(chance, sizeof chance, 0) != (ssize_t)sizeof chance)
            return -1;
        for (size_t j = 0; j < sizeof chance; j++)
            path[size - sizeof chance + j] = alphabet[chance[j] % (sizeof alphabet - 1)];
        int descriptor = open_file(AT_FDCWD, path, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
        if (descriptor >= 0 || errno != EEXIST)
            return descriptor;
    }
    errno = EEXIST;
    return -1;
}

int
mkstemp(char *path)
{
    return mkostemp(path, 0);
}

/* ---- names ---- */

int
renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    char from_path[POWER_PATH_BYTES], to_path[POWER_PATH_BYTES];
    bool from_watched = power_resolve(from_folder, from, from_path);
    if (!power_resolve(to_folder, to, to_path))
        return raw_renameat(from_folder, from, to_folder, to);
    power_lock();
    char *sheltered = shelter(to_path);
    int result = raw_renameat(from_folder, from, to_folder, to);
    if (result == 0)
        keep_name(NAME_RENAMED, to_path, from_watched ? from_path : from, sheltered);
    else
        forget_shelter(sheltered);
    power_unlock();
    return result;
}

int
rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int
linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
    char path[POWER_PATH_BYTES];
    bool watched = power_resolve(to_folder, to, path);
    int result = raw_linkat(from_folder, from, to_folder, to, flags);
    if (result != 0 || !watched)
        return result;
    power_lock();
    keep_name(NAME_MADE, path, NULL, NULL);
    power_unlock();
    return result;
}

int
link(const char *from, const char *to)
{
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int
unlinkat(int folder, const char *path, int flags)
{
    char resolved[POWER_PATH_BYTES];
    if ((flags & AT_REMOVEDIR) != 0 || !power_resolve(folder, path, resolved))
        return raw_unlinkat(folder, path, flags);
    power_lock();
    char *sheltered = shelter(resolved);
    int result = raw_unlinkat(folder, path, flags);
    if (result == 0 && sheltered != NULL)
        keep_name(NAME_REMOVED, resolved, NULL, sheltered);
    else
        forget_shelter(sheltered);
    power_unlock();
    return result;
}

int
unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int
mkdirat(int folder, const char *path, mode_t mode)
{
    char resolved[POWER_PATH_BYTES];
    bool watched = power_resolve(folder, path, resolved);
    int result = raw_mkdirat(folder, path, mode);
    if (result != 0 || !watched)
        return result;
    power_lock();
    keep_name(NAME_FOLDER, resolved, NULL, NULL);
    power_unlock();
    return result;
}

int
mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

/* ---- other names of the same ---- */

int mkostemp64(char *path, int flags) __attribute__((alias("mkostemp")));
int mkstemp64(char *path) __attribute__((alias("mkstemp")));
int creat64(const char *path, mode_t mode) __attribute__((alias("creat")));

/* As fortified programs call them. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags) __attribute__((alias("__open_2")));
int __openat_2(int folder, const char *path, int flags);
int __openat64_2(int folder, const char *path, int flags) __attribute__((alias("__openat_2")));

int
__open_2(const char *path, int flags)
{
    return open_file(AT_FDCWD, path, flags, 0);
}

int
__openat_2(int folder, const char *path, int flags)
{
    return open_file(folder, path, flags, 0);
}
