/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <string.h>

#include "common/core/arena.h"

static bool
is_zero(const uint8_t *memory, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (memory[i] != 0)
            return false;
    return true;
}

static void
arena_take_gives_zeroed_aligned_memory_that_never_overlaps(void **unused)
{
    (void)unused;
    static const size_t sizes[] = { 1, 3, 16, 17, 100, 4096, 0, 65536, 65537, 1000000, 5 };
    enum { COUNT = sizeof sizes / sizeof *sizes };
    uint8_t *taken[COUNT];
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < COUNT; i++) {
        taken[i] = arena_take(&arena, sizes[i]);
        assert_non_null(taken[i]);
        assert_int_equal((uintptr_t)taken[i] % alignof(max_align_t), 0);
        assert_true(is_zero(taken[i], sizes[i]));
        memset(taken[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(taken[i][at], i + 1);
}

static void
arena_take_gives_zeroed_memory_again_after_a_reset(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    memset(arena_take(&arena, 1000), 0xff, 1000);
    arena_reset(&arena);
    assert_true(is_zero(arena_take(&arena, 1000), 1000));
}

static void
arena_reset_keeps_one_block_of_the_standard_size(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    uint8_t *first = arena_take(&arena, 10);
    struct arena_block *block = arena.blocks;
    assert_non_null(arena_take(&arena, ARENA_BLOCK_BYTES));
    assert_ptr_not_equal(arena.blocks, block);
    arena_reset(&arena);
    assert_ptr_equal(arena.blocks, block);
    assert_ptr_equal(arena_take(&arena, 10), first);
}

static void
arena_reset_gives_a_big_first_block_back(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    assert_non_null(arena_take(&arena, 2 * ARENA_BLOCK_BYTES));
    arena_reset(&arena);
    assert_null(arena.blocks);
    arena_reset(&arena); /* of an empty one */
    assert_non_null(arena_take(&arena, 1));
}

static void
arena_take_refuses_a_size_that_overflows(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    assert_null(arena_take(&arena, SIZE_MAX));
    assert_null(arena_take(&arena, SIZE_MAX - alignof(max_align_t)));
    assert_non_null(arena_take(&arena, 8)); /* and goes on */
}

static void
arena_copies_are_equal_and_their_own(void **unused)
{
    (void)unused;
    AUTO(arena) struct arena arena;
    arena_init(&arena);
    char original[] = "阿不都";
    char *text = arena_copy_text(&arena, original);
    struct bytes copy = arena_copy(&arena, bytes_of(original, 4));
    original[0] = 'x';
    assert_string_equal(text, "阿不都");
    assert_int_equal(copy.size, 4);
    assert_memory_equal(copy.data, "阿不都", 4);
    assert_string_equal(arena_copy_text(&arena, ""), "");
    copy = arena_copy(&arena, (struct bytes){ 0 });
    assert_null(copy.data);
    assert_int_equal(copy.size, 0);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_take_gives_zeroed_aligned_memory_that_never_overlaps),
        cmocka_unit_test(arena_take_gives_zeroed_memory_again_after_a_reset),
        cmocka_unit_test(arena_reset_keeps_one_block_of_the_standard_size),
        cmocka_unit_test(arena_reset_gives_a_big_first_block_back),
        cmocka_unit_test(arena_take_refuses_a_size_that_overflows),
        cmocka_unit_test(arena_copies_are_equal_and_their_own),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
