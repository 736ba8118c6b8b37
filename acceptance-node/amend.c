/* SPDX-License-Identifier: Apache-2.0
 *
 * Correction (补正) of an application that the registry returned: the form comes again in full, and
 * goes to the registry as the case's next revision. Photos and fingerprints may be those of before.
 * What was paid stays paid.
 */
#include "acceptance-node/acceptance.h"
#include "acceptance-node/core/application.h"
#include "acceptance-node/request_key.h"
#include "acceptance-node/submission.h"
#include "common/io/form_view.h"
#include "common/io/lease.h"

enum { REVISIONS_MAX = 100 }; /* as proto/ bounds them */

static enum result
check_same_case(const Yidi__Case *row, const Yidi__ApplicationForm *form,
                struct refusal *ret_refusal)
{
    if (strcmp(form->person->citizen_number, row->form->person->citizen_number) != 0)
        return refuse(ret_refusal, REFUSAL_AMENDMENT_INVALID, "form.person.citizen_number",
                      "another citizen needs another application");
    if (form->kind != row->form->kind)
        return refuse(ret_refusal, REFUSAL_AMENDMENT_INVALID, "form.kind",
                      "another kind needs another application");
    if (form->fee_fen != row->form->fee_fen)
        return refuse(ret_refusal, REFUSAL_AMENDMENT_INVALID, "form.fee_fen",
                      "the fee was paid; withdraw the application to change it");
    return OK;
}

/* A case goes to the offices that it went to: only the registry may send it elsewhere. */
static enum result
check_same_offices(const Yidi__Case *row, const struct submission *submission,
                   struct refusal *ret_refusal)
{
    if (strcmp(submission->registry->code, row->registry_office) != 0)
        return refuse(ret_refusal, REFUSAL_AMENDMENT_INVALID, "form.person.registration_division",
                      "registry %s decides this case", row->registry_office);
    if (strcmp(submission->production->code, row->production_office) != 0)
        return refuse(ret_refusal, REFUSAL_AMENDMENT_INVALID, "production_office",
                      "card centre %s makes the card of this case", row->production_office);
    return OK;
}

/* ---- what is kept of before ---- */

static enum result
read_kept(const struct turn *turn, const ProtobufCBinaryData *digest, struct bytes *ret_data,
          struct refusal *ret_refusal)
{
    struct bytes blob;
    enum result result =
        store_get(turn->txn, TABLE_BLOBS, bytes_of(digest->data, digest->len), &blob);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_ATTACHMENT_LOST, "form.photo_digest",
                      "what is to be kept is not here; take it anew");
    if (result != OK)
        return result;
    *ret_data = arena_copy(turn->arena, blob);
    return ret_data->data == NULL ? ERR_MEMORY : OK;
}

/* All that the form says of fingerprints, as it was. */
static enum result
keep_fingerprints(const Yidi__ApplicationForm *before, struct arena *arena,
                  Yidi__ApplicationForm *form)
{
    form->n_fingerprints = before->n_fingerprints;
    form->fingerprints =
        arena_take(arena, (before->n_fingerprints + 1) * sizeof *form->fingerprints);
    form->n_fingers_missing = before->n_fingers_missing;
    form->fingers_missing = before->fingers_missing;
    form->no_fingerprints_reason = before->no_fingerprints_reason;
    for (size_t i = 0; i < before->n_fingerprints && form->fingerprints != NULL; i++) {
        form->fingerprints[i] = arena_take(arena, sizeof **form->fingerprints);
        if (form->fingerprints[i] == NULL)
            return ERR_MEMORY;
        yidi__fingerprint__init(form->fingerprints[i]);
        form->fingerprints[i]->position = before->fingerprints[i]->position;
    }
    return form->fingerprints == NULL ? ERR_MEMORY : OK;
}

/* The form names the photo with the guardian if it is kept. */
static bool
keep_guardian_photo(const Yidi__ApplicationForm *before, const Yidi__Amend *request)
{
    Yidi__Guardian *guardian = request->form->guardian;
    if (!request->keep_guardian_photo || guardian == NULL || !form_has_guardian_photo(before))
        return false;
    guardian->photo_digest = before->guardian->photo_digest;
    return true;
}

/* The frames that came, and in their places those that are kept: what this office holds of the
 * case, whatever anybody calls it. */
static enum result
fill_in(struct turn *turn, const Yidi__Case *row, const Yidi__Amend *request,
        const struct bytes *frames, size_t count, struct bytes ret_frames[ATTACHMENTS_MAX],
        size_t *ret_count, struct refusal *ret_refusal)
{
    const Yidi__ApplicationForm *before = row->form;
    const size_t templates = request->keep_fingerprints ? before->n_fingerprints : 0;
    const bool keeps_last = keep_guardian_photo(before, request);
    const bool has_last = form_has_guardian_photo(request->form) && !keeps_last && count > 0;
    size_t filled = request->keep_photo;
    if (filled + count + templates + keeps_last > ATTACHMENTS_MAX)
        return refuse(ret_refusal, REFUSAL_PHOTO_INVALID, "form.photo_digest",
                      "no attachments for what is kept");
    enum result result = OK;
    if (request->keep_photo)
        result = read_kept(turn, &before->photo_digest, &ret_frames[0], ret_refusal);
    for (size_t i = 0; i + has_last < count; i++)
        ret_frames[filled++] = frames[i];
    for (size_t i = 0; i < templates && result == OK; i++)
        result =
            read_kept(turn, &before->fingerprints[i]->digest, &ret_frames[filled++], ret_refusal);
    if (has_last)
        ret_frames[filled++] = frames[count - 1];
    else if (keeps_last && result == OK)
        result =
            read_kept(turn, &before->guardian->photo_digest, &ret_frames[filled++], ret_refusal);
    if (result == OK && request->keep_fingerprints)
        result = keep_fingerprints(before, turn->arena, request->form);
    *ret_count = filled;
    return result;
}

