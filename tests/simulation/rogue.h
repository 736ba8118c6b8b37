/* SPDX-License-Identifier: Apache-2.0
 *
 * rogue - two listed offices whose keys were stolen: a window and a registry. What they send is
 * authentic, and none of it may have any effect.
 *
 * They have a true journal, and know more than a thief would: where their stream to the victim
 * stands, and envelopes that honest offices sent to each other.
 */
#ifndef SIMULATION_ROGUE_H
#define SIMULATION_ROGUE_H

#include "common/io/journal.h"
#include "tests/lib/citizen_maker.h"
#include "tests/simulation/dice.h"

struct world;
struct fake_packet;

enum { ROGUE_STOLEN_BYTES = 64 * 1024 };

struct rogue {
    struct dice dice;
    bool active;
    unsigned serial; /* of its last case */
    struct journal journals[2];
    /* An honest window's application, as it travelled. */
    uint8_t stolen[ROGUE_STOLEN_BYTES];
    size_t stolen_bytes;
    char stolen_case[CASE_NUMBER_CHARS + 1];
};

void rogue_begin(struct world *world);

/* Forge something and send it. */
void rogue_act(struct world *world);

/* A packet passes by. */
void rogue_see(struct world *world, const struct fake_packet *packet);

#endif
