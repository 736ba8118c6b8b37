/* SPDX-License-Identifier: Apache-2.0
 *
 * store_test - what every engine behind store.h must keep, written against store.h alone: rows,
 * order, snapshots, fullness. What needs a second process is in store_process_test.c.
 */
#include "tests/contract/store_fixture.h"

/* A row whose bytes are known from its number, 1 byte to 1 MB long. */
static void
fill_row(uint64_t number, uint8_t key[8], uint8_t *ret_value, size_t *ret_size)
{
    *ret_size = number % 1000 == 999 ? MIB : 1 + number * 7919 % 3000;
    if (number % 100 == 0)
        *ret_size = 1;
    bytes_put_u64(key, number);
    for (size_t i = 0; i < *ret_size; i++)
        ret_value[i] = (uint8_t)(number + i * 31);
}

static void
store_commit_survives_close_and_open(void **state)
{
    struct fixture *fixture = *state;
    put_one(fixture->store, "case", "accepted");
    reopen(fixture);
    assert_stored(fixture->store, "case", "accepted");
}

static void
store_abort_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    put_one(fixture->store, "kept", "before");
    struct store_txn *txn = begin_write(fixture->store);
    assert_int_equal(store_put(txn, TABLE_CASES, text("kept"), text("after")), OK);
    assert_int_equal(store_put(txn, TABLE_CASES, text("new"), text("row")), OK);
    assert_int_equal(store_append(txn, TABLE_JOURNAL, text("1"), text("entry")), OK);
    assert_value(txn, "kept", "after");
    store_abort(txn);
    assert_stored(fixture->store, "kept", "before");
    reopen(fixture);
    assert_stored(fixture->store, "kept", "before");
    assert_stored(fixture->store, "new", NULL);
    AUTO(store_txn) struct store_txn *read = begin_read(fixture->store);
    uint64_t rows = 9;
    assert_int_equal(store_count(read, TABLE_JOURNAL, &rows), OK);
    assert_int_equal(rows, 0);
}

/* ---- snapshots ---- */

static void
store_reader_sees_one_commit_and_no_half_of_it(void **state)
{
    struct fixture *fixture = *state;
    put_one(fixture->store, "a", "1");
    AUTO(store_txn) struct store_txn *old = begin_read(fixture->store);
    struct store_txn *write = begin_write(fixture->store);
    assert_int_equal(store_put(write, TABLE_CASES, text("a"), text("2")), OK);
    assert_int_equal(store_put(write, TABLE_CASES, text("b"), text("2")), OK);
    AUTO(store_txn) struct store_txn *during = begin_read(fixture->store);
    assert_value(during, "a", "1");
    assert_int_equal(store_commit(write), OK);
    assert_value(old, "a", "1");
    assert_value(old, "b", NULL);
    assert_value(during, "b", NULL);
    AUTO(store_txn) struct store_txn *after = begin_read(fixture->store);
    assert_value(after, "a", "2");
    assert_value(after, "b", "2");
}

static void
store_old_snapshot_outlives_many_commits(void **state)
{
    struct fixture *fixture = *state;
    put_one(fixture->store, "a", "first");
    AUTO(store_txn) struct store_txn *old = begin_read(fixture->store);
    struct bytes value;
    assert_int_equal(store_get(old, TABLE_CASES, text("a"), &value), OK);
    for (int i = 0; i < 50; i++)
        put_one(fixture->store, "a", i % 2 == 0 ? "even" : "odd");
    assert_true(bytes_equal(value, text("first")));
    assert_value(old, "a", "first");
}

/* ---- rows ---- */

static void
store_tables_are_apart(void **state)
{
    struct fixture *fixture = *state;
    AUTO(store_txn) struct store_txn *txn = begin_write(fixture->store);
    for (int table = TABLE_META; table < TABLE_COUNT; table++) {
        uint8_t value = (uint8_t)table;
        assert_int_equal(store_put(txn, table, text("key"), bytes_of(&value, 1)), OK);
    }
    for (int table = TABLE_META; table < TABLE_COUNT; table++) {
        struct bytes value;
        assert_int_equal(store_get(txn, table, text("key"), &value), OK);
        assert_int_equal(value.size, 1);
        assert_int_equal(value.data[0], table);
    }
}

