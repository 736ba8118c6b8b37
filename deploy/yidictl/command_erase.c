/* SPDX-License-Identifier: Apache-2.0
 *
 * erase - what was erased of closed cases, and what is next; or, of one case, at once.
 */
#include <stdio.h>
#include <string.h>

#include "common/domain/case_number.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

/* ---- the report ---- */

static const char *
number(uint64_t value, struct arena *arena)
{
    return output_format(arena, "%llu", (unsigned long long)value);
}

static void
print_days(const Yidi__EraseReport *report, struct arena *arena)
{
    static const struct table_column columns[] = {
        { "ERASED ON", false },     { "PHOTOS OF CASES", true }, { "FILES", true },
        { "TEXTS OF CASES", true }, { "MESSAGES", true },        { "NOT DELIVERED", true },
    };
    AUTO(table) struct table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < report->n_days; i++) {
        const Yidi__ErasedDay *day = report->days[i];
        const char *cells[] = { output_date(day->date, arena),   number(day->cases, arena),
                                number(day->attachments, arena), number(day->texts, arena),
                                number(day->messages, arena),    number(day->undelivered, arena) };
        table_add(&table, cells);
    }
    if (report->n_days > 0)
        table_print(&table, stdout);
    else
        puts("nothing was erased in that time");
}

static const char *
stage_text(Yidi__EraseStage stage)
{
    return stage == YIDI__ERASE_STAGE__ERASE_TEXT ? "texts" : "photo, fingerprints";
}

static void
print_next(const Yidi__EraseReport *report, struct arena *arena)
{
    static const struct table_column columns[] = {
        { "DUE NEXT", false }, { "CASE", false }, { "STATE", false },     { "CLOSED", false },
        { "POLICY", true },    { "DUE", false },  { "HELD BACK", false },
    };
    AUTO(table) struct table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < report->n_next; i++) {
        const Yidi__EraseDue *due = report->next[i];
        const char *cells[] = { stage_text(due->stage),
                                output_case_number(due->case_number, arena),
                                due->state,
                                output_time(due->closed_ms, arena),
                                number(due->policy_version, arena),
                                output_time(due->due_ms, arena),
                                due->held };
        table_add(&table, cells);
    }
    table_print(&table, stdout);
}

static void
print_report(const Yidi__EraseReport *report)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    print_days(report, &arena);
    printf("\n%llu closed case%s still hold%s something to be erased\n",
           (unsigned long long)report->waiting, report->waiting == 1 ? "" : "s",
           report->waiting == 1 ? "s" : "");
    if (report->resting[0] != '\0')
        printf("nothing is erased at present: %s\n", report->resting);
    if (report->n_next > 0) {
        putchar('\n');
        print_next(report, &arena);
    }
}

static int
run_report(const struct settings *settings, const struct arguments *arguments)
{
    static const char *const names[] = { "date", "until" };
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__EraseQuery query = YIDI__ERASE_QUERY__INIT;
    uint32_t *const days[] = { &query.date, &query.until };
    struct refusal refusal;
    for (size_t i = 0; i < 2; i++) {
        const char *text = arguments_text(arguments, names[i]);
        if (text != NULL && !input_date(text, days[i])) {
            enum result result =
                refuse(&refusal, REFUSAL_OPTION_INVALID, names[i], "a date, such as 2027-01-31");
            return report_usage(settings, result, &refusal);
        }
    }
    request.command_case = YIDI__REQUEST__COMMAND_ERASE_QUERY;
    request.erase_query = &query;
    int status = session_open_to_look(&session, settings);
    if (status == EXIT_DONE)
        status =
            session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_ERASE_REPORT, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->erase_report->base);
    else
        print_report(answer.response->erase_report);
    return EXIT_DONE;
}

/* ---- at once ---- */

static void
print_erased(const Yidi__ErasedNow *erased, bool text)
{
    AUTO(arena) struct arena arena;
    AUTO(table) struct table table;
    arena_init(&arena);
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "case number", output_case_number(erased->case_number, &arena));
    table_add_field(&table, "files erased",
                    erased->attachments > 0 ? number(erased->attachments, &arena)
                                            : "0: there are none, or another case holds them, too");
    if (text)
        table_add_field(&table, "messages erased", number(erased->messages, &arena));
    if (erased->undelivered > 0)
        table_add_field(&table, "not delivered", number(erased->undelivered, &arena));
    table_print(&table, stdout);
}

static int
run_now(const struct settings *settings, const struct arguments *arguments, const char *given)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__EraseNow erase = YIDI__ERASE_NOW__INIT;
    char case_number[CASE_NUMBER_CHARS + 1];
    const char *reason = arguments_text(arguments, "reason");
    struct refusal refusal = { 0 };
    if (reason == NULL || reason[0] == '\0') {
        enum result result = refuse(&refusal, REFUSAL_OPTION_INVALID, "reason",
                                    "why it is erased before its time must be said");
        return report_usage(settings, result, &refusal);
    }
    if (case_number_read(given, "case_number", case_number, &refusal) != OK)
        return report_refusal(settings, &refusal);
    erase.case_number = case_number;
    erase.reason = (char *)reason;
    erase.text = arguments_flag(arguments, "texts");
    erase.undelivered = arguments_flag(arguments, "undelivered");
    request.command_case = YIDI__REQUEST__COMMAND_ERASE_NOW;
    request.erase_now = &erase;
    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_ERASED_NOW, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->erased_now->base);
    else
        print_erased(answer.response->erased_now, erase.text);
    return EXIT_DONE;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    const char *case_number = arguments_text(arguments, "now");
    bool report = arguments_flag(arguments, "report");
    struct refusal refusal;
    if (report == (case_number != NULL)) {
        enum result result =
            refuse(&refusal, REFUSAL_OPTION_INVALID, "report", "either --report, or --now CASE");
        return report_usage(settings, result, &refusal);
    }
    return report ? run_report(settings, arguments) : run_now(settings, arguments, case_number);
}

static const struct argument_rule options[] = {
    { "report", NULL, false, "what was erased when, what is due next, what is held back and why" },
    { "date", "DATE", false, "with --report: the first day of what was erased" },
    { "until", "DATE", false, "with --report: the last day" },
    { "now", "CASE", false, "erase photo and fingerprints of this closed case before their time" },
    { "reason", "TEXT", false, "with --now: why, such as the number of a court's order" },
    { "texts", NULL, false, "with --now: whatever else names the applicant, too" },
    { "undelivered", NULL, false,
      "with --now: even messages that are not delivered; nobody will ever read them" },
    { 0 },
};

const struct command erase_command = {
    .name = "erase",
    .synopsis = "--report [--date DATE] [--until DATE] | --now CASE --reason TEXT [--texts] "
                "[--undelivered]",
    .help = "what is erased of closed cases, and when (删除)",
    .description =
        "The office erases by itself: photo and fingerprints when the time that the policy\n"
        "keeps them (retention.biometrics) has passed since the case closed, and later\n"
        "(retention.text) names, addresses and messages. States, times, offices and fees\n"
        "stay, and so does every proof. Texts wait until all messages about the case are\n"
        "delivered, a photo until the messages that bring it to somebody are. When that\n"
        "takes too long, the case calls for attention (ERASURE_HELD); 30 days later they\n"
        "are erased all the same, and whoever was to get them gets a proof that there was\n"
        "a message, and no more. What was erased cannot be brought back; a backup made before\n"
        "still has it. Each erasure stands in the journal, with the reason.",
    .options = options,
    .run = run,
};
