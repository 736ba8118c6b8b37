/* SPDX-License-Identifier: Apache-2.0
 *
 * fees - the window's ledger of some days, which balances; refund - a fee is given back.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/fee_book.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

enum { CURSOR_BYTES = 129 };

/* ---- how it looks ---- */

static const char *
yuan(uint64_t fen, struct arena *arena)
{
    return output_format(arena, "%llu.%02llu", (unsigned long long)(fen / 100),
                         (unsigned long long)(fen % 100));
}

static const char *
net(const Yidi__FeeLine *line, struct arena *arena)
{
    if (line->taken_fen >= line->refunded_fen)
        return yuan(line->taken_fen - line->refunded_fen, arena);
    return output_format(arena, "-%s", yuan(line->refunded_fen - line->taken_fen, arena));
}

static const char *
kind_text(const Yidi__FeeLine *line, struct arena *arena)
{
    return line->item == YIDI__FEE_ITEM__TEMPORARY_CARD_FEE
               ? "temporary card"
               : output_term(&yidi__application_kind__descriptor, (int)line->kind, arena);
}

static void
add_line(struct table *table, const char *name, const char *waiver, const Yidi__FeeLine *line,
         struct arena *arena)
{
    const char *cells[] = {
        name,
        waiver,
        output_format(arena, "%llu", (unsigned long long)line->count),
        yuan(line->taken_fen, arena),
        yuan(line->refund_due_fen, arena),
        yuan(line->refunded_fen, arena),
        net(line, arena),
    };
    table_add(table, cells);
}

static void
print_by_kind(const Yidi__FeeReport *report, struct arena *arena)
{
    static const struct table_column columns[] = {
        { "FEE", false },      { "WAIVER", false },  { "COUNT", true }, { "TAKEN", true },
        { "TO REFUND", true }, { "REFUNDED", true }, { "NET", true },
    };
    AUTO(table) struct table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < report->n_by_kind; i++) {
        const Yidi__FeeLine *line = report->by_kind[i];
        add_line(&table, kind_text(line, arena),
                 output_term(&yidi__fee_waiver__descriptor, (int)line->waiver, arena), line, arena);
    }
    add_line(&table, "total", "", report->total, arena);
    table_print(&table, stdout);
}

static void
print_by_clerk(const Yidi__FeeReport *report, struct arena *arena)
{
    static const struct table_column columns[] = {
        { "CLERK", false },    { "", false },        { "COUNT", true }, { "TAKEN", true },
        { "TO REFUND", true }, { "REFUNDED", true }, { "NET", true },
    };
    AUTO(table) struct table table;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < report->n_by_clerk; i++)
        add_line(&table, report->by_clerk[i]->clerk, "", report->by_clerk[i], arena);
    table_print(&table, stdout);
}

static void
print_report(const Yidi__FeeReport *report, struct arena *arena)
{
    const char *until = report->until == report->date
                            ? ""
                            : output_format(arena, " to %s", output_date(report->until, arena));
    printf("fees of %s%s, in yuan\n\n", output_date(report->date, arena), until);
    print_by_kind(report, arena);
    if (report->n_by_clerk > 0) {
        putchar('\n');
        print_by_clerk(report, arena);
    }
    printf("\nrefunds due: %s before, %s more, %s paid back, %s still due\n",
           yuan(report->due_before_fen, arena), yuan(report->total->refund_due_fen, arena),
           yuan(report->total->refunded_fen, arena), yuan(report->due_after_fen, arena));
    if (report->unknown > 0)
        printf("missing: the fee%s of %llu case%s, erased wherever %s; nobody knows %s any more\n",
               report->unknown == 1 ? "" : "s", (unsigned long long)report->unknown,
               report->unknown == 1 ? "" : "s", report->unknown == 1 ? "it was" : "they were",
               report->unknown == 1 ? "it" : "them");
}

#define CSV_HEADER "day,time_ms,case_number,item,move,kind,waiver,clerk,amount_fen"

/* No field can hold a comma: they are numbers, terms of ours, and operators' names. */
static void
print_csv(const Yidi__FeeList *list, struct arena *arena)
{
    for (size_t i = 0; i < list->n_entries; i++) {
        const Yidi__FeeEntry *entry = list->entries[i];
        const ProtobufCEnumValue *item =
            protobuf_c_enum_descriptor_get_value(&yidi__fee_item__descriptor, (int)entry->item);
        const ProtobufCEnumValue *move =
            protobuf_c_enum_descriptor_get_value(&yidi__fee_move__descriptor, (int)entry->move);
        const ProtobufCEnumValue *kind = protobuf_c_enum_descriptor_get_value(
            &yidi__application_kind__descriptor, (int)entry->kind);
        const ProtobufCEnumValue *waiver =
            protobuf_c_enum_descriptor_get_value(&yidi__fee_waiver__descriptor, (int)entry->waiver);
        printf("%s,%llu,%s,%s,%s,%s,%s,%s,%u\n", output_date(entry->day, arena),
               (unsigned long long)entry->time_ms, entry->case_number,
               item == NULL ? "" : item->name, move == NULL ? "" : move->name,
               kind == NULL ? "" : kind->name, waiver == NULL ? "" : waiver->name, entry->clerk,
               entry->amount_fen);
    }
}

/* ---- fees ---- */

