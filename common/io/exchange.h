/* SPDX-License-Identifier: Apache-2.0
 *
 * exchange - the stream protocol between this office and its peers (proto/link.proto): greets,
 * transmits, takes, acknowledges.
 *
 * Takes every frame and leads it to its half of a stream: the sending half is outgoing.h; the
 * receiving half is here: it checks that what comes is authentic and in order, and queues it for
 * the turn.
 */
#ifndef IO_EXCHANGE_H
#define IO_EXCHANGE_H

#include "common/io/office.h"

/* After a commit: acknowledge what took effect, transmit what was assigned. */
void exchange_follow_commit(struct office *office, const struct office_time *now);

/* What time makes due on the streams. */
void exchange_tick(struct office *office, const struct office_time *now);

/* Look for work on every stream: at the start. */
void exchange_start(struct office *office, const struct office_time *now);

/* Close the streams to offices that the present directory no longer trusts. */
void exchange_cut_untrusted(struct office *office, const struct office_time *now);

#endif
