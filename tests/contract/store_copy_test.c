/* SPDX-License-Identifier: Apache-2.0
 *
 * store_copy_test - the contract of store_copy and store_examine, and of stores older than a table.
 */
#include "tests/contract/store_fixture.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/stat.h>

enum { ROWS = 400, ROW_BYTES = 20000, PATH_BYTES = 400 };

/* ---- a copy ---- */

struct taker {
    int file;
    size_t pieces_max; /* then it has enough */
    size_t pieces;
    void (*between)(struct fixture *fixture); /* what happens meanwhile, after each piece */
    struct fixture *fixture;
};

static enum result
take(void *context, struct bytes piece)
{
    struct taker *taker = context;
    if (taker->pieces++ == taker->pieces_max)
        return ERR_FULL;
    if (taker->between != NULL)
        taker->between(taker->fixture);
    return write(taker->file, piece.data, piece.size) == (ssize_t)piece.size ? OK : ERR_IO;
}

/* Into FOLDER/copy/data.mdb. */
static enum result
copy(struct fixture *fixture, struct taker *taker, char ret_path[PATH_BYTES])
{
    char file[PATH_BYTES + 16];
    snprintf(ret_path, PATH_BYTES, "%s/copy", fixture->folder);
    assert_int_equal(mkdir(ret_path, 0700), 0);
    snprintf(file, sizeof file, "%s/data.mdb", ret_path);
    taker->file = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(taker->file >= 0);
    taker->fixture = fixture;
    enum result result = store_copy(fixture->store, take, taker);
    close(taker->file);
    return result;
}

static void
remove_copy(const char *path)
{
    char file[PATH_BYTES + 16];
    snprintf(file, sizeof file, "%s/data.mdb", path);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(path), 0);
}

static void
put_row(struct store *store, uint64_t number, uint8_t fill)
{
    static uint8_t value[ROW_BYTES];
    uint8_t key[8];
    struct store_txn *txn = begin_write(store);
    bytes_put_u64(key, number);
    memset(value, fill, sizeof value);
    assert_int_equal(store_put(txn, TABLE_JOURNAL, bytes_of(key, 8), bytes_of(value, ROW_BYTES)),
                     OK);
    assert_int_equal(store_put(txn, TABLE_BLOBS, bytes_of(key, 8), bytes_of(value, ROW_BYTES)), OK);
    assert_int_equal(store_commit(txn), OK);
}

