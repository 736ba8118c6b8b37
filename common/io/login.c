/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/login.h"

#include <stdio.h>

#include "common/core/require.h"
#include "common/io/json.h"
#include "common/io/operators.h"
#include "common/io/password.h"
#include "common/io/permission.h"
#include "common/io/signature.h"

enum { COOKIE_BYTES = 160 };

void
login_init(struct login *login, struct door *door, bool encrypted)
{
    memset(login, 0, sizeof *login);
    login->door = door;
    login->encrypted = encrypted;
    login_guard_init(&login->guard);
}

/* The prefix makes browsers keep others than this very host from setting it (RFC 6265bis 4.1.3). */
const char *
login_cookie_name(const struct login *login)
{
    return login->encrypted ? "__Host-yidi" : "yidi";
}

static const char *
make_cookie(const struct login *login, const char *token, const char *more)
{
    char cookie[COOKIE_BYTES];
    snprintf(cookie, sizeof cookie, "%s=%s; Path=/; %sHttpOnly; SameSite=Strict%s",
             login_cookie_name(login), token, login->encrypted ? "Secure; " : "", more);
    return arena_copy_text(&login->door->arena, cookie);
}

/* ---- where it comes from ---- */

bool
login_is_same_origin(const struct http_request *request, bool encrypted)
{
    char own[300];
    const char *site = http_header(request, "Sec-Fetch-Site");
    const char *origin = http_header(request, "Origin");
    const char *host = http_header(request, "Host");
    if (site != NULL && strcmp(site, "same-origin") != 0)
        return false;
    if (origin == NULL)
        return true; /* no browser posts without it */
    int size = snprintf(own, sizeof own, "%s://%s", encrypted ? "https" : "http",
                        host == NULL ? "" : host);
    return size > 0 && (size_t)size < sizeof own && strcmp(origin, own) == 0;
}

static const char *
language_of(const struct http_request *request)
{
    const char *wanted = http_header(request, "Accept-Language");
    return wanted != NULL && strncmp(wanted, "en", 2) == 0 ? "en" : "zh";
}

/* ---- refusing ---- */

static enum http_verdict
refuse_locked(struct login *login, uint64_t locked_ms, struct http_response *ret_response)
{
    (void)door_refuse(login->door, REFUSAL_LOGIN_LOCKED, "", "see Retry-After", ret_response);
    ret_response->retry_after_s = (unsigned)((locked_ms + 999) / 1000);
    return HTTP_ANSWERED;
}

static enum http_verdict
refuse_failed(struct login *login, struct http_response *ret_response)
{
    return door_refuse(login->door, REFUSAL_LOGIN_FAILED, "",
                       "which of the two is wrong is not told", ret_response);
}

/* ---- taking one on ---- */

/* What the office refused, or never answered, was answered by the door alone. */
static struct login_attempt *
free_attempt(struct login *login)
{
    for (size_t i = 0; i < LOGINS_WAITING_MAX; i++) {
        struct login_attempt *attempt = &login->attempts[i];
        if (attempt->stage == LOGIN_FREE ||
            (attempt->stage == LOGIN_ASKED && !door_awaits(login->door, attempt->ticket)))
            return attempt;
    }
    return NULL;
}

static void
free_again(struct login_attempt *attempt)
{
    password_forget(attempt, sizeof *attempt);
}

static void
queue(struct login *login, struct login_attempt *attempt, const struct http_request *request,
      const Yidi__Credentials *credentials)
{
    const char *former = http_cookie(request, login_cookie_name(login));
    *attempt = (struct login_attempt){ .stage = LOGIN_QUEUED,
                                       .ticket = request->ticket,
                                       .order = ++login->order };
    snprintf(attempt->name, sizeof attempt->name, "%s", credentials->operator_);
    snprintf(attempt->password, sizeof attempt->password, "%s", credentials->password);
    snprintf(attempt->address, sizeof attempt->address, "%s", request->peer);
    snprintf(attempt->language, sizeof attempt->language, "%s", language_of(request));
    attempt->has_former = former != NULL && strlen(former) == SESSION_TOKEN_CHARS;
    if (attempt->has_former)
        session_digest(former, &attempt->former);
}

