/* SPDX-License-Identifier: Apache-2.0
 *
 * order - the life of one production order: made, verified by a second person, dispatched,
 * delivered.
 *
 * Decides which event is legal in which state, that a card is verified only when it was found good
 * by eye and by reader, that maker and checker are two people, that news about a card is about the
 * card made last, that of a case that has ended no card is made again, and what must follow. Pure:
 * no clock, no disk, no socket.
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
    ORDER_ABANDONED, /* its window is no more */
    ORDER_STATE_COUNT
};

enum order_event_kind {
    ORDER_PLACE,
    ORDER_MAKE,
    ORDER_CHECK_GOOD,
    ORDER_CHECK_BAD,
    ORDER_CHECK_EYE,    /* good by eye, not yet by reader; order_step finds out */
    ORDER_CHECK_READER, /* the other way round */
    ORDER_DISPATCH,
    ORDER_ARRIVED_WELL,
    ORDER_ARRIVED_DEFECTIVE,
    ORDER_COLLECTED,
    ORDER_WITHDRAW,
    ORDER_ARRIVED_NOT, /* the window misses it */
    ORDER_FOUND,
    ORDER_LOST,
    ORDER_DESTROYED,
    ORDER_MAKE_BAD,      /* the machine spoiled it */
    ORDER_WITHDRAW_LATE, /* a card was made by then, of which only the answer is left */
    ORDER_ABANDON,
    ORDER_MAKE_UNWANTED, /* good or not: the machine had it when the order ended */
    ORDER_FAIL_UNWANTED, /* the card is no good, or lost, and none is wanted; order_step finds out
                          */
    ORDER_EVENT_COUNT
};

/* Every card is checked twice: what it looks like, and what its chip says. */
enum order_check {
    ORDER_BY_EYE = 1,
    ORDER_BY_READER = 2,
    ORDER_BY_BOTH = ORDER_BY_EYE | ORDER_BY_READER,
};

struct order {
    int state;               /* enum order_state */
    const char *maker;       /* of the card made last; empty before */
    const char *card_serial; /* of the card made last; empty before */
    unsigned checked;        /* enum order_check: what of the card made last was found good */
    bool unwanted;           /* the case has ended elsewhere */
};

struct order_event {
    enum order_event_kind kind;
    const char *operator;    /* who acts; empty when a message does */
    const char *card_serial; /* arrived, collected: which card */
    unsigned checked;        /* check: enum order_check */
};

extern const struct machine order_machine;

/* Apply one event.
 *
 * order        in/out; state untouched unless OK. Maker, serial and checks are the shell's to
 *              store.
 * effects      out; empty on entry.
 * ERR_REFUSED  ILLEGAL_IN_STATE, FOUR_EYES or CARD_SERIAL_MISMATCH. */
enum result order_step(struct order *order, const struct order_event *event,
                       struct effects *effects, struct refusal *ret_refusal) MUST_CHECK;

#endif
