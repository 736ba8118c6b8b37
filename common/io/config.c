/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/config.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/auto.h"
#include "common/core/require.h"
#include "common/domain/text.h"
#include "common/io/file.h"

enum { CONFIG_FILE_BYTES_MAX = 1024 * 1024 };

/* What was written for one option, and where. */
struct setting {
    const char *on_command_line;
    const char *in_file;
    int line; /* in the file */
};

struct reading {
    const struct option_table *table;
    struct setting *settings; /* one per rule */
    const char *file_path;    /* NULL without --config */
    enum config_action action;
    struct refusal *ret_refusal;
};

/* --- refusals name the option, and say where it stands --- */

static enum result
refuse_option(const struct reading *reading, enum refusal_code code, const char *name, int line,
              const char *rule)
{
    if (line == 0)
        return refuse(reading->ret_refusal, code, name, "%s (on the command line)", rule);
    return refuse(reading->ret_refusal, code, name, "%s (%s, line %d)", rule, reading->file_path,
                  line);
}

static enum result
refuse_value(const struct reading *reading, const struct option_rule *rule, int line,
             const char *text)
{
    return refuse_option(reading, REFUSAL_OPTION_INVALID, rule->name, line, text);
}

static enum result
refuse_range(const struct reading *reading, const struct option_rule *rule, int line,
             const char *unit)
{
    char text[80];
    snprintf(text, sizeof text, "%" PRIu64 "..%" PRIu64 "%s%s", rule->minimum, rule->maximum,
             *unit == '\0' ? "" : " ", unit);
    return refuse_value(reading, rule, line, text);
}

/* --- values --- */

static void *
field_of(const struct option_rule *rule, void *options)
{
    return (char *)options + rule->offset;
}

static enum result
set_text(const struct reading *reading, const struct option_rule *rule, int line, const char *value,
         void *options)
{
    const char **field = field_of(rule, options);
    size_t size = strlen(value);
    size_t size_max =
        rule->type == OPTION_PATH && rule->maximum == 0 ? PATH_MAX - 1 : rule->maximum;
    if (size > 0 && text_check(value, 0, size, rule->name, NULL) != OK)
        return refuse_value(reading, rule, line, "text without control characters");
    if (size < rule->minimum || size > size_max)
        return refuse_range(reading, rule, line, "bytes");
    char *copy = size == 0 ? NULL : strdup(value);
    if (size > 0 && copy == NULL)
        return ERR_MEMORY;
    free((void *)*field);
    *field = copy;
    return OK;
}

/* A relative path in a file starts from the file's folder. */
static enum result
set_path(const struct reading *reading, const struct option_rule *rule, int line, const char *value,
         void *options)
{
    const char *slash = line == 0 ? NULL : strrchr(reading->file_path, '/');
    if (slash == NULL || *value == '/' || *value == '\0')
        return set_text(reading, rule, line, value, options);
    AUTO(heap) char *path = NULL;
    if (asprintf(&path, "%.*s/%s", (int)(slash - reading->file_path), reading->file_path, value) <
        0) {
        path = NULL;
        return ERR_MEMORY;
    }
    return set_text(reading, rule, line, path, options);
}

static unsigned
suffix_shift(char suffix)
{
    switch (suffix) {
    case 'K':
        return 10;
    case 'M':
        return 20;
    case 'G':
        return 30;
    case 'T':
        return 40;
    default:
        return 0;
    }
}

static bool
parse_number(const char *text, bool in_bytes, uint64_t *ret_number)
{
    uint64_t number = 0;
    size_t digits = strspn(text, "0123456789");
    for (size_t i = 0; i < digits; i++)
        if (__builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(text[i] - '0'), &number))
            return false;
    unsigned shift = in_bytes ? suffix_shift(text[digits]) : 0;
    if (digits == 0 || text[digits + (shift > 0)] != '\0' || number > UINT64_MAX >> shift)
        return false;
    *ret_number = number << shift;
    return true;
}

static enum result
set_number(const struct reading *reading, const struct option_rule *rule, int line,
           const char *value, void *options)
{
    uint64_t number;
    if (!parse_number(value, strcmp(rule->unit, "bytes") == 0, &number) || number < rule->minimum ||
        number > rule->maximum)
        return refuse_range(reading, rule, line, rule->unit);
    *(uint64_t *)field_of(rule, options) = number;
    return OK;
}

