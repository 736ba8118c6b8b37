/* SPDX-License-Identifier: Apache-2.0
 *
 * list - the cases of the office, by state, with what is late or needs a look.
 */
#include <stdio.h>

#include "common/core/limits.h"
#include "deploy/yidictl/case_table.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

enum { CURSOR_BYTES = 129 };

static const struct argument_rule options[] = {
    { "state", "STATE", false, "only cases in this state (default: all open ones)" },
    { "overdue", NULL, false, "only cases past the deadline of their stage, longest first" },
    { "due-soon", NULL, false,
      "only cases due soon: as a rule by the end of the next working day" },
    { "attention", NULL, false, "only cases that someone must look at, closed ones too" },
    { "unclaimed", NULL, false, "only cards that nobody collected in time" },
    { "limit", "N", false, "at most so many, 1..500 (default: 100)" },
    { "all", NULL, false, "all of them, page by page; --limit is the page" },
    { 0 },
};

/* One page; ret_next is the cursor of the following one, empty at the end. A page may be empty and
 * not the last: the office looked at many cases and found none that was asked for. */
static int
list_page(struct session *session, Yidi__List *list, struct table *table,
          char ret_next[CURSOR_BYTES], bool *ret_empty)
{
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_LIST;
    request.list = list;
    int status = session_ask(session, &request, NULL, 0, YIDI__RESPONSE__BODY_LISTED, &answer);
    if (status != EXIT_DONE)
        return status;
    const Yidi__Listed *listed = answer.response->listed;
    *ret_empty = listed->n_cases == 0;
    if (!*ret_empty || listed->next[0] == '\0')
        case_table_print(session->settings, listed, table);
    snprintf(ret_next, CURSOR_BYTES, "%s", listed->next);
    return EXIT_DONE;
}

static int
list_pages(const struct settings *settings, Yidi__List *list, bool all)
{
    AUTO(session) struct session session = { 0 };
    AUTO(table) struct table table;
    case_table_init(&table);
    char cursor[CURSOR_BYTES] = "";

    int status = session_open_to_look(&session, settings);
    while (status == EXIT_DONE) {
        char next[CURSOR_BYTES];
        bool empty;
        list->after = cursor;
        status = list_page(&session, list, &table, next, &empty);
        if (status != EXIT_DONE || next[0] == '\0')
            break;
        if (!all && !empty) {
            if (!settings->json)
                puts("there are more; --all shows them");
            break;
        }
        snprintf(cursor, sizeof cursor, "%s", next);
    }
    return status;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    struct refusal refusal = { 0 };
    bool all = arguments_flag(arguments, "all");
    uint64_t limit;
    enum result result = arguments_number(arguments, "limit", all ? LIST_ROWS_MAX : 0, 1,
                                          LIST_ROWS_MAX, &limit, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);

    Yidi__List list = YIDI__LIST__INIT;
    const char *state = arguments_text(arguments, "state");
    bool unclaimed = arguments_flag(arguments, "unclaimed");
    if (unclaimed && state != NULL)
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID, "unclaimed",
                                   "says the state: cards that are ready"),
                            &refusal);
    list.state = (char *)(unclaimed ? "ready" : state == NULL ? "" : state);
    list.limit = (uint32_t)limit;
    list.attention_only = arguments_flag(arguments, "attention");
    list.overdue_only = unclaimed || arguments_flag(arguments, "overdue");
    list.due_soon_only = arguments_flag(arguments, "due-soon");
    return list_pages(settings, &list, all);
}

const struct command list_command = {
    .name = "list",
    .synopsis = "[--state STATE] [--overdue] [--due-soon] [--attention] [--unclaimed] [--limit N]"
                " [--all]",
    .help = "list cases, those that have waited longest first (查询)",
    .description =
        "WAITING is the time since the case last changed, DUE by when its stage is to be\n"
        "done; a deadline is the end of a day in Beijing. With --overdue and --due-soon those\n"
        "come first whose deadline is the earliest. NOTE tells where the deadline is the law's.\n"
        "Names are masked.\n\n"
        "states:\n"
        "  window       submitted, returned, withdrawing, in-production, in-transit, ready,\n"
        "               collected, refused, withdrawn, destroyed, abandoned\n"
        "  registry     received, returned, examined, issued, withdrawing, made, blocked,\n"
        "               closed, remaking, refused, withdrawn, redirected, unclaimed,\n"
        "               abandoning, abandoned\n"
        "  card centre  ordered, made, verified, dispatched, missing, delivered, closed,\n"
        "               withdrawn, abandoned",
    .options = options,
    .run = run,
};
