/* SPDX-License-Identifier: Apache-2.0 */
#include "production-node/machine_files.h"

#include <stdio.h>
#include <string.h>

#include "common/core/limits.h"
#include "common/domain/chip.h"
#include "common/domain/ethnic_group.h"
#include "common/io/json.h"
#include "common/io/signature.h"

enum { FILES_PER_CARD = 4, CUTS_MAX = 3, NAME_BYTES = 48 };

/* ---- the face ---- */

static const char *
sex_text(Yidi__Sex sex)
{
    switch (sex) {
    case YIDI__SEX__MALE:
        return "男";
    case YIDI__SEX__FEMALE:
        return "女";
    default:
        return "未说明";
    }
}

/* 汉, as cards show it, not 汉族; it need not end within 60 bytes, as wire bounds say. */
static void
ethnic_text(const char *code, char ret_text[61])
{
    static const char suffix[] = "族";
    const struct ethnic_group *group = ethnic_group_find(code);
    const char *name = group == NULL ? code : group->name;
    size_t size = strlen(name), cut = sizeof suffix - 1;
    bool ends = size > cut && strcmp(name + size - cut, suffix) == 0;
    snprintf(ret_text, 61, "%.*s", (int)(ends ? size - cut : size), name);
}

static void
validity_text(const Yidi__Case *row, char ret_text[41])
{
    uint32_t from = row->valid_from, until = row->valid_until;
    int size =
        snprintf(ret_text, 41, "%04u.%02u.%02u-", from / 10000, from / 100 % 100, from % 100);
    if (until == 0)
        snprintf(ret_text + size, 41 - (size_t)size, "长期");
    else
        snprintf(ret_text + size, 41 - (size_t)size, "%04u.%02u.%02u", until / 10000,
                 until / 100 % 100, until % 100);
}

static struct bytes
make_face(const Yidi__Case *row, struct arena *arena)
{
    char ethnic[61], validity[41], birth[48];
    const Yidi__Person *person = row->form->person;
    Yidi__CardFace face = YIDI__CARD_FACE__INIT;
    ethnic_text(person->ethnic_group, ethnic);
    validity_text(row, validity);
    snprintf(birth, sizeof birth, "%u年%u月%u日", person->birth_date / 10000,
             person->birth_date / 100 % 100, person->birth_date % 100);
    face.case_number = row->case_number;
    face.name = person->name;
    face.sex = (char *)(uintptr_t)sex_text(person->sex);
    face.ethnic_group = ethnic;
    face.birth_date = birth;
    face.address = person->address;
    face.second_script_name = row->form->second_script_name;
    face.second_script_address = row->form->second_script_address;
    face.citizen_number = person->citizen_number;
    face.issuing_authority = row->issuing_authority;
    face.validity = validity;
    const char *text = json_encode(&face.base, arena);
    return text == NULL ? (struct bytes){ 0 } : bytes_of_text(text);
}

/* ---- the chip ---- */

static enum result
make_text(const Yidi__Case *row, uint8_t ret_text[CHIP_TEXT_BYTES], unsigned *ret_cut,
          struct refusal *ret_refusal)
{
    const Yidi__Person *person = row->form->person;
    const struct chip_holder holder = {
        .name = person->name,
        .sex = (unsigned)person->sex,
        .ethnic_group = person->ethnic_group,
        .birth_date = person->birth_date,
        .address = person->address,
        .citizen_number = person->citizen_number,
        .authority = row->issuing_authority,
        .valid_from = row->valid_from,
        .valid_until = row->valid_until,
    };
    return chip_encode_text(&holder, ret_text, ret_cut, ret_refusal);
}

static enum result
make_fingers(const Yidi__ApplicationForm *form, const struct bytes *templates,
             uint8_t ret_fingers[CHIP_FINGERS_BYTES], struct refusal *ret_refusal)
{
    struct chip_finger fingers[ATTACHMENTS_MAX];
    for (size_t i = 0; i < form->n_fingerprints; i++)
        fingers[i] = (struct chip_finger){ .position = (int)form->fingerprints[i]->position,
                                           .bytes = templates[i] };
    return chip_encode_fingers(fingers, form->n_fingerprints, ret_fingers, ret_refusal);
}

