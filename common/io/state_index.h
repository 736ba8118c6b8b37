/* SPDX-License-Identifier: Apache-2.0
 *
 * state_index - cases by the state that they are in, the one that came there first in front; and
 * those that call for somebody's attention, whatever their state.
 *
 * Owns the table by_state, and the counters of cases by state and of calls for attention:
 *
 *     state, time of last change, case number
 *     0, time of last change, case number         calls for attention: no stored case is in state 0
 *
 * Keys come from the row of a case: case_file moves them with it. Knows no machine.
 */
#ifndef IO_STATE_INDEX_H
#define IO_STATE_INDEX_H

#include "common/core/limits.h"
#include "common/io/store.h"

enum { STATE_KEY_BYTES = 1 + 8 + CASE_NUMBER_CHARS, STATE_ATTENTION = 0 };

/* Where a case stands. */
struct state_place {
    int state;
    uint64_t changed_ms; /* Unix time of the last change of state */
    bool attention;
};

struct state_key {
    int state; /* or STATE_ATTENTION */
    uint64_t changed_ms;
    char case_number[CASE_NUMBER_CHARS + 1];
};

/* Read a key of a cursor. ERR_DAMAGED when it is none. */
enum result state_index_read(struct bytes key, struct state_key *ret_key) MUST_CHECK;

/* The case goes from one place to another, and the counters with it.
 *
 * from         NULL: it is new.
 * ERR_DAMAGED  it does not stand there, or is not counted. */
enum result state_index_move(struct store_txn *txn, const char *case_number,
                             const struct state_place *from,
                             const struct state_place *to) MUST_CHECK;

/* Does it stand there? OK or ERR_ABSENT. */
enum result state_index_find(struct store_txn *txn, const char *case_number,
                             const struct state_place *place) MUST_CHECK;

/* Cases in a state, and cases that call for attention, from the counters. */
enum result state_index_count(struct store_txn *txn, int state, uint64_t *ret_count) MUST_CHECK;
enum result state_index_count_attention(struct store_txn *txn, uint64_t *ret_count) MUST_CHECK;

/* When the case that has been in a state for longest came there. OK or ERR_ABSENT. */
enum result state_index_oldest(struct store_txn *txn, int state,
                               uint64_t *ret_changed_ms) MUST_CHECK;

/* For a store of before format 4: nothing calls for attention, until each that does is added. */
enum result state_index_forget_attention(struct store_txn *txn) MUST_CHECK;
enum result state_index_add_attention(struct store_txn *txn, const char *case_number,
                                      uint64_t changed_ms) MUST_CHECK;

#endif
