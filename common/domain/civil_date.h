/* SPDX-License-Identifier: Apache-2.0
 *
 * civil_date - calendar dates in Beijing (UTC+8, no daylight saving), written as the number
 * YYYYMMDD.
 *
 * Every function answers for every number: of a number that is no date the answer means nothing,
 * but it is defined, so a date from a peer or a disk cannot stop a daemon. Check with
 * civil_date_valid first. Does not know the clock: time arrives as Unix milliseconds.
 */
#ifndef DOMAIN_CIVIL_DATE_H
#define DOMAIN_CIVIL_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/core/refusal.h"

enum { CIVIL_DATE_MIN = 18000101, CIVIL_DATE_MAX = 29991231, CIVIL_DATE_TEXT_BYTES = 11 };

enum weekday { MONDAY = 1, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY }; /* ISO 8601 */

/* True for a day of the Gregorian calendar from CIVIL_DATE_MIN to CIVIL_DATE_MAX. */
bool civil_date_valid(uint32_t date);

/* OK, or ERR_REFUSED with DATE_INVALID. */
enum result civil_date_check(uint32_t date, const char *field,
                             struct refusal *ret_refusal) MUST_CHECK;

/* Read the eight digits YYYYMMDD at text and nothing behind them. OK, or ERR_REFUSED when there are
 * no eight digits or they are no date. */
enum result civil_date_decode(const char *text, uint32_t *ret_date) MUST_CHECK;

/* ISO 8601: 2026-11-22. */
void civil_date_format(uint32_t date, char ret_text[CIVIL_DATE_TEXT_BYTES]);

/* Same month and day so many years later; 29 February becomes 28 February in a common year, so
 * that a validity period never grows. Stops at CIVIL_DATE_MAX. */
uint32_t civil_date_add_years(uint32_t date, unsigned years);

/* Same day so many months later; the last day of the month when that has no such day. Stops at
 * CIVIL_DATE_MAX. */
uint32_t civil_date_add_months(uint32_t date, unsigned months);

/* So many days later, or earlier when negative. Stops at the ends of the range. */
uint32_t civil_date_add_days(uint32_t date, int32_t days);

/* Days from one date to the other; negative when `to` is earlier. */
int32_t civil_date_days_between(uint32_t from, uint32_t to);

/* Whole years lived on that day: one more on each birthday; who is born on 29 February turns on
 * 1 March of a common year. 0 before the birth. */
unsigned civil_date_age(uint32_t birth_date, uint32_t on_date);

enum weekday civil_date_weekday(uint32_t date);

/* The day in Beijing at a Unix time; CIVIL_DATE_MAX for any later one. */
uint32_t civil_date_of_ms(uint64_t unix_ms);

/* First and last millisecond of the day in Beijing, Unix time; 0 before 1970. */
uint64_t civil_date_start_ms(uint32_t date);
uint64_t civil_date_end_ms(uint32_t date);

#endif
