/* SPDX-License-Identifier: Apache-2.0
 *
 * receiving - the receiving half of the stream from a peer: HELLO, DATA, PING.
 *
 * Decides whether the peer is served now (the start, a lost past, a rewritten journal, no room),
 * tells it where its stream stands here, checks that each message is authentic and the next one,
 * and queues it for the turn. The sending half is outgoing.h.
 */
#ifndef IO_RECEIVING_H
#define IO_RECEIVING_H

#include "common/io/office.h"
#include "proto/link.pb-c.h"

/* A frame of the peer's stream to us.
 *
 * entry  of the peer, who is trusted. */
void receiving_take(struct office *office, const Yidi__Office *entry, struct peer *peer,
                    const struct link_message *message, const Yidi__LinkFrame *frame,
                    const struct office_time *now);

#endif
