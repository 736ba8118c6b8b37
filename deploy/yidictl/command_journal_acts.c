/* SPDX-License-Identifier: Apache-2.0
 *
 * journal acts - who did what, and who looked at whose data and why, as an office's journal has it.
 */
#include <stdio.h>
#include <string.h>

#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/io/store.h"
#include "common/io/store_blame.h"
#include "common/io/wire.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "proto/journal.pb-c.h"

enum { PAGE_ROWS = 500 }; /* columns are as wide as the page needs */

static const struct argument_rule options[] = {
    { "store", "DIR", false, "the office's store; mandatory" },
    { "case", "CASE", false, "only what was done to this case, or looked at of it" },
    { "by", "NAME", false, "only what this operator did" },
    { "act", "ACT", false, "only this act, such as view, print, export, search or examine" },
    { "since", "DATE", false, "from this day on, such as 2027-01-31" },
    { "until", "DATE", false, "up to the end of this day" },
    { 0 },
};

static const struct table_column columns[] = {
    { "TIME", false }, { "WHO", false },  { "ACT", false },
    { "CASE", false }, { "ENTRY", true }, { "DETAIL", false },
};

struct wanted {
    char case_number[CASE_NUMBER_CHARS + 1]; /* empty: any */
    const char *operator, * verb;            /* NULL: any */
    uint64_t since_ms, until_ms;
};

static enum result
read_day(const struct arguments *arguments, const char *name, uint32_t standard, uint32_t *ret_day,
         struct refusal *ret_refusal)
{
    const char *text = arguments_text(arguments, name);
    *ret_day = standard;
    if (text == NULL || input_date(text, ret_day))
        return OK;
    return refuse(ret_refusal, REFUSAL_OPTION_INVALID, name, "a date, such as 2027-01-31");
}

static enum result
read_wanted(const struct arguments *arguments, struct wanted *ret_wanted,
            struct refusal *ret_refusal)
{
    uint32_t since, until;
    const char *text = arguments_text(arguments, "case");
    memset(ret_wanted, 0, sizeof *ret_wanted);
    ret_wanted->operator= arguments_text(arguments, "by");
    ret_wanted->verb = arguments_text(arguments, "act");
    if (arguments_text(arguments, "store") == NULL)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "store", "must be given");
    enum result result = read_day(arguments, "since", CIVIL_DATE_MIN, &since, ret_refusal);
    if (result == OK)
        result = read_day(arguments, "until", CIVIL_DATE_MAX, &until, ret_refusal);
    if (result == OK && text != NULL)
        result = case_number_read(text, "case", ret_wanted->case_number, ret_refusal);
    if (result != OK)
        return result;
    ret_wanted->since_ms = civil_date_start_ms(since);
    ret_wanted->until_ms = civil_date_end_ms(until);
    return OK;
}

static bool
is_wanted(const struct wanted *wanted, const Yidi__JournalEntry *entry)
{
    return entry->body_case == YIDI__JOURNAL_ENTRY__BODY_ACT &&
           entry->time_ms >= wanted->since_ms && entry->time_ms <= wanted->until_ms &&
           (wanted->operator== NULL || strcmp(wanted->operator, entry->operator_) == 0) &&
           (wanted->verb == NULL || strcmp(wanted->verb, entry->act->verb) == 0) &&
           (wanted->case_number[0] == '\0' ||
            strcmp(wanted->case_number, entry->act->case_number) == 0);
}

static void
add_row(struct table *table, uint64_t leaf, const Yidi__JournalEntry *entry, struct arena *arena)
{
    const Yidi__Act *act = entry->act;
    table_add(table,
              (const char *[]){
                  output_time(entry->time_ms, arena),
                  entry->operator_[0] == '\0' ? "-" : entry->operator_,
                  act->verb,
                  act->case_number[0] == '\0' ? "" : output_case_number(act->case_number, arena),
                  output_format(arena, "%llu", (unsigned long long)leaf),
                  act->detail,
              });
}

static enum result
tell(struct store_txn *txn, const struct wanted *wanted, bool json)
{
    AUTO(arena) struct arena arena;
    AUTO(table) struct table table;
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    size_t rows = 0;
    arena_init(&arena);
    table_init(&table, columns, sizeof columns / sizeof *columns);
    enum result result = store_cursor_open(txn, TABLE_JOURNAL, (struct bytes){ 0 }, &cursor);
    for (uint64_t leaf = 0; result == OK; leaf++) {
        ProtobufCMessage *message = NULL;
        result = store_cursor_next(cursor, &key, &value);
        if (result == OK &&
            wire_decode(&yidi__journal_entry__descriptor, value, &arena, &message, NULL) != OK)
            result = ERR_DAMAGED;
        const Yidi__JournalEntry *entry = (const Yidi__JournalEntry *)message;
        if (result == OK && is_wanted(wanted, entry)) {
            if (json)
                output_json(message);
            else
                add_row(&table, leaf, entry, &arena);
            if (++rows % PAGE_ROWS == 0 && !json)
                table_print(&table, stdout);
        }
        arena_reset(&arena);
    }
    if (rows % PAGE_ROWS > 0 && !json)
        table_print(&table, stdout);
    else if (rows == 0 && !json)
        puts("nothing");
    return result == ERR_ABSENT ? OK : result;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(store) struct store *store = NULL;
    AUTO(store_txn) struct store_txn *txn = NULL;
    struct refusal refusal = { 0 };
    struct wanted wanted;
    enum result result = read_wanted(arguments, &wanted, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    const char *directory = arguments_text(arguments, "store");
    result = store_open_readonly(directory, &store);
    if (result == OK)
        result = store_begin_read(store, &txn);
    if (result == OK)
        result = tell(txn, &wanted, settings->json);
    if (result != OK)
        result = store_blame(directory, directory, result, &refusal);
    return result == OK ? EXIT_DONE : report_result(settings, result, &refusal);
}

const struct command journal_acts_command = {
    .name = "journal acts",
    .synopsis = "--store DIR [--case CASE] [--by NAME] [--act ACT] [--since DATE] [--until DATE]",
    .help = "show who did what, and who looked at personal data and why",
    .description =
        "From the office's store, on its own machine; the daemon may be running. WHO is - where\n"
        "a message or a clock acted. DETAIL is what the operator gave as a reason, or more\n"
        "of the act. Whether the journal is whole, `journal verify` tells.",
    .options = options,
    .offline = true,
    .run = run,
};
