/* SPDX-License-Identifier: Apache-2.0
 *
 * power - an office whose power fails at a chosen sync point of its disk.
 *
 * Everything below the office's folder is watched (tests/preload/power_loss.c says how it is lost).
 */
#ifndef TESTS_POWER_H
#define TESTS_POWER_H

#include "tests/lib/preload.h"

struct power_cut {
    uint64_t sync_point; /* from 1, counted from the daemon's start; 0 never */
    bool after;          /* the sync took place; else it did not */
    uint64_t seed;       /* what is lost of the rest; 0 all of it */
    const char *ignored; /* a disk that lies about "all", "data" or "folder"; NULL an honest one */
    uint64_t lies_from;  /* this sync point on */
};

struct power_report {
    bool cut;
    uint64_t sync_points;
    uint64_t sectors; /* that lost a write */
    uint64_t sizes;   /* of files that lost growth */
    uint64_t names;   /* files and folders that were lost, or came back */
};

/* For the office's next start. */
void power_install(struct preload *preload, const struct power_cut *cut,
                   struct network_office *office);

/* After the end of that process, however it ended. False when it left no report. */
bool power_read_report(const struct network_office *office, struct power_report *ret_report);

/* Did that cut take anything that had been written? */
static inline bool
power_lost_anything(const struct power_report *report)
{
    return report->sectors > 0 || report->names > 0;
}

#endif
