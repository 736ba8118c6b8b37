/* SPDX-License-Identifier: Apache-2.0
 *
 * replay - the acts of a lost past are done again, from the messages that peers handed back.
 *
 * A message of ours is the evidence of an act (a card issued, a card made): the role does it again
 * as its message says. A message to us is taken again by the role's own handler. What an act sends
 * is matched with what peers hold of ours; only what nobody holds is sent, under a new sequence. So
 * it does not matter between which two messages the past was lost.
 *
 * The acts of one office go in the order of its journal; a message to us is taken when an act needs
 * it, or at the end. What is to be done stands in the table recovery (replay_rows.h).
 */
#ifndef IO_REPLAY_H
#define IO_REPLAY_H

#include "common/io/turn.h"

enum { REPLAY_BATCH = 128 };

/* Note a message that came back, to be done again: turn->input, which is of kind INPUT_HISTORY.
 *
 * leaf     of its entry Recovered.
 * time_ms  of it; not before that of the message before it in its stream. */
enum result replay_note(struct turn *turn, uint64_t leaf, uint64_t time_ms) MUST_CHECK;

/* Do some of it again. ret_left: is there more? */
enum result replay_some(struct turn *turn, bool *ret_left) MUST_CHECK;

/* Is there anything to do again, and are messages held for peers that are away? */
enum result replay_waits(struct store_txn *txn, bool *ret_waits, bool *ret_held) MUST_CHECK;

/* turn->input is about a case that nobody remembers here, and whose share may be missing: journal
 * it, and take it when that has come. */
enum result replay_defer(struct turn *turn) MUST_CHECK;

/* Count what is held, for each peer. */
enum result replay_count_held(struct store_txn *txn, struct peers *peers) MUST_CHECK;

/* A message that a peer of unknown sequence shall get: kept until it is known. */
enum result replay_hold(struct turn *turn, const char *to, const Yidi__Message *message,
                        const ProtobufCBinaryData *attachments, size_t attachment_count) MUST_CHECK;

/* Is this message one of those that the peer holds already? Then it is not sent again. */
enum result replay_match(struct turn *turn, const char *to, const Yidi__Message *message,
                         bool *ret_sent) MUST_CHECK;

#endif
