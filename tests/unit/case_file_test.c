/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/io/store_upgrade.h"
#include "common/io/wire.h"
#include "tests/lib/sample_case.h"
#include "tests/lib/scratch_store.h"

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
save(struct case_file *file, enum sample_state state, uint64_t changed_ms)
{
    struct store_txn *txn = scratch_store_write(&scratch);
    file->row->state = state;
    file->row->changed_ms = changed_ms;
    assert_int_equal(case_file_save(file, &sample_machine, txn, &arena), OK);
    scratch_store_commit(txn);
}

static struct case_file
open_case(unsigned serial)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    char number[CASE_NUMBER_CHARS + 1];
    struct case_file file;
    sample_case_number(serial, number);
    assert_int_equal(case_file_open(txn, &sample_machine, number, &arena, &file), OK);
    return file;
}

static void
assert_count(enum sample_state state, uint64_t expected)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    uint64_t count;
    assert_int_equal(state_index_count(txn, state, &count), OK);
    assert_int_equal(count, expected);
}

/* The index by state holds exactly this key for a case. */
static void
assert_indexed(unsigned serial, enum sample_state state, uint64_t changed_ms)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    uint8_t key[STATE_KEY_BYTES] = { (uint8_t)state };
    char number[CASE_NUMBER_CHARS + 1];
    struct bytes value;
    sample_case_number(serial, number);
    bytes_put_u64(key + 1, changed_ms);
    memcpy(key + 9, number, CASE_NUMBER_CHARS);
    assert_int_equal(store_get(txn, TABLE_BY_STATE, bytes_of(key, sizeof key), &value), OK);
}

/* serial 0: nobody holds the citizen */
static void
assert_citizen_held_by(unsigned citizen, unsigned serial)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    char number[CITIZEN_NUMBER_CHARS + 1], holder[CASE_NUMBER_CHARS + 1];
    char expected[CASE_NUMBER_CHARS + 1];
    sample_citizen_number(citizen, number);
    sample_case_number(serial, expected);
    assert_int_equal(case_file_find_open(txn, number, holder), serial == 0 ? ERR_ABSENT : OK);
    if (serial != 0)
        assert_string_equal(holder, expected);
}

/* ---- rows and indexes ---- */

static void
a_saved_case_is_read_back_whole(void **unused)
{
    (void)unused;
    struct case_file file;
    sample_case_init(7, &form, &arena, &file);
    file.row->card_serial = "A1";
    assert_false(file.stored);
    save(&file, SAMPLE_WAITING, 5000);
    assert_true(file.stored);
    struct case_file again = open_case(7);
    assert_true(again.stored);
    assert_int_equal(again.stored_state.state, SAMPLE_WAITING);
    assert_int_equal(again.stored_state.changed_ms, 5000);
    assert_string_equal(again.row->card_serial, "A1");
    assert_string_equal(again.row->form->person->name, form.person.name);
}

static void
case_file_open_knows_only_numbers_of_stored_cases(void **unused)
{
    (void)unused;
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    struct case_file file;
    char number[CASE_NUMBER_CHARS + 1];
    sample_case_number(1, number);
    assert_int_equal(case_file_open(txn, &sample_machine, number, &arena, &file), ERR_ABSENT);
    assert_int_equal(case_file_open(txn, &sample_machine, "", &arena, &file), ERR_ABSENT);
    assert_int_equal(
        case_file_open(txn, &sample_machine, "3101150000012611220000001", &arena, &file),
        ERR_ABSENT);
}

static void
case_file_open_finds_a_damaged_row(void **unused)
{
    (void)unused;
    struct case_file file;
    char number[CASE_NUMBER_CHARS + 1];
    sample_case_init(1, &form, &arena, &file);
    save(&file, SAMPLE_WAITING, 1);
    sample_case_number(1, number);
    scratch_store_put(&scratch, TABLE_CASES, bytes_of_text(number), bytes_of("\x08\x07", 2));
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    assert_int_equal(case_file_open(txn, &sample_machine, number, &arena, &file), ERR_DAMAGED);
}

/* state, time of the change; each step leaves one key in the index and moves one count */
static const struct {
    enum sample_state state;
    uint64_t changed_ms;
} life[] = {
    { SAMPLE_WAITING, 10 }, { SAMPLE_WORKING, 20 }, { SAMPLE_WORKING, 20 }, { SAMPLE_WAITING, 30 },
    { SAMPLE_WAITING, 40 }, { SAMPLE_DONE, 40 },    { SAMPLE_DONE, 50 },
};

static void
indexes_and_counters_move_with_the_case(void **unused)
{
    (void)unused;
    struct case_file file;
    sample_case_init(1, &form, &arena, &file);
    for (size_t i = 0; i < sizeof life / sizeof *life; i++) {
        save(&file, life[i].state, life[i].changed_ms);
        assert_int_equal(scratch_store_count(&scratch, TABLE_BY_STATE), 1);
        assert_indexed(1, life[i].state, life[i].changed_ms);
        for (int state = 1; state < SAMPLE_STATE_COUNT; state++)
            assert_count((enum sample_state)state, state == (int)life[i].state);
        if (i % 2 == 0) /* in the same hands, or read anew */
            file = open_case(1);
    }
}

