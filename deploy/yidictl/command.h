/* SPDX-License-Identifier: Apache-2.0
 *
 * command - what every command of yidictl is: a name, a help text, its options, a function.
 *
 * main.c holds the table of them all. A command answers an exit status and has already said on
 * standard error (or, with --json, on standard output) what went wrong.
 */
#ifndef YIDICTL_COMMAND_H
#define YIDICTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "deploy/yidictl/arguments.h"

enum exit_status {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1,     /* the office or a check said no, to all or to some */
    EXIT_USAGE = 2,       /* the command line is wrong; nothing was asked */
    EXIT_UNREACHABLE = 3, /* no daemon, or no answer in time: what was asked may have been done */
};

/* The options that every command takes. */
struct settings {
    const char *socket_path;   /* NULL when neither --socket nor YIDI_SOCKET names it */
    const char *operator_name; /* NULL when nothing names who acts */
    bool json;                 /* one JSON document per line on standard output */
    bool chinese;              /* what codes mean is said in Chinese too */
    uint64_t timeout_ms;
};

struct command {
    const char *name;                    /* one or two words */
    const char *synopsis;                /* what follows the name */
    const char *help;                    /* one sentence */
    const char *description;             /* paragraphs; may be empty */
    const struct argument_rule *options; /* ends with a rule without a name */
    bool offline;                        /* asks no daemon */
    size_t operand_count_min;
    size_t operand_count_max;
    int (*run)(const struct settings *settings, const struct arguments *arguments);
};

enum { OPERANDS_ANY = 1 << 20 };

extern const struct command apply_command;
extern const struct command quote_command;
extern const struct command eligible_command;
extern const struct command draft_save_command;
extern const struct command draft_list_command;
extern const struct command draft_show_command;
extern const struct command draft_discard_command;
extern const struct command import_command;
extern const struct command list_command;
extern const struct command search_command;
extern const struct command show_command;
extern const struct command lease_command;
extern const struct command examine_command;
extern const struct command issue_command;
extern const struct command refuse_command;
extern const struct command make_command;
extern const struct command check_card_command;
extern const struct command dispatch_command;
extern const struct command stock_receive_command;
extern const struct command stock_count_command;
extern const struct command stock_spoil_command;
extern const struct command stock_show_command;
extern const struct command batch_make_command;
extern const struct command batch_export_command;
extern const struct command batch_import_command;
extern const struct command batch_show_command;
extern const struct command package_show_command;
extern const struct command receive_command;
extern const struct command collect_command;
extern const struct command amend_command;
extern const struct command return_command;
extern const struct command redirect_command;
extern const struct command withdraw_command;
extern const struct command miss_command;
extern const struct command trace_card_command;
extern const struct command destroy_command;
extern const struct command card_found_command;
extern const struct command card_show_command;
extern const struct command refund_command;
extern const struct command fees_command;
extern const struct command erase_command;
extern const struct command temporary_issue_command;
extern const struct command temporary_return_command;
extern const struct command temporary_list_command;
extern const struct command abandon_command;
extern const struct command noted_command;
extern const struct command export_command;
extern const struct command print_command;
extern const struct command receipt_check_command;
extern const struct command population_import_command;
extern const struct command peers_command;
extern const struct command operator_add_command;
extern const struct command operator_list_command;
extern const struct command operator_roles_command;
extern const struct command operator_disable_command;
extern const struct command operator_enable_command;
extern const struct command operator_password_command;
extern const struct command recover_command;
extern const struct command status_command;
extern const struct command metrics_command;
extern const struct command verify_command;
extern const struct command journal_acts_command;
extern const struct command journal_verify_command;
extern const struct command journal_command;
extern const struct command backup_command;
extern const struct command restore_command;
extern const struct command keys_root_command;
extern const struct command keys_authority_command;
extern const struct command keys_office_command;
extern const struct command keys_revoke_command;
extern const struct command directory_build_command;
extern const struct command directory_sign_command;
extern const struct command directory_show_command;
extern const struct command codes_command;
extern const struct command policy_check_command;
extern const struct command policy_sign_command;
extern const struct command policy_explain_command;
extern const struct command policy_show_command;

#endif
