/* SPDX-License-Identifier: Apache-2.0
 *
 * case_summary - one line about a case: what lists and searches show of it, with name and number
 * masked.
 */
#ifndef IO_CASE_SUMMARY_H
#define IO_CASE_SUMMARY_H

#include "common/domain/urgency.h"
#include "common/io/case_file.h"
#include "proto/control.pb-c.h"

/* What summaries are made from. All borrowed. */
struct summary_source {
    struct store_txn *txn;
    const struct machine *machine;
    const struct urgency_scale *scale;
    struct arena *arena; /* of the summaries, which outlive the rows */
};

/* ERR_MEMORY, or an error of the store. */
enum result case_summary(const struct summary_source *source, const Yidi__Case *row,
                         Yidi__CaseSummary **ret_summary) MUST_CHECK;

/* Names of a set of findings, in the arena. */
enum result case_summary_findings(uint32_t findings, struct arena *arena, char ***ret_names,
                                  size_t *ret_count) MUST_CHECK;

#endif
