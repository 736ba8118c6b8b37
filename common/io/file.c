/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/core/auto.h"

static void
descriptor_auto(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
}

static enum result
refuse_path(struct refusal *ret_refusal, const char *path, const char *what)
{
    return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, path, "%s: %s", what, strerror(errno));
}

static enum result
check_secret(const struct stat *status, const char *path, struct refusal *ret_refusal)
{
    mode_t open_to_others = S_IRWXG | S_IRWXO;

    if (status->st_uid == 0 && geteuid() != 0)
        open_to_others &= ~(mode_t)S_IRGRP;
    if ((status->st_mode & open_to_others) != 0)
        return refuse(ret_refusal, REFUSAL_KEY_INVALID, path,
                      "open to others than its owner (mode %04o); chmod 600 it",
                      (unsigned)(status->st_mode & 07777));
    return OK;
}

/* Read until the end; the size that the file had a moment ago is only a hint. */
static enum result
read_all(int descriptor, uint8_t *data, size_t room, size_t *ret_size)
{
    size_t size = 0;

    while (size < room) {
        ssize_t got = read(descriptor, data + size, room - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return ERR_IO;
        if (got == 0)
            break;
        size += (size_t)got;
    }
    *ret_size = size;
    return OK;
}

static enum result
read_file(const char *path, bool secret, size_t bytes_max, uint8_t **ret_data, size_t *ret_size,
          struct refusal *ret_refusal)
{
    struct stat status;
    AUTO(descriptor) int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (file < 0 || fstat(file, &status) != 0)
        return refuse_path(ret_refusal, path, "cannot be read");
    if (!S_ISREG(status.st_mode))
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, path, "not a regular file");
    if (secret && check_secret(&status, path, ret_refusal) != OK)
        return ERR_REFUSED;
    if (status.st_size < 0 || (uint64_t)status.st_size > bytes_max)
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, path, "has more than %zu bytes",
                      bytes_max);

    size_t size = 0;
    size_t room = (size_t)status.st_size + 1; /* one more tells that it has grown meanwhile */
    AUTO(heap) uint8_t *data = malloc(room + 1);
    if (data == NULL)
        return ERR_MEMORY;
    if (read_all(file, data, room, &size) != OK)
        return refuse_path(ret_refusal, path, "cannot be read");
    if (size == room)
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, path, "is still being written");
    data[size] = '\0';
    *ret_size = size;
    *ret_data = MOVE(data);
    return OK;
}

enum result
file_read(const char *path, size_t bytes_max, uint8_t **ret_data, size_t *ret_size,
          struct refusal *ret_refusal)
{
    return read_file(path, false, bytes_max, ret_data, ret_size, ret_refusal);
}

enum result
file_read_secret(const char *path, size_t bytes_max, uint8_t **ret_data, size_t *ret_size,
                 struct refusal *ret_refusal)
{
    return read_file(path, true, bytes_max, ret_data, ret_size, ret_refusal);
}

static bool
write_all(int descriptor, struct bytes data)
{
    size_t done = 0;

    while (done < data.size) {
        ssize_t put = write(descriptor, data.data + done, data.size - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        done += (size_t)put;
    }
    return true;
}

enum result
file_sync_name(const char *path)
{
    char copy[PATH_MAX];

    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return ERR_IO;
    AUTO(descriptor) int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder >= 0 && fsync(folder) == 0 ? OK : ERR_IO;
}

/* link() fails where rename() would overwrite. */
static bool
give_name(const char *temporary, const char *path, enum file_write_mode mode)
{
    if (mode == FILE_REPLACE)
        return rename(temporary, path) == 0;
    return link(temporary, path) == 0 && unlink(temporary) == 0;
}

enum result
file_write(const char *path, struct bytes data, mode_t permissions, enum file_write_mode mode,
           struct refusal *ret_refusal)
{
    char temporary[PATH_MAX];

    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;

    /* Hidden, so that whoever collects files from the folder does not take a half one. */
    if (snprintf(temporary, sizeof temporary, "%.*s.%s.XXXXXX", (int)(name - path), path, name) >=
        (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return refuse_path(ret_refusal, path, "cannot be written");
    }
    AUTO(descriptor) int file = mkostemp(temporary, O_CLOEXEC); /* O_EXCL and 0600 */
    if (file < 0)
        return refuse_path(ret_refusal, path, "cannot be written");
    if (write_all(file, data) && fchmod(file, permissions) == 0 && fsync(file) == 0 &&
        give_name(temporary, path, mode) && file_sync_name(path) == OK)
        return OK;

    enum result result = errno == EEXIST
                             ? refuse(ret_refusal, REFUSAL_FILE_EXISTS, path, "is not overwritten")
                             : refuse_path(ret_refusal, path, "cannot be written");
    unlink(temporary);
    return result;
}
