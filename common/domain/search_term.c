/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/search_term.h"

#include <stdbool.h>
#include <string.h>

#include "common/core/limits.h"
#include "common/domain/case_number.h"
#include "common/domain/citizen_number.h"

static bool
is_letter(char character)
{
    return character >= 'a' && character <= 'z';
}

/* Without blanks and dashes, in capital letters. */
static void
squeeze(const char *text, char ret_text[PERSON_NAME_BYTES_MAX + 1])
{
    size_t used = 0;
    for (; *text != '\0' && used < PERSON_NAME_BYTES_MAX; text++)
        if (*text != ' ' && *text != '-')
            ret_text[used++] = is_letter(*text) ? (char)(*text - 'a' + 'A') : *text;
    ret_text[used] = '\0';
}

static enum result
read_number(const char *text, const char *field, struct search_term *term,
            struct refusal *ret_refusal)
{
    squeeze(text, term->text);
    size_t size = strlen(term->text);
    bool citizen = size <= (CITIZEN_NUMBER_CHARS + CASE_NUMBER_CHARS) / 2;
    term->kind = citizen ? SEARCH_CITIZEN : SEARCH_CASE;
    return citizen ? citizen_number_check(term->text, field, ret_refusal)
                   : case_number_check(term->text, field, ret_refusal);
}

static enum result
read_name(const char *text, const char *field, struct search_term *term,
          struct refusal *ret_refusal)
{
    text += strspn(text, " ");
    size_t size = strlen(text);
    while (size > 0 && text[size - 1] == ' ')
        size--;
    if (size == 0 || size > PERSON_NAME_BYTES_MAX)
        return refuse(ret_refusal, REFUSAL_NAME_INVALID, field, "must have 1 to %d bytes",
                      PERSON_NAME_BYTES_MAX);
    term->kind = SEARCH_NAME;
    memcpy(term->text, text, size);
    term->text[size] = '\0';
    return OK;
}

enum result
search_term_read(const char *text, const char *field, struct search_term *ret_term,
                 struct refusal *ret_refusal)
{
    struct search_term term = { .kind = SEARCH_NAME };
    bool number = strpbrk(text, "0123456789") != NULL;
    enum result result = number ? read_number(text, field, &term, ret_refusal)
                                : read_name(text, field, &term, ret_refusal);
    if (result == OK)
        *ret_term = term;
    return result;
}
