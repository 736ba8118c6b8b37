/* SPDX-License-Identifier: Apache-2.0
 *
 * dashboard - the office at a glance, for the console's first page: what is wrong, what waits at
 * each stage, how it flows, over an hour, a day or a week.
 */
#ifndef IO_DASHBOARD_H
#define IO_DASHBOARD_H

#include "common/io/standing.h"

/* ERR_REFUSED  FIELD_OUT_OF_BOUNDS: hours that no chart has. */
enum result dashboard_report(const struct standing_source *source, const Yidi__Dashboard *dashboard,
                             Yidi__Response *response, struct refusal *ret_refusal) MUST_CHECK;

#endif
