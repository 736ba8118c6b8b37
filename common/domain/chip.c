/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/chip.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/domain/civil_date.h"
#include "common/domain/text.h"

/* UTF-16 units. */
enum {
    NAME_UNITS = 15,
    SEX_UNITS = 1,
    ETHNIC_UNITS = 2,
    DATE_UNITS = 8,
    ADDRESS_UNITS = 35,
    NUMBER_UNITS = 18,
    AUTHORITY_UNITS = 15,
    RESERVED_UNITS = 18,
};

_Static_assert(2 * (NAME_UNITS + SEX_UNITS + ETHNIC_UNITS + 3 * DATE_UNITS + ADDRESS_UNITS +
                    NUMBER_UNITS + AUTHORITY_UNITS + RESERVED_UNITS) ==
                   CHIP_TEXT_BYTES,
               "the fields fill the block");

struct writer {
    uint8_t text[CHIP_TEXT_BYTES];
    size_t offset;
};

static void
put_unit(struct writer *writer, size_t unit, uint32_t value)
{
    uint8_t *place = writer->text + writer->offset + 2 * unit;
    place[0] = (uint8_t)value;
    place[1] = (uint8_t)(value >> 8);
}

/* A character outside the basic plane takes two units. */
static size_t
put_character(struct writer *writer, size_t unit, uint32_t code_point)
{
    if (code_point < 0x10000) {
        put_unit(writer, unit, code_point);
        return 1;
    }
    put_unit(writer, unit, 0xD800 + ((code_point - 0x10000) >> 10));
    put_unit(writer, unit + 1, 0xDC00 + ((code_point - 0x10000) & 0x3FF));
    return 2;
}

/* One field; answers whether the text was cut. */
static bool
put_field(struct writer *writer, const char *text, size_t units)
{
    size_t used = 0;
    uint32_t code_point;
    bool cut = false;
    while (!cut && text_next(&text, &code_point)) {
        cut = used + (code_point < 0x10000 ? 1 : 2) > units;
        if (!cut)
            used += put_character(writer, used, code_point);
    }
    for (; used < units; used++)
        put_unit(writer, used, ' ');
    writer->offset += 2 * units;
    return cut;
}

static void
put_date(struct writer *writer, uint32_t date)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%08" PRIu32, date);
    (void)put_field(writer, digits, DATE_UNITS);
}

static enum result
check_text(const char *text, const char *field, struct refusal *ret_refusal)
{
    uint32_t code_point;
    while (text_next(&text, &code_point))
        continue;
    return *text == '\0' ? OK
                         : refuse(ret_refusal, REFUSAL_MALFORMED, field, "must be valid UTF-8");
}

static enum result
check_digits(const char *text, size_t count, const char *field, struct refusal *ret_refusal)
{
    return strspn(text, "0123456789") == count && text[count] == '\0'
               ? OK
               : refuse(ret_refusal, REFUSAL_MALFORMED, field, "must have %zu digits", count);
}

/* The last character checks the others, and may be X. */
static enum result
check_number(const char *text, const char *field, struct refusal *ret_refusal)
{
    const size_t digits = strspn(text, "0123456789");
    const size_t size = digits == NUMBER_UNITS - 1 && text[digits] == 'X' ? digits + 1 : digits;
    return size == NUMBER_UNITS && text[size] == '\0'
               ? OK
               : refuse(ret_refusal, REFUSAL_MALFORMED, field,
                        "must have %d digits, of which the last one may be X", NUMBER_UNITS);
}

static enum result
check_holder(const struct chip_holder *holder, struct refusal *ret_refusal)
{
    enum result result = check_text(holder->name, "name", ret_refusal);
    if (result == OK)
        result = check_text(holder->address, "address", ret_refusal);
    if (result == OK)
        result = check_text(holder->authority, "issuing_authority", ret_refusal);
    if (result == OK)
        result = check_digits(holder->ethnic_group, ETHNIC_UNITS, "ethnic_group", ret_refusal);
    if (result == OK)
        result = check_number(holder->citizen_number, "citizen_number", ret_refusal);
    if (result == OK && holder->sex > 9)
        result = refuse(ret_refusal, REFUSAL_MALFORMED, "sex", "must be a code of GB/T 2261.1");
    if (result == OK)
        result = civil_date_check(holder->birth_date, "birth_date", ret_refusal);
    if (result == OK)
        result = civil_date_check(holder->valid_from, "valid_from", ret_refusal);
    if (result == OK && holder->valid_until != 0)
        result = civil_date_check(holder->valid_until, "valid_until", ret_refusal);
    return result;
}

enum result
chip_encode_text(const struct chip_holder *holder, uint8_t ret_text[CHIP_TEXT_BYTES],
                 unsigned *ret_cut, struct refusal *ret_refusal)
{
    struct writer writer = { .offset = 0 };
    const char sex[2] = { (char)('0' + holder->sex % 10), '\0' };
    unsigned cut = 0;
    enum result result = check_holder(holder, ret_refusal);
    if (result != OK)
        return result;
    cut |= put_field(&writer, holder->name, NAME_UNITS) ? CHIP_CUT_NAME : 0;
    (void)put_field(&writer, sex, SEX_UNITS);
    (void)put_field(&writer, holder->ethnic_group, ETHNIC_UNITS);
    put_date(&writer, holder->birth_date);
    cut |= put_field(&writer, holder->address, ADDRESS_UNITS) ? CHIP_CUT_ADDRESS : 0;
    (void)put_field(&writer, holder->citizen_number, NUMBER_UNITS);
    cut |= put_field(&writer, holder->authority, AUTHORITY_UNITS) ? CHIP_CUT_AUTHORITY : 0;
    put_date(&writer, holder->valid_from);
    if (holder->valid_until == 0)
        (void)put_field(&writer, "长期", DATE_UNITS);
    else
        put_date(&writer, holder->valid_until);
    (void)put_field(&writer, "", RESERVED_UNITS);
    memcpy(ret_text, writer.text, CHIP_TEXT_BYTES);
    *ret_cut = cut;
    return OK;
}

enum result
chip_encode_fingers(const struct chip_finger *fingers, size_t count,
                    uint8_t ret_fingers[CHIP_FINGERS_BYTES], struct refusal *ret_refusal)
{
    if (count > CHIP_TEMPLATES)
        return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, "fingerprints",
                      "the chip holds two templates");
    for (size_t i = 0; i < count; i++)
        if (fingers[i].bytes.size != CHIP_TEMPLATE_BYTES)
            return refuse(ret_refusal, REFUSAL_FINGERPRINT_INVALID, "fingerprints",
                          "a template has %d bytes", CHIP_TEMPLATE_BYTES);
    memset(ret_fingers, 0, CHIP_FINGERS_BYTES);
    bool swapped = count == 2 && fingers[0].position > fingers[1].position;
    for (size_t i = 0; i < count; i++) {
        const struct chip_finger *finger = &fingers[swapped ? 1 - i : i];
        memcpy(ret_fingers + i * CHIP_TEMPLATE_BYTES, finger->bytes.data, CHIP_TEMPLATE_BYTES);
    }
    return OK;
}
