/* SPDX-License-Identifier: Apache-2.0
 *
 * dice - all chance of a simulation, drawn from one seed. Knows nothing of what is decided by it.
 */
#ifndef SIMULATION_DICE_H
#define SIMULATION_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t state;
};

/* Different names give different dice of the same seed. */
struct dice dice_of(uint64_t seed, const char *name);

/* A number from 0 up to and without below; below > 0. */
uint64_t dice_roll(struct dice *dice, uint64_t below);

/* From low to high, both possible. */
uint64_t dice_between(struct dice *dice, uint64_t low, uint64_t high);

bool dice_chance(struct dice *dice, unsigned percent);

/* As likely between a second and two as between a day and two: low > 0. */
uint64_t dice_span_ms(struct dice *dice, uint64_t low_ms, uint64_t high_ms);

#endif
