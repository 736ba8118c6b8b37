/* SPDX-License-Identifier: Apache-2.0
 *
 * batch make, batch export, batch show - orders that go to a personalisation machine together.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "deploy/yidictl/batch_files.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

enum { BATCH_CARDS_MAX = 1024 };

/* ---- make and show ---- */

static const struct table_column batch_columns[] = {
    { "BATCH", false },    { "CARDS", true },   { "MADE", false },
    { "OPERATOR", false }, { "OFFICE", false }, { "MACHINE", false },
};

static const struct table_column member_columns[] = {
    { "CASE", false },
    { "STATE", false },
    { "CARD", false },
    { "NOTE", false },
};

static void
print_batches(const Yidi__BatchReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    table_init(&table, batch_columns, sizeof batch_columns / sizeof *batch_columns);
    for (size_t i = 0; i < report->n_batches; i++) {
        const Yidi__BatchRow *row = report->batches[i];
        table_add(&table, (const char *[]){
                              row->batch,
                              output_format(arena, "%u", row->cards),
                              output_time(row->made_ms, arena),
                              row->operator_,
                              row->acceptance_office,
                              row->machine,
                          });
    }
    table_print(&table, stdout);
}

static void
print_report(const struct settings *settings, const Yidi__BatchReport *report, struct arena *arena)
{
    AUTO(table) struct table table;
    if (settings->json) {
        output_json(&report->base);
        return;
    }
    if (report->n_batches == 0)
        puts("no batches");
    else
        print_batches(report, arena);
    if (report->n_cards == 0)
        return;
    table_init(&table, member_columns, sizeof member_columns / sizeof *member_columns);
    for (size_t i = 0; i < report->n_cards; i++) {
        const Yidi__BatchMember *card = report->cards[i];
        table_add(&table,
                  (const char *[]){ output_case_number(card->case_number, arena), card->state,
                                    card->card_serial, card->left ? "in this batch no more" : "" });
    }
    fputc('\n', stdout);
    table_print(&table, stdout);
}

static int
ask_report(struct session *session, Yidi__Request *request)
{
    AUTO(answer) struct answer answer = { 0 };
    int status = session_ask(session, request, NULL, 0, YIDI__RESPONSE__BODY_BATCH, &answer);
    if (status == EXIT_DONE)
        print_report(session->settings, answer.response->batch, &answer.arena);
    return status;
}

static int
run_make(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    Yidi__BatchMake make = YIDI__BATCH_MAKE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct refusal refusal = { 0 };
    uint64_t limit;
    enum result result =
        arguments_number(arguments, "limit", BATCH_CARDS_MAX, 1, BATCH_CARDS_MAX, &limit, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    make.acceptance_office = arguments_field(arguments, "office");
    make.machine = arguments_field(arguments, "machine");
    make.limit = (uint32_t)limit;
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_MAKE;
    request.batch_make = &make;
    int status = session_open(&session, settings);
    return status == EXIT_DONE ? ask_report(&session, &request) : status;
}

static int
run_show(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    Yidi__BatchQuery query = YIDI__BATCH_QUERY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    query.batch = (char *)(arguments->operand_count == 0 ? "" : arguments->operands[0]);
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_QUERY;
    request.batch_query = &query;
    int status = session_open_to_look(&session, settings);
    return status == EXIT_DONE ? ask_report(&session, &request) : status;
}

/* ---- export ---- */

static uint64_t
now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* One page; ret_next is the case behind which the following one begins, empty at the end, when the
 * manifest is written, too. */
static int
export_page(struct session *session, Yidi__BatchExport *export, struct batch_files *files,
            char ret_next[CASE_NUMBER_CHARS + 1])
{
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct refusal refusal = { 0 };
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_EXPORT;
    request.batch_export = export;
    int status =
        session_ask(session, &request, NULL, 0, YIDI__RESPONSE__BODY_MACHINE_CARDS, &answer);
    if (status != EXIT_DONE)
        return status;
    const Yidi__MachineCards *page = answer.response->machine_cards;
    enum result result = OK;
    for (size_t i = 0; i < page->n_cards && result == OK; i++)
        result = batch_files_add(files, page->cards[i], &refusal);
    if (result == OK && page->next[0] == '\0')
        result = batch_files_finish(files, page->batch, now_ms(), &refusal);
    snprintf(ret_next, CASE_NUMBER_CHARS + 1, "%s", page->next);
    return report_result(session->settings, result, &refusal);
}

static void
print_exported(const struct settings *settings, struct batch_files *files)
{
    if (settings->json) {
        output_json(&files->manifest.base);
        return;
    }
    printf("%zu cards in %s, %zu left out\n", files->written, files->folder, files->left_out);
    for (size_t i = 0; i < files->manifest.n_cards; i++)
        if (files->manifest.cards[i]->left_out[0] != '\0')
            printf("%s: %s\n",
                   output_case_number(files->manifest.cards[i]->case_number, &files->arena),
                   files->manifest.cards[i]->left_out);
}

static int
run_export(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(batch_files) struct batch_files files = { 0 };
    Yidi__BatchExport export = YIDI__BATCH_EXPORT__INIT;
    struct refusal refusal = { 0 };
    char next[CASE_NUMBER_CHARS + 1] = "", after[CASE_NUMBER_CHARS + 1] = "";
    enum result result = batch_files_open(&files, arguments->operands[1], &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    export.batch = (char *)arguments->operands[0];
    export.after = after;
    int status = session_open(&session, settings);
    do {
        memcpy(after, next, sizeof after);
        if (status == EXIT_DONE)
            status = export_page(&session, &export, &files, next);
    } while (status == EXIT_DONE && next[0] != '\0');
    if (status == EXIT_DONE)
        print_exported(settings, &files);
    return status == EXIT_DONE && files.left_out > 0 ? EXIT_REFUSED : status;
}

/* ---- commands ---- */

static const struct argument_rule make_options[] = {
    { "office", "OFFICE", false, "only cards for this window" },
    { "machine", "NAME", false, "the machine that the batch is for" },
    { "limit", "N", false, "at most so many cards, 1..1024 (default: 1024)" },
    { 0 },
};

const struct command batch_make_command = {
    .name = "batch make",
    .synopsis = "[--office OFFICE] [--machine NAME] [--limit N]",
    .help = "put orders that wait into a batch for a machine",
    .description =
        "Those that wait longest, and are in no batch yet. A card that is spoiled later\n"
        "leaves its batch, and waits for another one.",
    .options = make_options,
    .run = run_make,
};

const struct command batch_export_command = {
    .name = "batch export",
    .synopsis = "BATCH FOLDER",
    .help = "write the files of a batch for the machine",
    .description =
        "For each card: CASE.json (what is printed), CASE.jpg (the photo), CASE.chip (the text\n"
        "of the chip, GA/T 490) and CASE.fingers (two templates of 512 bytes, zeros for one that\n"
        "is missing). The chip's photo block is made by the machine from the JPEG. manifest.json\n"
        "names all files with their SHA-256, says which texts are cut on the chip, and which\n"
        "cards were left out and why; it is written last. The files hold personal data and are\n"
        "readable by their owner alone; each card's export is journalled.",
    .options = NULL,
    .operand_count_min = 2,
    .operand_count_max = 2,
    .run = run_export,
};

const struct command batch_show_command = {
    .name = "batch show",
    .synopsis = "[BATCH]",
    .help = "list the batches, or the cards of one",
    .description = "",
    .options = NULL,
    .operand_count_min = 0,
    .operand_count_max = 1,
    .run = run_show,
};
