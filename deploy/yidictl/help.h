/* SPDX-License-Identifier: Apache-2.0
 *
 * help - what --help and `yidictl help` print, from the table of commands.
 */
#ifndef YIDICTL_HELP_H
#define YIDICTL_HELP_H

#include <stdio.h>

#include "deploy/yidictl/command.h"

/* Usage, all commands with their one sentence, and the options of every command. */
void help_print(const struct command *const *commands, size_t command_count,
                const struct argument_rule *common_options, FILE *out);

/* One command's usage, description and options. */
void help_print_command(const struct command *command, const struct argument_rule *common_options,
                        FILE *out);

/* The commands of two words that begin with this one; false when there are none. */
bool help_print_group(const struct command *const *commands, size_t command_count,
                      const char *first_word, FILE *out);

#endif
