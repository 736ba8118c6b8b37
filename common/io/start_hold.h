/* SPDX-License-Identifier: Apache-2.0
 *
 * start_hold - an office that starts asks its peers what they hold of its journal, before it takes
 * any work.
 *
 * A store that was set back to an older copy looks whole from inside: only others know what was
 * forgotten. Were work taken first, case numbers and sequences would be given out twice. Whoever is
 * away does not hold up the start for longer than start-hold; a peer that knows more makes the
 * office halt (witness.h).
 */
#ifndef IO_START_HOLD_H
#define IO_START_HOLD_H

#include "common/io/office.h"
#include "proto/link.pb-c.h"

enum { START_HOLD_PEERS_MAX = 64 };

/* Ask; does nothing when options.start_hold_ms is 0 or the office is halted. */
void start_hold_begin(struct office *office, const struct office_time *now);

bool start_holds(const struct office *office);

/* A peer that was asked answers, or cannot. */
void start_hold_take(struct office *office, struct peer *peer, const Yidi__Witnessed *witnessed,
                     const struct office_time *now);
void start_hold_lost(struct office *office, struct peer *peer, const struct office_time *now);

/* Enough was waited? */
void start_hold_tick(struct office *office, const struct office_time *now);

#endif
