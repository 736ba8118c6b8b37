/* SPDX-License-Identifier: Apache-2.0
 *
 * admission_test - which doors shut at which figures, in which order, and when they open again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/core/admission.h"

#define MIB (UINT64_C(1024) * 1024)

static const struct admission_limits limits = { .disk_reserve_bytes = 1000 * MIB,
                                                .outbox_messages = 80,
                                                .map_fill_percent = 90 };

static struct admission_figures
disk_figures(uint64_t free_bytes)
{
    return (struct admission_figures){ .free_bytes = free_bytes, .map_bytes = 1000 * MIB };
}

static struct admission_figures
map_figures(uint64_t used_mib)
{
    return (struct admission_figures){ .free_bytes = ADMISSION_FREE_UNKNOWN,
                                       .used_bytes = used_mib * MIB,
                                       .map_bytes = 1000 * MIB };
}

static unsigned
shut_at_disk(struct admission *admission, uint64_t free_bytes)
{
    const struct admission_figures figures = disk_figures(free_bytes);
    (void)admission_look(admission, &figures);
    return admission->shut;
}

static unsigned
shut_at_map(struct admission *admission, uint64_t used_mib)
{
    const struct admission_figures figures = map_figures(used_mib);
    (void)admission_look(admission, &figures);
    return admission->shut;
}

static void
nothing_is_refused_without_limits(void **unused)
{
    (void)unused;
    struct admission admission;
    const struct admission_limits none = { 0 };
    struct admission_figures figures = map_figures(999);
    figures.free_bytes = 0;
    admission_init(&admission, &none);
    assert_int_equal(admission_look(&admission, &figures), ADMISSION_MAP_WARNING);
    assert_int_equal(admission_take(&admission, 5000 * MIB, NULL), OK);
    assert_int_equal(admission_opening(&admission), REFUSAL_NONE);
    assert_false(admission_peer_shut(&admission, UINT64_MAX, false));
}

static void
nothing_is_refused_before_the_first_look(void **unused)
{
    (void)unused;
    struct admission admission;
    admission_init(&admission, &limits);
    assert_int_equal(admission_take(&admission, MIB, NULL), OK);
    assert_int_equal(admission_opening(&admission), REFUSAL_NONE);
}

static void
a_disk_that_cannot_be_asked_shuts_nothing(void **unused)
{
    (void)unused;
    struct admission admission;
    admission_init(&admission, &limits);
    assert_int_equal(shut_at_disk(&admission, ADMISSION_FREE_UNKNOWN), 0);
    assert_int_equal(admission_take(&admission, 5000 * MIB, NULL), OK);
    assert_true(admission.figures.free_bytes == ADMISSION_FREE_UNKNOWN);
}

static void
the_disk_shuts_the_own_door_at_the_reserve_and_the_opening_one_at_half(void **unused)
{
    (void)unused;
    const struct {
        uint64_t free_bytes;
        unsigned want;
    } cases[] = {
        { 5000 * MIB, 0 },
        { 1000 * MIB, 0 },
        { 1000 * MIB - 1, ADMISSION_OWN_DISK },
        { 500 * MIB, ADMISSION_OWN_DISK },
        { 500 * MIB - 1, ADMISSION_OWN_DISK | ADMISSION_OPENING_DISK },
        { 0, ADMISSION_OWN_DISK | ADMISSION_OPENING_DISK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct admission admission;
        admission_init(&admission, &limits);
        assert_int_equal(shut_at_disk(&admission, cases[i].free_bytes), cases[i].want);
    }
}

static void
the_map_warns_then_shuts_the_own_door_then_the_opening_one(void **unused)
{
    (void)unused;
    const struct {
        uint64_t used_mib;
        unsigned want;
    } cases[] = {
        { 699, 0 },
        { 700, ADMISSION_MAP_WARNING },
        { 899, ADMISSION_MAP_WARNING },
        { 900, ADMISSION_MAP_WARNING | ADMISSION_OWN_MAP },
        { 949, ADMISSION_MAP_WARNING | ADMISSION_OWN_MAP },
        { 950, ADMISSION_MAP_WARNING | ADMISSION_OWN_MAP | ADMISSION_OPENING_MAP },
        { 2000, ADMISSION_MAP_WARNING | ADMISSION_OWN_MAP | ADMISSION_OPENING_MAP },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct admission admission;
        admission_init(&admission, &limits);
        assert_int_equal(shut_at_map(&admission, cases[i].used_mib), cases[i].want);
    }
}

/* Whatever the limits are: who opens cases elsewhere is held up only after the own door is shut. */
static void
the_own_door_always_shuts_first(void **unused)
{
    (void)unused;
    for (unsigned percent = 1; percent <= 100; percent++)
        for (uint64_t level = 0; level <= 1000; level++) {
            struct admission admission;
            const struct admission_limits some = { .disk_reserve_bytes = level,
                                                   .map_fill_percent = percent };
            struct admission_figures figures = map_figures(level);
            figures.free_bytes = 1000 - level;
            admission_init(&admission, &some);
            (void)admission_look(&admission, &figures);
            if (admission.shut & ADMISSION_OPENING_DISK)
                assert_true(admission.shut & ADMISSION_OWN_DISK);
            if (admission.shut & ADMISSION_OPENING_MAP)
                assert_true(admission.shut & ADMISSION_OWN_MAP);
        }
}

