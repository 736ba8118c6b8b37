/* SPDX-License-Identifier: Apache-2.0
 *
 * config_help - the table of options as help text.
 */
#include <inttypes.h>
#include <string.h>

#include "common/io/config.h"

enum { HELP_COLUMNS = 80 };

static const char *
value_word(const struct option_rule *rule)
{
    switch (rule->type) {
    case OPTION_TEXT:
        return " TEXT";
    case OPTION_PATH:
        return " PATH";
    case OPTION_NUMBER:
        return " NUMBER";
    case OPTION_FLAG:
    default:
        return "";
    }
}

/* Words of a text between an indent and the right edge; the cursor already stands at the indent. */
static void
print_wrapped(FILE *out, size_t indent, const char *text)
{
    size_t column = indent;
    while (*text != '\0') {
        size_t size = strcspn(text, " ");
        if (column > indent && column + 1 + size > HELP_COLUMNS) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        }
        column += (size_t)fprintf(out, "%s%.*s", column > indent ? " " : "", (int)size, text);
        text += size;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

/* 65536 bytes are easier to read as 64K. */
static void
write_number(char *out, size_t room, uint64_t number, bool in_bytes)
{
    static const char suffixes[] = "\0KMGT";
    size_t suffix = 0;
    while (in_bytes && number > 0 && number % 1024 == 0 && suffix < sizeof suffixes - 2) {
        number /= 1024;
        suffix++;
    }
    snprintf(out, room, "%" PRIu64 "%.1s", number, &suffixes[suffix]);
}

static void
print_bounds(FILE *out, size_t indent, const struct option_rule *rule)
{
    char text[200], minimum[24], maximum[24];
    size_t used = 0;
    bool in_bytes = strcmp(rule->unit, "bytes") == 0;
    if (rule->standard == NULL)
        used += (size_t)snprintf(text, sizeof text, "Must be given.");
    else if (*rule->standard == '\0')
        used += (size_t)snprintf(text, sizeof text, "Optional.");
    else
        used += (size_t)snprintf(text, sizeof text, "Default: %.80s.", rule->standard);
    write_number(minimum, sizeof minimum, rule->minimum, in_bytes);
    write_number(maximum, sizeof maximum, rule->maximum, in_bytes);
    if (rule->type == OPTION_NUMBER)
        snprintf(text + used, sizeof text - used, " Range: %s..%s%s%s.", minimum, maximum,
                 *rule->unit == '\0' ? "" : " ", rule->unit);
    else if (rule->type == OPTION_TEXT)
        snprintf(text + used, sizeof text - used, " Length: %s..%s bytes.", minimum, maximum);
    print_wrapped(out, indent, text);
}

static void
print_option(FILE *out, size_t indent, const char *name, const char *value, const char *help)
{
    int used = fprintf(out, "  --%s%s", name, value);
    fprintf(out, "%*s", (int)indent - used, "");
    print_wrapped(out, indent, help);
}

void
config_print_help(const struct option_table *table, FILE *out)
{
    size_t indent = strlen("  --check-config  ");
    for (size_t i = 0; i < table->rule_count; i++) {
        const struct option_rule *rule = &table->rules[i];
        size_t size = strlen("  --  ") + strlen(rule->name) + strlen(value_word(rule));
        indent = size > indent ? size : indent;
    }
    fprintf(out, "Usage: %s [--config PATH] [--NAME VALUE]...\n\n", table->program);
    print_wrapped(out, 0, table->summary);
    fputc('\n', out);
    print_wrapped(
        out, 0,
        "The file holds lines \"name = value\"; the command line wins over it. Paths in the "
        "file are relative to the file's folder, those on the command line to the working "
        "folder.");
    for (size_t i = 0; i < table->rule_count; i++) {
        const struct option_rule *rule = &table->rules[i];
        fputc('\n', out);
        print_option(out, indent, rule->name, value_word(rule), rule->help);
        fprintf(out, "%*s", (int)indent, "");
        print_bounds(out, indent, rule);
    }
    fputc('\n', out);
    print_option(out, indent, "config", " PATH", "Read options from this file.");
    print_option(out, indent, "check-config", "", "Check the options and stop.");
    print_option(out, indent, "help", "", "Show this and stop.");
    print_option(out, indent, "version", "", "Show the version and stop.");
}
