/* SPDX-License-Identifier: Apache-2.0
 *
 * card found, card show - a lost card that was replaced is found; and which cards of a citizen are
 * good.
 */
#include <stdio.h>

#include "deploy/yidictl/command.h"
#include "deploy/yidictl/decision.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

/* ---- found ---- */

static int
run_card_found(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__Decide decide = YIDI__DECIDE__INIT;
    struct refusal refusal;
    decide.verb = YIDI__VERB__DESTROY_OLD;
    decide.card_serial = arguments_field(arguments, "serial");
    decide.text = arguments_field(arguments, "text");
    if (decide.card_serial[0] == '\0')
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID, "serial",
                                   "must be given: it stands on the card"),
                            &refusal);
    if (decide.text[0] == '\0')
        return report_usage(
            settings,
            refuse(&refusal, REFUSAL_OPTION_INVALID, "text", "must be given: the journal keeps it"),
            &refusal);
    return decision_run(settings, arguments, &decide);
}

static const struct argument_rule found_options[] = {
    { "serial", "SERIAL", false, "of the card that was found" },
    { "text", "TEXT", false, "how it came here and was destroyed; name nobody" },
    { 0 },
};

const struct command card_found_command = {
    .name = "card found",
    .synopsis = "CASE --serial SERIAL --text TEXT",
    .help = "destroy an old card that was found again (销毁)",
    .description =
        "CASE is the application that replaced it, and whose new card was collected. Before\n"
        "that the old card is kept: it may still be needed. The registry is told.",
    .options = found_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_card_found,
};

/* ---- show ---- */

static const char *
valid_text(const Yidi__CardReport *report, struct arena *arena)
{
    if (report->valid_until == 0)
        return "long-term (长期)";
    return output_date(report->valid_until, arena);
}

static const char *
lost_text(const Yidi__CardReport *report, struct arena *arena)
{
    if (!report->reported_lost)
        return "no";
    if (report->lost_reported_on == 0)
        return "yes, by the population file";
    return output_format(arena, "on %s by case %s", output_date(report->lost_reported_on, arena),
                         output_case_number(report->lost_reported_case, arena));
}

static const char *
former_text(const Yidi__CardReport *report, struct arena *arena)
{
    if (report->former_card_destroyed_on == 0)
        return "replaced: invalid; if it is found, destroy it";
    return output_format(arena, "replaced: invalid; found and destroyed on %s",
                         output_date(report->former_card_destroyed_on, arena));
}

static void
print_report(const Yidi__CardReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, table_field_columns, 2);
    if (report->card_serial[0] == '\0') {
        table_add_field(&table, "card", "none was ever issued");
    } else {
        table_add_field(&table, "card", report->card_serial);
        table_add_field(&table, "valid until", valid_text(report, arena));
        table_add_field(&table, "reported lost", lost_text(report, arena));
    }
    if (report->former_card_serial[0] != '\0') {
        table_add_field(&table, "former card", report->former_card_serial);
        table_add_field(&table, "", former_text(report, arena));
    }
    table_print(&table, stdout);
}

static int
run_show(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__CardQuery query = YIDI__CARD_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    query.citizen_number = (char *)arguments->operands[0];
    query.reason = arguments_field(arguments, "reason");
    if (query.reason[0] == '\0') {
        struct refusal refusal;
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID, "reason", "must be given"),
                            &refusal);
    }
    request.command_case = YIDI__REQUEST__COMMAND_CARD_QUERY;
    request.card_query = &query;
    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status =
            session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_CARD_REPORT, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->card_report->base);
    else
        print_report(answer.response->card_report, &answer.arena);
    return EXIT_DONE;
}

static const struct argument_rule show_options[] = {
    { "reason", "TEXT", false, "why it is looked at; mandatory, and journalled: name nobody" },
    { 0 },
};

const struct command card_show_command = {
    .name = "card show",
    .synopsis = "NUMBER --reason TEXT",
    .help = "show which card of a citizen is valid, lost or replaced",
    .description = "NUMBER is the citizen number. The registry answers, of citizens on its file.",
    .options = show_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_show,
};
