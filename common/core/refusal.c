/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/refusal.h"

#include <stdarg.h>
#include <string.h>

#include "common/core/format.h"
#include "common/core/require.h"

static const struct {
    const char *name;
    const char *meaning;
} codes[REFUSAL_CODE_COUNT] = { [REFUSAL_NONE] = { "NONE", "no refusal" },
#define X(name, text) [REFUSAL_##name] = { #name, text },
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
    return codes[code].meaning;
}

enum refusal_code
refusal_find(const char *name)
{
    for (int code = REFUSAL_NONE + 1; code < REFUSAL_CODE_COUNT; code++)
        if (strcmp(codes[code].name, name) == 0)
            return (enum refusal_code)code;
    return REFUSAL_NONE;
}
