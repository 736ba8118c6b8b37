/* SPDX-License-Identifier: Apache-2.0
 *
 * store_queries - what operators ask of cases and of what a role keeps: answered from one read
 * transaction and nothing else.
 *
 * Touches no memory of a running office, so any thread may ask, each with its own transaction and
 * arena. What is asked of the office itself (peers, status) stands in queries.h.
 */
#ifndef IO_STORE_QUERIES_H
#define IO_STORE_QUERIES_H

#include "common/io/policies.h"
#include "common/io/role.h"

/* All borrowed until the answer has been encoded. */
struct query_source {
    const struct role *role;
    const char *office;        /* code */
    struct policies *policies; /* that the office follows */
    struct store_txn *txn;
    struct arena *arena; /* of the answer */
    uint64_t now_ms;     /* Unix */
};

/* Can this command be answered from the store alone? */
bool store_queries_handles(const Yidi__Request *request);

/* A command that store_queries_handles. ERR_REFUSED: the refusal tells; other errors of the store.
 */
enum result store_queries_answer(const struct query_source *source, const Yidi__Request *request,
                                 Yidi__Response *ret_response,
                                 struct refusal *ret_refusal) MUST_CHECK;

/* One case as it stands, with all personal data.
 *
 * ERR_REFUSED  CASE_UNKNOWN */
enum result store_queries_show_full(const struct query_source *source, const char *case_number,
                                    Yidi__Response *ret_response,
                                    struct refusal *ret_refusal) MUST_CHECK;

#endif
