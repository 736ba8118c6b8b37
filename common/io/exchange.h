/* SPDX-License-Identifier: Apache-2.0
 *
 * exchange - what travels between this office and its peers (proto/link.proto), led to whom it
 * concerns.
 *
 * Takes every frame: those of the peer's stream go to receiving.h, answers to our own stream to
 * outgoing.h, questions about the past to history.h, answers to our questions to inquiry.h and
 * start_hold.h, proofs to consistency.h. Knows no rule of any of them.
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

/* Count a frame that is not taken. Logged a few times a second: whoever sends rubbish must not fill
 * the disk with our log. */
void exchange_drop(struct office *office, const char *from, const char *reason,
                   const struct office_time *now);

#endif
