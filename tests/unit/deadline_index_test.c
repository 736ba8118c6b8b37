/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <string.h>

#include "common/domain/civil_date.h"
#include "common/io/case_audit.h"
#include "common/io/case_file.h"
#include "common/io/store_upgrade.h"
#include "tests/lib/sample_case.h"
#include "tests/lib/scratch_store.h"

#define DAY_MS UINT64_C(86400000)
#define NOW_MS UINT64_C(1772409600000) /* Monday, 2 March 2026, 08:00 in Beijing */

static struct scratch_store scratch;
static struct arena arena;
static struct sample_form form;

static int
set_up(void **unused)
{
    (void)unused;
    scratch_store_open(&scratch, SCRATCH_STORE_MAP_BYTES);
    arena_init(&arena);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    arena_fini(&arena);
    scratch_store_close(&scratch);
    return 0;
}

static void
save(struct case_file *file)
{
    struct store_txn *txn = scratch_store_write(&scratch);
    assert_int_equal(case_file_save(file, &sample_machine, txn, &arena), OK);
    scratch_store_commit(txn);
}

static void
save_new(unsigned serial, enum sample_state state, uint64_t deadline_ms)
{
    struct case_file file;
    sample_case_init(serial, &form, &arena, &file);
    file.row->state = state;
    file.row->stage_deadline_ms = deadline_ms;
    save(&file);
}

/* ERR_ABSENT: nothing is ever due. */
static enum result
next(uint64_t now_ms, struct deadline_key *ret_key, uint64_t *ret_due_ms)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    return deadline_index_next(txn, now_ms, ret_key, ret_due_ms);
}

static void
assert_next(uint64_t now_ms, enum deadline_list list, unsigned serial, uint64_t due_ms)
{
    struct deadline_key key;
    uint64_t found_ms;
    char number[CASE_NUMBER_CHARS + 1];
    sample_case_number(serial, number);
    assert_int_equal(next(now_ms, &key, &found_ms), OK);
    assert_int_equal(key.list, list);
    assert_string_equal(key.case_number, number);
    assert_int_equal(found_ms, due_ms);
}

static void
assert_counts(uint64_t now_ms, enum sample_state state, uint64_t soon, uint64_t overdue)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    struct deadline_counts counts[STATE_COUNT_MAX];
    const struct urgency_scale scale = urgency_scale_of(policy_standard(), "310115", now_ms);
    assert_int_equal(deadline_index_count(txn, &scale, counts), OK);
    assert_int_equal(counts[state].soon, soon);
    assert_int_equal(counts[state].overdue, overdue);
}

static void
assert_rows(uint64_t rows, uint64_t counters)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    uint64_t found = 0;
    assert_int_equal(store_cursor_open(txn, TABLE_COUNTERS, bytes_of_text("due/"), &cursor), OK);
    while (store_cursor_next(cursor, &key, &value) == OK)
        found++;
    assert_int_equal(found, counters);
    assert_int_equal(scratch_store_count(&scratch, TABLE_BY_DEADLINE), rows);
}

static void
the_first_deadline_is_next_and_is_due_when_it_has_passed(void **unused)
{
    (void)unused;
    struct deadline_key key;
    uint64_t due_ms;
    assert_int_equal(next(NOW_MS, &key, &due_ms), ERR_ABSENT);
    save_new(1, SAMPLE_WAITING, NOW_MS + 30);
    save_new(2, SAMPLE_WORKING, NOW_MS + 10);
    save_new(3, SAMPLE_WAITING, NOW_MS + 20);
    save_new(4, SAMPLE_DONE, 0);
    assert_next(NOW_MS, DEADLINES_AHEAD, 2, NOW_MS + 11);
    assert_rows(3, 2);
}

