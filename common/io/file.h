/* SPDX-License-Identifier: Apache-2.0
 *
 * file - whole files: read with a bound, written atomically.
 *
 * For keys, certificates, directories and other small files that are read at once. A file appears
 * under its name complete and on disk, or not at all. Knows no format.
 */
#ifndef IO_FILE_H
#define IO_FILE_H

#include <sys/types.h>

#include "common/core/bytes.h"
#include "common/core/refusal.h"
#include "common/core/result.h"

/* Read a regular file.
 *
 * ret_data     out; malloc'ed, with a terminator behind it that is not counted; the caller frees
 * it.
 * ERR_REFUSED  FILE_UNREADABLE; the field is the path. Also when it has more than bytes_max. */
enum result file_read(const char *path, size_t bytes_max, uint8_t **ret_data, size_t *ret_size,
                      struct refusal *ret_refusal) MUST_CHECK;

/* The same for a secret: KEY_INVALID when others than its owner may read or write it. (The group
 * may read a file of root's, as a credential handed over by systemd shows.) */
enum result file_read_secret(const char *path, size_t bytes_max, uint8_t **ret_data,
                             size_t *ret_size, struct refusal *ret_refusal) MUST_CHECK;

enum file_write_mode {
    FILE_NEW,     /* refused when there is such a file */
    FILE_REPLACE, /* the old one stays until the new one is complete */
};

/* Write a file, beside its name first, with full sync of the file and its folder.
 *
 * permissions  such as 0600; the umask does not matter.
 * ERR_REFUSED  FILE_UNREADABLE, with FILE_NEW also FILE_EXISTS; the field is the path, and nothing
 *              was changed. */
enum result file_write(const char *path, struct bytes data, mode_t permissions,
                       enum file_write_mode mode, struct refusal *ret_refusal) MUST_CHECK;

/* Make the name of a file or folder durable: it is, once the folder that it stands in is synced. */
enum result file_sync_name(const char *path) MUST_CHECK;

#endif
