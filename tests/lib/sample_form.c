/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/sample_form.h"

static const uint8_t digest[32] = { 0x00, 0x01, 0x7f, 0x80, 0xff };

static void
fill_people(struct sample_form *sample)
{
    yidi__person__init(&sample->person);
    sample->person.citizen_number = "11010519491231002X";
    sample->person.name = "阿不都·热西提";
    sample->person.sex = YIDI__SEX__FEMALE;
    sample->person.ethnic_group = "05";
    sample->person.birth_date = 19491231;
    sample->person.address = "北京市朝阳区\"安定路\"甲1号";
    sample->person.registration_division = "110105";

    yidi__guardian__init(&sample->guardian);
    sample->guardian.name = "王芳";
    sample->guardian.citizen_number = "440524188001010014";
    sample->guardian.relation = "mother";
}

static void
fill_fingerprints(struct sample_form *sample)
{
    static const Yidi__FingerPosition positions[] = { YIDI__FINGER_POSITION__RIGHT_THUMB,
                                                      YIDI__FINGER_POSITION__LEFT_THUMB,
                                                      YIDI__FINGER_POSITION__LEFT_INDEX };
    for (int i = 0; i < 3; i++) {
        yidi__fingerprint__init(&sample->fingerprints[i]);
        sample->fingerprints[i].position = positions[i];
        sample->fingerprints[i].digest.data = (uint8_t *)digest;
        sample->fingerprints[i].digest.len = sizeof digest;
        sample->fingerprint_list[i] = &sample->fingerprints[i];
    }
}

Yidi__ApplicationForm *
sample_form_init(struct sample_form *sample)
{
    fill_people(sample);
    fill_fingerprints(sample);
    Yidi__ApplicationForm *form = &sample->form;
    yidi__application_form__init(form);
    form->kind = YIDI__APPLICATION_KIND__RENEWAL;
    form->reason = YIDI__APPLICATION_REASON__EXPIRING;
    form->person = &sample->person;
    form->phone = "13800138000";
    form->residence_basis = YIDI__RESIDENCE_BASIS__WORK;
    form->residence_address = "上海市浦东新区世纪大道1号";
    form->identity_document = YIDI__DOCUMENT_KIND__ORIGINAL_CARD;
    form->identity_document_number = "11010519491231002X";
    form->evidence = YIDI__DOCUMENT_KIND__RESIDENCE_PERMIT;
    form->guardian = &sample->guardian;
    form->appearance_changed = 1;
    form->fee_fen = 2000;
    form->fee_waiver = YIDI__FEE_WAIVER__NO_WAIVER;
    form->photo_digest.data = (uint8_t *)digest;
    form->photo_digest.len = sizeof digest;
    form->fingerprints = sample->fingerprint_list;
    form->n_fingerprints = 2;
    sample->fingers_missing[0] = YIDI__FINGER_POSITION__RIGHT_LITTLE;
    sample->fingers_missing[1] = YIDI__FINGER_POSITION__LEFT_RING;
    form->fingers_missing = sample->fingers_missing;
    form->n_fingers_missing = 2;
    form->no_fingerprints_reason = "worn";
    return form;
}
