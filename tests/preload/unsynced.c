/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/preload/unsynced.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/preload/raw_calls.h"

enum { PATH_BYTES = 4096, SECTOR_BYTES = 512, PAGE_BYTES = 4096, ALL = 16 };

struct write {
    off_t offset;
    size_t size;
    uint8_t *former; /* content of the range before it; zeros beyond the end */
    off_t former_size;
    struct write *earlier;
};

/* The descriptor is our own: the file may have lost its name, and the daemon may have closed it. */
struct file {
    dev_t device;
    ino_t number;
    int descriptor;
    struct write *latest;
    struct file *next;
};

struct name_change {
    enum name_change_kind kind;
    char *path;
    char *from;      /* renamed; else NULL */
    char *sheltered; /* what had the path before, or NULL */
    struct name_change *earlier;
};

/* One process has one power supply. */
static struct {
    char shelter[PATH_BYTES];
    uint64_t sheltered_count;
    struct file *files;
    struct name_change *latest_name;
    uint64_t chance;   /* state of the generator */
    unsigned kept_of;  /* of ALL, how many writes reached the disk */
    unsigned names_of; /* of ALL, how probable it is that a folder's last change of names did */
    size_t unit_bytes; /* what the disk writes as a whole */
    struct unsynced_loss loss;
} power;

void
unsynced_open(const char *shelter)
{
    snprintf(power.shelter, sizeof power.shelter, "%s", shelter);
}

/* ---- content ---- */

static struct file *
find_file(int descriptor)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return NULL;
    for (struct file *file = power.files; file != NULL; file = file->next)
        if (file->device == status.st_dev && file->number == status.st_ino)
            return file;
    return NULL;
}

static struct file *
add_file(int descriptor, const struct stat *status)
{
    char path[64];
    struct file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return NULL;
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    file->descriptor = raw_openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    if (file->descriptor < 0) {
        free(file);
        return NULL;
    }
    file->device = status->st_dev;
    file->number = status->st_ino;
    file->next = power.files;
    power.files = file;
    return file;
}

bool
unsynced_write(int descriptor, off_t offset, size_t size)
{
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return false;
    struct file *file = find_file(descriptor);
    if (file == NULL)
        file = add_file(descriptor, &status);
    struct write *write = calloc(1, sizeof *write);
    uint8_t *former = calloc(1, size + 1);
    if (file == NULL || write == NULL || former == NULL ||
        (size > 0 && pread(file->descriptor, former, size, offset) < 0)) {
        free(write);
        free(former);
        return false;
    }
    *write = (struct write){ .offset = offset,
                             .size = size,
                             .former = former,
                             .former_size = status.st_size,
                             .earlier = file->latest };
    file->latest = write;
    return true;
}

static void
free_writes(struct file *file)
{
    while (file->latest != NULL) {
        struct write *write = file->latest;
        file->latest = write->earlier;
        free(write->former);
        free(write);
    }
}

/* Closing a descriptor ends every lock of fcntl() that this process has on the file. LMDB locks its
 * lock file alone, and never syncs it. */
void
unsynced_file_synced(int descriptor)
{
    struct file *file = find_file(descriptor);
    if (file == NULL)
        return;
    free_writes(file);
    struct file **link = &power.files;
    while (*link != file)
        link = &(*link)->next;
    *link = file->next;
    (void)raw_close(file->descriptor);
    free(file);
}

/* What earlier writes would put back there is from now on what is there. */
void
unsynced_range_synced(int descriptor, off_t offset, size_t size)
{
    struct file *file = find_file(descriptor);
    off_t end = offset + (off_t)size;
    for (struct write *write = file == NULL ? NULL : file->latest; write != NULL;
         write = write->earlier) {
        off_t write_end = write->offset + (off_t)write->size;
        off_t first = write->offset > offset ? write->offset : offset;
        off_t last = write_end < end ? write_end : end;
        if (first < last)
            (void)pread(file->descriptor, write->former + (first - write->offset),
                        (size_t)(last - first), first);
        if (write->former_size < end)
            write->former_size = end;
    }
}

/* ---- names ---- */

bool
unsynced_shelter(const char *path, char **ret_sheltered)
{
    struct stat status;
    char name[PATH_BYTES + 32];
    *ret_sheltered = NULL;
    if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return true;
    (void)raw_mkdirat(AT_FDCWD, power.shelter, 0700);
    snprintf(name, sizeof name, "%s/%llu", power.shelter,
             (unsigned long long)++power.sheltered_count);
    if (raw_linkat(AT_FDCWD, path, AT_FDCWD, name, 0) != 0)
        return false;
    *ret_sheltered = strdup(name);
    return *ret_sheltered != NULL;
}

bool
unsynced_name(enum name_change_kind kind, const char *path, const char *from, char *take_sheltered)
{
    struct name_change *change = calloc(1, sizeof *change);
    if (change == NULL)
        return false;
    *change = (struct name_change){ .kind = kind,
                                    .path = strdup(path),
                                    .from = from == NULL ? NULL : strdup(from),
                                    .sheltered = take_sheltered,
                                    .earlier = power.latest_name };
    power.latest_name = change;
    return change->path != NULL && (from == NULL || change->from != NULL);
}

static bool
is_in(const char *path, const char *folder)
{
    size_t size = (size_t)(strrchr(path, '/') - path);
    return strlen(folder) == size && memcmp(path, folder, size) == 0;
}

