/* SPDX-License-Identifier: Apache-2.0
 *
 * inquiry - the conversation of an office that lost its past with one peer: what do you hold, and
 * then message by message.
 *
 *     ASKING ──WITNESSED──▶ answered ──epoch is open──▶ FETCHING ──all of it──▶ complete
 *        ▲                                                 │                       │
 *        └───────────── lost, silent: after a pause ───────┘        done again ──▶ NONE
 *     what does not verify ──▶ REJECTED
 *
 * Between answer and fetching no connection is kept, so that thousands can be asked, some at a
 * time. When which peer is asked, and what follows from all answers, recovery decides.
 */
#ifndef IO_INQUIRY_H
#define IO_INQUIRY_H

#include "common/io/office.h"
#include "proto/link.pb-c.h"

/* The row of the peer is written with the next turn. */
void inquiry_set_state(struct office *office, struct peer *peer, Yidi__PeerRecovery state,
                       const struct office_time *now);

/* Connect, and ask the first question. */
void inquiry_call(struct office *office, struct peer *peer, const struct office_time *now);

/* Ask for what is still missing; complete when nothing is. */
void inquiry_go_on(struct office *office, struct peer *peer, const struct office_time *now);

/* Close the connection, if there is one. */
void inquiry_hang_up(struct office *office, struct peer *peer);

/* What the peer answers, and word that it does not. */
void inquiry_take_witnessed(struct office *office, struct peer *peer,
                            const Yidi__Witnessed *witnessed, const struct office_time *now);
/* WELCOME, or REFUSE: it has seen our greeting, whatever it thinks of it. */
void inquiry_take_greeted(struct office *office, struct peer *peer, const struct office_time *now);
void inquiry_take_item(struct office *office, struct peer *peer, const Yidi__HistoryItem *item,
                       const struct link_message *message, const struct office_time *now);
/* A policy that was asked for is here, or the peer has it not. */
void inquiry_take_policy(struct office *office, struct peer *peer, const struct office_time *now);
void inquiry_lost(struct office *office, struct peer *peer, const struct office_time *now);

/* The peer is there: it greeted. */
void inquiry_ask_now(struct office *office, struct peer *peer, const struct office_time *now);

#endif
