/* SPDX-License-Identifier: Apache-2.0
 *
 * stream_audit - the half of an audit that asks whether the streams with other offices hold: part
 * of journal_audit.
 *
 * Compares the journal's entries Sent and Received, handed in one by one in their order, with the
 * tables outbox, inbox and peers. Remembers a few numbers per peer and nothing per entry. Whether
 * an entry really stands in the signed journal is not decided here.
 */
#ifndef IO_STREAM_AUDIT_H
#define IO_STREAM_AUDIT_H

#include "common/io/journal.h"

/* What every check of an audit works with. */
struct audit {
    struct store_txn *txn;
    const char *office; /* whose store it is */
    struct envelope_verifier *verifier;
    struct journal_report *report;
    struct arena arena; /* lives for one row */
};

/* Write down what is wrong, in words, and answer the result. */
enum result audit_trouble(struct audit *audit, enum result result, const char *words, ...)
    __attribute__((format(printf, 3, 4)));

/* Why a signature does not hold, in a word; refused is what the verifier said. */
static inline const char *
audit_cause(enum result result, const struct refusal *refused)
{
    return result == ERR_FORGED ? "forged" : refusal_name(refused->code);
}

struct audited_peer {
    char office[OFFICE_CODE_CHARS + 1];
    uint64_t assigned, acknowledged, applied; /* as its row in the table peers says */
    uint64_t sent, received;                  /* as the journal says, so far */
    bool applied_known;                       /* the row has the next one */
    struct digest applied_leaf;               /* of the message applied last, as the row says */
    struct digest received_leaf; /* of the message received last, as the journal says */
};

struct stream_audit {
    struct audit *audit;
    struct audited_peer *peers; /* sorted by code; heap */
    size_t peer_count;
    size_t peer_room;
    uint64_t sent, received; /* to and from all of them */
};

/* Read the table peers, and check the signatures of the heads it remembers. All calls answer OK, or
 * an error, with the report's trouble set when it is ERR_DAMAGED or ERR_FORGED. */
enum result stream_audit_open(struct stream_audit *streams, struct audit *audit) MUST_CHECK;
void stream_audit_close(struct stream_audit *streams);

/* The next entry of the journal, of any kind. */
enum result stream_audit_take(struct stream_audit *streams, uint64_t leaf_index,
                              const Yidi__JournalEntry *entry) MUST_CHECK;

/* The journal has ended: nothing may be left over in the tables. */
enum result stream_audit_finish(struct stream_audit *streams) MUST_CHECK;

static inline void
stream_audit_auto(struct stream_audit *streams)
{
    stream_audit_close(streams);
}

#endif
