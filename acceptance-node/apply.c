/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
#include "common/domain/case_number.h"
#include "common/domain/civil_date.h"
#include "common/domain/deadline.h"
#include "common/io/form_view.h"
#include "common/io/photo.h"
#include "common/io/turn.h"

/* What one Apply needs, found before anything is written. */
struct applying {
    const Yidi__Apply *apply;
    const struct bytes *frames;
    size_t frame_count;
    const Yidi__Office *registry;
    const Yidi__Office *production;
    struct digest digests[ATTACHMENTS_MAX];
};

static enum result
check_directory_date(const struct turn *turn, struct refusal *ret_refusal)
{
    const struct office *office = turn->office;
    uint64_t end_ms = directory_expires_ms(office->directory) + office->options.directory_grace_ms;
    if (turn->now_ms > end_ms)
        return refuse(ret_refusal, REFUSAL_DIRECTORY_EXPIRED, "directory",
                      "no new applications on an expired directory; install a newer one");
    return OK;
}

static enum result
check_attachments(struct applying *applying, struct refusal *ret_refusal)
{
    const Yidi__ApplicationForm *form = applying->apply->form;
    if (applying->frame_count != 1 + form->n_fingerprints)
        return refuse(ret_refusal, REFUSAL_PHOTO_INVALID, "form.photo_digest",
                      "one photo and one template for each listed fingerprint, not %zu attachments",
                      applying->frame_count);
    enum result result = photo_check(applying->frames[0], ret_refusal);
    for (size_t i = 1; i < applying->frame_count && result == OK; i++)
        result = fingerprint_check(applying->frames[i], ret_refusal);
    for (size_t i = 0; i < applying->frame_count && result == OK; i++)
        signature_digest_one(applying->frames[i], &applying->digests[i]);
    return result;
}

static enum result
find_offices(const struct turn *turn, struct applying *applying, struct refusal *ret_refusal)
{
    const Yidi__Office *self = office_self(turn->office);
    const char *division = applying->apply->form->person->registration_division;
    applying->registry = directory_find_registry(turn->office->directory, division);
    if (applying->registry == NULL)
        return refuse(ret_refusal, REFUSAL_REGISTRY_UNLISTED, "form.person.registration_division",
                      "no trusted registry has jurisdiction over %s", division);
    applying->production = directory_find_production(turn->office->directory, self->areas[0]);
    if (applying->production == NULL)
        return refuse(ret_refusal, REFUSAL_PRODUCTION_UNLISTED, "production_office",
                      "no trusted production office serves %s", self->areas[0]);
    return OK;
}

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
check_everything(const struct turn *turn, struct applying *applying, struct refusal *ret_refusal)
{
    const struct form form = form_view(applying->apply->form);
    const char *own_division = office_self(turn->office)->areas[0];
    enum result result = check_directory_date(turn, ret_refusal);
    if (result == OK)
        result = form_check(&form, civil_date_of_ms(turn->now_ms), own_division, ret_refusal);
    if (result == OK)
        result = check_attachments(applying, ret_refusal);
    if (result == OK)
        result = find_offices(turn, applying, ret_refusal);
    if (result == OK)
        result = check_no_open_case(turn, applying, ret_refusal);
    return result;
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
    return result == ERR_FULL ? refuse(ret_refusal, REFUSAL_NUMBERS_EXHAUSTED, "case_number",
                                       "more than %d applications today", CASE_SERIAL_MAX)
                              : result;
}

/* The office fills the digests in: what it holds is what it signs. */
static void
fill_row(const struct turn *turn, struct applying *applying, Yidi__Case *row)
{
    Yidi__ApplicationForm *form = applying->apply->form;
    form->photo_digest =
        (ProtobufCBinaryData){ .data = applying->digests[0].bytes, .len = DIGEST_BYTES };
    for (size_t i = 0; i < form->n_fingerprints; i++)
        form->fingerprints[i]->digest =
            (ProtobufCBinaryData){ .data = applying->digests[1 + i].bytes, .len = DIGEST_BYTES };
    row->form = form;
    row->acceptance_office = (char *)turn->office->journal.office;
    row->registry_office = applying->registry->code;
    row->production_office = applying->production->code;
    row->accepted_ms = turn->now_ms;
    row->statutory_deadline_ms = deadline_ms(DEADLINE_STATUTORY, turn->now_ms);
    row->clerk = (char *)turn->operator;
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
    return applied->registry_name == NULL ? ERR_MEMORY : OK;
}

static enum result
answer_repeated(struct turn *turn, struct bytes stored_number, Yidi__Response *response)
{
    char case_number[CASE_NUMBER_CHARS + 1] = { 0 };
    struct case_file file;
    if (stored_number.size != CASE_NUMBER_CHARS)
        return ERR_DAMAGED;
    memcpy(case_number, stored_number.data, CASE_NUMBER_CHARS);
    enum result result = case_file_open(turn->txn, case_number, turn->arena, &file);
    if (result == OK)
        result = fill_response(turn, file.row, true, response);
    return result == ERR_ABSENT ? ERR_DAMAGED : result;
}

static enum result
accept_case(struct turn *turn, struct applying *applying, const char *case_number,
            Yidi__Response *response, struct refusal *ret_refusal)
{
    struct case_file file;
    struct application application = { .state = APPLICATION_ABSENT };
    const struct application_event event = { .kind = APPLICATION_ACCEPT };
    struct effects effects = { 0 };
    enum result result = case_file_new(case_number, turn->arena, &file);
    if (result == OK)
        result = application_step(&application, &event, &effects, ret_refusal);
    if (result != OK)
        return result;
    fill_row(turn, applying, file.row);
    file.row->state = (uint32_t)application.state;
    for (size_t i = 0; i < applying->frame_count && result == OK; i++)
        result = turn_keep_blob(turn, &applying->digests[i], applying->frames[i]);
    turn_begin_act(turn, file.row->case_number, "accept", "");
    if (result == OK)
        result = turn_carry_out(turn, &file, &effects);
    if (result == OK && applying->apply->request_key[0] != '\0')
        result = store_put(turn->txn, TABLE_REQUESTS, bytes_of_text(applying->apply->request_key),
                           bytes_of(case_number, CASE_NUMBER_CHARS));
    return result == OK ? fill_response(turn, file.row, false, response) : result;
}

enum result
acceptance_apply(struct turn *turn, const Yidi__Apply *apply, const struct bytes *frames,
                 size_t frame_count, Yidi__Response *response, struct refusal *ret_refusal)
{
    struct applying *applying = arena_take(turn->arena, sizeof *applying);
    if (applying == NULL)
        return ERR_MEMORY;
    *applying = (struct applying){ .apply = apply, .frames = frames, .frame_count = frame_count };

    struct bytes known;
    enum result result = ERR_ABSENT;
    if (apply->request_key[0] != '\0')
        result = store_get(turn->txn, TABLE_REQUESTS, bytes_of_text(apply->request_key), &known);
    if (result == OK)
        return answer_repeated(turn, known, response);
    if (result != ERR_ABSENT)
        return result;

    char case_number[CASE_NUMBER_CHARS + 1];
    result = check_everything(turn, applying, ret_refusal);
    if (result == OK)
        result = next_case_number(turn, case_number, ret_refusal);
    if (result == OK)
        result = accept_case(turn, applying, case_number, response, ret_refusal);
    return result;
}
