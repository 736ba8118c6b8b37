/* SPDX-License-Identifier: Apache-2.0
 *
 * codes - what each code of a refusal, warning, finding or trouble means, in English and in
 * Chinese.
 *
 * With --markdown it writes the page deploy/CODES.md, so that page and program never differ.
 */
#include <ctype.h>
#include <stdio.h>

#include "common/core/refusal.h"
#include "common/core/trouble.h"
#include "common/domain/finding.h"
#include "common/domain/warning.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "proto/control.pb-c.h"

static const struct argument_rule options[] = {
    { "markdown", NULL, false, "write the page deploy/CODES.md" },
    { 0 },
};

enum {
    REFUSALS = REFUSAL_CODE_COUNT - 1,
    WARNINGS = REFUSALS + WARNING_CODE_COUNT, /* here and below: up to and with them */
    FINDINGS = WARNINGS + FINDING_COUNT,
    CODES = FINDINGS + TROUBLE_CODE_COUNT - 1
};

static Yidi__Meaning
meaning_of(const char *kind, const char *code, const char *english, const char *chinese)
{
    Yidi__Meaning meaning = YIDI__MEANING__INIT;
    meaning.kind = (char *)kind;
    meaning.code = (char *)code;
    meaning.english = (char *)english;
    meaning.chinese = (char *)chinese;
    return meaning;
}

static Yidi__Meaning
finding_at(enum finding finding)
{
    Yidi__Meaning meaning = meaning_of("finding", finding_name(finding), finding_english(finding),
                                       finding_chinese(finding));
    meaning.advice_english = (char *)finding_advice_english(finding);
    meaning.advice_chinese = (char *)finding_advice_chinese(finding);
    return meaning;
}

/* Refusals first, then warnings, findings and troubles. */
static Yidi__Meaning
meaning_at(int place)
{
    enum refusal_code refusal = (enum refusal_code)(place + 1);
    enum warning_code warning = (enum warning_code)(place - REFUSALS);
    enum trouble_code trouble = (enum trouble_code)(place - FINDINGS + 1);
    if (place < REFUSALS)
        return meaning_of("refusal", refusal_name(refusal), refusal_meaning(refusal),
                          refusal_meaning_chinese(refusal));
    if (place < WARNINGS)
        return meaning_of("warning", warning_name(warning), warning_english(warning),
                          warning_chinese(warning));
    if (place < FINDINGS)
        return finding_at((enum finding)(place - WARNINGS));
    return meaning_of("trouble", trouble_name(trouble), trouble_english(trouble),
                      trouble_chinese(trouble));
}

/* As a user may write it: fee-mismatch or FEE_MISMATCH. */
static bool
names(const char *word, const char *code)
{
    for (; *word != '\0' && *code != '\0'; word++, code++)
        if ((*word == '-' ? '_' : toupper((unsigned char)*word)) != *code)
            return false;
    return *word == *code;
}

/* A refusal and a finding may have one name. */
static bool
is_known(const char *word)
{
    for (int place = 0; place < CODES; place++)
        if (names(word, meaning_at(place).code))
            return true;
    return false;
}

static bool
is_asked(const struct arguments *arguments, int place)
{
    for (size_t i = 0; i < arguments->operand_count; i++)
        if (names(arguments->operands[i], meaning_at(place).code))
            return true;
    return arguments->operand_count == 0;
}

static void
print_codes(const struct settings *settings, const struct arguments *arguments)
{
    static const struct table_column columns[] = { { "CODE", false },
                                                   { "KIND", false },
                                                   { "MEANING", false } };
    AUTO(table) struct table table;
    table_init(&table, columns, 3);
    for (int place = 0; place < CODES; place++) {
        const Yidi__Meaning meaning = meaning_at(place);
        if (!is_asked(arguments, place))
            continue;
        if (settings->json)
            output_json(&meaning.base);
        table_add(&table, (const char *[]){ meaning.code, meaning.kind, meaning.english });
        table_add(&table, (const char *[]){ "", "", meaning.chinese });
        if (*meaning.advice_english == '\0')
            continue;
        table_add(&table,
                  (const char *[]){ "", "",
                                    output_format(&table.arena, "-> %s", meaning.advice_english) });
        table_add(&table,
                  (const char *[]){ "", "",
                                    output_format(&table.arena, "-> %s", meaning.advice_chinese) });
    }
    if (!settings->json)
        table_print(&table, stdout);
}

/* One table for each kind; of findings with what is done about them. */
static void
print_rows(const char *title, int from, int to)
{
    bool advised = *meaning_at(from).advice_english != '\0';
    printf("\n## %s\n\n| code | English | 中文 |%s\n|---|---|---|%s\n", title,
           advised ? " what the examiner does | 办法 |" : "", advised ? "---|---|" : "");
    for (int place = from; place < to; place++) {
        const Yidi__Meaning meaning = meaning_at(place);
        printf("| `%s` | %s | %s |", meaning.code, meaning.english, meaning.chinese);
        if (advised)
            printf(" %s | %s |", meaning.advice_english, meaning.advice_chinese);
        putchar('\n');
    }
}

static void
print_page(void)
{
    fputs(
        "# Codes\n\n"
        "Written by `make docs`; do not edit.\n\n"
        "A *refusal* means: no, and nothing was changed. It comes with the field that it is about\n"
        "and the rule that was broken. A *warning* comes with what was accepted, and stops\n"
        "nothing. A *finding* is what the registry's record tells against an application. A\n"
        "*trouble* is what is wrong with another office, or why this one takes no work or erases\n"
        "nothing; what stands in braces is filled in. Codes are stable. `yidictl codes CODE`\n"
        "explains one.\n\n"
        "拒绝（refusal）表示未予办理，未作任何改动；提示（warning）不影响受理；核查结果（finding）"
        "\n"
        "供审核人决定；故障（trouble）说明机关之间或者本机关的问题。代码固定不变。\n",
        stdout);
    print_rows("Refusals · 拒绝", 0, REFUSALS);
    print_rows("Warnings · 提示", REFUSALS, WARNINGS);
    print_rows("Findings · 核查结果", WARNINGS, FINDINGS);
    print_rows("Troubles · 故障", FINDINGS, CODES);
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    struct refusal refusal = { 0 };
    for (size_t i = 0; i < arguments->operand_count; i++)
        if (!is_known(arguments->operands[i])) {
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
    .help = "explain the codes of refusals, warnings and findings",
    .description = "Without a CODE: all of them. Each in English and in Chinese.",
    .options = options,
    .offline = true,
    .operand_count_max = OPERANDS_ANY,
    .run = run,
};
