/* SPDX-License-Identifier: Apache-2.0
 *
 * copy_file - a big new file, written piece by piece beside a daemon that must not notice.
 *
 * A disk that is given hundreds of megabytes at once makes everybody's next sync wait for them.
 * So the copy is synced in small steps, with pauses between them. Knows the digest of what it
 * wrote.
 */
#ifndef YIDICTL_COPY_FILE_H
#define YIDICTL_COPY_FILE_H

#include "common/core/bytes.h"
#include "common/core/refusal.h"
#include "common/io/signature_stream.h"

struct copy_file {
    const char *path; /* borrowed */
    int file;
    uint64_t bytes;
    uint64_t bytes_per_second_max; /* 0: as fast as it goes */
    uint64_t begun_ns;             /* monotonic */
    struct digest_stream *digest;
};

/* Create the file, mode 0600. FILE_EXISTS, FILE_UNREADABLE, DISK_FULL; the field is the path. */
enum result copy_file_open(struct copy_file *copy, const char *path, uint64_t bytes_per_second_max,
                           struct refusal *ret_refusal) MUST_CHECK;
void copy_file_close(struct copy_file *copy);

enum result copy_file_add(struct copy_file *copy, struct bytes piece,
                          struct refusal *ret_refusal) MUST_CHECK;

/* Sync it; nothing may be added any more. */
enum result copy_file_end(struct copy_file *copy, struct digest *ret_digest,
                          struct refusal *ret_refusal) MUST_CHECK;

/* Add what stands in another file. FILE_UNREADABLE when that cannot be read. */
enum result copy_file_add_file(struct copy_file *copy, const char *from,
                               struct refusal *ret_refusal) MUST_CHECK;

/* Size and digest of a file as the disk has it, not as memory still has it. */
enum result copy_file_read_back(const char *path, uint64_t *ret_bytes, struct digest *ret_digest,
                                struct refusal *ret_refusal) MUST_CHECK;

static inline void
copy_file_auto(struct copy_file *copy)
{
    copy_file_close(copy);
}

#endif