static void
a_door_that_shut_opens_only_when_there_is_clearly_more_room(void **unused)
{
    (void)unused;
    struct admission admission;
    admission_init(&admission, &limits);
    assert_int_equal(shut_at_disk(&admission, 400 * MIB),
                     ADMISSION_OWN_DISK | ADMISSION_OPENING_DISK);
    assert_int_equal(shut_at_disk(&admission, 562 * MIB),
                     ADMISSION_OWN_DISK | ADMISSION_OPENING_DISK);
    assert_int_equal(shut_at_disk(&admission, 563 * MIB), ADMISSION_OWN_DISK);
    assert_int_equal(shut_at_disk(&admission, 1124 * MIB), ADMISSION_OWN_DISK);
    assert_int_equal(admission_take(&admission, 1, NULL), ERR_REFUSED);
    assert_int_equal(shut_at_disk(&admission, 1125 * MIB), 0);
    assert_int_equal(shut_at_disk(&admission, 1000 * MIB), 0);

    assert_int_equal(shut_at_map(&admission, 960),
                     ADMISSION_OWN_MAP | ADMISSION_OPENING_MAP | ADMISSION_MAP_WARNING);
    assert_int_equal(shut_at_map(&admission, 929), ADMISSION_OWN_MAP | ADMISSION_MAP_WARNING);
    assert_int_equal(shut_at_map(&admission, 880), ADMISSION_OWN_MAP | ADMISSION_MAP_WARNING);
    assert_int_equal(shut_at_map(&admission, 879), ADMISSION_MAP_WARNING);
    assert_int_equal(shut_at_map(&admission, 680), ADMISSION_MAP_WARNING);
    assert_int_equal(shut_at_map(&admission, 679), 0);
}

static void
a_large_reserve_does_not_keep_the_door_shut_for_long(void **unused)
{
    (void)unused;
    struct admission admission;
    const struct admission_limits large = { .disk_reserve_bytes = 100000 * MIB };
    admission_init(&admission, &large);
    assert_int_equal(shut_at_disk(&admission, 60000 * MIB), ADMISSION_OWN_DISK);
    assert_int_equal(shut_at_disk(&admission, 100255 * MIB), ADMISSION_OWN_DISK);
    assert_int_equal(shut_at_disk(&admission, 100256 * MIB), 0);
}

static void
a_look_answers_what_changed(void **unused)
{
    (void)unused;
    struct admission admission;
    struct admission_figures figures = disk_figures(700 * MIB);
    admission_init(&admission, &limits);
    assert_int_equal(admission_look(&admission, &figures), ADMISSION_OWN_DISK);
    assert_int_equal(admission_look(&admission, &figures), 0);
    figures.free_bytes = 100 * MIB;
    assert_int_equal(admission_look(&admission, &figures), ADMISSION_OPENING_DISK);
    figures.free_bytes = 9000 * MIB;
    assert_int_equal(admission_look(&admission, &figures),
                     ADMISSION_OWN_DISK | ADMISSION_OPENING_DISK);
}

/* A thousand applications in one turn, and the disk is looked at once a second. */
static void
what_is_admitted_counts_until_the_next_look(void **unused)
{
    (void)unused;
    struct admission admission;
    struct admission_figures figures = disk_figures(1010 * MIB);
    unsigned taken = 0;
    admission_init(&admission, &limits);
    assert_int_equal(admission_look(&admission, &figures), 0);
    while (taken < 1000 && admission_take(&admission, MIB, NULL) == OK)
        taken++;
    assert_int_equal(taken, 11);
    assert_int_equal(admission_look(&admission, &figures), 0); /* less was written than thought */
    assert_int_equal(admission_take(&admission, MIB, NULL), OK);

    figures = map_figures(895);
    (void)admission_look(&admission, &figures);
    for (taken = 0; taken < 1000 && admission_take(&admission, MIB, NULL) == OK; taken++)
        ;
    assert_int_equal(taken, 5);
}

