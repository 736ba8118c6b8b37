/* SPDX-License-Identifier: Apache-2.0
 *
 * policy check, policy explain - what is wrong with a policy, and what it says on a day in a
 * province.
 *
 * Works on files alone, asks no daemon.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/domain/civil_date.h"
#include "common/domain/division.h"
#include "common/io/policy_file.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/policy_source.h"
#include "deploy/yidictl/report.h"

enum { FAULTS_SHOWN = 1000, YEARS_LOOKED_AT = 2 };

/* ---- policy check ---- */

struct gathering {
    struct arena *arena;
    Yidi__PolicyChecked *checked;
    const struct policy_source *source;
};

/* What cannot be read was told already; what stands in its place is nobody's fault. */
static bool
is_told(const Yidi__PolicyChecked *checked, const struct policy_fault *fault)
{
    for (size_t i = 0; i < checked->n_faults; i++)
        if (strncmp(fault->field, "rules[", 6) == 0 &&
            strcmp(checked->faults[i]->field, fault->field) == 0)
            return fault->kind != POLICY_FAULT_UNREADABLE;
    return false;
}

static unsigned
line_of(const struct policy_source *source, const struct policy_fault *fault)
{
    size_t rule;
    bool about_rule = sscanf(fault->field, "rules[%zu]", &rule) == 1;
    return fault->line != 0 || !about_rule || source->lines == NULL ? fault->line
                                                                    : source->lines[rule];
}

static void
gather(void *context, const struct policy_fault *fault)
{
    const struct gathering *gathering = context;
    Yidi__PolicyChecked *checked = gathering->checked;
    if (is_told(checked, fault))
        return;
    checked->fault_count++;
    Yidi__PolicyFault *row = arena_take(gathering->arena, sizeof *row);
    if (row == NULL || checked->n_faults == FAULTS_SHOWN)
        return;
    yidi__policy_fault__init(row);
    row->field = arena_copy_text(gathering->arena, fault->field);
    row->text = arena_copy_text(gathering->arena, fault->text);
    row->light = policy_fault_is_light(fault->kind);
    row->line = line_of(gathering->source, fault);
    row->remedy = (char *)policy_fault_remedy(fault->kind);
    if (row->field != NULL && row->text != NULL)
        checked->faults[checked->n_faults++] = row;
}

/* This year and the next: nobody can list the holidays of a year before they are decreed. */
static void
find_bare_years(const struct policy *policy, Yidi__PolicyChecked *checked)
{
    uint32_t year = civil_date_of_ms((uint64_t)time(NULL) * 1000) / 10000;
    for (uint32_t i = 0; i < YEARS_LOOKED_AT; i++)
        if (!calendar_knows_year(&policy->calendar, year + i))
            checked->years_without_calendar[checked->n_years_without_calendar++] = year + i;
}

/* By line, and those of no line behind; of one line as they were found. */
static void
sort_by_line(Yidi__PolicyFault **faults, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        Yidi__PolicyFault *fault = faults[i];
        size_t place = i;
        for (; place > 0 && fault->line - 1 < faults[place - 1]->line - 1; place--)
            faults[place] = faults[place - 1];
        faults[place] = fault;
    }
}

/* Read and judge. */
static enum result
check(const struct arguments *arguments, const struct trust_root *root, struct arena *arena,
      struct policy_source *source, Yidi__PolicyChecked *ret_checked, struct refusal *ret_refusal)
{
    struct gathering gathering = { arena, ret_checked, source };
    yidi__policy_checked__init(ret_checked);
    ret_checked->faults = arena_take(arena, FAULTS_SHOWN * sizeof *ret_checked->faults);
    ret_checked->years_without_calendar =
        arena_take(arena, YEARS_LOOKED_AT * sizeof *ret_checked->years_without_calendar);
    if (ret_checked->faults == NULL || ret_checked->years_without_calendar == NULL)
        return ERR_MEMORY;
    enum result result = policy_source_read_all(arguments->operands[0], arguments, root, gather,
                                                &gathering, arena, source, ret_refusal);
    if (result != OK)
        return result;
    ret_checked->rules = (uint32_t)source->policy.rule_count;
    (void)policy_check(&source->policy, gather, &gathering);
    sort_by_line(ret_checked->faults, ret_checked->n_faults);
    find_bare_years(&source->policy, ret_checked);
    return OK;
}

static const char *
place_of(const Yidi__PolicyFault *fault, struct arena *arena)
{
    return fault->line == 0 ? fault->field : output_format(arena, "line %" PRIu32, fault->line);
}

