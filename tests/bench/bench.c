/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/core/require.h"

enum { VALUE_BYTES = 32, NAME_CHARS = 30, VALUE_CHARS = 12 };

double
bench_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

void
bench_sleep_ms(unsigned milliseconds)
{
    const struct timespec pause = { .tv_sec = milliseconds / 1000,
                                    .tv_nsec = milliseconds % 1000 * 1000000L };
    nanosleep(&pause, NULL);
}

void
bench_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

uint64_t
bench_setting(const char *name, uint64_t standard)
{
    const char *text = getenv(name);
    if (text == NULL || text[0] == '\0')
        return standard;
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (*end != '\0' || value == 0)
        bench_fail("%s: a positive number; this one is %s", name, text);
    return value;
}

static int
compare(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

void
bench_sort(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
}

double
bench_percentile(const double *sorted, size_t count, double percent)
{
    if (count == 0)
        return 0;
    size_t index = (size_t)((double)(count - 1) * percent / 100 + 0.5);
    return sorted[index];
}

/* ---- measures ---- */

void
measures_add_row(struct measures *measures, const char *name, const char *unit,
                 const double *values)
{
    REQUIRE(measures->count < MEASURES_MAX);
    struct measure *measure = &measures->list[measures->count++];
    *measure = (struct measure){ .name = name, .unit = unit, .count = measures->column_count };
    memcpy(measure->values, values, measures->column_count * sizeof *values);
}

void
measures_add(struct measures *measures, const char *name, const char *unit, double value)
{
    REQUIRE(measures->count < MEASURES_MAX);
    measures->list[measures->count++] =
        (struct measure){ .name = name, .unit = unit, .count = 1, .values = { value } };
}

static void
require_bound(struct measures *measures, double bound, bool at_most)
{
    REQUIRE(measures->count > 0);
    const struct measure *measure = &measures->list[measures->count - 1];
    bool met = true;
    for (size_t i = 0; i < measure->count; i++)
        met = met && (at_most ? measure->values[i] <= bound : measure->values[i] >= bound);
    printf("requirement: %s at %s %g %s: %s\n", measure->name, at_most ? "most" : "least", bound,
           measure->unit, met ? "met" : "MISSED");
    measures->missed += !met;
}

void
measures_require_at_most(struct measures *measures, double bound)
{
    require_bound(measures, bound, true);
}

void
measures_require_at_least(struct measures *measures, double bound)
{
    require_bound(measures, bound, false);
}

static unsigned
decimals_of(double value)
{
    return value >= 1000 || value == (double)(int64_t)value ? 0 : value >= 10 ? 1 : 3;
}

static void
format_value(double value, char ret_text[VALUE_BYTES])
{
    snprintf(ret_text, VALUE_BYTES, "%.*f", (int)decimals_of(value), value);
}

static void
print_table(const struct measures *measures)
{
    char text[VALUE_BYTES];
    printf("%-*s", NAME_CHARS, measures->title);
    for (size_t i = 0; i < measures->column_count; i++)
        printf(" %*s", VALUE_CHARS, measures->columns[i]);
    printf("\n");
    for (size_t i = 0; i < measures->count; i++) {
        const struct measure *measure = &measures->list[i];
        printf("  %-*s", NAME_CHARS - 2, measure->name);
        for (size_t j = 0; j < measure->count; j++) {
            format_value(measure->values[j], text);
            printf(" %*s", VALUE_CHARS, text);
        }
        printf("  %s\n", measure->unit);
    }
}

static void
print_json(const struct measures *measures)
{
    char text[VALUE_BYTES];
    printf("{\"bench\":\"%s\"", measures->title);
    for (size_t i = 0; i < measures->count; i++) {
        const struct measure *measure = &measures->list[i];
        bool single = measure->count == 1;
        printf(",\"%s\":%s", measure->name, single ? "" : "{");
        for (size_t j = 0; j < measure->count; j++) {
            format_value(measure->values[j], text);
            if (single)
                printf("%s", text);
            else
                printf("%s\"%s\":%s", j > 0 ? "," : "", measures->columns[j], text);
        }
        printf("%s", single ? "" : "}");
    }
    printf("}\n");
}

void
measures_print(const struct measures *measures)
{
    const char *json = getenv("BENCH_JSON");
    print_table(measures);
    if (json != NULL && strcmp(json, "1") == 0)
        print_json(measures);
    fflush(stdout);
}
