/* SPDX-License-Identifier: Apache-2.0
 *
 * stock receive, stock count, stock spoil, stock show - the books of a card centre's blank cards.
 */
#include <stdio.h>

#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"
#include "deploy/yidictl/written.h"

enum { BLANKS_MAX = 10000000, ROWS_STANDARD = 20, ROWS_MAX = 1000 };

static const struct argument_rule receive_options[] = {
    { "count", "N", false, "how many came; mandatory" },
    { "first", "SERIAL", false, "serial of the first one, when they have any" },
    { "last", "SERIAL", false, "serial of the last one" },
    { "note", "TEXT", false, "from whom, under which delivery note; mandatory" },
    { 0 },
};

static const struct argument_rule count_options[] = {
    { "left", "N", false, "how many blanks lie on the shelf; mandatory" },
    { "note", "TEXT", false, "who counted, and why; mandatory" },
    { 0 },
};

static const struct argument_rule spoil_options[] = {
    { "count", "N", false, "how many (default: 1)" },
    { "serial", "SERIAL", false, "serial of the one blank" },
    { "note", "TEXT", false, "what happened to them; mandatory" },
    { 0 },
};

static const struct argument_rule show_options[] = {
    { "rows", "N", false, "at most so many movements and spoiled cards (default: 20)" },
    { 0 },
};

static const struct table_column movement_columns[] = {
    { "TIME", false },  { "WHAT", false }, { "COUNT", true },     { "LEFT", true },
    { "FIRST", false }, { "LAST", false }, { "OPERATOR", false }, { "NOTE", false },
};

static const struct table_column spoiled_columns[] = {
    { "TIME", false },     { "SPOILED CARD", false }, { "CASE", false }, { "ATTEMPT", true },
    { "OPERATOR", false }, { "WHY", false },          { "WHAT", false },
};

static const char *
number(uint64_t value, struct arena *arena)
{
    return output_format(arena, "%llu", (unsigned long long)value);
}

/* ---- showing ---- */

static void
add_part(struct table *table, const char *label, uint64_t value, struct arena *arena)
{
    if (value > 0)
        table_add_field(table, label, number(value, arena));
}

static void
print_totals(const Yidi__StockRow *row, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "received", number(row->received, arena));
    add_part(&table, "  of which no receipt tells", row->proved, arena);
    table_add_field(&table, "used", number(row->used, arena));
    table_add_field(&table, "spoiled", number(row->spoiled, arena));
    add_part(&table, "  of which written off", row->written_off, arena);
    table_add_field(&table, "left", number(row->left, arena));
    table_print(&table, stdout);
}

static void
print_movements(const Yidi__StockReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    if (report->n_movements == 0)
        return;
    table_init(&table, movement_columns, sizeof movement_columns / sizeof *movement_columns);
    for (size_t i = 0; i < report->n_movements; i++) {
        const Yidi__StockMovement *movement = report->movements[i];
        table_add(&table, (const char *[]){
                              output_time(movement->time_ms, arena),
                              output_term_after("stock", &yidi__stock_movement_kind__descriptor,
                                                (int)movement->kind, arena),
                              number(movement->count, arena),
                              number(movement->left, arena),
                              movement->first_serial,
                              movement->last_serial,
                              movement->operator_,
                              movement->note,
                          });
    }
    fputc('\n', stdout);
    table_print(&table, stdout);
}

static void
print_spoiled(const Yidi__StockReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    if (report->n_spoiled == 0)
        return;
    table_init(&table, spoiled_columns, sizeof spoiled_columns / sizeof *spoiled_columns);
    for (size_t i = 0; i < report->n_spoiled; i++) {
        const Yidi__SpoiledCard *card = report->spoiled[i];
        table_add(&table, (const char *[]){
                              output_time(card->time_ms, arena),
                              card->card_serial,
                              output_case_number(card->case_number, arena),
                              number(card->attempt, arena),
                              card->operator_,
                              output_term(&yidi__spoiled_why__descriptor, (int)card->why, arena),
                              card->text,
                          });
    }
    fputc('\n', stdout);
    table_print(&table, stdout);
}

static void
print_report(const struct settings *settings, const Yidi__StockReport *report, struct arena *arena)
{
    if (settings->json) {
        output_json(&report->base);
        return;
    }
    if (report->row->controlled)
        print_totals(report->row, arena);
    else
        puts("no blanks were ever received: the stock is not controlled");
    if (report->row->count_due)
        puts("the past was lost: count the blanks, then yidictl stock count");
    print_movements(report, arena);
    print_spoiled(report, arena);
}

