/* SPDX-License-Identifier: Apache-2.0
 *
 * temporary - issue: give the applicant a temporary card while the card is being made; return: it
 * is back, or lost, whatever became of the application; list: those that are still out.
 */
#include <stdio.h>
#include <time.h>

#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static void
print_card(const char *number, const Yidi__TemporaryCard *card)
{
    AUTO(arena) struct arena arena;
    AUTO(table) struct table table;
    arena_init(&arena);
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "case number", output_case_number(number, &arena));
    table_add_field(&table, "temporary card", card->card_serial);
    table_add_field(&table, "valid",
                    output_format(&arena, "%s to %s", output_date(card->valid_from, &arena),
                                  output_date(card->valid_until, &arena)));
    table_add_field(
        &table, "fee",
        output_format(&arena, "%u.%02u yuan", card->fee_fen / 100, card->fee_fen % 100));
    table_add_field(
        &table, "now",
        card->end == YIDI__TEMPORARY_CARD_END__STILL_OUT
            ? "out"
            : output_term(&yidi__temporary_card_end__descriptor, (int)card->end, &arena));
    table_print(&table, stdout);
}

/* Ask for a change of the temporary card of a case, and print the card as it stands then. */
static int
change(const struct settings *settings, const char *number, Yidi__Request *request)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status =
            session_ask(&session, request, NULL, 0, YIDI__RESPONSE__BODY_TEMPORARY_CARD, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->temporary_card->base);
    else
        print_card(number, answer.response->temporary_card);
    return EXIT_DONE;
}

/* ---- issue ---- */

static int
run_issue(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__IssueTemporary issue = YIDI__ISSUE_TEMPORARY__INIT;
    char number[CASE_NUMBER_CHARS + 1];
    struct refusal refusal = { 0 };
    const char *serial = arguments_text(arguments, "serial");
    if (serial == NULL)
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID, "serial", "must be given"),
                            &refusal);
    if (case_number_read(arguments->operands[0], "case_number", number, &refusal) != OK)
        return report_refusal(settings, &refusal);
    issue.case_number = number;
    issue.card_serial = (char *)serial;
    request.command_case = YIDI__REQUEST__COMMAND_ISSUE_TEMPORARY;
    request.issue_temporary = &issue;
    return change(settings, number, &request);
}

static const struct argument_rule issue_options[] = {
    { "serial", "SERIAL", false, "printed on the temporary card; mandatory" },
    { 0 },
};

const struct command temporary_issue_command = {
    .name = "temporary issue",
    .synopsis = "CASE --serial SERIAL",
    .help = "give a temporary card until the card is here (临时证)",
    .description =
        "Once for an application, after the registry has issued and before the card is\n"
        "here. Its fee goes into the ledger. It is handed back when the card is collected;\n"
        "of a case that ends otherwise, see temporary return.",
    .options = issue_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_issue,
};

/* ---- return ---- */

static int
run_return(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__ReturnTemporary back = YIDI__RETURN_TEMPORARY__INIT;
    char number[CASE_NUMBER_CHARS + 1];
    struct refusal refusal = { 0 };
    back.text = arguments_field(arguments, "text");
    if (back.text[0] == '\0')
        return report_usage(
            settings,
            refuse(&refusal, REFUSAL_OPTION_INVALID, "text", "must be given: the journal keeps it"),
            &refusal);
    if (case_number_read(arguments->operands[0], "case_number", number, &refusal) != OK)
        return report_refusal(settings, &refusal);
    back.case_number = number;
    back.lost = arguments_flag(arguments, "lost");
    request.command_case = YIDI__REQUEST__COMMAND_RETURN_TEMPORARY;
    request.return_temporary = &back;
    return change(settings, number, &request);
}

static const struct argument_rule return_options[] = {
    { "lost", NULL, false, "it was reported lost, and does not come back" },
    { "text", "TEXT", false, "how it is known; the journal keeps it, so name nobody" },
    { 0 },
};

const struct command temporary_return_command = {
    .name = "temporary return",
    .synopsis = "CASE [--lost] --text TEXT",
    .help = "note that a temporary card is handed back (交回临时证)",
    .description =
        "Whatever became of the application. When the card itself is collected, collect\n"
        "notes it.",
    .options = return_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_return,
};

/* ---- list ---- */

static const struct table_column list_columns[] = {
    { "CASE", false },     { "STATE", false }, { "TEMPORARY CARD", false },
    { "LAST DAY", false }, { "", false },
};

static void
add_card(struct table *table, const Yidi__TemporaryOut *out, uint32_t today, struct arena *arena)
{
    table_add(table, (const char *[]){
                         output_case_number(out->case_number, arena),
                         out->state,
                         out->card->card_serial,
                         output_date(out->card->valid_until, arena),
                         out->card->valid_until < today ? "expired" : "",
                     });
}

static int
ask_page(const struct settings *settings, struct session *session, Yidi__TemporaryQuery *query,
         struct answer *answer)
{
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_TEMPORARY_QUERY;
    request.temporary_query = query;
    int status =
        session_ask(session, &request, NULL, 0, YIDI__RESPONSE__BODY_TEMPORARY_LIST, answer);
    if (status == EXIT_DONE && settings->json)
        output_json(&answer->response->temporary_list->base);
    return status;
}

static int
run_list(const struct settings *settings, const struct arguments *arguments)
{
    enum { CURSOR_BYTES = 129 };
    AUTO(session) struct session session = { 0 };
    AUTO(table) struct table table;
    AUTO(arena) struct arena arena;
    Yidi__TemporaryQuery query = YIDI__TEMPORARY_QUERY__INIT;
    char cursor[CURSOR_BYTES] = "";
    const uint32_t today = civil_date_of_ms((uint64_t)time(NULL) * 1000);
    arena_init(&arena);
    table_init(&table, list_columns, sizeof list_columns / sizeof *list_columns);
    if (arguments_flag(arguments, "expired"))
        query.ended_before = today;
    int status = session_open_to_look(&session, settings);
    for (bool more = status == EXIT_DONE; more;) {
        AUTO(answer) struct answer answer = { 0 };
        query.after = cursor;
        status = ask_page(settings, &session, &query, &answer);
        if (status != EXIT_DONE)
            return status;
        const Yidi__TemporaryList *list = answer.response->temporary_list;
        for (size_t i = 0; i < list->n_cards; i++)
            add_card(&table, list->cards[i], today, &arena);
        snprintf(cursor, sizeof cursor, "%s", list->next);
        more = cursor[0] != '\0';
    }
    if (status == EXIT_DONE && !settings->json)
        table_print(&table, stdout);
    return status;
}

static const struct argument_rule list_options[] = {
    { "expired", NULL, false, "only those whose last day is over" },
    { 0 },
};

const struct command temporary_list_command = {
    .name = "temporary list",
    .synopsis = "[--expired]",
    .help = "list temporary cards that are still out",
    .description = "Those that end first come first. With --json, each page is a line.",
    .options = list_options,
    .run = run_list,
};
