/* SPDX-License-Identifier: Apache-2.0
 *
 * machine_files - what a personalisation machine is given of one card: four files, and what the
 * manifest of the batch says of them (proto/production.proto).
 *
 *     CASE.json     what is printed on the card (CardFace)
 *     CASE.jpg      the photo; the machine makes the chip's block of 1,024 bytes from it
 *     CASE.chip     the chip's text, 256 bytes (common/domain/chip.h)
 *     CASE.fingers  the two templates, 1,024 bytes
 *
 * The one place that makes them: yidictl and the console only write them down.
 */
#ifndef PRODUCTION_MACHINE_FILES_H
#define PRODUCTION_MACHINE_FILES_H

#include "common/core/arena.h"
#include "common/core/bytes.h"
#include "common/core/refusal.h"
#include "proto/case.pb-c.h"
#include "proto/control.pb-c.h"

/* Make the files of a card.
 *
 * row          of the order.
 * photo        borrowed until ret_card is done with, as its case number is.
 * templates    one for each fingerprint of the row's form.
 * ret_card     out; its parts in the arena.
 * ERR_REFUSED  chip.h; ERR_MEMORY */
enum result machine_files_make(const Yidi__Case *row, struct bytes photo,
                               const struct bytes *templates, struct arena *arena,
                               Yidi__MachineCard **ret_card,
                               struct refusal *ret_refusal) MUST_CHECK;

/* A card that is left out, and why. OK or ERR_MEMORY. */
enum result machine_files_leave_out(const char *case_number, const struct refusal *why,
                                    struct arena *arena, Yidi__MachineCard **ret_card) MUST_CHECK;

#endif