enum http_verdict
login_take(struct login *login, const struct http_request *request, const struct office_time *now,
           struct http_response *ret_response)
{
    struct refusal refusal = { 0 };
    ProtobufCMessage *message = NULL;
    arena_reset(&login->door->arena);
    if (json_decode(&yidi__credentials__descriptor, request->body, &login->door->arena, &message,
                    &refusal) != OK)
        return door_refuse(login->door, REFUSAL_MALFORMED, "", "an operator and a password",
                           ret_response);
    Yidi__Credentials *credentials = (Yidi__Credentials *)message;
    uint64_t locked_ms = login_guard_address_ms(&login->guard, request->peer, now);
    struct login_attempt *attempt = free_attempt(login);
    if (locked_ms == 0 && attempt != NULL)
        queue(login, attempt, request, credentials);
    password_forget(credentials->password, strlen(credentials->password));
    if (locked_ms > 0)
        return refuse_locked(login, locked_ms, ret_response);
    if (attempt == NULL)
        return door_refuse(login->door, REFUSAL_CONSOLE_BUSY, "", "too many log in at once",
                           ret_response);
    return HTTP_LATER;
}

/* ---- who sits there ---- */

static const char *
encode_session(struct login *login, const struct session *session, const char *language)
{
    const struct door_options *options = &login->door->options;
    Yidi__SessionShown shown = YIDI__SESSION_SHOWN__INIT;
    Yidi__SessionOffice office = YIDI__SESSION_OFFICE__INIT;
    if (operators_role_names(session->duties, &login->door->arena, &shown.roles, &shown.n_roles) !=
        OK)
        return NULL;
    office.code = (char *)options->office;
    office.name = (char *)session->office_name;
    office.role = (char *)options->role->unit;
    shown.operator_ = (char *)session->operator_name;
    shown.csrf = (char *)session->csrf;
    shown.language = (char *)language;
    shown.office = &office;
    shown.idle_ms = session->idle_ms;
    shown.ends_ms = session->ends_ms;
    return json_encode(&shown.base, &login->door->arena);
}

static void
fill_session(struct login *login, const struct session *session, const char *language,
             struct http_response *ret_response)
{
    const char *text = encode_session(login, session, language);
    if (text == NULL) {
        (void)door_refuse(login->door, REFUSAL_CONSOLE_BUSY, "", "out of memory", ret_response);
        return;
    }
    ret_response->status = 200;
    ret_response->type = "application/json";
    ret_response->body = bytes_of_text(text);
}

enum http_verdict
login_show(struct login *login, const struct http_request *request, const struct session *session,
           struct http_response *ret_response)
{
    arena_reset(&login->door->arena);
    fill_session(login, session, language_of(request), ret_response);
    return HTTP_ANSWERED;
}

/* ---- what the office answered ---- */

static struct login_attempt *
find_attempt(struct login *login, uint64_t ticket)
{
    for (size_t i = 0; i < LOGINS_WAITING_MAX; i++)
        if (login->attempts[i].stage == LOGIN_ASKED && login->attempts[i].ticket == ticket)
            return &login->attempts[i];
    return NULL;
}

static void
finish_open(void *context, uint64_t ticket, const Yidi__Response *response,
            struct http_response *ret_response)
{
    struct login *login = context;
    struct login_attempt *attempt = find_attempt(login, ticket);
    struct session session = { 0 };
    if (attempt == NULL || response->body_case != YIDI__RESPONSE__BODY_SESSION) {
        (void)refuse_failed(login, ret_response);
        return;
    }
    session.duties = attempt->roles;
    session.idle_ms = response->session->idle_ms;
    session.ends_ms = response->session->ends_ms;
    snprintf(session.operator_name, sizeof session.operator_name, "%.*s",
             (int)sizeof session.operator_name - 1, attempt->name);
    snprintf(session.csrf, sizeof session.csrf, "%s", attempt->csrf);
    snprintf(session.office_name, sizeof session.office_name, "%s", response->session->office_name);
    fill_session(login, &session, attempt->language, ret_response);
    ret_response->cookie = make_cookie(login, attempt->token, "");
    free_again(attempt);
}

