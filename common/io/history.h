/* SPDX-License-Identifier: Apache-2.0
 *
 * history - what two offices hold of each other's messages, handed back to the one that lost them.
 *
 * The serving half answers at any time, also when this office takes no work: it gives to a peer
 * only what was between the two. The taking half verifies each message (signed by its sender, for
 * its recipient, the next one of its stream, with its attachments) and stores it as it was: outbox
 * or inbox row, blobs, an entry Recovered, and what replay has to do. What was erased meanwhile
 * comes back as such (erased.h): an empty frame for an attachment; for a message the proof that it
 * stood there, of a case that closed long ago and stays forgotten.
 */
#ifndef IO_HISTORY_H
#define IO_HISTORY_H

#include "common/io/turn.h"
#include "proto/link.pb-c.h"

enum { HISTORY_BATCH = 64 };

/* Answer Ask with Witnessed. */
void history_answer_ask(struct office *office, const struct peer *peer,
                        const struct link_route *route);

/* Keep the question of a peer, in place of one that waits; and answer it with items, once in a
 * turn: whoever asks without waiting for the answer does not hold up the others. */
void history_take_question(struct peer *peer, const Yidi__HistoryAsk *ask,
                           const struct link_route *route);
void history_answer(struct office *office, struct peer *peer);

/* An item that was asked for: queue it for the turn. Answers what is wrong with it. */
enum trouble_code history_take(struct office *office, struct peer *peer,
                               const Yidi__HistoryItem *item,
                               const struct link_message *message) MUST_CHECK;

/* An item that was asked for although it stands here: is it the same as ours? */
enum trouble_code history_compare(struct office *office, struct peer *peer,
                                  const Yidi__HistoryItem *item,
                                  const struct link_message *message) MUST_CHECK;

/* turn->input is such an item: store it. */
enum result history_apply(struct turn *turn) MUST_CHECK;

#endif
