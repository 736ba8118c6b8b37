/* SPDX-License-Identifier: Apache-2.0
 *
 * machine_check - what must hold of every machine of a node: its table against what a test wrote
 * down, and its graph.
 *
 * State 0 is "absent": no case is ever in it, and it is neither open nor closed.
 */
#ifndef TESTS_MACHINE_CHECK_H
#define TESTS_MACHINE_CHECK_H

#include "common/core/machine.h"

/* What must follow a legal pair. */
struct expected_effects {
    int from;
    int on;
    int to;
    enum step step;
    struct {
        enum message_kind message;
        enum party to;
    } sends[2];
    bool notify;
};

/* One SAVE first, then the SENDs in this order, then NOTIFY, and nothing else. */
void machine_check_effects(const struct expected_effects *want, const struct effects *effects);

/* The expectation of a pair; NULL when it is to be refused. */
const struct expected_effects *machine_check_find(const struct expected_effects *list, size_t count,
                                                  int from, int on);

/* Every open state can reach a closed one; no closed state leads to an open one, but by the events
 * reopens (a bit for each), or back to absent; every state can be reached from absent; no pair
 * stands in the table twice. */
void machine_check_graph(const struct machine *machine, unsigned reopens);

/* Names of states and events are there, short, and no two the same. */
void machine_check_names(const struct machine *machine);

#endif
