/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/io/file.h"

enum { PATH_BYTES = 4096, CLOSE_STEP_MS = 10 };

struct hook {
    char name[SPOOL_NAME_BYTES_MAX + 1];
    pid_t process;        /* 0 while it waits for its turn */
    uint64_t deadline_ms; /* 0 until the first poll after its start */
    bool killed;
};

struct spool {
    char directory[PATH_BYTES];
    char hook_path[PATH_BYTES]; /* empty: none */
    size_t hook_count;
    struct hook hooks[SPOOL_HOOKS_MAX]; /* oldest first */
};

/* ---- files ---- */

static bool
copy_path(char ret_copy[PATH_BYTES], const char *path)
{
    return snprintf(ret_copy, PATH_BYTES, "%s", path) < PATH_BYTES;
}

enum result
spool_open(const char *directory, const char *hook_path, struct spool **ret_spool)
{
    struct stat status;
    AUTO(spool) struct spool *spool = calloc(1, sizeof *spool);
    if (spool == NULL)
        return ERR_MEMORY;
    errno = ENAMETOOLONG;
    if (!copy_path(spool->directory, directory) ||
        !copy_path(spool->hook_path, hook_path == NULL ? "" : hook_path))
        return ERR_IO;
    if ((mkdir(directory, 0700) != 0 && errno != EEXIST) || access(directory, W_OK | X_OK) != 0)
        return ERR_IO;
    if (file_sync_name(directory) != OK) /* or all that is handed over goes with it */
        return ERR_IO;
    if (spool->hook_path[0] != '\0') {
        if (stat(hook_path, &status) != 0 || access(hook_path, X_OK) != 0)
            return ERR_IO;
        errno = EACCES;
        if (!S_ISREG(status.st_mode))
            return ERR_IO;
    }
    *ret_spool = MOVE(spool);
    return OK;
}

static bool
is_name(const char *name)
{
    size_t size = strlen(name);
    return size > 0 && size <= SPOOL_NAME_BYTES_MAX && name[0] != '.' && strchr(name, '/') == NULL;
}

static enum result
path_of(const struct spool *spool, const char *name, char ret_path[PATH_BYTES])
{
    if (!is_name(name))
        return ERR_REFUSED;
    int size = snprintf(ret_path, PATH_BYTES, "%s/%s", spool->directory, name);
    return size < PATH_BYTES ? OK : ERR_REFUSED;
}

enum result
spool_write(struct spool *spool, const char *name, struct bytes text)
{
    char path[PATH_BYTES];
    enum result result = path_of(spool, name, path);
    if (result != OK)
        return result;
    return file_write(path, text, 0600, FILE_REPLACE, NULL) == OK ? OK : ERR_IO;
}

/* ---- hooks ---- */

/* Every step answers 0 or an errno; the first failure is kept. */
static int
set_up_child(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, bool close_all)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0) /* what it prints belongs into the daemon's log */
        error = posix_spawn_file_actions_adddup2(actions, STDERR_FILENO, STDOUT_FILENO);
    if (error == 0 && close_all)
        error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    if (error == 0)
        error = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                         POSIX_SPAWN_SETSIGMASK);
    if (error == 0)
        error = posix_spawnattr_setpgroup(attributes, 0);
    if (error == 0)
        error = posix_spawnattr_setsigmask(attributes, &none);
    return error != 0 ? error : posix_spawnattr_setsigdefault(attributes, &all);
}

