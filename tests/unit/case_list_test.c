/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/core/hex.h"
#include "common/io/case_list.h"
#include "tests/lib/sample_case.h"
#include "tests/lib/scratch_store.h"

enum { CASES = 60 };

/* Monday, 2 March 2026, 08:00 in Beijing; what is due soon is due by the end of Tuesday. */
#define DAY_MS  (24 * UINT64_C(3600000))
#define NOW_MS  UINT64_C(1772409600000)
#define SOON_MS (NOW_MS + 2 * DAY_MS - 8 * UINT64_C(3600000) - 1)

static struct scratch_store scratch;
static struct arena arena;

/* Of the case of a serial: the states take turns, several cases change at the same time, every
 * fourth of the open ones is overdue, every fourth due soon, every fifth needs attention. */
static enum sample_state
state_of(unsigned serial)
{
    return (enum sample_state)(1 + serial % 4);
}

static uint64_t
changed_ms_of(unsigned serial)
{
    return 1000 + (serial * 7 % 13) * 100;
}

static bool
is_open(unsigned serial)
{
    return state_of(serial) <= SAMPLE_WORKING;
}

static bool
is_overdue(unsigned serial)
{
    return is_open(serial) && serial / 4 % 4 == 0;
}

static bool
is_due_soon(unsigned serial)
{
    return is_open(serial) && serial / 4 % 4 == 1;
}

/* Of two overdue ones, the operators were told of one. */
static uint64_t
deadline_ms_of(unsigned serial)
{
    if (!is_open(serial))
        return 0;
    if (is_overdue(serial))
        return NOW_MS - 1 - serial % 3 * DAY_MS;
    if (is_due_soon(serial))
        return serial % 2 == 0 ? NOW_MS : SOON_MS;
    return SOON_MS + 1 + serial * DAY_MS;
}

static bool
was_told_of(unsigned serial)
{
    return is_overdue(serial) && deadline_ms_of(serial) < NOW_MS - 1;
}

static bool
needs_attention(unsigned serial)
{
    return serial % 5 == 0;
}

static void
save_case(struct store_txn *txn, unsigned serial)
{
    struct sample_form form;
    struct case_file file;
    Yidi__CaseAttention attention = YIDI__CASE_ATTENTION__INIT;
    sample_case_init(serial, &form, &arena, &file);
    attention.code = "WRONG_OFFICE";
    file.row->state = state_of(serial);
    file.row->changed_ms = changed_ms_of(serial);
    file.row->stage_deadline_ms = deadline_ms_of(serial);
    file.row->attention = needs_attention(serial) ? &attention : NULL;
    file.row->findings = serial == 1 ? 3 : 0;
    assert_int_equal(case_file_save(&file, &sample_machine, txn, &arena), OK);
    if (!was_told_of(serial))
        return;
    file.row->overdue_told_ms = NOW_MS;
    assert_int_equal(case_file_save(&file, &sample_machine, txn, &arena), OK);
}

