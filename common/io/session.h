/* SPDX-License-Identifier: Apache-2.0
 *
 * session - who sits in front of a browser: from the token in a request's cookie to an operator.
 *
 * The store keeps the digest of the token, never the token (table sessions), so sessions outlive
 * the daemon, and whoever reads a backup logs in nowhere. A session ends on log-out, when it stood
 * idle, after a time whatever happens, and with every change of its operator's row. That it is in
 * use is written now and then only (SESSION_TOUCH_MS, or a quarter of the idle time when that is
 * less): it may end so much before its idle time is over, never after it.
 */
#ifndef IO_SESSION_H
#define IO_SESSION_H

#include "common/core/bytes.h"
#include "common/core/limits.h"
#include "common/core/refusal.h"
#include "common/io/store.h"
#include "proto/control.pb-c.h"

enum {
    SESSION_TOKEN_CHARS = 64,
    SESSION_CSRF_CHARS = 64,
    SESSION_OFFICE_BYTES = 151,
    SESSION_TOUCH_MS = 60000
};

struct session {
    char operator_name[OPERATOR_BYTES_MAX + 1];
    uint32_t duties;                   /* set of roles (domain/duty.h) */
    char csrf[SESSION_CSRF_CHARS + 1]; /* every POST brings it in a header */
    char office_name[SESSION_OFFICE_BYTES];
    struct digest digest; /* of its token */
    bool wants_touch;     /* it is time to write down that it is in use */
    uint64_t idle_ms;     /* how long it may stand unused */
    uint64_t ends_ms;     /* Unix; when it ends whatever happens */
};

/* What the store knows a token by. */
void session_digest(const char *token, struct digest *ret_digest);

/* Whose token is that? Any thread may ask, with its own transaction.
 *
 * ERR_ABSENT  nobody's, or not any more. */
enum result session_find(struct store_txn *txn, const char *token, uint64_t now_ms,
                         struct session *ret_session) MUST_CHECK;

/* Is it one of the commands SessionOpen, SessionRefuse, SessionTouch, SessionClose? */
bool session_handles(const Yidi__Request *request);

/* Do it, as part of a turn; log-in, refused log-in and log-out are journalled.
 *
 * ERR_REFUSED  LOGIN_FAILED: the operator was changed since the password was verified;
 *              CONSOLE_BUSY: SESSIONS_MAX are open. */
struct turn;
enum result session_take(struct turn *turn, const Yidi__Request *request, Yidi__Response *response,
                         struct refusal *ret_refusal) MUST_CHECK;

/* End all of them: what was open when a backup was made, is over when it is restored. */
enum result session_end_all(struct store_txn *txn) MUST_CHECK;

#endif