static int
ask(struct session *session, Yidi__Request *request)
{
    AUTO(answer) struct answer answer = { 0 };
    int status = session_ask(session, request, NULL, 0, YIDI__RESPONSE__BODY_STOCK, &answer);
    if (status == EXIT_DONE)
        print_report(session->settings, answer.response->stock, &answer.arena);
    return status;
}

/* ---- changing ---- */

static int
change(const struct settings *settings, Yidi__StockChange *stock_change)
{
    AUTO(session) struct session session = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_STOCK_CHANGE;
    request.stock_change = stock_change;
    int status = session_open(&session, settings);
    return status == EXIT_DONE ? ask(&session, &request) : status;
}

/* What every change must say: how many, and the note. */
static enum result
read_change(const struct arguments *arguments, const char *option, uint64_t standard,
            Yidi__StockChange *ret_change, struct refusal *ret_refusal)
{
    const char *note, *given;
    enum result result = written_option(arguments, "note", &note, ret_refusal);
    if (result == OK && standard == UINT64_MAX)
        result = written_option(arguments, option, &given, ret_refusal);
    if (result == OK)
        result = arguments_number(arguments, option, standard, 0, BLANKS_MAX, &ret_change->count,
                                  ret_refusal);
    if (result == OK)
        ret_change->text = (char *)note;
    return result;
}

static int
run_receive(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__StockChange stock_change = YIDI__STOCK_CHANGE__INIT;
    struct refusal refusal = { 0 };
    enum result result = read_change(arguments, "count", UINT64_MAX, &stock_change, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    stock_change.verb = YIDI__STOCK_VERB__STOCK_RECEIVE;
    stock_change.first_serial = arguments_field(arguments, "first");
    stock_change.last_serial = arguments_field(arguments, "last");
    return change(settings, &stock_change);
}

static int
run_count(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__StockChange stock_change = YIDI__STOCK_CHANGE__INIT;
    struct refusal refusal = { 0 };
    enum result result = read_change(arguments, "left", UINT64_MAX, &stock_change, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    stock_change.verb = YIDI__STOCK_VERB__STOCK_COUNT;
    return change(settings, &stock_change);
}

static int
run_spoil(const struct settings *settings, const struct arguments *arguments)
{
    Yidi__StockChange stock_change = YIDI__STOCK_CHANGE__INIT;
    struct refusal refusal = { 0 };
    enum result result = read_change(arguments, "count", 1, &stock_change, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    stock_change.verb = YIDI__STOCK_VERB__STOCK_SPOIL;
    stock_change.first_serial = arguments_field(arguments, "serial");
    return change(settings, &stock_change);
}

static int
run_show(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    Yidi__StockQuery query = YIDI__STOCK_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct refusal refusal = { 0 };
    uint64_t rows;
    enum result result =
        arguments_number(arguments, "rows", ROWS_STANDARD, 0, ROWS_MAX, &rows, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    query.rows = (uint32_t)rows;
    request.command_case = YIDI__REQUEST__COMMAND_STOCK_QUERY;
    request.stock_query = &query;
    int status = session_open_to_look(&session, settings);
    return status == EXIT_DONE ? ask(&session, &request) : status;
}

const struct command stock_receive_command = {
    .name = "stock receive",
    .synopsis = "--count N --note TEXT [--first SERIAL --last SERIAL]",
    .help = "enter blank cards that came",
    .description =
        "From the first receipt on, a card is made only while blanks are left. When all\n"
        "blanks came with serials, make --serial takes no other ones.",
    .options = receive_options,
    .run = run_receive,
};

const struct command stock_count_command = {
    .name = "stock count",
    .synopsis = "--left N --note TEXT",
    .help = "enter how many blank cards were counted on the shelf",
    .description = "The books follow the count: what is missing is written off, what is over is\n"
                   "booked as received without a receipt. Due after a lost past.",
    .options = count_options,
    .run = run_count,
};

const struct command stock_spoil_command = {
    .name = "stock spoil",
    .synopsis = "--note TEXT [--count N | --serial SERIAL]",
    .help = "write off blank cards that were spoiled without a case",
    .description = "",
    .options = spoil_options,
    .run = run_spoil,
};

const struct command stock_show_command = {
    .name = "stock show",
    .synopsis = "[--rows N]",
    .help = "show the books of the blank cards, and spoiled cards",
    .description =
        "Always: received = used + spoiled + left. USED are cards that are good, or not\n"
        "yet known to be bad; SPOILED are bad and lost cards, and blanks written off.",
    .options = show_options,
    .run = run_show,
};
