/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/core/machine.h"

enum { DOOR_SHUT, DOOR_OPEN, DOOR_GONE, DOOR_STATE_COUNT };
enum { PUSH, PULL, BURN, DOOR_EVENT_COUNT };

static const char *const state_names[] = { "shut", "open", "gone" };
static const char *const event_names[] = { "push", "pull", "burn" };
static const bool state_open[] = { false, true, false };

static const struct transition transitions[] = {
    { DOOR_SHUT, PUSH, DOOR_OPEN, STEP_ACCEPTED, { { 0 } }, false },
    { DOOR_OPEN, PULL, DOOR_SHUT, STEP_MADE, { { MESSAGE_CARD_MADE, PARTY_REGISTRY } }, true },
    { DOOR_OPEN,
      BURN,
      DOOR_GONE,
      STEP_CLOSED,
      { { MESSAGE_CARD_ISSUED, PARTY_ACCEPTANCE }, { MESSAGE_CARD_ORDERED, PARTY_PRODUCTION } },
      true },
};

static const struct machine door = {
    .state_names = state_names,
    .event_names = event_names,
    .state_open = state_open,
    .state_count = DOOR_STATE_COUNT,
    .event_count = DOOR_EVENT_COUNT,
    .transitions = transitions,
    .transition_count = sizeof transitions / sizeof *transitions,
};

static void
machine_find_answers_the_row_of_a_pair_or_nothing(void **unused)
{
    (void)unused;
    for (int state = 0; state < DOOR_STATE_COUNT; state++)
        for (int event = 0; event < DOOR_EVENT_COUNT; event++) {
            const struct transition *want = NULL;
            for (size_t i = 0; i < door.transition_count; i++)
                if (transitions[i].from == state && transitions[i].on == event)
                    want = &transitions[i];
            assert_ptr_equal(machine_find(&door, state, event), want);
        }
}

static void
machine_step_saves_then_sends_then_notifies(void **unused)
{
    (void)unused;
    int state = DOOR_OPEN;
    struct effects effects = { 0 };
    assert_int_equal(machine_step(&door, &state, BURN, &effects, NULL), OK);
    assert_int_equal(state, DOOR_GONE);
    assert_int_equal(effects.count, 4);
    assert_int_equal(effects.list[0].kind, EFFECT_SAVE);
    assert_int_equal(effects.list[0].what, STEP_CLOSED);
    assert_int_equal(effects.list[1].kind, EFFECT_SEND);
    assert_int_equal(effects.list[1].what, MESSAGE_CARD_ISSUED);
    assert_int_equal(effects.list[1].to, PARTY_ACCEPTANCE);
    assert_int_equal(effects.list[2].kind, EFFECT_SEND);
    assert_int_equal(effects.list[2].what, MESSAGE_CARD_ORDERED);
    assert_int_equal(effects.list[2].to, PARTY_PRODUCTION);
    assert_int_equal(effects.list[3].kind, EFFECT_NOTIFY);
}

static void
machine_step_has_no_effects_but_those_of_its_row(void **unused)
{
    (void)unused;
    int state = DOOR_SHUT;
    struct effects effects = { 0 };
    assert_int_equal(machine_step(&door, &state, PUSH, &effects, NULL), OK);
    assert_int_equal(state, DOOR_OPEN);
    assert_int_equal(effects.count, 1);
    effects.count = 0;
    assert_int_equal(machine_step(&door, &state, PULL, &effects, NULL), OK);
    assert_int_equal(effects.count, 3);
}

static void
machine_step_refuses_an_absent_pair_in_words_and_changes_nothing(void **unused)
{
    (void)unused;
    int state = DOOR_GONE;
    struct effects effects = { 0 };
    struct refusal refusal = { 0 };
    assert_int_equal(machine_step(&door, &state, PUSH, &effects, &refusal), ERR_REFUSED);
    assert_int_equal(state, DOOR_GONE);
    assert_int_equal(effects.count, 0);
    assert_int_equal(refusal.code, REFUSAL_ILLEGAL_IN_STATE);
    assert_string_equal(refusal.field, "state");
    assert_string_equal(refusal.rule, "no push while gone");
}

static void
machine_find_state_knows_every_name_and_no_other(void **unused)
{
    (void)unused;
    for (int state = 0; state < DOOR_STATE_COUNT; state++)
        assert_int_equal(machine_find_state(&door, state_names[state]), state);
    assert_int_equal(machine_find_state(&door, ""), -1);
    assert_int_equal(machine_find_state(&door, "Open"), -1);
    assert_int_equal(machine_find_state(&door, "opened"), -1);
}

int
main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machine_find_answers_the_row_of_a_pair_or_nothing),
        cmocka_unit_test(machine_step_saves_then_sends_then_notifies),
        cmocka_unit_test(machine_step_has_no_effects_but_those_of_its_row),
        cmocka_unit_test(machine_step_refuses_an_absent_pair_in_words_and_changes_nothing),
        cmocka_unit_test(machine_find_state_knows_every_name_and_no_other),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
