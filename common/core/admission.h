/* SPDX-License-Identifier: Apache-2.0
 *
 * admission - what an office still takes on: new work is refused at the door while there is room
 * left to finish what was accepted.
 *
 * Decides, from figures of disk, map and outbox, which doors are shut. Two doors, two thresholds,
 * so that they shut in this order:
 *
 *     own      applications at the window, imports    free disk below the reserve, or the map
 *                                                     fuller than map_fill_percent
 *     opening  messages of peers that open cases      free disk below half of the reserve, or the
 *                                                     map beyond halfway from there to full
 *
 * and one door per peer: so many messages wait for it that no application may add another. All
 * other work goes on: that is what the reserve is for. Opening again takes more than shutting, so
 * that a door does not flap. Knows no disk, no clock and no peer.
 */
#ifndef CORE_ADMISSION_H
#define CORE_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/refusal.h"

enum { ADMISSION_MAP_WARNING_PERCENT = 70 };

#define ADMISSION_FREE_UNKNOWN UINT64_MAX

/* All zero: nothing is ever refused. */
struct admission_limits {
    uint64_t disk_reserve_bytes; /* 0: the disk does not matter */
    uint64_t outbox_messages;    /* that may wait for one peer; 0: any number */
    unsigned map_fill_percent;   /* 0 or 100: the map does not matter */
};

struct admission_figures {
    uint64_t free_bytes; /* of the disk; ADMISSION_FREE_UNKNOWN when it cannot be told */
    uint64_t used_bytes; /* of the map */
    uint64_t map_bytes;  /* 0 when it cannot be told */
};

/* Why a door is shut; a set. */
enum admission_cause {
    ADMISSION_OWN_DISK = 1,
    ADMISSION_OWN_MAP = 2,
    ADMISSION_OPENING_DISK = 4,
    ADMISSION_OPENING_MAP = 8,
    ADMISSION_MAP_WARNING = 16, /* shuts nothing */
};

struct admission {
    struct admission_limits limits;
    struct admission_figures figures; /* at the last look, less what was admitted since */
    unsigned shut;                    /* set of enum admission_cause */
};

void admission_init(struct admission *admission, const struct admission_limits *limits);

/* Judge new figures; answers the causes that came or went. */
unsigned admission_look(struct admission *admission, const struct admission_figures *figures);

/* May new work of our own be taken that writes about so many bytes? When it may, they are counted
 * as written until the next look, so that many in one turn cannot overrun the reserve.
 *
 * ERR_REFUSED  DISK_RESERVE or STORE_NEARLY_FULL, with the figures. */
enum result admission_take(struct admission *admission, uint64_t bytes,
                           struct refusal *ret_refusal) MUST_CHECK;

/* Why messages that open cases are not taken now; REFUSAL_NONE when they are. */
enum refusal_code admission_opening(const struct admission *admission);

/* Is the door of a peer shut, for which so many messages wait? */
bool admission_peer_shut(const struct admission *admission, uint64_t waiting, bool was_shut);

/* The refusal that goes with it: PEER_BACKLOG. */
enum result admission_refuse_peer(const struct admission *admission, const char *office,
                                  uint64_t waiting, struct refusal *ret_refusal);

/* The rule behind one cause, in words with its figures, as refusals and status tell it. */
enum result admission_refuse_cause(const struct admission *admission, enum admission_cause cause,
                                   struct refusal *ret_refusal);

/* 0..100, rounded down; 0 when nothing is known of the map. */
unsigned admission_map_percent(const struct admission_figures *figures);

#endif
