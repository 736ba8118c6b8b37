/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/machine_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void
machine_check_effects(const struct expected_effects *want, const struct effects *effects)
{
    size_t next = 0;
    assert_true(effects->count > 0);
    assert_int_equal(effects->list[next].kind, EFFECT_SAVE);
    assert_int_equal(effects->list[next++].what, want->step);
    for (size_t i = 0; i < 2 && want->sends[i].message != MESSAGE_NONE; i++, next++) {
        assert_true(next < effects->count);
        assert_int_equal(effects->list[next].kind, EFFECT_SEND);
        assert_int_equal(effects->list[next].what, want->sends[i].message);
        assert_int_equal(effects->list[next].to, want->sends[i].to);
    }
    if (want->notify) {
        assert_true(next < effects->count);
        assert_int_equal(effects->list[next++].kind, EFFECT_NOTIFY);
    }
    assert_int_equal(effects->count, next);
}

const struct expected_effects *
machine_check_find(const struct expected_effects *list, size_t count, int from, int on)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].from == from && list[i].on == on)
            return &list[i];
    return NULL;
}

/* Mark what can be reached from the marked states. */
static void
spread(const struct machine *machine, unsigned but, bool reached[STATE_COUNT_MAX])
{
    for (bool grew = true; grew;) {
        grew = false;
        for (size_t i = 0; i < machine->transition_count; i++) {
            const struct transition *row = &machine->transitions[i];
            if ((but >> row->on & 1) == 0 && reached[row->from] && !reached[row->to])
                reached[row->to] = grew = true;
        }
    }
}

static void
check_ends(const struct machine *machine, int from, unsigned reopens)
{
    bool reached[STATE_COUNT_MAX] = { [0] = false };
    bool reaches_end = false;
    reached[from] = true;
    spread(machine, machine->state_open[from] ? 0 : reopens, reached);
    for (int to = 1; to < machine->state_count; to++) {
        if (!reached[to])
            continue;
        reaches_end |= !machine->state_open[to];
        if (!machine->state_open[from] && machine->state_open[to])
            fail_msg("%s is closed and leads to %s", machine->state_names[from],
                     machine->state_names[to]);
    }
    if (!reaches_end)
        fail_msg("%s never ends", machine->state_names[from]);
    assert_false(reached[0]);
}

void
machine_check_graph(const struct machine *machine, unsigned reopens)
{
    bool reached[STATE_COUNT_MAX] = { [0] = true };
    assert_in_range(machine->state_count, 2, STATE_COUNT_MAX);
    assert_false(machine->state_open[0]);
    spread(machine, 0, reached);
    for (int state = 1; state < machine->state_count; state++) {
        if (!reached[state])
            fail_msg("%s is never reached", machine->state_names[state]);
        check_ends(machine, state, reopens);
    }
    for (size_t i = 0; i < machine->transition_count; i++) {
        const struct transition *row = &machine->transitions[i];
        assert_in_range(row->from, 0, machine->state_count - 1);
        assert_in_range(row->to, 1, machine->state_count - 1);
        assert_in_range(row->on, 0, machine->event_count - 1);
        assert_in_range(row->step, STEP_NONE + 1, STEP_COUNT - 1);
        assert_ptr_equal(machine_find(machine, row->from, row->on), row);
    }
}

static void
check_list(const char *const *names, int count)
{
    for (int a = 0; a < count; a++) {
        assert_non_null(names[a]);
        assert_in_range(strlen(names[a]), 1, 32);
        for (int b = 0; b < a; b++)
            assert_string_not_equal(names[a], names[b]);
    }
}

void
machine_check_names(const struct machine *machine)
{
    check_list(machine->state_names, machine->state_count);
    check_list(machine->event_names, machine->event_count);
    for (int state = 0; state < machine->state_count; state++)
        assert_int_equal(machine_find_state(machine, machine->state_names[state]), state);
}
