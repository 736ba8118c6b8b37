/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/refusal.h"

#include <stdarg.h>
#include <string.h>

#include "common/core/format.h"
#include "common/core/require.h"

static const struct {
    const char *name;
    const char *english;
    const char *chinese;
} codes[REFUSAL_CODE_COUNT] = { [REFUSAL_NONE] = { "NONE", "no refusal", "没有拒绝" },
#define X(name, english, chinese) [REFUSAL_##name] = { #name, english, chinese },
                                REFUSAL_CODES(X)
#undef X
};

enum result
refuse(struct refusal *ret_refusal, enum refusal_code code, const char *field, const char *rule,
       ...)
{
    if (ret_refusal == NULL)
        return ERR_REFUSED;
    va_list arguments;
    va_start(arguments, rule);
    ret_refusal->code = code;
    format_text(ret_refusal->field, sizeof ret_refusal->field, "%s", field);
    format_text_list(ret_refusal->rule, sizeof ret_refusal->rule, rule, arguments);
    va_end(arguments);
    return ERR_REFUSED;
}

const char *
refusal_name(enum refusal_code code)
{
    REQUIRE(code < REFUSAL_CODE_COUNT);
    return codes[code].name;
}

const char *
refusal_meaning(enum refusal_code code)
{
    REQUIRE(code < REFUSAL_CODE_COUNT);
    return codes[code].english;
}

const char *
refusal_meaning_chinese(enum refusal_code code)
{
    REQUIRE(code < REFUSAL_CODE_COUNT);
    return codes[code].chinese;
}

enum refusal_code
refusal_find(const char *name)
{
    for (int code = REFUSAL_NONE + 1; code < REFUSAL_CODE_COUNT; code++)
        if (strcmp(codes[code].name, name) == 0)
            return (enum refusal_code)code;
    return REFUSAL_NONE;
}
