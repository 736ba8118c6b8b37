/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/batch_files.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "common/domain/chip.h"
#include "common/domain/ethnic_group.h"
#include "common/io/file.h"
#include "common/io/json.h"
#include "common/io/signature.h"
#include "deploy/yidictl/output.h"

enum { FILES_PER_CARD = 4, BATCH_CARDS_MAX = 1024 };

/* ---- the folder ---- */

static enum result
check_empty(const char *folder, struct refusal *ret_refusal)
{
    const struct dirent *entry;
    DIR *listing = opendir(folder);
    size_t others = 0;
    if (listing == NULL)
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, folder, "%s", strerror(errno));
    while ((entry = readdir(listing)) != NULL)
        others += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(listing);
    return others == 0 ? OK
                       : refuse(ret_refusal, REFUSAL_FILE_EXISTS, folder,
                                "the folder must be empty, or not there");
}

enum result
batch_files_open(struct batch_files *files, const char *folder, struct refusal *ret_refusal)
{
    *files = (struct batch_files){ .folder = folder };
    arena_init(&files->arena);
    yidi__batch_manifest__init(&files->manifest);
    files->manifest.cards =
        arena_take(&files->arena, BATCH_CARDS_MAX * sizeof *files->manifest.cards);
    if (files->manifest.cards == NULL)
        return ERR_MEMORY;
    if (mkdir(folder, 0700) == 0)
        return OK;
    if (errno != EEXIST)
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, folder, "cannot be made: %s",
                      strerror(errno));
    return check_empty(folder, ret_refusal);
}

void
batch_files_close(struct batch_files *files)
{
    arena_fini(&files->arena);
}

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

/* 汉, as cards show it, not 汉族 */
static const char *
ethnic_text(const char *code, struct arena *arena)
{
    static const char suffix[] = "族";
    const struct ethnic_group *group = ethnic_group_find(code);
    if (group == NULL)
        return code;
    size_t size = strlen(group->name), cut = sizeof suffix - 1;
    bool ends = size > cut && strcmp(group->name + size - cut, suffix) == 0;
    return output_format(arena, "%.*s", (int)(ends ? size - cut : size), group->name);
}

static const char *
dots(uint32_t date, struct arena *arena)
{
    return output_format(arena, "%04u.%02u.%02u", date / 10000, date / 100 % 100, date % 100);
}

static struct bytes
make_face(const Yidi__BatchCard *card, struct arena *arena)
{
    const Yidi__Person *person = card->person;
    Yidi__CardFace face = YIDI__CARD_FACE__INIT;
    face.case_number = card->case_number;
    face.name = person->name;
    face.sex = (char *)sex_text(person->sex);
    face.ethnic_group = (char *)ethnic_text(person->ethnic_group, arena);
    face.birth_date =
        (char *)output_format(arena, "%u年%u月%u日", person->birth_date / 10000,
                              person->birth_date / 100 % 100, person->birth_date % 100);
    face.address = person->address;
    face.second_script_name = card->second_script_name;
    face.second_script_address = card->second_script_address;
    face.citizen_number = person->citizen_number;
    face.issuing_authority = card->issuing_authority;
    face.validity =
        (char *)output_format(arena, "%s-%s", dots(card->valid_from, arena),
                              card->valid_until == 0 ? "长期" : dots(card->valid_until, arena));
    const char *text = json_encode(&face.base, arena);
    return text == NULL ? (struct bytes){ 0 } : bytes_of_text(text);
}

/* ---- the chip ---- */

static enum result
make_text(const Yidi__BatchCard *card, uint8_t ret_text[CHIP_TEXT_BYTES], unsigned *ret_cut,
          struct refusal *ret_refusal)
{
    const Yidi__Person *person = card->person;
    const struct chip_holder holder = {
        .name = person->name,
        .sex = (unsigned)person->sex,
        .ethnic_group = person->ethnic_group,
        .birth_date = person->birth_date,
        .address = person->address,
        .citizen_number = person->citizen_number,
        .authority = card->issuing_authority,
        .valid_from = card->valid_from,
        .valid_until = card->valid_until,
    };
    return chip_encode_text(&holder, ret_text, ret_cut, ret_refusal);
}

static enum result
make_fingers(const Yidi__BatchCard *card, uint8_t ret_fingers[CHIP_FINGERS_BYTES],
             struct refusal *ret_refusal)
{
    struct chip_finger fingers[CHIP_TEMPLATES];
    for (size_t i = 0; i < card->n_templates; i++)
        fingers[i] = (struct chip_finger){
            .position = (int)card->templates[i]->position,
            .bytes = bytes_of(card->templates[i]->data.data, card->templates[i]->data.len),
        };
    return chip_encode_fingers(fingers, card->n_templates, ret_fingers, ret_refusal);
}

