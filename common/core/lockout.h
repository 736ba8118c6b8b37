/* SPDX-License-Identifier: Apache-2.0
 *
 * lockout - how long somebody waits after failing to prove who they are.
 *
 * Some failures in a row are free, because people mistype; each further one doubles the pause.
 * Knows neither who it is nor whose clock it is.
 */
#ifndef CORE_LOCKOUT_H
#define CORE_LOCKOUT_H

#include <stdint.h>

enum {
    LOCKOUT_OPERATOR_FREE = 3, /* failures under one name without a pause */
    LOCKOUT_ADDRESS_FREE = 20, /* from one address, behind which may be a whole office */
    LOCKOUT_RECEIPT_FREE = 10, /* wrong codes for one receipt: it is typed on a phone */
    LOCKOUT_FIRST_MS = 5000,
    LOCKOUT_MAX_MS = 15 * 60 * 1000,
    LOCKOUT_FORGET_MS = 24 * 60 * 60 * 1000, /* without any failure, all is forgotten */
};

struct lockout {
    uint32_t failures; /* in a row */
    uint64_t next_ms;  /* when the next attempt is heard */
};

/* Milliseconds until an attempt is heard; 0: now. A time that lies further ahead than any pause was
 * noted under another clock, and holds nobody up. */
uint64_t lockout_wait_ms(const struct lockout *lockout, uint64_t now_ms);

/* One more failure. free_count: one of the numbers above. */
void lockout_fail(struct lockout *lockout, uint32_t free_count, uint64_t now_ms);

#endif