void
unsynced_folder_synced(const char *path)
{
    struct name_change **link = &power.latest_name;
    while (*link != NULL) {
        struct name_change *change = *link;
        if (!is_in(change->path, path)) {
            link = &change->earlier;
            continue;
        }
        *link = change->earlier;
        if (change->sheltered != NULL)
            (void)raw_unlinkat(AT_FDCWD, change->sheltered, 0);
        free(change->path);
        free(change->from);
        free(change->sheltered);
        free(change);
    }
}

/* ---- the loss ---- */

static uint64_t
choose(uint64_t below)
{
    uint64_t mixed = power.chance += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return (mixed ^ mixed >> 31) % below;
}

/* Small seeds give plain disasters first: all is lost; half of the content by sectors, by pages;
 * nearly all; nearly nothing. Names have a fate of their own. */
static void
choose_manner(uint64_t seed)
{
    static const unsigned kept[] = { 0, ALL / 2, ALL / 2, 1, ALL - 1 };
    static const unsigned names[] = { ALL, ALL / 2, ALL, 0 };
    power.chance = seed * UINT64_C(0xd1342543de82ef95) + 1;
    power.kept_of = kept[seed % 5];
    power.names_of = seed == 0 ? 0 : names[choose(4)];
    power.unit_bytes = seed % 5 == 2 || seed / 5 % 2 == 1 ? PAGE_BYTES : SECTOR_BYTES;
}

/* Put back what a write replaced in the units that no later write settled; a write that reached the
 * disk in a unit settles it. */
static void
lose_write(const struct file *file, const struct write *write, uint8_t *settled)
{
    off_t unit = (off_t)power.unit_bytes, end = write->offset + (off_t)write->size;
    for (off_t at = write->offset, next; at < end; at = next) {
        uint8_t present[PAGE_BYTES];
        next = (at / unit + 1) * unit < end ? (at / unit + 1) * unit : end;
        if (settled[at / unit] != 0)
            continue;
        if (choose(ALL) < power.kept_of) {
            settled[at / unit] = 1;
            continue;
        }
        const uint8_t *former = write->former + (at - write->offset);
        size_t size = (size_t)(next - at);
        if (pread(file->descriptor, present, size, at) == (ssize_t)size &&
            memcmp(present, former, size) == 0)
            continue;
        (void)raw_pwrite(file->descriptor, former, size, at);
        power.loss.sectors++;
    }
}

/* As many writes as the latest unsynced size counts are behind the one that is kept. */
static off_t
choose_size(const struct file *file, off_t size, uint64_t write_count)
{
    uint64_t lost = power.kept_of == 0 ? write_count : choose(write_count + 1);
    const struct write *write = file->latest;
    for (uint64_t i = 0; i < lost; i++, write = write->earlier)
        size = write->former_size;
    return size;
}

static void
lose_content(const struct file *file)
{
    struct stat status;
    uint64_t write_count = 0;
    off_t end = 0;
    for (const struct write *write = file->latest; write != NULL; write = write->earlier) {
        off_t write_end = write->offset + (off_t)write->size;
        end = write_end > end ? write_end : end;
        write_count++;
    }
    if (write_count == 0 || fstat(file->descriptor, &status) != 0)
        return;
    uint8_t *settled = calloc((size_t)end / power.unit_bytes + 1, 1);
    for (const struct write *write = file->latest; settled != NULL && write != NULL;
         write = write->earlier)
        lose_write(file, write, settled);
    free(settled);
    off_t size = choose_size(file, status.st_size, write_count);
    (void)raw_ftruncate(file->descriptor, size);
    power.loss.sizes += size != status.st_size;
}

static void
remove_all(const char *path)
{
    char inner[PATH_BYTES];
    DIR *folder = opendir(path);
    const struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner)
            continue;
        if (raw_unlinkat(AT_FDCWD, inner, 0) != 0)
            remove_all(inner);
    }
    if (folder != NULL)
        closedir(folder);
    (void)raw_unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

static void
lose_name(const struct name_change *change)
{
    if (change->kind == NAME_FOLDER)
        remove_all(change->path);
    else if (change->kind == NAME_RENAMED)
        (void)raw_renameat(AT_FDCWD, change->path, AT_FDCWD, change->from);
    else if (change->kind == NAME_MADE)
        (void)raw_unlinkat(AT_FDCWD, change->path, 0);
    if (change->sheltered != NULL)
        (void)raw_renameat(AT_FDCWD, change->sheltered, AT_FDCWD, change->path);
    power.loss.names++;
}

static bool
same_folder(const char *a, const char *b)
{
    size_t size = (size_t)(strrchr(a, '/') - a);
    return (size_t)(strrchr(b, '/') - b) == size && memcmp(a, b, size) == 0;
}

/* Later changes in a folder are lost first; with one that is kept, all before it are. */
static void
lose_names(void)
{
    enum { FOLDERS_MAX = 64 };
    const struct name_change *kept[FOLDERS_MAX]; /* the last one of each folder */
    size_t count = 0;
    for (const struct name_change *change = power.latest_name; change != NULL;
         change = change->earlier) {
        size_t i = 0;
        while (i < count && !same_folder(kept[i]->path, change->path))
            i++;
        if (i < count)
            continue;
        if (choose(ALL) < power.names_of && count < FOLDERS_MAX)
            kept[count++] = change;
        else
            lose_name(change);
    }
}

struct unsynced_loss
unsynced_lose(uint64_t seed)
{
    choose_manner(seed);
    for (const struct file *file = power.files; file != NULL; file = file->next)
        lose_content(file);
    lose_names();
    return power.loss;
}
