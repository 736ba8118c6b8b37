/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/permission.h"

#include <ctype.h>
#include <stdio.h>

#include "common/core/require.h"
#include "common/domain/duty.h"
#include "common/io/operators.h"

/* ---- what it is ---- */

static const char *
command_name(const Yidi__Request *request)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
        &yidi__request__descriptor, (unsigned)request->command_case);
    return field == NULL ? "" : field->name;
}

/* As in decide.check-card. */
static void
add_verb(const ProtobufCEnumDescriptor *verbs, int verb, char *act)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(verbs, verb);
    size_t used = strlen(act);
    snprintf(act + used, PERMISSION_ACT_BYTES - used, ".%s", value == NULL ? "" : value->name);
    for (char *next = act + used; *next != '\0'; next++)
        *next = *next == '_' ? '-' : (char)tolower((unsigned char)*next);
}

const char *
permission_act(const Yidi__Request *request, char ret_act[PERMISSION_ACT_BYTES])
{
    const char *more = "";
    snprintf(ret_act, PERMISSION_ACT_BYTES, "%s", command_name(request));
    switch (request->command_case) {
    case YIDI__REQUEST__COMMAND_DECIDE:
        add_verb(&yidi__verb__descriptor, (int)request->decide->verb, ret_act);
        break;
    case YIDI__REQUEST__COMMAND_SHOW:
        more = request->show->full ? ".full" : "";
        break;
    case YIDI__REQUEST__COMMAND_RECOVER:
        more = request->recover->verb == YIDI__RECOVER_VERB__RECOVER_SHOW ? "" : ".start";
        break;
    case YIDI__REQUEST__COMMAND_STOCK_CHANGE:
        more = request->stock_change->verb == YIDI__STOCK_VERB__STOCK_SPOIL ? ".spoil" : "";
        break;
    default:
        break;
    }
    return strncat(ret_act, more, PERMISSION_ACT_BYTES - strlen(ret_act) - 1);
}

bool
permission_is_inner(const Yidi__Request *request)
{
    return duty_is_inner(command_name(request));
}

/* ---- may it be done ---- */

static bool
administers(const Yidi__Request *request)
{
    return request->command_case == YIDI__REQUEST__COMMAND_OPERATOR_LIST ||
           request->command_case == YIDI__REQUEST__COMMAND_OPERATOR_CHANGE;
}

/* What the console asks once in its own name, and shows to every session: all roles may look at it,
 * and a session proves an operator. */
static bool
is_shared(const Yidi__Request *request)
{
    return request->through_console && strcmp(request->operator_, PERMISSION_CONSOLE) == 0 &&
           (request->command_case == YIDI__REQUEST__COMMAND_DASHBOARD ||
            request->command_case == YIDI__REQUEST__COMMAND_METRICS);
}

static enum result
check_operator(struct store_txn *txn, enum party office, const Yidi__Request *request,
               struct refusal *ret_refusal)
{
    AUTO(arena) struct arena arena;
    char act[PERMISSION_ACT_BYTES];
    Yidi__OperatorRow *row = NULL;
    arena_init(&arena);
    enum result result = operators_find(txn, request->operator_, &arena, &row);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_NOT_PERMITTED, "operator",
                      "%s is not an operator of this office", request->operator_);
    if (result == OK && row->disabled)
        return refuse(ret_refusal, REFUSAL_NOT_PERMITTED, "operator", "%s is disabled", row->name);
    return result == OK ? duty_check(permission_act(request, act), office, row->roles, ret_refusal)
                        : result;
}

enum result
permission_check(struct store_txn *txn, enum party office, const Yidi__Request *request,
                 struct refusal *ret_refusal)
{
    bool exist = false;
    if (permission_is_inner(request))
        return request->through_console ? OK
                                        : refuse(ret_refusal, REFUSAL_COMMAND_UNKNOWN, "command",
                                                 "the console alone asks that");
    if ((administers(request) && !request->through_console) || is_shared(request))
        return OK;
    enum result result = operators_exist(txn, &exist);
    if (result != OK || !exist)
        return result;
    return check_operator(txn, office, request, ret_refusal);
}
