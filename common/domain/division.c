/* SPDX-License-Identifier: Apache-2.0 */
#include "common/domain/division.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/format.h"

static const struct division divisions[] = {
#include "domain/divisions.inc"
};

/* By code; successors are current codes with a character between them. */
static const struct retired {
    char code[DIVISION_CHARS + 1];
    const char *successors;
} retired[] = {
#include "domain/retired.inc"
};

enum {
    DIVISION_COUNT = sizeof divisions / sizeof *divisions,
    RETIRED_COUNT = sizeof retired / sizeof *retired,
    PROVINCE_CHARS = 2,
    PREFECTURE_CHARS = 4,
    SUCCESSORS_BYTES = 170, /* as a rule has room for, beside its words */
};

static int
compare_division(const void *code, const void *row)
{
    return strcmp(code, ((const struct division *)row)->code);
}

static int
compare_retired(const void *code, const void *row)
{
    return strcmp(code, ((const struct retired *)row)->code);
}

static const struct retired *
find_retired(const char *code)
{
    return bsearch(code, retired, RETIRED_COUNT, sizeof *retired, compare_retired);
}

/* The first division whose code begins with the prefix. */
static const struct division *
find_first(const char *prefix, size_t prefix_chars)
{
    size_t low = 0;
    size_t high = DIVISION_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strncmp(divisions[middle].code, prefix, prefix_chars) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == DIVISION_COUNT || strncmp(divisions[low].code, prefix, prefix_chars) != 0)
        return NULL;
    return &divisions[low];
}

static bool
is_area(const char *area)
{
    size_t length = strlen(area);
    return strspn(area, "0123456789") == length &&
           (length == PROVINCE_CHARS || length == PREFECTURE_CHARS || length == DIVISION_CHARS);
}

const struct division *
division_find(const char *code)
{
    return bsearch(code, divisions, DIVISION_COUNT, sizeof *divisions, compare_division);
}

bool
division_is_county(const char *code)
{
    return division_find(code) != NULL;
}

/* Names as many successors as there is room for, and counts the others. */
static void
list_successors(const char *code, char *ret_list, size_t room)
{
    enum { MORE_BYTES = sizeof " and 999 more" };
    size_t used = 0;
    ret_list[0] = '\0';
    const struct division *successor;
    for (size_t i = 0; (successor = division_successor(code, i)) != NULL; i++) {
        size_t size = sizeof ", 123456 " + strlen(successor->county);
        if (used + size + MORE_BYTES > room) {
            size_t more = 1;
            while (division_successor(code, i + more) != NULL)
                more++;
            format_text(ret_list + used, room - used, " and %zu more", more);
            return;
        }
        format_text(ret_list + used, room - used, "%s%s %s", i == 0 ? "" : ", ", successor->code,
                    successor->county);
        used += strlen(ret_list + used);
    }
}

enum result
division_check(const char *code, const char *field, struct refusal *ret_refusal)
{
    if (division_is_county(code))
        return OK;
    if (division_successor(code, 0) != NULL) {
        char list[SUCCESSORS_BYTES];
        list_successors(code, list, sizeof list);
        return refuse(ret_refusal, REFUSAL_DIVISION_UNKNOWN, field,
                      "must be a current division; %s was abolished, see %s", code, list);
    }
    if (division_is_retired(code))
        return refuse(ret_refusal, REFUSAL_DIVISION_UNKNOWN, field,
                      "must be a current division; %s was abolished", code);
    return refuse(ret_refusal, REFUSAL_DIVISION_UNKNOWN, field,
                  "must be the six-digit code of a county-level division");
}

bool
division_is_retired(const char *code)
{
    return find_retired(code) != NULL;
}

const struct division *
division_successor(const char *retired_code, size_t index)
{
    const struct retired *row = find_retired(retired_code);
    if (row == NULL || index >= (strlen(row->successors) + 1) / (DIVISION_CHARS + 1))
        return NULL;
    char code[DIVISION_CHARS + 1] = { 0 };
    memcpy(code, row->successors + index * (DIVISION_CHARS + 1), DIVISION_CHARS);
    return division_find(code);
}

bool
division_covers(const char *area, const char *code)
{
    return is_area(area) && strlen(code) == DIVISION_CHARS &&
           strncmp(area, code, strlen(area)) == 0;
}

bool
division_area_known(const char *area)
{
    return is_area(area) && find_first(area, strlen(area)) != NULL;
}

const char *
division_province_name(const char *code)
{
    const struct division *first = NULL;
    if (strlen(code) >= PROVINCE_CHARS)
        first = find_first(code, PROVINCE_CHARS);
    return first == NULL ? NULL : first->province;
}

const char *
division_province_of_address(const char *address)
{
    for (size_t i = 0; i < DIVISION_COUNT; i++) {
        bool next =
            i == 0 || strncmp(divisions[i].code, divisions[i - 1].code, PROVINCE_CHARS) != 0;
        const char *province = divisions[i].province;
        if (next && strncmp(address, province, strlen(province)) == 0)
            return province;
    }
    return NULL;
}

const struct division *
division_table(size_t *ret_count)
{
    *ret_count = DIVISION_COUNT;
    return divisions;
}
