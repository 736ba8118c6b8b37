/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
#include "acceptance-node/drafts.h"
#include "acceptance-node/eligibility.h"
#include "acceptance-node/request_key.h"
#include "acceptance-node/submission.h"
#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/domain/warning.h"
#include "common/io/dossier.h"
#include "common/io/form_view.h"
#include "common/io/intake.h"
#include "common/io/receipt.h"
#include "common/io/turn.h"

/* What one Apply needs, found before anything is written. */
struct applying {
    const Yidi__Apply *apply;
    struct submission submission;
    struct request_key key;
    struct policy_case policy;      /* that judges it, now and for ever */
    Yidi__Eligibility *eligibility; /* NULL: nobody asked */
};

enum result
acceptance_check_no_open_case(const struct turn *turn, const char *citizen_number,
                              struct refusal *ret_refusal)
{
    char open[CASE_NUMBER_CHARS + 1];
    enum result result = case_file_find_open(turn->txn, citizen_number, open);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_OPEN_APPLICATION, "form.person.citizen_number",
                      "case %s of this citizen is still open", open);
    return result == ERR_ABSENT ? OK : result;
}

enum result
acceptance_check_directory_date(const struct turn *turn, struct refusal *ret_refusal)
{
    const struct office *office = turn->office;
    if (office_directory_ended(&office->options, office->directory, turn->now_ms))
        return refuse(ret_refusal, REFUSAL_DIRECTORY_EXPIRED, "directory",
                      "no new applications on an expired directory; install a newer one");
    return OK;
}

/* The room comes last: it is counted as taken. */
static enum result
check_everything(struct turn *turn, struct applying *applying, struct refusal *ret_refusal)
{
    const Yidi__Apply *apply = applying->apply;
    struct submission *submission = &applying->submission;
    enum result result = acceptance_check_directory_date(turn, ret_refusal);
    if (result == OK)
        result = submission_check(turn, submission, &applying->policy, ret_refusal);
    if (result == OK)
        result =
            acceptance_check_no_open_case(turn, apply->form->person->citizen_number, ret_refusal);
    if (result == OK)
        result = eligibility_of_apply(turn, apply, &applying->eligibility, ret_refusal);
    if (result == OK && apply->draft[0] != '\0')
        result = drafts_check(turn, apply->draft, ret_refusal);
    if (result == OK)
        result = intake_check_peer(turn->office, submission->registry->code, ret_refusal);
    return result == OK ? submission_check_room(turn, submission, ret_refusal) : result;
}

static enum result
next_case_number(struct turn *turn, char ret_number[CASE_NUMBER_CHARS + 1],
                 struct refusal *ret_refusal)
{
    uint32_t today = civil_date_of_ms(turn->now_ms);
    char counter[24];
    uint64_t serial;
    snprintf(counter, sizeof counter, "cases/%08" PRIu32, today);
    enum result result = turn_count(turn, counter, &serial);
    if (result != OK)
        return result;
    uint32_t bounded = serial > CASE_SERIAL_MAX ? CASE_SERIAL_MAX + 1 : (uint32_t)serial;
    result = case_number_format(turn->office->journal.office, today, bounded, ret_number);
    if (result == ERR_FULL)
        return refuse(ret_refusal, REFUSAL_NUMBERS_EXHAUSTED, "case_number",
                      "more than %d applications today", CASE_SERIAL_MAX);
    if (result == ERR_REFUSED)
        return refuse(ret_refusal, REFUSAL_NUMBERS_EXHAUSTED, "case_number",
                      "there are none for the date %08" PRIu32 "; is the clock right?", today);
    return result;
}

static void
fill_row(const struct turn *turn, const struct applying *applying, Yidi__Case *row)
{
    row->form = applying->submission.form;
    row->acceptance_office = (char *)turn->office->journal.office;
    row->registry_office = applying->submission.registry->code;
    row->production_office = applying->submission.production->code;
    row->accepted_ms = turn->now_ms;
    row->statutory_deadline_ms = deadline_ms(DEADLINE_STATUTORY, &applying->policy, turn->now_ms);
    row->policy_version = applying->policy.policy->version;
    row->clerk = (char *)turn->operator;
    row->eligibility = applying->eligibility;
}

/* The code that will be printed on the receipt; its digest travels with the application. */
static enum result
give_code(struct turn *turn, Yidi__Case *row)
{
    struct digest *digest = arena_take(turn->arena, sizeof *digest);
    row->receipt_code = arena_take(turn->arena, RECEIPT_CODE_CHARS + 1);
    if (digest == NULL || row->receipt_code == NULL)
        return ERR_MEMORY;
    receipt_make_code(row->receipt_code);
    receipt_digest(row->case_number, row->receipt_code, digest);
    row->receipt_digest = (ProtobufCBinaryData){ .data = digest->bytes, .len = DIGEST_BYTES };
    return OK;
}

