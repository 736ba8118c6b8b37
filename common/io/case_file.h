/* SPDX-License-Identifier: Apache-2.0
 *
 * case_file - the stored row of one application at this office, with its indexes.
 *
 * Owns the tables cases and open_citizens; keeps the indexes by state (state_index.h), by deadline
 * (deadline_index.h) and by person (person_index.h). Which states there are and which are open, the
 * role's machine says.
 */
#ifndef IO_CASE_FILE_H
#define IO_CASE_FILE_H

#include "common/core/arena.h"
#include "common/core/machine.h"
#include "common/io/deadline_index.h"
#include "common/io/person_index.h"
#include "common/io/state_index.h"
#include "common/io/store.h"
#include "proto/case.pb-c.h"

struct case_file {
    Yidi__Case *row; /* in the arena */
    bool stored;
    struct state_place stored_state;
    struct deadline_place stored_deadline;
    struct person_place stored_person;
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

/* The office that plays that part in the case. */
const char *case_file_office(const Yidi__Case *row, enum party party);

/* Where a row stands in the indexes. */
struct state_place case_file_state(const Yidi__Case *row);
struct deadline_place case_file_deadline(const Yidi__Case *row);
struct person_place case_file_person(const Yidi__Case *row);

#endif