static void
a_refusal_names_the_code_the_option_and_the_figures(void **unused)
{
    (void)unused;
    struct admission admission;
    struct refusal refusal = { 0 };
    admission_init(&admission, &limits);
    (void)shut_at_disk(&admission, 300 * MIB);
    assert_int_equal(admission_take(&admission, 1, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_DISK_RESERVE);
    assert_string_equal(refusal.field, "disk-reserve");
    assert_string_equal(refusal.rule, "no new work is taken: 300 MiB of the disk are free, and "
                                      "1000 MiB are kept for accepted cases");
    assert_int_equal(admission_opening(&admission), REFUSAL_DISK_RESERVE);

    (void)shut_at_map(&admission, 960);
    assert_int_equal(admission_take(&admission, 1, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_STORE_NEARLY_FULL);
    assert_string_equal(refusal.field, "map-fill-max");
    assert_non_null(strstr(refusal.rule, "96 % full, at most 90 %"));
    assert_int_equal(admission_opening(&admission), REFUSAL_STORE_NEARLY_FULL);
    (void)admission_refuse_cause(&admission, ADMISSION_OPENING_MAP, &refusal);
    assert_non_null(strstr(refusal.rule, "96 % full, at most 95 %"));

    (void)admission_refuse_peer(&admission, "440106000001", 80, &refusal);
    assert_int_equal(refusal.code, REFUSAL_PEER_BACKLOG);
    assert_string_equal(refusal.field, "outbox-max");
    assert_string_equal(refusal.rule, "80 messages wait for 440106000001, and at most 80 may; try "
                                      "again when it takes them");
}

static void
the_door_of_a_peer_shuts_at_the_bound_and_opens_below_it(void **unused)
{
    (void)unused;
    struct admission admission;
    admission_init(&admission, &limits);
    assert_false(admission_peer_shut(&admission, 79, false));
    assert_true(admission_peer_shut(&admission, 80, false));
    assert_true(admission_peer_shut(&admission, 70, true));
    assert_false(admission_peer_shut(&admission, 69, true));

    admission.limits.outbox_messages = 1;
    assert_true(admission_peer_shut(&admission, 1, true));
    assert_false(admission_peer_shut(&admission, 0, true));
}

static void
the_map_percent_is_bounded_whatever_the_figures(void **unused)
{
    (void)unused;
    const struct {
        uint64_t used_bytes, map_bytes;
        unsigned want;
    } cases[] = {
        { 0, 0, 0 },       { 5, 0, 0 },
        { 5, 5, 100 },     { UINT64_MAX, 1000, 100 },
        { 500, 1000, 50 }, { UINT64_MAX / 2, UINT64_MAX, 50 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct admission_figures figures = { .used_bytes = cases[i].used_bytes,
                                                   .map_bytes = cases[i].map_bytes };
        assert_int_equal(admission_map_percent(&figures), cases[i].want);
    }
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_refused_without_limits),
        cmocka_unit_test(nothing_is_refused_before_the_first_look),
        cmocka_unit_test(a_disk_that_cannot_be_asked_shuts_nothing),
        cmocka_unit_test(the_disk_shuts_the_own_door_at_the_reserve_and_the_opening_one_at_half),
        cmocka_unit_test(the_map_warns_then_shuts_the_own_door_then_the_opening_one),
        cmocka_unit_test(the_own_door_always_shuts_first),
        cmocka_unit_test(a_door_that_shut_opens_only_when_there_is_clearly_more_room),
        cmocka_unit_test(a_large_reserve_does_not_keep_the_door_shut_for_long),
        cmocka_unit_test(a_look_answers_what_changed),
        cmocka_unit_test(what_is_admitted_counts_until_the_next_look),
        cmocka_unit_test(a_refusal_names_the_code_the_option_and_the_figures),
        cmocka_unit_test(the_door_of_a_peer_shuts_at_the_bound_and_opens_below_it),
        cmocka_unit_test(the_map_percent_is_bounded_whatever_the_figures),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
