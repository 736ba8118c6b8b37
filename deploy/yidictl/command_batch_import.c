/* SPDX-License-Identifier: Apache-2.0
 *
 * batch import - what the personalisation machine made of a batch, line by line.
 */
#include <stdio.h>

#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

enum { RESULT_FILE_BYTES_MAX = 1 << 20 };

/* How many lines were refused; which, and why, is said. */
static size_t
tell_refused(const struct settings *settings, const Yidi__BatchImported *imported)
{
    size_t refused = 0;
    for (size_t i = 0; i < imported->n_results; i++) {
        char text[REPORT_BYTES];
        const Yidi__CaseResult *result = imported->results[i];
        if (result->refusal == NULL)
            continue;
        refused++;
        report_format(settings, result->refusal, text);
        if (!settings->json)
            fprintf(stderr, "line %u: %s\n", result->line, text);
    }
    return refused;
}

static int
run_import(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    AUTO(arena) struct arena arena;
    Yidi__BatchImport import = YIDI__BATCH_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    struct refusal refusal = { 0 };
    struct bytes file;
    arena_init(&arena);
    enum result result =
        input_read(arguments->operands[1], RESULT_FILE_BYTES_MAX, &arena, &file, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    import.batch = (char *)arguments->operands[0];
    request.command_case = YIDI__REQUEST__COMMAND_BATCH_IMPORT;
    request.batch_import = &import;
    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status =
            session_ask(&session, &request, &file, 1, YIDI__RESPONSE__BODY_BATCH_IMPORTED, &answer);
    if (status != EXIT_DONE)
        return status;
    const Yidi__BatchImported *imported = answer.response->batch_imported;
    size_t refused = tell_refused(settings, imported);
    if (settings->json)
        output_json(&imported->base);
    else
        printf("%u made, %u defective, %u known already, %zu refused\n", imported->made,
               imported->defective, imported->known, refused);
    return refused > 0 ? EXIT_REFUSED : EXIT_DONE;
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
