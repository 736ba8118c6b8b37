/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "production-node/core/order.h"
#include "tests/lib/machine_check.h"

enum {
    ABSENT = ORDER_ABSENT,
    ORDERED = ORDER_ORDERED,
    MADE = ORDER_MADE,
    VERIFIED = ORDER_VERIFIED,
    DISPATCHED = ORDER_DISPATCHED,
    DELIVERED = ORDER_DELIVERED,
    CLOSED = ORDER_CLOSED,
    MISSING = ORDER_MISSING,
    WITHDRAWN = ORDER_WITHDRAWN,
    ABANDONED = ORDER_ABANDONED,
};

/* clang-format off */
/* Every legal pair; any other is refused. */
static const struct expected_effects follows[] = {
    { ABSENT, ORDER_PLACE, ORDERED, STEP_ORDERED, { { 0 } }, false },

    { ORDERED, ORDER_MAKE, MADE, STEP_MADE, { { 0 } }, false },
    { ORDERED, ORDER_MAKE_BAD, ORDERED, STEP_SPOILED, { { 0 } }, false },
    { ORDERED, ORDER_WITHDRAW, WITHDRAWN, STEP_WITHDRAWN, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },
    { ORDERED, ORDER_WITHDRAW_LATE, ORDERED, STEP_WITHDRAWAL_DENIED, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { MADE, ORDER_CHECK_EYE, MADE, STEP_CHECKED_BY_EYE, { { 0 } }, false },
    { MADE, ORDER_CHECK_READER, MADE, STEP_CHECKED_BY_READER, { { 0 } }, false },
    { MADE, ORDER_CHECK_GOOD, VERIFIED, STEP_VERIFIED, { { MESSAGE_CARD_MADE, PARTY_REGISTRY } }, false },
    { MADE, ORDER_CHECK_BAD, ORDERED, STEP_SPOILED, { { 0 } }, false },
    { MADE, ORDER_WITHDRAW, MADE, STEP_WITHDRAWAL_DENIED, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { VERIFIED, ORDER_DISPATCH, DISPATCHED, STEP_DISPATCHED, { { MESSAGE_CARD_DISPATCHED, PARTY_ACCEPTANCE } }, false },
    { VERIFIED, ORDER_WITHDRAW, VERIFIED, STEP_WITHDRAWAL_DENIED, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { DISPATCHED, ORDER_ARRIVED_WELL, DELIVERED, STEP_ARRIVED, { { 0 } }, false },
    { DISPATCHED, ORDER_ARRIVED_DEFECTIVE, ORDERED, STEP_SPOILED, { { 0 } }, false },
    { DISPATCHED, ORDER_ARRIVED_NOT, MISSING, STEP_MISSING, { { 0 } }, false },
    { DISPATCHED, ORDER_WITHDRAW, DISPATCHED, STEP_WITHDRAWAL_DENIED, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { MISSING, ORDER_FOUND, VERIFIED, STEP_FOUND, { { 0 } }, false },
    { MISSING, ORDER_LOST, ORDERED, STEP_SPOILED, { { 0 } }, false },
    { MISSING, ORDER_WITHDRAW, MISSING, STEP_WITHDRAWAL_DENIED, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { DELIVERED, ORDER_ARRIVED_DEFECTIVE, ORDERED, STEP_SPOILED, { { 0 } }, false },
    { DELIVERED, ORDER_COLLECTED, CLOSED, STEP_CLOSED, { { 0 } }, false },
    { DELIVERED, ORDER_DESTROYED, CLOSED, STEP_DESTROYED, { { 0 } }, false },
    { DELIVERED, ORDER_WITHDRAW, DELIVERED, STEP_WITHDRAWAL_DENIED, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    { CLOSED, ORDER_ARRIVED_DEFECTIVE, ORDERED, STEP_SPOILED, { { 0 } }, false },
    { CLOSED, ORDER_WITHDRAW, CLOSED, STEP_WITHDRAWAL_DENIED, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },

    /* an office is no more, and may be back */
    { ORDERED, ORDER_ABANDON, ABANDONED, STEP_ABANDONED, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },
    { VERIFIED, ORDER_ABANDON, ABANDONED, STEP_ABANDONED, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },
    { DISPATCHED, ORDER_ABANDON, ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { MISSING, ORDER_ABANDON, ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { DELIVERED, ORDER_ABANDON, ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { ABANDONED, ORDER_WITHDRAW, ABANDONED, STEP_RECORDED, { { MESSAGE_ORDER_WITHDRAWAL_ANSWERED, PARTY_REGISTRY } }, false },
    { ABANDONED, ORDER_ARRIVED_WELL, DELIVERED, STEP_ARRIVED, { { 0 } }, false },
    { ABANDONED, ORDER_ARRIVED_DEFECTIVE, ORDERED, STEP_SPOILED, { { 0 } }, false },
    { ABANDONED, ORDER_ARRIVED_NOT, MISSING, STEP_MISSING, { { 0 } }, false },
    { ABANDONED, ORDER_COLLECTED, CLOSED, STEP_CLOSED, { { 0 } }, false },
    { ABANDONED, ORDER_DESTROYED, CLOSED, STEP_DESTROYED, { { 0 } }, false },
    { DISPATCHED, ORDER_DESTROYED, CLOSED, STEP_DESTROYED, { { 0 } }, false },
    { WITHDRAWN, ORDER_MAKE_UNWANTED, WITHDRAWN, STEP_SPOILED, { { 0 } }, false },
    { ABANDONED, ORDER_MAKE_UNWANTED, ABANDONED, STEP_SPOILED, { { 0 } }, false },

    /* the case has ended */
    { MADE, ORDER_FAIL_UNWANTED, ABANDONED, STEP_SPOILED, { { 0 } }, false },
    { DISPATCHED, ORDER_FAIL_UNWANTED, ABANDONED, STEP_SPOILED, { { 0 } }, false },
    { MISSING, ORDER_FAIL_UNWANTED, ABANDONED, STEP_SPOILED, { { 0 } }, false },
    { DELIVERED, ORDER_FAIL_UNWANTED, ABANDONED, STEP_SPOILED, { { 0 } }, false },
    { CLOSED, ORDER_FAIL_UNWANTED, CLOSED, STEP_SPOILED, { { 0 } }, false },
    { ABANDONED, ORDER_FAIL_UNWANTED, ABANDONED, STEP_SPOILED, { { 0 } }, false },
};
/* clang-format on */

static void
order_step_follows_the_map(void **unused)
{
    (void)unused;
    for (int from = 0; from < ORDER_STATE_COUNT; from++)
        for (int kind = 0; kind < ORDER_EVENT_COUNT; kind++) {
            struct order order = { .state = from, .maker = "ma", .card_serial = "A1" };
            const struct order_event event = {
                .kind = kind, .operator= "wei", .card_serial = "A1", .checked = ORDER_BY_BOTH
            };
            struct effects effects = { 0 };
            struct refusal refusal = { 0 };
            const struct expected_effects *want =
                machine_check_find(follows, sizeof follows / sizeof *follows, from, kind);
            assert_int_equal(order_step(&order, &event, &effects, &refusal),
                             want == NULL ? ERR_REFUSED : OK);
            assert_int_equal(order.state, want == NULL ? from : want->to);
            if (want == NULL) {
                assert_int_equal(refusal.code, REFUSAL_ILLEGAL_IN_STATE);
                assert_int_equal(effects.count, 0);
            } else {
                machine_check_effects(want, &effects);
            }
        }
}

/* state, event, who acts, which card, and what is said to it; the maker is ma, the card A1 */
static const struct {
    int from;
    enum order_event_kind on;
    const char *operator;
    const char *card_serial;
    enum refusal_code code;
} guarded[] = {
    { MADE, ORDER_CHECK_GOOD, "ma", "", REFUSAL_FOUR_EYES },
    { MADE, ORDER_CHECK_BAD, "ma", "", REFUSAL_FOUR_EYES },
    { MADE, ORDER_CHECK_EYE, "ma", "", REFUSAL_FOUR_EYES },
    { MADE, ORDER_CHECK_READER, "ma", "", REFUSAL_FOUR_EYES },
    { MADE, ORDER_CHECK_GOOD, "wei", "", REFUSAL_NONE },
    { MADE, ORDER_CHECK_BAD, "wei", "", REFUSAL_NONE },
    { ORDERED, ORDER_MAKE, "ma", "", REFUSAL_NONE },
    { VERIFIED, ORDER_DISPATCH, "ma", "", REFUSAL_NONE },
    { DISPATCHED, ORDER_ARRIVED_WELL, "", "A2", REFUSAL_CARD_SERIAL_MISMATCH },
    { DISPATCHED, ORDER_ARRIVED_DEFECTIVE, "", "A2", REFUSAL_CARD_SERIAL_MISMATCH },
    { DELIVERED, ORDER_ARRIVED_DEFECTIVE, "", "A", REFUSAL_CARD_SERIAL_MISMATCH },
    { DELIVERED, ORDER_COLLECTED, "", "A11", REFUSAL_CARD_SERIAL_MISMATCH },
    { DELIVERED, ORDER_COLLECTED, "", "", REFUSAL_CARD_SERIAL_MISMATCH },
    { DELIVERED, ORDER_COLLECTED, "", "A1", REFUSAL_NONE },
    { ORDERED, ORDER_CHECK_GOOD, "ma", "", REFUSAL_ILLEGAL_IN_STATE },
    { CLOSED, ORDER_COLLECTED, "", "A2", REFUSAL_ILLEGAL_IN_STATE },
};

static void
order_guards_refuse_and_touch_nothing(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++) {
        struct order order = { .state = guarded[i].from, .maker = "ma", .card_serial = "A1" };
        const struct order_event event = { .kind = guarded[i].on,
                                           .operator= guarded[i].operator,
                                           .card_serial = guarded[i].card_serial,
                                           .checked = ORDER_BY_BOTH };
        struct effects effects = { 0 };
        struct refusal refusal = { 0 };
        bool refused = guarded[i].code != REFUSAL_NONE;
        assert_int_equal(order_step(&order, &event, &effects, &refusal),
                         refused ? ERR_REFUSED : OK);
        assert_int_equal(refusal.code, guarded[i].code);
        assert_int_equal(effects.count == 0, refused);
        assert_int_equal(order.state == guarded[i].from, refused);
        assert_string_equal(order.maker, "ma");
        assert_string_equal(order.card_serial, "A1");
    }
}

/* what was found good before, what is found good now, what follows */
static void
a_card_is_verified_when_it_is_good_by_eye_and_by_reader(void **unused)
{
    static const struct {
        unsigned before, now;
        int state;
        enum step step;
    } rows[] = {
        { 0, ORDER_BY_EYE, MADE, STEP_CHECKED_BY_EYE },
        { 0, ORDER_BY_READER, MADE, STEP_CHECKED_BY_READER },
        { 0, ORDER_BY_BOTH, VERIFIED, STEP_VERIFIED },
        { ORDER_BY_EYE, ORDER_BY_EYE, MADE, STEP_CHECKED_BY_EYE },
        { ORDER_BY_EYE, ORDER_BY_READER, VERIFIED, STEP_VERIFIED },
        { ORDER_BY_READER, ORDER_BY_READER, MADE, STEP_CHECKED_BY_READER },
        { ORDER_BY_READER, ORDER_BY_EYE, VERIFIED, STEP_VERIFIED },
    };
    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct order order = {
            .state = MADE, .maker = "ma", .card_serial = "A1", .checked = rows[i].before
        };
        const struct order_event event = {
            .kind = ORDER_CHECK_GOOD, .operator= "wei", .card_serial = "", .checked = rows[i].now
        };
        struct effects effects = { 0 };
        assert_int_equal(order_step(&order, &event, &effects, NULL), OK);
        assert_int_equal(order.state, rows[i].state);
        assert_int_equal(effects.list[0].what, rows[i].step);
        assert_int_equal(effects.count, rows[i].state == VERIFIED ? 2 : 1);
    }
}

static void
one_bad_check_spoils_a_card_that_the_other_found_good(void **unused)
{
    (void)unused;
    for (unsigned before = 0; before < ORDER_BY_BOTH; before++)
        for (unsigned now = ORDER_BY_EYE; now <= ORDER_BY_READER; now++) {
            struct order order = {
                .state = MADE, .maker = "ma", .card_serial = "A1", .checked = before
            };
            const struct order_event event = {
                .kind = ORDER_CHECK_BAD, .operator= "wei", .card_serial = "", .checked = now
            };
            struct effects effects = { 0 };
            assert_int_equal(order_step(&order, &event, &effects, NULL), OK);
            assert_int_equal(order.state, ORDERED);
            assert_int_equal(effects.list[0].what, STEP_SPOILED);
        }
}

/* Whatever is no good, in whichever state: nothing is made again for a case that has ended. */
static void
of_a_case_that_has_ended_no_card_is_made_again(void **unused)
{
    (void)unused;
    for (int from = ABSENT + 1; from < ORDER_STATE_COUNT; from++)
        for (int kind = 0; kind < ORDER_EVENT_COUNT; kind++) {
            struct order order = {
                .state = from, .maker = "ma", .card_serial = "A1", .unwanted = true
            };
            const struct order_event event = {
                .kind = kind, .operator= "wei", .card_serial = "A1", .checked = ORDER_BY_EYE
            };
            struct effects effects = { 0 };
            bool taken = order_step(&order, &event, &effects, NULL) == OK;
            assert_true(order.state != ORDERED || from == ORDERED);
            if (machine_find(&order_machine, from, kind) != NULL)
                assert_true(taken); /* no news is refused for that */
        }
}

/* An order leaves the making once per good card: news of the card cannot put it back but as
 * defective. */
static void
an_order_is_made_again_only_after_a_card_was_found_bad(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < order_machine.transition_count; i++) {
        const struct transition *row = &order_machine.transitions[i];
        if (row->to == ORDERED && row->from != ABSENT && row->from != ORDERED)
            assert_int_equal(row->step, STEP_SPOILED);
    }
}

static void
orders_are_open_until_their_end(void **unused)
{
    (void)unused;
    for (int state = 1; state < ORDER_STATE_COUNT; state++)
        assert_int_equal(order_machine.state_open[state],
                         state != CLOSED && state != WITHDRAWN && state != ABANDONED);
    machine_check_graph(&order_machine, UINT64_C(1) << ORDER_ARRIVED_DEFECTIVE |
                                            UINT64_C(1) << ORDER_ARRIVED_WELL |
                                            UINT64_C(1) << ORDER_ARRIVED_NOT);
    machine_check_names(&order_machine);
}

static void
orders_notify_nobody(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < order_machine.transition_count; i++)
        assert_false(order_machine.transitions[i].notify);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_step_follows_the_map),
        cmocka_unit_test(order_guards_refuse_and_touch_nothing),
        cmocka_unit_test(a_card_is_verified_when_it_is_good_by_eye_and_by_reader),
        cmocka_unit_test(one_bad_check_spoils_a_card_that_the_other_found_good),
        cmocka_unit_test(of_a_case_that_has_ended_no_card_is_made_again),
        cmocka_unit_test(an_order_is_made_again_only_after_a_card_was_found_bad),
        cmocka_unit_test(orders_are_open_until_their_end),
        cmocka_unit_test(orders_notify_nobody),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
