/* SPDX-License-Identifier: Apache-2.0
 *
 * operator add, list, roles, disable, enable, password - who may work at this office.
 */
#include <stdio.h>
#include <string.h>

#include "common/domain/duty.h"
#include "common/domain/operator_name.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/secret.h"
#include "deploy/yidictl/session.h"

enum { ROLES_MAX = 8 };

#define ROLE_OPTION                                                                                \
    {                                                                                              \
        "role", "ROLE", true,                                                                      \
            "clerk, examiner, issuer, maker, checker, supervisor, auditor, administrator or "      \
            "wall; "                                                                               \
            "mandatory"                                                                            \
    }
#define PASSWORD_OPTION                                                                            \
    {                                                                                              \
        "password-file", "FILE", false,                                                            \
            "read the password from the first line of a file, or of standard input (-), and not "  \
            "from the terminal"                                                                    \
    }

static const struct argument_rule add_options[] = {
    ROLE_OPTION,
    PASSWORD_OPTION,
    { "no-password", NULL, false, "somebody who works with yidictl only, and not in the console" },
    { 0 },
};

static const struct argument_rule roles_options[] = { ROLE_OPTION, { 0 } };
static const struct argument_rule password_options[] = { PASSWORD_OPTION, { 0 } };

static const struct table_column columns[] = {
    { "OPERATOR", false },
    { "ROLES", false },
    { "LAST LOG-IN", false },
    { "REMARKS", false },
};

/* ---- showing ---- */

static const char *
roles_text(const Yidi__OperatorSummary *operator, struct arena * arena)
{
    const char *text = "";
    for (size_t i = 0; i < operator->n_roles; i++)
        text = output_format(arena, "%s%s%s", text, i > 0 ? ", " : "", operator->roles[i]);
    return text;
}

static const char *
remarks_text(const Yidi__OperatorSummary *operator, struct arena * arena)
{
    if (operator->disabled)
        return "disabled";
    if (operator->locked_until_ms> 0)
        return output_format(arena, "locked out until %s",
                             output_time(operator->locked_until_ms, arena));
    return operator->no_password ? "no password: not in the console" : "";
}

static void
print_report(const struct settings *settings, const Yidi__OperatorReport *report,
             struct arena *arena)
{
    AUTO(table) struct table table;
    if (settings->json) {
        output_json(&report->base);
        return;
    }
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < report->n_operators; i++) {
        const Yidi__OperatorSummary *operator= report->operators[i];
        table_add(&table, (const char *[]){
                              operator->name,
                              roles_text(operator, arena),
                              output_time(operator->last_login_ms, arena),
                              remarks_text(operator, arena),
                          });
    }
    if (report->n_operators > 0)
        table_print(&table, stdout);
    else
        puts("no operators yet: whoever may open the control socket works under any name");
}

static int
ask(struct session *session, Yidi__Request *request)
{
    AUTO(answer) struct answer answer = { 0 };
    int status = session_ask(session, request, NULL, 0, YIDI__RESPONSE__BODY_OPERATORS, &answer);
    if (status == EXIT_DONE)
        print_report(session->settings, answer.response->operators, &answer.arena);
    return status;
}

static int
run_list(const struct settings *settings, const struct arguments *arguments)
{
    (void)arguments;
    AUTO(session) struct session session = { 0 };
    Yidi__OperatorList list = YIDI__OPERATOR_LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_OPERATOR_LIST;
    request.operator_list = &list;
    int status = session_open_to_look(&session, settings);
    return status == EXIT_DONE ? ask(&session, &request) : status;
}

/* ---- changing ---- */

static int
change(const struct settings *settings, Yidi__OperatorChange *operator_change)
{
    AUTO(session) struct session session = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_OPERATOR_CHANGE;
    request.operator_change = operator_change;
    int status = session_open(&session, settings);
    return status == EXIT_DONE ? ask(&session, &request) : status;
}

static enum result
read_roles(const struct arguments *arguments, char *roles[ROLES_MAX],
           Yidi__OperatorChange *operator_change, struct refusal *ret_refusal)
{
    char words[DUTY_WORDS_BYTES];
    const char *role;
    size_t place = 0;
    operator_change->roles = roles;
    while ((role = arguments_next(arguments, "role", &place)) != NULL) {
        if (operator_change->n_roles == ROLES_MAX)
            return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "role", "each role once");
        if (duty_role_find(role) == 0)
            return refuse(ret_refusal, REFUSAL_OPERATOR_ROLES_INVALID, "--role",
                          "%.40s is none of: %s", role, duty_words(UINT32_MAX, words));
        roles[operator_change->n_roles++] = (char *)role;
    }
    return operator_change->n_roles > 0
               ? OK
               : refuse(ret_refusal, REFUSAL_OPTION_INVALID, "role", "one at least");
}

