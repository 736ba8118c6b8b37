/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/simulation/dice.h"

#include "tests/lib/fake_wires.h"

struct dice
dice_of(uint64_t seed, const char *name)
{
    struct dice dice = { .state = seed * 0x9e3779b97f4a7c15 };
    for (; *name != '\0'; name++) {
        dice.state ^= (uint8_t)*name;
        (void)fake_wires_random(&dice.state);
    }
    return dice;
}

uint64_t
dice_roll(struct dice *dice, uint64_t below)
{
    return fake_wires_random(&dice->state) % below;
}

uint64_t
dice_between(struct dice *dice, uint64_t low, uint64_t high)
{
    return low + dice_roll(dice, high - low + 1);
}

bool
dice_chance(struct dice *dice, unsigned percent)
{
    return dice_roll(dice, 100) < percent;
}

uint64_t
dice_span_ms(struct dice *dice, uint64_t low_ms, uint64_t high_ms)
{
    unsigned doublings = 0;
    while (low_ms << (doublings + 1) <= high_ms)
        doublings++;
    uint64_t span_ms = low_ms << dice_roll(dice, doublings + 1);
    span_ms += dice_roll(dice, span_ms);
    return span_ms < high_ms ? span_ms : high_ms;
}
