/* SPDX-License-Identifier: Apache-2.0
 *
 * review - the life of one application at the county of household registration: examined, issued,
 * followed to its end.
 *
 * Decides which event is legal in which state, that examiner and issuer are two people, that nobody
 * examines over a failed finding, that no card is renewed while the old one stays out, and what
 * must follow. Pure: no clock, no disk, no socket.
 */
#ifndef REGISTRY_REVIEW_H
#define REGISTRY_REVIEW_H

#include "common/core/machine.h"

enum review_state {
    REVIEW_ABSENT,
    REVIEW_RECEIVED, /* waits for the examiner */
    REVIEW_EXAMINED, /* waits for the issuer, who orders again or refuses */
    REVIEW_ISSUED,   /* ordered; waits for the card */
    REVIEW_MADE,     /* made and verified; waits for collection */
    REVIEW_CLOSED,
    REVIEW_REFUSED,
    REVIEW_BLOCKED,     /* the production office's system refused the order; waits for the issuer */
    REVIEW_RETURNED,    /* waits for the applicant to correct it */
    REVIEW_WITHDRAWING, /* waits for the card centre to say whether it is too late */
    REVIEW_WITHDRAWN,
    REVIEW_REDIRECTED, /* another registry decides */
    REVIEW_UNCLAIMED,  /* the card was destroyed */
    REVIEW_REMAKING,   /* the collected card came back faulty; waits for the next one */
    REVIEW_ABANDONING, /* its card centre is no more; waits for the window, which may have a card */
    REVIEW_ABANDONED,
    REVIEW_STATE_COUNT
};

enum review_event_kind {
    REVIEW_OPEN,
    REVIEW_OPEN_SECOND, /* the citizen has another open application */
    REVIEW_EXAMINE,
    REVIEW_ISSUE,
    REVIEW_REFUSE,
    REVIEW_ORDER_REFUSED,
    REVIEW_CARD_MADE,
    REVIEW_CARD_COLLECTED,
    REVIEW_RETURN,
    REVIEW_AMEND,
    REVIEW_WITHDRAW,
    REVIEW_ORDER_WITHDRAWN, /* no card is made */
    REVIEW_ORDER_KEPT,      /* it was too late */
    REVIEW_REDIRECT,
    REVIEW_REMIND,
    REVIEW_CARD_DESTROYED,
    REVIEW_CARD_FAULTY,      /* after it was collected */
    REVIEW_FAULTY_CARD_MADE, /* late news of it */
    REVIEW_CARD_FAULTY_LATE, /* so late that no card can take its place */
    REVIEW_OLD_CARD_DESTROYED,
    REVIEW_ABANDON,         /* the card centre is no more */
    REVIEW_ABANDON_FINALLY, /* the window is no more, which alone could say whether a card has come
                             */
    REVIEW_ABANDONED_THERE, /* by the window */
    REVIEW_EVENT_COUNT
};

struct review {
    int state;            /* enum review_state */
    const char *examiner; /* empty before the examination */
};

struct review_event {
    enum review_event_kind kind;
    const char *operator;       /* who acts; empty when a message does */
    const char *failed_finding; /* examine: name of a finding that forbids it, or NULL */
    bool renewal;               /* card collected: then the old card must have been handed in */
    bool old_card_surrendered;
};

extern const struct machine review_machine;

/* Apply one event.
 *
 * review       in/out; state untouched unless OK. The examiner is the shell's to store.
 * effects      out; empty on entry.
 * ERR_REFUSED  ILLEGAL_IN_STATE, FOUR_EYES, FINDING_FAILED or SURRENDER_REQUIRED. */
enum result review_step(struct review *review, const struct review_event *event,
                        struct effects *effects, struct refusal *ret_refusal) MUST_CHECK;

#endif
