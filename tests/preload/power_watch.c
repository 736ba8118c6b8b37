/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/preload/power_watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/preload/raw_calls.h"
#include "tests/preload/unsynced.h"

static struct {
    pthread_mutex_t lock;
    char folder[POWER_PATH_BYTES]; /* canonical; empty: nothing is watched */
} watch = { .lock = PTHREAD_MUTEX_INITIALIZER };

void
power_give_up(const char *why)
{
    static const char start[] = "power_loss: ";
    (void)raw_write(STDERR_FILENO, start, sizeof start - 1);
    (void)raw_write(STDERR_FILENO, why, strlen(why));
    (void)raw_write(STDERR_FILENO, "\n", 1);
    abort();
}

void
power_watch(const char *folder)
{
    char path[POWER_PATH_BYTES], shelter[POWER_PATH_BYTES + 16];
    if (realpath(folder, path) == NULL)
        power_give_up("YIDI_POWER_FOLDER is not there");
    snprintf(shelter, sizeof shelter, "%s.sheltered", path);
    unsynced_open(shelter);
    memcpy(watch.folder, path, sizeof watch.folder);
}

void
power_lock(void)
{
    pthread_mutex_lock(&watch.lock);
}

void
power_unlock(void)
{
    pthread_mutex_unlock(&watch.lock);
}

static bool
is_watched(const char *path)
{
    size_t size = strlen(watch.folder);
    return size > 0 && strncmp(path, watch.folder, size) == 0 &&
           (path[size] == '/' || path[size] == '\0');
}

bool
power_find_path(int descriptor, char ret_path[POWER_PATH_BYTES])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, ret_path, POWER_PATH_BYTES - 1);
    ret_path[size < 0 ? 0 : size] = '\0';
    return is_watched(ret_path);
}

bool
power_resolve(int folder, const char *path, char ret_path[POWER_PATH_BYTES])
{
    char parent[POWER_PATH_BYTES], resolved[POWER_PATH_BYTES];
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    if (watch.folder[0] == '\0' || name[0] == '\0')
        return false;
    int kept = errno, size = slash == NULL ? 1 : (int)(name - path);
    snprintf(parent, sizeof parent, "%.*s", size, slash == NULL ? "." : path);
    int descriptor = raw_openat(folder, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    bool watched = descriptor >= 0 && power_find_path(descriptor, resolved) &&
                   snprintf(ret_path, POWER_PATH_BYTES, "%s/%s", resolved, name) < POWER_PATH_BYTES;
    if (descriptor >= 0)
        (void)raw_close(descriptor);
    errno = kept;
    return watched;
}
