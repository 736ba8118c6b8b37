/* SPDX-License-Identifier: Apache-2.0
 *
 * policy - the rules that differ by date and province: fees, periods, deadlines, what is refused.
 *
 * A policy is a list of rules, each the value of a key from one day until another, nationwide or in
 * one province. Of the rules that hold on a day in a province, the province's own goes before the
 * nationwide one, and a later beginning before an earlier one; where none holds, the key's standard
 * does (policy_keys.h). So a lookup always has an answer, and an empty policy is the procedure as
 * the law has it.
 *
 * A policy never changes; a changed one has another version. A case is judged by the version under
 * which it was accepted, and by the day on which it was: struct policy_case says so. Does not know
 * the clock, files or signatures.
 */
#ifndef DOMAIN_POLICY_H
#define DOMAIN_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/domain/calendar.h"
#include "common/domain/policy_keys.h"

enum { POLICY_PROVINCE_DIGITS = 2 };

enum policy_unit {
    POLICY_FEN,
    POLICY_PERCENT,
    POLICY_YEARS, /* 0: for ever */
    POLICY_MONTHS,
    POLICY_DAYS,
    POLICY_WORKING_DAYS,
    POLICY_FLAG, /* 0 no, 1 yes */
};

/* Whose province decides, when the offices stand in several. */
enum policy_place {
    POLICY_AT_WINDOW,
    POLICY_AT_REGISTRY,
    POLICY_AT_PRODUCTION,
    POLICY_AT_OFFICE, /* that of each office that asks; no case is judged by it */
};

struct policy_key_info {
    const char *key; /* "fee.renewal" */
    enum policy_unit unit;
    uint32_t standard;
    uint32_t minimum;
    uint32_t maximum;
    enum policy_place place;
    const char *term; /* Chinese */
    const char *help; /* one sentence */
};

/* Texts are borrowed, terminated, and never NULL. */
struct policy_rule {
    enum policy_key key; /* POLICY_KEY_UNKNOWN: of a newer program, or mistyped */
    const char *name;    /* of the key, as it was written */
    uint32_t value;
    uint32_t from;        /* YYYYMMDD, the first day */
    uint32_t until;       /* the last day; 0 without end */
    const char *province; /* two digits of GB/T 2260; empty: nationwide */
    const char *note;
};

struct policy {
    uint64_t version; /* 0: the standards alone */
    const struct policy_rule *rules;
    size_t rule_count;
    struct calendar calendar;
};

/* What one case is judged by. */
struct policy_case {
    const struct policy *policy;
    bool known;           /* else the case's own version is not here, and another one stands in */
    uint32_t date;        /* YYYYMMDD on which it was accepted */
    const char *window;   /* code of the acceptance office, or of its division; two digits count */
    const char *registry; /* the same of the registry */
    const char *production; /* the same of the card centre */
};

/* The standards alone: what holds at an office without a policy. */
const struct policy *policy_standard(void);

/* The value of a key on a day in a province (a code that begins with its two digits, or empty). */
uint32_t policy_value(const struct policy *policy, enum policy_key key, uint32_t date,
                      const char *province);

/* The rule that gives that value; NULL when the standard does. */
const struct policy_rule *policy_find(const struct policy *policy, enum policy_key key,
                                      uint32_t date, const char *province);

/* The value of a key for a case; not of one that each office has for itself. */
uint32_t policy_of_case(const struct policy_case *about, enum policy_key key);

const struct policy_key_info *policy_key_info(enum policy_key key);

/* "window", "registry", "card centre" or "each office". */
const char *policy_place_name(enum policy_place place);

/* The key of a name; POLICY_KEY_UNKNOWN when there is none. */
enum policy_key policy_key_find(const char *name);

enum { POLICY_VALUE_BYTES = 48 };

/* A value in words: "20.00 yuan", "50 %", "5 years", "long-term", "2 working days", "yes". */
void policy_value_format(enum policy_unit unit, uint32_t value, char ret_text[POLICY_VALUE_BYTES]);

#endif
