/* SPDX-License-Identifier: Apache-2.0
 *
 * store_lmdb - what the parts of the store over LMDB share. The only file that includes lmdb.h.
 *
 * store_lmdb_open.c opens and checks an environment, store_lmdb.c reads and writes rows,
 * store_lmdb_copy.c copies a whole one, store_lmdb_examine.c says why one cannot be opened.
 */
#ifndef IO_STORE_LMDB_H
#define IO_STORE_LMDB_H

#include <lmdb.h>

#include "common/io/store.h"

#define STORE_LMDB_META_TABLE "meta"
#define STORE_LMDB_FORMAT_KEY "format"
#define STORE_LMDB_OWNER_LOCK "owner.lock"

struct store_txn {
    struct store *store;
    MDB_txn *handle;
    bool writable;
    unsigned cursor_count;
    enum result failure; /* of the first write that failed; then nothing may be committed */
};

struct store {
    MDB_env *environment;
    MDB_dbi tables[TABLE_COUNT]; /* 0: a store that is only read has no such table */
    bool readonly;
    bool broken;             /* a commit failed in a way that leaves the disk in doubt */
    int owner_lock;          /* descriptor; -1 when read only */
    struct store_txn writer; /* handle is NULL between write transactions */
};

/* What an LMDB code or an errno means to the caller. */
enum result store_lmdb_result(int code);

/* The same of a write: LMDB reports a short one, which is how a disk fills up, as EIO. */
enum result store_lmdb_write_result(const struct store *store, int code);

static inline MDB_val
value_of(struct bytes bytes)
{
    /* LMDB's type is not const, but it never writes through keys and values that it is given. */
    return (MDB_val){ .mv_size = bytes.size, .mv_data = (void *)(uintptr_t)bytes.data };
}

static inline struct bytes
bytes_of_value(MDB_val value)
{
    return bytes_of(value.mv_data, value.mv_size);
}

#endif
