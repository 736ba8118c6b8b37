/* SPDX-License-Identifier: Apache-2.0
 *
 * search - which cases are meant: by their number, the citizen's number, or a name.
 */
#include <stdio.h>

#include "common/core/limits.h"
#include "deploy/yidictl/case_table.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule options[] = {
    { "all", NULL, false, "all of them, page by page; each page is journalled" },
    { 0 },
};

/* One page; the search goes on behind it. */
static int
search_page(struct session *session, Yidi__Search *search, struct table *table,
            char cursor[CASE_NUMBER_CHARS + 1])
{
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_SEARCH;
    request.search = search;
    search->after = cursor;
    int status = session_ask(session, &request, NULL, 0, YIDI__RESPONSE__BODY_LISTED, &answer);
    if (status != EXIT_DONE)
        return status;
    case_table_print(session->settings, answer.response->listed, table);
    snprintf(cursor, CASE_NUMBER_CHARS + 1, "%s", answer.response->listed->next);
    return EXIT_DONE;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(table) struct table table;
    char cursor[CASE_NUMBER_CHARS + 1] = "";
    const bool all = arguments_flag(arguments, "all");
    Yidi__Search search = YIDI__SEARCH__INIT;
    search.text = (char *)arguments->operands[0];
    case_table_init(&table);
    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = search_page(&session, &search, &table, cursor);
    while (status == EXIT_DONE && all && cursor[0] != '\0')
        status = search_page(&session, &search, &table, cursor);
    if (status == EXIT_DONE && cursor[0] != '\0' && !settings->json)
        puts("there are more; --all shows them, a longer name fewer");
    return status;
}

const struct command search_command = {
    .name = "search",
    .synopsis = "TEXT [--all]",
    .help = "find cases by receipt, citizen number or name",
    .description =
        "TEXT is a receipt's number, a citizen number (blanks and dashes do not count), or a\n"
        "name or its beginning; closed cases are found, too, until their texts are erased.\n"
        "Names are masked as in list. Whoever looks for a person is journalled, with the\n"
        "cases that were found.",
    .options = options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run,
};
