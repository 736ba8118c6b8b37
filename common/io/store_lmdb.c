/* SPDX-License-Identifier: Apache-2.0
 *
 * store_lmdb - rows, transactions and cursors of the store over LMDB.
 *
 * A commit costs one fdatasync of the pages and one synchronous write of the meta page; an empty
 * one costs nothing. The write transaction and its rows allocate nothing of ours.
 */
#include "common/io/store_lmdb.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "common/core/require.h"

enum { DISK_FULL_BYTES = 1024 * 1024 }; /* less than this left: a failed write is a full disk */

struct store_cursor {
    struct store_txn *txn;
    MDB_cursor *handle; /* NULL: there is no such table */
    struct bytes prefix;
    bool placed; /* stands on a row of the prefix */
    bool ended;  /* ran past the prefix; next stays there */
};

enum result
store_lmdb_result(int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return OK;
    case MDB_NOTFOUND:
        return ERR_ABSENT;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case MDB_READERS_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_FULL;
    case ENOMEM:
        return ERR_MEMORY;
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INCOMPATIBLE:
    case MDB_KEYEXIST:
        return ERR_DAMAGED;
    default:
        return ERR_IO;
    }
}

enum result
store_lmdb_write_result(const struct store *store, int code)
{
    struct statvfs disk;
    if (code == EIO && fstatvfs(store->owner_lock, &disk) == 0 &&
        (uint64_t)disk.f_bavail * disk.f_frsize < DISK_FULL_BYTES)
        return ERR_FULL;
    return store_lmdb_result(code);
}

/* A store that is only read may be older than the table. */
static inline bool
has_table(const struct store *store, enum store_table table)
{
    return store->tables[table] != 0;
}

static inline bool
is_key(struct bytes key)
{
    return key.size > 0 && key.size <= STORE_KEY_BYTES_MAX;
}

/* ---- transactions ---- */

enum result
store_begin_read(struct store *store, struct store_txn **ret_txn)
{
    struct store_txn *txn = calloc(1, sizeof *txn);
    if (txn == NULL)
        return ERR_MEMORY;
    txn->store = store;
    int code = mdb_txn_begin(store->environment, NULL, MDB_RDONLY, &txn->handle);
    if (code == MDB_MAP_RESIZED && store->readonly) {
        /* The daemon came back with a larger map. Fails while another read is open. */
        code = mdb_env_set_mapsize(store->environment, 0);
        if (code == MDB_SUCCESS)
            code = mdb_txn_begin(store->environment, NULL, MDB_RDONLY, &txn->handle);
    }
    if (code != MDB_SUCCESS) {
        free(txn);
        return store_lmdb_result(code);
    }
    *ret_txn = txn;
    return OK;
}

enum result
store_begin_write(struct store *store, struct store_txn **ret_txn)
{
    REQUIRE(!store->readonly && store->writer.handle == NULL);
    if (store->broken)
        return ERR_IO;
    int code = mdb_txn_begin(store->environment, NULL, 0, &store->writer.handle);
    if (code != MDB_SUCCESS) {
        store->writer.handle = NULL;
        return store_lmdb_result(code);
    }
    store->writer.failure = OK;
    *ret_txn = &store->writer;
    return OK;
}

enum result
store_commit(struct store_txn *take_txn)
{
    REQUIRE(take_txn->writable && take_txn->handle != NULL && take_txn->cursor_count == 0);
    struct store *store = take_txn->store;
    if (take_txn->failure != OK) {
        enum result failure = take_txn->failure;
        store_abort(take_txn);
        return failure;
    }
    int code = mdb_txn_commit(take_txn->handle); /* frees the handle in every case */
    take_txn->handle = NULL;
    enum result result = store_lmdb_write_result(store, code);
    /* After a failed sync the kernel may have forgotten the pages: a retry would prove nothing. */
    if (result != OK && result != ERR_FULL)
        store->broken = true;
    return result;
}

