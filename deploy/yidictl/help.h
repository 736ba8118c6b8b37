/* SPDX-License-Identifier: Apache-2.0
 *
 * help - what --help and `yidictl help` print, from the table of commands: lines of 80 columns.
 */
#ifndef YIDICTL_HELP_H
#define YIDICTL_HELP_H

#include <stdio.h>

#include "deploy/yidictl/command.h"

/* Commands of one kind of work. */
struct command_group {
    const char *name; /* NULL behind the last group */
    const char *title;
    const struct command *const *commands; /* ends with NULL */
};

/* Usage, all commands with their one sentence, and the options of every command. */
void help_print(const struct command_group *groups, const struct argument_rule *common_options,
                FILE *out);

/* One command's usage, description and options. */
void help_print_command(const struct command *command, const struct argument_rule *common_options,
                        FILE *out);

/* The commands of the group of this name, or those of two words that begin with this one; false
 * when there are none. */
bool help_print_group(const struct command_group *groups, const char *word, FILE *out);

/* Of a command that also begins the names of others: those. */
void help_print_more(const struct command_group *groups, const char *first_word, FILE *out);

#endif
