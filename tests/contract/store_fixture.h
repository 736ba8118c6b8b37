/* SPDX-License-Identifier: Apache-2.0
 *
 * store_fixture - a store in a temporary folder, and the shortest words for using it, for the two
 * contract tests.
 */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/io/store.h"

enum { MAP_BYTES = 256 * 1024 * 1024, SMALL_MAP_BYTES = 4 * 1024 * 1024, MIB = 1024 * 1024 };

struct fixture {
    char folder[256]; /* of the test */
    char path[300];   /* of the store in it; not there yet */
    struct store *store;
};

static inline struct bytes
text(const char *string)
{
    return bytes_of_text(string);
}

static inline struct store *
open_store(const struct fixture *fixture, uint64_t map_bytes)
{
    struct store *store = NULL;
    assert_int_equal(store_open(fixture->path, map_bytes, &store), OK);
    return store;
}

static inline void
reopen(struct fixture *fixture)
{
    store_close(MOVE(fixture->store));
    fixture->store = open_store(fixture, MAP_BYTES);
}

static inline struct store_txn *
begin_read(struct store *store)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin_read(store, &txn), OK);
    return txn;
}

static inline struct store_txn *
begin_write(struct store *store)
{
    struct store_txn *txn = NULL;
    assert_int_equal(store_begin_write(store, &txn), OK);
    return txn;
}

static inline void
put_one(struct store *store, const char *key, const char *value)
{
    struct store_txn *txn = begin_write(store);
    assert_int_equal(store_put(txn, TABLE_CASES, text(key), text(value)), OK);
    assert_int_equal(store_commit(txn), OK);
}

static inline void
assert_value(struct store_txn *txn, const char *key, const char *want)
{
    struct bytes value;
    if (want == NULL) {
        assert_int_equal(store_get(txn, TABLE_CASES, text(key), &value), ERR_ABSENT);
        return;
    }
    assert_int_equal(store_get(txn, TABLE_CASES, text(key), &value), OK);
    assert_true(bytes_equal(value, text(want)));
}

static inline void
assert_stored(struct store *store, const char *key, const char *want)
{
    AUTO(store_txn) struct store_txn *txn = begin_read(store);
    assert_value(txn, key, want);
}

/* Puts rows of 64 KB until the store says no; answers how many were committed. */
static inline uint64_t
fill_up(struct store *store)
{
    static uint8_t value[64 * 1024];
    enum result result = OK;
    uint64_t rows = 0;
    for (; result == OK; rows += result == OK) {
        struct store_txn *txn = begin_write(store);
        uint8_t key[8];
        bytes_put_u64(key, rows);
        memset(value, (int)rows, sizeof value);
        struct bytes bytes = bytes_of(value, sizeof value);
        enum result put = store_put(txn, TABLE_BLOBS, bytes_of(key, 8), bytes);
        result = store_commit(txn);
        if (put != OK)
            assert_int_equal(result, put);
    }
    assert_int_equal(result, ERR_FULL);
    return rows;
}

static inline int
set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    const char *temporary = getenv("TMPDIR");
    snprintf(fixture->folder, sizeof fixture->folder, "%s/yidi-store-XXXXXX",
             temporary == NULL ? "/tmp" : temporary);
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/store", fixture->folder);
    *state = fixture;
    return 0;
}

static inline int
set_up_open(void **state)
{
    if (set_up(state) != 0)
        return -1;
    struct fixture *fixture = *state;
    return store_open(fixture->path, MAP_BYTES, &fixture->store);
}

static inline int
set_up_small(void **state)
{
    if (set_up(state) != 0)
        return -1;
    struct fixture *fixture = *state;
    return store_open(fixture->path, SMALL_MAP_BYTES, &fixture->store);
}

static inline int
tear_down(void **state)
{
    struct fixture *fixture = *state;
    store_close(fixture->store);
    DIR *folder = opendir(fixture->path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder != NULL)
        closedir(folder);
    rmdir(fixture->path);
    int failed = rmdir(fixture->folder);
    free(fixture);
    return failed;
}

#define OPENED(test) cmocka_unit_test_setup_teardown(test, set_up_open, tear_down)
#define SMALL(test)  cmocka_unit_test_setup_teardown(test, set_up_small, tear_down)
#define CLOSED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
