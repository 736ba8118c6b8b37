/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/session.h"

#include <stdio.h>

#include "common/core/lockout.h"
#include "common/io/operators.h"
#include "common/io/signature.h"
#include "common/io/wire.h"

enum { CLOCK_BACK_MAX_MS = 60000 }; /* a session from the future was begun under another clock */

void
session_digest(const char *token, struct digest *ret_digest)
{
    signature_digest_one(bytes_of_text(token), ret_digest);
}

static struct bytes
key_of(const struct digest *digest)
{
    return bytes_of(digest->bytes, DIGEST_BYTES);
}

/* ---- looking ---- */

static enum result
load(struct store_txn *txn, struct bytes key, struct arena *arena, Yidi__SessionRow **ret_row)
{
    ProtobufCMessage *message;
    struct bytes value;
    enum result result = store_get(txn, TABLE_SESSIONS, key, &value);
    if (result != OK)
        return result;
    if (wire_decode(&yidi__session_row__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    *ret_row = (Yidi__SessionRow *)message;
    return OK;
}

static bool
is_in_time(const Yidi__SessionRow *row, uint64_t now_ms)
{
    uint64_t idle_ms = now_ms > row->seen_ms ? now_ms - row->seen_ms : 0;
    return now_ms < row->ends_ms && idle_ms < row->idle_ms &&
           now_ms + CLOCK_BACK_MAX_MS >= row->began_ms;
}

/* OK, or ERR_ABSENT: the operator is gone, disabled or changed. */
static enum result
find_operator(struct store_txn *txn, const char *name, uint64_t generation, struct arena *arena,
              Yidi__OperatorRow **ret_row)
{
    enum result result = operators_find(txn, name, arena, ret_row);
    if (result == OK && ((*ret_row)->disabled || (*ret_row)->generation != generation))
        return ERR_ABSENT;
    return result;
}

static uint64_t
touch_ms(const Yidi__SessionRow *row)
{
    return row->idle_ms / 4 < SESSION_TOUCH_MS ? row->idle_ms / 4 : SESSION_TOUCH_MS;
}

static enum result
find(struct store_txn *txn, const struct digest *digest, uint64_t now_ms, struct arena *arena,
     struct session *ret_session)
{
    Yidi__SessionRow *row = NULL;
    Yidi__OperatorRow *person = NULL;
    enum result result = load(txn, key_of(digest), arena, &row);
    if (result == OK && !is_in_time(row, now_ms))
        return ERR_ABSENT;
    if (result == OK)
        result = find_operator(txn, row->operator_, row->generation, arena, &person);
    if (result != OK)
        return result;
    *ret_session = (struct session){
        .duties = person->roles,
        .digest = *digest,
        .idle_ms = row->idle_ms,
        .ends_ms = row->ends_ms,
        .wants_touch = now_ms > row->seen_ms && now_ms - row->seen_ms >= touch_ms(row),
    };
    snprintf(ret_session->operator_name, sizeof ret_session->operator_name, "%s", person->name);
    snprintf(ret_session->csrf, sizeof ret_session->csrf, "%s", row->csrf);
    snprintf(ret_session->office_name, sizeof ret_session->office_name, "%s", row->office_name);
    return OK;
}

enum result
session_find(struct store_txn *txn, const char *token, uint64_t now_ms, struct session *ret_session)
{
    AUTO(arena) struct arena arena;
    struct digest digest;
    arena_init(&arena);
    session_digest(token, &digest);
    return find(txn, &digest, now_ms, &arena, ret_session);
}

/* ---- making room ---- */

struct crowd {
    size_t all, of_operator;
    bool found;
    struct digest oldest; /* of the operator */
    uint64_t oldest_ms;
};

static void
count_row(struct crowd *crowd, struct bytes key, const Yidi__SessionRow *row, const char *name)
{
    crowd->all++;
    if (strcmp(row->operator_, name) != 0)
        return;
    crowd->of_operator++;
    if (crowd->found && row->began_ms >= crowd->oldest_ms)
        return;
    crowd->found = true;
    crowd->oldest_ms = row->began_ms;
    memcpy(crowd->oldest.bytes, key.data, DIGEST_BYTES);
}

/* What is over goes; the rest is counted. There are few, and somebody logs in rarely. */
static enum result
sweep(struct turn *turn, const char *name, struct crowd *ret_crowd)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    *ret_crowd = (struct crowd){ 0 };
    enum result result = store_cursor_open(turn->txn, TABLE_SESSIONS, bytes_of(NULL, 0), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        Yidi__SessionRow *row = NULL;
        Yidi__OperatorRow *person = NULL;
        struct bytes kept = arena_copy(turn->arena, key);
        if (kept.data == NULL)
            return ERR_MEMORY;
        result = load(turn->txn, kept, turn->arena, &row);
        if (result == OK)
            result = is_in_time(row, turn->now_ms)
                         ? find_operator(turn->txn, row->operator_, row->generation, turn->arena,
                                         &person)
                         : ERR_ABSENT;
        if (result == OK)
            count_row(ret_crowd, kept, row, name);
        else if (result == ERR_ABSENT)
            result = store_delete(turn->txn, TABLE_SESSIONS, kept);
    }
    return result == ERR_ABSENT ? OK : result;
}

static enum result
make_room(struct turn *turn, const char *name, struct refusal *ret_refusal)
{
    struct crowd crowd;
    enum result result = sweep(turn, name, &crowd);
    if (result != OK)
        return result;
    if (crowd.of_operator >= SESSIONS_PER_OPERATOR_MAX)
        return store_delete(turn->txn, TABLE_SESSIONS, key_of(&crowd.oldest));
    if (crowd.all >= SESSIONS_MAX)
        return refuse(ret_refusal, REFUSAL_CONSOLE_BUSY, "", "%d sessions are open", SESSIONS_MAX);
    return OK;
}

/* ---- in a turn ---- */

static enum result
put(struct turn *turn, struct bytes key, const Yidi__SessionRow *row)
{
    struct bytes packed = wire_encode(&row->base, turn->arena);
    return packed.data == NULL ? ERR_MEMORY : store_put(turn->txn, TABLE_SESSIONS, key, packed);
}

static enum result
forget(struct turn *turn, const ProtobufCBinaryData *digest)
{
    enum result result =
        store_delete(turn->txn, TABLE_SESSIONS, bytes_of(digest->data, digest->len));
    return result == ERR_ABSENT ? OK : result;
}

static enum result
put_new(struct turn *turn, const Yidi__SessionOpen *open, Yidi__Response *response)
{
    const struct office_options *options = &turn->office->options;
    Yidi__SessionReport *report = arena_take(turn->arena, sizeof *report);
    Yidi__SessionRow row = YIDI__SESSION_ROW__INIT;
    if (report == NULL)
        return ERR_MEMORY;
    yidi__session_report__init(report);
    report->office_name = office_self(turn->office)->name;
    response->body_case = YIDI__RESPONSE__BODY_SESSION;
    response->session = report;
    row.version = 1;
    row.operator_ = open->name;
    row.generation = open->generation;
    row.began_ms = row.seen_ms = turn->now_ms;
    row.idle_ms = options->session_idle_ms;
    row.ends_ms = turn->now_ms + options->session_max_ms;
    report->idle_ms = row.idle_ms;
    report->ends_ms = row.ends_ms;
    row.csrf = open->csrf;
    row.office_name = report->office_name;
    return put(turn, bytes_of(open->token_digest.data, open->token_digest.len), &row);
}

static enum result
log_in(struct turn *turn, const Yidi__SessionOpen *open, Yidi__Response *response,
       struct refusal *ret_refusal)
{
    Yidi__OperatorRow *person = NULL;
    enum result result =
        find_operator(turn->txn, open->name, open->generation, turn->arena, &person);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_LOGIN_FAILED, "", "try again");
    if (result == OK)
        result = make_room(turn, open->name, ret_refusal);
    if (result != OK)
        return result;
    person->failures = 0;
    person->next_try_ms = 0;
    person->last_login_ms = turn->now_ms;
    turn_begin_act(turn, "", "log-in", "");
    result = turn_journal_cause(turn);
    if (result == OK)
        result = operators_put(turn->txn, person, turn->arena);
    if (result == OK && open->former.len == DIGEST_BYTES)
        result = forget(turn, &open->former);
    return result == OK ? put_new(turn, open, response) : result;
}

