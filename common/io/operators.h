/* SPDX-License-Identifier: Apache-2.0
 *
 * operators - the people who may work at this office (table operators), and what changes them.
 *
 * An operator is never removed, only disabled: the journal and four eyes go by the name. Until the
 * first one is added, whoever may open the control socket works under any name. Reading is for any
 * thread with its own transaction; changes belong to a turn and are journalled.
 */
#ifndef IO_OPERATORS_H
#define IO_OPERATORS_H

#include "common/io/turn.h"
#include "proto/people.pb-c.h"

/* Has anybody been added? */
enum result operators_exist(struct store_txn *txn, bool *ret_exist) MUST_CHECK;

/* In the arena. OK, ERR_ABSENT, ERR_DAMAGED. */
enum result operators_find(struct store_txn *txn, const char *name, struct arena *arena,
                           Yidi__OperatorRow **ret_row) MUST_CHECK;
enum result operators_put(struct store_txn *txn, const Yidi__OperatorRow *row,
                          struct arena *arena) MUST_CHECK;

/* The roles of a set, as their names; in the arena. */
enum result operators_role_names(uint32_t roles, struct arena *arena, char ***ret_names,
                                 size_t *ret_count) MUST_CHECK;

/* OperatorList. */
enum result operators_list(struct store_txn *txn, uint64_t now_ms, struct arena *arena,
                           Yidi__Response *response) MUST_CHECK;

/* OperatorChange; answered with the operator as he or she is now.
 *
 * ERR_REFUSED  OPERATOR_INVALID, OPERATOR_UNKNOWN, OPERATOR_TAKEN, OPERATOR_ROLES_INVALID,
 *              PASSWORD_INVALID, or there are OPERATORS_MAX already (FIELD_OUT_OF_BOUNDS). */
enum result operators_change(struct turn *turn, const Yidi__OperatorChange *change,
                             Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

#endif
