/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/copy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STEP_BYTES = 1024 * 1024, SECOND_NS = 1000000000 };

static void
descriptor_auto(const int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
}

static enum result
refuse_write(const char *path, struct refusal *ret_refusal)
{
    bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    enum refusal_code code = full              ? REFUSAL_DISK_FULL
                             : errno == EEXIST ? REFUSAL_FILE_EXISTS
                                               : REFUSAL_FILE_UNREADABLE;
    return refuse(ret_refusal, code, path, "cannot be written: %s", strerror(errno));
}

static uint64_t
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* ---- writing ---- */

enum result
copy_file_open(struct copy_file *copy, const char *path, uint64_t bytes_per_second_max,
               struct refusal *ret_refusal)
{
    *copy = (struct copy_file){ .path = path, .file = -1 };
    copy->bytes_per_second_max = bytes_per_second_max;
    copy->begun_ns = now_ns();
    copy->digest = digest_stream_new();
    if (copy->digest == NULL)
        return ERR_MEMORY;
    copy->file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return copy->file < 0 ? refuse_write(path, ret_refusal) : OK;
}

void
copy_file_close(struct copy_file *copy)
{
    if (copy->digest == NULL) /* never opened */
        return;
    if (copy->file >= 0)
        close(copy->file);
    digest_stream_destroy(MOVE(copy->digest));
    copy->file = -1;
}

/* Wait until so much may have been written. */
static void
keep_pace(const struct copy_file *copy)
{
    if (copy->bytes_per_second_max == 0)
        return;
    uint64_t due_ns = copy->begun_ns + (uint64_t)((double)copy->bytes * SECOND_NS /
                                                  (double)copy->bytes_per_second_max);
    uint64_t present_ns = now_ns();
    if (present_ns >= due_ns)
        return;
    const struct timespec pause = { .tv_sec = (time_t)((due_ns - present_ns) / SECOND_NS),
                                    .tv_nsec = (long)((due_ns - present_ns) % SECOND_NS) };
    (void)nanosleep(&pause, NULL);
}

static enum result
write_step(struct copy_file *copy, struct bytes step, struct refusal *ret_refusal)
{
    for (size_t done = 0; done < step.size;) {
        ssize_t put = write(copy->file, step.data + done, step.size - done);
        if (put < 0 && errno != EINTR)
            return refuse_write(copy->path, ret_refusal);
        done += put > 0 ? (size_t)put : 0;
    }
    if (fdatasync(copy->file) != 0)
        return refuse_write(copy->path, ret_refusal);
    copy->bytes += step.size;
    keep_pace(copy);
    return OK;
}

enum result
copy_file_add(struct copy_file *copy, struct bytes piece, struct refusal *ret_refusal)
{
    enum result result = OK;
    digest_stream_add(copy->digest, piece);
    for (size_t at = 0; at < piece.size && result == OK; at += STEP_BYTES) {
        size_t left = piece.size - at;
        struct bytes step = bytes_of(piece.data + at, left < STEP_BYTES ? left : STEP_BYTES);
        result = write_step(copy, step, ret_refusal);
    }
    return result;
}

enum result
copy_file_end(struct copy_file *copy, struct digest *ret_digest, struct refusal *ret_refusal)
{
    if (fsync(copy->file) != 0)
        return refuse_write(copy->path, ret_refusal);
    digest_stream_end(copy->digest, ret_digest);
    return OK;
}

/* ---- reading ---- */

typedef enum result take_fn(void *context, struct bytes piece, struct refusal *ret_refusal);

/* Hand over the content of a file; what memory has of it is dropped before, as far as possible. */
static enum result
read_through(const char *path, take_fn *take, void *context, struct refusal *ret_refusal)
{
    AUTO(heap) uint8_t *piece = malloc(STEP_BYTES);
    AUTO(descriptor) int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    enum result result = OK;
    ssize_t got = 1;
    if (piece == NULL)
        return ERR_MEMORY;
    if (file >= 0)
        (void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    while (result == OK && got != 0) {
        got = file < 0 ? -1 : read(file, piece, STEP_BYTES);
        if (got < 0 && (file < 0 || errno != EINTR))
            return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, path, "cannot be read: %s",
                          strerror(errno));
        if (got > 0)
            result = take(context, bytes_of(piece, (size_t)got), ret_refusal);
    }
    return result;
}

static enum result
take_copy(void *context, struct bytes piece, struct refusal *ret_refusal)
{
    return copy_file_add(context, piece, ret_refusal);
}

enum result
copy_file_add_file(struct copy_file *copy, const char *from, struct refusal *ret_refusal)
{
    return read_through(from, take_copy, copy, ret_refusal);
}

struct reading {
    struct digest_stream *digest;
    uint64_t bytes;
};

static enum result
take_digest(void *context, struct bytes piece, struct refusal *ret_refusal)
{
    struct reading *reading = context;
    (void)ret_refusal;
    digest_stream_add(reading->digest, piece);
    reading->bytes += piece.size;
    return OK;
}

enum result
copy_file_read_back(const char *path, uint64_t *ret_bytes, struct digest *ret_digest,
                    struct refusal *ret_refusal)
{
    AUTO(digest_stream) struct digest_stream *digest = digest_stream_new();
    struct reading reading = { .digest = digest };
    if (digest == NULL)
        return ERR_MEMORY;
    enum result result = read_through(path, take_digest, &reading, ret_refusal);
    if (result != OK)
        return result;
    digest_stream_end(digest, ret_digest);
    *ret_bytes = reading.bytes;
    return OK;
}
