/* SPDX-License-Identifier: Apache-2.0
 *
 * draft save, list, show, discard - forms that are not finished yet.
 */
#include <stdio.h>

#include "deploy/yidictl/draft.h"
#include "deploy/yidictl/form_file.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule no_options[] = { { 0 } };

static int
ask(const struct settings *settings, Yidi__Request *request, bool looks, struct answer *ret_answer)
{
    AUTO(session) struct session session = { 0 };
    int status =
        looks ? session_open_to_look(&session, settings) : session_open(&session, settings);
    return status == EXIT_DONE
               ? session_ask(&session, request, NULL, 0, YIDI__RESPONSE__BODY_DRAFTS, ret_answer)
               : status;
}

static int
print_one(const struct settings *settings, int status, const struct answer *answer,
          const char *what)
{
    if (status != EXIT_DONE)
        return status;
    const Yidi__DraftsKept *kept = answer->response->drafts;
    if (settings->json)
        output_json(&kept->base);
    else if (kept->n_drafts == 1)
        printf("%s %s\n", kept->drafts[0]->name, what);
    return EXIT_DONE;
}

/* ---- save ---- */

static const struct argument_rule save_options[] = {
    { "form", "FORM.json", false, "the form as far as it goes; - is standard input" },
    { 0 },
};

static int
run_save(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(arena) struct arena arena;
    AUTO(answer) struct answer answer = { 0 };
    struct refusal refusal = { 0 };
    Yidi__DraftSave save = YIDI__DRAFT_SAVE__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    const char *path = arguments_text(arguments, "form");
    arena_init(&arena);
    if (path == NULL)
        return report_usage(
            settings, refuse(&refusal, REFUSAL_OPTION_INVALID, "form", "must be given"), &refusal);
    enum result result = form_file_read_draft(path, &arena, &save.form, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    if (arguments->operand_count == 1)
        save.name = (char *)arguments->operands[0];
    request.command_case = YIDI__REQUEST__COMMAND_DRAFT_SAVE;
    request.draft_save = &save;
    int status = ask(settings, &request, false, &answer);
    return print_one(settings, status, &answer, "is saved");
}

const struct command draft_save_command = {
    .name = "draft save",
    .synopsis = "[DRAFT] --form FORM.json",
    .help = "keep an unfinished form for a while (暂存)",
    .description =
        "The form is that of apply, with whatever is known; nothing is checked yet. Photo and\n"
        "templates are not kept. With a DRAFT it takes the place of that one. Anybody at the "
        "office\n"
        "may take it up. It is deleted when the application is handed in, and 14 days after it "
        "was\n"
        "last saved.",
    .options = save_options,
    .operand_count_max = 1,
    .run = run_save,
};

/* ---- list ---- */

static const struct table_column columns[] = {
    { "DRAFT", false },          { "APPLICATION", false }, { "NAME", false },
    { "CITIZEN NUMBER", false }, { "BY", false },          { "SAVED", false },
    { "KEPT UNTIL", false },
};

static void
add_draft(struct table *table, const Yidi__Draft *draft, struct arena *arena)
{
    const Yidi__DraftForm *form = draft->form;
    const Yidi__DraftPerson *person = form == NULL ? NULL : form->person;
    table_add(table, (const char *[]){
                         draft->name,
                         form == NULL ? ""
                                      : output_term(&yidi__application_kind__descriptor,
                                                    (int)form->kind, arena),
                         person == NULL ? "" : person->name,
                         person == NULL ? "" : person->citizen_number,
                         draft->operator_,
                         output_time(draft->saved_ms, arena),
                         output_time(draft->expires_ms, arena),
                     });
}

static int
run_list(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(answer) struct answer answer = { 0 };
    AUTO(table) struct table table;
    Yidi__DraftList list = YIDI__DRAFT_LIST__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    (void)arguments;
    request.command_case = YIDI__REQUEST__COMMAND_DRAFT_LIST;
    request.draft_list = &list;
    table_init(&table, columns, sizeof columns / sizeof *columns);
    int status = ask(settings, &request, true, &answer);
    if (status != EXIT_DONE)
        return status;
    const Yidi__DraftsKept *kept = answer.response->drafts;
    for (size_t i = 0; i < kept->n_drafts; i++) {
        if (settings->json)
            output_json(&kept->drafts[i]->base);
        else
            add_draft(&table, kept->drafts[i], &answer.arena);
    }
    if (kept->n_drafts == 0 && !settings->json)
        puts("no drafts");
    else
        table_print(&table, stdout);
    return EXIT_DONE;
}

const struct command draft_list_command = {
    .name = "draft list",
    .synopsis = "",
    .help = "list the drafts, masked",
    .description = "",
    .options = no_options,
    .run = run_list,
};

/* ---- show ---- */

static const struct argument_rule show_options[] = {
    { "reason", "TEXT", false, "for the journal (default: taken up); name nobody" },
    { 0 },
};

static int
run_show(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(arena) struct arena arena;
    Yidi__DraftForm *form = NULL;
    const char *reason = arguments_text(arguments, "reason");
    arena_init(&arena);
    int status = draft_take(settings, arguments->operands[0], "",
                            reason == NULL ? "taken up" : reason, &arena, &form);
    if (status == EXIT_DONE)
        output_json(&form->base);
    return status;
}

const struct command draft_show_command = {
    .name = "draft show",
    .synopsis = "DRAFT [--reason TEXT]",
    .help = "print the form of a draft in full, as JSON",
    .description =
        "To be finished in a file and saved or handed in. Personal data are shown: it is\n"
        "journalled with its reason.",
    .options = show_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_show,
};

/* ---- discard ---- */

static int
run_discard(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(answer) struct answer answer = { 0 };
    Yidi__DraftDiscard discard = YIDI__DRAFT_DISCARD__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    discard.name = (char *)arguments->operands[0];
    request.command_case = YIDI__REQUEST__COMMAND_DRAFT_DISCARD;
    request.draft_discard = &discard;
    int status = ask(settings, &request, false, &answer);
    return print_one(settings, status, &answer, "is deleted");
}

const struct command draft_discard_command = {
    .name = "draft discard",
    .synopsis = "DRAFT",
    .help = "delete a draft that nobody needs any more",
    .description = "",
    .options = no_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_discard,
};
