/* SPDX-License-Identifier: Apache-2.0
 *
 * person_index - cases by whom they are about, open and closed, until the texts of a case are
 * erased.
 *
 * Owns the table by_person:
 *
 *     'C' citizen number, case number
 *     'N' name, 0, case number         so that a name stands before all that begin with it
 *
 * Does not know who may look, nor what a search answers (case_search.h).
 */
#ifndef IO_PERSON_INDEX_H
#define IO_PERSON_INDEX_H

#include "common/core/limits.h"
#include "common/domain/person_name.h"
#include "common/domain/search_term.h"
#include "common/io/store.h"

/* Where a case stands; NULL, NULL: nowhere. Borrowed. */
struct person_place {
    const char *citizen_number;
    const char *name;
};

/* The case goes from one place to another; to the same one: nothing is written. */
enum result person_index_move(struct store_txn *txn, const char *case_number,
                              const struct person_place *from,
                              const struct person_place *to) MUST_CHECK;

/* Does it stand there? OK or ERR_ABSENT.
 *
 * ret_keys  out; how many keys that takes. */
enum result person_index_find(struct store_txn *txn, const char *case_number,
                              const struct person_place *place, uint64_t *ret_keys) MUST_CHECK;

/* Cases of a citizen, or of all whose names begin so; not of a case number.
 *
 * after        in; place of a case, and its number: what stands behind it; NULL from the first.
 * ret_numbers  out; as many as there are and fit.
 * ret_more     out; there are others behind them.
 * ERR_ABSENT   nothing of that kind is behind it: the place is another person's. */
struct person_after {
    struct person_place place;
    const char *case_number;
};
enum result person_index_search(struct store_txn *txn, const struct search_term *term,
                                const struct person_after *after,
                                char ret_numbers[][CASE_NUMBER_CHARS + 1], size_t room,
                                size_t *ret_count, bool *ret_more) MUST_CHECK;

#endif
