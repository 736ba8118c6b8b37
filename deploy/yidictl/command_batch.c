/* SPDX-License-Identifier: Apache-2.0
 *
 * batch make, batch export, batch import, batch show - orders that go to a personalisation machine
 * together.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/domain/machine_result.h"
#include "deploy/yidictl/batch_files.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

enum { BATCH_CARDS_MAX = 1024, LINES_AT_ONCE = 100, RESULT_FILE_BYTES_MAX = 1 << 20 };

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
        table_add(&table, (const char *[]){ card->case_number, card->state, card->card_serial,
                                            card->left ? "in this batch no more" : "" });
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
    int status = session_ask(session, &request, NULL, 0, YIDI__RESPONSE__BODY_BATCH_CARDS, &answer);
    if (status != EXIT_DONE)
        return status;
    const Yidi__BatchCards *page = answer.response->batch_cards;
    enum result result = OK;
    for (size_t i = 0; i < page->n_cards && result == OK; i++)
        result = batch_files_add(files, page->cards[i], &refusal);
    if (result == OK && page->next[0] == '\0')
        result = batch_files_finish(files, page->batch, now_ms(), &refusal);
    snprintf(ret_next, CASE_NUMBER_CHARS + 1, "%s", page->next);
    return report_result(session->settings, result, &refusal);
}

static void
print_exported(const struct settings *settings, const struct batch_files *files)
{
    if (settings->json) {
        output_json(&files->manifest.base);
        return;
    }
    printf("%zu cards in %s, %zu left out\n", files->written, files->folder, files->left_out);
    for (size_t i = 0; i < files->manifest.n_cards; i++)
        if (files->manifest.cards[i]->left_out[0] != '\0')
            printf("%s: %s\n", files->manifest.cards[i]->case_number,
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

/* ---- import ---- */

/* Lines on their way to the office, and what became of them. */
struct importing {
    struct session session;
    const struct settings *settings;
    char *batch; /* borrowed */
    size_t count;
    unsigned long long lines[LINES_AT_ONCE];
    Yidi__BatchResult results[LINES_AT_ONCE];
    char numbers[LINES_AT_ONCE][CASE_NUMBER_CHARS + 1];
    size_t made, defective, known, refused;
};

static void
print_refused(const struct importing *importing, unsigned long long line,
              const Yidi__Refusal *refusal)
{
    char text[REPORT_BYTES];
    report_format(importing->settings, refusal, text);
    if (!importing->settings->json)
        fprintf(stderr, "line %llu: %s\n", line, text);
}

static void
take_results(struct importing *importing, const Yidi__BatchImported *imported)
{
    if (importing->settings->json)
        output_json(&imported->base);
    for (size_t i = 0; i < imported->n_results && i < importing->count; i++) {
        const Yidi__CaseResult *result = imported->results[i];
        if (result->refusal != NULL) {
            importing->refused++;
            print_refused(importing, importing->lines[i], result->refusal);
        } else if (result->known) {
            importing->known++;
        } else {
            importing->made += !importing->results[i].defective;
            importing->defective += importing->results[i].defective;
        }
    }
}

static int
flush(struct importing *importing)
{
    AUTO(answer) struct answer answer = { 0 };
    Yidi__BatchResult *list[LINES_AT_ONCE];
    Yidi__BatchImport import = YIDI__BATCH_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    if (importing->count == 0)
        return EXIT_DONE;
    for (size_t i = 0; i < importing->count; i++)
        list[i] = &importing->results[i];
    import.batch = importing->batch;
    import.results = list;
    import.n_results = importing->count;
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_IMPORT;
    request.batch_import = &import;
    int status = session_ask(&importing->session, &request, NULL, 0,
                             YIDI__RESPONSE__BODY_BATCH_IMPORTED, &answer);
    if (status == EXIT_DONE)
        take_results(importing, answer.response->batch_imported);
    importing->count = 0;
    return status;
}

static int
add_line(struct importing *importing, unsigned long long line, char *text)
{
    struct machine_result parsed;
    struct refusal refusal = { 0 };
    size_t place = importing->count;
    enum result result = machine_result_parse(text, &parsed, &refusal);
    if (result == OK)
        result = input_case_number(parsed.case_number, importing->numbers[place], &refusal);
    if (result != OK) {
        const Yidi__Refusal message = report_message(&refusal);
        importing->refused++;
        if (importing->settings->json)
            (void)report_refusal(importing->settings, &refusal);
        print_refused(importing, line, &message);
        return EXIT_DONE;
    }
    Yidi__BatchResult *wire = &importing->results[place];
    yidi__batch_result__init(wire);
    wire->case_number = importing->numbers[place];
    wire->card_serial = (char *)parsed.serial;
    wire->defective = parsed.defective;
    wire->text = (char *)parsed.text;
    importing->lines[place] = line;
    importing->count++;
    return importing->count == LINES_AT_ONCE ? flush(importing) : EXIT_DONE;
}

/* Line by line, in place; the heading and empty lines are passed over. */
static int
import_lines(struct importing *importing, char *text)
{
    unsigned long long line = 1;
    int status = EXIT_DONE;
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) /* byte order mark */
        text += 3;
    for (char *next; status == EXIT_DONE && text != NULL; text = next, line++) {
        next = strchr(text, '\n');
        if (next != NULL)
            *next++ = '\0';
        text[strcspn(text, "\r")] = '\0';
        if (text[0] != '\0' && !(line == 1 && strcmp(text, MACHINE_RESULT_HEADER) == 0))
            status = add_line(importing, line, text);
    }
    return status == EXIT_DONE ? flush(importing) : status;
}

static void
importing_auto(struct importing *importing)
{
    session_close(&importing->session);
}

static int
run_import(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(importing) struct importing importing = { .settings = settings };
    AUTO(arena) struct arena arena;
    struct refusal refusal = { 0 };
    struct bytes file;
    arena_init(&arena);
    importing.batch = (char *)arguments->operands[0];
    enum result result =
        input_read(arguments->operands[1], RESULT_FILE_BYTES_MAX, &arena, &file, &refusal);
    if (result == OK && file.size > 0 && memchr(file.data, '\0', file.size) != NULL)
        result = refuse(&refusal, REFUSAL_CSV_INVALID, arguments->operands[1], "must be text");
    if (result != OK)
        return report_result(settings, result, &refusal);
    char *text = arena_take(&arena, file.size + 1);
    if (text == NULL)
        return report_result(settings, ERR_MEMORY, NULL);
    if (file.size > 0)
        memcpy(text, file.data, file.size);
    int status = session_open(&importing.session, settings);
    if (status == EXIT_DONE)
        status = import_lines(&importing, text);
    if (!settings->json && status != EXIT_UNREACHABLE)
        printf("%zu made, %zu defective, %zu known already, %zu refused\n", importing.made,
               importing.defective, importing.known, importing.refused);
    return status == EXIT_DONE && importing.refused > 0 ? EXIT_REFUSED : status;
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
    .help = "write the files of a batch for the personalisation machine",
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

const struct command batch_import_command = {
    .name = "batch import",
    .synopsis = "BATCH FILE.csv",
    .help = "enter what the machine made of a batch",
    .description =
        "A line for each card body: case,serial,ok or case,serial,defective,TEXT; a first line\n"
        "case,serial,result,text is passed over. Good cards count as made by the operator; a\n"
        "defective body is spoiled, and its card is still to be made. Each line has its own\n"
        "result, and the same file again changes nothing. - is standard input.",
    .options = NULL,
    .operand_count_min = 2,
    .operand_count_max = 2,
    .run = run_import,
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
