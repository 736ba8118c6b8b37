/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/operators.h"

#include <stdio.h>

#include "common/core/lockout.h"
#include "common/domain/duty.h"
#include "common/domain/operator_name.h"
#include "common/io/password.h"
#include "common/io/wire.h"

enum { DETAIL_BYTES = OPERATOR_BYTES_MAX + DUTY_WORDS_BYTES + 4 };

/* ---- rows ---- */

enum result
operators_exist(struct store_txn *txn, bool *ret_exist)
{
    uint64_t rows = 0;
    enum result result = store_count(txn, TABLE_OPERATORS, &rows);
    if (result == OK)
        *ret_exist = rows > 0;
    return result;
}

static enum result
decode_row(struct bytes value, struct arena *arena, Yidi__OperatorRow **ret_row)
{
    ProtobufCMessage *message;
    if (wire_decode(&yidi__operator_row__descriptor, value, arena, &message, NULL) != OK)
        return ERR_DAMAGED;
    *ret_row = (Yidi__OperatorRow *)message;
    return OK;
}

enum result
operators_find(struct store_txn *txn, const char *name, struct arena *arena,
               Yidi__OperatorRow **ret_row)
{
    struct bytes value;
    if (operator_name_check(name, "", NULL) != OK)
        return ERR_ABSENT;
    enum result result = store_get(txn, TABLE_OPERATORS, bytes_of_text(name), &value);
    return result == OK ? decode_row(value, arena, ret_row) : result;
}

enum result
operators_put(struct store_txn *txn, const Yidi__OperatorRow *row, struct arena *arena)
{
    struct bytes packed = wire_encode(&row->base, arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    return store_put(txn, TABLE_OPERATORS, bytes_of_text(row->name), packed);
}

/* ---- showing ---- */

enum result
operators_role_names(uint32_t roles, struct arena *arena, char ***ret_names, size_t *ret_count)
{
    char **names = arena_take(arena, DUTY_ROLE_COUNT * sizeof *names);
    size_t count = 0;
    if (names == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < DUTY_ROLE_COUNT; i++)
        if ((roles >> i & 1) != 0)
            names[count++] = (char *)duty_role_name(i);
    *ret_names = names;
    *ret_count = count;
    return OK;
}

static enum result
summarize(const Yidi__OperatorRow *row, uint64_t now_ms, struct arena *arena,
          Yidi__OperatorSummary **ret_summary)
{
    const struct lockout lockout = { .failures = row->failures, .next_ms = row->next_try_ms };
    Yidi__OperatorSummary *summary = arena_take(arena, sizeof *summary);
    if (summary == NULL)
        return ERR_MEMORY;
    yidi__operator_summary__init(summary);
    summary->name = row->name;
    summary->disabled = row->disabled;
    summary->last_login_ms = row->last_login_ms;
    summary->locked_until_ms = lockout_wait_ms(&lockout, now_ms) > 0 ? row->next_try_ms : 0;
    summary->no_password = row->password_hash[0] == '\0';
    *ret_summary = summary;
    return operators_role_names(row->roles, arena, &summary->roles, &summary->n_roles);
}

static enum result
new_report(size_t room, struct arena *arena, Yidi__Response *response)
{
    Yidi__OperatorReport *report = arena_take(arena, sizeof *report);
    if (report == NULL)
        return ERR_MEMORY;
    yidi__operator_report__init(report);
    report->operators = arena_take(arena, (room + 1) * sizeof *report->operators);
    response->body_case = YIDI__RESPONSE__BODY_OPERATORS;
    response->operators = report;
    return report->operators == NULL ? ERR_MEMORY : OK;
}

enum result
operators_list(struct store_txn *txn, uint64_t now_ms, struct arena *arena,
               Yidi__Response *response)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    enum result result = new_report(OPERATORS_MAX, arena, response);
    if (result == OK)
        result = store_cursor_open(txn, TABLE_OPERATORS, bytes_of(NULL, 0), &cursor);
    while (result == OK && (result = store_cursor_next(cursor, &key, &value)) == OK) {
        Yidi__OperatorReport *report = response->operators;
        Yidi__OperatorRow *row;
        if (report->n_operators == OPERATORS_MAX)
            return ERR_DAMAGED;
        result = decode_row(value, arena, &row);
        if (result == OK)
            result = summarize(row, now_ms, arena, &report->operators[report->n_operators]);
        report->n_operators += result == OK;
    }
    return result == ERR_ABSENT ? OK : result;
}

/* ---- changing ---- */

static enum result
read_roles(const Yidi__OperatorChange *change, uint32_t *ret_roles, struct refusal *ret_refusal)
{
    uint32_t roles = 0;
    for (size_t i = 0; i < change->n_roles; i++) {
        uint32_t role = duty_role_find(change->roles[i]);
        if (role == 0 || (roles & role) != 0)
            return refuse(ret_refusal, REFUSAL_OPERATOR_ROLES_INVALID, "operator_change.roles",
                          "each once, of: clerk, examiner, issuer, maker, checker, supervisor, "
                          "auditor, administrator, wall");
        roles |= role;
    }
    if (roles == 0)
        return refuse(ret_refusal, REFUSAL_OPERATOR_ROLES_INVALID, "operator_change.roles",
                      "one at least");
    if ((roles & DUTY_AUDITOR) != 0 && roles != DUTY_AUDITOR)
        return refuse(ret_refusal, REFUSAL_OPERATOR_ROLES_INVALID, "operator_change.roles",
                      "an auditor sees and decides nothing: no other role beside it");
    if ((roles & DUTY_WALL) != 0 && roles != DUTY_WALL)
        return refuse(
            ret_refusal, REFUSAL_OPERATOR_ROLES_INVALID, "operator_change.roles",
            "a screen on the wall shows figures and nobody's data: no other role beside it");
    *ret_roles = roles;
    return OK;
}

