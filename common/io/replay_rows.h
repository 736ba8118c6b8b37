/* SPDX-License-Identifier: Apache-2.0
 *
 * replay_rows - the table recovery: which messages of a lost past are still to be done again, and
 * which new ones wait for the sequence of their peer.
 *
 *     'O' epoch, leaf, peer, sequence -> leaf here, case, kind   own message: an act to do again
 *     'S' case, peer, kind, sequence  -> time                    own message: sent already
 *     'R' case, time, peer, sequence  -> leaf here, acknowledged message of the peer to take again
 *     'P', 'Q' as 'O' and 'R': could not be done; tried again when another peer has come back
 *     'H' peer, number                -> packed Sent             held until the peer tells its
 *                                                                sequence
 *     'C' citizen, case               -> nothing                 a card was ordered by a case whose
 *                                                                window is still away (share.h)
 *
 * Knows the keys, and not what is done with them (replay.h).
 */
#ifndef IO_REPLAY_ROWS_H
#define IO_REPLAY_ROWS_H

#include "common/core/effects.h"
#include "common/io/envelope.h"
#include "common/io/recovery_state.h"

/* One message that came back, as its row says. */
struct replay_item {
    char peer[OFFICE_CODE_CHARS + 1];
    char case_number[CASE_NUMBER_CHARS + 1];
    bool mine;
    uint64_t sequence;
    uint64_t leaf;          /* of its entry Recovered */
    enum message_kind kind; /* of an own one */
    bool acknowledged;      /* the peer's: we had taken it */
    struct replay_key key;
};

struct bytes replay_key_bytes(const struct replay_key *key);

/* All that a peer holds of one kind about one case; the one of an item; all messages to us about
 * one case; all that wait for a peer; all cases of a citizen that are waited for. */
struct replay_key replay_sent_prefix(const char *case_number, const char *peer,
                                     enum message_kind kind);
struct replay_key replay_sent_key(const struct replay_item *item);
struct replay_key replay_received_prefix(const char *case_number);
struct replay_key replay_held_prefix(const char *peer);
struct replay_key replay_awaited_prefix(const char *citizen_number);

/* Behind the last row that waits for a peer; and whom a row waits for: false when it is none. */
struct replay_key replay_held_end(const char *peer);
bool replay_held_office(struct bytes key, char ret_office[OFFICE_CODE_CHARS + 1]);

/* The case of a row 'C'; false when it is none. */
bool replay_awaited_case(struct bytes key, char ret_case_number[CASE_NUMBER_CHARS + 1]);

/* Note a message that came back, erased or not. leaf is that of its entry Recovered. An act of
 * which no more came back than that it was stands behind all others. */
enum result replay_put_own(struct store_txn *txn, const struct envelope *envelope, const char *peer,
                           uint64_t leaf) MUST_CHECK;
struct replay_received {
    uint64_t leaf;
    uint64_t time_ms; /* not before that of the peer's message before it: the order of its stream */
    bool acknowledged;
};
enum result replay_put_received(struct store_txn *txn, const struct envelope *envelope,
                                const char *peer,
                                const struct replay_received *received) MUST_CHECK;
enum result replay_put_held(struct store_txn *txn, const char *peer, uint64_t number,
                            struct bytes packed) MUST_CHECK;
enum result replay_put_awaited(struct store_txn *txn, const char *citizen_number,
                               const char *case_number) MUST_CHECK;

/* The time of the latest message about a case that is still to be done again; 0: there is none. */
enum result replay_find_latest(struct store_txn *txn, const char *case_number,
                               uint64_t *ret_time_ms) MUST_CHECK;

/* The first row of a prefix. OK, ERR_ABSENT, ERR_DAMAGED. */
enum result replay_find_first(struct store_txn *txn, struct bytes prefix,
                              struct replay_key *ret_key, struct bytes *ret_value) MUST_CHECK;

/* What a row 'O' or 'R' says. OK or ERR_DAMAGED. */
enum result replay_read_own(struct bytes key, struct bytes value,
                            struct replay_item *ret_item) MUST_CHECK;
enum result replay_read_received(struct bytes key, struct bytes value,
                                 struct replay_item *ret_item) MUST_CHECK;

/* Put a row 'O' or 'R' aside, as 'P' or 'Q'. */
enum result replay_postpone(struct store_txn *txn, const struct replay_item *item) MUST_CHECK;

/* Take up to so many rows up again that were put aside. ret_left: are there more? */
enum result replay_resume_postponed(struct store_txn *txn, unsigned count,
                                    bool *ret_left) MUST_CHECK;

/* How many are put aside; counts no further than most. */
enum result replay_count_postponed(struct store_txn *txn, uint64_t most,
                                   uint64_t *ret_count) MUST_CHECK;

#endif