/* The daemon's own environment may name its secrets; the hook gets a bare one. */
static int
spawn(struct hook *hook, char *program, char *path, bool close_all)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char search[] = "PATH=/usr/local/bin:/usr/bin:/bin", language[] = "LANG=C.UTF-8";
    char *arguments[] = { program, path, NULL }, *environment[] = { search, language, NULL };
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = set_up_child(&actions, &attributes, close_all);
        if (error == 0)
            error =
                posix_spawn(&hook->process, program, &actions, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Every descriptor of ours is close-on-exec; closing all is a second net, which some kernels lack
 * where there is no /proc. */
static bool
start_hook(const struct spool *spool, struct hook *hook)
{
    char path[PATH_BYTES], program[PATH_BYTES];
    if (path_of(spool, hook->name, path) != OK || !copy_path(program, spool->hook_path))
        return false;
    if (spawn(hook, program, path, true) == 0 || spawn(hook, program, path, false) == 0)
        return true;
    hook->process = 0;
    return false;
}

static size_t
running_count(const struct spool *spool)
{
    size_t count = 0;
    for (size_t i = 0; i < spool->hook_count; i++)
        count += spool->hooks[i].process != 0;
    return count;
}

enum result
spool_hook(struct spool *spool, const char *name)
{
    if (!is_name(name))
        return ERR_REFUSED;
    if (spool->hook_path[0] == '\0')
        return OK;
    if (spool->hook_count == SPOOL_HOOKS_MAX)
        return ERR_FULL;
    struct hook *hook = &spool->hooks[spool->hook_count++];
    *hook = (struct hook){ .process = 0 };
    snprintf(hook->name, sizeof hook->name, "%s", name);
    /* One that cannot start now waits; the next poll tries again and tells. */
    if (running_count(spool) < SPOOL_RUNNING_MAX)
        (void)start_hook(spool, hook);
    return OK;
}

static bool
has_hook(const struct spool *spool, const char *name)
{
    for (size_t i = 0; i < spool->hook_count; i++)
        if (strcmp(spool->hooks[i].name, name) == 0)
            return true;
    return false;
}

void
spool_resume(struct spool *spool)
{
    DIR *folder = spool->hook_path[0] == '\0' ? NULL : opendir(spool->directory);
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        if (is_name(entry->d_name) && !has_hook(spool, entry->d_name) &&
            spool_hook(spool, entry->d_name) == ERR_FULL)
            break; /* the next call goes on */
    if (folder != NULL)
        closedir(folder);
}

enum result
spool_remove(struct spool *spool, const char *name)
{
    char path[PATH_BYTES];
    enum result result = path_of(spool, name, path);
    if (result != OK)
        return result;
    return unlink(path) == 0 || errno == ENOENT ? OK : ERR_IO;
}

/* Has it ended? If so, how. */
static bool
reap(const struct hook *hook, bool *ret_success)
{
    int status = 0;
    pid_t process;
    do
        process = waitpid(hook->process, &status, WNOHANG);
    while (process < 0 && errno == EINTR);
    if (process == 0)
        return false;
    *ret_success = process == hook->process && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return true;
}

static void
kill_hook(struct hook *hook)
{
    hook->killed = true;
    kill(-hook->process, SIGKILL); /* it leads a process group of its own */
}

/* Bring one hook forward; true when it is over. */
static bool
advance(const struct spool *spool, struct hook *hook, uint64_t now_ms, bool *ret_success)
{
    *ret_success = false;
    if (hook->process == 0) {
        if (running_count(spool) < SPOOL_RUNNING_MAX && !start_hook(spool, hook))
            return true;
        return false;
    }
    if (reap(hook, ret_success))
        return true;
    if (hook->deadline_ms == 0)
        hook->deadline_ms = now_ms + SPOOL_HOOK_MS_MAX;
    else if (now_ms >= hook->deadline_ms && !hook->killed)
        kill_hook(hook);
    return false;
}

void
spool_poll(struct spool *spool, uint64_t now_ms, spool_ended_fn *ended, void *context)
{
    for (size_t i = 0; i < spool->hook_count;) {
        bool success;
        if (!advance(spool, &spool->hooks[i], now_ms, &success)) {
            i++;
            continue;
        }
        struct hook over = spool->hooks[i];
        spool->hook_count--;
        memmove(&spool->hooks[i], &spool->hooks[i + 1],
                (spool->hook_count - i) * sizeof *spool->hooks);
        ended(context, over.name, success);
    }
}

static bool
anything_runs(struct spool *spool)
{
    bool success;
    for (size_t i = 0; i < spool->hook_count; i++)
        if (spool->hooks[i].process != 0 && reap(&spool->hooks[i], &success))
            spool->hooks[i].process = 0;
    return running_count(spool) > 0;
}

void
spool_close(struct spool *spool)
{
    const struct timespec step = { .tv_nsec = CLOSE_STEP_MS * 1000000L };
    if (spool == NULL)
        return;
    for (int waited_ms = 0; waited_ms < SPOOL_CLOSE_MS_MAX && anything_runs(spool);
         waited_ms += CLOSE_STEP_MS)
        nanosleep(&step, NULL);
    for (size_t i = 0; i < spool->hook_count; i++)
        if (spool->hooks[i].process != 0) {
            kill_hook(&spool->hooks[i]);
            (void)waitpid(spool->hooks[i].process, NULL, 0);
        }
    free(spool);
}
