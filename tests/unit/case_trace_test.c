/* SPDX-License-Identifier: Apache-2.0
 *
 * case_trace_test - the way of an application: what is kept of it, merged, and sent along.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/io/case_trace.h"

#define OWN_OFFICE   "310115000001"
#define OTHER_OFFICE "110105000000"
#define THIRD_OFFICE "440105000000"

static struct arena arena;

static int
set_up(void **unused)
{
    (void)unused;
    arena_init(&arena);
    return 0;
}

static int
tear_down(void **unused)
{
    (void)unused;
    arena_fini(&arena);
    return 0;
}

static Yidi__Hop
hop_of(const char *office, uint64_t leaf_index)
{
    Yidi__Hop hop = YIDI__HOP__INIT;
    hop.office = (char *)(uintptr_t)office;
    hop.step = YIDI__STEP__RECORDED;
    hop.leaf_index = leaf_index;
    hop.time_ms = 1000 + leaf_index;
    hop.operator_ = "clerk1";
    return hop;
}

static void
the_trace_is_bounded_and_keeps_its_first_hop(void **unused)
{
    (void)unused;
    enum { BOUND = CASE_TRACE_MAX, HOPS = 300 };
    Yidi__Case row = YIDI__CASE__INIT;
    for (uint64_t leaf = 0; leaf < HOPS; leaf++) {
        const Yidi__Hop hop = hop_of(OWN_OFFICE, leaf);
        assert_int_equal(case_trace_add(&row, OWN_OFFICE, &hop, &arena), OK);
        assert_true(row.n_trace <= BOUND);
    }
    assert_int_equal(row.n_trace, BOUND);
    assert_int_equal(row.trace[0]->leaf_index, 0);
    for (uint64_t i = 1; i < BOUND; i++)
        assert_int_equal(row.trace[i]->leaf_index, HOPS - BOUND + i);
}

static void
a_hop_is_copied(void **unused)
{
    (void)unused;
    char office[] = OWN_OFFICE;
    Yidi__Case row = YIDI__CASE__INIT;
    const Yidi__Hop hop = hop_of(office, 1);
    assert_int_equal(case_trace_add(&row, OWN_OFFICE, &hop, &arena), OK);
    office[0] = '9';
    assert_string_equal(row.trace[0]->office, OWN_OFFICE);
    assert_string_equal(row.trace[0]->operator_, "clerk1");
}

static void
merging_takes_new_hops_of_the_sender_once(void **unused)
{
    (void)unused;
    Yidi__Hop hops[] = {
        hop_of(OTHER_OFFICE, 1), hop_of(OWN_OFFICE, 2),   hop_of(OTHER_OFFICE, 1),
        hop_of(OTHER_OFFICE, 3), hop_of(THIRD_OFFICE, 1), hop_of(OTHER_OFFICE, 1)
    };
    hops[5].step = YIDI__STEP__CLOSED; /* another step of the same entry */
    Yidi__Hop *list[6];
    Yidi__Case row = YIDI__CASE__INIT;
    for (size_t i = 0; i < 6; i++)
        list[i] = &hops[i];
    const struct incoming incoming = { .from = OTHER_OFFICE, .trace = list, .trace_count = 6 };
    for (int round = 0; round < 2; round++)
        assert_int_equal(case_trace_merge(&row, OWN_OFFICE, &incoming, &arena), OK);
    assert_int_equal(row.n_trace, 3); /* nothing in the name of a third office */
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(row.trace[i]->office, OTHER_OFFICE);
    assert_int_equal(row.trace[1]->leaf_index, 3);
    assert_int_equal(row.trace[2]->step, YIDI__STEP__CLOSED);
}