static void
a_case_stands_once_wherever_it_goes(void **unused)
{
    (void)unused;
    static const uint64_t deadlines_ms[] = { NOW_MS, NOW_MS, NOW_MS + DAY_MS, NOW_MS - DAY_MS };
    struct case_file file;
    sample_case_init(1, &form, &arena, &file);
    file.row->state = SAMPLE_WAITING;
    for (size_t i = 0; i < 8; i++) {
        file.row->stage_deadline_ms = deadlines_ms[i % 4];
        file.row->state = i % 2 == 0 ? SAMPLE_WAITING : SAMPLE_WORKING;
        save(&file);
        assert_next(NOW_MS, DEADLINES_AHEAD, 1, deadlines_ms[i % 4] + 1);
        assert_rows(1, 1);
    }
    file.row->state = SAMPLE_DONE;
    file.row->stage_deadline_ms = 0;
    save(&file);
    assert_rows(0, 0);
}

static void
what_was_told_is_not_next_until_its_deadline_is_another(void **unused)
{
    (void)unused;
    struct deadline_key key;
    uint64_t due_ms;
    struct case_file file;
    sample_case_init(1, &form, &arena, &file);
    file.row->state = SAMPLE_WAITING;
    file.row->stage_deadline_ms = NOW_MS;
    save(&file);
    file.row->overdue_told_ms = NOW_MS + 1;
    save(&file);
    assert_int_equal(next(NOW_MS, &key, &due_ms), ERR_ABSENT);
    file.row->state = SAMPLE_WORKING; /* another stage under the same deadline */
    save(&file);
    assert_int_equal(next(NOW_MS, &key, &due_ms), ERR_ABSENT);
    file.row->stage_deadline_ms = NOW_MS + 5;
    save(&file);
    assert_int_equal(file.row->overdue_told_ms, 0);
    assert_next(NOW_MS, DEADLINES_AHEAD, 1, NOW_MS + 6);
}

static void
a_case_to_be_looked_at_again_is_next_when_its_time_has_come(void **unused)
{
    (void)unused;
    struct case_file file;
    sample_case_init(1, &form, &arena, &file);
    file.row->state = SAMPLE_WAITING;
    file.row->stage_deadline_ms = NOW_MS;
    save(&file);
    file.row->overdue_told_ms = NOW_MS + 1;
    file.row->look_again_ms = NOW_MS + DAY_MS;
    save(&file);
    assert_next(NOW_MS, DEADLINES_AGAIN, 1, NOW_MS + DAY_MS);
    save_new(2, SAMPLE_WAITING, NOW_MS + 2 * DAY_MS);
    assert_next(NOW_MS, DEADLINES_AGAIN, 1, NOW_MS + DAY_MS);
    assert_rows(3, 2);
    file.row->stage_deadline_ms = NOW_MS + 3 * DAY_MS;
    save(&file);
    assert_int_equal(file.row->look_again_ms, 0);
    assert_next(NOW_MS, DEADLINES_AHEAD, 2, NOW_MS + 2 * DAY_MS + 1);
    assert_rows(2, 2);
}

/* A clock that ran ahead by a year asked for a time that would silence the case for a year. */
static void
what_a_wrong_clock_asked_for_is_looked_at_now(void **unused)
{
    (void)unused;
    struct case_file file;
    sample_case_init(1, &form, &arena, &file);
    file.row->state = SAMPLE_WAITING;
    file.row->stage_deadline_ms = NOW_MS;
    save(&file);
    file.row->overdue_told_ms = 1;
    file.row->look_again_ms = NOW_MS + 365 * DAY_MS;
    save(&file);
    assert_next(NOW_MS, DEADLINES_AGAIN, 1, NOW_MS);
}

static void
counts_are_by_state_and_follow_the_clock(void **unused)
{
    (void)unused;
    const uint64_t today_ms = civil_date_end_ms(20260302);
    for (unsigned serial = 0; serial < 9; serial++)
        save_new(serial, serial % 3 == 0 ? SAMPLE_WORKING : SAMPLE_WAITING,
                 today_ms + serial * DAY_MS);
    assert_counts(NOW_MS, SAMPLE_WAITING, 1, 0); /* due on 2 and 3 March: 0 and 1 */
    assert_counts(NOW_MS, SAMPLE_WORKING, 1, 0);
    assert_counts(today_ms, SAMPLE_WORKING, 1, 0);
    assert_counts(today_ms + 1, SAMPLE_WORKING, 0, 1);
    assert_counts(today_ms + 1, SAMPLE_WAITING, 2, 0);
    assert_counts(today_ms + 100 * DAY_MS, SAMPLE_WORKING, 0, 3);
    assert_counts(today_ms + 100 * DAY_MS, SAMPLE_WAITING, 0, 6);
    assert_counts(0, SAMPLE_WAITING, 0, 0);
}