static void
counters_count_many_cases(void **unused)
{
    (void)unused;
    for (unsigned serial = 1; serial <= 12; serial++) {
        struct case_file file;
        sample_case_init(serial, &form, &arena, &file);
        save(&file, serial % 3 == 0 ? SAMPLE_WORKING : SAMPLE_WAITING, serial);
    }
    assert_count(SAMPLE_WAITING, 8);
    assert_count(SAMPLE_WORKING, 4);
    assert_count(SAMPLE_DONE, 0);
}

static void
assert_attention(uint64_t expected)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    uint64_t count;
    assert_int_equal(state_index_count_attention(txn, &count), OK);
    assert_int_equal(count, expected);
}

static void
cases_that_call_for_attention_are_counted_until_they_do_not(void **unused)
{
    (void)unused;
    Yidi__CaseAttention attention = YIDI__CASE_ATTENTION__INIT;
    struct case_file file;
    attention.code = "ORDER_LOST";
    sample_case_init(1, &form, &arena, &file);
    save(&file, SAMPLE_WAITING, 1000);
    assert_attention(0);
    file.row->attention = &attention;
    save(&file, SAMPLE_WAITING, 1000);
    save(&file, SAMPLE_WAITING, 1000);
    assert_attention(1);
    file = open_case(1);
    save(&file, SAMPLE_WORKING, 2000);
    assert_attention(1);
    file.row->attention = NULL;
    save(&file, SAMPLE_WORKING, 2000);
    assert_attention(0);
}

static bool
stands_under_attention(uint64_t changed_ms)
{
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    uint8_t key[STATE_KEY_BYTES] = { STATE_ATTENTION };
    char number[CASE_NUMBER_CHARS + 1];
    struct bytes value;
    sample_case_number(1, number);
    bytes_put_u64(key + 1, changed_ms);
    memcpy(key + 9, number, CASE_NUMBER_CHARS);
    return store_get(txn, TABLE_BY_STATE, bytes_of(key, sizeof key), &value) == OK;
}

static void
a_case_that_calls_for_attention_stands_in_the_index_once_more(void **unused)
{
    (void)unused;
    Yidi__CaseAttention attention = YIDI__CASE_ATTENTION__INIT;
    struct case_file file;
    attention.code = "ORDER_LOST";
    sample_case_init(1, &form, &arena, &file);
    file.row->attention = &attention;
    save(&file, SAMPLE_WAITING, 1000);
    assert_true(stands_under_attention(1000));
    save(&file, SAMPLE_DONE, 2000);
    assert_false(stands_under_attention(1000));
    assert_true(stands_under_attention(2000));
    file = open_case(1);
    file.row->attention = NULL;
    save(&file, SAMPLE_DONE, 3000);
    assert_int_equal(scratch_store_count(&scratch, TABLE_BY_STATE), 1);
}

static void
a_store_of_the_third_format_learns_what_calls_for_attention(void **unused)
{
    (void)unused;
    Yidi__CaseAttention attention = YIDI__CASE_ATTENTION__INIT;
    struct case_file file;
    attention.code = "ORDER_LOST";
    sample_case_init(1, &form, &arena, &file);
    file.row->attention = &attention;
    save(&file, SAMPLE_WAITING, 1000);
    scratch_store_remove(&scratch, TABLE_BY_STATE, 0); /* the first key */
    struct store_txn *txn = scratch_store_write(&scratch);
    assert_int_equal(store_delete(txn, TABLE_COUNTERS, bytes_of_text("attention")), OK);
    assert_int_equal(store_set_format(txn, 3), OK);
    scratch_store_commit(txn);
    assert_false(stands_under_attention(1000));
    assert_int_equal(store_upgrade(scratch.store, NULL), OK);
    assert_true(stands_under_attention(1000));
    assert_attention(1);
}

static void
an_index_that_lost_a_key_is_damage(void **unused)
{
    (void)unused;
    struct case_file file;
    sample_case_init(1, &form, &arena, &file);
    save(&file, SAMPLE_WAITING, 10);
    scratch_store_remove(&scratch, TABLE_BY_STATE, 0);
    struct store_txn *txn = scratch_store_write(&scratch);
    file.row->state = SAMPLE_DONE;
    assert_int_equal(case_file_save(&file, &sample_machine, txn, &arena), ERR_DAMAGED);
    store_abort(txn);
}

/* ---- one open case per citizen ---- */

