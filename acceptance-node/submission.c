/* SPDX-License-Identifier: Apache-2.0 */
#include "acceptance-node/submission.h"

#include "common/io/form_view.h"
#include "common/io/intake.h"
#include "common/io/photo.h"
#include "common/io/wire.h"

static void
empty_digests(Yidi__ApplicationForm *form)
{
    form->photo_digest = (ProtobufCBinaryData){ 0 };
    for (size_t i = 0; i < form->n_fingerprints; i++)
        form->fingerprints[i]->digest = (ProtobufCBinaryData){ 0 };
    if (form->guardian != NULL)
        form->guardian->photo_digest = (ProtobufCBinaryData){ 0 };
}

/* The digests in a form are the office's own to fill in: without them, what was applied for is the
 * same form and the same attachments. */
enum result
submission_open(struct turn *turn, Yidi__ApplicationForm *form, const struct bytes *frames,
                size_t frame_count, struct submission *ret_submission)
{
    struct bytes parts[1 + ATTACHMENTS_MAX];
    *ret_submission = (struct submission){ .form = form,
                                           .frames = frames,
                                           .frame_count = frame_count,
                                           .guardian_photo = form_has_guardian_photo(form) };
    empty_digests(form);
    struct bytes packed = wire_encode(&form->base, turn->arena);
    if (packed.data == NULL)
        return ERR_MEMORY;
    struct digest of_form;
    signature_digest_one(packed, &of_form);
    parts[0] = bytes_of(of_form.bytes, DIGEST_BYTES);
    for (size_t i = 0; i < frame_count; i++) {
        signature_digest_one(frames[i], &ret_submission->digests[i]);
        parts[1 + i] = bytes_of(ret_submission->digests[i].bytes, DIGEST_BYTES);
    }
    signature_digest(parts, 1 + frame_count, &ret_submission->content);
    return OK;
}

static enum result
check_attachments(const struct submission *submission, struct refusal *ret_refusal)
{
    const size_t templates = submission->form->n_fingerprints;
    if (submission->frame_count != 1 + templates + submission->guardian_photo)
        return refuse(ret_refusal, REFUSAL_PHOTO_INVALID, "form.photo_digest",
                      "one photo, one template for each listed fingerprint, and the photo with the "
                      "guardian if there is one, not %zu attachments",
                      submission->frame_count);
    enum result result = photo_check(submission->frames[0], ret_refusal);
    for (size_t i = 1; i <= templates && result == OK; i++)
        result = fingerprint_check(submission->frames[i], ret_refusal);
    return result == OK && submission->guardian_photo
               ? photo_check_guardian(submission->frames[1 + templates], ret_refusal)
               : result;
}

static enum result
find_offices(const struct turn *turn, struct submission *submission, struct refusal *ret_refusal)
{
    const Yidi__Office *self = office_self(turn->office);
    const char *division = submission->form->person->registration_division;
    submission->registry = directory_find_registry(turn->office->directory, division);
    if (!office_trusts(turn->office, submission->registry, turn->now_ms))
        return refuse(ret_refusal, REFUSAL_REGISTRY_UNLISTED, "form.person.registration_division",
                      "no trusted registry has jurisdiction over %s", division);
    submission->production = directory_find_production(turn->office->directory, self->areas[0]);
    if (!office_trusts(turn->office, submission->production, turn->now_ms))
        return refuse(ret_refusal, REFUSAL_PRODUCTION_UNLISTED, "production_office",
                      "no trusted production office serves %s", self->areas[0]);
    return OK;
}

enum result
submission_check(const struct turn *turn, struct submission *submission,
                 const struct policy_case *policy, struct refusal *ret_refusal)
{
    struct form form = form_view(submission->form);
    const char *own_division = office_self(turn->office)->areas[0];
    form.guardian.photo_given = submission->guardian_photo; /* its digest is not filled in yet */
    enum result result = form_check(&form, policy, own_division, ret_refusal);
    if (result == OK)
        result = check_attachments(submission, ret_refusal);
    return result == OK ? find_offices(turn, submission, ret_refusal) : result;
}

enum result
submission_check_room(const struct turn *turn, const struct submission *submission,
                      struct refusal *ret_refusal)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < submission->frame_count; i++)
        bytes += submission->frames[i].size;
    return intake_check_room(turn->office, bytes, ret_refusal);
}

static ProtobufCBinaryData
digest_of(struct submission *submission, size_t frame)
{
    return (ProtobufCBinaryData){ .data = submission->digests[frame].bytes, .len = DIGEST_BYTES };
}

enum result
submission_keep(struct turn *turn, const char *case_number, struct submission *submission)
{
    Yidi__ApplicationForm *form = submission->form;
    enum result result = OK;
    form->photo_digest = digest_of(submission, 0);
    for (size_t i = 0; i < form->n_fingerprints; i++)
        form->fingerprints[i]->digest = digest_of(submission, 1 + i);
    if (submission->guardian_photo)
        form->guardian->photo_digest = digest_of(submission, 1 + form->n_fingerprints);
    for (size_t i = 0; i < submission->frame_count && result == OK; i++)
        result = turn_keep_blob(turn, case_number, &submission->digests[i], submission->frames[i]);
    return result;
}
