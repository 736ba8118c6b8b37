/* SPDX-License-Identifier: Apache-2.0
 *
 * consistency - proofs that the journal of a peer's newer head contains that of its older one: asks
 * for them, answers them, checks them.
 *
 * Asked on the peer's own connection at intervals, and at once when an older head comes after a
 * newer one; one question at a time. A proof that does not hold raises the alarm (witness.h). No
 * answer proves nothing and is only shown: whoever was cut off cannot answer.
 */
#ifndef IO_CONSISTENCY_H
#define IO_CONSISTENCY_H

#include "common/io/office.h"
#include "proto/link.pb-c.h"

/* Ask when it is due and there is something to prove; else put it into office->stream_due_ms. */
void consistency_tick(struct office *office, struct peer *peer, const struct office_time *now);

/* An older head came after peer->seen_head. That a message was delayed and came again under a newer
 * head explains it, and then the peer can prove it. head is verified. */
void consistency_doubt(struct office *office, struct peer *peer, const struct kept_head *head,
                       const struct office_time *now);

/* The peer asks: answer with the proof; with an empty one, which proves nothing, when this journal
 * never had that size. Silent about other epochs, and while out of service: then this office knows
 * that something is wrong with its journal. */
void consistency_answer(struct office *office, const struct peer *peer, const Yidi__ProofAsk *ask,
                        const struct office_time *now);

/* The peer's answer. What was not asked is ignored: it may answer an older question. */
void consistency_take(struct office *office, struct peer *peer, const Yidi__Proof *proof,
                      const struct office_time *now);

#endif
