/* SPDX-License-Identifier: Apache-2.0
 *
 * witness - what offices remember of each other's journals.
 *
 * What others remember of ours is held against the journal itself: a WELCOME tells which of our
 * messages the peer applied last, by its leaf hash, and our latest head that it saw. A restored
 * backup or a new disk shows there: the peer holds what we do not. Only a head that bears our own
 * signature proves it; a number alone proves nothing.
 *
 * What we remember of a peer's is held against each head that it signs. Two that contradict each
 * other are kept, both; from then on nothing is taken of the peer until it has opened a new epoch
 * of its journal, which says before everybody that the old one was lost. How a contradiction is
 * proved is not decided here (consistency.h).
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

/* Our own signature, in other hands, for a journal that is not here, and whose loss no epoch of
 * ours has told: this office lost its past. */
bool witness_proves_loss(struct office *office, const char *text);

/* The same of an earlier epoch, and no epoch of ours names it: whoever shows it was never asked
 * what it holds of that past. */
bool witness_shows_unnamed(struct office *office, const char *text);

/* Then it takes no work any more. */
void witness_halt(struct office *office, const struct peer *peer);

enum witness_verdict witness_judge(struct office *office, const struct peer *peer,
                                   const Yidi__Welcome *welcome);

/* How a head that a peer signed stands to the latest one seen. */
enum witness_fit {
    WITNESS_FITS,        /* same or larger; that it contains the one seen is to be proved */
    WITNESS_OTHER_EPOCH, /* not comparable */
    WITNESS_OLDER,       /* smaller: delayed, or of a journal that was set back */
    WITNESS_FORKS,       /* same size, another root: no journal has both */
};

enum witness_fit witness_fit(const struct tree_head *seen, const struct tree_head *head);

/* Two verified heads of the peer's journal contradict each other: keep both, and take nothing of it
 * from now on, not even what waits in the coming turn. */
void witness_alarm(struct office *office, struct peer *peer, const struct kept_head *kept,
                   const struct kept_head *contrary, const struct office_time *now);

/* Did it rewrite its past? */
bool witness_barred(const struct peer *peer);

/* The peer opened a new epoch of its journal, and showed so (epoch.h): what contradicted the old
 * one is settled, and the head seen last is the first of the new one. */
enum result witness_forgive(struct peer *peer) MUST_CHECK;

/* The peer shows a head of ours: keep it when we signed it and it is in our journal. */
void witness_note_shown(struct office *office, struct peer *peer, const char *text,
                        const struct office_time *now);

/* What is remembered of the peer is written soon. */
void witness_note_row(struct office *office, struct peer *peer, const struct office_time *now);

enum { WITNESS_UNANSWERED_SHOWN = 3 };

/* What is wrong with the peer's journal, in words; empty when nothing is. */
void witness_describe(const struct peer *peer, struct trouble *ret_trouble);

#endif
