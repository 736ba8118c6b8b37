/* SPDX-License-Identifier: Apache-2.0
 *
 * card_history - what the cases of a citizen tell of the citizen's cards: which one was handed out
 * last, and whether it was reported lost since.
 *
 * For a record that comes when those cases were here before: after a disk was lost they are done
 * again as the other offices prove them, while the record itself comes from a file, which may be
 * older. Does not know the record.
 */
#ifndef REGISTRY_CARD_HISTORY_H
#define REGISTRY_CARD_HISTORY_H

#include "common/io/case_file.h"

/* All in the arena; a serial or number that there is none of is empty. */
struct card_history {
    const char *valid_serial;  /* of the card that was collected last */
    const char *former_serial; /* of the one before it */
    const char *lost_case;     /* the first application after that which reported a card lost */
    uint32_t valid_until;      /* YYYYMMDD; 0 is long-term */
    uint32_t lost_on;          /* YYYYMMDD */
};

/* Read the cases of a citizen, open and closed, until their texts are erased.
 *
 * office       code of this registry.
 * ERR_DAMAGED, ERR_MEMORY, or what the store answers. */
enum result card_history_read(struct store_txn *txn, const char *office, const char *citizen_number,
                              struct arena *arena, struct card_history *ret_history) MUST_CHECK;

#endif
