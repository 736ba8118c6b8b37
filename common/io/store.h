/* SPDX-License-Identifier: Apache-2.0
 *
 * store - tables of byte keys and byte values, one writer, many readers, durable commits.
 *
 * The contract, tested by tests/contract/store_test.c: a commit is on disk with full sync when
 * store_commit answers OK; a reader sees one commit and no half of it; keys are ordered by their
 * bytes; bytes that a read hands out live until its transaction ends or, in a write transaction,
 * until the next put or delete. Knows no rows: who owns a table knows its keys.
 */
#ifndef IO_STORE_H
#define IO_STORE_H

#include "common/core/auto.h"
#include "common/core/bytes.h"
#include "common/core/result.h"

enum { STORE_KEY_BYTES_MAX = 200 };

/* Each table, what stands in it, and the module that owns it. */
enum store_table {
    TABLE_META,     /* text name -> value; "format" is the store's own, each other its owner's */
    TABLE_JOURNAL,  /* leaf index -> packed JournalEntry (journal) */
    TABLE_TREE,     /* post-order position -> hash (journal) */
    TABLE_HEADS,    /* tree size -> signed note, one per commit (journal) */
    TABLE_OUTBOX,   /* peer, sequence -> OutboxRow; kept after acknowledgement (outbox) */
    TABLE_INBOX,    /* peer, sequence -> packed Envelope as received (input_message) */
    TABLE_PEERS,    /* office code -> PeerRow (peers) */
    TABLE_BLOBS,    /* digest -> attachment (turn_services; dossier) */
    TABLE_CASES,    /* case number -> Case (case_file) */
    TABLE_BY_STATE, /* state, or 0: calls for attention; changed_ms, case number -> empty
                     * (state_index) */
    TABLE_OPEN_CITIZENS, /* citizen number -> the open case that opened last (case_file) */
    TABLE_COUNTERS,      /* text name -> u64 (turn_services, state_index) */
    TABLE_REQUESTS,      /* request key -> case number, SHA-256 of what was applied for
                          * (acceptance-node/request_key) */
    TABLE_NOTIFICATIONS, /* time, case number -> NotificationRow, until handed over (notifier) */
    TABLE_POPULATION,    /* citizen number -> Citizen (registry-node/population) */
    TABLE_SERIALS,     /* card serial -> case number, flags of the stock (production-node/card_body;
                        * at the window of temporary cards: acceptance-node/temporary) */
    TABLE_RECOVERY,    /* what of a lost past is still to be done again (replay_rows) */
    TABLE_BY_DEADLINE, /* list, deadline, case number -> state (deadline_index); from format 2 on */
    TABLE_STOCK,       /* blank cards: "T" totals, "M" movements, "S" spoiled cards, by number
                        * (production-node/stock_row, serial_range) */
    TABLE_BATCHES,     /* batch -> BatchRow; batch, case number -> empty
                        * (production-node/batch_row, waiting_orders) */
    TABLE_PACKAGES,  /* centre, package -> PackageRow; and case number -> PackageEntry (package) */
    TABLE_POLICIES,  /* version -> Unix milliseconds (8 bytes), SignedPolicy: each one ever
                      * adopted (policies) */
    TABLE_FEES,      /* the window's ledger (acceptance-node/fee_rows) */
    TABLE_DRAFTS,    /* name -> Draft (acceptance-node/drafts) */
    TABLE_DOSSIERS,  /* what is held of each case (dossier); from format 3 on */
    TABLE_OPERATORS, /* name -> OperatorRow (operators) */
    TABLE_SESSIONS,  /* SHA-256 of the token -> SessionRow (session) */
    TABLE_SERIES,    /* resolution, place in the ring -> SeriesRow (series) */
    TABLE_BY_PERSON, /* citizen number or name, case number -> empty (person_index); from
                      * format 4 on */
    TABLE_LEASES,    /* who has which case in hand (lease) */
    TABLE_COUNT
};

/* Format 2 brought by_deadline, format 3 dossiers, format 4 by_person and what calls for attention
 * into by_state. A store of the oldest format is opened as it is; store_upgrade (store_upgrade.h)
 * makes it one of the present. */
enum { STORE_FORMAT_OLDEST = 1, STORE_FORMAT = 4 };

struct store;
struct store_txn;
struct store_cursor;

/* Open or create the store in a directory (created with mode 0700 when absent). Never twice in one
 * process, and not before a fork whose child lives on.
 *
 * map_bytes    upper bound of the file; address space, not disk.
 * ERR_IO       the directory or the file cannot be opened, or another daemon has the store open.
 * ERR_DAMAGED  not our file or format, or cut off. ERR_FULL no room on the disk to create it.
 */
enum result store_open(const char *directory, uint64_t map_bytes,
                       struct store **ret_store) MUST_CHECK;

/* Open for reading only, with or without a running daemon, by another process than the daemon's.
 * Creates nothing; a table that it is too old to have is empty. Only store_begin_read works, one
 * thread at a time. ERR_ABSENT there is no store.
 */
