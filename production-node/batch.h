/* SPDX-License-Identifier: Apache-2.0
 *
 * batch - orders that go to a personalisation machine together: chosen, handed out, and taken back
 * as the machine's results.
 *
 * Owns the table batches, but for the orders that wait (waiting_orders.h). An order names the batch
 * that it waits in (case row); a batch keeps the list of all that were ever in it. Other offices
 * are told nothing of batches: with a lost past they are gone, and what waits is put into new ones.
 */
#ifndef PRODUCTION_BATCH_H
#define PRODUCTION_BATCH_H

#include "common/io/turn.h"

/* Put orders that wait longest, and are in no batch, into a new one; an act for each.
 *
 * ERR_REFUSED  BATCH_EMPTY, OFFICE_CODE_INVALID; nothing changed. */
enum result batch_make(struct turn *turn, const Yidi__BatchMake *command, Yidi__Response *response,
                       struct refusal *ret_refusal) MUST_CHECK;

/* A page of all that the machine needs; an act for each card, because personal data leave.
 *
 * ERR_REFUSED  BATCH_UNKNOWN. */
enum result batch_export(struct turn *turn, const Yidi__BatchExport *command,
                         Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* What the machine says, line by line, each with its own result; a line that was taken before
 * changes nothing.
 *
 * file         CSV (common/domain/machine_result.h).
 * ERR_REFUSED  BATCH_UNKNOWN; CSV_INVALID: no text, no lines or too many. */
enum result batch_import(struct turn *turn, const Yidi__BatchImport *command, struct bytes file,
                         Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* All batches, the newest first, or one with its cards. ERR_REFUSED: BATCH_UNKNOWN. */
enum result batch_show(struct store_txn *txn, const Yidi__BatchQuery *query, struct arena *arena,
                       Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* Leave room for the numbers of batches that a lost past had. */
enum result batch_past_lost(struct turn *turn) MUST_CHECK;

#endif