static enum result
set_flag(const struct reading *reading, const struct option_rule *rule, int line, const char *value,
         void *options)
{
    bool yes = strcmp(value, "yes") == 0;
    if (!yes && strcmp(value, "no") != 0)
        return refuse_value(reading, rule, line, "yes or no");
    *(bool *)field_of(rule, options) = yes;
    return OK;
}

static enum result
set_value(const struct reading *reading, const struct option_rule *rule, int line,
          const char *value, void *options)
{
    switch (rule->type) {
    case OPTION_TEXT:
        return set_text(reading, rule, line, value, options);
    case OPTION_PATH:
        return set_path(reading, rule, line, value, options);
    case OPTION_NUMBER:
        return set_number(reading, rule, line, value, options);
    case OPTION_FLAG:
    default:
        return set_flag(reading, rule, line, value, options);
    }
}

/* The file's value is checked even when the command line overrides it. */
static enum result
set_option(const struct reading *reading, size_t index, void *options)
{
    const struct option_rule *rule = &reading->table->rules[index];
    const struct setting *setting = &reading->settings[index];
    enum result result = OK;
    if (setting->in_file != NULL)
        result = set_value(reading, rule, setting->line, setting->in_file, options);
    if (result == OK && setting->on_command_line != NULL)
        result = set_value(reading, rule, 0, setting->on_command_line, options);
    if (setting->in_file != NULL || setting->on_command_line != NULL)
        return result;
    if (rule->standard == NULL)
        return refuse(reading->ret_refusal, REFUSAL_OPTION_INVALID, rule->name, "must be given");
    bool is_text = rule->type == OPTION_TEXT || rule->type == OPTION_PATH;
    if (is_text && *rule->standard == '\0')
        return OK;
    result = set_value(reading, rule, 0, rule->standard, options);
    REQUIRE(result != ERR_REFUSED); /* a default keeps its own rule */
    return result;
}

/* --- where values come from --- */

/* Index of the rule of that name, or rule_count. */
static size_t
find_rule(const struct option_table *table, const char *name, size_t name_size)
{
    size_t i = 0;
    while (i < table->rule_count && (strncmp(table->rules[i].name, name, name_size) != 0 ||
                                     table->rules[i].name[name_size] != '\0'))
        i++;
    return i;
}

static enum result
take_word(struct reading *reading, char *argv[], int *index)
{
    const char *word = argv[*index];
    const char *name = word + 2;
    size_t name_size = strcspn(name, "=");
    bool is_config = name_size == strlen("config") && strncmp(name, "config", name_size) == 0;
    size_t found = find_rule(reading->table, name, name_size);
    if (strncmp(word, "--", 2) != 0 || (!is_config && found == reading->table->rule_count))
        return refuse_option(reading, REFUSAL_OPTION_UNKNOWN, word, 0, "an option of --help");

    const char **place =
        is_config ? &reading->file_path : &reading->settings[found].on_command_line;
    const char *option = is_config ? "config" : reading->table->rules[found].name;
    const char *next = argv[*index + 1];
    if (*place != NULL)
        return refuse_option(reading, REFUSAL_OPTION_INVALID, option, 0, "given once");
    if (name[name_size] == '=')
        *place = name + name_size + 1;
    else if (!is_config && reading->table->rules[found].type == OPTION_FLAG)
        *place = "yes";
    else if (next != NULL && strncmp(next, "--", 2) != 0)
        *place = argv[++*index];
    else
        return refuse_option(reading, REFUSAL_OPTION_INVALID, option, 0, "followed by a value");
    return OK;
}

static enum result
take_command_line(struct reading *reading, int argc, char *argv[])
{
    static const struct {
        const char *word;
        enum config_action action;
    } actions[] = {
        { "--help", CONFIG_HELP },
        { "--version", CONFIG_VERSION },
        { "--check-config", CONFIG_CHECK },
    };
    for (int i = 1; i < argc; i++) {
        bool taken = false;
        for (size_t j = 0; j < sizeof actions / sizeof *actions && !taken; j++)
            if (strcmp(argv[i], actions[j].word) == 0) {
                reading->action = actions[j].action;
                taken = true;
            }
        if (reading->action == CONFIG_HELP || reading->action == CONFIG_VERSION)
            return OK;
        enum result result = taken ? OK : take_word(reading, argv, &i);
        if (result != OK)
            return result;
    }
    return OK;
}

