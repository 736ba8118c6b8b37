/* SPDX-License-Identifier: Apache-2.0
 *
 * series - what an office counted, minute by minute, ten minutes by ten minutes, hour by hour: a
 * ring of rows each, so the table never grows.
 *
 * Owns the table series. A row stands at the place of its span in the ring and names the span's
 * start; a row of another start is of another round, or of a clock that was wrong, and counts for
 * nothing. So nothing is ever deleted, and a clock that steps writes no more than usual. Where
 * there is no row, nothing moved. Does not know what is counted where (figures.h).
 */
#ifndef IO_SERIES_H
#define IO_SERIES_H

#include "common/core/arena.h"
#include "common/core/histogram.h"
#include "common/core/machine.h"
#include "common/domain/refusal_reason.h"
#include "common/io/store.h"

enum series_resolution {
    SERIES_MINUTES,     /* of the last hour */
    SERIES_TEN_MINUTES, /* of the last day */
    SERIES_HOURS,       /* of the last week */
    SERIES_RESOLUTION_COUNT
};

enum { SERIES_POINTS_MAX = 168 };

/* What was counted. */
struct figures_counts {
    uint64_t opened; /* cases that came, or were opened again */
    uint64_t closed;
    uint64_t entered[STATE_COUNT_MAX];
    uint64_t left[STATE_COUNT_MAX];
    uint64_t refused[REFUSAL_REASON_COUNT]; /* each reason of a refused case */
    struct histogram ready;                 /* seconds from acceptance to ready */
};

void figures_counts_merge(struct figures_counts *counts, const struct figures_counts *other);

/* Milliseconds that a row of this resolution covers, and how many rows there are. */
uint64_t series_step_ms(enum series_resolution resolution);
size_t series_point_count(enum series_resolution resolution);

/* Add what was counted at a time (Unix) to the three rows of that time.
 *
 * waiting      cases that stand in each state now.
 * ERR_MEMORY, ERR_FULL, ERR_IO */
enum result series_add(struct store_txn *txn, uint64_t time_ms, const struct figures_counts *counts,
                       const uint64_t waiting[STATE_COUNT_MAX], struct arena *arena) MUST_CHECK;

struct series_point {
    uint64_t opened;
    uint64_t closed;
    uint64_t waiting[STATE_COUNT_MAX]; /* as it was last known */
};

/* The last points up to a time, oldest first; the last one is the span that the time lies in. */
struct series_window {
    uint64_t start_ms; /* Unix; of the first point */
    uint64_t step_ms;
    size_t count;
    struct series_point points[SERIES_POINTS_MAX];
    struct figures_counts sum;                    /* of them all */
    uint64_t refused_since[REFUSAL_REASON_COUNT]; /* of those that began no earlier than asked */
};

/* Read a window. A row that cannot be read counts as none: a chart must not stop an office.
 *
 * refused_from_ms  from when on refusals count for refused_since. */
enum result series_read(struct store_txn *txn, enum series_resolution resolution, uint64_t now_ms,
                        uint64_t refused_from_ms, struct arena *arena,
                        struct series_window *ret_window) MUST_CHECK;

#endif
