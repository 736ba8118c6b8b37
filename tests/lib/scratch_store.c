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

struct copied_row {
    uint8_t key[STORE_KEY_BYTES_MAX];
    size_t key_size;
    uint8_t *value; /* heap */
    size_t value_size;
};

static struct copied_row
copy_row(struct store_txn *txn, enum store_table table, uint64_t row)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    struct copied_row copy = { .key_size = 0 };
    assert_int_equal(store_cursor_open(txn, table, (struct bytes){ 0 }, &cursor), OK);
    for (uint64_t i = 0; i <= row; i++)
        assert_int_equal(store_cursor_next(cursor, &key, &value), OK);
    memcpy(copy.key, key.data, key.size);
    copy.key_size = key.size;
    copy.value = malloc(value.size + 1);
    assert_non_null(copy.value);
    memcpy(copy.value, value.data, value.size);
    copy.value_size = value.size;
    return copy;
}

void
scratch_store_flip(struct scratch_store *scratch, enum store_table table, uint64_t row, long at)
{
    struct store_txn *txn = scratch_store_write(scratch);
    struct copied_row copy = copy_row(txn, table, row);
    size_t place = at >= 0 ? (size_t)at : copy.value_size - (size_t)-at;
    assert_true(place < copy.value_size);
    copy.value[place] ^= 1;
    assert_int_equal(store_put(txn, table, bytes_of(copy.key, copy.key_size),
                               bytes_of(copy.value, copy.value_size)),
                     OK);
    scratch_store_commit(txn);
    free(copy.value);
}

void
scratch_store_remove(struct scratch_store *scratch, enum store_table table, uint64_t row)
{
    struct store_txn *txn = scratch_store_write(scratch);
    struct copied_row copy = copy_row(txn, table, row);
    assert_int_equal(store_delete(txn, table, bytes_of(copy.key, copy.key_size)), OK);
    scratch_store_commit(txn);
    free(copy.value);
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
