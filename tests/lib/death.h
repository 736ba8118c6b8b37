/* SPDX-License-Identifier: Apache-2.0
 *
 * death - in which phase of its turn a killed daemon died, by what its disk holds and what others
 * saw of it.
 *
 * Looks at the dead office's store, at the answer to the command that was under way, and at where
 * living offices stand with it; asks nobody how it was.
 */
#ifndef TESTS_DEATH_H
#define TESTS_DEATH_H

#include "tests/lib/network.h"

enum death_phase {
    DEATH_STARTING,               /* it had not answered yet */
    DEATH_BEFORE_COMMIT,          /* inputs had come; nothing of them is on the disk */
    DEATH_BEFORE_ANSWER,          /* the command is on the disk, its answer never came */
    DEATH_BEFORE_ACKNOWLEDGEMENT, /* a message is on the disk, its sender does not know */
    DEATH_BEFORE_TRANSMISSION,    /* a message is assigned, its recipient does not have it */
    DEATH_AT_REST,                /* nothing was under way */
    DEATH_PHASES
};

/* The command that was under way. */
struct death_command {
    const char *operator;
    uint64_t entries_before; /* of the journal, before it was sent */
    bool answered;
};

/* Journal entries of a running office that are committed. */
uint64_t death_entries(struct network_office *office);

/* The phase of an office that answered once and is dead now. command may be NULL. */
enum death_phase death_find_phase(struct network_office *office,
                                  const struct death_command *command);

/* Such as before_commit. */
const char *death_phase_name(enum death_phase phase);

#endif
