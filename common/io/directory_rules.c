/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules of directory_check.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/division.h"
#include "common/domain/office_code.h"
#include "common/io/directory.h"

enum { FIELD_BYTES = 64 };

static void
name_field(char ret_field[FIELD_BYTES], size_t index, const char *name)
{
    snprintf(ret_field, FIELD_BYTES, "offices[%zu].%s", index, name);
}

static enum result
refuse_office(struct refusal *ret_refusal, size_t index, const char *name, const char *rule)
{
    char field[FIELD_BYTES];
    name_field(field, index, name);
    return refuse(ret_refusal, REFUSAL_DIRECTORY_INVALID, field, "%s", rule);
}

static enum result
check_code(const Yidi__Directory *directory, size_t index, struct refusal *ret_refusal)
{
    const char *code = directory->offices[index]->code;
    char field[FIELD_BYTES];
    struct refusal inner;

    name_field(field, index, "code");
    if (office_code_check(code, field, &inner) != OK)
        return refuse(ret_refusal, REFUSAL_DIRECTORY_INVALID, field, "%s", inner.rule);
    if (index == 0)
        return OK;
    int order = strcmp(directory->offices[index - 1]->code, code);
    if (order == 0)
        return refuse_office(ret_refusal, index, "code", "is there twice");
    if (order > 0)
        return refuse_office(ret_refusal, index, "code", "offices must be sorted by code");
    return OK;
}

/* A county's code, for roles whose areas are counties; else a code or its first 2 or 4 digits. */
static enum result
check_area(const Yidi__Office *office, const char *area, const char *field,
           struct refusal *ret_refusal)
{
    size_t digits = strspn(area, "0123456789");

    if (area[digits] != '\0' ||
        (digits != 6 && (office->role != YIDI__ROLE__PRODUCTION || (digits != 2 && digits != 4))))
        return refuse(ret_refusal, REFUSAL_DIRECTORY_INVALID, field, "must be %s",
                      office->role == YIDI__ROLE__PRODUCTION ? "2, 4 or 6 digits" : "6 digits");
    if (office->revoked)
        return OK;
    if (office->role == YIDI__ROLE__PRODUCTION ? !division_area_known(area)
                                               : !division_is_county(area))
        return refuse(ret_refusal, REFUSAL_DIRECTORY_INVALID, field, "is no current division");
    return OK;
}

static enum result
check_areas(const Yidi__Office *office, size_t index, struct refusal *ret_refusal)
{
    if (office->n_areas == 0)
        return refuse_office(ret_refusal, index, "areas", "must name at least one");
    if (office->role == YIDI__ROLE__ACCEPTANCE && office->n_areas != 1)
        return refuse_office(ret_refusal, index, "areas",
                             "an acceptance office names its own county alone");
    for (size_t i = 0; i < office->n_areas; i++) {
        char name[32], field[FIELD_BYTES];
        snprintf(name, sizeof name, "areas[%zu]", i);
        name_field(field, index, name);
        if (check_area(office, office->areas[i], field, ret_refusal) != OK)
            return ERR_REFUSED;
    }
    return OK;
}

static enum result
check_office(const Yidi__Directory *directory, size_t index, struct refusal *ret_refusal)
{
    const Yidi__Office *office = directory->offices[index];
    bool is_registry = office->role == YIDI__ROLE__REGISTRY;

    if (check_code(directory, index, ret_refusal) != OK)
        return ERR_REFUSED;
    if (is_registry && office->issuing_authority[0] == '\0')
        return refuse_office(ret_refusal, index, "issuing_authority", "a registry must have one");
    if (!is_registry && office->issuing_authority[0] != '\0')
        return refuse_office(ret_refusal, index, "issuing_authority",
                             "none but a registry has one");
    return check_areas(office, index, ret_refusal);
}

/* --- what must not be there twice --- */

struct claim {
    const void *what; /* a transport key, or an area's text */
    size_t index;     /* of the office */
};

static int
compare_keys(const void *a, const void *b)
{
    const struct claim *left = a, *right = b;
    return memcmp(left->what, right->what, DIRECTORY_KEY_BYTES);
}

static int
compare_areas(const void *a, const void *b)
{
    const struct claim *left = a, *right = b;
    return strcmp(left->what, right->what);
}

static enum result
check_keys_differ(const Yidi__Directory *directory, struct refusal *ret_refusal)
{
    size_t count = directory->n_offices;
    AUTO(heap) struct claim *claims = calloc(count + 1, sizeof *claims);
    if (claims == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        claims[i] = (struct claim){ directory->offices[i]->transport_key.data, i };
    qsort(claims, count, sizeof *claims, compare_keys);
    for (size_t i = 1; i < count; i++)
        if (compare_keys(&claims[i - 1], &claims[i]) == 0)
            return refuse(ret_refusal, REFUSAL_DIRECTORY_INVALID, "offices",
                          "%s and %s have one transport key",
                          directory->offices[claims[i - 1].index]->code,
                          directory->offices[claims[i].index]->code);
    return OK;
}

static bool
has_jurisdiction(const Yidi__Office *office)
{
    return office->role == YIDI__ROLE__REGISTRY && !office->revoked;
}

/* Two registries for one county could each have an application of the same citizen open. */
static enum result
check_counties_differ(const Yidi__Directory *directory, struct refusal *ret_refusal)
{
    size_t count = 0;
    for (size_t i = 0; i < directory->n_offices; i++)
        count += has_jurisdiction(directory->offices[i]) ? directory->offices[i]->n_areas : 0;
    AUTO(heap) struct claim *claims = calloc(count + 1, sizeof *claims);
    if (claims == NULL)
        return ERR_MEMORY;

    struct claim *next = claims;
    for (size_t i = 0; i < directory->n_offices; i++)
        for (size_t j = 0;
             has_jurisdiction(directory->offices[i]) && j < directory->offices[i]->n_areas; j++)
            *next++ = (struct claim){ directory->offices[i]->areas[j], i };
    qsort(claims, count, sizeof *claims, compare_areas);
    for (size_t i = 1; i < count; i++)
        if (compare_areas(&claims[i - 1], &claims[i]) == 0)
            return refuse(ret_refusal, REFUSAL_DIRECTORY_INVALID, "offices",
                          "%s is in the jurisdiction of %s and again of %s",
                          (const char *)claims[i].what,
                          directory->offices[claims[i - 1].index]->code,
                          directory->offices[claims[i].index]->code);
    return OK;
}

enum result
directory_check(const Yidi__Directory *directory, struct refusal *ret_refusal)
{
    if (directory->expires_ms <= directory->issued_ms)
        return refuse(ret_refusal, REFUSAL_DIRECTORY_INVALID, "expires_ms",
                      "must be after issued_ms");
    for (size_t i = 0; i < directory->n_offices; i++)
        if (check_office(directory, i, ret_refusal) != OK)
            return ERR_REFUSED;
    enum result result = check_keys_differ(directory, ret_refusal);
    return result == OK ? check_counties_differ(directory, ret_refusal) : result;
}
