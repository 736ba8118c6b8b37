/* SPDX-License-Identifier: Apache-2.0
 *
 * output - how things look on a terminal: tables, times, ages, words.
 *
 * Columns align by display width, in which a CJK character takes two places. Headings are bold only
 * on a terminal, and not when NO_COLOR is set. Knows no message but the names of enums.
 */
#ifndef YIDICTL_OUTPUT_H
#define YIDICTL_OUTPUT_H

#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/core/arena.h"

enum { TABLE_COLUMNS_MAX = 16 };

struct table_column {
    const char *heading; /* NULL in every column of a table without headings */
    bool right;          /* numbers */
};

struct table {
    const struct table_column *columns; /* borrowed */
    size_t column_count;
    size_t widths[TABLE_COLUMNS_MAX]; /* display columns; only ever grow */
    struct table_row *first;
    struct table_row *last;
    bool shown[TABLE_COLUMNS_MAX]; /* a column is shown once it holds something */
    bool headed;                   /* the headings of what is shown stand already */
    struct arena arena;
};

void table_init(struct table *table, const struct table_column *columns, size_t column_count);
void table_fini(struct table *table);

/* Add a row of column_count cells; texts are copied, NULL is an empty cell. */
void table_add(struct table *table, const char *const cells[]);

/* A row of two cells, for tables of labels and values; a NULL or empty value adds none. */
void table_add_field(struct table *table, const char *label, const char *value);

/* Print the rows and forget them; the headings only when they do not stand above already. */
void table_print(struct table *table, FILE *out);

/* The two columns of labels and values. */
extern const struct table_column table_field_columns[2];

/* printf into the arena; "" when out of memory. */
const char *output_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* China Standard Time, whatever TZ says, as 2026-11-22 08:15:30; "-" for 0. */
const char *output_time(uint64_t time_ms, struct arena *arena);

/* The same with its zone, +08:00; for the first time of a page. */
const char *output_time_and_zone(uint64_t time_ms, struct arena *arena);

/* A date YYYYMMDD as 2026-11-22. */
const char *output_date(uint32_t date, struct arena *arena);

/* A case number in groups for people to read: 110105000001-261122-0000017-4. */
const char *output_case_number(const char *number, struct arena *arena);

/* A deadline in words, by days in Beijing: "today", "tomorrow", "in 5 days", "OVERDUE 3 days"; "-"
 * for 0. */
const char *output_due(uint64_t deadline_ms, uint64_t now_ms, struct arena *arena);

/* The two largest units: 42s, 3m12s, 2d4h. */
const char *output_age(uint64_t age_ms, struct arena *arena);

/* An enum's name in words, such as "bad credit record"; "" for 0 and for unknown values. */
const char *output_term(const ProtobufCEnumDescriptor *descriptor, int value, struct arena *arena);

/* The same without the word that all terms of the list begin with: of "stock found", "found". */
const char *output_term_after(const char *first_word, const ProtobufCEnumDescriptor *descriptor,
                              int value, struct arena *arena);

/* The value of an enum's name as a user may write it: bad-credit-record, BAD_CREDIT_RECORD. False
 * when there is none, or it is the unspecified 0 (which is none either). */
bool output_find_term(const ProtobufCEnumDescriptor *descriptor, const char *word, int *ret_value);

/* All names of an enum but the 0, as a user may write them: bad-credit-record, open-application. */
const char *output_terms(const ProtobufCEnumDescriptor *descriptor, struct arena *arena);

/* Places that a UTF-8 text takes on a terminal. */
size_t output_width(const char *text);

/* One JSON document on a line of standard output. */
void output_json(const ProtobufCMessage *message);

static inline void
table_auto(struct table *table)
{
    table_fini(table);
}

#endif
