/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "registry-node/core/review.h"
#include "tests/lib/machine_check.h"

enum {
    ABSENT = REVIEW_ABSENT,
    RECEIVED = REVIEW_RECEIVED,
    EXAMINED = REVIEW_EXAMINED,
    ISSUED = REVIEW_ISSUED,
    MADE = REVIEW_MADE,
    CLOSED = REVIEW_CLOSED,
    REFUSED = REVIEW_REFUSED,
    BLOCKED = REVIEW_BLOCKED,
    RETURNED = REVIEW_RETURNED,
    WITHDRAWING = REVIEW_WITHDRAWING,
    WITHDRAWN = REVIEW_WITHDRAWN,
    REDIRECTED = REVIEW_REDIRECTED,
    UNCLAIMED = REVIEW_UNCLAIMED,
    ABANDONING = REVIEW_ABANDONING,
    ABANDONED = REVIEW_ABANDONED,
    REMAKING = REVIEW_REMAKING,
};

/* clang-format off */
/* Every legal pair; any other is refused. */
static const struct expected_effects follows[] = {
    { ABSENT, REVIEW_OPEN, RECEIVED, STEP_REVIEW_OPENED, { { 0 } }, false },
    { ABSENT, REVIEW_OPEN_SECOND, REFUSED, STEP_REFUSED, { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },

    { RECEIVED, REVIEW_EXAMINE, EXAMINED, STEP_EXAMINED, { { 0 } }, false },
    { RECEIVED, REVIEW_REFUSE, REFUSED, STEP_REFUSED, { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },
    { RECEIVED, REVIEW_RETURN, RETURNED, STEP_RETURNED, { { MESSAGE_APPLICATION_RETURNED, PARTY_ACCEPTANCE } }, false },
    { RECEIVED, REVIEW_REDIRECT, REDIRECTED, STEP_REDIRECTED, { { MESSAGE_APPLICATION_REDIRECTED, PARTY_ACCEPTANCE } }, false },
    { RECEIVED, REVIEW_WITHDRAW, WITHDRAWN, STEP_WITHDRAWN, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { RECEIVED, REVIEW_REMIND, RECEIVED, STEP_REMINDED, { { 0 } }, false },

    { EXAMINED, REVIEW_ISSUE, ISSUED, STEP_ISSUED, { { MESSAGE_CARD_ISSUED, PARTY_ACCEPTANCE }, { MESSAGE_CARD_ORDERED, PARTY_PRODUCTION } }, false },
    { EXAMINED, REVIEW_REFUSE, REFUSED, STEP_REFUSED, { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },
    { EXAMINED, REVIEW_RETURN, RETURNED, STEP_RETURNED, { { MESSAGE_APPLICATION_RETURNED, PARTY_ACCEPTANCE } }, false },
    { EXAMINED, REVIEW_REDIRECT, REDIRECTED, STEP_REDIRECTED, { { MESSAGE_APPLICATION_REDIRECTED, PARTY_ACCEPTANCE } }, false },
    { EXAMINED, REVIEW_WITHDRAW, WITHDRAWN, STEP_WITHDRAWN, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { EXAMINED, REVIEW_REMIND, EXAMINED, STEP_REMINDED, { { 0 } }, false },

    { RETURNED, REVIEW_AMEND, RECEIVED, STEP_AMENDED, { { 0 } }, false },
    { RETURNED, REVIEW_REFUSE, REFUSED, STEP_REFUSED, { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },
    { RETURNED, REVIEW_WITHDRAW, WITHDRAWN, STEP_WITHDRAWN, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { RETURNED, REVIEW_REMIND, RETURNED, STEP_REMINDED, { { 0 } }, false },

    { ISSUED, REVIEW_ORDER_REFUSED, BLOCKED, STEP_DELIVERY_REFUSED, { { 0 } }, false },
    { ISSUED, REVIEW_CARD_MADE, MADE, STEP_RECORDED, { { 0 } }, false },
    { ISSUED, REVIEW_CARD_COLLECTED, CLOSED, STEP_CLOSED, { { 0 } }, false },
    { ISSUED, REVIEW_WITHDRAW, WITHDRAWING, STEP_WITHDRAWAL_ASKED, { { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { ISSUED, REVIEW_REMIND, ISSUED, STEP_REMINDED, { { 0 } }, false },

    { BLOCKED, REVIEW_ISSUE, ISSUED, STEP_REORDERED, { { MESSAGE_CARD_ORDERED, PARTY_PRODUCTION } }, false },
    { BLOCKED, REVIEW_REFUSE, REFUSED, STEP_REFUSED, { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },
    { BLOCKED, REVIEW_WITHDRAW, WITHDRAWN, STEP_WITHDRAWN, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { BLOCKED, REVIEW_REMIND, BLOCKED, STEP_REMINDED, { { 0 } }, false },

    { WITHDRAWING, REVIEW_ORDER_WITHDRAWN, WITHDRAWN, STEP_WITHDRAWN, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { WITHDRAWING, REVIEW_ORDER_REFUSED, WITHDRAWN, STEP_WITHDRAWN, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { WITHDRAWING, REVIEW_ORDER_KEPT, ISSUED, STEP_WITHDRAWAL_DENIED, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { WITHDRAWING, REVIEW_CARD_MADE, MADE, STEP_WITHDRAWAL_DENIED, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { WITHDRAWING, REVIEW_CARD_COLLECTED, CLOSED, STEP_CLOSED, { { 0 } }, false },
    { WITHDRAWING, REVIEW_REMIND, WITHDRAWING, STEP_REMINDED, { { 0 } }, false },

    { MADE, REVIEW_CARD_MADE, MADE, STEP_RECORDED, { { 0 } }, false },
    { MADE, REVIEW_CARD_COLLECTED, CLOSED, STEP_CLOSED, { { 0 } }, false },
    { MADE, REVIEW_CARD_DESTROYED, UNCLAIMED, STEP_DESTROYED, { { 0 } }, false },
    { MADE, REVIEW_ORDER_KEPT, MADE, STEP_RECORDED, { { 0 } }, false },
    { MADE, REVIEW_WITHDRAW, MADE, STEP_WITHDRAWAL_DENIED, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { MADE, REVIEW_REMIND, MADE, STEP_REMINDED, { { 0 } }, false },

    { CLOSED, REVIEW_CARD_MADE, CLOSED, STEP_RECORDED, { { 0 } }, false },
    { CLOSED, REVIEW_OLD_CARD_DESTROYED, CLOSED, STEP_OLD_CARD_DESTROYED, { { 0 } }, false },
    { CLOSED, REVIEW_CARD_FAULTY, REMAKING, STEP_SPOILED, { { 0 } }, false },
    { CLOSED, REVIEW_ORDER_KEPT, CLOSED, STEP_RECORDED, { { 0 } }, false },
    { CLOSED, REVIEW_WITHDRAW, CLOSED, STEP_WITHDRAWAL_DENIED, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },
    { CLOSED, REVIEW_REMIND, CLOSED, STEP_RECORDED, { { 0 } }, false },
    { CLOSED, REVIEW_CARD_DESTROYED, CLOSED, STEP_RECORDED, { { 0 } }, false },
    { CLOSED, REVIEW_CARD_FAULTY_LATE, CLOSED, STEP_RECORDED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE }, { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { CLOSED, REVIEW_ORDER_WITHDRAWN, CLOSED, STEP_RECORDED, { { 0 } }, false },

    { REMAKING, REVIEW_CARD_MADE, MADE, STEP_RECORDED, { { 0 } }, false },
    { REMAKING, REVIEW_FAULTY_CARD_MADE, REMAKING, STEP_RECORDED, { { 0 } }, false },
    { ISSUED, REVIEW_FAULTY_CARD_MADE, ISSUED, STEP_RECORDED, { { 0 } }, false },
    { REMAKING, REVIEW_CARD_COLLECTED, CLOSED, STEP_CLOSED, { { 0 } }, false },
    { REMAKING, REVIEW_ORDER_KEPT, REMAKING, STEP_RECORDED, { { 0 } }, false },
    { REMAKING, REVIEW_WITHDRAW, REMAKING, STEP_WITHDRAWAL_DENIED, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },

    { UNCLAIMED, REVIEW_CARD_MADE, UNCLAIMED, STEP_RECORDED, { { 0 } }, false },
    { UNCLAIMED, REVIEW_ORDER_KEPT, UNCLAIMED, STEP_RECORDED, { { 0 } }, false },
    { UNCLAIMED, REVIEW_REMIND, UNCLAIMED, STEP_RECORDED, { { 0 } }, false },

    { REFUSED, REVIEW_WITHDRAW, REFUSED, STEP_RECORDED, { { 0 } }, false },
    { REFUSED, REVIEW_REMIND, REFUSED, STEP_RECORDED, { { 0 } }, false },

    { WITHDRAWN, REVIEW_REMIND, WITHDRAWN, STEP_RECORDED, { { 0 } }, false },

    { REDIRECTED, REVIEW_OPEN, RECEIVED, STEP_REVIEW_OPENED, { { 0 } }, false },
    { REDIRECTED, REVIEW_OPEN_SECOND, REFUSED, STEP_REFUSED, { { MESSAGE_APPLICATION_REFUSED, PARTY_ACCEPTANCE } }, false },
    { REDIRECTED, REVIEW_REMIND, REDIRECTED, STEP_RECORDED, { { 0 } }, false },
    { REDIRECTED, REVIEW_WITHDRAW, REDIRECTED, STEP_WITHDRAWN, { { MESSAGE_WITHDRAWAL_ANSWERED, PARTY_ACCEPTANCE } }, false },

    /* an office is no more, and may be back */
    { ISSUED, REVIEW_ABANDON, ABANDONING, STEP_ABANDONMENT_ASKED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE }, { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { REMAKING, REVIEW_ABANDON, ABANDONING, STEP_ABANDONMENT_ASKED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE }, { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { WITHDRAWING, REVIEW_ABANDON, ABANDONING, STEP_ABANDONMENT_ASKED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE } }, false },
    { ISSUED, REVIEW_ABANDON_FINALLY, ABANDONED, STEP_ABANDONED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE }, { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { REMAKING, REVIEW_ABANDON_FINALLY, ABANDONED, STEP_ABANDONED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE }, { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { MADE, REVIEW_ABANDON_FINALLY, ABANDONED, STEP_ABANDONED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE }, { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { WITHDRAWING, REVIEW_ABANDON_FINALLY, ABANDONED, STEP_ABANDONED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE } }, false },
    { ABANDONING, REVIEW_ABANDON_FINALLY, ABANDONED, STEP_ABANDONED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE } }, false },
    { RECEIVED, REVIEW_ABANDONED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { EXAMINED, REVIEW_ABANDONED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { RETURNED, REVIEW_ABANDONED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { BLOCKED, REVIEW_ABANDONED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { WITHDRAWING, REVIEW_ABANDONED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { ABANDONING, REVIEW_ABANDONED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, false },
    { ISSUED, REVIEW_ABANDONED_THERE, ABANDONED, STEP_ABANDONED, { { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { REMAKING, REVIEW_ABANDONED_THERE, ABANDONED, STEP_ABANDONED, { { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { MADE, REVIEW_ABANDONED_THERE, ABANDONED, STEP_ABANDONED, { { MESSAGE_ORDER_WITHDRAWN, PARTY_PRODUCTION } }, false },
    { CLOSED, REVIEW_ABANDONED_THERE, CLOSED, STEP_RECORDED, { { 0 } }, false },
    { UNCLAIMED, REVIEW_ABANDONED_THERE, UNCLAIMED, STEP_RECORDED, { { 0 } }, false },
    { REFUSED, REVIEW_ABANDONED_THERE, REFUSED, STEP_RECORDED, { { 0 } }, false },
    { WITHDRAWN, REVIEW_ABANDONED_THERE, WITHDRAWN, STEP_RECORDED, { { 0 } }, false },
    { REDIRECTED, REVIEW_ABANDONED_THERE, REDIRECTED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, REVIEW_ABANDONED_THERE, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ISSUED, REVIEW_ORDER_WITHDRAWN, ABANDONED, STEP_ABANDONED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE } }, false },
    { REMAKING, REVIEW_ORDER_WITHDRAWN, ABANDONED, STEP_ABANDONED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE } }, false },
    { MADE, REVIEW_ORDER_WITHDRAWN, ABANDONED, STEP_ABANDONED, { { MESSAGE_CARD_ABANDONED, PARTY_ACCEPTANCE } }, false },
    { ABANDONING, REVIEW_CARD_MADE, MADE, STEP_RECORDED, { { 0 } }, false },
    { ABANDONING, REVIEW_FAULTY_CARD_MADE, ABANDONING, STEP_RECORDED, { { 0 } }, false },
    { ABANDONING, REVIEW_ORDER_KEPT, ISSUED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONING, REVIEW_CARD_COLLECTED, CLOSED, STEP_CLOSED, { { 0 } }, false },
    { ABANDONING, REVIEW_CARD_DESTROYED, UNCLAIMED, STEP_DESTROYED, { { 0 } }, false },
    { ABANDONING, REVIEW_ORDER_WITHDRAWN, ABANDONING, STEP_RECORDED, { { 0 } }, false },
    { ABANDONING, REVIEW_ORDER_REFUSED, ABANDONING, STEP_RECORDED, { { 0 } }, false },
    { ABANDONING, REVIEW_WITHDRAW, ABANDONING, STEP_RECORDED, { { 0 } }, false },
    { ABANDONING, REVIEW_REMIND, ABANDONING, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, REVIEW_CARD_MADE, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, REVIEW_FAULTY_CARD_MADE, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, REVIEW_CARD_FAULTY, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, REVIEW_CARD_COLLECTED, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, REVIEW_CARD_DESTROYED, ABANDONED, STEP_DESTROYED, { { 0 } }, false },
    { ABANDONED, REVIEW_ORDER_WITHDRAWN, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, REVIEW_ORDER_KEPT, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, REVIEW_WITHDRAW, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, REVIEW_REMIND, ABANDONED, STEP_RECORDED, { { 0 } }, false },
};
/* clang-format on */

static void
review_step_follows_the_map(void **unused)
{
    (void)unused;
    for (int from = 0; from < REVIEW_STATE_COUNT; from++)
        for (int kind = 0; kind < REVIEW_EVENT_COUNT; kind++) {
            struct review review = { .state = from, .examiner = "zhang" };
            const struct review_event event = { .kind = kind, .operator= "li" };
            struct effects effects = { 0 };
            struct refusal refusal = { 0 };
            const struct expected_effects *want =
                machine_check_find(follows, sizeof follows / sizeof *follows, from, kind);
            assert_int_equal(review_step(&review, &event, &effects, &refusal),
                             want == NULL ? ERR_REFUSED : OK);
            assert_int_equal(review.state, want == NULL ? from : want->to);
            assert_string_equal(review.examiner, "zhang");
            if (want == NULL) {
                assert_int_equal(refusal.code, REFUSAL_ILLEGAL_IN_STATE);
                assert_int_equal(effects.count, 0);
            } else {
                machine_check_effects(want, &effects);
            }
        }
}

/* state, event, who acts, a finding that fails, and what is said to it */
static const struct {
    int from;
    enum review_event_kind on;
    const char *operator;
    const char *failed_finding;
    enum refusal_code code;
} guarded[] = {
    { EXAMINED, REVIEW_ISSUE, "zhang", NULL, REFUSAL_FOUR_EYES },
    { BLOCKED, REVIEW_ISSUE, "zhang", NULL, REFUSAL_FOUR_EYES },
    { EXAMINED, REVIEW_ISSUE, "zhang2", NULL, REFUSAL_NONE },
    { EXAMINED, REVIEW_ISSUE, "Zhang", NULL, REFUSAL_NONE },
    { EXAMINED, REVIEW_REFUSE, "zhang", NULL, REFUSAL_NONE },
    { RECEIVED, REVIEW_EXAMINE, "li", "BAD_CREDIT", REFUSAL_FINDING_FAILED },
    { RECEIVED, REVIEW_EXAMINE, "li", NULL, REFUSAL_NONE },
    { RECEIVED, REVIEW_REFUSE, "li", "BAD_CREDIT", REFUSAL_NONE },
    { RECEIVED, REVIEW_ISSUE, "zhang", NULL, REFUSAL_ILLEGAL_IN_STATE },
    { EXAMINED, REVIEW_EXAMINE, "li", "BAD_CREDIT", REFUSAL_ILLEGAL_IN_STATE },
};

static void
review_guards_refuse_and_touch_nothing(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++) {
        struct review review = { .state = guarded[i].from, .examiner = "zhang" };
        const struct review_event event = { .kind = guarded[i].on,
                                            .operator= guarded[i].operator,
                                            .failed_finding = guarded[i].failed_finding };
        struct effects effects = { 0 };
        struct refusal refusal = { 0 };
        bool refused = guarded[i].code != REFUSAL_NONE;
        assert_int_equal(review_step(&review, &event, &effects, &refusal),
                         refused ? ERR_REFUSED : OK);
        assert_int_equal(refusal.code, guarded[i].code);
        assert_int_equal(effects.count == 0, refused);
        assert_int_equal(review.state == guarded[i].from, refused);
    }
}

static void
a_renewal_ends_only_with_the_old_card_handed_in(void **unused)
{
    (void)unused;
    for (int from = ISSUED; from <= MADE; from++)
        for (int bits = 0; bits < 4; bits++) {
            struct review review = { .state = from, .examiner = "zhang" };
            const struct review_event event = { .kind = REVIEW_CARD_COLLECTED,
                                                .operator= "",
                                                .renewal = bits & 1,
                                                .old_card_surrendered = bits >> 1 };
            struct effects effects = { 0 };
            struct refusal refusal = { 0 };
            bool refused = bits == 1;
            assert_int_equal(review_step(&review, &event, &effects, &refusal),
                             refused ? ERR_REFUSED : OK);
            assert_int_equal(refusal.code, refused ? REFUSAL_SURRENDER_REQUIRED : REFUSAL_NONE);
            assert_int_equal(review.state, refused ? from : CLOSED);
        }
}

static void
review_says_which_finding_failed(void **unused)
{
    (void)unused;
    struct review review = { .state = RECEIVED, .examiner = "" };
    const struct review_event event = { .kind = REVIEW_EXAMINE,
                                        .operator= "li",
                                        .failed_finding = "NOT_ON_FILE" };
    struct effects effects = { 0 };
    struct refusal refusal = { 0 };
    assert_int_equal(review_step(&review, &event, &effects, &refusal), ERR_REFUSED);
    assert_string_equal(refusal.field, "findings");
    assert_memory_equal(refusal.rule, "NOT_ON_FILE", 11);
}

static void
reviews_are_open_until_their_end(void **unused)
{
    (void)unused;
    for (int state = 1; state < REVIEW_STATE_COUNT; state++)
        assert_int_equal(review_machine.state_open[state],
                         state != CLOSED && state != REFUSED && state != WITHDRAWN &&
                             state != REDIRECTED && state != UNCLAIMED && state != ABANDONED);
    machine_check_graph(&review_machine, UINT64_C(1) << REVIEW_CARD_FAULTY | UINT64_C(1)
                                                                                 << REVIEW_OPEN);
    machine_check_names(&review_machine);
}

/* Whatever an applicant is told, is told by the window that knows the applicant. */
static void
reviews_notify_nobody(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < review_machine.transition_count; i++)
        assert_false(review_machine.transitions[i].notify);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(review_step_follows_the_map),
        cmocka_unit_test(review_guards_refuse_and_touch_nothing),
        cmocka_unit_test(review_says_which_finding_failed),
        cmocka_unit_test(a_renewal_ends_only_with_the_old_card_handed_in),
        cmocka_unit_test(reviews_are_open_until_their_end),
        cmocka_unit_test(reviews_notify_nobody),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
