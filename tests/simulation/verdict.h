/* SPDX-License-Identifier: Apache-2.0
 *
 * verdict - what a run counted, and what it found wrong. Lies in memory that the process which
 * started the run sees too, so that a run that dies still tells.
 */
#ifndef SIMULATION_VERDICT_H
#define SIMULATION_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

struct tally {
    uint64_t seeds;
    uint64_t simulated_ms;
    uint64_t cases;
    uint64_t messages; /* that took effect */
    uint64_t commands, refusals;
    uint64_t crashes;
    uint64_t partitions;
    uint64_t full_disks;
    uint64_t restores, recoveries;
    uint64_t news_lost; /* messages that were erased before they came */
    uint64_t overdue;   /* that operators were told of */
    uint64_t forgeries; /* by offices whose keys were stolen */
    uint64_t late_faults, destroyed, redirections, batches, temporary_cards, refunds;
    uint64_t drafts, questions;
    uint64_t checks; /* of invariants */
};

struct verdict {
    struct tally tally;
    uint64_t seed; /* that runs, or ran last */
    bool broken;
    char invariant[80];
    char words[400];
};

/* Add one tally to another. */
static inline void
tally_add(struct tally *sum, const struct tally *part)
{
    sum->seeds += part->seeds;
    sum->simulated_ms += part->simulated_ms;
    sum->cases += part->cases;
    sum->messages += part->messages;
    sum->commands += part->commands;
    sum->refusals += part->refusals;
    sum->crashes += part->crashes;
    sum->partitions += part->partitions;
    sum->full_disks += part->full_disks;
    sum->restores += part->restores;
    sum->news_lost += part->news_lost;
    sum->recoveries += part->recoveries;
    sum->overdue += part->overdue;
    sum->forgeries += part->forgeries;
    sum->late_faults += part->late_faults;
    sum->destroyed += part->destroyed;
    sum->redirections += part->redirections;
    sum->batches += part->batches;
    sum->temporary_cards += part->temporary_cards;
    sum->refunds += part->refunds;
    sum->drafts += part->drafts;
    sum->questions += part->questions;
    sum->checks += part->checks;
}

#endif
