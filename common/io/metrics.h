/* SPDX-License-Identifier: Apache-2.0
 *
 * metrics - the figures of an office in Prometheus' text format, for machines.
 *
 * Names begin with yidi_ and end with their unit; labels are states, reasons, codes of alarms and
 * of offices, so their number is bounded. No personal data, no case numbers. deploy/prometheus has
 * the alerts that go with them.
 */
#ifndef IO_METRICS_H
#define IO_METRICS_H

#include "common/io/standing.h"

enum result metrics_report(const struct standing_source *source,
                           Yidi__Response *response) MUST_CHECK;

#endif
