/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/help.h"

#include <ctype.h>
#include <string.h>

enum { NAME_COLUMNS = 20, OPTION_COLUMNS = 28 };

/* Work on files asks nobody: how to reach a daemon does not belong there. */
static bool
is_for_daemon(const struct argument_rule *rule)
{
    return strcmp(rule->name, "socket") == 0 || strcmp(rule->name, "operator") == 0 ||
           strcmp(rule->name, "timeout") == 0;
}

static void
print_options(const struct argument_rule *rule, bool offline, FILE *out)
{
    for (; rule->name != NULL; rule++) {
        if (offline && is_for_daemon(rule))
            continue;
        char option[64];
        snprintf(option, sizeof option, "--%s%s%s", rule->name, rule->value == NULL ? "" : " ",
                 rule->value == NULL ? "" : rule->value);
        fprintf(out, "  %-*s  %s%s\n", OPTION_COLUMNS, option, rule->help,
                rule->repeatable ? " (repeatable)" : "");
    }
}

void
help_print(const struct command *const *commands, size_t command_count,
           const struct argument_rule *common_options, FILE *out)
{
    fputs("usage: yidictl [OPTION]... COMMAND [ARGUMENT]...\n\n"
          "Ask an office's daemon over its local socket, and do offline work with keys,\n"
          "directories and proofs.\n\ncommands:\n",
          out);
    for (size_t i = 0; i < command_count; i++)
        fprintf(out, "  %-*s  %s\n", NAME_COLUMNS, commands[i]->name, commands[i]->help);
    fprintf(out, "  %-*s  %s\n", NAME_COLUMNS, "help COMMAND", "explain one command");
    fputs("\noptions, before or after the command:\n", out);
    print_options(common_options, false, out);
    fputs("\nexit status: 0 done, 1 refused (one case is enough), 2 usage, 3 no answer\n", out);
}

void
help_print_command(const struct command *command, const struct argument_rule *common_options,
                   FILE *out)
{
    fprintf(out, "usage: yidictl [OPTION]... %s%s%s\n\n%c%s.\n", command->name,
            command->synopsis[0] == '\0' ? "" : " ", command->synopsis,
            toupper((unsigned char)command->help[0]), command->help + 1);
    if (command->description != NULL && command->description[0] != '\0')
        fprintf(out, "\n%s\n", command->description);
    if (command->options != NULL && command->options->name != NULL) {
        fputs("\noptions:\n", out);
        print_options(command->options, false, out);
    }
    fputs("\noptions of every command:\n", out);
    print_options(common_options, command->offline, out);
}

bool
help_print_group(const struct command *const *commands, size_t command_count,
                 const char *first_word, FILE *out)
{
    size_t size = strlen(first_word);
    bool found = false;
    for (size_t i = 0; i < command_count; i++) {
        const struct command *command = commands[i];
        if (strncmp(command->name, first_word, size) != 0 || command->name[size] != ' ')
            continue;
        if (!found)
            fprintf(out, "usage: yidictl %s COMMAND [ARGUMENT]...\n\ncommands:\n", first_word);
        fprintf(out, "  %-*s  %s\n", NAME_COLUMNS, command->name, command->help);
        found = true;
    }
    return found;
}
