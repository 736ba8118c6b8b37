/* SPDX-License-Identifier: Apache-2.0
 *
 * codes - what each code of a refusal or a warning means, in English and in Chinese.
 *
 * With --markdown it writes the page deploy/CODES.md, so that page and program never differ.
 */
#include <stdio.h>
#include <string.h>

#include "common/core/refusal.h"
#include "common/domain/warning.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "proto/control.pb-c.h"

static const struct argument_rule options[] = {
    { "markdown", NULL, false, "write the page deploy/CODES.md" },
    { 0 },
};

enum { REFUSALS = REFUSAL_CODE_COUNT - 1, CODES = REFUSALS + WARNING_CODE_COUNT };

/* Refusals first, then warnings. */
static Yidi__Meaning
meaning_at(int place)
{
    Yidi__Meaning meaning = YIDI__MEANING__INIT;
    if (place < REFUSALS) {
        enum refusal_code code = (enum refusal_code)(place + 1);
        meaning.code = (char *)refusal_name(code);
        meaning.kind = (char *)"refusal";
        meaning.english = (char *)refusal_meaning(code);
        meaning.chinese = (char *)refusal_meaning_chinese(code);
    } else {
        enum warning_code code = (enum warning_code)(place - REFUSALS);
        meaning.code = (char *)warning_name(code);
        meaning.kind = (char *)"warning";
        meaning.english = (char *)warning_english(code);
        meaning.chinese = (char *)warning_chinese(code);
    }
    return meaning;
}

/* The place of a code as a user may write it, fee-mismatch or FEE_MISMATCH; CODES when unknown. */
static int
find_code(const char *word)
{
    char name[64];
    size_t size = strlen(word);
    for (size_t i = 0; i <= size && size < sizeof name; i++) {
        bool lower = word[i] >= 'a' && word[i] <= 'z';
        name[i] = word[i] == '-' ? '_' : lower ? (char)(word[i] - 'a' + 'A') : word[i];
    }
    for (int place = 0; place < CODES && size < sizeof name; place++)
        if (strcmp(meaning_at(place).code, name) == 0)
            return place;
    return CODES;
}

static bool
is_asked(const struct arguments *arguments, int place)
{
    for (size_t i = 0; i < arguments->operand_count; i++)
        if (find_code(arguments->operands[i]) == place)
            return true;
    return arguments->operand_count == 0;
}

static void
print_codes(const struct settings *settings, const struct arguments *arguments)
{
    static const struct table_column columns[] = { { "CODE", false }, { "MEANING", false } };
    AUTO(table) struct table table;
    table_init(&table, columns, 2);
    for (int place = 0; place < CODES; place++) {
        const Yidi__Meaning meaning = meaning_at(place);
        if (!is_asked(arguments, place))
            continue;
        if (settings->json)
            output_json(&meaning.base);
        table_add(&table, (const char *[]){ meaning.code, meaning.english });
        table_add(&table, (const char *[]){ "", meaning.chinese });
    }
    if (!settings->json)
        table_print(&table, stdout);
}

static void
print_page(void)
{
    fputs(
        "# Codes\n\n"
        "Written by `make docs`; do not edit.\n\n"
        "A *refusal* means: no, and nothing was changed. It comes with the field that it is about\n"
        "and the rule that was broken. A *warning* comes with what was accepted, and stops\n"
        "nothing. Codes are stable. `yidictl codes CODE` explains one.\n\n"
        "拒绝（refusal）表示未予办理，未作任何改动；提示（warning）不影响受理。代码固定不变。\n\n"
        "| code | kind | English | 中文 |\n"
        "|---|---|---|---|\n",
        stdout);
    for (int place = 0; place < CODES; place++) {
        const Yidi__Meaning meaning = meaning_at(place);
        printf("| `%s` | %s | %s | %s |\n", meaning.code, meaning.kind, meaning.english,
               meaning.chinese);
    }
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    struct refusal refusal = { 0 };
    for (size_t i = 0; i < arguments->operand_count; i++)
        if (find_code(arguments->operands[i]) == CODES) {
            enum result result = refuse(&refusal, REFUSAL_OPTION_INVALID, "CODE",
                                        "there is no code %.40s", arguments->operands[i]);
            return report_usage(settings, result, &refusal);
        }
    if (arguments_flag(arguments, "markdown"))
        print_page();
    else
        print_codes(settings, arguments);
    return EXIT_DONE;
}

const struct command codes_command = {
    .name = "codes",
    .synopsis = "[CODE]... [--markdown]",
    .help = "explain the codes of refusals and warnings",
    .description = "Without a CODE: all of them. Each in English and in Chinese.",
    .options = options,
    .offline = true,
    .operand_count_max = OPERANDS_ANY,
    .run = run,
};
