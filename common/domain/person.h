/* SPDX-License-Identifier: Apache-2.0
 *
 * person - the items registered on the card that a citizen brings along; message Person of
 * proto/message.proto in plain C.
 *
 * Owns nothing: texts are borrowed, terminated, and never NULL.
 */
#ifndef DOMAIN_PERSON_H
#define DOMAIN_PERSON_H

#include <stdint.h>

#include "common/domain/form_terms.h"

/* UTF-16 units that the chip has for them, GA/T 490: of a longer one it holds the beginning. */
enum { PERSON_NAME_CHIP_UNITS = 15, PERSON_ADDRESS_CHIP_UNITS = 35 };

struct person {
    const char *citizen_number; /* GB 11643 */
    const char *name;
    enum sex sex;
    const char *ethnic_group;          /* GB/T 3304, two digits */
    uint32_t birth_date;               /* YYYYMMDD */
    const char *address;               /* permanent residence */
    const char *registration_division; /* GB/T 2260, county of current household registration */
};

#endif
