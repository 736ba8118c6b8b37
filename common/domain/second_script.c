/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/second_script.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/domain/text.h"

enum { FIELD_BYTES = 40, SEPARATOR = 0xB7, NARROW_SPACE = 0x202F };

bool
second_script_given(const struct second_script *script)
{
    return script->name[0] != '\0' || script->address[0] != '\0';
}

static bool
is_chinese(uint32_t code_point)
{
    return code_point == 0x3005 || code_point == 0x3007 ||
           (code_point >= 0x3400 && code_point <= 0x9FFF) ||
           (code_point >= 0xF900 && code_point <= 0xFAFF) ||
           (code_point >= 0x20000 && code_point <= 0x3FFFF);
}

/* Fonts of former times kept Mongolian there; no two computers agree what it is. */
static bool
is_private(uint32_t code_point)
{
    return (code_point >= 0xE000 && code_point <= 0xF8FF) || code_point >= 0xF0000;
}

/* NULL, or what a text in a second script does not hold. */
static const char *
forbidden_anywhere(uint32_t code_point)
{
    if (is_chinese(code_point))
        return "Chinese characters";
    return is_private(code_point) ? "private-use characters" : NULL;
}

/* Spaces stand between the words of a name, the narrow one before a Mongolian suffix. */
static const char *
forbidden_in_name(uint32_t code_point)
{
    if (code_point == ' ' || code_point == SEPARATOR || code_point == NARROW_SPACE)
        return NULL;
    const char *what = forbidden_anywhere(code_point);
    return what != NULL ? what : person_name_forbidden(code_point);
}

/* Of texts that are clean: the first character that does not belong there. */
static const char *
find_forbidden(const char *text, const char *(*forbidden)(uint32_t code_point))
{
    uint32_t code_point;
    const char *what = NULL;
    while (what == NULL && text_next(&text, &code_point))
        what = forbidden(code_point);
    return what;
}

static enum result
check_name(const struct second_script *script, const char *field, struct refusal *ret_refusal)
{
    if (script->name[0] == '\0')
        return refuse(ret_refusal, REFUSAL_NAME_INVALID, field,
                      "must be there, as the address is given in a second script");
    enum result result =
        text_check(script->name, 1, SECOND_SCRIPT_NAME_BYTES_MAX, field, ret_refusal);
    if (result != OK)
        return result;
    const char *what = find_forbidden(script->name, forbidden_in_name);
    return what == NULL
               ? OK
               : refuse(ret_refusal, REFUSAL_NAME_INVALID, field, "must not hold %s", what);
}

static enum result
check_address(const struct second_script *script, const char *field, struct refusal *ret_refusal)
{
    enum result result =
        text_check(script->address, 0, SECOND_SCRIPT_ADDRESS_BYTES_MAX, field, ret_refusal);
    if (result != OK)
        return result;
    const char *what = find_forbidden(script->address, forbidden_anywhere);
    return what == NULL
               ? OK
               : refuse(ret_refusal, REFUSAL_FIELD_OUT_OF_BOUNDS, field, "must not hold %s", what);
}

enum result
second_script_check(const struct second_script *script, const char *prefix,
                    struct refusal *ret_refusal)
{
    char name_field[FIELD_BYTES], address_field[FIELD_BYTES];
    if (!second_script_given(script))
        return OK;
    snprintf(name_field, sizeof name_field, "%ssecond_script_name", prefix);
    snprintf(address_field, sizeof address_field, "%ssecond_script_address", prefix);
    enum result result = check_name(script, name_field, ret_refusal);
    return result == OK ? check_address(script, address_field, ret_refusal) : result;
}