static enum result
fill_warnings(struct turn *turn, const Yidi__Case *row, Yidi__Applied *applied)
{
    enum warning_code codes[WARNING_CODE_COUNT];
    const struct form form = form_view(row->form);
    size_t count = warnings_find(&form, codes);
    Yidi__Warning *warnings = arena_take(turn->arena, count * sizeof *warnings);
    applied->warnings = arena_take(turn->arena, count * sizeof *applied->warnings);
    if (count > 0 && (warnings == NULL || applied->warnings == NULL))
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        yidi__warning__init(&warnings[i]);
        warnings[i].code = (char *)warning_name(codes[i]);
        warnings[i].field = (char *)warning_field(codes[i]);
        warnings[i].english = (char *)warning_english(codes[i]);
        warnings[i].chinese = (char *)warning_chinese(codes[i]);
        applied->warnings[i] = &warnings[i];
    }
    applied->n_warnings = count;
    return OK;
}

static enum result
fill_response(struct turn *turn, const Yidi__Case *row, bool repeated, Yidi__Response *response)
{
    Yidi__Applied *applied = arena_take(turn->arena, sizeof *applied);
    if (applied == NULL)
        return ERR_MEMORY;
    const Yidi__Office *registry = directory_find(turn->office->directory, row->registry_office);
    yidi__applied__init(applied);
    applied->case_number = row->case_number;
    applied->fee_fen = row->form->fee_fen;
    applied->accepted_ms = row->accepted_ms;
    applied->statutory_deadline_ms = row->statutory_deadline_ms;
    applied->registry_office = row->registry_office;
    applied->registry_name =
        registry != NULL ? arena_copy_text(turn->arena, registry->name) : row->registry_office;
    applied->production_office = row->production_office;
    applied->repeated_request = repeated;
    applied->eligibility = row->eligibility;
    response->body_case = YIDI__RESPONSE__BODY_APPLIED;
    response->applied = applied;
    return applied->registry_name == NULL ? ERR_MEMORY : fill_warnings(turn, row, applied);
}

static enum result
answer_repeated(struct turn *turn, const char *case_number, Yidi__Response *response)
{
    struct case_file file;
    enum result result =
        case_file_open(turn->txn, &application_machine, case_number, turn->arena, &file);
    if (result == OK)
        result = fill_response(turn, file.row, true, response);
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

static const char *
text_of_draft(struct turn *turn, const char *draft)
{
    enum { TEXT_BYTES = 32 };
    char *text = arena_take(turn->arena, TEXT_BYTES);
    if (text != NULL)
        snprintf(text, TEXT_BYTES, "from draft %s", draft);
    return text == NULL ? "" : text;
}

static enum result
accept_case(struct turn *turn, struct applying *applying, const char *case_number,
            Yidi__Response *response, struct refusal *ret_refusal)
{
    struct case_file file;
    const Yidi__Apply *apply = applying->apply;
    const struct application_event event = { .kind = APPLICATION_ACCEPT };
    enum result result = case_file_new(case_number, turn->arena, &file);
    if (result != OK)
        return result;
    fill_row(turn, applying, file.row);
    result = give_code(turn, file.row);
    if (result == OK)
        result = submission_keep(turn, case_number, &applying->submission);
    turn_begin_act(turn, file.row->case_number, "accept",
                   apply->draft[0] == '\0' ? "" : text_of_draft(turn, apply->draft));
    if (result == OK)
        result = acceptance_advance(turn, &file, NULL, &event, ret_refusal);
    if (result == OK && apply->draft[0] != '\0')
        result = drafts_use(turn, apply->draft);
    if (result == OK)
        result = request_key_put(turn->txn, &applying->key, case_number);
    return result == OK ? fill_response(turn, file.row, false, response) : result;
}

enum result
acceptance_apply(struct turn *turn, const Yidi__Apply *apply, const struct bytes *frames,
                 size_t frame_count, Yidi__Response *response, struct refusal *ret_refusal)
{
    struct applying *applying = arena_take(turn->arena, sizeof *applying);
    if (applying == NULL)
        return ERR_MEMORY;
    *applying = (struct applying){ .apply = apply };

    char case_number[CASE_NUMBER_CHARS + 1];
    enum result result =
        submission_open(turn, apply->form, frames, frame_count, &applying->submission);
    if (result != OK)
        return result;
    request_key_init(&applying->key, apply->request_key, "", &applying->submission.content);
    result = request_key_find(turn->txn, &applying->key, case_number, ret_refusal);
    if (result == OK)
        return answer_repeated(turn, case_number, response);
    if (result != ERR_ABSENT)
        return result;

    policies_of_new(turn, apply->form->person->registration_division, &applying->policy);
    result = check_everything(turn, applying, ret_refusal);
    if (result == OK)
        result = next_case_number(turn, case_number, ret_refusal);
    if (result == OK)
        result = accept_case(turn, applying, case_number, response, ret_refusal);
    return result;
}
