/* SPDX-License-Identifier: Apache-2.0
 *
 * application - the life of one application at the window where it was accepted.
 *
 * Decides which event is legal in which state and what must follow. News from the registry and from
 * the production node travels on different streams, so a card may be on its way before word of its
 * issue arrives. Pure: no clock, no disk, no socket.
 */
#ifndef ACCEPTANCE_APPLICATION_H
#define ACCEPTANCE_APPLICATION_H

#include "common/core/machine.h"

enum application_state {
    APPLICATION_ABSENT,
    APPLICATION_SUBMITTED,     /* waits for the registry */
    APPLICATION_IN_PRODUCTION, /* issued; waits for the card */
    APPLICATION_IN_TRANSIT,    /* the card is on its way */
    APPLICATION_READY,         /* waits for the citizen */
    APPLICATION_COLLECTED,
    APPLICATION_REFUSED,
    APPLICATION_RETURNED,    /* waits for the applicant to correct it */
    APPLICATION_WITHDRAWING, /* waits for the registry to say whether it is too late */
    APPLICATION_WITHDRAWN,
    APPLICATION_DESTROYED, /* the card, which nobody collected */
    APPLICATION_ABANDONED, /* an office that it needs is no more */
    APPLICATION_STATE_COUNT
};

enum application_event_kind {
    APPLICATION_ACCEPT,
    APPLICATION_CARD_ISSUED,
    APPLICATION_REFUSE,           /* by the registry */
    APPLICATION_DELIVERY_REFUSED, /* the registry's system refused our message */
    APPLICATION_CARD_DISPATCHED,
    APPLICATION_ARRIVE_WELL,
    APPLICATION_ARRIVE_DEFECTIVE, /* or found defective later, at the window or by the holder */
    APPLICATION_COLLECT,
    APPLICATION_RETURN,
    APPLICATION_AMEND,
    APPLICATION_WITHDRAW,
    APPLICATION_WITHDRAWAL_ACCEPTED,
    APPLICATION_WITHDRAWAL_DENIED,
    APPLICATION_REDIRECT,
    APPLICATION_REMIND,
    APPLICATION_MISS, /* the card was not in its package */
    APPLICATION_DESTROY,
    APPLICATION_ABANDON,       /* an office that it waits for is no more */
    APPLICATION_ABANDON_ASKED, /* the registry's card centre is no more */
    APPLICATION_ENDED_THERE,   /* the registry has ended the case: no card of it is valid */
    APPLICATION_DESTROY_OLD,   /* the lost card, found after it was replaced */
    APPLICATION_EVENT_COUNT
};

/* What calls for attention when a card is here, or comes, that is not to be handed out. */
#define APPLICATION_CARD_NOT_VALID "CARD_NOT_VALID"

struct application {
    int state; /* enum application_state */
};

struct application_event {
    enum application_event_kind kind;
    bool renewal;              /* collect: the old card must be handed back */
    bool old_card_surrendered; /* collect */
};

extern const struct machine application_machine;

/* Apply one event.
 *
 * application  in/out; untouched unless OK.
 * effects      out; empty on entry.
 * ERR_REFUSED  ILLEGAL_IN_STATE or SURRENDER_REQUIRED. */
enum result application_step(struct application *application, const struct application_event *event,
                             struct effects *effects, struct refusal *ret_refusal) MUST_CHECK;

#endif
