/* SPDX-License-Identifier: Apache-2.0
 *
 * citizen - the registry's record of one citizen; message Citizen of proto/population.proto in
 * plain C.
 *
 * Owns nothing: texts are borrowed, terminated, and never NULL.
 */
#ifndef DOMAIN_CITIZEN_H
#define DOMAIN_CITIZEN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/domain/person.h"
#include "common/domain/second_script.h"

struct citizen {
    struct person person;
    struct second_script second_script;
    bool fingerprints_on_file;
    bool bad_credit;
    const char *card_serial;        /* current card; empty when there is none */
    uint32_t card_valid_until;      /* YYYYMMDD; 0 with a serial is long-term */
    const char *former_card_serial; /* the last one that was invalidated; empty: none */
    uint32_t deceased_on;           /* YYYYMMDD; 0 while alive */
    const char *number_replaced_by; /* the citizen number that is valid now; empty: this one */
    bool duplicate_number;          /* another citizen bears it too, and it is not resolved yet */
    const char *present_division;   /* county that the registration moved to; empty: it has not */
    bool card_reported_lost;        /* the current card */
    bool photo_on_file;
};

#endif
