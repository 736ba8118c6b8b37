/* SPDX-License-Identifier: Apache-2.0
 *
 * eligible - ask the registry what it would find, before the fee is taken.
 */
#include <stdio.h>

#include "deploy/yidictl/draft.h"
#include "deploy/yidictl/eligibility.h"
#include "deploy/yidictl/form_file.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule options[] = {
    { "form", "FORM.json", false, "the form, finished or not; - is standard input" },
    { "draft", "DRAFT", false, "the draft to ask about, instead of a form" },
    { 0 },
};

static void
print(const struct settings *settings, const Yidi__Eligibility *told)
{
    AUTO(table) struct table table;
    AUTO(arena) struct arena arena;
    table_init(&table, table_field_columns, 2);
    arena_init(&arena);
    table_add_field(&table, "registry", told->registry);
    eligibility_add(settings, told, &table, &arena);
    table_print(&table, stdout);
}

static int
ask(const struct settings *settings, Yidi__EligibilityQuestion *question)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__AskEligibility ask = YIDI__ASK_ELIGIBILITY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    ask.about_case = YIDI__ASK_ELIGIBILITY__ABOUT_QUESTION;
    ask.question = question;
    request.command_case = YIDI__REQUEST__COMMAND_ASK_ELIGIBILITY;
    request.ask_eligibility = &ask;

    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status =
            session_ask(&session, &request, NULL, 0, YIDI__RESPONSE__BODY_ELIGIBILITY, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->eligibility->base);
    else
        print(settings, answer.response->eligibility);
    return answer.response->eligibility->would_be_refused ? EXIT_REFUSED : EXIT_DONE;
}

/* What of an unfinished form the registry is asked about. */
static int
ask_about(const struct settings *settings, const Yidi__DraftForm *form)
{
    Yidi__Person person = YIDI__PERSON__INIT;
    Yidi__EligibilityQuestion question = YIDI__ELIGIBILITY_QUESTION__INIT;
    if (form->person != NULL) {
        person.citizen_number = form->person->citizen_number;
        person.name = form->person->name;
        person.sex = form->person->sex;
        person.ethnic_group = form->person->ethnic_group;
        person.birth_date = form->person->birth_date;
        person.address = form->person->address;
        person.registration_division = form->person->registration_division;
    }
    question.kind = form->kind;
    question.reason = form->reason;
    question.person = &person;
    question.appearance_changed = form->appearance_changed;
    question.second_script_name = form->second_script_name;
    question.second_script_address = form->second_script_address;
    return ask(settings, &question);
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    AUTO(arena) struct arena arena;
    struct refusal refusal = { 0 };
    Yidi__DraftForm *form = NULL;
    const char *path = arguments_text(arguments, "form");
    const char *draft = arguments_text(arguments, "draft");
    arena_init(&arena);
    if ((path == NULL) == (draft == NULL))
        return report_usage(settings,
                            refuse(&refusal, REFUSAL_OPTION_INVALID, "form",
                                   "either --form or --draft must be given"),
                            &refusal);
    int status = draft != NULL
                     ? draft_take(settings, draft, "", "asked the registry", &arena, &form)
                     : report_result(settings, form_file_read_draft(path, &arena, &form, &refusal),
                                     &refusal);
    return status == EXIT_DONE ? ask_about(settings, form) : status;
}

const struct command eligible_command = {
    .name = "eligible",
    .synopsis = "--form FORM.json|--draft DRAFT",
    .help = "ask the registry whether it would refuse (受理前核查)",
    .description =
        "Before the fee is taken. Of the form the kind, the reason and the person must be there.\n"
        "What is printed is advice, as things stand now; the examination decides. Ends with 1 "
        "when\n"
        "the application would be refused. When the registry does not answer in time (option\n"
        "question-timeout of the daemon), it says so, and the application is examined later. Who\n"
        "asked stands in the journals of both offices. About somebody whose name, sex, ethnic "
        "group\n"
        "or birth date is given wrongly, a registry says that they differ, and nothing else.",
    .options = options,
    .run = run,
};
