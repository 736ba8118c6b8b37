/* SPDX-License-Identifier: Apache-2.0
 *
 * peers - the offices that this one exchanges messages with, and where both streams with each
 * stand.
 *
 * Owns the table peers. What a turn assigns or applies is pending until its commit; a rollback
 * forgets it.
 */
#ifndef IO_PEERS_H
#define IO_PEERS_H

#include "common/core/arena.h"
#include "common/core/stream.h"
#include "common/io/link.h"
#include "common/io/store.h"
#include "common/io/tree_head.h"

struct peer {
    char office[OFFICE_CODE_CHARS + 1];
    struct stream stream;      /* to the peer */
    uint64_t pending_assigned; /* >= stream.assigned */
    uint64_t applied;          /* from the peer: last sequence that took effect, committed */
    uint64_t pending_applied;  /* in the running turn */
    uint64_t queued;           /* taken as input of the coming turn; >= applied */
    struct link_route route;   /* to answer the peer's connection; size 0 when unknown */
    bool touched;              /* by the running turn */
    bool row_dirty;            /* the stored row is older than memory */
    bool ack_due;
    char *head; /* the peer's latest tree head, heap; may be NULL */
    char *pending_head;
    struct tree_head seen_head; /* the latest one of its journal, decoded; size 0 before any */
    struct digest applied_leaf; /* leaf hash of the message applied last */
    struct digest pending_leaf;
    unsigned stalls; /* questions in a row that the peer answered without having taken more */
    uint64_t directory_offered_ms; /* monotonic; 0 never */
    char trouble[160];             /* in words; empty when all is well */
    struct peer *bucket_next;
};

enum { PEERS_BUCKETS = 4096 };

struct peers {
    struct peer **list; /* in order of arrival */
    size_t count;
    size_t room;
    struct peer *buckets[PEERS_BUCKETS];
};

/* Read the table. */
enum result peers_open(struct peers *peers, struct store_txn *txn) MUST_CHECK;
void peers_close(struct peers *peers);

/* May be NULL. */
struct peer *peers_find(const struct peers *peers, const char *office);

/* Find, or add one with nothing sent and nothing received. NULL only when out of memory. */
struct peer *peers_take(struct peers *peers, const char *office);

/* Remember a tree head of the peer until the turn ends. */
enum result peer_note_head(struct peer *peer, const char *head) MUST_CHECK;

/* Write the rows of touched and dirty peers. */
enum result peers_save(struct peers *peers, struct store_txn *txn, struct arena *arena) MUST_CHECK;

/* The turn's end: what was pending holds, or never was. */
void peers_committed(struct peers *peers);
void peers_rolled_back(struct peers *peers);

#endif