/* Every row stands in both tables, with the same content. */
static uint64_t
count_whole_rows(struct store_txn *txn, uint8_t fill)
{
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value, other;
    uint64_t rows = 0;
    assert_int_equal(store_cursor_open(txn, TABLE_JOURNAL, (struct bytes){ 0 }, &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK) {
        assert_int_equal(store_get(txn, TABLE_BLOBS, key, &other), OK);
        assert_true(bytes_equal(value, other));
        assert_int_equal(value.data[0], fill);
        assert_int_equal(value.data[value.size - 1], fill);
        rows++;
    }
    return rows;
}

static void
assert_copy_holds(const char *path, uint64_t rows)
{
    AUTO(store) struct store *store = NULL;
    uint64_t others = 0;
    assert_int_equal(store_open_readonly(path, &store), OK);
    AUTO(store_txn) struct store_txn *txn = begin_read(store);
    assert_int_equal(count_whole_rows(txn, 1), rows);
    assert_int_equal(store_count(txn, TABLE_BLOBS, &others), OK);
    assert_int_equal(others, rows);
}

static void
store_copy_holds_what_the_store_held(void **state)
{
    struct fixture *fixture = *state;
    struct taker taker = { .pieces_max = SIZE_MAX };
    char path[PATH_BYTES];
    for (uint64_t i = 0; i < ROWS; i++)
        put_row(fixture->store, i, 1);
    assert_int_equal(copy(fixture, &taker, path), OK);
    assert_true(taker.pieces > 8);
    assert_copy_holds(path, ROWS);
    remove_copy(path);
}

static void
change_everything(struct fixture *fixture)
{
    static uint64_t number;
    put_row(fixture->store, number++ % ROWS, 2);
    put_row(fixture->store, ROWS + number, 2);
}

static void
store_copy_is_of_one_moment_while_commits_go_on(void **state)
{
    struct fixture *fixture = *state;
    struct taker taker = { .pieces_max = SIZE_MAX, .between = change_everything };
    char path[PATH_BYTES];
    for (uint64_t i = 0; i < ROWS; i++)
        put_row(fixture->store, i, 1);
    assert_int_equal(copy(fixture, &taker, path), OK);
    assert_copy_holds(path, ROWS);
    AUTO(store_txn) struct store_txn *txn = begin_read(fixture->store);
    uint64_t rows = 0;
    assert_int_equal(store_count(txn, TABLE_JOURNAL, &rows), OK);
    assert_true(rows > ROWS);
    remove_copy(path);
}

static void
store_copy_leaves_out_what_was_deleted(void **state)
{
    struct fixture *fixture = *state;
    struct taker taker = { .pieces_max = SIZE_MAX };
    char path[PATH_BYTES], file[PATH_BYTES + 16];
    struct stat status;
    for (uint64_t i = 0; i < ROWS; i++)
        put_row(fixture->store, i, 1);
    struct store_txn *txn = begin_write(fixture->store);
    for (uint64_t i = 1; i < ROWS; i++) {
        uint8_t key[8];
        bytes_put_u64(key, i);
        assert_int_equal(store_delete(txn, TABLE_JOURNAL, bytes_of(key, 8)), OK);
        assert_int_equal(store_delete(txn, TABLE_BLOBS, bytes_of(key, 8)), OK);
    }
    assert_int_equal(store_commit(txn), OK);
    assert_int_equal(copy(fixture, &taker, path), OK);
    snprintf(file, sizeof file, "%s/data.mdb", path);
    assert_int_equal(stat(file, &status), 0);
    assert_true(status.st_size < MIB);
    assert_copy_holds(path, 1);
    remove_copy(path);
}

static void
store_copy_ends_when_the_taker_has_enough_and_the_store_works_on(void **state)
{
    struct fixture *fixture = *state;
    struct taker taker = { .pieces_max = 2 };
    char path[PATH_BYTES];
    for (uint64_t i = 0; i < ROWS; i++)
        put_row(fixture->store, i, 1);
    assert_int_equal(copy(fixture, &taker, path), ERR_FULL);
    assert_int_equal(taker.pieces, 3);
    put_one(fixture->store, "after", "it");
    reopen(fixture);
    assert_stored(fixture->store, "after", "it");
    remove_copy(path);
}

/* ---- what is wrong with a store ---- */

static const char *
file_of(const struct fixture *fixture)
{
    static char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/data.mdb", fixture->path);
    return path;
}

static void
assert_trouble(const struct fixture *fixture, enum store_trouble want, const char *words)
{
    char got[STORE_TROUBLE_BYTES];
    struct stat before = { 0 }, after = { 0 };
    (void)stat(file_of(fixture), &before);
    enum store_trouble trouble = store_examine(fixture->path, got);
    (void)stat(file_of(fixture), &after);
    if (trouble != want || strstr(got, words) == NULL)
        fail_msg("trouble %d \"%s\", not %d \"%s\"", (int)trouble, got, (int)want, words);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
}

static void
assert_does_not_open(const struct fixture *fixture)
{
    struct store *store = NULL;
    assert_int_equal(store_open(fixture->path, MAP_BYTES, &store), ERR_DAMAGED);
    assert_null(store);
}

static void
overwrite(const struct fixture *fixture, off_t at, const void *data, size_t size)
{
    int file = open(file_of(fixture), O_WRONLY);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, data, size, at), size);
    close(file);
}

static void
store_examine_names_what_is_wrong(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t rubbish[MIB] = { 1, 2, 3 };
    assert_trouble(fixture, STORE_TROUBLE_ABSENT, "No such file");
    fixture->store = open_store(fixture, MAP_BYTES);
    put_row(fixture->store, 1, 1);
    store_close(MOVE(fixture->store));
    assert_int_equal(truncate(file_of(fixture), 0), 0);
    assert_trouble(fixture, STORE_TROUBLE_DAMAGED, "empty");
    assert_does_not_open(fixture);
    assert_int_equal(truncate(file_of(fixture), 5000), 0);
    assert_trouble(fixture, STORE_TROUBLE_DAMAGED, "not a store");
    assert_does_not_open(fixture);
    overwrite(fixture, 0, rubbish, sizeof rubbish);
    assert_trouble(fixture, STORE_TROUBLE_DAMAGED, "not a store");
    assert_does_not_open(fixture);
}