void
store_abort(struct store_txn *take_txn)
{
    if (take_txn == NULL)
        return;
    REQUIRE(take_txn->handle != NULL && take_txn->cursor_count == 0);
    mdb_txn_abort(take_txn->handle);
    take_txn->handle = NULL;
    if (!take_txn->writable)
        free(take_txn);
}

/* ---- rows ---- */

enum result
store_get(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes *ret_value)
{
    if (!is_key(key) || !has_table(txn->store, table))
        return ERR_ABSENT;
    MDB_val lmdb_key = value_of(key), value;
    int code = mdb_get(txn->handle, txn->store->tables[table], &lmdb_key, &value);
    if (code == MDB_SUCCESS)
        *ret_value = bytes_of_value(value);
    return store_lmdb_result(code);
}

enum result
store_format(struct store_txn *txn, uint64_t *ret_format)
{
    struct bytes value = { 0 };
    enum result result = store_get(txn, TABLE_META, bytes_of_text(STORE_LMDB_FORMAT_KEY), &value);
    if (result != OK || value.size != 8)
        return result == ERR_ABSENT || result == OK ? ERR_DAMAGED : result;
    *ret_format = bytes_get_u64(value.data);
    return OK;
}

enum result
store_set_format(struct store_txn *txn, uint64_t format)
{
    uint8_t packed[8];
    bytes_put_u64(packed, format);
    return store_put(txn, TABLE_META, bytes_of_text(STORE_LMDB_FORMAT_KEY),
                     bytes_of(packed, sizeof packed));
}

static enum result
put(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value,
    unsigned flags)
{
    REQUIRE(txn->writable && is_key(key));
    if (txn->failure != OK)
        return txn->failure;
    MDB_val lmdb_key = value_of(key), lmdb_value = value_of(value);
    int code = mdb_put(txn->handle, txn->store->tables[table], &lmdb_key, &lmdb_value, flags);
    enum result result = store_lmdb_write_result(txn->store, code);
    if (code != MDB_SUCCESS && code != MDB_KEYEXIST)
        txn->failure = result;
    return result;
}

enum result
store_put(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value)
{
    return put(txn, table, key, value, 0);
}

enum result
store_append(struct store_txn *txn, enum store_table table, struct bytes key, struct bytes value)
{
    return put(txn, table, key, value, MDB_APPEND);
}

enum result
store_delete(struct store_txn *txn, enum store_table table, struct bytes key)
{
    REQUIRE(txn->writable);
    if (txn->failure != OK)
        return txn->failure;
    if (!is_key(key))
        return ERR_ABSENT;
    MDB_val lmdb_key = value_of(key);
    int code = mdb_del(txn->handle, txn->store->tables[table], &lmdb_key, NULL);
    enum result result = store_lmdb_write_result(txn->store, code);
    if (code != MDB_SUCCESS && code != MDB_NOTFOUND)
        txn->failure = result;
    return result;
}

enum result
store_count(struct store_txn *txn, enum store_table table, uint64_t *ret_rows)
{
    MDB_stat stat = { .ms_entries = 0 };
    int code = has_table(txn->store, table)
                   ? mdb_stat(txn->handle, txn->store->tables[table], &stat)
                   : MDB_SUCCESS;
    if (code == MDB_SUCCESS)
        *ret_rows = stat.ms_entries;
    return store_lmdb_result(code);
}

/* ---- cursors ---- */

enum result
store_cursor_open(struct store_txn *txn, enum store_table table, struct bytes prefix,
                  struct store_cursor **ret_cursor)
{
    REQUIRE(prefix.size <= STORE_KEY_BYTES_MAX);
    struct store_cursor *cursor = calloc(1, sizeof *cursor);
    if (cursor == NULL)
        return ERR_MEMORY;
    cursor->txn = txn;
    cursor->prefix = prefix;
    int code = MDB_SUCCESS;
    if (has_table(txn->store, table))
        code = mdb_cursor_open(txn->handle, txn->store->tables[table], &cursor->handle);
    if (code != MDB_SUCCESS) {
        free(cursor);
        return store_lmdb_result(code);
    }
    txn->cursor_count++;
    *ret_cursor = cursor;
    return OK;
}