/* Nobody knows who it was: the entry names no operator, and in its text only one that exists. */
static enum result
note_refused(struct turn *turn, const Yidi__SessionRefuse *refused)
{
    Yidi__OperatorRow *person = NULL;
    enum result result = operators_find(turn->txn, refused->name, turn->arena, &person);
    if (result == OK) {
        struct lockout lockout = { .failures = person->failures, .next_ms = person->next_try_ms };
        lockout_fail(&lockout, LOCKOUT_OPERATOR_FREE, turn->now_ms);
        person->failures = lockout.failures;
        person->next_try_ms = lockout.next_ms;
        result = operators_put(turn->txn, person, turn->arena);
    }
    if (result != OK && result != ERR_ABSENT)
        return result;
    turn->operator= "";
    turn_begin_act(turn, "", "log-in-refused", person == NULL ? "" : person->name);
    return turn_journal_cause(turn);
}

static enum result
touch(struct turn *turn, const Yidi__SessionTouch *touched)
{
    const struct bytes key = bytes_of(touched->token_digest.data, touched->token_digest.len);
    Yidi__SessionRow *row = NULL;
    enum result result = load(turn->txn, key, turn->arena, &row);
    if (result == ERR_ABSENT || (result == OK && !is_in_time(row, turn->now_ms)))
        return OK; /* what has ended does not begin again */
    if (result != OK || turn->now_ms < row->seen_ms + touch_ms(row))
        return result;
    row->seen_ms = turn->now_ms;
    return put(turn, key, row);
}