static enum result
note_cut(struct batch_files *files, Yidi__BatchCardFiles *noted, unsigned cut)
{
    static const struct {
        enum chip_cut bit;
        char *name;
    } fields[] = { { CHIP_CUT_NAME, "name" },
                   { CHIP_CUT_ADDRESS, "address" },
                   { CHIP_CUT_AUTHORITY, "issuing_authority" } };
    noted->cut_on_chip = arena_take(&files->arena, 3 * sizeof *noted->cut_on_chip);
    if (noted->cut_on_chip == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < 3; i++)
        if ((cut & fields[i].bit) != 0)
            noted->cut_on_chip[noted->n_cut_on_chip++] = fields[i].name;
    return OK;
}

/* ---- files ---- */

static enum result
write_one(struct batch_files *files, Yidi__BatchCardFiles *noted, const char *extension,
          struct bytes data, struct refusal *ret_refusal)
{
    struct digest digest;
    Yidi__BatchFile *file = arena_take(&files->arena, sizeof *file);
    const char *name = output_format(&files->arena, "%s.%s", noted->case_number, extension);
    const char *path = output_format(&files->arena, "%s/%s", files->folder, name);
    if (file == NULL || data.data == NULL)
        return ERR_MEMORY;
    signature_digest_one(data, &digest);
    const struct bytes kept = arena_copy(&files->arena, bytes_of(digest.bytes, DIGEST_BYTES));
    if (kept.data == NULL)
        return ERR_MEMORY;
    yidi__batch_file__init(file);
    file->name = (char *)name;
    file->size = data.size;
    file->sha256 = (ProtobufCBinaryData){ .data = (uint8_t *)kept.data, .len = kept.size };
    noted->files[noted->n_files++] = file;
    return file_write(path, data, 0600, FILE_NEW, ret_refusal);
}

static enum result
write_card(struct batch_files *files, Yidi__BatchCardFiles *noted, const Yidi__BatchCard *card,
           struct refusal *ret_refusal)
{
    AUTO(arena) struct arena scratch;
    uint8_t text[CHIP_TEXT_BYTES], fingers[CHIP_FINGERS_BYTES];
    unsigned cut;
    arena_init(&scratch);
    enum result result = make_text(card, text, &cut, ret_refusal);
    if (result == OK)
        result = make_fingers(card, fingers, ret_refusal);
    if (result == OK)
        result = note_cut(files, noted, cut);
    if (result == OK)
        result = write_one(files, noted, "json", make_face(card, &scratch), ret_refusal);
    if (result == OK)
        result = write_one(files, noted, "jpg", bytes_of(card->photo.data, card->photo.len),
                           ret_refusal);
    if (result == OK)
        result = write_one(files, noted, "chip", bytes_of(text, sizeof text), ret_refusal);
    if (result == OK)
        result = write_one(files, noted, "fingers", bytes_of(fingers, sizeof fingers), ret_refusal);
    noted->templates = (uint32_t)card->n_templates;
    noted->bilingual = card->second_script_name[0] != '\0';
    files->written++;
    return result;
}

enum result
batch_files_add(struct batch_files *files, const Yidi__BatchCard *card, struct refusal *ret_refusal)
{
    Yidi__BatchCardFiles *noted = arena_take(&files->arena, sizeof *noted);
    if (noted == NULL)
        return ERR_MEMORY;
    if (files->manifest.n_cards == BATCH_CARDS_MAX)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "cards", "at most %d cards in a batch",
                      BATCH_CARDS_MAX);
    yidi__batch_card_files__init(noted);
    noted->case_number = arena_copy_text(&files->arena, card->case_number);
    noted->files = arena_take(&files->arena, FILES_PER_CARD * sizeof *noted->files);
    if (noted->case_number == NULL || noted->files == NULL)
        return ERR_MEMORY;
    files->manifest.cards[files->manifest.n_cards++] = noted;
    if (card->refusal == NULL && card->person != NULL)
        return write_card(files, noted, card, ret_refusal);
    files->left_out++;
    noted->left_out = card->refusal == NULL
                          ? "the office told nothing of it"
                          : (char *)output_format(&files->arena, "%s %s", card->refusal->code,
                                                  card->refusal->rule);
    return OK;
}

enum result
batch_files_finish(struct batch_files *files, const Yidi__BatchRow *batch, uint64_t now_ms,
                   struct refusal *ret_refusal)
{
    files->manifest.batch = arena_copy_text(&files->arena, batch->batch);
    files->manifest.office = arena_copy_text(&files->arena, batch->acceptance_office);
    files->manifest.machine = arena_copy_text(&files->arena, batch->machine);
    if (files->manifest.batch == NULL || files->manifest.office == NULL ||
        files->manifest.machine == NULL)
        return ERR_MEMORY;
    files->manifest.exported_ms = now_ms;
    const char *text = json_encode(&files->manifest.base, &files->arena);
    const char *path = output_format(&files->arena, "%s/manifest.json", files->folder);
    return text == NULL ? ERR_MEMORY
                        : file_write(path, bytes_of_text(text), 0600, FILE_NEW, ret_refusal);
}
