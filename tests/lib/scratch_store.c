/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/scratch_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <ftw.h>

static struct store *
open_store(const struct scratch_store *scratch)
{
    char path[300];
    struct store *store = NULL;
    snprintf(path, sizeof path, "%s/store", scratch->folder);
    assert_int_equal(store_open(path, scratch->map_bytes, &store), OK);
    return store;
}

void
scratch_store_open(struct scratch_store *scratch, uint64_t map_bytes)
{
    const char *parent = getenv("TMPDIR");
    *scratch = (struct scratch_store){ .map_bytes = map_bytes };
    snprintf(scratch->folder, sizeof scratch->folder, "%s/yidi-store.XXXXXX",
             parent == NULL ? "/tmp" : parent);
    assert_non_null(mkdtemp(scratch->folder));
    scratch->store = open_store(scratch);
}

void
scratch_store_reopen(struct scratch_store *scratch)
{
    store_close(MOVE(scratch->store));
    scratch->store = open_store(scratch);
}

static int
remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void
scratch_store_close(struct scratch_store *scratch)
{
    if (scratch->store != NULL)
        store_close(MOVE(scratch->store));
    assert_int_equal(nftw(scratch->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

struct store_txn *
scratch_store_read(struct scratch_store *scratch)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin_read(scratch->store, &txn), OK);
    return txn;
}

struct store_txn *
scratch_store_write(struct scratch_store *scratch)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin_write(scratch->store, &txn), OK);
    return txn;
}

void
scratch_store_commit(struct store_txn *take_txn)
{
    assert_int_equal(store_commit(take_txn), OK);
}

void
scratch_store_row(struct scratch_store *scratch, enum store_table table, uint64_t row,
                  struct arena *arena, struct bytes *ret_key, struct bytes *ret_value)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    assert_int_equal(store_cursor_open(txn, table, (struct bytes){ 0 }, &cursor), OK);
    for (uint64_t i = 0; i <= row; i++)
        assert_int_equal(store_cursor_next(cursor, &key, &value), OK);
    *ret_key = arena_copy(arena, key);
    *ret_value = arena_copy(arena, value);
}

void
scratch_store_flip(struct scratch_store *scratch, enum store_table table, uint64_t row, long at)
{
    AUTO(arena) struct arena arena;
    struct bytes key, value;
    arena_init(&arena);
    scratch_store_row(scratch, table, row, &arena, &key, &value);
    size_t place = at >= 0 ? (size_t)at : value.size - (size_t)-at;
    assert_true(place < value.size);
    ((uint8_t *)(uintptr_t)value.data)[place] ^= 1;
    scratch_store_put(scratch, table, key, value);
}

void
scratch_store_remove(struct scratch_store *scratch, enum store_table table, uint64_t row)
{
    AUTO(arena) struct arena arena;
    struct bytes key, value;
    arena_init(&arena);
    scratch_store_row(scratch, table, row, &arena, &key, &value);
    struct store_txn *txn = scratch_store_write(scratch);
    assert_int_equal(store_delete(txn, table, key), OK);
    scratch_store_commit(txn);
}

void
scratch_store_put(struct scratch_store *scratch, enum store_table table, struct bytes key,
                  struct bytes value)
{
    struct store_txn *txn = scratch_store_write(scratch);
    assert_int_equal(store_put(txn, table, key, value), OK);
    scratch_store_commit(txn);
}

uint64_t
scratch_store_count(struct scratch_store *scratch, enum store_table table)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(scratch);
    uint64_t rows = 0;
    assert_int_equal(store_count(txn, table, &rows), OK);
    return rows;
}
