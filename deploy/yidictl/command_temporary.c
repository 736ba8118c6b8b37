/* SPDX-License-Identifier: Apache-2.0
 *
 * temporary issue - give the applicant a temporary card while the card is being made.
 */
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
    table_print(&table, stdout);
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__IssueTemporary issue = YIDI__ISSUE_TEMPORARY__INIT;
    char number[CASE_NUMBER_CHARS + 1];
    struct refusal refusal = { 0 };
    const char *serial = arguments_text(arguments, "serial");
    if (serial == NULL)
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID, "serial", "must be given"),
                            &refusal);
    if (input_case_number(arguments->operands[0], number, &refusal) != OK)
        return report_refusal(settings, &refusal);
    issue.case_number = number;
    issue.card_serial = (char *)serial;
    request.command_case = YIDI__REQUEST__COMMAND_ISSUE_TEMPORARY;
    request.issue_temporary = &issue;
    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status =
            session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_TEMPORARY_CARD, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->temporary_card->base);
    else
        print_card(number, answer.response->temporary_card);
    return EXIT_DONE;
}

static const struct argument_rule options[] = {
    { "serial", "SERIAL", false, "printed on the temporary card; mandatory" },
    { 0 },
};

const struct command temporary_issue_command = {
    .name = "temporary issue",
    .synopsis = "CASE --serial SERIAL",
    .help = "give a temporary card until the card is here (临时居民身份证)",
    .description =
        "Once for an application, after the registry has issued and before the card is\n"
        "here. Its fee goes into the ledger. It is handed back when the card is collected.",
    .options = options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run,
};
