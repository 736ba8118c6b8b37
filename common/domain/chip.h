/* SPDX-License-Identifier: Apache-2.0
 *
 * chip - what stands in the chip of a resident ID card (GA/T 490): 256 bytes of text, and the two
 * fingerprint templates.
 *
 * Text is UTF-16LE, each field padded with spaces: name 30 bytes, sex 2, ethnic group 4, birth date
 * 16, address 70, citizen number 36, authority 30, valid from 16, valid until 16; the last 36 bytes
 * are spaces. What is longer than its field is cut at a whole character, and that is told: the card
 * shows it whole. The photo of the chip is no business of this module: its compression is not
 * public, and the personalisation machine makes it from the JPEG. Pure; knows no case.
 */
#ifndef DOMAIN_CHIP_H
#define DOMAIN_CHIP_H

#include <stddef.h>
#include <stdint.h>

#include "common/core/bytes.h"
#include "common/core/refusal.h"

enum {
    CHIP_TEXT_BYTES = 256,
    CHIP_TEMPLATE_BYTES = 512,
    CHIP_TEMPLATES = 2,
    CHIP_FINGERS_BYTES = CHIP_TEMPLATES * CHIP_TEMPLATE_BYTES,
};

/* Which fields did not fit, bit by bit. */
enum chip_cut {
    CHIP_CUT_NAME = 1,
    CHIP_CUT_ADDRESS = 2,
    CHIP_CUT_AUTHORITY = 4,
};

struct chip_holder {
    const char *name;         /* UTF-8, as the other texts */
    unsigned sex;             /* GB/T 2261.1 */
    const char *ethnic_group; /* GB/T 3304, two digits */
    uint32_t birth_date;      /* YYYYMMDD, as the other dates */
    const char *address;
    const char *citizen_number; /* 18 characters */
    const char *authority;
    uint32_t valid_from;
    uint32_t valid_until; /* 0 is long-term (长期) */
};

/* The text block.
 *
 * ret_cut      out; enum chip_cut.
 * ERR_REFUSED  a text is no UTF-8, or a number or date has not the digits that the field asks for;
 *              nothing was written. */
enum result chip_encode_text(const struct chip_holder *holder, uint8_t ret_text[CHIP_TEXT_BYTES],
                             unsigned *ret_cut, struct refusal *ret_refusal) MUST_CHECK;

struct chip_finger {
    int position;       /* GA/T 1012: right hand before left, thumb before the others */
    struct bytes bytes; /* CHIP_TEMPLATE_BYTES of them */
};

/* The templates: the right hand's before the left hand's, zeros for those that are not there.
 *
 * ERR_REFUSED  more than two, or one of another size. */
enum result chip_encode_fingers(const struct chip_finger *fingers, size_t count,
                                uint8_t ret_fingers[CHIP_FINGERS_BYTES],
                                struct refusal *ret_refusal) MUST_CHECK;

#endif
