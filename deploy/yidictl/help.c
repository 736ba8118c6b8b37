/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/help.h"

#include <ctype.h>
#include <string.h>

#include "deploy/yidictl/output.h"

enum { NAME_COLUMNS = 18, OPTION_COLUMNS = 28, LINE_COLUMNS = 80, LINE_BYTES_MAX = 512 };

/* ---- lines ---- */

/* Text that flows: `column` is where it stands, `indent` where its next line begins. */
struct flow {
    FILE *out;
    size_t column;
    size_t indent;
};

static void
put_word(struct flow *flow, const char *word, size_t size)
{
    char copy[LINE_BYTES_MAX];
    snprintf(copy, sizeof copy, "%.*s", (int)size, word);
    size_t width = output_width(copy);
    bool first = flow->column <= flow->indent;
    if (!first && flow->column + 1 + width > LINE_COLUMNS) {
        fputc('\n', flow->out);
        flow->column = 0;
        first = true;
    }
    size_t gap = first ? flow->indent - flow->column : 1;
    fprintf(flow->out, "%*s%s", (int)gap, "", copy);
    flow->column += gap + width;
}

static void
put_words(struct flow *flow, const char *text)
{
    while (*text != '\0') {
        size_t size = strcspn(text, " \n");
        if (size > 0)
            put_word(flow, text, size);
        text += size + strspn(text + size, " \n");
    }
}

static void
end_line(struct flow *flow)
{
    if (flow->column > 0)
        fputc('\n', flow->out);
    flow->column = flow->indent = 0;
}

/* "  --out FILE      where it goes", and more of it below that. */
static void
print_pair(const char *name, size_t name_columns, const char *text, FILE *out)
{
    size_t width = output_width(name);
    struct flow flow = { out, 2 + width, name_columns + 4 };
    fprintf(out, "  %s", name);
    if (flow.column >= flow.indent) {
        fputc('\n', out);
        flow.column = 0;
    }
    put_words(&flow, text);
    end_line(&flow);
}

/* A line of a table: what it says behind two blanks goes on below itself, also when the next line
 * begins there. */
static void
put_table_line(struct flow *flow, const char *line)
{
    size_t blanks = strspn(line, " ");
    const char *gap = strstr(line + blanks, "  ");
    size_t column = gap == NULL ? 0 : (size_t)(gap - line) + strspn(gap, " ");
    if (flow->column > 0 && blanks == flow->indent) {
        put_words(flow, line);
        return;
    }
    end_line(flow);
    fprintf(flow->out, "%.*s", (int)(gap == NULL ? blanks : column), line);
    flow->column = flow->indent = gap == NULL ? blanks : column;
    put_words(flow, line + flow->indent);
    if (gap == NULL)
        end_line(flow);
}

/* Paragraphs are broken anew. */
static void
print_description(const char *text, FILE *out)
{
    struct flow flow = { out, 0, 0 };
    bool more = true;
    while (more) {
        char line[LINE_BYTES_MAX];
        size_t size = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)size, text);
        if (line[0] == ' ') {
            put_table_line(&flow, line);
        } else {
            if (line[0] == '\0' || flow.indent > 0)
                end_line(&flow);
            put_words(&flow, line);
            if (line[0] == '\0')
                fputc('\n', out);
        }
        more = text[size] != '\0';
        text += size + more;
    }
    end_line(&flow);
}

/* ---- what is printed ---- */

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
        char option[64], help[LINE_BYTES_MAX];
        if (offline && is_for_daemon(rule))
            continue;
        snprintf(option, sizeof option, "--%s%s%s", rule->name, rule->value == NULL ? "" : " ",
                 rule->value == NULL ? "" : rule->value);
        snprintf(help, sizeof help, "%s%s", rule->help, rule->repeatable ? " (repeatable)" : "");
        print_pair(option, OPTION_COLUMNS, help, out);
    }
}

static void
print_commands(const struct command_group *group, FILE *out)
{
    for (const struct command *const *command = group->commands; *command != NULL; command++)
        print_pair((*command)->name, NAME_COLUMNS, (*command)->help, out);
}

void
help_print(const struct command_group *groups, const struct argument_rule *common_options,
           FILE *out)
{
    fputs("usage: yidictl [OPTION]... COMMAND [ARGUMENT]...\n\n"
          "Ask an office's daemon over its local socket, and do offline work with keys,\n"
          "directories and proofs. `yidictl help COMMAND` explains one command, `yidictl\n"
          "help GROUP` lists one group.\n",
          out);
    for (; groups->name != NULL; groups++) {
        fprintf(out, "\n%s\n", groups->title);
        print_commands(groups, out);
    }
    fputs("\noptions, before or after the command:\n", out);
    print_options(common_options, false, out);
    fputs("\nexit status: 0 done, 1 refused (one case is enough), 2 usage, 3 no answer\n", out);
}

void
help_print_command(const struct command *command, const struct argument_rule *common_options,
                   FILE *out)
{
    struct flow flow = { out, 0, 0 };
    put_words(&flow, "usage: yidictl [OPTION]...");
    flow.indent = strlen("usage: yidictl ");
    put_words(&flow, command->name);
    put_words(&flow, command->synopsis);
    end_line(&flow);
    fprintf(out, "\n%c%s.\n", toupper((unsigned char)command->help[0]), command->help + 1);
    if (command->description != NULL && command->description[0] != '\0') {
        fputc('\n', out);
        print_description(command->description, out);
    }
    if (command->options != NULL && command->options->name != NULL) {
        fputs("\noptions:\n", out);
        print_options(command->options, false, out);
    }
    fputs("\noptions of every command:\n", out);
    print_options(common_options, command->offline, out);
}

/* False when there are none. */
static bool
print_beginning_with(const struct command_group *groups, const char *first_word,
                     const char *heading, FILE *out)
{
    size_t size = strlen(first_word);
    bool found = false;
    for (; groups->name != NULL; groups++)
        for (const struct command *const *command = groups->commands; *command != NULL; command++) {
            const char *name = (*command)->name;
            if (strncmp(name, first_word, size) != 0 || name[size] != ' ')
                continue;
            if (!found)
                fputs(heading, out);
            print_pair(name, NAME_COLUMNS, (*command)->help, out);
            found = true;
        }
    return found;
}

void
help_print_more(const struct command_group *groups, const char *first_word, FILE *out)
{
    (void)print_beginning_with(groups, first_word, "\nmore commands:\n", out);
}

bool
help_print_group(const struct command_group *groups, const char *word, FILE *out)
{
    for (const struct command_group *group = groups; group->name != NULL; group++)
        if (strcmp(group->name, word) == 0) {
            fprintf(out, "%s\n", group->title);
            print_commands(group, out);
            return true;
        }
    char heading[LINE_BYTES_MAX];
    snprintf(heading, sizeof heading, "usage: yidictl %s COMMAND [ARGUMENT]...\n\ncommands:\n",
             word);
    return print_beginning_with(groups, word, heading, out);
}