enum result store_open_readonly(const char *directory, struct store **ret_store) MUST_CHECK;
void store_close(struct store *store);

enum result store_begin_read(struct store *store, struct store_txn **ret_txn) MUST_CHECK;

/* At most one write transaction at a time, by the thread that opened the store. */
enum result store_begin_write(struct store *store, struct store_txn **ret_txn) MUST_CHECK;

/* OK durable; ERR_FULL map or disk full, nothing changed; ERR_IO the disk failed: the caller must
 * stop using the store, and no write transaction begins any more. Ends the transaction in every
 * case. Close its cursors before it ends. */
enum result store_commit(struct store_txn *take_txn) MUST_CHECK;
void store_abort(struct store_txn *take_txn);

/* The format that the store has, and, in a write transaction, from now on. */
enum result store_format(struct store_txn *txn, uint64_t *ret_format) MUST_CHECK;
enum result store_set_format(struct store_txn *txn, uint64_t format) MUST_CHECK;

/* OK or ERR_ABSENT (or ERR_IO). */
enum result store_get(struct store_txn *txn, enum store_table table, struct bytes key,
                      struct bytes *ret_value) MUST_CHECK;

/* Insert or replace. ERR_FULL: the map is full; the transaction must be aborted (a commit would
 * abort it and answer the same). */
enum result store_put(struct store_txn *txn, enum store_table table, struct bytes key,
                      struct bytes value) MUST_CHECK;

/* As store_put for a key beyond the last one of the table; cheaper. ERR_DAMAGED when it is not
 * beyond, and nothing is put. */
enum result store_append(struct store_txn *txn, enum store_table table, struct bytes key,
                         struct bytes value) MUST_CHECK;

/* OK or ERR_ABSENT. */
enum result store_delete(struct store_txn *txn, enum store_table table,
                         struct bytes key) MUST_CHECK;

/* Rows whose key starts with a prefix (may be empty), in key order. The prefix is borrowed until
 * close. In a write transaction rows may be put and deleted meanwhile. */
enum result store_cursor_open(struct store_txn *txn, enum store_table table, struct bytes prefix,
                              struct store_cursor **ret_cursor) MUST_CHECK;
void store_cursor_close(struct store_cursor *cursor);

/* Move to the first row at or after key. OK, or ERR_ABSENT at the end of the prefix. */
enum result store_cursor_seek(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                              struct bytes *ret_value) MUST_CHECK;

/* First row on the first call, then the one after the row that the last move arrived at. OK, or
 * ERR_ABSENT at the end. */
enum result store_cursor_next(struct store_cursor *cursor, struct bytes *ret_key,
                              struct bytes *ret_value) MUST_CHECK;

/* Last row of the prefix. OK or ERR_ABSENT. */
enum result store_cursor_last(struct store_cursor *cursor, struct bytes *ret_key,
                              struct bytes *ret_value) MUST_CHECK;

/* Rows of a table. */
enum result store_count(struct store_txn *txn, enum store_table table,
                        uint64_t *ret_rows) MUST_CHECK;

/* Bytes of the map in use (freed pages are not), and its size. Reads the free list: not for every
 * turn. */
void store_usage(struct store *store, uint64_t *ret_used_bytes, uint64_t *ret_map_bytes);

/* A number that grows with every commit that changed something; for any thread. */
uint64_t store_revision(struct store *store);

/* Free the slots of readers that were killed; at start and each minute. */
void store_check_readers(struct store *store);

/* What a copy is handed to, piece by piece; anything but OK ends the copy. */
typedef enum result store_take_fn(void *context, struct bytes piece);

/* A consistent copy of the last commit, as the content of a store's only file, beside a running
 * daemon, whose commits wait for nothing. Freed pages are left out. As long as it runs, no page
 * that it may still read is written again: the store grows by what is committed meanwhile.
 *
 * ERR_DAMAGED  the pages contradict each other; else what take answered. */
enum result store_copy(struct store *store, store_take_fn *take, void *context) MUST_CHECK;

enum { STORE_TROUBLE_BYTES = 160 };

enum store_trouble {
    STORE_TROUBLE_NONE,   /* nothing that can be seen from outside */
    STORE_TROUBLE_ABSENT, /* no store there */
    STORE_TROUBLE_UNREADABLE,
    STORE_TROUBLE_IN_USE,  /* by a daemon */
    STORE_TROUBLE_DAMAGED, /* not a store, or damaged */
    STORE_TROUBLE_FORMAT,  /* of a format that is not known here */
};

/* Why a store could not be opened; changes nothing. Not while this process has it open.
 *
 * ret_words  out; what is wrong, in words; empty when there is no trouble. */
enum store_trouble store_examine(const char *directory, char ret_words[STORE_TROUBLE_BYTES]);

/* Has a daemon the store in this directory open? */
bool store_in_use(const char *directory);

DEFINE_AUTO(store, struct store *, store_close)
DEFINE_AUTO(store_txn, struct store_txn *, store_abort)
DEFINE_AUTO(store_cursor, struct store_cursor *, store_cursor_close)

#endif
