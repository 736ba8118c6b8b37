/* SPDX-License-Identifier: Apache-2.0
 *
 * order - the life of one production order: made, verified by a second person, dispatched,
 * delivered.
 *
 * Decides which event is legal in which state, that maker and checker are two people, that news
 * about a card is about the card made last, and what must follow. Pure: no clock, no disk, no
 * socket.
 */
#ifndef PRODUCTION_ORDER_H
#define PRODUCTION_ORDER_H

#include "common/core/machine.h"

enum order_state {
    ORDER_ABSENT,
    ORDER_ORDERED,    /* waits to be made */
    ORDER_MADE,       /* waits for verification (核验) */
    ORDER_VERIFIED,   /* waits for dispatch */
    ORDER_DISPATCHED, /* on its way to the window */
    ORDER_DELIVERED,  /* at the window */
    ORDER_CLOSED,
    ORDER_MISSING, /* not in its package: it is traced */
    ORDER_WITHDRAWN,
    ORDER_STATE_COUNT
};

enum order_event_kind {
    ORDER_PLACE,
    ORDER_MAKE,
    ORDER_CHECK_GOOD,
    ORDER_CHECK_BAD,
    ORDER_DISPATCH,
    ORDER_ARRIVED_WELL,
    ORDER_ARRIVED_DEFECTIVE,
    ORDER_COLLECTED,
    ORDER_WITHDRAW,
    ORDER_ARRIVED_NOT, /* the window misses it */
    ORDER_FOUND,
    ORDER_LOST,
    ORDER_DESTROYED,
    ORDER_EVENT_COUNT
};

struct order {
    int state;               /* enum order_state */
    const char *maker;       /* of the card made last; empty before */
    const char *card_serial; /* of the card made last; empty before */
};

struct order_event {
    enum order_event_kind kind;
    const char *operator;    /* who acts; empty when a message does */
    const char *card_serial; /* arrived, collected: which card */
};

extern const struct machine order_machine;

/* Apply one event.
 *
 * order        in/out; state untouched unless OK. Maker and serial are the shell's to store.
 * effects      out; empty on entry.
 * ERR_REFUSED  ILLEGAL_IN_STATE, FOUR_EYES or CARD_SERIAL_MISMATCH. */
enum result order_step(struct order *order, const struct order_event *event,
                       struct effects *effects, struct refusal *ret_refusal) MUST_CHECK;

#endif
