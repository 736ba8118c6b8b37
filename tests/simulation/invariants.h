/* SPDX-License-Identifier: Apache-2.0
 *
 * invariants - the guarantees of the design as questions that can be asked at any moment. Each one
 * that does not hold ends the run and names itself.
 */
#ifndef SIMULATION_INVARIANTS_H
#define SIMULATION_INVARIANTS_H

#include "tests/simulation/ledger.h"

struct world;

/* While the ledger is written: the journal grew by this entry. */
void invariants_of_entry(struct world *world, size_t office, const struct ledger_leaf *leaf,
                         const Yidi__JournalEntry *entry);

/* Of an office that runs, after a turn: nothing lost, cursors, health. */
void invariants_of_office(struct world *world, size_t office);

/* Of a card centre's blank cards, of a window's fees; nothing for registries. */
void invariants_of_books(struct world *world, size_t office);

/* Of a stored case. */
void invariants_of_case(struct world *world, size_t office, const Yidi__Case *row);

/* Of a packet and an answer that leave an office. */
void invariants_of_packet(struct world *world, const struct fake_packet *packet);
void invariants_of_answer(struct world *world, size_t office, const Yidi__Response *response);

#endif
