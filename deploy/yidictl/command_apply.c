/* SPDX-License-Identifier: Apache-2.0
 *
 * apply - hand one application in at the window, and print the receipt; amend - correct one that
 * the registry returned.
 */
#include <stdio.h>

#include "common/io/json.h"
#include "deploy/yidictl/application.h"
#include "deploy/yidictl/command.h"
#include "deploy/yidictl/input.h"
#include "deploy/yidictl/output.h"
#include "deploy/yidictl/report.h"
#include "deploy/yidictl/session.h"

enum { FORM_BYTES_MAX = 64 * 1024 };

static const struct argument_rule options[] = {
    { "form", "FORM.json", false,
      "the registration form, an ApplicationForm; - is standard input" },
    { "photo", "PHOTO.jpg", false, "the photo, a JPEG of 358 x 441 pixels" },
    { "fingerprint", "POSITION:FILE", true, "a template, such as RIGHT_THUMB:thumb.bin" },
    { "key", "KEY", false, "request key: the same key again makes no second case" },
    { 0 },
};

static enum result
read_files(const struct arguments *arguments, struct application_files *ret_files,
           struct refusal *ret_refusal)
{
    *ret_files = (struct application_files){ .photo = arguments_text(arguments, "photo") };
    if (ret_files->photo == NULL)
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

static enum result
read_form(const char *path, struct arena *arena, Yidi__ApplicationForm **ret_form,
          struct refusal *ret_refusal)
{
    struct bytes text;
    ProtobufCMessage *message = NULL;
    struct refusal inner = { 0 };
    enum result result = input_read(path, FORM_BYTES_MAX, arena, &text, ret_refusal);
    if (result != OK)
        return result;
    result = json_decode(&yidi__application_form__descriptor, text, arena, &message, &inner);
    if (result == ERR_REFUSED)
        return input_blame(path, &inner, ret_refusal);
    *ret_form = (Yidi__ApplicationForm *)message;
    return result;
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
    add_warnings(settings, applied, &table);
    table_print(&table, stdout);
}

static int
ask(const struct settings *settings, struct application *application)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    request.command_case = YIDI__REQUEST__COMMAND_APPLY;
    request.apply = &application->apply;

    int status = session_open(&session, settings);
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

static int
ask_amend(const struct settings *settings, const char *case_number, struct application *application)
{
    AUTO(session) struct session session = { 0 };
    AUTO(answer) struct answer answer = { 0 };
    Yidi__Request request = YIDI__REQUEST__INIT;
    Yidi__Amend amend = YIDI__AMEND__INIT;
    amend.case_number = (char *)case_number;
    amend.form = application->apply.form;
    amend.request_key = application->apply.request_key;
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
        printf("%s is %s\n", case_number, answer.response->decided->results[0]->state);
    return EXIT_DONE;
}

/* A new application, or the correction of a case. */
static int
hand_in(const struct settings *settings, const struct arguments *arguments, const char *case_number)
{
    struct refusal refusal = { 0 };
    struct application_files files;
    const char *form_path = arguments_text(arguments, "form");
    enum result result = form_path == NULL
                             ? refuse(&refusal, REFUSAL_OPTION_INVALID, "form", "must be given")
                             : read_files(arguments, &files, &refusal);
    if (result != OK)
        return report_usage(settings, result, &refusal);

    AUTO(arena) struct arena arena;
    arena_init(&arena);
    const char *key = arguments_text(arguments, "key");
    Yidi__ApplicationForm *form = NULL;
    struct application application;
    result = read_form(form_path, &arena, &form, &refusal);
    if (result == OK)
        result = application_prepare(form, key == NULL ? "" : key, &files, &arena, &application,
                                     &refusal);
    if (result != OK)
        return report_result(settings, result, &refusal);
    return case_number != NULL ? ask_amend(settings, case_number, &application)
                               : ask(settings, &application);
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
    enum result result = input_case_number(arguments->operands[0], case_number, &refusal);
    return result == OK ? hand_in(settings, arguments, case_number)
                        : report_usage(settings, result, &refusal);
}

const struct command apply_command = {
    .name = "apply",
    .synopsis = "--form FORM.json --photo PHOTO.jpg [--fingerprint POSITION:FILE]... [--key KEY]",
    .help = "accept an application and print its receipt",
    .description =
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
        "Below the receipt stand warnings; they stop nothing.",
    .options = options,
    .run = run,
};

static const struct argument_rule amend_options[] = {
    { "form", "FORM.json", false, "the whole form, corrected; - is standard input" },
    { "photo", "PHOTO.jpg", false, "the photo, a JPEG of 358 x 441 pixels" },
    { "fingerprint", "POSITION:FILE", true, "a template, such as RIGHT_THUMB:thumb.bin" },
    { "key", "KEY", false, "the same key and content again is the same correction" },
    { 0 },
};

const struct command amend_command = {
    .name = "amend",
    .synopsis = "CASE --form FORM.json --photo PHOTO.jpg [--fingerprint POSITION:FILE]...\n"
                "       [--key KEY]",
    .help = "hand a returned application in again, corrected (补正)",
    .description = "The form is that of apply, complete: of the same citizen, kind and fee.",
    .options = amend_options,
    .operand_count_min = 1,
    .operand_count_max = 1,
    .run = run_amend,
};
