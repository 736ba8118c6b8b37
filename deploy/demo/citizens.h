/* SPDX-License-Identifier: Apache-2.0
 *
 * citizens - invents citizens for the demo: nobody's name, number or address.
 *
 * The same serial and county always give the same citizen. Their citizen numbers are well formed,
 * and some begin with another county's code, or with one that was abolished, because people move
 * and counties end. Does not know who applies for what.
 */
#ifndef DEMO_CITIZENS_H
#define DEMO_CITIZENS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "common/core/limits.h"
#include "common/domain/division.h"
#include "common/domain/form_terms.h"

enum { CITIZENS_MAX = 499 };

struct citizen_draft {
    char number[CITIZEN_NUMBER_CHARS + 1];
    char name[64];
    enum sex sex;
    const char *ethnic_group;
    uint32_t birth_date;
    char address[200];
    const char *division; /* county of registration */
    bool fingerprints_on_file;
    bool bad_credit;
    char card_serial[24]; /* empty when no card was ever issued */
    uint32_t card_valid_until;
};

/* Invent one.
 *
 * serial    in; 1..CITIZENS_MAX; no two citizens of one demo share it, so none share a number.
 * today     in; YYYYMMDD.
 * age_years in; on that day; 0 leaves it to the serial, which makes no child. */
void citizen_invent(unsigned serial, const struct division *division, uint32_t today,
                    unsigned age_years, struct citizen_draft *ret_citizen);

/* Write the line of the population file. */
void citizen_write(const struct citizen_draft *citizen, FILE *out);

/* A number below `below` that depends on serial and purpose alone, for everything else that has to
 * differ from person to person. */
unsigned citizen_choice(unsigned serial, unsigned purpose, unsigned below);

#endif
