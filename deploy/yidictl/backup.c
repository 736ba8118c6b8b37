/* SPDX-License-Identifier: Apache-2.0 */
#include "deploy/yidictl/backup.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/core/limits.h"
#include "common/io/file.h"
#include "common/io/json.h"
#include "common/io/wire.h"

enum { MANIFEST_BYTES_MAX = 16 * 1024 };

/* ---- names ---- */

void
backup_name(const char *office, uint64_t made_ms, char ret_name[BACKUP_NAME_BYTES])
{
    const time_t seconds = (time_t)(made_ms / 1000);
    struct tm utc = { 0 };
    char text[20] = "";
    (void)gmtime_r(&seconds, &utc);
    (void)strftime(text, sizeof text, "%Y%m%d-%H%M%S", &utc);
    snprintf(ret_name, BACKUP_NAME_BYTES, "%.*s-%s-%03u", OFFICE_CODE_CHARS, office, text,
             (unsigned)(made_ms % 1000));
}

bool
backup_is_name(const char *name, const char *office)
{
    static const char pattern[] = "-00000000-000000-000";
    size_t office_size = strlen(office);
    if (strlen(name) != office_size + sizeof pattern - 1 || strncmp(name, office, office_size) != 0)
        return false;
    for (size_t i = 0; i < sizeof pattern - 1; i++) {
        char c = name[office_size + i];
        if (pattern[i] == '-' ? c != '-' : c < '0' || c > '9')
            return false;
    }
    return true;
}

static bool
is_stale_name(const char *name, const char *office)
{
    size_t size = strlen(name), suffix_size = strlen(WORK_FOLDER_SUFFIX);
    char inner[BACKUP_NAME_BYTES];
    if (name[0] != '.' || size < 1 + suffix_size || size - suffix_size >= sizeof inner ||
        strcmp(name + size - suffix_size, WORK_FOLDER_SUFFIX) != 0)
        return false;
    snprintf(inner, sizeof inner, "%.*s", (int)(size - suffix_size - 1), name + 1);
    return backup_is_name(inner, office);
}

/* ---- the manifest ---- */

enum result
backup_write_manifest(const struct work_folder *folder, const Yidi__Backup *backup,
                      struct refusal *ret_refusal)
{
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    char path[PATH_MAX];
    const char *text = json_encode(&backup->base, &arena);
    size_t size = text == NULL ? 0 : strlen(text);
    char *line = text == NULL ? NULL : arena_take(&arena, size + 2);
    if (line == NULL || work_folder_file(folder, BACKUP_MANIFEST_FILE, path) == NULL)
        return ERR_MEMORY;
    snprintf(line, size + 2, "%s\n", text);
    enum result result = file_write(path, bytes_of(line, size + 1), 0600, FILE_NEW, ret_refusal);
    if (result == ERR_REFUSED && (errno == ENOSPC || errno == EDQUOT))
        ret_refusal->code = REFUSAL_DISK_FULL;
    return result;
}

enum result
backup_read_manifest(const char *path, struct arena *arena, const Yidi__Backup **ret_backup,
                     struct refusal *ret_refusal)
{
    char file[PATH_MAX];
    struct refusal inner = { 0 };
    AUTO(heap) uint8_t *text = NULL;
    size_t size;
    ProtobufCMessage *message;
    if (snprintf(file, sizeof file, "%s/" BACKUP_MANIFEST_FILE, path) >= (int)sizeof file)
        return refuse(ret_refusal, REFUSAL_FILE_UNREADABLE, path, "its path is too long");
    enum result result = file_read(file, MANIFEST_BYTES_MAX, &text, &size, ret_refusal);
    if (result == OK)
        result =
            json_decode(&yidi__backup__descriptor, bytes_of(text, size), arena, &message, &inner);
    if (result == ERR_REFUSED && inner.code != REFUSAL_NONE)
        return refuse(ret_refusal, REFUSAL_STORE_DAMAGED, file, "not a manifest: %s %s",
                      inner.field, inner.rule);
    if (result == OK)
        *ret_backup = (const Yidi__Backup *)message;
    return result;
}

/* ---- old ones ---- */

static bool
join(char ret_path[PATH_MAX], const char *directory, const char *name)
{
    int size = snprintf(ret_path, PATH_MAX, "%s/%s", directory, name);
    return size > 0 && size < PATH_MAX;
}

void
backup_remove_stale(const char *directory, const char *office)
{
    char path[PATH_MAX];
    DIR *folder = opendir(directory);
    if (folder == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (is_stale_name(entry->d_name, office) && join(path, directory, entry->d_name))
            (void)work_folder_remove_stale(path);
    closedir(folder);
}

static int
compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* All backups of an office but the newest, oldest first. */
static enum result
list_names(const char *directory, const char *office, const char *newest, struct arena *arena,
           char *names[BACKUP_REMOVED_MAX], size_t *ret_count)
{
    size_t count = 0;
    DIR *folder = opendir(directory);
    if (folder == NULL)
        return ERR_IO;
    for (const struct dirent *entry;
         count < BACKUP_REMOVED_MAX && (entry = readdir(folder)) != NULL;)
        if (backup_is_name(entry->d_name, office) && strcmp(entry->d_name, newest) != 0) {
            names[count] = arena_copy_text(arena, entry->d_name);
            count += names[count] != NULL;
        }
    closedir(folder);
    qsort(names, count, sizeof *names, compare_names);
    *ret_count = count;
    return OK;
}

/* Under its name it is a backup until it is none any more. */
static bool
remove_one(const char *directory, const char *name)
{
    char path[PATH_MAX], hidden_name[BACKUP_NAME_BYTES + sizeof WORK_FOLDER_SUFFIX + 1];
    char hidden[PATH_MAX];
    snprintf(hidden_name, sizeof hidden_name, ".%s" WORK_FOLDER_SUFFIX, name);
    return join(path, directory, name) && join(hidden, directory, hidden_name) &&
           rename(path, hidden) == 0 && work_folder_remove(hidden);
}

enum result
backup_remove_old(const char *directory, const char *office, const char *newest, size_t keep_count,
                  struct arena *arena, Yidi__BackupReport *ret_report)
{
    char path[PATH_MAX];
    size_t count = 0;
    char **names = arena_take(arena, BACKUP_REMOVED_MAX * sizeof *names);
    if (names == NULL)
        return ERR_MEMORY;
    enum result result = list_names(directory, office, newest, arena, names, &count);
    ret_report->removed = names;
    ret_report->n_removed = 0;
    for (size_t i = 0; result == OK && i + keep_count < count + 1; i++)
        if (join(path, directory, names[i]) && remove_one(directory, names[i]))
            names[ret_report->n_removed++] = arena_copy_text(arena, path);
    return result;
}
