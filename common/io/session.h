/* SPDX-License-Identifier: Apache-2.0
 *
 * session - who sits in front of a browser: from the token in a request's cookie to an operator.
 */
#ifndef IO_SESSION_H
#define IO_SESSION_H

#include "common/core/limits.h"
#include "common/io/store.h"

enum { SESSION_TOKEN_CHARS = 64, SESSION_CSRF_CHARS = 64 };

struct session {
    char operator_name[OPERATOR_BYTES_MAX + 1];
    uint32_t duties;                   /* set of what the operator may do */
    char csrf[SESSION_CSRF_CHARS + 1]; /* every POST brings it in a header */
};

/* Whose token is that? Any thread may ask, with its own transaction.
 *
 * ERR_ABSENT  nobody's, or not any more. */
enum result session_find(struct store_txn *txn, const char *token, uint64_t now_ms,
                         struct session *ret_session) MUST_CHECK;

#endif