/* No policy sets such a deadline, but nothing here depends on that. */
static void
a_deadline_within_the_day_is_counted_at_its_moment(void **unused)
{
    (void)unused;
    save_new(1, SAMPLE_WAITING, NOW_MS);
    save_new(2, SAMPLE_WAITING, NOW_MS + 1000);
    assert_counts(NOW_MS, SAMPLE_WAITING, 2, 0);
    assert_counts(NOW_MS + 1, SAMPLE_WAITING, 1, 1);
    assert_counts(NOW_MS + 1001, SAMPLE_WAITING, 0, 2);
}

static void
a_key_whose_case_cannot_be_read_is_dropped_with_its_count(void **unused)
{
    (void)unused;
    struct deadline_key key;
    uint64_t due_ms;
    save_new(1, SAMPLE_WAITING, NOW_MS);
    assert_int_equal(next(NOW_MS, &key, &due_ms), OK);
    struct store_txn *txn = scratch_store_write(&scratch);
    assert_int_equal(deadline_index_drop(txn, &key), OK);
    scratch_store_commit(txn);
    assert_rows(0, 0);
    assert_int_equal(next(NOW_MS, &key, &due_ms), ERR_ABSENT);
}

/* ---- the audit ---- */

static enum result
audit(char ret_trouble[240])
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    struct journal_report report = { 0 };
    struct audit whole = { .txn = txn, .office = "310115000001", .report = &report };
    arena_init(&whole.arena);
    enum result result = case_audit(&whole);
    arena_fini(&whole.arena);
    memcpy(ret_trouble, report.trouble, sizeof report.trouble);
    return result;
}

static void
assert_trouble(const char *words)
{
    char trouble[240];
    assert_int_equal(audit(trouble), ERR_DAMAGED);
    if (strstr(trouble, words) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", words, trouble);
}

static void
the_audit_finds_an_index_that_is_not_the_cases(void **unused)
{
    (void)unused;
    static const struct {
        enum store_table table;
        const char *words;
    } losses[] = {
        { TABLE_BY_DEADLINE, "missing in the index by deadline" },
        { TABLE_BY_STATE, "missing in the index by state" },
        { TABLE_CASES, "the index by state has 20 keys instead of 19" },
        { TABLE_COUNTERS, "are counted in state" },
    };
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        char trouble[240];
        for (unsigned serial = 0; serial < 20; serial++)
            save_new(serial, SAMPLE_WAITING, NOW_MS + serial % 3 * DAY_MS);
        assert_int_equal(audit(trouble), OK);
        scratch_store_remove(&scratch, losses[i].table, 0);
        assert_trouble(losses[i].words);
        tear_down(NULL);
        set_up(NULL);
    }
}

static void
the_audit_finds_a_key_too_many(void **unused)
{
    (void)unused;
    uint8_t key[DEADLINE_KEY_BYTES] = { DEADLINES_TOLD };
    const uint8_t state = SAMPLE_WAITING;
    save_new(1, SAMPLE_WAITING, NOW_MS);
    scratch_store_put(&scratch, TABLE_BY_DEADLINE, bytes_of(key, sizeof key), bytes_of(&state, 1));
    assert_trouble("the index by deadline has 2 keys instead of 1");
}

static void
the_audit_finds_an_index_by_person_that_is_not_the_cases(void **unused)
{
    (void)unused;
    save_new(1, SAMPLE_WAITING, NOW_MS);
    scratch_store_put(&scratch, TABLE_BY_PERSON, bytes_of_text("N-somebody"), bytes_of(NULL, 0));
    assert_trouble("the index by person has 3 keys instead of 2");
    scratch_store_remove(&scratch, TABLE_BY_PERSON, 0);
    assert_trouble("is missing in the index by person");
}

