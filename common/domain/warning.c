/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/warning.h"

#include <stdbool.h>

#include "common/core/require.h"
#include "common/domain/finger.h"
#include "common/domain/text.h"

static const struct words {
    const char *name;
    const char *field;
    const char *english;
    const char *chinese;
} codes[WARNING_CODE_COUNT] = {
#define X(name, field, english, chinese) [WARNING_##name] = { #name, field, english, chinese },
    WARNING_CODES(X)
#undef X
};

static bool
is_due(enum warning_code code, const struct form *form)
{
    switch (code) {
    case WARNING_NAME_BEYOND_CHIP:
        return text_utf16_units(form->person.name) > PERSON_NAME_CHIP_UNITS;
    case WARNING_ADDRESS_BEYOND_CHIP:
        return text_utf16_units(form->person.address) > PERSON_ADDRESS_CHIP_UNITS;
    case WARNING_FINGERPRINTS_INCOMPLETE:
        return form->fingerprint_count < FINGERS_WANTED;
    case WARNING_CODE_COUNT:
        break;
    }
    return false;
}

size_t
warnings_find(const struct form *form, enum warning_code ret_codes[WARNING_CODE_COUNT])
{
    size_t count = 0;
    for (int code = 0; code < WARNING_CODE_COUNT; code++)
        if (is_due((enum warning_code)code, form))
            ret_codes[count++] = (enum warning_code)code;
    return count;
}

static const struct words *
words_of(enum warning_code code)
{
    REQUIRE((unsigned)code < WARNING_CODE_COUNT);
    return &codes[code];
}

const char *
warning_name(enum warning_code code)
{
    return words_of(code)->name;
}

const char *
warning_field(enum warning_code code)
{
    return words_of(code)->field;
}

const char *
warning_english(enum warning_code code)
{
    return words_of(code)->english;
}

const char *
warning_chinese(enum warning_code code)
{
    return words_of(code)->chinese;
}