static void
note_cut(Yidi__BatchCardFiles *noted, unsigned cut)
{
    static const struct {
        enum chip_cut bit;
        char *name;
    } fields[CUTS_MAX] = { { CHIP_CUT_NAME, "name" },
                           { CHIP_CUT_ADDRESS, "address" },
                           { CHIP_CUT_AUTHORITY, "issuing_authority" } };
    for (size_t i = 0; i < CUTS_MAX; i++)
        if ((cut & fields[i].bit) != 0)
            noted->cut_on_chip[noted->n_cut_on_chip++] = fields[i].name;
}

/* ---- files ---- */

static enum result
add_file(Yidi__MachineCard *card, const char *extension, struct bytes data, struct arena *arena)
{
    char name[NAME_BYTES];
    Yidi__BatchCardFiles *noted = card->noted;
    Yidi__BatchFile *file = arena_take(arena, sizeof *file);
    struct digest *digest = arena_take(arena, sizeof *digest);
    snprintf(name, sizeof name, "%s.%s", noted->case_number, extension);
    if (file == NULL || digest == NULL || data.data == NULL)
        return ERR_MEMORY;
    signature_digest_one(data, digest);
    yidi__batch_file__init(file);
    file->name = arena_copy_text(arena, name);
    file->size = data.size;
    file->sha256 = (ProtobufCBinaryData){ .data = digest->bytes, .len = DIGEST_BYTES };
    noted->files[noted->n_files++] = file;
    card->data[card->n_data++] =
        (ProtobufCBinaryData){ .data = (uint8_t *)(uintptr_t)data.data, .len = data.size };
    return file->name == NULL ? ERR_MEMORY : OK;
}

static Yidi__MachineCard *
new_card(const char *case_number, struct arena *arena)
{
    Yidi__MachineCard *card = arena_take(arena, sizeof *card);
    Yidi__BatchCardFiles *noted = arena_take(arena, sizeof *noted);
    if (card == NULL || noted == NULL)
        return NULL;
    yidi__machine_card__init(card);
    yidi__batch_card_files__init(noted);
    card->noted = noted;
    card->data = arena_take(arena, FILES_PER_CARD * sizeof *card->data);
    noted->case_number = (char *)(uintptr_t)case_number;
    noted->files = arena_take(arena, FILES_PER_CARD * sizeof *noted->files);
    noted->cut_on_chip = arena_take(arena, CUTS_MAX * sizeof *noted->cut_on_chip);
    return card->data == NULL || noted->files == NULL || noted->cut_on_chip == NULL ? NULL : card;
}

enum result
machine_files_make(const Yidi__Case *row, struct bytes photo, const struct bytes *templates,
                   struct arena *arena, Yidi__MachineCard **ret_card, struct refusal *ret_refusal)
{
    uint8_t text[CHIP_TEXT_BYTES], fingers[CHIP_FINGERS_BYTES];
    unsigned cut;
    Yidi__MachineCard *card = new_card(row->case_number, arena);
    if (card == NULL)
        return ERR_MEMORY;
    enum result result = make_text(row, text, &cut, ret_refusal);
    if (result == OK)
        result = make_fingers(row->form, templates, fingers, ret_refusal);
    if (result != OK)
        return result;
    note_cut(card->noted, cut);
    card->noted->templates = (uint32_t)row->form->n_fingerprints;
    card->noted->bilingual = row->form->second_script_name[0] != '\0';
    result = add_file(card, "json", make_face(row, arena), arena);
    if (result == OK)
        result = add_file(card, "jpg", photo, arena);
    if (result == OK)
        result = add_file(card, "chip", arena_copy(arena, bytes_of(text, sizeof text)), arena);
    if (result == OK)
        result =
            add_file(card, "fingers", arena_copy(arena, bytes_of(fingers, sizeof fingers)), arena);
    if (result == OK)
        *ret_card = card;
    return result;
}

enum result
machine_files_leave_out(const char *case_number, const struct refusal *why, struct arena *arena,
                        Yidi__MachineCard **ret_card)
{
    char text[REFUSAL_RULE_BYTES + 80];
    Yidi__MachineCard *card = new_card(case_number, arena);
    if (card == NULL)
        return ERR_MEMORY;
    snprintf(text, sizeof text, "%s %s", refusal_name(why->code), why->rule);
    card->noted->left_out = arena_copy_text(arena, text);
    *ret_card = card;
    return card->noted->left_out == NULL ? ERR_MEMORY : OK;
}
