/* SPDX-License-Identifier: Apache-2.0
 *
 * erasing - takes away what a closed case no longer needs: first photo and fingerprints, later
 * whatever else names the applicant.
 *
 * Every step is part of the turn's transaction. Does not know when it is time (retention.h), and
 * journals nothing.
 */
#ifndef IO_ERASING_H
#define IO_ERASING_H

#include "common/io/dossier.h"
#include "common/io/turn.h"

struct erased_count {
    uint64_t policy_version; /* in; by which the case is judged */
    uint64_t attachments;
    uint64_t messages;
    uint64_t undelivered; /* of them */
};

/* Photo and templates of the case, but for those that another case needs, too; and what is still to
 * bring them to somebody. The caller saves the row. */
enum result erasing_biometrics(struct turn *turn, struct case_file *file,
                               struct erased_count *count) MUST_CHECK;

/* Every message about the case, sent or received, its request keys, and what its row says of
 * persons. Offices, states, times, fees and numbers of cards stay.
 *
 * most     messages at most.
 * ret_all  out; none is left, and the row was changed; the caller saves it. */
enum result erasing_text(struct turn *turn, struct case_file *file, uint64_t most,
                         struct erased_count *count, bool *ret_all) MUST_CHECK;

/* One message about a case, and its note in the dossier. A row that cannot be read is left as it
 * is, and logged: the audit names it. */
enum result erasing_message(struct turn *turn, const char *case_number,
                            const struct dossier_message *message,
                            struct erased_count *count) MUST_CHECK;

/* Has its recipient not confirmed it yet? */
bool erasing_is_undelivered(const struct office *office, const struct dossier_message *message);

/* The first message of the case that its recipient has not confirmed yet.
 *
 * attached  of those that bring photo and templates along.
 * OK or ERR_ABSENT. */
enum result erasing_find_undelivered(const struct office *office, struct store_txn *txn,
                                     const char *case_number, bool attached,
                                     struct dossier_message *ret_message) MUST_CHECK;

#endif
