/* SPDX-License-Identifier: Apache-2.0
 *
 * store_blame - the coded refusal for a store that cannot be opened.
 */
#ifndef IO_STORE_BLAME_H
#define IO_STORE_BLAME_H

#include "common/core/refusal.h"

/* Say why the store in a directory could not be opened; not while this process has it open.
 *
 * field    of the refusal: an option, or the path.
 * failure  what opening it answered.
 *
 * ERR_REFUSED  FILE_UNREADABLE there is none, it cannot be read, or is in use; STORE_DAMAGED;
 *              STORE_FORMAT; DISK_FULL */
enum result store_blame(const char *directory, const char *field, enum result failure,
                        struct refusal *ret_refusal);

#endif