static void
the_audit_finds_more_calls_for_attention_than_there_are(void **unused)
{
    (void)unused;
    const uint8_t one[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };
    save_new(1, SAMPLE_WAITING, NOW_MS);
    scratch_store_put(&scratch, TABLE_COUNTERS, bytes_of_text("attention"),
                      bytes_of(one, sizeof one));
    assert_trouble("1 cases are counted that call for attention; 0 do");
}

/* ---- stores of the first format ---- */

static void
make_first_format(void)
{
    struct store_txn *txn = scratch_store_write(&scratch);
    AUTO(store_cursor) struct store_cursor *cursor = NULL;
    struct bytes key, value;
    for (enum store_table table = TABLE_BY_DEADLINE;; table = TABLE_COUNTERS) {
        const struct bytes prefix = bytes_of_text(table == TABLE_COUNTERS ? "due/" : "");
        while (store_cursor_open(txn, table, prefix, &cursor) == OK &&
               store_cursor_next(cursor, &key, &value) == OK) {
            struct bytes copy = arena_copy(&arena, key);
            assert_int_equal(store_delete(txn, table, copy), OK);
            store_cursor_close(MOVE(cursor));
        }
        store_cursor_close(MOVE(cursor));
        if (table == TABLE_COUNTERS)
            break;
    }
    assert_int_equal(store_set_format(txn, STORE_FORMAT_OLDEST), OK);
    scratch_store_commit(txn);
}

static void
a_store_of_the_first_format_gets_its_index(void **unused)
{
    (void)unused;
    for (unsigned serial = 0; serial < 500; serial++)
        save_new(serial, SAMPLE_WAITING, serial % 5 == 0 ? 0 : NOW_MS + serial % 7 * DAY_MS);
    assert_rows(400, 7);
    make_first_format();
    assert_rows(0, 0);
    char trouble[240];
    assert_int_equal(audit(trouble), OK); /* it is not asked for what it cannot have */
    scratch_store_reopen(&scratch);
    assert_int_equal(store_upgrade(scratch.store, NULL), OK);
    assert_int_equal(audit(trouble), OK);
    assert_rows(400, 7);
    assert_int_equal(store_upgrade(scratch.store, NULL), OK); /* nothing to do */
    assert_rows(400, 7);
    scratch_store_reopen(&scratch);
    assert_rows(400, 7);
}

static void
an_upgrade_that_fails_leaves_the_store_as_it_was(void **unused)
{
    (void)unused;
    char number[CASE_NUMBER_CHARS + 1];
    uint64_t format;
    save_new(1, SAMPLE_WAITING, NOW_MS);
    save_new(2, SAMPLE_WAITING, NOW_MS);
    make_first_format();
    sample_case_number(2, number);
    scratch_store_put(&scratch, TABLE_CASES, bytes_of_text(number), bytes_of("x", 1));
    assert_int_equal(store_upgrade(scratch.store, NULL), ERR_DAMAGED);
    assert_rows(0, 0);
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    assert_int_equal(store_format(txn, &format), OK);
    assert_int_equal(format, STORE_FORMAT_OLDEST);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_first_deadline_is_next_and_is_due_when_it_has_passed),
        TEST(a_case_stands_once_wherever_it_goes),
        TEST(what_was_told_is_not_next_until_its_deadline_is_another),
        TEST(a_case_to_be_looked_at_again_is_next_when_its_time_has_come),
        TEST(what_a_wrong_clock_asked_for_is_looked_at_now),
        TEST(counts_are_by_state_and_follow_the_clock),
        TEST(a_deadline_within_the_day_is_counted_at_its_moment),
        TEST(a_key_whose_case_cannot_be_read_is_dropped_with_its_count),
        TEST(the_audit_finds_an_index_that_is_not_the_cases),
        TEST(the_audit_finds_a_key_too_many),
        TEST(the_audit_finds_an_index_by_person_that_is_not_the_cases),
        TEST(the_audit_finds_more_calls_for_attention_than_there_are),
        TEST(a_store_of_the_first_format_gets_its_index),
        TEST(an_upgrade_that_fails_leaves_the_store_as_it_was),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
