/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
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
    struct policy_case policy; /* that judges it, now and for ever */
};

static enum result
check_no_open_case(const struct turn *turn, const struct applying *applying,
                   struct refusal *ret_refusal)
{
    char open[CASE_NUMBER_CHARS + 1];
    const char *citizen = applying->apply->form->person->citizen_number;
    enum result result = case_file_find_open(turn->txn, citizen, open);
    if (result == OK)
        return refuse(ret_refusal, REFUSAL_OPEN_APPLICATION, "form.person.citizen_number",
                      "case %s of this citizen is still open", open);
    return result == ERR_ABSENT ? OK : result;
}

static enum result
check_directory_date(const struct turn *turn, struct refusal *ret_refusal)
{
    const struct office *office = turn->office;
    if (office_directory_ended(&office->options, office->directory, turn->now_ms))
        return refuse(ret_refusal, REFUSAL_DIRECTORY_EXPIRED, "directory",
                      "no new applications on an expired directory; install a newer one");
    return OK;
}

/* The room comes last: it is counted as taken. */
static enum result
check_everything(const struct turn *turn, struct applying *applying, struct refusal *ret_refusal)
{
    struct submission *submission = &applying->submission;
    enum result result = check_directory_date(turn, ret_refusal);
    if (result == OK)
        result = submission_check(turn, submission, &applying->policy, ret_refusal);
    if (result == OK)
        result = check_no_open_case(turn, applying, ret_refusal);
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
    response->body_case = YIDI__RESPONSE__BODY_APPLIED;
    response->applied = applied;
    return applied->registry_name == NULL ? ERR_MEMORY : fill_warnings(turn, row, applied);
}

/* ---- request keys ---- */

enum { REQUEST_BYTES = CASE_NUMBER_CHARS + DIGEST_BYTES };

static enum result
keep_request(struct turn *turn, const struct applying *applying, const char *case_number)
{
    uint8_t request[REQUEST_BYTES];
    memcpy(request, case_number, CASE_NUMBER_CHARS);
    memcpy(request + CASE_NUMBER_CHARS, applying->submission.content.bytes, DIGEST_BYTES);
    enum result result = dossier_add_request(turn->txn, case_number, applying->apply->request_key);
    return result == OK
               ? store_put(turn->txn, TABLE_REQUESTS, bytes_of_text(applying->apply->request_key),
                           bytes_of(request, sizeof request))
               : result;
}

static enum result
answer_repeated(struct turn *turn, const struct applying *applying, struct bytes known,
                Yidi__Response *response, struct refusal *ret_refusal)
{
    char case_number[CASE_NUMBER_CHARS + 1] = { 0 };
    struct case_file file;
    if (known.size != REQUEST_BYTES)
        return ERR_DAMAGED;
    memcpy(case_number, known.data, CASE_NUMBER_CHARS);
    if (memcmp(known.data + CASE_NUMBER_CHARS, applying->submission.content.bytes, DIGEST_BYTES) !=
        0)
        return refuse(ret_refusal, REFUSAL_REQUEST_KEY_TAKEN, "request_key",
                      "case %s was opened under this key with other content", case_number);
    enum result result =
        case_file_open(turn->txn, &application_machine, case_number, turn->arena, &file);
    if (result == OK)
        result = fill_response(turn, file.row, true, response);
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

static enum result
accept_case(struct turn *turn, struct applying *applying, const char *case_number,
            Yidi__Response *response, struct refusal *ret_refusal)
{
    struct case_file file;
    const struct application_event event = { .kind = APPLICATION_ACCEPT };
    enum result result = case_file_new(case_number, turn->arena, &file);
    if (result != OK)
        return result;
    fill_row(turn, applying, file.row);
    result = give_code(turn, file.row);
    if (result == OK)
        result = submission_keep(turn, case_number, &applying->submission);
    turn_begin_act(turn, file.row->case_number, "accept", "");
    if (result == OK)
        result = acceptance_advance(turn, &file, NULL, &event, ret_refusal);
    if (result == OK && applying->apply->request_key[0] != '\0')
        result = keep_request(turn, applying, case_number);
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

    struct bytes known;
    enum result result =
        submission_open(turn, apply->form, frames, frame_count, &applying->submission);
    if (result != OK)
        return result;
    result = ERR_ABSENT;
    if (apply->request_key[0] != '\0')
        result = store_get(turn->txn, TABLE_REQUESTS, bytes_of_text(apply->request_key), &known);
    if (result == OK)
        return answer_repeated(turn, applying, known, response, ret_refusal);
    if (result != ERR_ABSENT)
        return result;

    char case_number[CASE_NUMBER_CHARS + 1];
    policies_of_new(turn, apply->form->person->registration_division, &applying->policy);
    result = check_everything(turn, applying, ret_refusal);
    if (result == OK)
        result = next_case_number(turn, case_number, ret_refusal);
    if (result == OK)
        result = accept_case(turn, applying, case_number, response, ret_refusal);
    return result;
}
