/* SPDX-License-Identifier: Apache-2.0
 *
 * disk - stands between the offices and their stores: a full disk, and a power cut right before or
 * after a commit. The linker puts it there (--wrap=store_commit and others).
 */
#ifndef SIMULATION_DISK_H
#define SIMULATION_DISK_H

#include "tests/lib/fake_network.h"

struct disk_office {
    bool full;
    uint64_t puts, full_at_put;            /* counted as puts; 0 never */
    uint64_t commits, crash_before_commit, /* counted as commits; 0 never */
        crash_after_commit;
    bool refused; /* something of the running transaction found no room */
};

struct disk {
    struct fake_network *network;
    struct disk_office offices[FAKE_WIRES_OFFICES_MAX];
};

/* From now on the stores of this network are meant. */
void disk_open(struct disk *disk, struct fake_network *network);

#endif
