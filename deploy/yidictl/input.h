/* SPDX-License-Identifier: Apache-2.0
 *
 * input - what a user hands over: whole files, standard input, dates.
 */
#ifndef YIDICTL_INPUT_H
#define YIDICTL_INPUT_H

#include <stdbool.h>

#include "common/core/arena.h"
#include "common/core/bytes.h"
#include "common/core/limits.h"
#include "common/core/refusal.h"

/* Read a file into the arena; "-" is standard input.
 *
 * ERR_REFUSED  FILE_UNREADABLE; also when it has more than bytes_max. ERR_MEMORY */
enum result input_read(const char *path, size_t bytes_max, struct arena *arena,
                       struct bytes *ret_data, struct refusal *ret_refusal) MUST_CHECK;

/* What is wrong inside a file, told with the file's name: the refusal's field becomes the path. */
enum result input_blame(const char *path, const struct refusal *inner, struct refusal *ret_refusal);

/* A date as people write it, 2027-01-31 or the digits alone. False when it is none. */
bool input_date(const char *text, uint32_t *ret_date);

#endif