static char *
trim(char *text)
{
    static const char blank[] = " \t\r";
    text += strspn(text, blank);
    size_t size = strlen(text);
    while (size > 0 && strchr(blank, text[size - 1]) != NULL)
        text[--size] = '\0';
    return text;
}

static enum result
take_line(struct reading *reading, char *line, int number)
{
    if (*line == '#' || *trim(line) == '\0')
        return OK;
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return refuse_option(reading, REFUSAL_OPTION_INVALID, "", number, "name = value");
    *equals = '\0';
    const char *name = trim(line);
    size_t found = find_rule(reading->table, name, strlen(name));
    if (found == reading->table->rule_count)
        return refuse_option(reading, REFUSAL_OPTION_UNKNOWN, name, number, "an option of --help");
    struct setting *setting = &reading->settings[found];
    if (setting->in_file != NULL)
        return refuse_option(reading, REFUSAL_OPTION_INVALID, name, number, "given once");
    setting->in_file = trim(equals + 1);
    setting->line = number;
    return OK;
}

/* Settings point into the text, which is cut into lines. */
static enum result
take_file(struct reading *reading, char *text, size_t size)
{
    int number = 0;
    if (strlen(text) != size)
        return refuse(reading->ret_refusal, REFUSAL_FILE_UNREADABLE, reading->file_path,
                      "a text file");
    for (char *line = text; line != NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        enum result result = take_line(reading, line, ++number);
        if (result != OK)
            return result;
        line = end;
    }
    return OK;
}

/* --- the whole --- */

static void
clear_options(const struct option_table *table, void *options)
{
    for (size_t i = 0; i < table->rule_count; i++) {
        void *field = field_of(&table->rules[i], options);
        switch (table->rules[i].type) {
        case OPTION_TEXT:
        case OPTION_PATH:
            *(const char **)field = NULL;
            break;
        case OPTION_NUMBER:
            *(uint64_t *)field = 0;
            break;
        case OPTION_FLAG:
            *(bool *)field = false;
            break;
        }
    }
}

void
config_free(const struct option_table *table, void *options)
{
    for (size_t i = 0; i < table->rule_count; i++) {
        const struct option_rule *rule = &table->rules[i];
        if (rule->type == OPTION_TEXT || rule->type == OPTION_PATH) {
            const char **field = field_of(rule, options);
            free((void *)*field);
            *field = NULL;
        }
    }
}

static enum result
set_options(struct reading *reading, void *options)
{
    AUTO(heap) uint8_t *text = NULL;
    size_t size = 0;
    enum result result = OK;
    if (reading->file_path != NULL)
        result = file_read(reading->file_path, CONFIG_FILE_BYTES_MAX, &text, &size,
                           reading->ret_refusal);
    if (result == OK && text != NULL)
        result = take_file(reading, (char *)text, size);
    for (size_t i = 0; result == OK && i < reading->table->rule_count; i++)
        result = set_option(reading, i, options);
    if (result != OK)
        config_free(reading->table, options);
    return result;
}

enum result
config_read(const struct option_table *table, int argc, char *argv[], void *options,
            enum config_action *ret_action, struct refusal *ret_refusal)
{
    AUTO(heap) struct setting *settings = calloc(table->rule_count + 1, sizeof *settings);
    if (settings == NULL)
        return ERR_MEMORY;
    struct reading reading = {
        .table = table,
        .settings = settings,
        .action = CONFIG_RUN,
        .ret_refusal = ret_refusal,
    };
    clear_options(table, options);
    enum result result = take_command_line(&reading, argc, argv);
    bool needs_options = reading.action == CONFIG_RUN || reading.action == CONFIG_CHECK;
    if (result == OK && needs_options)
        result = set_options(&reading, options);
    if (result == OK)
        *ret_action = reading.action;
    return result;
}
