/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/arguments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/require.h"

const struct argument_rule *
arguments_find_rule(const struct argument_rule *table, const char *word)
{
    if (table == NULL || strncmp(word, "--", 2) != 0)
        return NULL;
    size_t name_bytes = strcspn(word + 2, "=");
    for (; table->name != NULL; table++)
        if (strlen(table->name) == name_bytes && strncmp(table->name, word + 2, name_bytes) == 0)
            return table;
    return NULL;
}

static const struct argument_option *
find_option(const struct arguments *arguments, const struct argument_rule *rule, size_t from)
{
    for (size_t i = from; i < arguments->option_count; i++)
        if (arguments->options[i].rule == rule)
            return &arguments->options[i];
    return NULL;
}

/* Take one option, and its value from the next word when it is not behind an equals sign. */
static enum result
take_option(struct arguments *arguments, size_t word_count, char *words[], size_t *place,
            struct refusal *ret_refusal)
{
    const char *word = words[*place];
    const struct argument_rule *rule = arguments_find_rule(arguments->tables[0], word);
    if (rule == NULL)
        rule = arguments_find_rule(arguments->tables[1], word);
    if (rule == NULL)
        return refuse(ret_refusal, REFUSAL_OPTION_UNKNOWN, word,
                      "no such option; --help lists them");

    const char *equals = strchr(word, '=');
    const char *value = equals == NULL ? NULL : equals + 1;
    if (rule->value == NULL && value != NULL)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, rule->name, "takes no value");
    if (rule->value != NULL && value == NULL) {
        if (*place + 1 >= word_count)
            return refuse(ret_refusal, REFUSAL_OPTION_INVALID, rule->name, "%s is missing",
                          rule->value);
        value = words[++*place];
    }
    if (rule->value != NULL && !rule->repeatable && find_option(arguments, rule, 0) != NULL)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, rule->name, "given twice");
    arguments->options[arguments->option_count++] =
        (struct argument_option){ .rule = rule, .value = value };
    return OK;
}

enum result
arguments_parse(struct arguments *arguments, const struct argument_rule *common,
                const struct argument_rule *own, size_t word_count, char *words[],
                struct refusal *ret_refusal)
{
    *arguments = (struct arguments){
        .tables = { own, common },
        .options = calloc(word_count + 1, sizeof *arguments->options),
        .operands = calloc(word_count + 1, sizeof *arguments->operands),
    };
    if (arguments->options == NULL || arguments->operands == NULL)
        return ERR_MEMORY;

    bool options_ended = false;
    for (size_t place = 0; place < word_count; place++) {
        const char *word = words[place];
        if (options_ended || word[0] != '-' || word[1] == '\0') {
            arguments->operands[arguments->operand_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            options_ended = true;
        } else {
            enum result result = take_option(arguments, word_count, words, &place, ret_refusal);
            if (result != OK)
                return result;
        }
    }
    return OK;
}

void
arguments_fini(struct arguments *arguments)
{
    free(arguments->options);
    free(arguments->operands);
    *arguments = (struct arguments){ 0 };
}

static const struct argument_rule *
rule_named(const struct arguments *arguments, const char *name)
{
    for (size_t i = 0; i < 2; i++)
        for (const struct argument_rule *rule = arguments->tables[i];
             rule != NULL && rule->name != NULL; rule++)
            if (strcmp(rule->name, name) == 0)
                return rule;
    UNREACHABLE("an option that stands in no table");
}

bool
arguments_flag(const struct arguments *arguments, const char *name)
{
    return find_option(arguments, rule_named(arguments, name), 0) != NULL;
}

const char *
arguments_text(const struct arguments *arguments, const char *name)
{
    size_t place = 0;
    return arguments_next(arguments, name, &place);
}

char *
arguments_field(const struct arguments *arguments, const char *name)
{
    const char *text = arguments_text(arguments, name);
    return (char *)(text == NULL ? "" : text);
}

const char *
arguments_next(const struct arguments *arguments, const char *name, size_t *place)
{
    const struct argument_option *option =
        find_option(arguments, rule_named(arguments, name), *place);
    if (option == NULL)
        return NULL;
    *place = (size_t)(option - arguments->options) + 1;
    return option->value;
}

enum result
arguments_number(const struct arguments *arguments, const char *name, uint64_t standard,
                 uint64_t minimum, uint64_t maximum, uint64_t *ret_number,
                 struct refusal *ret_refusal)
{
    const char *text = arguments_text(arguments, name);
    uint64_t number = standard;
    if (text != NULL) {
        char *end;
        errno = 0;
        number = strtoull(text, &end, 10);
        if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < minimum ||
            number > maximum)
            return refuse(ret_refusal, REFUSAL_OPTION_INVALID, name, "a number, %llu..%llu",
                          (unsigned long long)minimum, (unsigned long long)maximum);
    }
    *ret_number = number;
    return OK;
}
