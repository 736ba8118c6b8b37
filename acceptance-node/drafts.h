/* SPDX-License-Identifier: Apache-2.0
 *
 * drafts - forms that a window keeps unfinished for a while, until the applicant has brought what
 * is missing.
 *
 * Owns the table drafts. A draft is the form alone: photo and templates are taken when it is handed
 * in. Nothing is checked but bounds. It is deleted with the application that is made from it, when
 * a clerk discards it, and DRAFT_DAYS after it was last saved; the journal keeps its name and who
 * did what, never what stood in it. No other office hears of drafts: a lost disk loses them.
 */
#ifndef ACCEPTANCE_DRAFTS_H
#define ACCEPTANCE_DRAFTS_H

#include "common/io/turn.h"

enum { DRAFTS_MAX = 500, DRAFT_DAYS = 14 };

/* The command DraftSave. ERR_REFUSED  DRAFTS_FULL, DRAFT_UNKNOWN */
enum result drafts_save(struct turn *turn, const Yidi__DraftSave *save, Yidi__Response *response,
                        struct refusal *ret_refusal) MUST_CHECK;

/* The query DraftList: masked. */
enum result drafts_list(struct store_txn *txn, struct arena *arena,
                        Yidi__Response *response) MUST_CHECK;

/* The commands DraftTake, in full and journalled, and DraftDiscard. Of a draft that became an
 * application under the request key which is given, DraftTake answers that form: so who was not
 * answered can hand the same in again. ERR_REFUSED  DRAFT_UNKNOWN */
enum result drafts_take(struct turn *turn, const Yidi__DraftTake *take, Yidi__Response *response,
                        struct refusal *ret_refusal) MUST_CHECK;
enum result drafts_discard(struct turn *turn, const Yidi__DraftDiscard *discard,
                           Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

/* Is there such a draft? ERR_REFUSED  DRAFT_UNKNOWN */
enum result drafts_check(struct turn *turn, const char *name,
                         struct refusal *ret_refusal) MUST_CHECK;

/* An application was made from it: delete it. */
enum result drafts_use(struct turn *turn, const char *name) MUST_CHECK;

/* struct role, tidy and next_tidy_ms. */
enum result drafts_tidy(struct turn *turn, uint64_t *ret_next_ms) MUST_CHECK;
enum result drafts_next_tidy_ms(struct store_txn *txn, uint64_t *ret_next_ms) MUST_CHECK;

#endif
