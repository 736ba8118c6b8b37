/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/citizen_maker.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/domain/citizen_number.h"
#include "common/domain/policy.h"
#include "common/io/form_view.h"

enum {
    YEAR_FIRST = 1960,
    YEAR_COUNT = 40,
    MONTH_COUNT = 12,
    DAY_COUNT = 28,
    SEQUENCE_COUNT = 1000,
};

static void
make_name(uint64_t seed, char *ret_name, size_t room)
{
    static const char *const families[] = { "王", "李", "张", "刘", "陈", "杨", "欧阳", "司马" };
    static const char *const given[] = { "伟", "芳",   "娜",   "秀英", "敏",
                                         "静", "建国", "丽华", "强",   "磊" };
    snprintf(ret_name, room, "%s%s", families[seed % 8], given[seed / 8 % 10]);
}

void
citizen_make(uint64_t seed, const char *division, struct made_citizen *ret_citizen)
{
    struct made_citizen *citizen = ret_citizen;
    *citizen = (struct made_citizen){ .seed = seed, .fingerprints_on_file = true };
    uint64_t sequence = seed % SEQUENCE_COUNT;
    uint64_t days = seed / SEQUENCE_COUNT;
    citizen->birth_date =
        (uint32_t)((YEAR_FIRST + days / MONTH_COUNT / DAY_COUNT % YEAR_COUNT) * 10000 +
                   (1 + days / DAY_COUNT % MONTH_COUNT) * 100 + 1 + days % DAY_COUNT);
    citizen->male = sequence % 2 == 1;
    snprintf(citizen->division, sizeof citizen->division, "%s", division);
    snprintf(citizen->number, sizeof citizen->number, "%.6s%08" PRIu32 "%03u", division,
             citizen->birth_date, (unsigned)sequence);
    citizen->number[CITIZEN_NUMBER_CHARS - 1] = citizen_number_check_character(citizen->number);
    make_name(seed, citizen->name, sizeof citizen->name);
    snprintf(citizen->address, sizeof citizen->address, "%s解放路%" PRIu64 "号", division,
             1 + seed % 999);
    snprintf(citizen->card_serial, sizeof citizen->card_serial, "OLD-%.6s-%" PRIu64, division,
             seed);
}

size_t
citizen_make_line(const struct made_citizen *citizen, char ret_line[CITIZEN_MAKER_LINE_BYTES])
{
    int size =
        snprintf(ret_line, CITIZEN_MAKER_LINE_BYTES, "%s,%s,%s,01,%" PRIu32 ",%s,%s,%s,%s,%s,%s\n",
                 citizen->number, citizen->name, citizen->male ? "male" : "female",
                 citizen->birth_date, citizen->address, citizen->division,
                 citizen->fingerprints_on_file ? "yes" : "no", citizen->bad_credit ? "yes" : "no",
                 citizen->card_serial, citizen->card_serial[0] != '\0' ? "20200101" : "");
    return (size_t)size;
}

void
application_set_citizen(struct made_application *application, const struct made_citizen *citizen)
{
    Yidi__Person *person = &application->person;
    application->citizen = *citizen;
    yidi__person__init(person);
    person->citizen_number = application->citizen.number;
    person->name = application->citizen.name;
    person->sex = citizen->male ? YIDI__SEX__MALE : YIDI__SEX__FEMALE;
    person->ethnic_group = "01";
    person->birth_date = citizen->birth_date;
    person->address = application->citizen.address;
    person->registration_division = application->citizen.division;
    application->form.identity_document_number = application->citizen.number;
}

void
application_set_kind(struct made_application *application, Yidi__ApplicationKind kind)
{
    Yidi__ApplicationForm *form = &application->form;
    bool renewal = kind == YIDI__APPLICATION_KIND__RENEWAL;
    form->kind = kind;
    form->reason = renewal ? YIDI__APPLICATION_REASON__EXPIRING : YIDI__APPLICATION_REASON__LOST;
    form->evidence =
        renewal ? YIDI__DOCUMENT_KIND__ORIGINAL_CARD : YIDI__DOCUMENT_KIND__HOUSEHOLD_REGISTER;
    form->identity_document = form->evidence;
    form->fee_fen =
        policy_key_info(renewal ? POLICY_FEE_RENEWAL : POLICY_FEE_REPLACEMENT)->standard;
}

static void
fill_fingerprints(struct made_application *application)
{
    static const Yidi__FingerPosition positions[] = { YIDI__FINGER_POSITION__RIGHT_THUMB,
                                                      YIDI__FINGER_POSITION__LEFT_THUMB };
    static uint8_t unset[DIGEST_BYTES]; /* the office fills the digests in */
    for (size_t i = 0; i < 2; i++) {
        yidi__fingerprint__init(&application->fingerprints[i]);
        application->fingerprints[i].position = positions[i];
        application->fingerprints[i].digest =
            (ProtobufCBinaryData){ .data = unset, .len = sizeof unset };
        application->fingerprint_list[i] = &application->fingerprints[i];
        photo_make_template(application->citizen.seed * 2 + i, application->templates[i]);
    }
    application->form.fingerprints = application->fingerprint_list;
    application->form.n_fingerprints = 2;
}

void
application_make(const struct made_citizen *citizen, Yidi__ApplicationKind kind,
                 struct made_application *ret_application)
{
    struct made_application *application = ret_application;
    Yidi__ApplicationForm *form = &application->form;
    const struct photo_request photo = { .seed = citizen->seed };

    yidi__application_form__init(form);
    application_set_citizen(application, citizen);
    application_set_kind(application, kind);
    form->person = &application->person;
    form->phone = "13800138000";
    form->residence_basis = YIDI__RESIDENCE_BASIS__WORK;
    form->residence_address = "科技路8号";
    fill_fingerprints(application);
    application->photo_size = photo_make(&photo, application->photo);
}

void
application_add_guardian(struct made_application *application, uint64_t seed)
{
    enum { GUARDIAN_SEED = 12999999 };  /* nobody else's */
    static uint8_t unset[DIGEST_BYTES]; /* the office fills the digest in */
    const struct photo_request photo = { .seed = seed, .width = 480, .height = 360, .quality = 60 };
    struct made_citizen guardian;
    citizen_make(GUARDIAN_SEED, "440105", &guardian);
    strcpy(application->guardian_number, guardian.number);
    yidi__guardian__init(&application->guardian);
    application->guardian.name = "监护人";
    application->guardian.citizen_number = application->guardian_number;
    application->guardian.relation = "母亲";
    application->guardian.photo_digest =
        (ProtobufCBinaryData){ .data = unset, .len = sizeof unset };
    application->form.guardian = &application->guardian;
    application->together_size = photo_make(&photo, application->together);
}

size_t
application_frames(const struct made_application *application,
                   struct bytes ret_frames[ATTACHMENTS_MAX])
{
    ret_frames[0] = bytes_of(application->photo, application->photo_size);
    for (size_t i = 0; i < application->form.n_fingerprints; i++)
        ret_frames[1 + i] = bytes_of(application->templates[i], PHOTO_MAKER_TEMPLATE_BYTES);
    size_t count = 1 + application->form.n_fingerprints;
    if (form_has_guardian_photo(&application->form))
        ret_frames[count++] = bytes_of(application->together, application->together_size);
    return count;
}
