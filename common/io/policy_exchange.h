/* SPDX-License-Identifier: Apache-2.0
 *
 * policy_exchange - policies handed on from office to office.
 *
 * HELLO and WELCOME tell which version each side follows; whoever has the newer one hands it over,
 * before any message goes out, and an office that adopts one hands it to all that are connected. A
 * version that a case names, and that is not here, is asked for by its number.
 *
 *     HELLO, WELCOME version  ──older──▶  PolicyOffer + SignedPolicy  ──newer, verified──▶ adopted
 *     a case names another  ──▶  PolicyAsk  ──▶  PolicyOffer  ──wanted, verified──▶ kept
 *
 * What is neither newer nor wanted is not looked at; who hands over something that is no policy is
 * not listened to for ten minutes, and who asks too often not answered. Knows no rule of a policy.
 */
#ifndef IO_POLICY_EXCHANGE_H
#define IO_POLICY_EXCHANGE_H

#include "common/io/office.h"
#include "proto/journal.pb-c.h"
#include "proto/link.pb-c.h"

/* The peer tells what it follows: hand it a newer one, ask it for what is wanted here.
 *
 * route  how to answer; NULL on our own connection. */
void policy_exchange_greeted(struct office *office, struct peer *peer,
                             const struct link_route *route, uint64_t version,
                             const struct office_time *now);

/* Another policy is followed from now on: hand it to all that are connected. */
void policy_exchange_adopted(struct office *office, const struct office_time *now);

/* The peer has sent something new: perhaps it names a version that is wanted now. */
void policy_exchange_ask(struct office *office, struct peer *peer, const struct link_route *route,
                         const struct office_time *now);

void policy_exchange_take_offer(struct office *office, struct peer *peer,
                                const Yidi__PolicyOffer *offer, const struct link_message *message,
                                const struct office_time *now);
void policy_exchange_take_ask(struct office *office, struct peer *peer, const Yidi__PolicyAsk *ask,
                              const struct link_route *route, const struct office_time *now);

/* A message of a lost past came back from the peer, erased or not, on our own connection: ask for
 * the policy that it names, if that is not here. True when an answer is to be waited for. */
bool policy_exchange_recover(struct office *office, struct peer *peer,
                             const Yidi__JournalEntry *returned);

#endif
