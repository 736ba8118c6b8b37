/* SPDX-License-Identifier: Apache-2.0
 *
 * password - what is kept of an operator's password: its argon2id hash (libsodium), as text with
 * salt and cost.
 *
 * One hash takes 64 MiB and about a tenth of a second: never in the loop's thread, and never many
 * at once.
 */
#ifndef IO_PASSWORD_H
#define IO_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/refusal.h"

enum { PASSWORD_CHARS_MIN = 10, PASSWORD_BYTES_MAX = 128, PASSWORD_HASH_BYTES = 128 };

/* Is it one that may be chosen? PASSWORD_INVALID: too short, too long, not text, or the name. */
enum result password_check(const char *password, const char *operator_name,
                           struct refusal *ret_refusal) MUST_CHECK;

/* ERR_MEMORY */
enum result password_hash(const char *password, char ret_hash[PASSWORD_HASH_BYTES]) MUST_CHECK;

/* Is it the hash of what password_hash was given? Takes as long for every password. NULL, for
 * somebody who does not exist: no, and that takes just as long. */
bool password_verify(const char *hash, const char *password);

/* Does that text look like a hash, at the cost of ours? Whoever hands another one in would choose
 * what a log-in costs us. */
bool password_is_hash(const char *text);

/* Overwrite what was a password. */
void password_forget(void *text, size_t size);

#endif