static void
store_keys_up_to_the_limit_are_kept_and_others_are_absent(void **state)
{
    struct fixture *fixture = *state;
    uint8_t key[STORE_KEY_BYTES_MAX + 1];
    struct bytes value;
    memset(key, 0xff, sizeof key);
    AUTO(store_txn) struct store_txn *txn = begin_write(fixture->store);
    struct bytes longest = bytes_of(key, STORE_KEY_BYTES_MAX);
    assert_int_equal(store_put(txn, TABLE_CASES, longest, bytes_of(NULL, 0)), OK);
    assert_int_equal(store_get(txn, TABLE_CASES, longest, &value), OK);
    assert_int_equal(value.size, 0);
    assert_int_equal(store_get(txn, TABLE_CASES, bytes_of(key, sizeof key), &value), ERR_ABSENT);
    assert_int_equal(store_get(txn, TABLE_CASES, bytes_of(key, 0), &value), ERR_ABSENT);
    assert_int_equal(store_delete(txn, TABLE_CASES, bytes_of(key, 0)), ERR_ABSENT);
    assert_int_equal(store_delete(txn, TABLE_CASES, longest), OK);
    assert_int_equal(store_delete(txn, TABLE_CASES, longest), ERR_ABSENT);
}

static void
store_append_out_of_order_is_refused_and_harmless(void **state)
{
    struct fixture *fixture = *state;
    struct store_txn *txn = begin_write(fixture->store);
    assert_int_equal(store_append(txn, TABLE_CASES, text("b"), text("1")), OK);
    assert_int_equal(store_append(txn, TABLE_CASES, text("b"), text("2")), ERR_DAMAGED);
    assert_int_equal(store_append(txn, TABLE_CASES, text("a"), text("2")), ERR_DAMAGED);
    assert_int_equal(store_append(txn, TABLE_CASES, text("c"), text("3")), OK);
    assert_int_equal(store_commit(txn), OK);
    assert_stored(fixture->store, "a", NULL);
    assert_stored(fixture->store, "b", "1");
    assert_stored(fixture->store, "c", "3");
}

static void
store_keeps_ten_thousand_rows_of_all_sizes(void **state)
{
    struct fixture *fixture = *state;
    enum { ROWS = 10000, STEP = 7919 }; /* coprime: every number once, far apart */
    AUTO(heap) uint8_t *want = malloc(MIB);
    uint8_t key[8];
    size_t size;
    struct store_txn *txn = begin_write(fixture->store);
    for (uint64_t i = 0; i < ROWS; i++) {
        fill_row(i * STEP % ROWS, key, want, &size);
        assert_int_equal(store_put(txn, TABLE_BLOBS, bytes_of(key, 8), bytes_of(want, size)), OK);
    }
    assert_int_equal(store_commit(txn), OK);
    reopen(fixture);

    AUTO(store_txn) struct store_txn *read = begin_read(fixture->store);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    assert_int_equal(store_cursor_open(read, TABLE_BLOBS, bytes_of(NULL, 0), &cursor), OK);
    struct bytes found, value;
    for (uint64_t i = 0; i < ROWS; i++) {
        fill_row(i, key, want, &size);
        assert_int_equal(store_cursor_next(cursor, &found, &value), OK);
        assert_true(bytes_equal(found, bytes_of(key, 8)));
        assert_true(bytes_equal(value, bytes_of(want, size)));
    }
    assert_int_equal(store_cursor_next(cursor, &found, &value), ERR_ABSENT);
    uint64_t rows = 0;
    assert_int_equal(store_count(read, TABLE_BLOBS, &rows), OK);
    assert_int_equal(rows, ROWS);
}

/* ---- cursors ---- */

static const char *const cursor_keys[] = { "a", "ab", "ab\x01", "ab\xff", "ab\xff\xff", "b", "bb" };

static struct store_txn *
begin_with_cursor_keys(struct store *store)
{
    struct store_txn *txn = begin_write(store);
    for (int i = 6; i >= 0; i--)
        assert_int_equal(store_put(txn, TABLE_CASES, text(cursor_keys[i]), text("")), OK);
    return txn;
}

