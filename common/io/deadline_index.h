/* SPDX-License-Identifier: Apache-2.0
 *
 * deadline_index - the open cases in the order of their deadlines, and how many are due when; the
 * closed ones in the order in which more of them is to be erased.
 *
 * Owns the table by_deadline, and the counters of cases by state and day of the deadline. An open
 * case stands in one of two lists: those of whose deadline the operators need not be told yet, and
 * those of whose passing they were told. A third list holds, of the latter, the time at which the
 * office looks at a case once more. Closed cases stand in a fourth, until nothing of them is left
 * to be erased. So what is due next is the first key of a list, however many cases there are. Keys
 * come from the row of a case: case_file moves them with it.
 */
#ifndef IO_DEADLINE_INDEX_H
#define IO_DEADLINE_INDEX_H

#include "common/core/limits.h"
#include "common/core/machine.h"
#include "common/domain/urgency.h"
#include "common/io/store.h"

/* Key: list, time, case number. Value: the state; empty in DEADLINES_AGAIN and DEADLINES_ERASE. */
enum deadline_list {
    DEADLINES_AHEAD, /* by deadline */
    DEADLINES_TOLD,  /* by deadline */
    DEADLINES_AGAIN, /* by the time to look again */
    DEADLINES_ERASE, /* closed cases, by the time to erase something of them (retention.h) */
};

enum { DEADLINE_KEY_BYTES = 1 + 8 + CASE_NUMBER_CHARS };

/* Where a case stands. */
struct deadline_place {
    int state;
    uint64_t deadline_ms; /* 0: closed */
    bool told;
    uint64_t again_ms; /* 0: never */
    uint64_t erase_ms; /* of a closed case; 0: nothing is left to be erased */
};

/* Move a case from where it stood (deadline_ms 0: nowhere) to where it stands now. A key that is
 * missing is no trouble: it was dropped because its case could not be read. */
enum result deadline_index_move(struct store_txn *txn, const char *case_number,
                                const struct deadline_place *from,
                                const struct deadline_place *to) MUST_CHECK;

/* Does a case stand where it should? ret_keys: in how many lists. OK or ERR_ABSENT. */
enum result deadline_index_find(struct store_txn *txn, const char *case_number,
                                const struct deadline_place *place, uint64_t *ret_keys) MUST_CHECK;

/* A key of the index. */
struct deadline_key {
    enum deadline_list list;
    uint64_t time_ms; /* the deadline, or when to look again */
    char case_number[CASE_NUMBER_CHARS + 1];
    int state; /* 0 in DEADLINES_AGAIN and DEADLINES_ERASE */
};

/* Read a key of a cursor. ERR_DAMAGED when it is none. */
enum result deadline_index_read(struct bytes key, struct bytes value,
                                struct deadline_key *ret_key) MUST_CHECK;

/* What the office must look at first. A damaged key is none.
 *
 * now_ms      what is to be looked at again at a time that no clock of today asked for counts as
 *             due: the clock was wrong when it was asked for.
 * ret_due_ms  out; Unix time from which on it is due.
 * ERR_ABSENT  there is nothing, and nothing becomes due. */
enum result deadline_index_next(struct store_txn *txn, uint64_t now_ms,
                                struct deadline_key *ret_key, uint64_t *ret_due_ms) MUST_CHECK;

/* The closed case of which something is to be erased first, at key.time_ms; after says behind which
 * key to look, NULL: none. OK or ERR_ABSENT. */
enum result deadline_index_next_erase(struct store_txn *txn, const struct deadline_key *after,
                                      struct deadline_key *ret_key) MUST_CHECK;

/* How many closed cases stand in that list; reads all of it. */
enum result deadline_index_count_erase(struct store_txn *txn, uint64_t *ret_count) MUST_CHECK;

/* Take a key away whose case cannot be read. */
enum result deadline_index_drop(struct store_txn *txn, const struct deadline_key *key) MUST_CHECK;

/* The row of a case stands elsewhere than a key says: take the key away, and see to it that the
 * case stands where its row says. The counters are right: the row's last change moved them.
 *
 * place  of the row; deadline_ms 0: nowhere. */
enum result deadline_index_mend(struct store_txn *txn, const struct deadline_key *wrong,
                                const struct deadline_place *place) MUST_CHECK;

/* Take damaged keys away that stand at the beginning of the lists: deadline_index_next passes over
 * them. A case that has lost its key so is found by the audit.
 *
 * ret_swept  out; how many. */
enum result deadline_index_sweep(struct store_txn *txn, size_t *ret_swept) MUST_CHECK;

struct deadline_counts {
    uint64_t soon;
    uint64_t overdue;
};

/* How many cases of each state are due soon, and overdue, at a time; damaged keys and counters
 * count for nothing. The cost is that of the days on which something is due, not of the cases. */
enum result deadline_index_count(struct store_txn *txn, const struct urgency_scale *scale,
                                 struct deadline_counts ret_counts[STATE_COUNT_MAX]) MUST_CHECK;

/* How many cases of each state have a deadline, by the counters. */
enum result deadline_index_count_all(struct store_txn *txn,
                                     uint64_t ret_counts[STATE_COUNT_MAX]) MUST_CHECK;

#endif
