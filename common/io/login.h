/* SPDX-License-Identifier: Apache-2.0
 *
 * login - from a name and a password to a session; the console's half, in its thread.
 *
 * Passwords are verified one after the other, one in each round of the thread, so that whoever
 * else waits does so for one verification at most; at most LOGINS_WAITING_MAX wait. Whoever
 * fails is locked out for a while, by name and by address, and is answered in the same words and
 * after the same work whether or not there is such an operator. What was found goes to the office,
 * whose turn opens the session, counts the failure, and journals either.
 */
#ifndef IO_LOGIN_H
#define IO_LOGIN_H

#include "common/io/door.h"
#include "common/io/login_guard.h"

enum { LOGIN_NAME_BYTES = 201, LOGIN_PASSWORD_BYTES = 513 };

enum login_stage { LOGIN_FREE, LOGIN_QUEUED, LOGIN_ASKED };

struct login_attempt {
    enum login_stage stage;
    uint64_t ticket;
    uint64_t order; /* whoever came first is first */
    char name[LOGIN_NAME_BYTES];
    char password[LOGIN_PASSWORD_BYTES]; /* until it was verified */
    char address[64];
    char language[3];
    bool has_former; /* a session that the browser holds already; it ends */
    struct digest former;
    uint32_t roles;
    char token[SESSION_TOKEN_CHARS + 1];
    char csrf[SESSION_CSRF_CHARS + 1];
};

struct login {
    struct door *door;
    bool encrypted; /* the cookie goes over TLS only */
    uint64_t order;
    struct login_attempt attempts[LOGINS_WAITING_MAX];
    struct login_guard guard;
};

/* The login is big; leave it where it is. */
void login_init(struct login *login, struct door *door, bool encrypted);

/* The cookie's name. */
const char *login_cookie_name(const struct login *login);

/* Does the request come from a page of this office, or from no page at all? */
bool login_is_same_origin(const struct http_request *request, bool encrypted);

/* POST session: queue it, or refuse it. */
enum http_verdict login_take(struct login *login, const struct http_request *request,
                             const struct office_time *now, struct http_response *ret_response);

/* POST logout. */
enum http_verdict login_end(struct login *login, const struct http_request *request,
                            const struct session *session, const struct office_time *now,
                            struct http_response *ret_response);

/* GET session: who sits there. */
enum http_verdict login_show(struct login *login, const struct http_request *request,
                             const struct session *session, struct http_response *ret_response);

/* The session is in use: have it written down. */
void login_touch(struct login *login, const struct session *session);

/* Does somebody wait for login_run? */
bool login_waits(const struct login *login);

/* Verify one password, and ask the office. */
void login_run(struct login *login, struct http_server *server, const struct office_time *now);

#endif
