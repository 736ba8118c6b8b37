/* SPDX-License-Identifier: Apache-2.0
 *
 * batch import - what the personalisation machine made of a batch, line by line.
 */
#include <stdio.h>
#include <string.h>

#include "common/domain/case_number.h"
#include "common/domain/csv.h"
#include "common/domain/machine_result.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

enum { LINES_AT_ONCE = 100, RESULT_FILE_BYTES_MAX = 1 << 20 };

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
        result = case_number_read(parsed.case_number, "case_number", importing->numbers[place],
                                  &refusal);
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
    int status = EXIT_DONE;
    char *line, *rest = csv_begin(text);
    for (unsigned long long number = 1;
         status == EXIT_DONE && (line = csv_take_line(&rest)) != NULL; number++)
        if (line[0] != '\0' && !(number == 1 && strcmp(line, MACHINE_RESULT_HEADER) == 0))
            status = add_line(importing, number, line);
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
