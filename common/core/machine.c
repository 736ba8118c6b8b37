/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/machine.h"

#include <string.h>

#include "common/core/require.h"

const struct transition *
machine_find(const struct machine *machine, int from, int on)
{
    for (size_t i = 0; i < machine->transition_count; i++)
        if (machine->transitions[i].from == from && machine->transitions[i].on == on)
            return &machine->transitions[i];
    return NULL;
}

enum result
machine_step(const struct machine *machine, int *state, int event, struct effects *effects,
             struct refusal *ret_refusal)
{
    REQUIRE(*state >= 0 && *state < machine->state_count);
    REQUIRE(event >= 0 && event < machine->event_count);
    REQUIRE(effects->count == 0);

    const struct transition *row = machine_find(machine, *state, event);
    if (row == NULL)
        return refuse(ret_refusal, REFUSAL_ILLEGAL_IN_STATE, "state", "no %s while %s",
                      machine->event_names[event], machine->state_names[*state]);

    *state = row->to;
    effects_add(effects, (struct effect){ .kind = EFFECT_SAVE, .what = row->step });
    for (size_t i = 0; i < TRANSITION_SENDS_MAX && row->sends[i].message != MESSAGE_NONE; i++)
        effects_add(effects, (struct effect){ .kind = EFFECT_SEND,
                                              .what = row->sends[i].message,
                                              .to = row->sends[i].to });
    if (row->notify)
        effects_add(effects, (struct effect){ .kind = EFFECT_NOTIFY });
    return OK;
}

int
machine_find_state(const struct machine *machine, const char *name)
{
    for (int state = 0; state < machine->state_count; state++)
        if (strcmp(machine->state_names[state], name) == 0)
            return state;
    return -1;
}
