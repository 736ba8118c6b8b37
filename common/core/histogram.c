/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/histogram.h"

enum { EXPONENT_MAX = 32 };

/* The first four buckets hold one value each; from then on, four share each doubling. */
static size_t
bucket_of(uint64_t value)
{
    unsigned exponent = 0;
    if (value < 4)
        return (size_t)value;
    if (value >> (EXPONENT_MAX + 1) != 0)
        return HISTOGRAM_BUCKETS - 1;
    while (value >> (exponent + 1) != 0)
        exponent++;
    return (size_t)(exponent - 1) * 4 + (size_t)(value >> (exponent - 2) & 3);
}

/* The least value of a bucket; of the one behind the last, where the last ends. */
static uint64_t
start_of(size_t bucket)
{
    if (bucket < 4)
        return bucket;
    return (uint64_t)(4 + bucket % 4) << (bucket / 4 - 1);
}

void
histogram_add(struct histogram *histogram, uint64_t value)
{
    histogram->buckets[bucket_of(value)]++;
    histogram->count++;
    histogram->sum += value;
}

void
histogram_add_bucket(struct histogram *histogram, size_t bucket, uint64_t count)
{
    if (bucket >= HISTOGRAM_BUCKETS)
        return;
    histogram->buckets[bucket] += count;
    histogram->count += count;
}

void
histogram_merge(struct histogram *histogram, const struct histogram *other)
{
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        histogram->buckets[i] += other->buckets[i];
    histogram->count += other->count;
    histogram->sum += other->sum;
}

struct histogram
histogram_since(const struct histogram *histogram, const struct histogram *earlier)
{
    struct histogram since = *histogram;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        since.buckets[i] -= earlier->buckets[i];
    since.count -= earlier->count;
    since.sum -= earlier->sum;
    return since;
}

uint64_t
histogram_percentile(const struct histogram *histogram, unsigned permille)
{
    uint64_t rank =
        histogram->count / 1000 * permille + (histogram->count % 1000 * permille + 999) / 1000;
    uint64_t before = 0;
    if (histogram->count == 0)
        return 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        uint64_t here = histogram->buckets[i];
        if (before + here >= rank && here > 0) {
            uint64_t width = start_of(i + 1) - start_of(i);
            return start_of(i) +
                   (uint64_t)((double)(width - 1) * (double)(rank - before) / (double)here);
        }
        before += here;
    }
    return start_of(HISTOGRAM_BUCKETS);
}

uint64_t
histogram_below(const struct histogram *histogram, unsigned exponent)
{
    uint64_t count = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS && start_of(i) >> exponent == 0; i++)
        count += histogram->buckets[i];
    return count;
}