static void
store_examine_tells_of_an_end_cut_off(void **state)
{
    struct fixture *fixture = *state;
    struct stat status;
    for (uint64_t i = 0; i < ROWS / 10; i++)
        put_row(fixture->store, i, 1);
    assert_trouble(fixture, STORE_TROUBLE_IN_USE, "daemon");
    store_close(MOVE(fixture->store));
    assert_trouble(fixture, STORE_TROUBLE_NONE, "");
    assert_int_equal(stat(file_of(fixture), &status), 0);
    assert_int_equal(truncate(file_of(fixture), status.st_size / 2), 0);
    assert_trouble(fixture, STORE_TROUBLE_DAMAGED, "cut off");
    assert_does_not_open(fixture);
}

static void
store_of_a_newer_format_is_named_and_not_touched(void **state)
{
    struct fixture *fixture = *state;
    uint8_t version[8];
    bytes_put_u64(version, STORE_FORMAT + 1);
    struct store_txn *txn = begin_write(fixture->store);
    assert_int_equal(store_put(txn, TABLE_META, text("format"), bytes_of(version, 8)), OK);
    assert_int_equal(store_commit(txn), OK);
    store_close(MOVE(fixture->store));
    assert_trouble(fixture, STORE_TROUBLE_FORMAT, "format 5; this program knows formats 1 to 4");
    assert_does_not_open(fixture);
}

/* ---- a store from before a table ---- */

static void
forget_table(const struct fixture *fixture, const char *name)
{
    MDB_env *environment;
    MDB_txn *txn;
    MDB_dbi table;
    assert_int_equal(mdb_env_create(&environment), 0);
    assert_int_equal(mdb_env_set_maxdbs(environment, 4), 0);
    assert_int_equal(mdb_env_open(environment, fixture->path, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(environment, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, name, 0, &table), 0);
    assert_int_equal(mdb_drop(txn, table, 1), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(environment);
}

static void
store_that_is_too_old_for_a_table_is_read_as_if_it_were_empty(void **state)
{
    struct fixture *fixture = *state;
    AUTO(store) struct store *store = NULL;
    struct bytes key, value;
    uint64_t rows = 1;
    put_one(fixture->store, "key", "value");
    store_close(MOVE(fixture->store));
    forget_table(fixture, "serials");
    assert_int_equal(store_open_readonly(fixture->path, &store), OK);
    {
        AUTO(store_txn) struct store_txn *txn = begin_read(store);
        AUTO(store_cursor) struct store_cursor *cursor = NULL;
        assert_int_equal(store_count(txn, TABLE_SERIALS, &rows), OK);
        assert_int_equal(rows, 0);
        assert_int_equal(store_get(txn, TABLE_SERIALS, text("key"), &value), ERR_ABSENT);
        assert_int_equal(store_cursor_open(txn, TABLE_SERIALS, text("k"), &cursor), OK);
        assert_int_equal(store_cursor_next(cursor, &key, &value), ERR_ABSENT);
        assert_int_equal(store_cursor_seek(cursor, text("key"), &key, &value), ERR_ABSENT);
        assert_int_equal(store_cursor_last(cursor, &key, &value), ERR_ABSENT);
        assert_value(txn, "key", "value");
    }
    store_close(MOVE(store));
    fixture->store = open_store(fixture, MAP_BYTES); /* and given the table when written to */
    assert_stored(fixture->store, "key", "value");
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        OPENED(store_copy_holds_what_the_store_held),
        OPENED(store_copy_is_of_one_moment_while_commits_go_on),
        OPENED(store_copy_leaves_out_what_was_deleted),
        OPENED(store_copy_ends_when_the_taker_has_enough_and_the_store_works_on),
        CLOSED(store_examine_names_what_is_wrong),
        OPENED(store_examine_tells_of_an_end_cut_off),
        OPENED(store_of_a_newer_format_is_named_and_not_touched),
        OPENED(store_that_is_too_old_for_a_table_is_read_as_if_it_were_empty),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
