/* SPDX-License-Identifier: Apache-2.0
 *
 * package show - the manifest of a package, at the card centre that packed it or at the window that
 * opens it.
 */
#include <stdio.h>

#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule options[] = {
    { "centre", "OFFICE", false, "who packed it (default: this office, or its card centre)" },
    { 0 },
};

static const struct table_column columns[] = {
    { "CASE", false },
    { "CARD", false },
    { "SINCE", false },
    { "STANDS", false },
};

static void
print_report(const Yidi__PackageReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    printf("package %s from %s to %s\n\n", report->package, report->production_office,
           report->acceptance_office);
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < report->n_cards; i++) {
        const Yidi__PackageCard *card = report->cards[i];
        table_add(&table, (const char *[]){
                              output_case_number(card->case_number, arena),
                              card->card_serial,
                              output_time(card->time_ms, arena),
                              output_term_after("card", &yidi__package_standing__descriptor,
                                                (int)card->standing, arena),
                          });
    }
    table_print(&table, stdout);
    printf("\n%u cards, %u arrived, %u missing\n", report->expected, report->arrived,
           report->missing);
    if (report->expected > report->n_cards)
        printf("of %u of them no word has come yet\n",
               report->expected - (unsigned)report->n_cards);
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__PackageQuery query = YIDI__PACKAGE_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    const char *centre = arguments_text(arguments, "centre");
    query.package = (char *)arguments->operands[0];
    query.production_office = (char *)(centre == NULL ? "" : centre);
    request.command_case = YIDI__REQUEST__COMMAND_PACKAGE_QUERY;
    request.package_query = &query;
    int status = session_open_to_look(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_PACKAGE, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->package->base);
    else
        print_report(answer.response->package, &answer.arena);
    return EXIT_DONE;
}

const struct command package_show_command = {
    .name = "package show",
    .synopsis = "PACKAGE [--centre OFFICE]",
    .help = "show which cards are in a package, and which arrived",
    .description =
        "The card centre knows what it put in; the window, what it was told, and what it\n"
        "received or reported missing. Cards of which it was told only the number are not listed.",
    .options = options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run,
};