static void
print_checked(const Yidi__PolicyChecked *checked, struct arena *arena)
{
    static const struct table_column columns[] = { { "WHERE", false }, { "WHAT IS WRONG", false } };
    AUTO(table) struct table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < checked->n_faults; i++) {
        const Yidi__PolicyFault *fault = checked->faults[i];
        table_add(&table, (const char *[]){ place_of(fault, arena),
                                            output_format(arena, "%s.", fault->text) });
        bool last = i + 1 == checked->n_faults ||
                    strcmp(checked->faults[i + 1]->remedy, fault->remedy) != 0;
        if (last) /* of those that one remedy is for */
            table_add(&table, (const char *[]){ "", output_format(arena, "-> %s", fault->remedy) });
    }
    if (checked->fault_count > 0) {
        table_print(&table, stdout);
        putchar('\n');
    }
    if (checked->signature[0] != '\0')
        printf("Signature: %s.\n", checked->signature);
    if (checked->fault_count > checked->n_faults)
        printf("... and %" PRIu32 " more.\n", checked->fault_count - (uint32_t)checked->n_faults);
    printf("%" PRIu32 " rule%s, %s.\n", checked->rules, checked->rules == 1 ? "" : "s",
           checked->fault_count == 0 ? "nothing wrong"
           : checked->fault_count == 1
               ? "1 fault: it cannot be signed"
               : output_format(arena, "%u faults: it cannot be signed", checked->fault_count));
    for (size_t i = 0; i < checked->n_years_without_calendar; i++)
        printf("The calendar knows no holidays of %" PRIu32
               "; of its days, only weekends are free.\n",
               checked->years_without_calendar[i]);
}

/* What was found out about who signed it; empty when nobody did. */
static const char *
signature_text(const struct policy_source *source, bool looked_at, struct arena *arena)
{
    if (source->file == NULL)
        return "";
    if (!looked_at)
        return "not looked at; --root names the certificate that it must chain to";
    return output_format(arena, "good, by %s", policy_file_signer(source->file));
}

static enum result
load_root(const struct arguments *arguments, struct trust_root **ret_root,
          struct refusal *ret_refusal)
{
    const char *path = arguments_text(arguments, "root");
    return path == NULL
               ? OK
               : trust_root_load(path, arguments_text(arguments, "crl"), ret_root, ret_refusal);
}

static int
run_check(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(arena) struct arena arena;
    AUTO(trust_root) struct trust_root *root = NULL;
    AUTO(policy_source) struct policy_source source = { 0 };
    Yidi__PolicyChecked checked;
    struct refusal refusal = { 0 };
    arena_init(&arena);

    enum result result = load_root(arguments, &root, &refusal);
    if (result == OK)
        result = check(arguments, root, &arena, &source, &checked, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    checked.signature = (char *)(uintptr_t)signature_text(&source, root != NULL, &arena);
    if (settings->json)
        output_json(&checked.base);
    else
        print_checked(&checked, &arena);
    return checked.fault_count == 0 ? EXIT_DONE : EXIT_REFUSED;
}

static const struct argument_rule check_options[] = {
    POLICY_CALENDAR_OPTION,
    { "root", "root.pem", false, "of a signed policy: the root certificate that is trusted" },
    { "crl", "FILE", false, "the root's list of revoked certificates" },
    { 0 },
};

const struct command policy_check_command = {
    .name = "policy check",
    .synopsis = "[--calendar FILE]... [--root root.pem [--crl FILE]] FILE",
    .help = "tell what is wrong with a policy",
    .description =
        "FILE is a policy's JSON source or a signed policy. Two rules of one key and province "
        "must\n"
        "not overlap in time, and on every day from the first rule on each key must have a\n"
        "nationwide rule. yidictl policy explain without a file lists the keys, and what each is.\n"
        "Of a signed policy it is also told whether its signature is good, when --root is given.",
    .options = check_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .offline = true,
    .run = run_check,
};

/* ---- policy explain ---- */

struct question {
    uint32_t date;
    const char *province; /* two digits, or empty */
};

static enum result
read_question(const struct arguments *arguments, struct question *ret_question,
              struct refusal *ret_refusal)
{
    const char *province = arguments_text(arguments, "province");
    ret_question->province = province == NULL ? "" : province;
    if (province != NULL &&
        (strlen(province) != POLICY_PROVINCE_DIGITS || !division_area_known(province)))
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "province",
                      "the first two digits of a province's codes, such as 54");
    return policy_source_date(arguments_text(arguments, "date"), "date", &ret_question->date,
                              ret_refusal);
}

static enum result
answer(const struct policy *policy, enum policy_key key, const struct question *question,
       struct arena *arena, Yidi__PolicyAnswer **ret_answer)
{
    const struct policy_key_info *info = policy_key_info(key);
    const struct policy_rule *rule = policy_find(policy, key, question->date, question->province);
    Yidi__PolicyAnswer *row = arena_take(arena, sizeof *row);
    char *text = arena_take(arena, POLICY_VALUE_BYTES);
    if (row == NULL || text == NULL)
        return ERR_MEMORY;
    yidi__policy_answer__init(row);
    row->key = (char *)(uintptr_t)info->key;
    row->term = (char *)(uintptr_t)info->term;
    row->help = (char *)(uintptr_t)info->help;
    row->decides = (char *)(uintptr_t)policy_place_name(info->place);
    row->value = rule == NULL ? info->standard : rule->value;
    policy_value_format(info->unit, row->value, text);
    row->text = text;
    row->source = (char *)(uintptr_t)(rule == NULL                ? "standard"
                                      : rule->province[0] == '\0' ? "nationwide"
                                                                  : "province");
    if (rule != NULL) {
        row->from = rule->from;
        row->until = rule->until;
        row->note = (char *)(uintptr_t)rule->note;
    }
    *ret_answer = row;
    return OK;
}