struct reading {
    const struct settings *settings;
    bool csv;
    Yidi__Fees fees;
    struct fee_book book;
    struct arena arena;
    char cursor[CURSOR_BYTES];
    uint64_t due_before_fen;
};

static void
reading_auto(struct reading *reading)
{
    arena_fini(&reading->arena);
}

static enum result
take_page(struct reading *reading, const Yidi__FeeList *list)
{
    enum result result = OK;
    if (reading->cursor[0] == '\0')
        reading->due_before_fen = list->due_before_fen;
    if (reading->csv)
        print_csv(list, &reading->arena);
    else if (reading->settings->json && list->n_entries > 0)
        output_json(&list->base);
    for (size_t i = 0; i < list->n_entries && result == OK; i++)
        result = fee_book_add(&reading->book, list->entries[i]);
    return result;
}

static int
read_pages(struct reading *reading)
{
    AUTO(session) struct session session = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_FEES;
    request.fees = &reading->fees;
    int status = session_open_to_look(&session, reading->settings);
    while (status == EXIT_DONE) {
        AUTO(answer) struct answer answer = { 0 };
        reading->fees.after = reading->cursor;
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_FEES, &answer);
        if (status != EXIT_DONE)
            break;
        const Yidi__FeeList *list = answer.response->fees;
        status = report_result(reading->settings, take_page(reading, list), NULL);
        if (list->next[0] == '\0')
            break;
        snprintf(reading->cursor, CURSOR_BYTES, "%s", list->next);
    }
    return status;
}

static uint32_t
today(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return civil_date_of_ms((uint64_t)now.tv_sec * 1000);
}

static int
read_days(const struct settings *settings, const struct arguments *arguments, Yidi__Fees *fees)
{
    static const char *const names[] = { "date", "until" };
    uint32_t days[2] = { today(), 0 };
    for (size_t i = 0; i < 2; i++) {
        const char *text = arguments_text(arguments, names[i]);
        if (text != NULL && !input_date(text, &days[i])) {
            struct refusal refusal;
            enum result result =
                refuse(&refusal, REFUSAL_OPTION_INVALID, names[i], "a date, such as 2027-01-31");
            return report_usage(settings, result, &refusal);
        }
    }
    fees->date = days[0];
    fees->until = days[1] == 0 ? days[0] : days[1];
    return EXIT_DONE;
}

static int
run_fees(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(reading)
    struct reading reading = { .settings = settings,
                               .csv = arguments_flag(arguments, "csv"),
                               .fees = YIDI__FEES__INIT };
    arena_init(&reading.arena);
    int status = read_days(settings, arguments, &reading.fees);
    if (status != EXIT_DONE)
        return status;
    fee_book_init(&reading.book, reading.fees.date, reading.fees.until, &reading.arena);
    if (reading.csv)
        puts(CSV_HEADER);
    status = read_pages(&reading);
    if (status != EXIT_DONE || reading.csv)
        return status;
    const Yidi__FeeReport *report = fee_book_close(&reading.book, reading.due_before_fen);
    if (settings->json)
        output_json(&report->base);
    else
        print_report(report, &reading.arena);
    return EXIT_DONE;
}

static const struct argument_rule fees_options[] = {
    { "date", "DATE", false, "the day, such as 2027-01-31 (default: today)" },
    { "until", "DATE", false, "the last day, when there are several" },
    { "csv", NULL, false, "every entry as a line of CSV, amounts in fen" },
    { 0 },
};

const struct command fees_command = {
    .name = "fees",
    .synopsis = "[--date DATE] [--until DATE] [--csv]",
    .help = "the ledger of fees: taken, given back, still due (费用)",
    .description =
        "NET is what was taken less what was given back: the till of the day. A fee is to\n"
        "be given back from the day on which the application was refused or abandoned, or\n"
        "withdrawn before the card was made; see refund. With --csv, and with --json before the\n"
        "sums, every entry is told; amounts are in fen there.",
    .options = fees_options,
    .run = run_fees,
};

/* ---- refund ---- */

static void
print_refunded(const Yidi__Refunded *refunded)
{
    AUTO(arena) struct arena arena;
    AUTO(table) struct table table;
    arena_init(&arena);
    table_init(&table, table_field_columns, 2);
    table_add_field(&table, "case number", output_case_number(refunded->case_number, &arena));
    table_add_field(&table, "paid back",
                    output_format(&arena, "%s yuan", yuan(refunded->amount_fen, &arena)));
    table_add_field(&table, "day", output_date(refunded->day, &arena));
    table_print(&table, stdout);
}

static int
run_refund(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__Refund refund = YIDI__REFUND__INIT;
    char number[CASE_NUMBER_CHARS + 1];
    struct refusal refusal = { 0 };
    if (case_number_read(arguments->operands[0], "case_number", number, &refusal) != OK)
        return report_refusal(settings, &refusal);
    refund.case_number = number;
    request.command_case = YIDI__REQUEST__COMMAND_REFUND;
    request.refund = &refund;
    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_REFUNDED, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->refunded->base);
    else
        print_refunded(answer.response->refunded);
    return EXIT_DONE;
}

const struct command refund_command = {
    .name = "refund",
    .synopsis = "CASE",
    .help = "note that the fee of a case was paid back (退费)",
    .description = "The amount is what the ledger says is due. It can be given back once.",
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_refund,
};
