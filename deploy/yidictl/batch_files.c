/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/batch_files.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io/file.h"
#include "common/io/json.h"
#include "common/io/wire.h"
#include "deploy/yidictl/output.h"

enum { BATCH_CARDS_MAX = 1024 };

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

/* ---- files ---- */

static enum result
write_file(const struct batch_files *files, const char *name, struct bytes data,
           struct refusal *ret_refusal)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    const char *path = output_format(&arena, "%s/%s", files->folder, name);
    return file_write(path, data, 0600, FILE_NEW, ret_refusal);
}

/* What the answer says of a card is gone with it. */
static Yidi__BatchCardFiles *
keep_note(struct batch_files *files, const Yidi__BatchCardFiles *noted)
{
    ProtobufCMessage *copy = NULL;
    struct refusal refusal;
    struct bytes packed = wire_encode(&noted->base, &files->arena);
    if (packed.data == NULL || wire_decode(&yidi__batch_card_files__descriptor, packed,
                                           &files->arena, &copy, &refusal) != OK)
        return NULL;
    return (Yidi__BatchCardFiles *)copy;
}

enum result
batch_files_add(struct batch_files *files, const Yidi__MachineCard *card,
                struct refusal *ret_refusal)
{
    if (files->manifest.n_cards == BATCH_CARDS_MAX)
        return refuse(ret_refusal, REFUSAL_MALFORMED, "cards", "at most %d cards in a batch",
                      BATCH_CARDS_MAX);
    Yidi__BatchCardFiles *noted = keep_note(files, card->noted);
    if (noted == NULL)
        return ERR_MEMORY;
    files->manifest.cards[files->manifest.n_cards++] = noted;
    if (noted->n_files == 0)
        files->left_out++;
    else
        files->written++;
    enum result result = noted->n_files == card->n_data ? OK : ERR_DAMAGED;
    for (size_t i = 0; i < noted->n_files && result == OK; i++)
        result = strchr(noted->files[i]->name, '/') != NULL
                     ? ERR_DAMAGED
                     : write_file(files, noted->files[i]->name,
                                  bytes_of(card->data[i].data, card->data[i].len), ret_refusal);
    return result;
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
    return text == NULL ? ERR_MEMORY
                        : write_file(files, "manifest.json", bytes_of_text(text), ret_refusal);
}
