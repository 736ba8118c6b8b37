/* SPDX-License-Identifier: Apache-2.0
 *
 * work_folder - a folder in the making: complete under its final name, or not there at all.
 *
 * It is made beside its final name under one that begins with a dot, and locked as long as somebody
 * works on it. What a killed process left is taken away by the next one that wants the name. It
 * holds the files of a store and a manifest, and nothing else is ever removed.
 */
#ifndef YIDICTL_WORK_FOLDER_H
#define YIDICTL_WORK_FOLDER_H

#include <limits.h>
#include <stdbool.h>

#include "common/core/refusal.h"

#define WORK_FOLDER_SUFFIX ".unfinished"

struct work_folder {
    char path[PATH_MAX];       /* while it is in the making; empty: nothing is */
    char final_path[PATH_MAX]; /* without slashes at its end */
    char parent[PATH_MAX];
    int lock; /* descriptor of the folder; 0: none */
};

/* Make PARENT/.NAME.unfinished, mode 0700. Refused when there is something under the final name
 * (an empty folder may be), or somebody else works on it: FILE_EXISTS, FILE_UNREADABLE, DISK_FULL;
 * the field is the final path. */
enum result work_folder_open(struct work_folder *folder, const char *final_path,
                             struct refusal *ret_refusal) MUST_CHECK;

/* Sync it and give it its name. */
enum result work_folder_publish(struct work_folder *folder, struct refusal *ret_refusal) MUST_CHECK;

/* Remove what was not published. */
void work_folder_close(struct work_folder *folder);

/* PATH of a file in it; NULL when too long. */
const char *work_folder_file(const struct work_folder *folder, const char *file,
                             char ret_path[PATH_MAX]);

/* Remove a folder with the files of a store and a manifest; false when it holds anything else, or
 * cannot be removed. */
bool work_folder_remove(const char *path);

/* The same for one that a killed process left; false also when somebody works on it. */
bool work_folder_remove_stale(const char *path);

static inline void
work_folder_auto(struct work_folder *folder)
{
    work_folder_close(folder);
}

#endif
