/* SPDX-License-Identifier: Apache-2.0
 *
 * collection - a card is handed out at the window: receipt, identification, who came, what was
 * handed back.
 *
 * Who may collect, handover decides (core/handover.h). Names and numbers of whoever came stay in
 * the case's row: the journal and other offices get only how the holder was identified, whether it
 * was the holder who came, and that the card was checked.
 */
#ifndef ACCEPTANCE_COLLECTION_H
#define ACCEPTANCE_COLLECTION_H

#include "common/io/turn.h"

/* The verb COLLECT on one case.
 *
 * ERR_REFUSED  ILLEGAL_IN_STATE, SURRENDER_REQUIRED, RECEIPT_CODE_INVALID, RECEIPT_MISMATCH, and
 * what handover_check says
 */
enum result collection_collect(struct turn *turn, struct case_file *file,
                               const Yidi__Decide *decide, struct refusal *ret_refusal) MUST_CHECK;

/* What the message CardCollected tells of it. */
void collection_fill(const Yidi__Case *row, Yidi__CardCollected *body);

/* And back into the row of an office that lost its past, just before the act is done again; the fee
 * of a temporary card is entered again, too.
 *
 * ERR_REFUSED  the act will be refused in this state; nothing changed */
enum result collection_restore(struct turn *turn, struct case_file *file,
                               const Yidi__CardCollected *collected,
                               struct refusal *ret_refusal) MUST_CHECK;

/* The command Compare: hand out the photo or the templates of a card that is ready, and the
 * comparator's command line, for a comparison outside this process. Journalled.
 *
 * ERR_REFUSED  CASE_UNKNOWN, ILLEGAL_IN_STATE, COMPARATOR_MISSING, IDENTIFICATION_FAILED (no
 *              templates were taken), ATTACHMENT_LOST, FIELD_OUT_OF_BOUNDS */
enum result collection_compare(struct turn *turn, const Yidi__Compare *compare,
                               Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* Make sure that the row has the message for it, in the arena. */
enum result collection_open(struct case_file *file, struct arena *arena) MUST_CHECK;

#endif
