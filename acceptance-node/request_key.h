/* SPDX-License-Identifier: Apache-2.0
 *
 * request_key - what a client calls a submission, so that the same one again is done once.
 *
 * Owns the table requests: key -> case number, and the digest of what was handed in under it. A key
 * belongs to one content, and to one command: what was applied for is no correction.
 */
#ifndef ACCEPTANCE_REQUEST_KEY_H
#define ACCEPTANCE_REQUEST_KEY_H

#include "common/core/limits.h"
#include "common/core/refusal.h"
#include "common/io/signature.h"
#include "common/io/store.h"

struct request_key {
    const char *text; /* borrowed; empty: none was given, and nothing is known or kept */
    struct digest content;
};

/* command  "" for Apply, whose keys were first.
 * content  of form and attachments. */
void request_key_init(struct request_key *key, const char *text, const char *command,
                      const struct digest *content);

/* The case that the same submission was about. OK or ERR_ABSENT.
 *
 * ERR_REFUSED  REQUEST_KEY_TAKEN: by another content */
enum result request_key_find(struct store_txn *txn, const struct request_key *key,
                             char ret_case_number[CASE_NUMBER_CHARS + 1],
                             struct refusal *ret_refusal) MUST_CHECK;

/* The case of a key, whatever was handed in under it. OK or ERR_ABSENT. */
enum result request_key_case(struct store_txn *txn, const char *text,
                             char ret_case_number[CASE_NUMBER_CHARS + 1]) MUST_CHECK;

enum result request_key_put(struct store_txn *txn, const struct request_key *key,
                            const char *case_number) MUST_CHECK;

#endif