static struct store_cursor *
open_cursor(struct store_txn *txn, const char *prefix)
{
    struct store_cursor *cursor = NULL;
    assert_int_equal(store_cursor_open(txn, TABLE_CASES, text(prefix), &cursor), OK);
    return cursor;
}

static void
store_cursor_walks_its_prefix_in_key_order(void **state)
{
    static const struct {
        const char *prefix;
        int first, count; /* of cursor_keys */
    } cases[] = { { "", 0, 7 },  { "a", 0, 5 },   { "ab", 1, 4 }, { "ab\xff", 3, 2 },
                  { "b", 5, 2 }, { "bb", 6, 1 },  { "aa", 0, 0 }, { "c", 0, 0 },
                  { "0", 0, 0 }, { "\xff", 0, 0 } };
    struct fixture *fixture = *state;
    AUTO(store_txn) struct store_txn *txn = begin_with_cursor_keys(fixture->store);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(store_cursor) struct store_cursor *cursor = open_cursor(txn, cases[i].prefix);
        struct bytes key, value;
        for (int row = 0; row < cases[i].count; row++) {
            assert_int_equal(store_cursor_next(cursor, &key, &value), OK);
            assert_true(bytes_equal(key, text(cursor_keys[cases[i].first + row])));
        }
        assert_int_equal(store_cursor_next(cursor, &key, &value), ERR_ABSENT);
        assert_int_equal(store_cursor_next(cursor, &key, &value), ERR_ABSENT);
        enum result last = store_cursor_last(cursor, &key, &value);
        assert_int_equal(last, cases[i].count == 0 ? ERR_ABSENT : OK);
        if (last == OK)
            assert_true(bytes_equal(key, text(cursor_keys[cases[i].first + cases[i].count - 1])));
        assert_int_equal(store_cursor_next(cursor, &key, &value), ERR_ABSENT);
    }
}

static void
store_cursor_finds_the_last_row_of_a_prefix_of_ff(void **state)
{
    struct fixture *fixture = *state;
    AUTO(store_txn) struct store_txn *txn = begin_with_cursor_keys(fixture->store);
    assert_int_equal(store_put(txn, TABLE_CASES, text("\xff\xff\x05"), text("")), OK);
    AUTO(store_cursor) struct store_cursor *cursor = open_cursor(txn, "\xff\xff");
    struct bytes key, value;
    assert_int_equal(store_cursor_last(cursor, &key, &value), OK);
    assert_true(bytes_equal(key, text("\xff\xff\x05")));
}

static void
store_cursor_seeks_within_its_prefix(void **state)
{
    static const struct {
        const char *prefix, *seek, *found;
    } cases[] = { { "", "", "a" },           { "", "aa", "ab" },           { "", "bc", NULL },
                  { "ab", "a", "ab" },       { "ab", "ab\x02", "ab\xff" }, { "ab", "b", NULL },
                  { "b", "ab", "b" },        { "b", "ba", "bb" },          { "c", "a", NULL },
                  { "ab\xff", "", "ab\xff" } };
    struct fixture *fixture = *state;
    AUTO(store_txn) struct store_txn *txn = begin_with_cursor_keys(fixture->store);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO(store_cursor) struct store_cursor *cursor = open_cursor(txn, cases[i].prefix);
        struct bytes key, value;
        enum result result = store_cursor_seek(cursor, text(cases[i].seek), &key, &value);
        assert_int_equal(result, cases[i].found == NULL ? ERR_ABSENT : OK);
        if (result == OK)
            assert_true(bytes_equal(key, text(cases[i].found)));
        else
            assert_int_equal(store_cursor_next(cursor, &key, &value), ERR_ABSENT);
    }
    AUTO(store_cursor) struct store_cursor *cursor = open_cursor(txn, "ab");
    struct bytes key, value;
    assert_int_equal(store_cursor_seek(cursor, text("ab\x01"), &key, &value), OK);
    assert_int_equal(store_cursor_next(cursor, &key, &value), OK);
    assert_true(bytes_equal(key, text("ab\xff")));
    assert_int_equal(store_cursor_seek(cursor, text("zz"), &key, &value), ERR_ABSENT);
    assert_int_equal(store_cursor_seek(cursor, text("ab"), &key, &value), OK);
    assert_true(bytes_equal(key, text("ab")));
}

