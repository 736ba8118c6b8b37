/* SPDX-License-Identifier: Apache-2.0
 *
 * unsynced - what was written below a folder and is not yet synced, and how to lose it.
 *
 * Writes stand in the real files; here is what they replaced, until a sync of the file or of the
 * folder makes them last. To lose is to put back a part of it, as a disk without power would have
 * left it:
 *
 *   content  each sector (or page) of a file has what it had after any of the unsynced writes to
 *            it, or before all of them
 *   size     the file has any of the sizes that it had since its last sync
 *   names    of what was made, renamed and removed in a folder since the folder's last sync, the
 *            first few are there and the later ones are not, as in a file system with a journal
 *
 * So a new file's name may be lost though its content was synced, and a folder's name takes
 * everything in it along. Knows no sync points and no process; not safe for threads.
 */
#ifndef TESTS_PRELOAD_UNSYNCED_H
#define TESTS_PRELOAD_UNSYNCED_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum name_change_kind {
    NAME_MADE,    /* a file, or another name of one */
    NAME_FOLDER,  /* a folder was made */
    NAME_RENAMED, /* perhaps over another file */
    NAME_REMOVED
};

struct unsynced_loss {
    uint64_t sectors; /* or pages, that got other content */
    uint64_t sizes;   /* of files */
    uint64_t names;
};

/* Keep in mind where files are put that may have to come back: a folder on the same disk. */
void unsynced_open(const char *shelter);

/* Before a write, or a change of size, to [offset, offset + size): keep what is there and the
 * file's size. False when that cannot be kept; then nothing here is worth anything. */
bool unsynced_write(int descriptor, off_t offset, size_t size);

/* Before a file loses its name, or another file takes it: shelter it.
 *
 * ret_sheltered  out; heap; its second name, or NULL when there is no regular file. */
bool unsynced_shelter(const char *path, char **ret_sheltered);

/* After a change of names: path was made or removed, or got what was called `from`.
 *
 * take_sheltered  what unsynced_shelter answered before it, or NULL. */
bool unsynced_name(enum name_change_kind kind, const char *path, const char *from,
                   char *take_sheltered);

/* After a sync of a file; of a part of it (a synchronous write); of a folder. */
void unsynced_file_synced(int descriptor);
void unsynced_range_synced(int descriptor, off_t offset, size_t size);
void unsynced_folder_synced(const char *path);

/* Lose a part of it, chosen by the seed. Once, and then nobody writes any more. */
struct unsynced_loss unsynced_lose(uint64_t seed);

#endif
