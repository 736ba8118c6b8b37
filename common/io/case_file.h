/* SPDX-License-Identifier: Apache-2.0
 *
 * case_file - the stored row of one application at this office, with its indexes.
 *
 * Owns the tables cases, by_state, open_citizens, and the state counters; keeps the indexes by
 * deadline (deadline_index.h) and by person (person_index.h). Which states there are and which are
 * open, the role's machine says.
 */
#ifndef IO_CASE_FILE_H
#define IO_CASE_FILE_H

#include "common/core/arena.h"
#include "common/core/machine.h"
#include "common/io/deadline_index.h"
#include "common/io/incoming.h"
#include "common/io/person_index.h"
#include "common/io/store.h"
#include "proto/case.pb-c.h"

enum { CASE_TRACE_MAX = 128 }; /* as proto/case.proto bounds it */

struct case_file {
    Yidi__Case *row; /* in the arena */
    bool stored;
    int stored_state;
    uint64_t stored_changed_ms;
    struct deadline_place stored_place;
    struct person_place stored_person;
    bool stored_attention;
};

/* Load a case. OK, ERR_ABSENT; ERR_DAMAGED: the row cannot be read, or its state is none of the
 * machine's that a stored case may be in. */
enum result case_file_open(struct store_txn *txn, const struct machine *machine,
                           const char *case_number, struct arena *arena,
                           struct case_file *ret_file) MUST_CHECK;

/* Is there a row of that case, readable or not? OK or ERR_ABSENT. */
enum result case_file_exists(struct store_txn *txn, const char *case_number) MUST_CHECK;

/* Begin an empty row of a new case (state 0); nothing is stored yet. */
enum result case_file_new(const char *case_number, struct arena *arena,
                          struct case_file *ret_file) MUST_CHECK;

/* Store the row and its indexes. A case that opens holds its citizen, whoever did before; one that
 * ends lets go, and what it displaced and is still open holds the citizen again. Of
 * another deadline than the stored one nobody has been told yet, whatever the row says.
 *
 * ERR_DAMAGED  the row breaks a bound of proto/ (nothing was written), or an index contradicts it.
 */
enum result case_file_save(struct case_file *file, const struct machine *machine,
                           struct store_txn *txn, struct arena *arena) MUST_CHECK;

/* Number of the citizen's open case at this office. OK or ERR_ABSENT. */
enum result case_file_find_open(struct store_txn *txn, const char *citizen_number,
                                char ret_case_number[CASE_NUMBER_CHARS + 1]) MUST_CHECK;

/* Append a hop to the trace. The first hop stays for ever; when the trace is full, the oldest other
 * one goes that is not the office's own, and when all are, the oldest of them, but never for a hop
 * of another office (the journals keep all). Strings are copied. */
enum result case_file_trace(struct case_file *file, const char *own_office, const Yidi__Hop *hop,
                            struct arena *arena) MUST_CHECK;

/* Is this hop in the trace? Its place in its office's journal is not compared: an office that lost
 * its past tells the same hops from other places. */
bool case_file_has_hop(const struct case_file *file, const Yidi__Hop *hop);

/* Merge the hops that a message brought: the sender's own ones that are not here yet. What it says
 * of other offices it has no right to say. */
enum result case_file_merge_trace(struct case_file *file, const char *own_office,
                                  const struct incoming *incoming, struct arena *arena) MUST_CHECK;

/* The last of the office's own hops, at most room, to send along. Pointers into the row. */
size_t case_file_own_trace(const struct case_file *file, const char *own_office,
                           Yidi__Hop **ret_hops, size_t room);

/* The office that plays that part in the case. */
const char *case_file_office(const Yidi__Case *row, enum party party);

/* Does the row stand in the index by state, and if it calls for attention (and the store is so new
 * that it would), once more? OK or ERR_ABSENT. */
enum result case_file_find_by_state(struct store_txn *txn, const Yidi__Case *row,
                                    bool with_attention) MUST_CHECK;

/* Where a row stands in the index by deadline. */
struct deadline_place case_file_place(const Yidi__Case *row);

/* Where it stands in the index by person. */
struct person_place case_file_person(const Yidi__Case *row);

/* Cases in a state, from the counters. */
enum result case_file_count(struct store_txn *txn, int state, uint64_t *ret_count) MUST_CHECK;

/* For a store of before format 4: nothing calls for attention, until each that does is added. */
enum result case_file_forget_attention(struct store_txn *txn) MUST_CHECK;
enum result case_file_add_attention(struct store_txn *txn, const Yidi__Case *row) MUST_CHECK;

/* How many cases call for somebody's attention. */
enum result case_file_count_attention(struct store_txn *txn, uint64_t *ret_count) MUST_CHECK;

/* When the case that has been in a state for longest came there. OK or ERR_ABSENT. */
enum result case_file_oldest(struct store_txn *txn, int state, uint64_t *ret_changed_ms) MUST_CHECK;

/* Key of the index by state: state, time of last change, case number. What calls for attention
 * stands there once more, as if in the absent state, which no stored case is in. */
enum { BY_STATE_KEY_BYTES = 1 + 8 + CASE_NUMBER_CHARS, BY_STATE_ATTENTION = 0 };

#endif
