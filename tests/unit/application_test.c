/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "acceptance-node/core/application.h"
#include "tests/lib/machine_check.h"

enum {
    ABSENT = APPLICATION_ABSENT,
    SUBMITTED = APPLICATION_SUBMITTED,
    IN_PRODUCTION = APPLICATION_IN_PRODUCTION,
    IN_TRANSIT = APPLICATION_IN_TRANSIT,
    READY = APPLICATION_READY,
    COLLECTED = APPLICATION_COLLECTED,
    REFUSED = APPLICATION_REFUSED,
    RETURNED = APPLICATION_RETURNED,
    WITHDRAWING = APPLICATION_WITHDRAWING,
    WITHDRAWN = APPLICATION_WITHDRAWN,
    DESTROYED = APPLICATION_DESTROYED,
    ABANDONED = APPLICATION_ABANDONED,
};

/* clang-format off */
/* Every legal pair; any other is refused. */
static const struct expected_effects follows[] = {
    { ABSENT, APPLICATION_ACCEPT, SUBMITTED, STEP_ACCEPTED, { { MESSAGE_APPLICATION_SUBMITTED, PARTY_REGISTRY } }, false },

    { SUBMITTED, APPLICATION_CARD_ISSUED, IN_PRODUCTION, STEP_PRODUCTION_STARTED, { { 0 } }, false },
    { SUBMITTED, APPLICATION_REFUSE, REFUSED, STEP_REFUSED, { { 0 } }, true },
    { SUBMITTED, APPLICATION_DELIVERY_REFUSED, REFUSED, STEP_DELIVERY_REFUSED, { { 0 } }, true },
    { SUBMITTED, APPLICATION_CARD_DISPATCHED, IN_TRANSIT, STEP_IN_TRANSIT, { { 0 } }, false },
    { SUBMITTED, APPLICATION_RETURN, RETURNED, STEP_RETURNED, { { 0 } }, true },
    { SUBMITTED, APPLICATION_REDIRECT, SUBMITTED, STEP_REDIRECTED, { { MESSAGE_APPLICATION_SUBMITTED, PARTY_REGISTRY } }, false },
    { SUBMITTED, APPLICATION_REMIND, SUBMITTED, STEP_REMINDED, { { MESSAGE_APPLICATION_REMINDED, PARTY_REGISTRY } }, false },
    { SUBMITTED, APPLICATION_WITHDRAW, WITHDRAWING, STEP_WITHDRAWAL_ASKED, { { MESSAGE_APPLICATION_WITHDRAWN, PARTY_REGISTRY } }, false },

    { RETURNED, APPLICATION_AMEND, SUBMITTED, STEP_AMENDED, { { MESSAGE_APPLICATION_SUBMITTED, PARTY_REGISTRY } }, false },
    { RETURNED, APPLICATION_WITHDRAW, WITHDRAWING, STEP_WITHDRAWAL_ASKED, { { MESSAGE_APPLICATION_WITHDRAWN, PARTY_REGISTRY } }, false },
    { RETURNED, APPLICATION_REFUSE, REFUSED, STEP_REFUSED, { { 0 } }, true },

    { IN_PRODUCTION, APPLICATION_CARD_DISPATCHED, IN_TRANSIT, STEP_IN_TRANSIT, { { 0 } }, false },
    { IN_PRODUCTION, APPLICATION_CARD_ISSUED, IN_PRODUCTION, STEP_RECORDED, { { 0 } }, false },
    { IN_PRODUCTION, APPLICATION_REFUSE, REFUSED, STEP_REFUSED, { { 0 } }, true },
    { IN_PRODUCTION, APPLICATION_WITHDRAW, WITHDRAWING, STEP_WITHDRAWAL_ASKED, { { MESSAGE_APPLICATION_WITHDRAWN, PARTY_REGISTRY } }, false },
    { IN_PRODUCTION, APPLICATION_WITHDRAWAL_DENIED, IN_PRODUCTION, STEP_RECORDED, { { 0 } }, false },

    { WITHDRAWING, APPLICATION_WITHDRAWAL_ACCEPTED, WITHDRAWN, STEP_WITHDRAWN, { { 0 } }, false },
    { WITHDRAWING, APPLICATION_WITHDRAWAL_DENIED, IN_PRODUCTION, STEP_WITHDRAWAL_DENIED, { { 0 } }, false },
    { WITHDRAWING, APPLICATION_CARD_ISSUED, WITHDRAWING, STEP_RECORDED, { { 0 } }, false },
    { WITHDRAWING, APPLICATION_RETURN, WITHDRAWING, STEP_RECORDED, { { 0 } }, false },
    { WITHDRAWING, APPLICATION_REDIRECT, WITHDRAWING, STEP_RECORDED, { { 0 } }, false },
    { WITHDRAWING, APPLICATION_REFUSE, REFUSED, STEP_REFUSED, { { 0 } }, true },
    { WITHDRAWING, APPLICATION_DELIVERY_REFUSED, REFUSED, STEP_DELIVERY_REFUSED, { { 0 } }, true },
    { WITHDRAWING, APPLICATION_CARD_DISPATCHED, IN_TRANSIT, STEP_IN_TRANSIT, { { 0 } }, false },

    { IN_TRANSIT, APPLICATION_CARD_ISSUED, IN_TRANSIT, STEP_RECORDED, { { 0 } }, false },
    { IN_TRANSIT, APPLICATION_WITHDRAWAL_DENIED, IN_TRANSIT, STEP_RECORDED, { { 0 } }, false },
    { IN_TRANSIT, APPLICATION_ARRIVE_WELL, READY, STEP_ARRIVED, { { MESSAGE_CARD_RECEIVED, PARTY_PRODUCTION } }, true },
    { IN_TRANSIT, APPLICATION_ARRIVE_DEFECTIVE, IN_PRODUCTION, STEP_SPOILED, { { MESSAGE_CARD_RECEIVED, PARTY_PRODUCTION } }, false },
    { IN_TRANSIT, APPLICATION_MISS, IN_PRODUCTION, STEP_MISSING, { { MESSAGE_CARD_RECEIVED, PARTY_PRODUCTION } }, false },

    { READY, APPLICATION_CARD_ISSUED, READY, STEP_RECORDED, { { 0 } }, false },
    { READY, APPLICATION_WITHDRAWAL_DENIED, READY, STEP_RECORDED, { { 0 } }, false },
    { READY, APPLICATION_ARRIVE_DEFECTIVE, IN_PRODUCTION, STEP_SPOILED, { { MESSAGE_CARD_RECEIVED, PARTY_PRODUCTION } }, false },
    { READY, APPLICATION_COLLECT, COLLECTED, STEP_COLLECTED, { { MESSAGE_CARD_COLLECTED, PARTY_REGISTRY }, { MESSAGE_CARD_COLLECTED, PARTY_PRODUCTION } }, false },
    { READY, APPLICATION_DESTROY, DESTROYED, STEP_DESTROYED, { { MESSAGE_CARD_DESTROYED, PARTY_REGISTRY }, { MESSAGE_CARD_DESTROYED, PARTY_PRODUCTION } }, false },

    { COLLECTED, APPLICATION_CARD_ISSUED, COLLECTED, STEP_RECORDED, { { 0 } }, false },
    { COLLECTED, APPLICATION_WITHDRAWAL_DENIED, COLLECTED, STEP_RECORDED, { { 0 } }, false },
    { COLLECTED, APPLICATION_DESTROY_OLD, COLLECTED, STEP_OLD_CARD_DESTROYED, { { MESSAGE_OLD_CARD_DESTROYED, PARTY_REGISTRY } }, false },
    { COLLECTED, APPLICATION_ARRIVE_DEFECTIVE, IN_PRODUCTION, STEP_SPOILED, { { MESSAGE_CARD_RECEIVED, PARTY_REGISTRY }, { MESSAGE_CARD_RECEIVED, PARTY_PRODUCTION } }, false },

    { DESTROYED, APPLICATION_CARD_ISSUED, DESTROYED, STEP_RECORDED, { { 0 } }, false },
    { DESTROYED, APPLICATION_WITHDRAWAL_DENIED, DESTROYED, STEP_RECORDED, { { 0 } }, false },

    /* an office is no more, and may be back */
    { SUBMITTED, APPLICATION_ABANDON, ABANDONED, STEP_ABANDONED, { { MESSAGE_APPLICATION_ABANDONED, PARTY_REGISTRY } }, true },
    { SUBMITTED, APPLICATION_ABANDON_ASKED, ABANDONED, STEP_ABANDONED, { { MESSAGE_APPLICATION_ABANDONED, PARTY_REGISTRY } }, true },
    { RETURNED, APPLICATION_ABANDON, ABANDONED, STEP_ABANDONED, { { MESSAGE_APPLICATION_ABANDONED, PARTY_REGISTRY } }, true },
    { RETURNED, APPLICATION_ABANDON_ASKED, ABANDONED, STEP_ABANDONED, { { MESSAGE_APPLICATION_ABANDONED, PARTY_REGISTRY } }, true },
    { IN_PRODUCTION, APPLICATION_ABANDON, ABANDONED, STEP_ABANDONED, { { MESSAGE_APPLICATION_ABANDONED, PARTY_REGISTRY } }, true },
    { IN_PRODUCTION, APPLICATION_ABANDON_ASKED, ABANDONED, STEP_ABANDONED, { { MESSAGE_APPLICATION_ABANDONED, PARTY_REGISTRY } }, true },
    { WITHDRAWING, APPLICATION_ABANDON, ABANDONED, STEP_ABANDONED, { { MESSAGE_APPLICATION_ABANDONED, PARTY_REGISTRY } }, true },
    { WITHDRAWING, APPLICATION_ABANDON_ASKED, ABANDONED, STEP_ABANDONED, { { MESSAGE_APPLICATION_ABANDONED, PARTY_REGISTRY } }, true },
    { SUBMITTED, APPLICATION_ENDED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, true },
    { RETURNED, APPLICATION_ENDED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, true },
    { IN_PRODUCTION, APPLICATION_ENDED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, true },
    { WITHDRAWING, APPLICATION_ENDED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, true },
    { IN_TRANSIT, APPLICATION_ENDED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, true },
    { READY, APPLICATION_ENDED_THERE, ABANDONED, STEP_ABANDONED, { { 0 } }, true },
    { IN_TRANSIT, APPLICATION_ABANDON_ASKED, IN_TRANSIT, STEP_RECORDED, { { 0 } }, false },
    { READY, APPLICATION_ABANDON_ASKED, READY, STEP_RECORDED, { { 0 } }, false },
    { COLLECTED, APPLICATION_ABANDON_ASKED, COLLECTED, STEP_RECORDED, { { 0 } }, false },
    { DESTROYED, APPLICATION_ABANDON_ASKED, DESTROYED, STEP_RECORDED, { { 0 } }, false },
    { REFUSED, APPLICATION_ABANDON_ASKED, REFUSED, STEP_RECORDED, { { 0 } }, false },
    { WITHDRAWN, APPLICATION_ABANDON_ASKED, WITHDRAWN, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, APPLICATION_ABANDON_ASKED, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { COLLECTED, APPLICATION_ENDED_THERE, COLLECTED, STEP_RECORDED, { { 0 } }, false },
    { DESTROYED, APPLICATION_ENDED_THERE, DESTROYED, STEP_RECORDED, { { 0 } }, false },
    { REFUSED, APPLICATION_ENDED_THERE, REFUSED, STEP_RECORDED, { { 0 } }, false },
    { WITHDRAWN, APPLICATION_ENDED_THERE, WITHDRAWN, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, APPLICATION_ENDED_THERE, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, APPLICATION_CARD_ISSUED, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, APPLICATION_REFUSE, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, APPLICATION_RETURN, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, APPLICATION_REDIRECT, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, APPLICATION_WITHDRAWAL_ACCEPTED, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, APPLICATION_WITHDRAWAL_DENIED, ABANDONED, STEP_RECORDED, { { 0 } }, false },
    { ABANDONED, APPLICATION_CARD_DISPATCHED, ABANDONED, STEP_IN_TRANSIT, { { 0 } }, false },
    { ABANDONED, APPLICATION_MISS, ABANDONED, STEP_MISSING, { { MESSAGE_CARD_RECEIVED, PARTY_PRODUCTION } }, false },
    { ABANDONED, APPLICATION_DESTROY, DESTROYED, STEP_DESTROYED, { { MESSAGE_CARD_DESTROYED, PARTY_REGISTRY }, { MESSAGE_CARD_DESTROYED, PARTY_PRODUCTION } }, false },
};
/* clang-format on */

static void
application_step_follows_the_map(void **unused)
{
    (void)unused;
    for (int from = 0; from < APPLICATION_STATE_COUNT; from++)
        for (int kind = 0; kind < APPLICATION_EVENT_COUNT; kind++) {
            struct application application = { .state = from };
            const struct application_event event = { .kind = kind };
            struct effects effects = { 0 };
            struct refusal refusal = { 0 };
            const struct expected_effects *want =
                machine_check_find(follows, sizeof follows / sizeof *follows, from, kind);
            enum result result = application_step(&application, &event, &effects, &refusal);
            assert_int_equal(result, want == NULL ? ERR_REFUSED : OK);
            assert_int_equal(application.state, want == NULL ? from : want->to);
            if (want == NULL) {
                assert_int_equal(refusal.code, REFUSAL_ILLEGAL_IN_STATE);
                assert_int_equal(effects.count, 0);
            } else {
                machine_check_effects(want, &effects);
            }
        }
}

static void
a_renewed_card_is_handed_out_for_the_old_one_only(void **unused)
{
    (void)unused;
    static const struct {
        bool renewal, surrendered, handed_out;
    } cases[] = {
        { true, false, false },
        { true, true, true },
        { false, false, true },
        { false, true, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct application application = { .state = READY };
        const struct application_event event = { .kind = APPLICATION_COLLECT,
                                                 .renewal = cases[i].renewal,
                                                 .old_card_surrendered = cases[i].surrendered };
        struct effects effects = { 0 };
        struct refusal refusal = { 0 };
        enum result result = application_step(&application, &event, &effects, &refusal);
        assert_int_equal(result, cases[i].handed_out ? OK : ERR_REFUSED);
        assert_int_equal(application.state, cases[i].handed_out ? COLLECTED : READY);
        assert_int_equal(effects.count, cases[i].handed_out ? 3 : 0);
        assert_int_equal(refusal.code,
                         cases[i].handed_out ? REFUSAL_NONE : REFUSAL_SURRENDER_REQUIRED);
    }
}

static void
surrender_is_asked_for_at_collection_only(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof follows / sizeof *follows; i++) {
        struct application application = { .state = follows[i].from };
        const struct application_event event = { .kind = follows[i].on, .renewal = true };
        struct effects effects = { 0 };
        assert_int_equal(application_step(&application, &event, &effects, NULL),
                         event.kind == APPLICATION_COLLECT ? ERR_REFUSED : OK);
    }
}

/* The state is what an operator must hear of first: nothing can be handed back for a card that is
 * not there. */
static void
an_illegal_collection_is_refused_for_its_state(void **unused)
{
    (void)unused;
    struct application application = { .state = IN_TRANSIT };
    const struct application_event event = { .kind = APPLICATION_COLLECT, .renewal = true };
    struct effects effects = { 0 };
    struct refusal refusal = { 0 };
    assert_int_equal(application_step(&application, &event, &effects, &refusal), ERR_REFUSED);
    assert_int_equal(refusal.code, REFUSAL_ILLEGAL_IN_STATE);
    assert_string_equal(refusal.rule, "no collect while in-transit");
}

static void
applications_are_open_until_their_end(void **unused)
{
    (void)unused;
    for (int state = 1; state < APPLICATION_STATE_COUNT; state++)
        assert_int_equal(application_machine.state_open[state],
                         state != COLLECTED && state != REFUSED && state != WITHDRAWN &&
                             state != DESTROYED && state != ABANDONED);
    machine_check_graph(&application_machine, UINT64_C(1) << APPLICATION_ARRIVE_DEFECTIVE);
    machine_check_names(&application_machine);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(application_step_follows_the_map),
        cmocka_unit_test(a_renewed_card_is_handed_out_for_the_old_one_only),
        cmocka_unit_test(surrender_is_asked_for_at_collection_only),
        cmocka_unit_test(an_illegal_collection_is_refused_for_its_state),
        cmocka_unit_test(applications_are_open_until_their_end),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
