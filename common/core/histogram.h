/* SPDX-License-Identifier: Apache-2.0
 *
 * histogram - how often which value came: counts in a fixed number of buckets, four to each
 * doubling, so that a percentile is at most a quarter off, whatever is measured.
 *
 * Knows no unit; values from 2^33 on share the last bucket.
 */
#ifndef CORE_HISTOGRAM_H
#define CORE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 128 };

/* All zero is empty. */
struct histogram {
    uint64_t buckets[HISTOGRAM_BUCKETS];
    uint64_t count;
    uint64_t sum; /* of the values */
};

void histogram_add(struct histogram *histogram, uint64_t value);

/* Add so many values of one bucket, as they were counted elsewhere; their sum is added apart.
 * Buckets that are none of ours are left out. */
void histogram_add_bucket(struct histogram *histogram, size_t bucket, uint64_t count);

void histogram_merge(struct histogram *histogram, const struct histogram *other);

/* What came since an earlier state of the same histogram. */
struct histogram histogram_since(const struct histogram *histogram,
                                 const struct histogram *earlier);

/* The value that so many of a thousand do not exceed; 0 when there are none. */
uint64_t histogram_percentile(const struct histogram *histogram, unsigned permille);

/* How many values are below 2^exponent; 0..33. */
uint64_t histogram_below(const struct histogram *histogram, unsigned exponent);

#endif
