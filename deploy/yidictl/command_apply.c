/* SPDX-License-Identifier: Apache-2.0
 *
 * apply - hand one application in at the window, once the registry was asked about it, and print
 * the receipt; amend - correct one that the registry returned.
 */
#include <stdio.h>

#include "common/domain/case_number.h"
#include "deploy/yidictl/application.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/draft.h"
#include "deploy/yidictl/eligibility.h"
#include "deploy/yidictl/form_file.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

static const struct argument_rule options[] = {
    { "form", "FORM.json", false,
      "the registration form, an ApplicationForm; - is standard input" },
    { "photo", "PHOTO.jpg", false, "the photo, a JPEG of 358 x 441 pixels" },
    { "fingerprint", "POSITION:FILE", true, "a template, such as RIGHT_THUMB:thumb.bin" },
    { "guardian-photo", "TOGETHER.jpg", false, "a photo of guardian and applicant together" },
    { "key", "KEY", false, "request key: the same key again makes no second case" },
    { "draft", "DRAFT", false, "the draft that it is made from; it is deleted then" },
    { "anyway", NULL, false, "hand it in although the registry would refuse it" },
    { 0 },
};

static enum result
read_files(const struct arguments *arguments, bool amends, struct application_files *ret_files,
           struct refusal *ret_refusal)
{
    *ret_files = (struct application_files){
        .photo = arguments_text(arguments, "photo"),
        .guardian_photo = arguments_text(arguments, "guardian-photo"),
    };
    if (ret_files->photo == NULL && !amends)
        return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "photo", "must be given");

    size_t place = 0;
    const char *text;
    while ((text = arguments_next(arguments, "fingerprint", &place)) != NULL) {
        if (ret_files->fingerprint_count == FINGERPRINTS_MAX)
            return refuse(ret_refusal, REFUSAL_OPTION_INVALID, "fingerprint", "at most %d",
                          FINGERPRINTS_MAX);
        enum result result = application_read_fingerprint(
            text, &ret_files->fingerprints[ret_files->fingerprint_count++], ret_refusal);
        if (result != OK)
            return result;
    }
    return OK;
}

/* Below the receipt, in the same columns. */
static void
add_warnings(const struct settings *settings, const Yidi__Applied *applied, struct table *table)
{
    for (size_t i = 0; i < applied->n_warnings; i++) {
        char text[REPORT_BYTES];
        report_format_warning(settings, applied->warnings[i], text);
        table_add_field(table, "warning", text);
    }
}

static void
print_receipt(const struct settings *settings, const Yidi__Applied *applied)
{
    AUTO(table) struct table table;
    AUTO(arena) struct arena arena;
    table_init(&table, table_field_columns, 2);
    arena_init(&arena);
    table_add_field(&table, "case number", output_case_number(applied->case_number, &arena));
    table_add_field(
        &table, "fee",
        output_format(&arena, "%u.%02u yuan", applied->fee_fen / 100, applied->fee_fen % 100));
    table_add_field(&table, "accepted", output_time_and_zone(applied->accepted_ms, &arena));
    table_add_field(&table, "card due by", output_time(applied->statutory_deadline_ms, &arena));
    table_add_field(
        &table, "registry",
        output_format(&arena, "%s  %s", applied->registry_office, applied->registry_name));
    table_add_field(&table, "production", applied->production_office);
    if (applied->repeated_request)
        table_add_field(&table, "note", "this request was known; nothing was done again");
    eligibility_add(settings, applied->eligibility, &table, &arena);
    add_warnings(settings, applied, &table);
    table_print(&table, stdout);
}

/* What the registry says first; EXIT_REFUSED when that stops the application. */
static int
ask_registry(const struct settings *settings, struct session *session,
             struct application *application, bool anyway, struct answer *ret_answer)
{
    Yidi__AskEligibility ask = YIDI__ASK_ELIGIBILITY__INIT;
    Yidi__Request request = YIDI__REQUEST__INIT;
    ask.about_case = YIDI__ASK_ELIGIBILITY__ABOUT_APPLY;
    ask.apply = &application->apply;
    request.command_case = YIDI__REQUEST__COMMAND_ASK_ELIGIBILITY;
    request.ask_eligibility = &ask;
    int status =
        session_ask(session, &request, NULL, 0, YIDI__RESPONSE__BODY_ELIGIBILITY, ret_answer);
    if (status != EXIT_DONE)
        return status;
    const Yidi__Eligibility *told = ret_answer->response->eligibility;
    application->apply.eligibility = told->reference;
    return told->would_be_refused && !anyway ? eligibility_stop(settings, told) : EXIT_DONE;
}