/* Too few or too many is a wrong command line; a role that there is not is refused. */
static int
report_roles(const struct settings *settings, enum result result, const struct refusal *refusal)
{
    return refusal->code == REFUSAL_OPTION_INVALID ? report_usage(settings, result, refusal)
                                                   : report_result(settings, result, refusal);
}

static Yidi__OperatorChange
change_of(const struct arguments *arguments, Yidi__OperatorVerb verb)
{
    Yidi__OperatorChange operator_change = YIDI__OPERATOR_CHANGE__INIT;
    operator_change.verb = verb;
    operator_change.name = (char *)arguments->operands[0];
    return operator_change;
}

static int
run_add(const struct settings *settings, const struct arguments *arguments)
{
    char hash[PASSWORD_HASH_BYTES] = "", *roles[ROLES_MAX];
    struct refusal refusal = { 0 };
    Yidi__OperatorChange operator_change = change_of(arguments, YIDI__OPERATOR_VERB__OPERATOR_ADD);
    enum result result = read_roles(arguments, roles, &operator_change, &refusal);
    if (result != OK)
        return report_roles(settings, result, &refusal);
    result = operator_name_check(operator_change.name, "NAME", &refusal);
    if (result == OK && !arguments_flag(arguments, "no-password")) /* asked last */
        result = secret_read(arguments_text(arguments, "password-file"), operator_change.name, hash,
                             &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    operator_change.password_hash = hash;
    return change(settings, &operator_change);
}

static int
run_roles(const struct settings *settings, const struct arguments *arguments)
{
    char *roles[ROLES_MAX];
    struct refusal refusal = { 0 };
    Yidi__OperatorChange operator_change =
        change_of(arguments, YIDI__OPERATOR_VERB__OPERATOR_ROLES);
    enum result result = read_roles(arguments, roles, &operator_change, &refusal);
    return result == OK ? change(settings, &operator_change)
                        : report_roles(settings, result, &refusal);
}

static int
run_password(const struct settings *settings, const struct arguments *arguments)
{
    char hash[PASSWORD_HASH_BYTES];
    struct refusal refusal = { 0 };
    Yidi__OperatorChange operator_change =
        change_of(arguments, YIDI__OPERATOR_VERB__OPERATOR_PASSWORD);
    enum result result = secret_read(arguments_text(arguments, "password-file"),
                                     operator_change.name, hash, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    operator_change.password_hash = hash;
    return change(settings, &operator_change);
}

static int
run_disable(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__OperatorChange operator_change =
        change_of(arguments, YIDI__OPERATOR_VERB__OPERATOR_DISABLE);
    return change(settings, &operator_change);
}

static int
run_enable(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__OperatorChange operator_change =
        change_of(arguments, YIDI__OPERATOR_VERB__OPERATOR_ENABLE);
    return change(settings, &operator_change);
}

const struct command operator_add_command = {
    .name = "operator add",
    .synopsis = "NAME --role ROLE... [--password-file FILE | --no-password]",
    .help = "add somebody who may work at this office",
    .description =
        "From the first operator on, nothing is done here under a name that was not added, and\n"
        "everybody does only what their roles allow. The password is asked for at the terminal;\n"
        "it has ten characters at least.\n\n"
        "An auditor sees everything and decides nothing, so holds no other role. Nor does a\n"
        "screen on the wall (wall), which shows figures only, and stays logged in unattended\n"
        "until session-max. Whoever\n"
        "examined an application never issues it, and whoever made a card never checks it,\n"
        "whatever their roles.\n\n"
        "Operators are changed over the local socket by whoever may open it, listed or not:\n"
        "so an office cannot lock itself out. In the console that takes an administrator.",
    .options = add_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_add,
};

const struct command operator_list_command = {
    .name = "operator list",
    .synopsis = "",
    .help = "show who may work at this office",
    .description = "",
    .run = run_list,
};

const struct command operator_roles_command = {
    .name = "operator roles",
    .synopsis = "NAME --role ROLE...",
    .help = "give an operator other roles",
    .description = "The roles named are all that the operator holds from now on. Open sessions "
                   "end.",
    .options = roles_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_roles,
};

const struct command operator_disable_command = {
    .name = "operator disable",
    .synopsis = "NAME",
    .help = "let an operator do nothing any more",
    .description = "Open sessions end at once. Nobody is ever removed: the journal goes by the "
                   "name.",
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_disable,
};

const struct command operator_enable_command = {
    .name = "operator enable",
    .synopsis = "NAME",
    .help = "let a disabled operator work again, or end a lock-out",
    .description = "",
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_enable,
};

const struct command operator_password_command = {
    .name = "operator password",
    .synopsis = "NAME [--password-file FILE]",
    .help = "set an operator's password for the console",
    .description = "Open sessions end, and so does a lock-out.",
    .options = password_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_password,
};
