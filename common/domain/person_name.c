/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/person_name.h"

#include <stdbool.h>
#include <string.h>

#include "common/domain/text.h"

enum { SEPARATOR = 0xB7, SPACE = 0x20 };

#define A_CONTROL "control characters"
#define A_SIGN    "punctuation or signs"
#define A_DIGIT   "digits"
#define A_DOT     "another dot; the separator is U+00B7 (·)"
#define INVISIBLE "invisible characters"
#define NO_LETTER "characters that no standard names"
#define PRIVATE   "private-use characters, which differ from one computer to the next"

/* What no name holds, in the order of code points; SPACE and SEPARATOR have their own rules. */
static const struct forbidden {
    uint32_t first;
    uint32_t last;
    const char *what;
} forbidden[] = {
    { 0x00, 0x1F, A_CONTROL },      { 0x21, 0x2D, A_SIGN },        { 0x2E, 0x2E, A_DOT },
    { 0x2F, 0x2F, A_SIGN },         { 0x30, 0x39, A_DIGIT },       { 0x3A, 0x40, A_SIGN },
    { 0x5B, 0x60, A_SIGN },         { 0x7B, 0x7E, A_SIGN },        { 0x7F, 0x9F, A_CONTROL },
    { 0xA0, 0xBF, A_SIGN },         { 0xD7, 0xD7, A_SIGN },        { 0xF7, 0xF7, A_SIGN },
    { 0x34F, 0x34F, INVISIBLE },    { 0x387, 0x387, A_DOT },       { 0x600, 0x608, A_SIGN },
    { 0x60B, 0x60F, A_SIGN },       { 0x61B, 0x61B, A_SIGN },      { 0x61C, 0x61C, INVISIBLE },
    { 0x61D, 0x61F, A_SIGN },       { 0x660, 0x669, A_DIGIT },     { 0x66A, 0x66D, A_SIGN },
    { 0x6F0, 0x6F9, A_DIGIT },      { 0xF20, 0xF33, A_DIGIT },     { 0x115F, 0x1160, INVISIBLE },
    { 0x1810, 0x1819, A_DIGIT },    { 0x2000, 0x200F, INVISIBLE }, { 0x2010, 0x2021, A_SIGN },
    { 0x2022, 0x2027, A_DOT },      { 0x2028, 0x202F, INVISIBLE }, { 0x2030, 0x205E, A_SIGN },
    { 0x205F, 0x206F, INVISIBLE },  { 0x2070, 0x22C4, A_SIGN },    { 0x22C5, 0x22C5, A_DOT },
    { 0x22C6, 0x2BFF, A_SIGN },     { 0x2E00, 0x2E7F, A_SIGN },    { 0x2FF0, 0x3004, A_SIGN },
    { 0x3008, 0x3020, A_SIGN },     { 0x3030, 0x3030, A_SIGN },    { 0x303D, 0x303F, A_SIGN },
    { 0x30FB, 0x30FB, A_DOT },      { 0x3164, 0x3164, INVISIBLE }, { 0x3200, 0x33FF, A_SIGN },
    { 0xE000, 0xF8FF, PRIVATE },    { 0xFDD0, 0xFDEF, INVISIBLE }, { 0xFE00, 0xFE0F, INVISIBLE },
    { 0xFE10, 0xFE6F, A_SIGN },     { 0xFEFF, 0xFEFF, INVISIBLE }, { 0xFF00, 0xFFEF, A_SIGN },
    { 0xFFF0, 0xFFFF, INVISIBLE },  { 0x1F000, 0x1FAFF, A_SIGN },  { 0x40000, 0xE0FFF, NO_LETTER },
    { 0xF0000, 0x10FFFF, PRIVATE },
};

const char *
person_name_forbidden(uint32_t code_point)
{
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
        if (code_point >= forbidden[i].first && code_point <= forbidden[i].last)
            return forbidden[i].what;
    return (code_point & 0xFFFE) == 0xFFFE ? INVISIBLE : NULL;
}

static bool
is_latin(uint32_t code_point)
{
    return (code_point >= 'A' && code_point <= 'Z') || (code_point >= 'a' && code_point <= 'z') ||
           (code_point >= 0xC0 && code_point <= 0x24F) ||
           (code_point >= 0x1E00 && code_point <= 0x1EFF);
}

static bool
is_letter(uint32_t code_point)
{
    return code_point != 0 && code_point != SEPARATOR && code_point != SPACE;
}

/* One character with its neighbours, 0 at an end of the name; NULL, or the rule it breaks. */
static const char *
broken_rule(uint32_t before, uint32_t here, uint32_t after)
{
    if (here == SEPARATOR && !(is_letter(before) && is_letter(after)))
        return "the separator · must stand between two characters";
    if (here == SPACE && !(is_latin(before) && is_latin(after)))
        return "a space may stand only between two Latin letters";
    return NULL;
}

static enum result
check_characters(const char *name, const char *field, struct refusal *ret_refusal)
{
    const char *cursor = name;
    uint32_t before = 0;
    uint32_t here = 0;
    size_t count = 0;
    for (bool more = text_next(&cursor, &here); more; count++) {
        uint32_t after = 0;
        more = text_next(&cursor, &after);
        const char *rule = broken_rule(before, here, after);
        if (rule != NULL)
            return refuse(ret_refusal, REFUSAL_NAME_INVALID, field, "%s", rule);
        const char *what = is_letter(here) ? person_name_forbidden(here) : NULL;
        if (what != NULL)
            return refuse(ret_refusal, REFUSAL_NAME_INVALID, field, "must not hold %s", what);
        before = here;
        here = after;
    }
    if (*cursor != '\0')
        return refuse(ret_refusal, REFUSAL_NAME_INVALID, field, "must be valid UTF-8");
    if (count > PERSON_NAME_CHARS_MAX)
        return refuse(ret_refusal, REFUSAL_NAME_INVALID, field, "must have at most %d characters",
                      PERSON_NAME_CHARS_MAX);
    return OK;
}

enum result
person_name_check(const char *name, const char *field, struct refusal *ret_refusal)
{
    size_t size = strlen(name);
    if (size == 0)
        return refuse(ret_refusal, REFUSAL_NAME_INVALID, field, "must not be empty");
    if (size > PERSON_NAME_BYTES_MAX)
        return refuse(ret_refusal, REFUSAL_NAME_INVALID, field, "must have at most %d bytes",
                      PERSON_NAME_BYTES_MAX);
    return check_characters(name, field, ret_refusal);
}

void
person_name_mask(const char *name, char ret_masked[PERSON_NAME_MASKED_BYTES])
{
    const char *cursor = name;
    uint32_t code_point = 0;
    size_t used = 0;
    if (text_next(&cursor, &code_point)) {
        used = (size_t)(cursor - name);
        memcpy(ret_masked, name, used);
        while (text_next(&cursor, &code_point) && used < PERSON_NAME_MASKED_BYTES - 2)
            ret_masked[used++] = '*';
    }
    if (*cursor != '\0')
        ret_masked[used++] = '*';
    ret_masked[used] = '\0';
}
