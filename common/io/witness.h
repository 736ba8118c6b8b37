/* SPDX-License-Identifier: Apache-2.0
 *
 * witness - what other offices remember of this office's journal, held against the journal itself.
 *
 * A WELCOME tells which of our messages the peer applied last, by its leaf hash, and our latest
 * head that it saw. A restored backup or a new disk shows there: the peer holds what we do not.
 * Only a head that bears our own signature proves it; a number alone proves nothing.
 */
#ifndef IO_WITNESS_H
#define IO_WITNESS_H

#include "common/io/office.h"
#include "proto/link.pb-c.h"

enum witness_verdict {
    WITNESS_AGREES,
    WITNESS_CONTRADICTS, /* the peer claims messages that are not ours; without proof */
    WITNESS_PROVES, /* and shows our own signature for a journal that is not here: we lost our past
                     */
};

enum witness_verdict witness_judge(struct office *office, const struct peer *peer,
                                   const Yidi__Welcome *welcome);

/* Does a peer's new head fit the one that we saw before: same epoch, not smaller, and the same root
 * at the same size? */
bool witness_head_fits(const struct tree_head *seen, const struct tree_head *head);

#endif