static void
an_open_case_holds_its_citizen_until_it_ends(void **unused)
{
    (void)unused;
    struct case_file file;
    sample_case_init(1, &form, &arena, &file);
    save(&file, SAMPLE_WAITING, 10);
    assert_citizen_held_by(1, 1);
    save(&file, SAMPLE_WORKING, 20);
    assert_citizen_held_by(1, 1);
    save(&file, SAMPLE_DONE, 30);
    assert_citizen_held_by(1, 0);
    save(&file, SAMPLE_DONE, 40); /* news after the end */
    assert_citizen_held_by(1, 0);
}

static void
a_case_that_never_opens_leaves_the_open_one_its_citizen(void **unused)
{
    (void)unused;
    struct case_file first, second;
    struct sample_form second_form;
    sample_case_init(1, &form, &arena, &first);
    save(&first, SAMPLE_WAITING, 10);
    sample_case_init(2, &second_form, &arena, &second);
    sample_citizen_number(1, second.row->form->person->citizen_number);
    save(&second, SAMPLE_REFUSED, 20);
    assert_citizen_held_by(1, 1);
    assert_citizen_held_by(2, 0);
}

/* At a card centre the next order may come before the news that closes the last one. */
static void
the_case_that_opened_last_holds_the_citizen_until_it_ends(void **unused)
{
    (void)unused;
    struct case_file first, second;
    struct sample_form second_form;
    sample_case_init(1, &form, &arena, &first);
    save(&first, SAMPLE_WAITING, 10);
    sample_case_init(2, &second_form, &arena, &second);
    sample_citizen_number(1, second.row->form->person->citizen_number);
    save(&second, SAMPLE_WAITING, 20);
    assert_citizen_held_by(1, 2);
    save(&first, SAMPLE_WORKING, 30);
    assert_citizen_held_by(1, 2);
    save(&first, SAMPLE_DONE, 40);
    assert_citizen_held_by(1, 2);
    save(&second, SAMPLE_DONE, 50);
    assert_citizen_held_by(1, 0);
}

/* A fault that is found late opens a case beside another one. */
static void
the_case_that_was_displaced_and_is_still_open_holds_the_citizen_again(void **unused)
{
    (void)unused;
    struct case_file files[3];
    struct sample_form forms[3];
    for (unsigned i = 0; i < 3; i++) {
        sample_case_init(i + 1, &forms[i], &arena, &files[i]);
        sample_citizen_number(1, files[i].row->form->person->citizen_number);
        save(&files[i], SAMPLE_WAITING, 10 + i);
    }
    assert_citizen_held_by(1, 3);
    save(&files[1], SAMPLE_DONE, 20);
    assert_citizen_held_by(1, 3);
    save(&files[2], SAMPLE_DONE, 30);
    assert_citizen_held_by(1, 1);
    save(&files[2], SAMPLE_WORKING, 40); /* opens again */
    assert_citizen_held_by(1, 3);
    save(&files[0], SAMPLE_DONE, 50);
    save(&files[2], SAMPLE_DONE, 60);
    assert_citizen_held_by(1, 0);
    save(&files[2], SAMPLE_WAITING, 70); /* beside nobody */
    assert_string_equal(files[2].row->displaced_case, "");
}

/* What is on the disk may be anything; a state is an index. */
static void
a_stored_state_that_the_machine_does_not_know_is_damage(void **unused)
{
    (void)unused;
    static const uint32_t states[] = { SAMPLE_ABSENT, SAMPLE_STATE_COUNT, 31 };
    char number[CASE_NUMBER_CHARS + 1];
    struct case_file file;
    sample_case_number(1, number);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        sample_case_init(1, &form, &arena, &file);
        file.row->state = states[i];
        struct store_txn *txn = scratch_store_write(&scratch);
        assert_int_equal(store_put(txn, TABLE_CASES, bytes_of(number, CASE_NUMBER_CHARS),
                                   wire_encode(&file.row->base, &arena)),
                         OK);
        assert_int_equal(case_file_open(txn, &sample_machine, number, &arena, &file), ERR_DAMAGED);
        assert_int_equal(case_file_exists(txn, number), OK);
        store_abort(txn);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(a_saved_case_is_read_back_whole),
        TEST(case_file_open_knows_only_numbers_of_stored_cases),
        TEST(case_file_open_finds_a_damaged_row),
        TEST(indexes_and_counters_move_with_the_case),
        TEST(counters_count_many_cases),
        TEST(cases_that_call_for_attention_are_counted_until_they_do_not),
        TEST(a_case_that_calls_for_attention_stands_in_the_index_once_more),
        TEST(a_store_of_the_third_format_learns_what_calls_for_attention),
        TEST(an_index_that_lost_a_key_is_damage),
        TEST(an_open_case_holds_its_citizen_until_it_ends),
        TEST(a_case_that_never_opens_leaves_the_open_one_its_citizen),
        TEST(the_case_that_opened_last_holds_the_citizen_until_it_ends),
        TEST(the_case_that_was_displaced_and_is_still_open_holds_the_citizen_again),
        TEST(a_stored_state_that_the_machine_does_not_know_is_damage),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
