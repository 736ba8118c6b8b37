/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/report.h"

#include <stdio.h>
#include <string.h>

#include "common/core/arena.h"
#include "common/core/format.h"
#include "common/domain/case_number.h"
#include "common/io/json.h"
#include "deploy/yidictl/output.h"

/* How the user wrote what the office knows by its field in proto/control.proto. */
static const char *
user_name(const char *field)
{
    static const struct {
        const char *field;
        const char *shown;
    } names[] = {
        { "decide.verb", "" },
        { "decide.case_numbers", "CASE" },
        { "decide.reasons", "--reason" },
        { "decide.text", "--text" },
        { "decide.package", "--package" },
        { "decide.card_serial", "--serial" },
        { "decide.fields", "--field" },
        { "decide.answer_by", "--answer-by" },
        { "decide.registration_division", "--division" },
        { "decide.old_card_surrendered", "--old-card-surrendered" },
        { "decide.temporary_card_surrendered", "--temporary-card-surrendered" },
        { "decide.receipt_code", "--receipt" },
        { "search.text", "TEXT" },
        { "print.paper", "PAPER" },
        { "card_query.citizen_number", "NUMBER" },
        { "list.state", "--state" },
        { "list.limit", "--limit" },
        { "list.after", "" },
        { "show.reason", "--reason" },
        { "show.case_number", "CASE" },
        { "export.reason", "--reason" },
        { "export.case_number", "CASE" },
        { "case_number", "CASE" },
        { "apply.request_key", "--key" },
        { "ask_eligibility.apply.request_key", "--key" },
        { "draft_take.reason", "--reason" },
        { "draft_take.name", "DRAFT" },
        { "draft_discard.name", "DRAFT" },
        { "draft_save.name", "DRAFT" },
        { "draft", "DRAFT" },
        { "peers.office", "OFFICE" },
        { "operator", "--operator" },
        { "socket", "--socket" },
        { "control-socket", "--socket" },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i].field, field) == 0)
            return names[i].shown;
    static const char *const parts[] = { "apply.", "ask_eligibility.apply.",
                                         "ask_eligibility.question.", "draft_save." };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strncmp(field, parts[i], strlen(parts[i])) == 0)
            return field + strlen(parts[i]);
    return field;
}

/* Behind what stands in the text already. */
static void
append_chinese(const struct settings *settings, const char *chinese, char text[REPORT_BYTES])
{
    size_t used = strlen(text);
    if (settings->chinese && chinese[0] != '\0')
        format_text(text + used, REPORT_BYTES - used, "（%s）", chinese);
}

/* The case that a rule names, in groups as everywhere else. */
static void
group_numbers(const char *rule, char ret_rule[REPORT_BYTES])
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    size_t used = 0;
    ret_rule[0] = '\0';
    while (*rule != '\0') {
        char number[CASE_NUMBER_CHARS + 1];
        size_t size = strspn(rule, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        snprintf(number, sizeof number, "%.*s", (int)size, rule);
        bool is_number = size == CASE_NUMBER_CHARS && case_number_check(number, "", NULL) == OK;
        size = size == 0 ? 1 : size;
        format_text(ret_rule + used, REPORT_BYTES - used, "%.*s",
                    is_number ? REPORT_BYTES : (int)size,
                    is_number ? output_case_number(number, &arena) : rule);
        used += strlen(ret_rule + used);
        rule += size;
    }
}

void
report_format(const struct settings *settings, const Yidi__Refusal *refusal,
              char ret_text[REPORT_BYTES])
{
    enum refusal_code code = refusal_find(refusal->code);
    bool is_option = strcmp(refusal->code, "OPTION_INVALID") == 0 &&
                     refusal->field[strspn(refusal->field, "abcdefghijklmnopqrstuvwxyz-")] == '\0';
    const char *field = is_option ? refusal->field : user_name(refusal->field);
    const char *dashes = is_option && field[0] != '\0' && field[0] != '-' ? "--" : "";
    char rule[REPORT_BYTES];
    group_numbers(refusal->rule, rule);
    format_text(ret_text, REPORT_BYTES, "%s%s%s%s: %s", refusal->code, field[0] == '\0' ? "" : " ",
                dashes, field, rule);
    append_chinese(settings, code == REFUSAL_NONE ? "" : refusal_meaning_chinese(code), ret_text);
}

void
report_format_warning(const struct settings *settings, const Yidi__Warning *warning,
                      char ret_text[REPORT_BYTES])
{
    format_text(ret_text, REPORT_BYTES, "%s %s: %s", warning->code, user_name(warning->field),
                warning->english);
    append_chinese(settings, warning->chinese, ret_text);
}

Yidi__Refusal
report_message(const struct refusal *refusal)
{
    Yidi__Refusal message = YIDI__REFUSAL__INIT;
    message.code = (char *)refusal_name(refusal->code);
    message.field = (char *)refusal->field;
    message.rule = (char *)refusal->rule;
    return message;
}

int
report_answer(const struct settings *settings, const Yidi__Refusal *refusal)
{
    if (settings->json) {
        AUTO(arena) struct arena arena;
        arena_init(&arena);
        const char *text = json_encode(&refusal->base, &arena);
        printf("{\"refusal\":%s}\n", text == NULL ? "{}" : text);
    } else {
        char text[REPORT_BYTES];
        report_format(settings, refusal, text);
        fprintf(stderr, "yidictl: %s\n", text);
    }
    return EXIT_REFUSED;
}

int
report_refusal(const struct settings *settings, const struct refusal *refusal)
{
    Yidi__Refusal message = report_message(refusal);
    return report_answer(settings, &message);
}

static const char *
result_text(enum result result)
{
    switch (result) {
    case ERR_FULL:
        return "a bound is reached";
    case ERR_ABSENT:
        return "there is nothing there";
    case ERR_MEMORY:
        return "out of memory";
    case ERR_IO:
        return "disk or socket failed";
    case ERR_DAMAGED:
        return "stored data contradicts itself";
    case ERR_FORGED:
        return "a signature, digest or proof does not hold";
    case OK:
    case ERR_REFUSED:
        break;
    }
    return "refused";
}

int
report_result(const struct settings *settings, enum result result, const struct refusal *refusal)
{
    if (result == OK)
        return EXIT_DONE;
    if (result == ERR_REFUSED && refusal != NULL)
        return report_refusal(settings, refusal);
    Yidi__Refusal message = YIDI__REFUSAL__INIT;
    message.code = (char *)"FAILED";
    message.rule = (char *)result_text(result);
    return report_answer(settings, &message);
}

int
report_usage(const struct settings *settings, enum result result, const struct refusal *refusal)
{
    report_result(settings, result, refusal);
    return EXIT_USAGE;
}

int
report_unreachable(const struct settings *settings, const struct refusal *refusal)
{
    report_refusal(settings, refusal);
    return EXIT_UNREACHABLE;
}