static void
finish_refuse(void *context, uint64_t ticket, const Yidi__Response *response,
              struct http_response *ret_response)
{
    (void)response;
    struct login *login = context;
    struct login_attempt *attempt = find_attempt(login, ticket);
    if (attempt != NULL)
        free_again(attempt);
    (void)refuse_failed(login, ret_response);
}

static void
finish_close(void *context, uint64_t ticket, const Yidi__Response *response,
             struct http_response *ret_response)
{
    (void)ticket;
    (void)response;
    ret_response->status = 200;
    ret_response->type = "application/json";
    ret_response->body = bytes_of_text("{}");
    ret_response->cookie = make_cookie(context, "", "; Max-Age=0");
}

/* ---- verifying ---- */

static ProtobufCBinaryData
binary_of(const struct digest *digest)
{
    return (ProtobufCBinaryData){ .len = DIGEST_BYTES, .data = (uint8_t *)digest->bytes };
}

/* 256 random bits. */
static void
make_secret(char ret_text[SESSION_TOKEN_CHARS + 1])
{
    uint8_t random[SESSION_TOKEN_CHARS / 2];
    signature_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(ret_text + 2 * i, 3, "%02x", random[i]);
}

static enum result
ask_open(struct login *login, struct login_attempt *attempt, const Yidi__OperatorRow *person,
         const struct office_time *now, struct refusal *ret_refusal)
{
    struct digest digest;
    Yidi__SessionOpen open = YIDI__SESSION_OPEN__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    make_secret(attempt->token);
    make_secret(attempt->csrf);
    session_digest(attempt->token, &digest);
    attempt->roles = person->roles;
    open.name = person->name;
    open.generation = person->generation;
    open.token_digest = binary_of(&digest);
    open.csrf = attempt->csrf;
    if (attempt->has_former)
        open.former = binary_of(&attempt->former);
    request.operator_ = person->name;
    request.command_case = YIDI__REQUEST__COMMAND_SESSION_OPEN;
    request.session_open = &open;
    const struct door_finish finish = { .function = finish_open, .context = login };
    return door_ask(login->door, &request, attempt->ticket, &finish, now, ret_refusal);
}

static enum result
ask_refuse(struct login *login, const struct login_attempt *attempt,
           const Yidi__OperatorRow *person, const struct office_time *now,
           struct refusal *ret_refusal)
{
    Yidi__SessionRefuse refused = YIDI__SESSION_REFUSE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    refused.name = person == NULL ? (char *)"" : person->name;
    request.operator_ = (char *)PERMISSION_CONSOLE;
    request.command_case = YIDI__REQUEST__COMMAND_SESSION_REFUSE;
    request.session_refuse = &refused;
    const struct door_finish finish = { .function = finish_refuse, .context = login };
    return door_ask(login->door, &request, attempt->ticket, &finish, now, ret_refusal);
}

static enum result
find_person(struct login *login, const char *name, Yidi__OperatorRow **ret_person)
{
    AUTO(store_txn) struct store_txn *txn = NULL;
    enum result result = store_begin_read(login->door->options.store, &txn);
    if (result == OK)
        result = operators_find(txn, name, &login->door->arena, ret_person);
    return result == ERR_ABSENT ? OK : result;
}

/* The same work, whoever it is. */
static bool
is_right(const struct login_attempt *attempt, const Yidi__OperatorRow *person)
{
    bool can = person != NULL && person->password_hash[0] != '\0';
    bool right = password_verify(can ? person->password_hash : NULL, attempt->password);
    return right && !person->disabled;
}

