/* SPDX-License-Identifier: Apache-2.0
 *
 * batch_files - the folder that a personalisation machine is given of a batch: the files that the
 * office made for each card (production-node/machine_files.h), and manifest.json, the BatchManifest
 * of them (proto/production.proto), which is written last.
 */
#ifndef YIDICTL_BATCH_FILES_H
#define YIDICTL_BATCH_FILES_H

#include "common/core/arena.h"
#include "common/core/refusal.h"
#include "proto/control.pb-c.h"

struct batch_files {
    const char *folder; /* borrowed */
    struct arena arena; /* of the manifest */
    Yidi__BatchManifest manifest;
    size_t written;  /* cards with files */
    size_t left_out; /* cards without */
};

/* Make the folder, mode 0700; an empty one is fine. ERR_REFUSED: FILE_EXISTS, FILE_UNREADABLE. */
enum result batch_files_open(struct batch_files *files, const char *folder,
                             struct refusal *ret_refusal) MUST_CHECK;

/* The files of one card, mode 0600. A card that was left out is only noted. */
enum result batch_files_add(struct batch_files *files, const Yidi__MachineCard *card,
                            struct refusal *ret_refusal) MUST_CHECK;

/* The manifest. */
enum result batch_files_finish(struct batch_files *files, const Yidi__BatchRow *batch,
                               uint64_t now_ms, struct refusal *ret_refusal) MUST_CHECK;

void batch_files_close(struct batch_files *files);

static inline void
batch_files_auto(struct batch_files *files)
{
    batch_files_close(files);
}

#endif