void
store_cursor_close(struct store_cursor *cursor)
{
    if (cursor == NULL)
        return;
    cursor->txn->cursor_count--;
    if (cursor->handle != NULL)
        mdb_cursor_close(cursor->handle);
    free(cursor);
}

static bool
starts_with(struct bytes key, struct bytes prefix)
{
    return key.size >= prefix.size &&
           (prefix.size == 0 || memcmp(key.data, prefix.data, prefix.size) == 0);
}

/* Hand out the row that a move arrived at, if it belongs to the prefix. */
static enum result
arrive(struct store_cursor *cursor, int code, MDB_val key, MDB_val value, struct bytes *ret_key,
       struct bytes *ret_value)
{
    bool inside = code == MDB_SUCCESS && starts_with(bytes_of_value(key), cursor->prefix);
    cursor->placed = inside;
    cursor->ended = !inside;
    if (code != MDB_SUCCESS)
        return store_lmdb_result(code);
    if (!inside)
        return ERR_ABSENT;
    *ret_key = bytes_of_value(key);
    *ret_value = bytes_of_value(value);
    return OK;
}

static int
move(struct store_cursor *cursor, MDB_cursor_op how, MDB_val *key, MDB_val *ret_value)
{
    return cursor->handle == NULL ? MDB_NOTFOUND
                                  : mdb_cursor_get(cursor->handle, key, ret_value, how);
}

static int
move_to(struct store_cursor *cursor, struct bytes at, MDB_val *ret_key, MDB_val *ret_value)
{
    *ret_key = value_of(at);
    return move(cursor, at.size == 0 ? MDB_FIRST : MDB_SET_RANGE, ret_key, ret_value);
}

enum result
store_cursor_seek(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                  struct bytes *ret_value)
{
    MDB_val found_key, value;
    size_t common = key.size < cursor->prefix.size ? key.size : cursor->prefix.size;
    int order = common == 0 ? 0 : memcmp(key.data, cursor->prefix.data, common);
    bool before = order < 0 || (order == 0 && key.size < cursor->prefix.size);
    struct bytes at = before ? cursor->prefix : key;
    REQUIRE(at.size <= STORE_KEY_BYTES_MAX);
    int code = move_to(cursor, at, &found_key, &value);
    return arrive(cursor, code, found_key, value, ret_key, ret_value);
}

enum result
store_cursor_next(struct store_cursor *cursor, struct bytes *ret_key, struct bytes *ret_value)
{
    MDB_val key, value;
    if (cursor->ended)
        return ERR_ABSENT;
    int code = cursor->placed ? move(cursor, MDB_NEXT, &key, &value)
                              : move_to(cursor, cursor->prefix, &key, &value);
    return arrive(cursor, code, key, value, ret_key, ret_value);
}

enum result
store_cursor_last(struct store_cursor *cursor, struct bytes *ret_key, struct bytes *ret_value)
{
    MDB_val key, value;
    uint8_t beyond[STORE_KEY_BYTES_MAX]; /* the first key after every key of the prefix */
    size_t size = cursor->prefix.size;
    while (size > 0 && cursor->prefix.data[size - 1] == 0xff)
        size--;
    int code = MDB_NOTFOUND;
    if (size > 0) {
        memcpy(beyond, cursor->prefix.data, size);
        beyond[size - 1]++;
        code = move_to(cursor, bytes_of(beyond, size), &key, &value);
    }
    if (code == MDB_SUCCESS)
        code = move(cursor, MDB_PREV, &key, &value);
    else if (code == MDB_NOTFOUND)
        code = move(cursor, MDB_LAST, &key, &value);
    return arrive(cursor, code, key, value, ret_key, ret_value);
}
