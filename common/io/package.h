/* SPDX-License-Identifier: Apache-2.0
 *
 * package - which cards travel together from a card centre to a window: the manifest, as the office
 * knows it.
 *
 * The centre writes it by dispatching; the window hears of it card by card, with each the number of
 * cards in the package so far. Where each card stands now, the office's own trace of its case says.
 * Owns the table packages: the centre's code and the package's name make the key, because two
 * centres may use the same name. Knows no role.
 */
#ifndef IO_PACKAGE_H
#define IO_PACKAGE_H

#include "common/io/turn.h"

/* May the card of this case be put into a package of that name?
 *
 * ERR_REFUSED  PACKAGE_TAKEN: it goes to another window, or was opened there. */
enum result package_check(struct turn *turn, const Yidi__Case *row, const char *package,
                          struct refusal *ret_refusal) MUST_CHECK;

/* The card of this case travels in row->package; nothing when that is empty. Once for each card.
 *
 * announced  cards of the package, as the centre told; 0 at the centre itself. */
enum result package_add(struct turn *turn, const Yidi__Case *row, uint32_t announced) MUST_CHECK;

/* Cards in row->package that are known here; 0 when it is in none. */
enum result package_count(struct turn *turn, const Yidi__Case *row, uint32_t *ret_cards) MUST_CHECK;

/* The window has told of this card: its package was opened. */
enum result package_note_opened(struct turn *turn, const Yidi__Case *row) MUST_CHECK;

/* The manifest. ERR_REFUSED: PACKAGE_UNKNOWN. */
enum result package_show(struct office *office, struct store_txn *txn,
                         const Yidi__PackageQuery *query, Yidi__Response *response,
                         struct refusal *ret_refusal) MUST_CHECK;

#endif
