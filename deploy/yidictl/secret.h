/* SPDX-License-Identifier: Apache-2.0
 *
 * secret - a password as somebody chooses it: typed twice at a terminal that does not show it, or
 * the first line of a file. Never an argument, which everybody can see.
 */
#ifndef YIDICTL_SECRET_H
#define YIDICTL_SECRET_H

#include "common/core/refusal.h"
#include "common/io/password.h"

/* Read it, check it, and answer its hash; the password itself is overwritten.
 *
 * path         file, or "-": standard input; NULL: the terminal.
 * ERR_REFUSED  PASSWORD_INVALID, FILE_UNREADABLE; OPTION_INVALID: neither path nor terminal. */
enum result secret_read(const char *path, const char *operator_name,
                        char ret_hash[PASSWORD_HASH_BYTES], struct refusal *ret_refusal) MUST_CHECK;

#endif
