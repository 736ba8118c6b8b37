/* SPDX-License-Identifier: Apache-2.0
 *
 * export - every envelope of a case that the office holds, as files that prove themselves.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/domain/case_number.h"
#include "common/io/file.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule options[] = {
    { "out", "DIR", false, "folder for the files; made when it is absent" },
    { "reason", "TEXT", false, "why they are taken out; mandatory, and journalled: name nobody" },
    { 0 },
};

/* A name that stays in the folder, whoever sent it. */
static bool
is_plain_name(const char *name)
{
    return name[0] != '.' && strchr(name, '/') == NULL;
}

static enum result
make_folder(const char *path, struct refusal *ret_refusal)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return OK;
    return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, path, "cannot be made: %s",
                  strerror(errno));
}

static enum result
write_envelope(const char *folder, const char *name, struct bytes envelope, struct arena *arena,
               struct refusal *ret_refusal)
{
    if (!is_plain_name(name))
        return refuse(ret_refusal, REFUSAL_MALFORMED, "names", "a file name without a folder");
    const char *path = output_format(arena, "%s/%s", folder, name);
    return file_write(path, envelope, 0600, FILE_REPLACE, ret_refusal);
}

static enum result
write_envelopes(const char *folder, const struct answer *answer, struct arena *arena,
                struct refusal *ret_refusal)
{
    const Yidi__Exported *exported = answer->response->exported;
    if (exported->n_names + 1 != answer->message.frame_count)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "names", "a name for each frame");
    enum result result = make_folder(folder, ret_refusal);
    for (size_t i = 0; result == OK && i < exported->n_names; i++)
        result = write_envelope(folder, exported->names[i], answer->message.frames[i + 1], arena,
                                ret_refusal);
    return result;
}

static int
ask(const struct settings *settings, Yidi__Export *export, const char *folder)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    struct refusal refusal = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_EXPORT;
    request.export = export;

    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_EXPORTED, &answer);
    if (status != EXIT_DONE)
        return status;
    enum result result = write_envelopes(folder, &answer, &answer.arena, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);

    const Yidi__Exported *exported = answer.response->exported;
    if (settings->json)
        output_json(&exported->base);
    for (size_t i = 0; !settings->json && i < exported->n_names; i++)
        printf("%s/%s\n", folder, exported->names[i]);
    if (exported->truncated)
        fprintf(stderr, "yidictl: the office may hold more envelopes of this case than these %zu\n",
                exported->n_names);
    return EXIT_DONE;
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    struct refusal refusal = { 0 };
    const char *folder = arguments_text(arguments, "out");
    if (folder == NULL)
        return report_usage(
            settings, refuse(&refusal, REFUSAL_OPTION_INVALID, "out", "must be given"), &refusal);
    const char *reason = arguments_text(arguments, "reason");
    if (reason == NULL || reason[0] == '\0')
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID, "reason", "must be given"),
                            &refusal);

    char number[CASE_NUMBER_CHARS + 1];
    enum result result = case_number_read(arguments->operands[0], "case_number", number, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    Yidi__Export export = YIDI__EXPORT__INIT;
    export.case_number = number;
    export.reason = (char *)reason;
    return ask(settings, &export, folder);
}

const struct command export_command = {
    .name = "export",
    .synopsis = "CASE --out DIR --reason TEXT",
    .help = "write the signed envelopes of a case to files",
    .description =
        "Each file is evidence by itself: see yidictl help verify. The files hold "
        "personal data\nand are readable by their owner alone; the export is journalled with "
        "its reason.",
    .options = options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run,
};
