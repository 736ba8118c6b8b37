/* SPDX-License-Identifier: Apache-2.0
 *
 * alarms - the facts of an office, as domain/alarm judges them.
 *
 * Of overdue cases that wait for another office, the ones that are overdue longest are looked at,
 * to name the office; how many there are is counted, not looked up.
 */
#ifndef IO_ALARMS_H
#define IO_ALARMS_H

#include "common/io/standing.h"

/* Fill in the alarms of a report whose states and doors are filled in. */
enum result alarms_fill(const struct standing_source *source,
                        Yidi__StatusReport *report) MUST_CHECK;

#endif
