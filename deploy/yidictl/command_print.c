/* SPDX-License-Identifier: Apache-2.0
 *
 * print - a paper of the window as an SVG file, for any browser or printer.
 */
#include <stdio.h>
#include <string.h>

#include "common/domain/case_number.h"
#include "common/io/file.h"
#include "common/io/paper.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"
#include "deploy/yidictl/written.h"

static const struct argument_rule options[] = {
    { "out", "FILE", false, "where to write it, - for standard output (default: PAPER-CASE.svg)" },
    { "reason", "TEXT", false,
      "for the journal (default: printed for the applicant); name nobody" },
    { 0 },
};

static enum result
find_paper(const char *word, Yidi__Paper *ret_paper, struct refusal *ret_refusal)
{
    static const struct {
        const char *word;
        Yidi__Paper paper;
    } papers[] = { { "form", YIDI__PAPER__PAPER_FORM },
                   { "receipt", YIDI__PAPER__PAPER_RECEIPT },
                   { "notice", YIDI__PAPER__PAPER_NOTICE } };
    for (size_t i = 0; i < sizeof papers / sizeof *papers; i++)
        if (strcmp(papers[i].word, word) == 0) {
            *ret_paper = papers[i].paper;
            return OK;
        }
    return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "",
                  "a paper is form, receipt or notice, not %s", word);
}

static int
write_paper(const struct settings *settings, struct bytes document, const char *path,
            const char *what)
{
    struct written written = { 0 };
    struct refusal refusal = { 0 };
    if (strcmp(path, "-") == 0) {
        bool done = fwrite(document.data, 1, document.size, stdout) == document.size;
        return report_result(settings, done && fflush(stdout) == 0 ? OK : ERR_IO, &refusal);
    }
    if (written_add(&written, NULL, path, what) == NULL)
        return report_usage(
            settings, refuse(&refusal, REFUSAL_OPTION_INVALID, "out", "is too long"), &refusal);
    enum result result = file_write(path, document, 0600, FILE_REPLACE, &refusal);
    return written_report(&written, settings, result, &refusal);
}

static int
ask(const struct settings *settings, Yidi__Print *print, const char *path, const char *what)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    struct refusal refusal = { 0 };
    struct bytes photo = { 0 }, document;
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_PRINT;
    request.print = print;

    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_PRINTED, &answer);
    if (status != EXIT_DONE)
        return status;
    if (answer.message.frame_count > 1)
        photo = answer.message.frames[1];
    enum result result = paper_draw(answer.response->printed, photo, &answer.arena, &document);
    return result == OK ? write_paper(settings, document, path, what)
                        : report_result(settings, result, &refusal);
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    char number[CASE_NUMBER_CHARS + 1], standard_path[CASE_NUMBER_CHARS + 16];
    struct refusal refusal = { 0 };
    const char *what = arguments->operands[0];
    const char *reason = arguments_text(arguments, "reason");
    const char *path = arguments_text(arguments, "out");
    Yidi__Print print = YIDI__PRINT__INIT;
    enum result result = find_paper(what, &print.paper, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);
    result = case_number_read(arguments->operands[1], "case_number", number, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    snprintf(standard_path, sizeof standard_path, "%s-%s.svg", what, number);
    print.case_number = number;
    print.reason = (char *)(reason == NULL ? "printed for the applicant" : reason);
    return ask(settings, &print, path == NULL ? standard_path : path, what);
}

const struct command print_command = {
    .name = "print",
    .synopsis = "form|receipt|notice CASE [--out FILE] [--reason TEXT]",
    .help = "print a form, receipt or notice as an SVG page",
    .description =
        "An SVG page that every browser shows and prints, readable by its owner alone. Papers "
        "show\n"
        "personal data: each print is journalled with its reason.\n"
        "  form     居民身份证异地受理登记表, with photo, to be signed; A4\n"
        "  receipt  居民身份证领证回执: number, code and QR code to collect the card with; A5\n"
        "  notice   补正通知书: what is to be corrected and by when;\n"
        "           不予办理告知书: why the application was refused; or\n"
        "           终止办理告知书: why it has ended without a card; A4",
    .options = options,
    .operand_count_min = 2,
    .operand_count_max = 2,
    .run = run,
};