static enum result
log_out(struct turn *turn, const Yidi__SessionClose *closed)
{
    turn_begin_act(turn, "", "log-out", "");
    enum result result = turn_journal_cause(turn);
    return result == OK ? forget(turn, &closed->token_digest) : result;
}

bool
session_handles(const Yidi__Request *request)
{
    switch (request->command_case) {
    case YIDI__REQUEST__COMMAND_SESSION_OPEN:
    case YIDI__REQUEST__COMMAND_SESSION_REFUSE:
    case YIDI__REQUEST__COMMAND_SESSION_TOUCH:
    case YIDI__REQUEST__COMMAND_SESSION_CLOSE:
        return true;
    default:
        return false;
    }
}

static enum result
answer_done(struct turn *turn, Yidi__Response *response)
{
    Yidi__SessionReport *report = arena_take(turn->arena, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    yidi__session_report__init(report);
    response->body_case = YIDI__RESPONSE__BODY_SESSION;
    response->session = report;
    return OK;
}

enum result
session_take(struct turn *turn, const Yidi__Request *request, Yidi__Response *response,
             struct refusal *ret_refusal)
{
    enum result result;
    if (request->command_case == YIDI__REQUEST__COMMAND_SESSION_OPEN)
        return log_in(turn, request->session_open, response, ret_refusal);
    if (request->command_case == YIDI__REQUEST__COMMAND_SESSION_REFUSE)
        result = note_refused(turn, request->session_refuse);
    else if (request->command_case == YIDI__REQUEST__COMMAND_SESSION_TOUCH)
        result = touch(turn, request->session_touch);
    else
        result = log_out(turn, request->session_close);
    return result == OK ? answer_done(turn, response) : result;
}

/* ---- after a restore ---- */

enum result
session_end_all(struct store_txn *txn)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    enum result result = store_cursor_open(txn, TABLE_SESSIONS, bytes_of(NULL, 0), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        uint8_t kept[DIGEST_BYTES];
        if (key.size != sizeof kept)
            return ERR_DAMAGED;
        memcpy(kept, key.data, sizeof kept);
        result = store_delete(txn, TABLE_SESSIONS, bytes_of(kept, sizeof kept));
    }
    return result == ERR_ABSENT ? OK : result;
}
