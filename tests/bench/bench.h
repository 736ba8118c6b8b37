/* SPDX-License-Identifier: Apache-2.0
 *
 * bench - what every bench needs: a clock, settings from the environment, percentiles, and measures
 * that are printed as an aligned table and, with BENCH_JSON=1, as one line of JSON.
 *
 * A measure has one value, or one for each column (office). Knows nothing of what is measured.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEASURES_MAX = 48, MEASURE_COLUMNS_MAX = 8 };

/* Monotonic time. */
double bench_now_ms(void);
void bench_sleep_ms(unsigned milliseconds);

/* Tell what went wrong and end the bench with status 1; its daemons end with it. */
_Noreturn void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A positive number of the environment, or the standard value when it is not set. */
uint64_t bench_setting(const char *name, uint64_t standard);

/* Sorts the values. */
void bench_sort(double *values, size_t count);

/* Of sorted values; percent 0..100. 0 when there are none. */
double bench_percentile(const double *sorted, size_t count, double percent);

struct measure {
    const char *name; /* snake_case; borrowed, as all texts here */
    const char *unit;
    size_t count; /* of values: 1, or that of the columns */
    double values[MEASURE_COLUMNS_MAX];
};

struct measures {
    const char *title;
    size_t column_count;
    const char *columns[MEASURE_COLUMNS_MAX];
    size_t count;
    struct measure list[MEASURES_MAX];
    size_t missed; /* requirements */
};

void measures_add(struct measures *measures, const char *name, const char *unit, double value);
void measures_add_row(struct measures *measures, const char *name, const char *unit,
                      const double *values);

/* Tell whether the last measure added stays at or below a bound in all columns, or at or above. */
void measures_require_at_most(struct measures *measures, double bound);
void measures_require_at_least(struct measures *measures, double bound);

/* The table, and the line of JSON when it is asked for. */
void measures_print(const struct measures *measures);

#endif