static enum result
explain(const struct policy *policy, const struct question *question, struct arena *arena,
        Yidi__PolicyExplained *ret_explained)
{
    yidi__policy_explained__init(ret_explained);
    ret_explained->version = policy->version;
    ret_explained->date = question->date;
    ret_explained->province = (char *)(uintptr_t)question->province;
    ret_explained->answers = arena_take(arena, POLICY_KEY_COUNT * sizeof *ret_explained->answers);
    if (ret_explained->answers == NULL)
        return ERR_MEMORY;
    enum result result = OK;
    for (int key = 0; key < POLICY_KEY_COUNT && result == OK; key++)
        result = answer(policy, (enum policy_key)key, question, arena,
                        &ret_explained->answers[ret_explained->n_answers++]);
    return result;
}

/* "in 54 from 2026-01-01 on", "nationwide 2018-04-01 to 2026-06-30", or "the law's standard". */
static const char *
source_text(const Yidi__PolicyAnswer *row, const char *province, struct arena *arena)
{
    if (strcmp(row->source, "standard") == 0)
        return "standard, no rule";
    const char *place = strcmp(row->source, "province") == 0
                            ? output_format(arena, "in %s", province)
                            : "nationwide";
    if (row->until == 0)
        return output_format(arena, "%s, from %s on", place, output_date(row->from, arena));
    return output_format(arena, "%s, %s to %s", place, output_date(row->from, arena),
                         output_date(row->until, arena));
}

static void
print_explained(const Yidi__PolicyExplained *explained, const char *title, bool no_file,
                struct arena *arena)
{
    static const struct table_column columns[] = {
        { "KEY", false },  { "VALUE", true }, { "TERM", false },       { "DECIDES", false },
        { "RULE", false }, { "NOTE", false }, { "WHAT IT IS", false },
    };
    AUTO(table) struct table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < explained->n_answers; i++) {
        const Yidi__PolicyAnswer *row = explained->answers[i];
        table_add(&table, (const char *[]){ row->key, row->text, row->term, row->decides,
                                            source_text(row, explained->province, arena), row->note,
                                            no_file ? row->help : "" });
    }
    const char *name = explained->province[0] == '\0'
                           ? "nationwide"
                           : output_format(arena, "in %s %s", explained->province,
                                           division_province_name(explained->province));
    printf("%s, on %s %s\n\n", title, output_date(explained->date, arena), name);
    table_print(&table, stdout);
}

static const char *
title_of(const struct arguments *arguments, const struct policy_source *source, struct arena *arena)
{
    if (arguments->operand_count == 0)
        return "Without a policy";
    if (source->file == NULL)
        return output_format(arena, "%s, not signed", arguments->operands[0]);
    return output_format(arena, "Policy version %llu", (unsigned long long)source->policy.version);
}

static int
run_explain(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(arena) struct arena arena;
    AUTO(policy_source) struct policy_source source = { 0 };
    Yidi__PolicyExplained explained;
    struct question question;
    struct refusal refusal = { 0 };
    arena_init(&arena);

    enum result result = read_question(arguments, &question, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    if (arguments->operand_count > 0)
        result = policy_source_read(arguments->operands[0], NULL, NULL, &arena, &source, &refusal);
    if (result == OK)
        result = explain(&source.policy, &question, &arena, &explained);
    if (result != OK)
        return report_result(settings, result, &refusal);
    if (settings->json)
        output_json(&explained.base);
    else
        print_explained(&explained, title_of(arguments, &source, &arena),
                        arguments->operand_count == 0, &arena);
    return EXIT_DONE;
}

static const struct argument_rule explain_options[] = {
    { "date", "DATE", false, "the day that is asked about, such as 2026-11-23 (default: today)" },
    { "province", "PP", false,
      "first two digits of the province (default: what holds nationwide)" },
    { 0 },
};

const struct command policy_explain_command = {
    .name = "policy explain",
    .synopsis = "[--date DATE] [--province PP] [FILE]",
    .help = "show what holds on a day in a province, and why",
    .description = "FILE is a policy's JSON source or a signed policy, whose signature is not "
                   "looked at. Without\n"
                   "FILE: what holds at an office without a policy. DECIDES tells whose province "
                   "counts when\n"
                   "window and registry stand in two; \"each office\" is a key that every office "
                   "has for itself.",
    .options = explain_options,
    .operand_count_max = 1,
    .offline = true,
    .run = run_explain,
};
