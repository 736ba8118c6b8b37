/* SPDX-License-Identifier: Apache-2.0
 *
 * told_cards - the cards of a case that the card centre has told of, in its order: so which of two
 * was made later.
 *
 * A part of the row; whoever changes it saves the row.
 */
#ifndef REGISTRY_TOLD_CARDS_H
#define REGISTRY_TOLD_CARDS_H

#include "common/io/case_file.h"

/* The centre tells of that card now. Of more than the row holds, the oldest is forgotten.
 *
 * serial      borrowed as long as the row is used.
 * ERR_MEMORY */
enum result told_cards_add(Yidi__Case *row, char *serial, struct arena *arena) MUST_CHECK;

/* The card that was made after that one, as far as the centre has told; "" none. */
char *told_cards_find_newer(const Yidi__Case *row, const char *serial);

/* Is that card, of which the centre tells now, the one that came back faulty, or one before it?
 * Then it has not told of the next one yet. */
bool told_cards_next_is_awaited(const Yidi__Case *row, const char *serial);

#endif