static void
store_cursor_visits_every_row_while_rows_are_deleted(void **state)
{
    struct fixture *fixture = *state;
    enum { ROWS = 1000 };
    struct store_txn *txn = begin_write(fixture->store);
    uint8_t key[8];
    for (uint64_t i = 0; i < ROWS; i++) {
        bytes_put_u64(key, i);
        assert_int_equal(store_put(txn, TABLE_BLOBS, bytes_of(key, 8), bytes_of(key, 8)), OK);
    }
    struct store_cursor *cursor = NULL;
    struct bytes found, value;
    assert_int_equal(store_cursor_open(txn, TABLE_BLOBS, bytes_of(NULL, 0), &cursor), OK);
    for (uint64_t i = 0; i < ROWS; i++) {
        assert_int_equal(store_cursor_next(cursor, &found, &value), OK);
        assert_int_equal(bytes_get_u64(found.data), i);
        memcpy(key, found.data, 8);
        if (i % 3 != 0)
            assert_int_equal(store_delete(txn, TABLE_BLOBS, bytes_of(key, 8)), OK);
    }
    store_cursor_close(cursor);
    uint64_t rows = 0;
    assert_int_equal(store_count(txn, TABLE_BLOBS, &rows), OK);
    assert_int_equal(rows, (ROWS + 2) / 3);
    assert_int_equal(store_commit(txn), OK);
}

/* ---- full ---- */

static void
store_refuses_what_does_not_fit_and_works_on(void **state)
{
    struct fixture *fixture = *state;
    uint64_t rows = fill_up(fixture->store), used, map, counted;
    assert_true(rows > 10 && rows <= SMALL_MAP_BYTES / (64 * 1024));
    store_usage(fixture->store, &used, &map);
    assert_int_equal(map, SMALL_MAP_BYTES);
    assert_true(used <= map && used >= rows * 64 * 1024);

    uint8_t key[8] = { 0 };
    struct store_txn *txn = begin_write(fixture->store);
    assert_int_equal(store_count(txn, TABLE_BLOBS, &counted), OK);
    assert_int_equal(counted, rows);
    for (uint64_t i = 0; i < 8; i++) {
        bytes_put_u64(key, i);
        assert_int_equal(store_delete(txn, TABLE_BLOBS, bytes_of(key, 8)), OK);
    }
    assert_int_equal(store_commit(txn), OK);
    uint64_t used_after;
    store_usage(fixture->store, &used_after, &map);
    assert_true(used_after < used);
    put_one(fixture->store, "a", "1"); /* what is freed serves from the commit after the next */
    put_one(fixture->store, "b", "2");
    static uint8_t value[64 * 1024];
    txn = begin_write(fixture->store);
    assert_int_equal(store_put(txn, TABLE_BLOBS, bytes_of(key, 8), bytes_of(value, sizeof value)),
                     OK);
    assert_int_equal(store_commit(txn), OK);
    reopen(fixture); /* with a larger map */
    assert_stored(fixture->store, "b", "2");
    store_usage(fixture->store, &used, &map);
    assert_int_equal(map, MAP_BYTES);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        OPENED(store_commit_survives_close_and_open),
        OPENED(store_abort_leaves_nothing),
        OPENED(store_reader_sees_one_commit_and_no_half_of_it),
        OPENED(store_old_snapshot_outlives_many_commits),
        OPENED(store_tables_are_apart),
        OPENED(store_keys_up_to_the_limit_are_kept_and_others_are_absent),
        OPENED(store_append_out_of_order_is_refused_and_harmless),
        OPENED(store_keeps_ten_thousand_rows_of_all_sizes),
        OPENED(store_cursor_walks_its_prefix_in_key_order),
        OPENED(store_cursor_finds_the_last_row_of_a_prefix_of_ff),
        OPENED(store_cursor_seeks_within_its_prefix),
        OPENED(store_cursor_visits_every_row_while_rows_are_deleted),
        SMALL(store_refuses_what_does_not_fit_and_works_on),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
