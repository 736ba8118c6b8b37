/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/work_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const known_files[] = { "data.mdb", "lock.mdb", "owner.lock", "manifest.json" };

static bool
sync_path(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        close(folder);
    return synced;
}

static enum result
refuse_errno(const char *path, struct refusal *ret_refusal)
{
    bool full = errno == ENOSPC || errno == EDQUOT;
    bool there = errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR;
    return refuse(ret_refusal,
                  full    ? REFUSAL_DISK_FULL
                  : there ? REFUSAL_FILE_EXISTS
                          : REFUSAL_FILE_UNREADABLE,
                  path, "cannot be made: %s", strerror(errno));
}

/* ---- removing ---- */

bool
work_folder_remove(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return false;
    for (size_t i = 0; i < sizeof known_files / sizeof *known_files; i++)
        (void)unlinkat(folder, known_files[i], 0);
    close(folder);
    return rmdir(path) == 0;
}

bool
work_folder_remove_stale(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return false;
    bool removed = flock(folder, LOCK_EX | LOCK_NB) == 0 && work_folder_remove(path);
    close(folder);
    return removed;
}

/* ---- making ---- */

static bool
fits(int size)
{
    return size >= 0 && size < PATH_MAX;
}

/* Take the final path apart and put the name of the one in the making together. */
static bool
set_paths(struct work_folder *folder, const char *final_path)
{
    if (!fits(snprintf(folder->final_path, PATH_MAX, "%s", final_path)))
        return false;
    size_t size = strlen(folder->final_path);
    while (size > 1 && folder->final_path[size - 1] == '/')
        folder->final_path[--size] = '\0';
    const char *slash = strrchr(folder->final_path, '/');
    const char *name = slash == NULL ? folder->final_path : slash + 1;
    int before = (int)(name - folder->final_path);
    if (name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    return fits(snprintf(folder->parent, PATH_MAX, "%.*s.", before, folder->final_path)) &&
           fits(snprintf(folder->path, PATH_MAX, "%.*s.%s" WORK_FOLDER_SUFFIX, before,
                         folder->final_path, name));
}

static bool
is_empty_folder(const char *path)
{
    DIR *folder = opendir(path);
    bool empty = folder != NULL;
    for (const struct dirent *entry; empty && (entry = readdir(folder)) != NULL;)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (folder != NULL)
        closedir(folder);
    return empty;
}

static enum result
check_final(const struct work_folder *folder, struct refusal *ret_refusal)
{
    struct stat status;
    if (lstat(folder->final_path, &status) != 0)
        return errno == ENOENT ? OK : refuse_errno(folder->final_path, ret_refusal);
    if (S_ISDIR(status.st_mode) && is_empty_folder(folder->final_path))
        return OK; /* gives way when another is renamed over it */
    return refuse(ret_refusal, REFUSAL_FILE_EXISTS, folder->final_path,
                  "is there already, is not empty and is not overwritten");
}

enum result
work_folder_open(struct work_folder *folder, const char *final_path, struct refusal *ret_refusal)
{
    if (!set_paths(folder, final_path)) {
        folder->path[0] = '\0';
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, final_path, "not a name of a folder");
    }
    enum result result = check_final(folder, ret_refusal);
    if (result == OK) {
        (void)work_folder_remove_stale(folder->path);
        if (mkdir(folder->path, 0700) != 0)
            result = errno == EEXIST
                         ? refuse(ret_refusal, REFUSAL_FILE_EXISTS, folder->final_path,
                                  "somebody else is making it: %s is there", folder->path)
                         : refuse_errno(folder->final_path, ret_refusal);
    }
    if (result != OK) {
        folder->path[0] = '\0'; /* not ours to remove */
        return result;
    }
    folder->lock = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder->lock < 0 || flock(folder->lock, LOCK_EX | LOCK_NB) != 0)
        return refuse_errno(folder->final_path, ret_refusal);
    return OK;
}

enum result
work_folder_publish(struct work_folder *folder, struct refusal *ret_refusal)
{
    if (fsync(folder->lock) != 0 || rename(folder->path, folder->final_path) != 0)
        return refuse_errno(folder->final_path, ret_refusal);
    folder->path[0] = '\0';
    return sync_path(folder->parent) ? OK : refuse_errno(folder->final_path, ret_refusal);
}

void
work_folder_close(struct work_folder *folder)
{
    if (folder->path[0] != '\0')
        (void)work_folder_remove(folder->path);
    if (folder->lock > 0)
        close(folder->lock);
    folder->path[0] = '\0';
    folder->lock = 0;
}

const char *
work_folder_file(const struct work_folder *folder, const char *file, char ret_path[PATH_MAX])
{
    return fits(snprintf(ret_path, PATH_MAX, "%s/%s", folder->path, file)) ? ret_path : NULL;
}