/* An office that lost its past has another journal now, and tells the same hops again. */
static void
merging_knows_a_hop_from_another_place_again(void **unused)
{
    (void)unused;
    Yidi__Hop first = hop_of(OTHER_OFFICE, 1), again = first, *list[] = { &first, &again };
    Yidi__Case row = YIDI__CASE__INIT;
    again.leaf_index = 77;
    const struct incoming incoming = { .from = OTHER_OFFICE, .trace = list, .trace_count = 2 };
    assert_int_equal(case_trace_merge(&row, OWN_OFFICE, &incoming, &arena), OK);
    assert_int_equal(row.n_trace, 1);
    assert_int_equal(row.trace[0]->leaf_index, 1);
}

static void
hops_of_other_offices_never_displace_own_ones(void **unused)
{
    (void)unused;
    enum { BOUND = CASE_TRACE_MAX, OWN = 20, FOREIGN = 200 };
    Yidi__Hop hops[FOREIGN], *list[FOREIGN], *own[OWN];
    Yidi__Case row = YIDI__CASE__INIT;
    for (uint64_t leaf = 0; leaf < OWN; leaf++) {
        const Yidi__Hop hop = hop_of(OWN_OFFICE, leaf);
        assert_int_equal(case_trace_add(&row, OWN_OFFICE, &hop, &arena), OK);
    }
    for (size_t i = 0; i < FOREIGN; i++) {
        hops[i] = hop_of(OTHER_OFFICE, i);
        list[i] = &hops[i];
    }
    const struct incoming incoming = { .from = OTHER_OFFICE,
                                       .trace = list,
                                       .trace_count = FOREIGN };
    assert_int_equal(case_trace_merge(&row, OWN_OFFICE, &incoming, &arena), OK);
    assert_int_equal(row.n_trace, BOUND);
    assert_int_equal(case_trace_own(&row, OWN_OFFICE, own, OWN), OWN);
    assert_int_equal(row.trace[BOUND - 1]->leaf_index, FOREIGN - 1);

    for (uint64_t leaf = 0; leaf < BOUND; leaf++) { /* own ones displace the foreign, then own */
        const Yidi__Hop hop = hop_of(OWN_OFFICE, OWN + leaf);
        assert_int_equal(case_trace_add(&row, OWN_OFFICE, &hop, &arena), OK);
    }
    hops[0].leaf_index = FOREIGN;
    const struct incoming late = { .from = OTHER_OFFICE, .trace = list, .trace_count = 1 };
    assert_int_equal(case_trace_merge(&row, OWN_OFFICE, &late, &arena), OK);
    for (size_t i = 0; i < BOUND; i++)
        assert_string_equal(row.trace[i]->office, OWN_OFFICE);
}

static void
the_own_trace_is_the_last_of_the_own_hops_in_order(void **unused)
{
    (void)unused;
    Yidi__Hop *sent[4];
    Yidi__Case row = YIDI__CASE__INIT;
    assert_int_equal(case_trace_own(&row, OWN_OFFICE, sent, 4), 0);
    for (uint64_t leaf = 0; leaf < 10; leaf++) {
        const Yidi__Hop hop = hop_of(leaf % 2 == 0 ? OWN_OFFICE : OTHER_OFFICE, leaf);
        assert_int_equal(case_trace_add(&row, OWN_OFFICE, &hop, &arena), OK);
    }
    assert_int_equal(case_trace_own(&row, OWN_OFFICE, sent, 4), 4);
    for (uint64_t i = 0; i < 4; i++)
        assert_int_equal(sent[i]->leaf_index, 2 + 2 * i);
    assert_int_equal(case_trace_own(&row, THIRD_OFFICE, sent, 4), 0);
    assert_int_equal(case_trace_own(&row, OWN_OFFICE, sent, 0), 0);
}

int
main(int argc, char *argv[])
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_trace_is_bounded_and_keeps_its_first_hop),
        TEST(a_hop_is_copied),
        TEST(merging_takes_new_hops_of_the_sender_once),
        TEST(merging_knows_a_hop_from_another_place_again),
        TEST(hops_of_other_offices_never_displace_own_ones),
        TEST(the_own_trace_is_the_last_of_the_own_hops_in_order),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