static int
ask(const struct settings *settings, struct application *application, bool anyway)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer before = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &application->apply;

    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = ask_registry(settings, &session, application, anyway, &before);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, application->frames, application->frame_count,
                             YIDI__RESPONSE__BODY_APPLIED, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->applied->base);
    else
        print_receipt(settings, answer.response->applied);
    return EXIT_DONE;
}

/* None are given, and no reason why there would be none. */
static bool
keeps_fingerprints(const Yidi__ApplicationForm *form, const struct application_files *files)
{
    return files->fingerprint_count == 0 && form->no_fingerprints_reason[0] == '\0';
}

static int
ask_amend(const struct settings *settings, const char *case_number,
          const struct application_files *files, struct application *application,
          struct arena *arena)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__Amend amend = YIDI__AMEND__INIT;
    amend.case_number = (char *)case_number;
    amend.form = application->apply.form;
    amend.request_key = application->apply.request_key;
    amend.keep_photo = files->photo == NULL;
    amend.keep_guardian_photo = files->guardian_photo == NULL;
    amend.keep_fingerprints = keeps_fingerprints(amend.form, files);
    request.command_case = YIDI__REQUEST__COMMAND_AMEND;
    request.amend = &amend;

    int status = session_open(&session, settings);
    if (status == EXIT_DONE)
        status = session_ask(&session, &request, application->frames, application->frame_count,
                             YIDI__RESPONSE__BODY_DECIDED, &answer);
    if (status != EXIT_DONE)
        return status;
    if (settings->json)
        output_json(&answer.response->decided->base);
    else
        printf("%s is %s\n", output_case_number(case_number, arena),
               answer.response->decided->results[0]->state);
    return EXIT_DONE;
}

/* The form comes from a file, or else from the draft. */
static int
find_form(const struct settings *settings, const char *path, const char *draft, const char *key,
          struct arena *arena, Yidi__ApplicationForm **ret_form)
{
    struct refusal refusal = { 0 };
    if (path == NULL)
        return draft_take_form(settings, draft, key, arena, ret_form);
    enum result result = form_file_read(path, arena, ret_form, &refusal);
    return report_result(settings, result, &refusal);
}

