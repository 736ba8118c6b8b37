/* SPDX-License-Identifier: Apache-2.0
 *
 * dossier - what this office holds of each case beside its row: photo and templates, messages sent
 * and received, request keys. So whoever erases a case finds all of it, and nothing that another
 * case needs.
 *
 * Owns the table dossiers, and deletes from blobs:
 *
 *     'B' case, digest                  a photo or template is kept for the case
 *     'D' digest, case                  the same, by digest: the last one who needs it deletes it
 *     'M' case, mine, peer, sequence    a message to (mine) or from the peer
 *     'R' case, request key             that the case was applied for under
 *     'S' time, case                    not here: when to look at the messages about it
 *     'E' case -> time, policy          unknown here; a peer that handed back our past had erased
 *                                       it: the latest time of any of its messages, and the
 *                                       version that judged it
 *
 * Does not know when anything is to be erased (retention.h).
 */
#ifndef IO_DOSSIER_H
#define IO_DOSSIER_H

#include "common/core/limits.h"
#include "common/core/merkle.h"
#include "common/io/store.h"

struct dossier_message {
    bool mine; /* in the outbox; else in the inbox */
    char peer[OFFICE_CODE_CHARS + 1];
    uint64_t sequence;
};

/* Note what is kept for a case; the same again changes nothing. */
enum result dossier_add_blob(struct store_txn *txn, const char *case_number,
                             struct bytes digest) MUST_CHECK;
enum result dossier_add_message(struct store_txn *txn, const char *case_number,
                                const struct dossier_message *message) MUST_CHECK;
enum result dossier_add_request(struct store_txn *txn, const char *case_number,
                                const char *request_key) MUST_CHECK;

/* A case of a lost past that a peer has erased (forgotten.h). */
struct dossier_erased {
    uint64_t latest_ms;      /* of any message about it */
    uint64_t policy_version; /* by which it was judged; 0: none */
};
enum result dossier_put_erased(struct store_txn *txn, const char *case_number,
                               const struct dossier_erased *erased) MUST_CHECK;
/* OK or ERR_ABSENT. */
enum result dossier_find_erased(struct store_txn *txn, const char *case_number,
                                struct dossier_erased *ret_erased) MUST_CHECK;

/* The case needs its photo and templates no more: delete those that no other case needs.
 *
 * ret_deleted  out; how many are gone. */
enum result dossier_drop_blobs(struct store_txn *txn, const char *case_number,
                               uint64_t *ret_deleted) MUST_CHECK;

/* Delete the request keys of the case. */
enum result dossier_drop_requests(struct store_txn *txn, const char *case_number) MUST_CHECK;

/* The next message of the case behind another one; after may be NULL. OK or ERR_ABSENT. */
enum result dossier_next_message(struct store_txn *txn, const char *case_number,
                                 const struct dossier_message *after,
                                 struct dossier_message *ret_message) MUST_CHECK;

/* Messages about a case that is not here are to be looked at from that time on (stray.h). */
enum result dossier_put_stray(struct store_txn *txn, uint64_t time_ms,
                              const char *case_number) MUST_CHECK;
enum result dossier_drop_stray(struct store_txn *txn, uint64_t time_ms,
                               const char *case_number) MUST_CHECK;
/* The first of them. OK or ERR_ABSENT. */
enum result dossier_next_stray(struct store_txn *txn, uint64_t *ret_time_ms,
                               char ret_case_number[CASE_NUMBER_CHARS + 1]) MUST_CHECK;

/* Forget a message, which is somebody else's to erase. */
enum result dossier_drop_message(struct store_txn *txn, const char *case_number,
                                 const struct dossier_message *message) MUST_CHECK;

#endif
