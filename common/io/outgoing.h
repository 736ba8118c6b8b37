/* SPDX-License-Identifier: Apache-2.0
 *
 * outgoing - the stream from this office to one peer, carried out: core/stream decides, this
 * connects, greets and transmits.
 *
 * What is transmitted is read back from the store (outbox, journal, blobs), so that nothing but
 * what was committed can leave.
 */
#ifndef IO_OUTGOING_H
#define IO_OUTGOING_H

#include "common/io/office.h"
#include "proto/link.pb-c.h"

/* There may be something to send: connect, or transmit. */
void outgoing_look_for_work(struct office *office, struct peer *peer,
                            const struct office_time *now);

/* Somebody waits for an answer of the peer: greet it now, whether or not there is something to
 * send. Nothing happens when nothing may leave for it. */
void outgoing_call(struct office *office, struct peer *peer, const struct office_time *now);

/* Frames of the peer on our connection. */
void outgoing_take_welcome(struct office *office, struct peer *peer, const Yidi__Welcome *welcome,
                           const struct office_time *now);
void outgoing_take_ack(struct office *office, struct peer *peer, const Yidi__Ack *ack,
                       const struct office_time *now);
void outgoing_take_refuse(struct office *office, struct peer *peer, const Yidi__Refuse *refuse,
                          const struct office_time *now);

/* The connection failed or was refused. */
void outgoing_lost(struct office *office, struct peer *peer, const struct office_time *now);

/* The directory no longer trusts the peer: close, and begin nothing. */
void outgoing_bar(struct office *office, struct peer *peer, const struct office_time *now);

/* Time passed; lowers office->stream_due_ms to when it matters next. */
void outgoing_tick(struct office *office, struct peer *peer, const struct office_time *now);

#endif
