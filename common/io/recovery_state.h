/* SPDX-License-Identifier: Apache-2.0
 *
 * recovery_state - where the recovery of a lost past stands, in the memory of an office
 * (recovery.h).
 */
#ifndef IO_RECOVERY_STATE_H
#define IO_RECOVERY_STATE_H

#include "common/io/epoch.h"
#include "proto/case.pb-c.h"

enum { REPLAY_KEY_BYTES = 64 };

/* Which act failed on damaged rows: it is left out when the turn is taken again. */
struct replay_key {
    uint8_t bytes[REPLAY_KEY_BYTES];
    size_t size;
};

enum { RECOVERY_LIVE_MAX = 64, RECOVERY_UNPLACED_MAX = 1000 };

struct recovery {
    Yidi__RecoveryRow row;   /* numbers; its list and operator are below */
    Yidi__RecoveryRow saved; /* the numbers as the running turn found them */
    char operator_name[OPERATOR_BYTES_MAX + 1];
    Yidi__RecoveryLeft unplaced[RECOVERY_UNPLACED_MAX];
    struct arena unplaced_texts;
    struct epoch_heads shown; /* by peers, to be named by the epoch that opens next */
    struct epoch_heads named; /* by the present epoch */
    struct replay_key failed; /* the act that met damaged rows */
    bool epoch_needed;        /* some peer showed a head that is neither here nor named */
    bool open_epoch;          /* with the next turn */
    bool opened_epoch;        /* by the running turn */
    bool postponed;           /* what was put aside is to be taken up again */
    bool left;                /* acts wait to be done again */
    bool replaying;           /* they are done now */
    bool finishing;           /* with the next turn */
    bool finished;            /* by the running turn */
    bool held;                /* messages wait for the sequence of their peer */
    bool dirty;               /* the row is older than memory */
    size_t live;
    uint64_t due_ms; /* monotonic */
};

#endif