/* ---- the correction ---- */

static enum result
answer(struct turn *turn, const Yidi__Case *row, Yidi__Response *response)
{
    Yidi__Decided *decided = arena_take(turn->arena, sizeof *decided);
    Yidi__CaseResult **list = arena_take(turn->arena, sizeof *list);
    Yidi__CaseResult *result = arena_take(turn->arena, sizeof *result);
    if (decided == NULL || list == NULL || result == NULL)
        return ERR_MEMORY;
    yidi__decided__init(decided);
    yidi__case_result__init(result);
    result->case_number = row->case_number;
    result->state = (char *)application_machine.state_names[row->state];
    list[0] = result;
    decided->results = list;
    decided->n_results = 1;
    response->body_case = YIDI__RESPONSE__BODY_DECIDED;
    response->decided = decided;
    return OK;
}

static enum result
amend(struct turn *turn, struct case_file *file, struct submission *submission,
      const struct request_key *key, struct refusal *ret_refusal)
{
    const struct application_event event = { .kind = APPLICATION_AMEND };
    enum result result = submission_keep(turn, file->row->case_number, submission);
    if (result == OK)
        result = request_key_put(turn->txn, key, file->row->case_number);
    if (result != OK)
        return result;
    file->row->form = submission->form;
    file->row->revision++;
    turn_begin_act(turn, file->row->case_number, "amend", "");
    return acceptance_advance(turn, file, NULL, &event, ret_refusal);
}

static enum result
check_returned(const Yidi__Case *row, struct refusal *ret_refusal)
{
    if (row->state != APPLICATION_RETURNED)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "case_number",
                      "only a returned application is corrected; this one is %s",
                      application_machine.state_names[row->state]);
    if (row->revision >= REVISIONS_MAX)
        return refuse(ret_refusal, REFUSAL_REVISIONS_EXHAUSTED, "case_number",
                      "withdraw it, and apply again");
    return OK;
}

static enum result
check(struct turn *turn, const Yidi__Case *row, struct submission *submission,
      struct refusal *ret_refusal)
{
    struct policy_case policy;
    enum result result = check_returned(row, ret_refusal);
    if (result == OK)
        result = lease_check(turn, row->case_number, ret_refusal);
    if (result == OK)
        result = check_same_case(row, submission->form, ret_refusal);
    if (result == OK)
        result = policies_of_case(turn, row, &policy);
    if (result == OK)
        result = submission_check(turn, submission, &policy, ret_refusal);
    if (result == OK)
        result = check_same_offices(row, submission, ret_refusal);
    return result == OK ? submission_check_room(turn, submission, ret_refusal) : result;
}

/* Was it handed in before? OK, and nothing is done again; ERR_ABSENT when it was not. */
static enum result
find_request(struct turn *turn, const struct request_key *key, const char *case_number,
             struct refusal *ret_refusal)
{
    char known[CASE_NUMBER_CHARS + 1];
    enum result result = request_key_find(turn->txn, key, known, ret_refusal);
    if (result == OK && strcmp(known, case_number) != 0)
        return refuse(ret_refusal, REFUSAL_REQUEST_KEY_TAKEN, "request_key",
                      "case %s was corrected under this key", known);
    return result;
}

enum result
acceptance_amend(struct turn *turn, const Yidi__Amend *request, const struct bytes *frames,
                 size_t frame_count, Yidi__Response *response, struct refusal *ret_refusal)
{
    struct case_file file;
    struct request_key key;
    size_t filled = 0;
    struct bytes *all = arena_take(turn->arena, ATTACHMENTS_MAX * sizeof *all);
    struct submission *submission = arena_take(turn->arena, sizeof *submission);
    if (submission == NULL || all == NULL)
        return ERR_MEMORY;
    enum result result =
        case_file_open(turn->txn, &application_machine, request->case_number, turn->arena, &file);
    if (result == ERR_ABSENT)
        return refuse(ret_refusal, REFUSAL_CASE_UNKNOWN, "case_number",
                      "no such case at this office");
    if (result == OK)
        result = fill_in(turn, file.row, request, frames, frame_count, all, &filled, ret_refusal);
    if (result == OK)
        result = submission_open(turn, request->form, all, filled, submission);
    if (result != OK)
        return result;
    request_key_init(&key, request->request_key, "amend", &submission->content);
    result = find_request(turn, &key, request->case_number, ret_refusal);
    if (result == ERR_ABSENT) {
        result = check(turn, file.row, submission, ret_refusal);
        if (result == OK)
            result = amend(turn, &file, submission, &key, ret_refusal);
    }
    return result == OK ? answer(turn, file.row, response) : result;
}
