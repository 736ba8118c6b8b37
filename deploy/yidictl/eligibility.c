/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/eligibility.h"

#include <string.h>

#include "common/core/format.h"
#include "common/domain/check.h"
#include "common/domain/finding.h"
#include "deploy/yidictl/report.h"

static const char *
in_words(const struct settings *settings, const char *english, const char *chinese)
{
    return settings->chinese ? chinese : english;
}

static const char *
answer_text(const struct settings *settings, const Yidi__Eligibility *told)
{
    if (told->would_be_refused)
        return in_words(settings, "would be refused", "按目前情况将不予办理");
    if (told->n_findings > 0)
        return in_words(settings, "nothing forbids it; the examiner will look at what is below",
                        "没有不予办理的情形，以下情况由审核人员核实");
    return in_words(settings, "nothing is known against it", "未发现不予办理的情形");
}

static const char *
code_text(const struct settings *settings, const char *code)
{
    enum refusal_code known = refusal_find(code);
    if (known == REFUSAL_NONE)
        return code;
    return in_words(settings, refusal_meaning(known), refusal_meaning_chinese(known));
}

static const char *
outcome_text(const struct settings *settings, const Yidi__Eligibility *told, struct arena *arena)
{
    switch (told->outcome) {
    case YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_ANSWERED:
        return answer_text(settings, told);
    case YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_DECLINED:
        return output_format(arena, "%s: %s",
                             in_words(settings, "no answer, it will be examined later",
                                      "户籍地公安机关未予答复，待审核时核查"),
                             code_text(settings, told->code));
    case YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_NO_ANSWER:
        return output_format(arena, "%s: %s",
                             in_words(settings, "registry unreachable, it will be examined later",
                                      "无法联系户籍地公安机关，待审核时核查"),
                             code_text(settings, told->code));
    default:
        return in_words(settings, "asked; what was answered is not known any more",
                        "已查询，答复未能保存");
    }
}

/* What only a newer program knows fails the application, as at the registry. */
static bool
fails(const char *name)
{
    enum finding finding = finding_find(name);
    return finding == FINDING_COUNT || finding_severity(finding) == FINDING_FAIL;
}

void
eligibility_add_finding(const struct settings *settings, const char *name, struct table *table,
                        struct arena *arena)
{
    enum finding finding = finding_find(name);
    const char *words = finding == FINDING_COUNT ? ""
                                                 : in_words(settings, finding_english(finding),
                                                            finding_chinese(finding));
    table_add_field(table, fails(name) ? "  fails" : "  doubt",
                    output_format(arena, "%s  %s", name, words));
}

void
eligibility_add_passed(const struct settings *settings, const char *name, struct table *table,
                       struct arena *arena)
{
    enum check check = check_find(name);
    const char *words =
        check == CHECK_COUNT ? "" : in_words(settings, check_english(check), check_chinese(check));
    table_add_field(table, "  passes", output_format(arena, "%s  %s", name, words));
}

void
eligibility_add(const struct settings *settings, const Yidi__Eligibility *told, struct table *table,
                struct arena *arena)
{
    if (told == NULL || told->outcome == YIDI__ELIGIBILITY_OUTCOME__ELIGIBILITY_NOT_ASKED)
        return;
    table_add_field(table, "registry says", outcome_text(settings, told, arena));
    for (size_t i = 0; i < told->n_findings; i++)
        eligibility_add_finding(settings, told->findings[i], table, arena);
    if (told->open_at[0] != '\0')
        table_add_field(table, "  fails",
                        output_format(arena, "%s %s",
                                      in_words(settings, "another application is open at",
                                               "另有申请正在办理，受理机关"),
                                      told->open_at));
    if (told->belongs_to[0] != '\0')
        table_add_field(table, "  belongs to", told->belongs_to);
    if (told->fingerprints_on_file)
        table_add_field(table, "  on file", in_words(settings, "fingerprints", "指纹信息"));
    if (told->told_ms != 0)
        table_add_field(table, "  said", output_time(told->told_ms, arena));
}

/* The names of what fails it, as far as they fit. */
static void
list_reasons(const Yidi__Eligibility *told, char *text, size_t room)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < told->n_findings; i++)
        if (fails(told->findings[i])) {
            format_text(text + used, room - used, "%s%s", used == 0 ? "" : ", ", told->findings[i]);
            used = strlen(text);
        }
    if (told->open_at[0] != '\0')
        format_text(text + used, room - used, "%sOPEN_APPLICATION at %s", used == 0 ? "" : ", ",
                    told->open_at);
    if (text[0] == '\0')
        format_text(text, room, "a finding that this program does not know");
}

int
eligibility_stop(const struct settings *settings, const Yidi__Eligibility *told)
{
    char reasons[160];
    struct refusal refusal = { 0 };
    if (!settings->json) {
        AUTO(table) struct table table;
        AUTO(arena) struct arena arena;
        table_init(&table, table_field_columns, 2);
        arena_init(&arena);
        eligibility_add(settings, told, &table, &arena);
        table_print(&table, stdout);
    }
    list_reasons(told, reasons, sizeof reasons);
    (void)refuse(&refusal, REFUSAL_WOULD_BE_REFUSED, "",
                 "%s; nothing was accepted, and --anyway hands it in all the same", reasons);
    return report_refusal(settings, &refusal);
}
