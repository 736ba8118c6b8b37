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
#include "common/core/trouble.h"
#include "common/io/link.h"
#include "common/io/store.h"
#include "common/io/tree_head.h"
#include "proto/case.pb-c.h"

/* What this office, when it lost its past, still wants of the peer (recovery.h). */
struct peer_recovery {
    Yidi__PeerRecovery state; /* stored; both streams rest until it is NONE */
    bool live;                /* our connection to it is open for a question */
    bool answered;            /* it said what it holds; the epoch that names its head may open */
    bool complete;            /* all of it is back */
    bool compare;             /* our last message that is left here is asked for, too */
    uint64_t due_ms;          /* monotonic: the next question, or the end of patience */
    unsigned failures;        /* in a row */
    uint64_t want_sent;       /* of ours, that it holds */
    uint64_t want_received;   /* that it assigned to us */
    uint64_t acknowledged;    /* of those, that it knows we had taken */
    uint64_t queued_sent;     /* of ours, taken as input of the coming turn */
    uint64_t since_ms;        /* monotonic: when it began to hand back; 0 not yet */
    bool asked;               /* for items, on this connection */
    unsigned batch_left;      /* items still to come */
    uint64_t batch_due_ms;    /* monotonic: the end of patience for all of them */
    uint64_t last_time_ms;    /* of its messages that came back, the latest */
    uint64_t last_sent_ms;    /* of ours to it */
    unsigned policies_asked;  /* on this connection: former policies that its messages name */
    unsigned policies_waited; /* of these, still to be answered */
    uint64_t held;            /* messages that wait until it tells its sequence */
};

/* What the peer knows of policies, and how much of our work it has had for them
 * (policy_exchange.h). All times are monotonic; 0 never. */
struct peer_policies {
    uint64_t version;  /* that it follows, as it told last */
    uint64_t asked_ms; /* when it was last asked for former ones */
    uint64_t false_ms; /* when it last handed over something that is none */
    uint64_t sent_ms;  /* since when is counted what it was sent */
    unsigned sent;
};

/* A signed head and its text; text is heap, NULL when there is none (then size is 0). */
struct kept_head {
    char *text;
    struct tree_head head;
};

/* What was asked of the peer, and waits for its answer (consistency.h). */
struct proof_question {
    struct kept_head old; /* is its journal the beginning ... */
    struct kept_head new; /* ... of this one's? */
    bool doubt;           /* old came after new */
    uint64_t asked_ms;    /* monotonic */
};

/* Who has seen what of whose journal (witness.h, consistency.h). */
struct peer_witness {
    struct kept_head proved;   /* contains all before it; or the one that contrary contradicts */
    struct kept_head contrary; /* the peer rewrote its past: nothing is taken of it */
    struct kept_head ours;     /* our latest that the peer showed */
    uint64_t proved_ms;        /* Unix; 0 never */
    uint64_t ours_ms;          /* Unix */
    struct proof_question *question; /* heap; NULL when none waits */
    uint64_t due_ms;                 /* monotonic; before it nothing is asked at intervals */
    uint64_t heard_ms;               /* monotonic; the peer's last frame on its own connection */
    unsigned unanswered;             /* questions in a row, by a peer that went on talking */
};

/* What a peer that lost its past asks of us (history.h). */
struct peer_question {
    bool waits;
    bool mine;
    uint64_t sequence;
    uint32_t count;
    struct link_route route;
};

/* How fast the peer answers, and since when it does not. */
struct peer_timing {
    uint64_t asked_us; /* monotonic; when what waits for an answer was sent; 0: nothing does */
    uint64_t asked_sequence; /* acknowledging it answers; UINT64_MAX: only WELCOME does */
    uint64_t round_trip_us;  /* of the last answer; 0 none yet */
    uint64_t down_since_ms;  /* Unix; 0: the link is up, or not needed */
};

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
    bool door_shut; /* too much waits for it: no new application may go to it (intake.h) */
    char *head;     /* the peer's latest tree head, heap; may be NULL */
    char *pending_head;
    struct tree_head seen_head; /* the latest one of its journal, decoded; size 0 before any */
    char *seen_text;            /* of seen_head, heap; perhaps not committed yet */
    struct peer_witness witness;
    struct digest applied_leaf; /* leaf hash of the message applied last */
    struct digest pending_leaf;
    unsigned stalls; /* questions in a row that the peer answered without having taken more */
    uint64_t directory_offered_ms; /* monotonic; 0 never */
    struct peer_policies policies;
    uint64_t questions_spent_ms; /* monotonic; up to when its share is spent (answering.h) */
    struct peer_recovery recovery;
    bool asked_at_start;   /* start_hold.h */
    bool greeted_at_start; /* and is told to do so again */
    struct peer_question question;
    struct trouble trouble;
    struct peer_timing timing;
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

/* The latest authentic head of the peer's journal, whether or not what it covers takes effect. */
enum result peer_note_seen(struct peer *peer, const struct tree_head *head,
                           const char *text) MUST_CHECK;

/* Remember a tree head of the peer that came outside of a turn; its row is written with the next
 * one. */
enum result peer_set_head(struct peer *peer, const struct tree_head *head,
                          const char *text) MUST_CHECK;

/* Keep a copy of a head instead of what was kept. ERR_MEMORY: unchanged. */
enum result kept_head_set(struct kept_head *kept, const struct tree_head *head,
                          const char *text) MUST_CHECK;
void kept_head_clear(struct kept_head *kept);

/* Forget the question that waits, if any. */
void peer_drop_question(struct peer *peer);

/* Write the rows of touched and dirty peers. */
enum result peers_save(struct peers *peers, struct store_txn *txn, struct arena *arena) MUST_CHECK;

/* The turn's end: what was pending holds, or never was. */
void peers_committed(struct peers *peers);
void peers_rolled_back(struct peers *peers);

#endif
