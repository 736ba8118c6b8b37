/* SPDX-License-Identifier: Apache-2.0
 *
 * population import - hand the registry its population records, as one CSV file.
 */
#include <stdio.h>

#include "common/core/limits.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule options[] = {
    { "skip-bad", NULL, false, "import the good lines even when there are bad ones" },
    { 0 },
};

static void
print_bad_lines(const struct settings *settings, const Yidi__Imported *imported)
{
    for (size_t i = 0; i < imported->n_bad_lines; i++) {
        char text[REPORT_BYTES];
        report_format(settings, imported->bad_lines[i]->refusal, text);
        fprintf(stderr, "line %llu: %s\n", (unsigned long long)imported->bad_lines[i]->line, text);
    }
    if (imported->bad > imported->n_bad_lines)
        fprintf(stderr, "and %llu more bad lines\n",
                (unsigned long long)(imported->bad - imported->n_bad_lines));
}

static void
print_imported(const struct settings *settings, const Yidi__Imported *imported)
{
    print_bad_lines(settings, imported);
    printf("%llu imported, %llu bad\n", (unsigned long long)imported->imported,
           (unsigned long long)imported->bad);
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    AUTO(arena) struct arena arena;
    struct refusal refusal = { 0 };
    struct bytes csv;
    arena_init(&arena);
    enum result result =
        input_read(arguments->operands[0], CONTROL_FRAME_BYTES_MAX, &arena, &csv, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);

    Yidi__PopulationImport import = YIDI__POPULATION_IMPORT__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    import.skip_bad = arguments_flag(arguments, "skip-bad");
    request.command_case = YIDI__REQUEST__COMMAND_POPULATION_IMPORT;
    request.population_import = &import;
    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, &csv, 1, YIDI__RESPONSE__BODY_IMPORTED, &answer);
    if (status != EXIT_DONE)
        return status;

    const Yidi__Imported *imported = answer.response->imported;
    if (settings->json)
        output_json(&imported->base);
    else
        print_imported(settings, imported);
    return imported->bad > 0 && imported->imported == 0 ? EXIT_REFUSED : EXIT_DONE;
}

const struct command population_import_command = {
    .name = "population import",
    .synopsis = "FILE.csv [--skip-bad]",
    .help = "import population records into the registry",
    .description =
        "Nothing is imported when a line is bad, unless --skip-bad is given. Each bad "
        "line is\nreported with its number; - is standard input. At most 64 MiB at once.\n"
        "The first line names the columns: citizen_number, name, sex (male, female),\n"
        "ethnic_group, birth_date (YYYYMMDD), address, registration_division,\n"
        "fingerprints_on_file (yes, no), bad_credit (yes, no), card_serial,\n"
        "card_valid_until (YYYYMMDD, long-term, or empty without a serial); behind them, in any\n"
        "order, each of these or none: deceased_on (YYYYMMDD), number_replaced_by,\n"
        "duplicate_number, present_division, card_reported_lost, photo_on_file (yes, no),\n"
        "second_script_name, second_script_address.",
    .options = options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run,
};