/* A new application, or the correction of a case. */
static int
hand_in(const struct settings *settings, const struct arguments *arguments, const char *case_number)
{
    struct refusal refusal = { 0 };
    struct application_files files;
    const bool amends = case_number != NULL;
    const char *form_path = arguments_text(arguments, "form");
    const char *draft = amends ? NULL : arguments_text(arguments, "draft");
    const char *key = arguments_field(arguments, "key");
    enum result result = form_path == NULL && draft == NULL
                             ? refuse(&refusal, REFUSAL_OPTION_INVALID, "form", "must be given")
                             : read_files(arguments, amends, &files, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);

    AUTO(arena) struct arena arena;
    arena_init(&arena);
    Yidi__ApplicationForm *form = NULL;
    struct application application;
    int status = find_form(settings, form_path, draft, key, &arena, &form);
    if (status != EXIT_DONE)
        return status;
    if (amends && keeps_fingerprints(form, &files))
        form->n_fingerprints = 0;
    result = application_prepare(form, key, &files, &arena, &application, &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    if (amends)
        return ask_amend(settings, case_number, &files, &application, &arena);
    application.apply.draft = (char *)(draft == NULL ? "" : draft);
    return ask(settings, &application, arguments_flag(arguments, "anyway"));
}

static int
run(const struct settings *settings, const struct arguments *arguments)
{
    return hand_in(settings, arguments, NULL);
}

static int
run_amend(const struct settings *settings, const struct arguments *arguments)
{
    char case_number[CASE_NUMBER_CHARS + 1];
    struct refusal refusal = { 0 };
    enum result result =
        case_number_read(arguments->operands[0], "case_number", case_number, &refusal);
    return result == OK ? hand_in(settings, arguments, case_number)
                        : report_usage(settings, result, &refusal);
}

const struct command apply_command = {
    .name = "apply",
    .synopsis =
        "--form FORM.json|--draft DRAFT --photo PHOTO.jpg [--fingerprint POSITION:FILE]...\n"
        "      [--guardian-photo TOGETHER.jpg] [--key KEY] [--anyway]",
    .help = "accept an application and print its receipt (受理)",
    .description =
        "First the registry is asked whether it would refuse the application; if so, nothing is\n"
        "accepted and no fee is due, unless --anyway says otherwise. When it cannot be reached, "
        "the\n"
        "application is accepted and examined later. What it said is kept with the case.\n"
        "When the receipt is printed, the application is on disk. The form is JSON; the\n"
        "manual (man yidictl, THE FORM) says when each field must be there:\n"
        "  kind                      RENEWAL, REPLACEMENT; FIRST where the policy allows it\n"
        "  reason                    EXPIRED, EXPIRING, DAMAGED, DETAILS_CHANGED; LOST, STOLEN;\n"
        "                            FIRST_CARD\n"
        "  person                    citizen_number, name, sex (MALE, FEMALE), ethnic_group,\n"
        "                            birth_date, address, registration_division\n"
        "  second_script_name        the name once more in Uyghur, Mongolian, Tibetan, Zhuang, "
        "...\n"
        "  second_script_address     the address once more; both where such cards are made\n"
        "  phone, residence_address\n"
        "  residence_basis           WORK, STUDY, LIVING\n"
        "  identity_document         ORIGINAL_CARD, HOUSEHOLD_REGISTER, RESIDENCE_PERMIT,\n"
        "                            DRIVING_LICENCE, PASSPORT\n"
        "  identity_document_number\n"
        "  evidence                  ORIGINAL_CARD, HOUSEHOLD_REGISTER, RESIDENCE_PERMIT\n"
        "  fee_fen                   what was paid, in fen; the policy says what is due\n"
        "  fee_waiver                NO_WAIVER, WELFARE, HARDSHIP\n"
        "  guardian                  name, citizen_number, relation\n"
        "  appearance_changed        true, false\n"
        "  fingers_missing           fingers that the applicant lacks, such as RIGHT_THUMB\n"
        "  no_fingerprints_reason    why no templates are given; only without any\n"
        "fingers: right- or left- and thumb, index, middle, ring or little. The templates are of\n"
        "the right thumb and the left thumb; of a missing finger, the next one is taken.\n"
        "Where the policy asks for it (first.guardian-photo), the first card of a child under 16\n"
        "needs a photo of child and guardian together: a JPEG of 240 to 800 pixels each way.\n"
        "Below the receipt stand warnings; they stop nothing.",
    .options = options,
    .run = run,
};

static const struct argument_rule amend_options[] = {
    { "form", "FORM.json", false, "the whole form, corrected; - is standard input" },
    { "photo", "PHOTO.jpg", false, "a new photo, a JPEG of 358 x 441 pixels" },
    { "fingerprint", "POSITION:FILE", true, "a new template, such as RIGHT_THUMB:thumb.bin" },
    { "guardian-photo", "TOGETHER.jpg", false, "a new photo of guardian and applicant together" },
    { "key", "KEY", false, "the same key and content again is the same correction" },
    { 0 },
};

const struct command amend_command = {
    .name = "amend",
    .synopsis = "CASE --form FORM.json [--photo PHOTO.jpg] [--fingerprint POSITION:FILE]...\n"
                "       [--guardian-photo TOGETHER.jpg] [--key KEY]",
    .help = "hand a returned application in again, corrected (补正)",
    .description =
        "The form is that of apply, complete: of the same citizen, kind and fee. Without\n"
        "--photo the photo of before is kept, without --guardian-photo the one with the guardian.\n"
        "Without --fingerprint all fingerprints are kept, unless the form says why there are none\n"
        "(no_fingerprints_reason).",
    .options = amend_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_amend,
};