static int
set_up(void **unused)
{
    (void)unused;
    scratch_store_open(&scratch, SCRATCH_STORE_MAP_BYTES);
    arena_init(&arena);
    struct store_txn *txn = scratch_store_write(&scratch);
    for (unsigned serial = 0; serial < CASES; serial++)
        save_case(txn, serial);
    scratch_store_commit(txn);
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

static enum result
ask(const Yidi__List *list, Yidi__Listed **ret_listed, struct refusal *ret_refusal)
{
    /* One transaction for each page, as each is a request of its own; the page outlives it. */
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    Yidi__Response response = YIDI__RESPONSE__INIT;
    const struct urgency_scale scale = urgency_scale_of(policy_standard(), "310115", NOW_MS);
    const struct summary_source source = { txn, &sample_machine, &scale, &arena };
    enum result result = case_list(&source, list, &response, ret_refusal);
    if (result == OK)
        *ret_listed = response.listed;
    return result;
}

/* Read all pages; marks every case seen, in the order of state and change, or of deadlines; what
 * calls for attention, in the order of change. */
static void
page_through(Yidi__List *list, bool seen[CASES], size_t *ret_pages)
{
    uint64_t limit = list->limit == 0 ? LIST_LIMIT_STANDARD : list->limit;
    bool by_deadline = list->overdue_only || list->due_soon_only;
    int state = 0;
    uint64_t changed_ms = 0, deadline_ms = 0;
    memset(seen, 0, CASES * sizeof *seen);
    *ret_pages = 0;
    for (list->after = "";; ++*ret_pages) {
        Yidi__Listed *listed;
        assert_int_equal(ask(list, &listed, NULL), OK);
        assert_true(listed->n_cases <= limit);
        for (size_t i = 0; i < listed->n_cases; i++) {
            const Yidi__CaseSummary *summary = listed->cases[i];
            unsigned serial;
            assert_int_equal(sscanf(summary->case_number + 18, "%7u", &serial), 1);
            assert_false(seen[serial]);
            seen[serial] = true;
            int at = list->attention_only ? 0 : machine_find_state(&sample_machine, summary->state);
            if (by_deadline)
                assert_true(summary->stage_deadline_ms >= deadline_ms);
            else
                assert_true(at > state || (at == state && summary->changed_ms >= changed_ms));
            state = at;
            changed_ms = summary->changed_ms;
            deadline_ms = summary->stage_deadline_ms;
        }
        if (listed->next[0] == '\0')
            break;
        assert_int_equal(listed->n_cases, limit); /* a page before the last one is full */
        list->after = listed->next;
        assert_in_range(*ret_pages, 0, CASES);
    }
    ++*ret_pages;
}

/* ---- pages ---- */

static void
the_cursor_visits_each_open_case_exactly_once_whatever_the_limit(void **unused)
{
    (void)unused;
    for (uint32_t limit = 1; limit <= CASES; limit++) {
        Yidi__List list = YIDI__LIST__INIT;
        bool seen[CASES];
        size_t pages;
        list.limit = limit;
        page_through(&list, seen, &pages);
        size_t open_count = 0;
        for (unsigned serial = 0; serial < CASES; serial++) {
            assert_int_equal(seen[serial], is_open(serial));
            open_count += is_open(serial);
        }
        assert_int_equal(pages, (open_count + limit - 1) / limit);
    }
}

static void
one_state_is_listed_alone_even_a_closed_one(void **unused)
{
    (void)unused;
    for (int state = 1; state < SAMPLE_STATE_COUNT; state++)
        for (uint32_t limit = 1; limit < 20; limit += 3) {
            Yidi__List list = YIDI__LIST__INIT;
            bool seen[CASES];
            size_t pages;
            list.state = (char *)(uintptr_t)sample_machine.state_names[state];
            list.limit = limit;
            page_through(&list, seen, &pages);
            for (unsigned serial = 0; serial < CASES; serial++)
                assert_int_equal(seen[serial], (int)state_of(serial) == state);
        }
}

static void
filters_leave_out_what_was_not_asked_for(void **unused)
{
    (void)unused;
    for (int filters = 0; filters < 8; filters++)
        for (uint32_t limit = 1; limit < 12; limit++) {
            Yidi__List list = YIDI__LIST__INIT;
            bool seen[CASES];
            size_t pages;
            list.limit = limit;
            list.attention_only = filters & 1;
            list.overdue_only = filters >> 1 & 1;
            list.due_soon_only = filters >> 2;
            page_through(&list, seen, &pages);
            for (unsigned serial = 0; serial < CASES; serial++) {
                bool due = (list.overdue_only && is_overdue(serial)) ||
                           (list.due_soon_only && is_due_soon(serial));
                assert_int_equal(seen[serial],
                                 (filters < 2 || due) && (is_open(serial) || list.attention_only) &&
                                     (!list.attention_only || needs_attention(serial)));
            }
        }
}

static void
what_is_due_comes_by_deadline_and_those_told_of_first(void **unused)
{
    (void)unused;
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Listed *listed;
    uint64_t deadline_ms = 0;
    list.overdue_only = list.due_soon_only = true;
    assert_int_equal(ask(&list, &listed, NULL), OK);
    assert_true(listed->n_cases > 4);
    for (size_t i = 0; i < listed->n_cases; i++) {
        assert_true(listed->cases[i]->stage_deadline_ms >= deadline_ms);
        deadline_ms = listed->cases[i]->stage_deadline_ms;
    }
    assert_true(listed->cases[0]->overdue);
    assert_true(listed->cases[listed->n_cases - 1]->due_soon);
}

static void
the_cursor_visits_each_case_that_is_due_exactly_once_whatever_the_limit(void **unused)
{
    (void)unused;
    for (int state = 1; state <= SAMPLE_WORKING; state++)
        for (uint32_t limit = 1; limit < 20; limit++) {
            Yidi__List list = YIDI__LIST__INIT;
            bool seen[CASES];
            size_t pages;
            list.state = (char *)(uintptr_t)sample_machine.state_names[state];
            list.overdue_only = true;
            list.limit = limit;
            page_through(&list, seen, &pages);
            for (unsigned serial = 0; serial < CASES; serial++)
                assert_int_equal(seen[serial],
                                 is_overdue(serial) && (int)state_of(serial) == state);
        }
}

/* So that the list is as fast with a million cases as with a few. */
static void
what_is_due_later_is_not_looked_at(void **unused)
{
    (void)unused;
    for (unsigned serial = 0; serial < CASES; serial++)
        if (!is_overdue(serial)) {
            char number[CASE_NUMBER_CHARS + 1];
            sample_case_number(serial, number);
            scratch_store_put(&scratch, TABLE_CASES, bytes_of_text(number), bytes_of("x", 1));
        }
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Listed *listed;
    assert_int_equal(ask(&list, &listed, NULL), ERR_DAMAGED);
    list.overdue_only = true;
    assert_int_equal(ask(&list, &listed, NULL), OK);
    assert_true(listed->n_cases > 0);
}

static void
what_calls_for_no_attention_is_not_looked_at(void **unused)
{
    (void)unused;
    for (unsigned serial = 0; serial < CASES; serial++)
        if (!needs_attention(serial)) {
            char number[CASE_NUMBER_CHARS + 1];
            sample_case_number(serial, number);
            scratch_store_put(&scratch, TABLE_CASES, bytes_of_text(number), bytes_of("x", 1));
        }
    Yidi__List list = YIDI__LIST__INIT;
    bool seen[CASES];
    size_t pages;
    list.attention_only = true;
    page_through(&list, seen, &pages);
    for (unsigned serial = 0; serial < CASES; serial++)
        assert_int_equal(seen[serial], needs_attention(serial));
}

static void
what_calls_for_attention_is_listed_of_one_state_too(void **unused)
{
    (void)unused;
    for (int state = 1; state < SAMPLE_STATE_COUNT; state++) {
        Yidi__List list = YIDI__LIST__INIT;
        bool seen[CASES];
        size_t pages;
        list.state = (char *)(uintptr_t)sample_machine.state_names[state];
        list.attention_only = true;
        page_through(&list, seen, &pages);
        for (unsigned serial = 0; serial < CASES; serial++)
            assert_int_equal(seen[serial],
                             needs_attention(serial) && (int)state_of(serial) == state);
    }
}

/* However many rows there are, one page looks at no more than so many, and goes on from there. */
static void
a_page_ends_where_it_has_looked_long_enough(void **unused)
{
    (void)unused;
    enum { MANY = LIST_EXAMINED_MAX + 500, LAST = MANY - 1 };
    AUTO(arena) struct arena rows;
    arena_init(&rows);
    struct store_txn *txn = scratch_store_write(&scratch);
    for (unsigned serial = CASES; serial < MANY; serial++) {
        struct sample_form form;
        struct case_file file;
        sample_case_init(serial, &form, &rows, &file);
        file.row->state = serial == LAST ? SAMPLE_WORKING : SAMPLE_WAITING;
        file.row->changed_ms = 1000000;
        file.row->stage_deadline_ms = NOW_MS - 10 * DAY_MS + serial;
        assert_int_equal(case_file_save(&file, &sample_machine, txn, &rows), OK);
        arena_reset(&rows);
    }
    scratch_store_commit(txn);
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Listed *listed;
    list.overdue_only = true;
    list.state = "working";
    list.limit = 1000;
    size_t told = 0, untold = 0;
    for (unsigned serial = 0; serial < CASES; serial++)
        if (state_of(serial) == SAMPLE_WORKING && is_overdue(serial))
            ++*(was_told_of(serial) ? &told : &untold);
    assert_int_equal(ask(&list, &listed, NULL), OK);
    assert_int_equal(listed->n_cases, told);
    assert_string_not_equal(listed->next, "");
    list.after = listed->next;
    assert_int_equal(ask(&list, &listed, NULL), OK);
    assert_int_equal(listed->n_cases, 1 + untold);
    assert_string_equal(listed->next, "");
}

static void
a_page_opens_no_more_rows_than_it_may(void **unused)
{
    (void)unused;
    enum { MANY = LIST_OPENED_MAX + 500, LAST = MANY - 1 };
    AUTO(arena) struct arena rows;
    Yidi__CaseAttention attention = YIDI__CASE_ATTENTION__INIT;
    attention.code = "WRONG_OFFICE";
    arena_init(&rows);
    struct store_txn *txn = scratch_store_write(&scratch);
    for (unsigned serial = CASES; serial < MANY; serial++) {
        struct sample_form form;
        struct case_file file;
        sample_case_init(serial, &form, &rows, &file);
        file.row->state = serial == LAST ? SAMPLE_WORKING : SAMPLE_WAITING;
        file.row->changed_ms = 1000000 + serial;
        file.row->attention = &attention;
        assert_int_equal(case_file_save(&file, &sample_machine, txn, &rows), OK);
        arena_reset(&rows);
    }
    scratch_store_commit(txn);
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Listed *listed;
    list.attention_only = true;
    list.state = "working";
    list.limit = 1000;
    size_t before = 0;
    for (unsigned serial = 0; serial < CASES; serial++)
        before += state_of(serial) == SAMPLE_WORKING && needs_attention(serial);
    assert_int_equal(ask(&list, &listed, NULL), OK);
    assert_int_equal(listed->n_cases, before);
    assert_string_not_equal(listed->next, "");
    list.after = listed->next;
    assert_int_equal(ask(&list, &listed, NULL), OK);
    assert_int_equal(listed->n_cases, 1);
    assert_string_equal(listed->next, "");
}

static void
no_limit_is_a_hundred(void **unused)
{
    (void)unused;
    struct store_txn *txn = scratch_store_write(&scratch);
    for (unsigned serial = CASES; serial < 400; serial++)
        save_case(txn, serial);
    scratch_store_commit(txn);
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Listed *listed;
    assert_int_equal(ask(&list, &listed, NULL), OK);
    assert_int_equal(listed->n_cases, LIST_LIMIT_STANDARD);
    assert_string_not_equal(listed->next, "");
}

static void
an_empty_list_has_no_next_page(void **unused)
{
    (void)unused;
    tear_down(NULL);
    scratch_store_open(&scratch, SCRATCH_STORE_MAP_BYTES);
    arena_init(&arena);
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Listed *listed;
    assert_int_equal(ask(&list, &listed, NULL), OK);
    assert_int_equal(listed->n_cases, 0);
    assert_string_equal(listed->next, "");
}

static void
a_case_that_moves_between_pages_costs_no_other_case_its_place(void **unused)
{
    (void)unused;
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Listed *first, *second;
    struct case_file file;
    list.limit = 5;
    assert_int_equal(ask(&list, &first, NULL), OK);
    /* the very case that the cursor names ends meanwhile */
    struct store_txn *txn = scratch_store_write(&scratch);
    assert_int_equal(
        case_file_open(txn, &sample_machine, first->cases[4]->case_number, &arena, &file), OK);
    file.row->state = SAMPLE_DONE;
    assert_int_equal(case_file_save(&file, &sample_machine, txn, &arena), OK);
    scratch_store_commit(txn);
    list.after = first->next;
    assert_int_equal(ask(&list, &second, NULL), OK);
    assert_int_equal(second->n_cases, 5);

    Yidi__List all = YIDI__LIST__INIT;
    Yidi__Listed *whole;
    assert_int_equal(ask(&all, &whole, NULL), OK);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(second->cases[i]->case_number, whole->cases[4 + i]->case_number);
}

/* ---- what a row shows ---- */

static void
names_and_numbers_are_masked(void **unused)
{
    (void)unused;
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Listed *listed;
    assert_int_equal(ask(&list, &listed, NULL), OK);
    for (size_t i = 0; i < listed->n_cases; i++) {
        assert_non_null(strstr(listed->cases[i]->citizen_number_masked, "**********"));
        assert_null(strstr(listed->cases[i]->name_masked, "热西提"));
    }
}

static void
a_row_tells_deadlines_attention_and_findings(void **unused)
{
    (void)unused;
    Yidi__List list = YIDI__LIST__INIT;
    Yidi__Listed *listed;
    assert_int_equal(ask(&list, &listed, NULL), OK);
    for (size_t i = 0; i < listed->n_cases; i++) {
        const Yidi__CaseSummary *summary = listed->cases[i];
        unsigned serial;
        assert_int_equal(sscanf(summary->case_number + 18, "%7u", &serial), 1);
        assert_int_equal(summary->overdue, is_overdue(serial));
        assert_int_equal(summary->due_soon, is_due_soon(serial));
        assert_int_equal(summary->attention != NULL, needs_attention(serial));
        assert_int_equal(summary->n_findings, serial == 1 ? 2 : 0);
        assert_int_equal(summary->changed_ms, changed_ms_of(serial));
    }
}

/* ---- what is refused ---- */

static void
assert_list_refused(const Yidi__List *list, enum refusal_code code, const char *field)
{
    Yidi__Listed *listed;
    struct refusal refusal = { 0 };
    assert_int_equal(ask(list, &listed, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, code);
    assert_string_equal(refusal.field, field);
}

static void
a_state_that_is_none_is_refused(void **unused)
{
    (void)unused;
    Yidi__List list = YIDI__LIST__INIT;
    list.state = "forgotten";
    assert_list_refused(&list, REFUSAL_STATE_UNKNOWN, "list.state");
}

static void
a_cursor_that_is_none_is_refused(void **unused)
{
    (void)unused;
    static const char *const cursors[] = { "x", "00", "zz", "0102030405060708" };
    for (size_t i = 0; i < sizeof cursors / sizeof *cursors; i++) {
        Yidi__List list = YIDI__LIST__INIT;
        list.after = (char *)(uintptr_t)cursors[i];
        assert_list_refused(&list, REFUSAL_FIELD_OUT_OF_BOUNDS, "list.after");
    }
}

static void
a_cursor_of_another_list_is_refused(void **unused)
{
    (void)unused;
    uint8_t key[STATE_KEY_BYTES] = { SAMPLE_STATE_COUNT };
    char text[2 * STATE_KEY_BYTES + 1];
    Yidi__List list = YIDI__LIST__INIT;
    list.after = text;
    hex_encode(bytes_of(key, sizeof key), text);
    assert_list_refused(&list, REFUSAL_FIELD_OUT_OF_BOUNDS, "list.after");
    key[0] = SAMPLE_WAITING;
    hex_encode(bytes_of(key, sizeof key), text);
    list.state = "working";
    assert_list_refused(&list, REFUSAL_FIELD_OUT_OF_BOUNDS, "list.after");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        TEST(the_cursor_visits_each_open_case_exactly_once_whatever_the_limit),
        TEST(one_state_is_listed_alone_even_a_closed_one),
        TEST(filters_leave_out_what_was_not_asked_for),
        TEST(what_calls_for_no_attention_is_not_looked_at),
        TEST(what_calls_for_attention_is_listed_of_one_state_too),
        TEST(a_page_ends_where_it_has_looked_long_enough),
        TEST(a_page_opens_no_more_rows_than_it_may),
        TEST(no_limit_is_a_hundred),
        TEST(an_empty_list_has_no_next_page),
        TEST(a_case_that_moves_between_pages_costs_no_other_case_its_place),
        TEST(names_and_numbers_are_masked),
        TEST(a_row_tells_deadlines_attention_and_findings),
        TEST(what_is_due_comes_by_deadline_and_those_told_of_first),
        TEST(the_cursor_visits_each_case_that_is_due_exactly_once_whatever_the_limit),
        TEST(what_is_due_later_is_not_looked_at),
        TEST(a_state_that_is_none_is_refused),
        TEST(a_cursor_that_is_none_is_refused),
        TEST(a_cursor_of_another_list_is_refused),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
