/* SPDX-License-Identifier: Apache-2.0
 *
 * backup - a folder with the copy of a store, data.mdb, and what is known of it, manifest.json.
 *
 * Its name is OFFICE-YYYYMMDD-HHMMSS-mmm in UTC. Decides what is a backup and which ones are old;
 * knows nothing of what a store holds.
 */
#ifndef YIDICTL_BACKUP_H
#define YIDICTL_BACKUP_H

#include <limits.h>
#include <stdbool.h>

#include "common/core/arena.h"
#include "common/core/refusal.h"
#include "deploy/yidictl/work_folder.h"
#include "proto/backup.pb-c.h"

enum { BACKUP_NAME_BYTES = 40, BACKUP_KEEP_MAX = 1000, BACKUP_REMOVED_MAX = 1024 };

#define BACKUP_STORE_FILE    "data.mdb"
#define BACKUP_MANIFEST_FILE "manifest.json"

/* The name of a backup that is made at a time. */
void backup_name(const char *office, uint64_t made_ms, char ret_name[BACKUP_NAME_BYTES]);

/* Is this the name of a backup of that office? */
bool backup_is_name(const char *name, const char *office);

/* Put the manifest beside the copy, on disk. */
enum result backup_write_manifest(const struct work_folder *folder, const Yidi__Backup *backup,
                                  struct refusal *ret_refusal) MUST_CHECK;

/* Read the manifest of a backup folder into the arena. FILE_UNREADABLE, STORE_DAMAGED. */
enum result backup_read_manifest(const char *path, struct arena *arena,
                                 const Yidi__Backup **ret_backup,
                                 struct refusal *ret_refusal) MUST_CHECK;

/* Remove backups of an office, the oldest first, until keep_count are left, and what killed
 * processes left; never the one called `newest`.
 *
 * ret_report  its `removed` is filled in; texts in the arena. */
enum result backup_remove_old(const char *directory, const char *office, const char *newest,
                              size_t keep_count, struct arena *arena,
                              Yidi__BackupReport *ret_report) MUST_CHECK;

/* Remove what killed processes left of backups of an office. */
void backup_remove_stale(const char *directory, const char *office);

#endif