static enum result
set_roles(Yidi__OperatorRow *row, const Yidi__OperatorChange *change, struct refusal *ret_refusal)
{
    return read_roles(change, &row->roles, ret_refusal);
}

static enum result
set_password(Yidi__OperatorRow *row, const Yidi__OperatorChange *change,
             struct refusal *ret_refusal)
{
    if (!password_is_hash(change->password_hash))
        return refuse(ret_refusal, REFUSAL_PASSWORD_INVALID, "operator_change.password_hash",
                      "argon2id at the cost that this program uses");
    row->password_hash = change->password_hash;
    row->failures = 0;
    row->next_try_ms = 0;
    return OK;
}

static enum result
begin_row(struct store_txn *txn, Yidi__OperatorRow *row, const Yidi__OperatorChange *change,
          struct refusal *ret_refusal)
{
    uint64_t rows = 0;
    enum result result = store_count(txn, TABLE_OPERATORS, &rows);
    if (result == OK && rows >= OPERATORS_MAX)
        return refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, "operator_change.name",
                      "%d operators at most", OPERATORS_MAX);
    if (result == OK)
        result = set_roles(row, change, ret_refusal);
    if (result == OK && change->password_hash[0] != '\0')
        result = set_password(row, change, ret_refusal);
    return result;
}

static enum result
apply(struct turn *turn, const Yidi__OperatorChange *change, Yidi__OperatorRow *row,
      struct refusal *ret_refusal)
{
    switch (change->verb) {
    case YIDI__OPERATOR_VERB__OPERATOR_ADD:
        return begin_row(turn->txn, row, change, ret_refusal);
    case YIDI__OPERATOR_VERB__OPERATOR_ROLES:
        return set_roles(row, change, ret_refusal);
    case YIDI__OPERATOR_VERB__OPERATOR_PASSWORD:
        return set_password(row, change, ret_refusal);
    case YIDI__OPERATOR_VERB__OPERATOR_DISABLE:
        row->disabled = true;
        return OK;
    default:
        row->disabled = false;
        row->failures = 0;
        row->next_try_ms = 0;
        return OK;
    }
}

static enum result
find_row(struct turn *turn, const Yidi__OperatorChange *change, Yidi__OperatorRow *fresh,
         Yidi__OperatorRow **ret_row, struct refusal *ret_refusal)
{
    bool adds = change->verb == YIDI__OPERATOR_VERB__OPERATOR_ADD;
    enum result result = operator_name_check(change->name, "operator_change.name", ret_refusal);
    if (result != OK)
        return result;
    result = operators_find(turn->txn, change->name, turn->arena, ret_row);
    if (result == OK && adds)
        return refuse(ret_refusal, REFUSAL_OPERATOR_TAKEN, "operator_change.name",
                      "names are not given out twice");
    if (result != ERR_ABSENT)
        return result;
    if (!adds)
        return refuse(ret_refusal, REFUSAL_OPERATOR_UNKNOWN, "operator_change.name",
                      "no operator of this name was added");
    yidi__operator_row__init(fresh);
    fresh->version = 1;
    fresh->name = change->name;
    *ret_row = fresh;
    return OK;
}

static enum result
journal(struct turn *turn, const Yidi__OperatorChange *change, const Yidi__OperatorRow *row)
{
    static const char *const verbs[] = {
        [YIDI__OPERATOR_VERB__OPERATOR_ADD] = "operator-add",
        [YIDI__OPERATOR_VERB__OPERATOR_ROLES] = "operator-roles",
        [YIDI__OPERATOR_VERB__OPERATOR_DISABLE] = "operator-disable",
        [YIDI__OPERATOR_VERB__OPERATOR_ENABLE] = "operator-enable",
        [YIDI__OPERATOR_VERB__OPERATOR_PASSWORD] = "operator-password",
    };
    char detail[DETAIL_BYTES], words[DUTY_WORDS_BYTES];
    snprintf(detail, sizeof detail, "%s: %s", row->name, duty_words(row->roles, words));
    turn_begin_act(turn, "", verbs[change->verb], detail);
    return turn_journal_cause(turn);
}

enum result
operators_change(struct turn *turn, const Yidi__OperatorChange *change, Yidi__Response *response,
                 struct refusal *ret_refusal)
{
    Yidi__OperatorRow fresh, *row = NULL;
    enum result result = find_row(turn, change, &fresh, &row, ret_refusal);
    if (result == OK)
        result = apply(turn, change, row, ret_refusal);
    if (result != OK)
        return result;
    row->generation++;
    result = journal(turn, change, row);
    if (result == OK)
        result = operators_put(turn->txn, row, turn->arena);
    if (result == OK)
        result = new_report(1, turn->arena, response);
    if (result != OK)
        return result;
    row->name = arena_copy_text(turn->arena, row->name);
    response->operators->n_operators = 1;
    return summarize(row, turn->now_ms, turn->arena, &response->operators->operators[0]);
}
