/* SPDX-License-Identifier: Apache-2.0
 *
 * machine - a state machine that is one table.
 *
 * Every legal pair (state, event) is a row; a pair that is not there is refused. Guards (who may
 * act, what must be handed back) are the business of the machine's own step function, before it
 * calls machine_step. No state is assigned anywhere else.
 */
#ifndef CORE_MACHINE_H
#define CORE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/core/effects.h"
#include "common/core/refusal.h"

enum { TRANSITION_SENDS_MAX = 2, STATE_COUNT_MAX = 32 };

struct transition {
    int from;
    int on;
    int to;
    enum step step; /* what the case's trace will say */
    struct {
        enum message_kind message;
        enum party to;
    } sends[TRANSITION_SENDS_MAX];
    bool notify; /* the applicant */
};

struct machine {
    const char *const *state_names;
    const char *const *event_names;
    const bool *state_open; /* does a case in this state wait for somebody? */
    int state_count;
    int event_count;
    const struct transition *transitions;
    size_t transition_count;
};

/* The row of a pair, or NULL. */
const struct transition *machine_find(const struct machine *machine, int from, int on);

/* Take one step.
 *
 * state        in/out; untouched unless OK.
 * effects      out; empty on entry; gains SAVE, then SENDs, then NOTIFY.
 * ERR_REFUSED  ILLEGAL_IN_STATE: the pair is not in the table. */
enum result machine_step(const struct machine *machine, int *state, int event,
                         struct effects *effects, struct refusal *ret_refusal) MUST_CHECK;

/* The state of a name, or -1. */
int machine_find_state(const struct machine *machine, const char *name);

#endif