/* Milliseconds for which this attempt is not heard. */
static uint64_t
wait_ms(struct login *login, const struct login_attempt *attempt, const Yidi__OperatorRow *person,
        const struct office_time *now)
{
    uint64_t by_name = login_guard_name_ms(&login->guard, attempt->name, person, now);
    uint64_t by_address = login_guard_address_ms(&login->guard, attempt->address, now);
    return by_name > by_address ? by_name : by_address;
}

/* OK: the office will answer. Otherwise the response is filled in. */
static enum result
verify(struct login *login, struct login_attempt *attempt, const struct office_time *now,
       struct http_response *ret_response)
{
    struct refusal refusal = { 0 };
    Yidi__OperatorRow *person = NULL;
    enum result result = find_person(login, attempt->name, &person);
    uint64_t locked_ms = wait_ms(login, attempt, person, now);
    if (result == OK && locked_ms > 0) {
        (void)refuse_locked(login, locked_ms, ret_response);
        return ERR_REFUSED;
    }
    bool right = result == OK && is_right(attempt, person);
    password_forget(attempt->password, sizeof attempt->password);
    if (right)
        login_guard_pass(&login->guard, attempt->name, person);
    else if (result == OK)
        login_guard_fail(&login->guard, attempt->name, attempt->address, person, now);
    if (result == OK)
        result = right ? ask_open(login, attempt, person, now, &refusal)
                       : ask_refuse(login, attempt, person, now, &refusal);
    if (result == OK)
        return OK;
    (void)door_refuse(login->door, result == ERR_REFUSED ? refusal.code : REFUSAL_CONSOLE_BUSY, "",
                      "nobody was logged in; try again", ret_response);
    return ERR_REFUSED;
}

static struct login_attempt *
next_attempt(struct login *login)
{
    struct login_attempt *next = NULL;
    for (size_t i = 0; i < LOGINS_WAITING_MAX; i++) {
        struct login_attempt *attempt = &login->attempts[i];
        if (attempt->stage == LOGIN_QUEUED && (next == NULL || attempt->order < next->order))
            next = attempt;
    }
    return next;
}

bool
login_waits(const struct login *login)
{
    return next_attempt((struct login *)(uintptr_t)login) != NULL;
}

void
login_run(struct login *login, struct http_server *server, const struct office_time *now)
{
    struct http_response response = { 0 };
    struct login_attempt *attempt = next_attempt(login);
    if (attempt == NULL)
        return;
    arena_reset(&login->door->arena);
    attempt->stage = LOGIN_ASKED;
    if (verify(login, attempt, now, &response) == OK)
        return;
    http_answer(server, attempt->ticket, &response);
    free_again(attempt);
}

/* ---- using it, and the end ---- */

enum http_verdict
login_end(struct login *login, const struct http_request *request, const struct session *session,
          const struct office_time *now, struct http_response *ret_response)
{
    struct refusal refusal = { 0 };
    Yidi__SessionClose closed = YIDI__SESSION_CLOSE__INIT;
    Yidi__Request command = YIDI__REQUEST__INIT;
    closed.token_digest = binary_of(&session->digest);
    command.operator_ = (char *)session->operator_name;
    command.command_case = YIDI__REQUEST__COMMAND_SESSION_CLOSE;
    command.session_close = &closed;
    const struct door_finish finish = { .function = finish_close, .context = login };
    arena_reset(&login->door->arena);
    if (door_ask(login->door, &command, request->ticket, &finish, now, &refusal) == OK)
        return HTTP_LATER;
    return door_refuse(login->door, REFUSAL_CONSOLE_BUSY, "", "try again", ret_response);
}

void
login_touch(struct login *login, const struct session *session)
{
    Yidi__SessionTouch touched = YIDI__SESSION_TOUCH__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    touched.token_digest = binary_of(&session->digest);
    request.operator_ = (char *)session->operator_name;
    request.command_case = YIDI__REQUEST__COMMAND_SESSION_TOUCH;
    request.session_touch = &touched;
    arena_reset(&login->door->arena);
    door_tell(login->door, &request);
}
