/* SPDX-License-Identifier: Apache-2.0
 *
 * store_check - an office's store looked at from outside: whose it is, where its journal stands,
 * whether all of it holds.
 *
 * Works in a process of its own, because whoever reads a store whose bytes were changed at random
 * may be killed by what stands there. Changes nothing.
 */
#ifndef YIDICTL_STORE_CHECK_H
#define YIDICTL_STORE_CHECK_H

#include "common/core/refusal.h"
#include "common/io/journal.h"

struct store_check {
    uint32_t epoch;
    uint64_t entries;
    char head[TREE_HEAD_BYTES_MAX]; /* the last one; empty when the journal is */
    uint64_t head_time_ms;
    struct journal_report report; /* of a full check */
};

enum store_check_depth {
    STORE_CHECK_QUICK, /* it opens, and tree and last head agree */
    STORE_CHECK_FULL,  /* journal_audit as well */
};

/* Check the store in a directory.
 *
 * ret_check    out; written also when refused, as far as it was seen.
 * ERR_REFUSED  FILE_UNREADABLE there is none, or it cannot be read; STORE_DAMAGED with what is
 *              wrong; STORE_FOREIGN; STORE_FORMAT. The field is the directory. */
enum result store_check(const char *directory, const char *office,
                        struct envelope_verifier *verifier, enum store_check_depth depth,
                        struct store_check *ret_check, struct refusal *ret_refusal) MUST_CHECK;

#endif
