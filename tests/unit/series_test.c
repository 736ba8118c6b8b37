/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/series.h"
#include "tests/lib/scratch_store.h"

#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

static const uint64_t start_ms = UINT64_C(1795392000000); /* on the hour */
static struct scratch_store scratch;
static struct series_window window;

static int
set_up(void **unused)
{
    (void)unused;
    scratch_store_open(&scratch, SCRATCH_STORE_MAP_BYTES);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    scratch_store_close(&scratch);
    return 0;
}

/* So many cases came, were refused for one reason, and took so many seconds; so many wait. */
static void
add(uint64_t time_ms, uint64_t count, uint64_t waiting)
{
    AUTO(arena) struct arena arena;
    struct store_txn *txn = NULL;
    struct figures_counts counts = { .opened = count };
    uint64_t stand[STATE_COUNT_MAX] = { [1] = waiting };
    counts.entered[1] = count;
    counts.refused[REFUSED_NOT_DELIVERABLE] = count;
    for (uint64_t i = 0; i < count; i++)
        histogram_add(&counts.ready, 1000);
    arena_init(&arena);
    assert_int_equal(store_begin_write(scratch.store, &txn), OK);
    assert_int_equal(series_add(txn, time_ms, &counts, stand, &arena), OK);
    assert_int_equal(store_commit(txn), OK);
}

static void
read_window(enum series_resolution resolution, uint64_t now_ms)
{
    AUTO(arena) struct arena arena;
    AUTO(store_txn) struct store_txn *txn = scratch_store_read(&scratch);
    arena_init(&arena);
    assert_int_equal(series_read(txn, resolution, now_ms, start_ms, &arena, &window), OK);
}

static void
what_is_counted_in_one_span_stands_in_one_point(void **unused)
{
    (void)unused;
    add(start_ms, 2, 2);
    add(start_ms + 59999, 3, 5);
    add(start_ms + MINUTE_MS, 4, 9);
    read_window(SERIES_MINUTES, start_ms + 3 * MINUTE_MS);
    assert_int_equal(window.count, 60);
    assert_int_equal(window.step_ms, MINUTE_MS);
    assert_int_equal(window.points[56].opened, 5);
    assert_int_equal(window.points[56].waiting[1], 5);
    assert_int_equal(window.points[57].opened, 4);
    assert_int_equal(window.sum.entered[1], 9);
    assert_int_equal(window.sum.refused[REFUSED_NOT_DELIVERABLE], 9);
    assert_int_equal(window.sum.ready.count, 9);
    assert_int_equal(window.sum.ready.sum, 9000);
    read_window(SERIES_TEN_MINUTES, start_ms + 3 * MINUTE_MS);
    assert_int_equal(window.points[143].opened, 9);
    read_window(SERIES_HOURS, start_ms + 3 * MINUTE_MS);
    assert_int_equal(window.points[167].opened, 9);
    assert_int_equal(window.points[167].waiting[1], 9);
}

static void
where_nothing_was_counted_what_waited_goes_on_waiting(void **unused)
{
    (void)unused;
    add(start_ms, 1, 7);
    read_window(SERIES_MINUTES, start_ms + 10 * MINUTE_MS);
    for (size_t i = 0; i < 49; i++)
        assert_int_equal(window.points[i].waiting[1], 0);
    for (size_t i = 49; i < 60; i++) {
        assert_int_equal(window.points[i].opened, i == 49);
        assert_int_equal(window.points[i].waiting[1], 7);
    }
}

static void
it_survives_a_restart(void **unused)
{
    (void)unused;
    add(start_ms, 2, 2);
    scratch_store_reopen(&scratch);
    add(start_ms + 1000, 1, 3);
    read_window(SERIES_MINUTES, start_ms + 2000);
    assert_int_equal(window.points[59].opened, 3);
    assert_int_equal(window.points[59].waiting[1], 3);
}

