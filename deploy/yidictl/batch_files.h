/* SPDX-License-Identifier: Apache-2.0
 *
 * batch_files - what a personalisation machine is given of a batch: files for each card, and a
 * manifest of them.
 *
 *     CASE.json     what is printed on the card
 *     CASE.jpg      the photo; the machine makes the chip's block of 1,024 bytes from it
 *     CASE.chip     the chip's text, 256 bytes (common/domain/chip.h)
 *     CASE.fingers  the two templates, 1,024 bytes
 *     manifest.json BatchManifest (proto/production.proto); written last
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

/* The files of one card, mode 0600. A card that the office refused is only noted. */
enum result batch_files_add(struct batch_files *files, const Yidi__BatchCard *card,
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
