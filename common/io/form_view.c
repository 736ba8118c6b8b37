/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/form_view.h"

static struct person
person_view(const Yidi__Person *wire)
{
    return (struct person){
        .citizen_number = wire->citizen_number,
        .name = wire->name,
        .sex = (enum sex)wire->sex,
        .ethnic_group = wire->ethnic_group,
        .birth_date = wire->birth_date,
        .address = wire->address,
        .registration_division = wire->registration_division,
    };
}

/* Form and record have the same two fields. */
#define SECOND_SCRIPT_VIEW(wire)                                                                   \
    ((struct second_script){ .name = (wire)->second_script_name,                                   \
                             .address = (wire)->second_script_address })

bool
form_has_guardian_photo(const Yidi__ApplicationForm *wire)
{
    return wire->guardian != NULL && wire->guardian->photo_digest.len > 0;
}

size_t
form_attachments(const Yidi__ApplicationForm *wire,
                 ProtobufCBinaryData ret_attachments[ATTACHMENTS_MAX])
{
    size_t count = 0;
    ret_attachments[count++] = wire->photo_digest;
    for (size_t i = 0; i < wire->n_fingerprints; i++)
        ret_attachments[count++] = wire->fingerprints[i]->digest;
    if (form_has_guardian_photo(wire))
        ret_attachments[count++] = wire->guardian->photo_digest;
    return count;
}

struct form
form_view(const Yidi__ApplicationForm *wire)
{
    struct form form = {
        .kind = (enum form_kind)wire->kind,
        .reason = (enum form_reason)wire->reason,
        .person = person_view(wire->person),
        .second_script = SECOND_SCRIPT_VIEW(wire),
        .phone = wire->phone,
        .residence_basis = (enum form_basis)wire->residence_basis,
        .residence_address = wire->residence_address,
        .identity_document = (enum form_document)wire->identity_document,
        .identity_document_number = wire->identity_document_number,
        .evidence = (enum form_document)wire->evidence,
        .guardian_given = wire->guardian != NULL,
        .appearance_changed = wire->appearance_changed,
        .fee_fen = wire->fee_fen,
        .fee_waiver = (enum form_waiver)wire->fee_waiver,
        .fingerprint_count = wire->n_fingerprints,
        .missing_count = wire->n_fingers_missing,
        .no_fingerprints_reason = wire->no_fingerprints_reason,
    };
    if (wire->guardian != NULL)
        form.guardian = (struct form_guardian){ .name = wire->guardian->name,
                                                .citizen_number = wire->guardian->citizen_number,
                                                .relation = wire->guardian->relation,
                                                .photo_given = form_has_guardian_photo(wire) };
    for (size_t i = 0; i < wire->n_fingerprints && i < FORM_FINGERPRINTS_MAX; i++)
        form.fingerprints[i] = (enum form_finger)wire->fingerprints[i]->position;
    for (size_t i = 0; i < wire->n_fingers_missing && i < FORM_FINGERS_MISSING_MAX; i++)
        form.missing[i] = (enum form_finger)wire->fingers_missing[i];
    return form;
}

struct form
question_view(const Yidi__EligibilityQuestion *wire)
{
    return (struct form){
        .kind = (enum form_kind)wire->kind,
        .reason = (enum form_reason)wire->reason,
        .person = person_view(wire->person),
        .phone = "",
        .residence_address = "",
        .identity_document_number = "",
        .appearance_changed = wire->appearance_changed,
        .no_fingerprints_reason = "",
        .second_script = SECOND_SCRIPT_VIEW(wire),
    };
}

struct citizen
citizen_view(const Yidi__Citizen *wire)
{
    return (struct citizen){
        .person = person_view(wire->person),
        .second_script = SECOND_SCRIPT_VIEW(wire),
        .fingerprints_on_file = wire->fingerprints_on_file,
        .bad_credit = wire->bad_credit,
        .card_serial = wire->card_serial,
        .card_valid_until = wire->card_valid_until,
        .former_card_serial = wire->former_card_serial,
        .deceased_on = wire->deceased_on,
        .number_replaced_by = wire->number_replaced_by,
        .duplicate_number = wire->duplicate_number,
        .present_division = wire->present_division,
        .card_reported_lost = wire->card_reported_lost,
        .photo_on_file = !wire->no_photo_on_file,
    };
}