static void
it_never_grows_beyond_its_rings(void **unused)
{
    (void)unused;
    for (uint64_t minute = 0; minute < 10 * 24 * 60; minute += 7)
        add(start_ms + minute * MINUTE_MS, 1, minute);
    assert_int_equal(scratch_store_count(&scratch, TABLE_SERIES), 60 + 144 + 168);
    read_window(SERIES_HOURS, start_ms + 10 * DAY_MS - 1);
    assert_true(window.sum.opened >= 7 * 24 * 60 / 7 - 9 && window.sum.opened <= 7 * 24 * 60 / 7);
    read_window(SERIES_MINUTES, start_ms + 10 * DAY_MS - 1);
    assert_true(window.sum.opened >= 8 && window.sum.opened <= 9);
}

static void
rows_of_an_earlier_round_count_for_nothing(void **unused)
{
    (void)unused;
    add(start_ms, 5, 5);
    read_window(SERIES_MINUTES, start_ms + HOUR_MS);
    assert_int_equal(window.sum.opened, 0);
    read_window(SERIES_HOURS, start_ms + 7 * DAY_MS);
    assert_int_equal(window.sum.opened, 0);
}

static void
a_clock_that_steps_back_hides_what_it_has_not_reached(void **unused)
{
    (void)unused;
    add(start_ms, 1, 1);
    add(start_ms + 5 * MINUTE_MS, 2, 3);
    add(start_ms + MINUTE_MS, 4, 7); /* five minutes were taken back */
    read_window(SERIES_MINUTES, start_ms + MINUTE_MS);
    assert_int_equal(window.sum.opened, 5);
    assert_int_equal(window.points[59].opened, 4);
    assert_int_equal(window.points[59].waiting[1], 7);
    read_window(SERIES_MINUTES, start_ms + 5 * MINUTE_MS);
    assert_int_equal(window.sum.opened, 7);
    add(start_ms + 100 * 365 * DAY_MS, 1, 1); /* a wrong clock */
    read_window(SERIES_MINUTES, start_ms + 5 * MINUTE_MS);
    assert_true(window.sum.opened >= 6);
    read_window(SERIES_MINUTES, 0);
    assert_int_equal(window.sum.opened, 0);
}

static void
refusals_of_today_are_those_of_rows_that_began_today(void **unused)
{
    (void)unused;
    add(start_ms - 1, 1, 1);
    add(start_ms, 2, 3);
    add(start_ms + 3 * HOUR_MS, 3, 6);
    read_window(SERIES_HOURS, start_ms + 4 * HOUR_MS);
    assert_int_equal(window.refused_since[REFUSED_NOT_DELIVERABLE], 5);
    assert_int_equal(window.sum.refused[REFUSED_NOT_DELIVERABLE], 6);
}

static void
a_row_that_cannot_be_read_counts_as_none_and_is_replaced(void **unused)
{
    (void)unused;
    static const uint8_t place[] = { SERIES_MINUTES, 0, 0 };
    struct store_txn *txn = NULL;
    assert_int_equal(start_ms / MINUTE_MS % 60, 0);
    assert_int_equal(store_begin_write(scratch.store, &txn), OK);
    assert_int_equal(store_put(txn, TABLE_SERIES, bytes_of(place, 3), bytes_of_text("rubbish")),
                     OK);
    assert_int_equal(store_commit(txn), OK);
    read_window(SERIES_MINUTES, start_ms);
    assert_int_equal(window.sum.opened, 0);
    add(start_ms, 1, 1);
    read_window(SERIES_MINUTES, start_ms);
    assert_int_equal(window.sum.opened, 1);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_counted_in_one_span_stands_in_one_point),
        TEST(where_nothing_was_counted_what_waited_goes_on_waiting),
        TEST(it_survives_a_restart),
        TEST(it_never_grows_beyond_its_rings),
        TEST(rows_of_an_earlier_round_count_for_nothing),
        TEST(a_clock_that_steps_back_hides_what_it_has_not_reached),
        TEST(refusals_of_today_are_those_of_rows_that_began_today),
        TEST(a_row_that_cannot_be_read_counts_as_none_and_is_replaced),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
